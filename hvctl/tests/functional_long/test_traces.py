# SPDX-License-Identifier: Apache-2.0
"""Holds whole commands in the simulated cloud against the embedded one.

What they send to change something, in which order, what they ask for, and
what they say at the end must be the same.
"""

from __future__ import annotations

from collections.abc import Iterable
import re
import tempfile
import typing

from hvctl.tests.fixtures import requests
from hvctl.tests.functional import draining
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell
from hvctl.tests.simulation import application
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import numbers

#: What is asked once a process, of whichever service comes first.
_VERSIONS = re.compile(r'GET \w+ (/|/v[\d.]+/?)?$')

_ID = re.compile(r'[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}')

#: Numbers and names at the end of a path, where a cloud has its own.
_NAMES = re.compile(r'(/(?:flavors|images|networks|os-keypairs)/)[^/]+')


class Trace(typing.NamedTuple):
    """What a command did.

    :ivar changes: what it sent to change something, without ids
    :ivar asked: what it asked for
    :ivar result: what its rows say that no cloud chooses
    """

    changes: list[str]
    asked: set[str]
    result: list[dict[str, object]]


def _trace(
    sent: Iterable[tuple[str, str, str]],
    rows: list[dict[str, object]],
    columns: tuple[str, ...],
) -> Trace:
    """Put a trace together.

    :param sent: method, service and path of each request
    :param columns: those of the result that are compared
    """
    kinds = []
    for method, service, path in sent:
        if service == 'identity':
            continue
        kind = _NAMES.sub(r'\1NAME', _ID.sub('ID', path.partition('?')[0]))
        kinds.append(f'{method} {service} {kind}')
    return Trace(
        changes=[kind for kind in kinds if not kind.startswith('GET ')],
        asked={
            kind
            for kind in kinds
            if kind.startswith('GET ') and not _VERSIONS.match(kind)
        },
        result=[{name: row[name] for name in columns} for row in rows],
    )


#: The columns of each verb's result that no cloud chooses.
_COLUMNS = {
    'create': ('Result', 'Phase'),
    'drain': ('Method', 'Result'),
    'delete': ('Result',),
}


class TestTraces(draining.DrainTestCase):
    """The main job, one verb after the other, in both clouds."""

    def real(self, verb: str, *arguments: str) -> Trace:
        """Run a command on the embedded cloud."""
        through = recorder.Recorder()
        self.addCleanup(through.close)
        result = self.succeed(
            shell.ephemeral(verb, *arguments, environment=through.environment)
        )
        return _trace(
            ((r.method, r.service, r.path) for r in through.requests),
            result.json(),
            _COLUMNS[verb],
        )

    def simulated(
        self, simulated: cloud.Cloud, verb: str, *arguments: str
    ) -> Trace:
        """Run it in the simulated one."""
        asked = simulated.application.asked
        first = len(asked)
        result = commands.run(
            simulated,
            *('hypervisor', 'ephemeral', verb, *arguments, '-f', 'json'),
        )
        self.assertEqual(0, result.status, result.stderr)
        return _trace(
            map(_parts, asked[first:]), result.json(), _COLUMNS[verb]
        )

    def test_main_job(self) -> None:
        """Create, delete and drain."""
        guest = self.guest()
        name = hypervisors.name('trace')
        hypervisors.make_room(1)
        size = numbers.Size(hosts=3, ours=2, guests=1, free_nodes=2)
        simulated = cloud.Cloud(1, size)
        with tempfile.NamedTemporaryFile('w', suffix='.conf') as config:
            config.write(requests.NOVA_CONF)
            config.flush()
            for arguments, others in (
                (
                    ('create', name, *shell.recipe()),
                    (
                        *('create', 'new1', '--image', 'debian'),
                        *('--flavor', 'metal', '--network', 'internalapi'),
                        *('--key-name', 'default', '--config', config.name),
                    ),
                ),
                (('delete', name), ('delete', 'new1')),
                (('drain', self.source), ('drain', 'hv00001')),
            ):
                with self.subTest(arguments[0]):
                    real = self.real(*arguments)
                    found = self.simulated(simulated, *others)

                    self.assertEqual(real.result, found.result)
                    self.assertEqual(real.changes, found.changes)
                    self.assertEqual(sorted(real.asked), sorted(found.asked))
        self.assertEqual(self.target, guests.host(guest))


def _parts(asked: application.Asked) -> tuple[str, str, str]:
    """Return a request's method, service and path."""
    _, service, path = f'{asked.path}/'.split('/', 2)
    return asked.method, service, f'/{path}'.rstrip('/')
