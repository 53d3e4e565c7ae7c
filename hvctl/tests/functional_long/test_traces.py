# SPDX-License-Identifier: Apache-2.0
"""Holds whole commands in the simulated cloud against the embedded one.

What they send to change something, in which order, what they ask for, and
what they say at the end must be the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
import re
import tempfile
import typing

from hvctl.decide.drain.plan import wishes
from hvctl.tests.fixtures import requests
from hvctl.tests.functional import base
from hvctl.tests.functional import draining
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell
from hvctl.tests.simulation import application
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import fates
from hvctl.tests.simulation import given
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import told

#: What is asked once a process, of whichever service comes first.
_VERSIONS = re.compile(r'GET \w+ (/|/v[\d.]+/?)?$')

_ID = re.compile(r'[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}')

#: Numbers and names at the end of a path, where a cloud has its own.
_NAMES = re.compile(r'(/(?:flavors|images|networks|os-keypairs)/)[^/]+')


class Trace(typing.NamedTuple):
    """What a command did.

    :ivar status: how it ended
    :ivar changes: what it sent to change something, without ids
    :ivar asked: what it asked for
    :ivar result: what its rows say that no cloud chooses
    """

    status: int
    changes: list[str]
    asked: set[str]
    result: list[dict[str, object]]


def _trace(
    verb: str,
    result: shell.Result | commands.Result,
    sent: Iterable[tuple[str, str, str]],
) -> Trace:
    """Put a trace together.

    :param sent: method, service and path of each request
    """
    kinds = []
    for method, service, path in sent:
        if service == 'identity':
            continue
        kind = _NAMES.sub(r'\1NAME', _ID.sub('ID', path.partition('?')[0]))
        kinds.append(f'{method} {service} {kind}')
    return Trace(
        status=result.status,
        changes=[kind for kind in kinds if not kind.startswith('GET ')],
        asked={
            kind
            for kind in kinds
            if kind.startswith('GET ') and not _VERSIONS.match(kind)
        },
        result=[
            {name: row[name] for name in _COLUMNS[verb]}
            for row in result.json()
        ],
    )


#: The columns of each verb's result that no cloud chooses.
_COLUMNS = {
    'create': ('Result', 'Phase', 'Code'),
    'drain': ('State', 'Method', 'Result', 'Code'),
    'delete': ('Result', 'Code'),
}


class TestTraces(draining.DrainTestCase):
    """Commands, one after the other, in both clouds."""

    def real(self, verb: str, *arguments: str) -> Trace:
        """Run a command on the embedded cloud."""
        through = recorder.Recorder()
        self.addCleanup(through.close)
        result = shell.ephemeral(
            verb, *arguments, '--long', environment=through.environment
        )
        return _trace(
            verb,
            result.result() if isinstance(result, shell.Running) else result,
            ((r.method, r.service, r.path) for r in through.requests),
        )

    def simulated(
        self, simulated: cloud.Cloud, verb: str, *arguments: str
    ) -> Trace:
        """Run it in the simulated one."""
        asked = simulated.application.asked
        first = len(asked)
        result = commands.run(
            simulated,
            *('hypervisor', 'ephemeral', verb, *arguments),
            *('--long', '-f', 'json'),
        )
        return _trace(verb, result, map(_parts, asked[first:]))

    def compare(
        self,
        simulated: cloud.Cloud,
        status: int,
        verb: str,
        here: tuple[str, ...],
        there: tuple[str, ...],
        *,
        in_order: bool = True,
    ) -> None:
        """Run a command in both clouds.

        :param status: with which it is to end
        :param here: its arguments in the embedded cloud
        :param there: those in the simulated one
        :param in_order: whether what it changes comes in one order only
        """
        with self.subTest(verb, here=here):
            real = self.real(verb, *here)
            found = self.simulated(simulated, verb, *there)

            self.assertEqual(status, real.status)
            self.assertEqual(real.status, found.status)
            self.assertEqual(real.result, found.result)
            order: Callable[[list[str]], list[str]] = (
                list if in_order else sorted
            )
            self.assertEqual(order(real.changes), order(found.changes))
            self.assertEqual(sorted(real.asked), sorted(found.asked))

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
            self.compare(
                simulated,
                0,
                'create',
                (name, *shell.recipe()),
                ('new1', *_recipe(config.name)),
            )
            self.compare(simulated, 0, 'delete', (name,), ('new1',))
            self.compare(simulated, 0, 'drain', (self.source,), ('hv00001',))
        self.assertEqual(self.target, guests.host(guest))

    def test_guests(self) -> None:
        """What is in the way, every state of a guest, and what is left."""
        simulated = cloud.Cloud(1, numbers.Size(hosts=3, ours=2))
        for status, action in (
            ('SUSPENDED', 'suspend'),
            ('SHUTOFF', 'os-stop'),
            ('PAUSED', 'pause'),
            ('ACTIVE', ''),
        ):
            self.guest(action, status)
            given.guest(simulated, status, 'hv00001', status)
        here, there = self.source, 'hv00001'

        self.compare(simulated, 1, 'drain', (here,), (there,))
        past = ('--on-blocked', 'continue')
        # Which guest arrives first is not for us to choose.
        self.compare(
            simulated,
            1,
            'drain',
            (here, *past),
            (there, *past),
            in_order=False,
        )
        self.compare(simulated, 1, 'delete', (here,), (there,))
        with tempfile.NamedTemporaryFile('w', suffix='.conf') as config:
            config.write(requests.NOVA_CONF)
            config.flush()
            self.compare(
                simulated,
                1,
                'create',
                (here, *shell.recipe()),
                (there, *_recipe(config.name)),
            )
        shelve = ('--suspended', 'shelve')
        self.compare(simulated, 0, 'drain', (here, *shelve), (there, *shelve))

    def test_in_the_way(self) -> None:
        """Guests that stay, that are resized, and whose move fails."""
        simulated = told.Told(1, numbers.Size(hosts=3, ours=2))
        here, there = self.source, 'hv00001'
        self.guest('rescue', 'RESCUE')
        given.guest(simulated, 'rescued', there, 'RESCUE')
        guests.act(self.guest(), 'os-resetState', state='error')
        given.guest(simulated, 'broken', there, 'ERROR')
        resized = self.guest()
        guests.act(resized, 'resize', flavorRef=guests.flavor('m1.small'))
        guests.wait(resized, 'VERIFY_RESIZE')
        simulated.move(given.guest(simulated, 'resized', there), 'resize')
        simulated.clock.advance(60)
        self.guest()
        given.guest(simulated, 'active', there)
        # After another: were it the first, no other would be sent live.
        last = {wishes.PRIORITY_KEY: '-1'}
        self.guest(lab_migration='fail', **last)
        failing = given.guest(simulated, 'failing', there, metadata=last)
        # It fails on the hosts, of which the action tells nothing.
        simulated.world.fates[failing.id] = fates.Fate(fates.End.FAILS)

        self.compare(simulated, 1, 'drain', (here,), (there,))
        past = ('--on-blocked', 'continue')
        for more in (past, (*past, '--confirm-resizes')):
            self.compare(
                simulated,
                1,
                'drain',
                (here, *more),
                (there, *more),
                in_order=False,
            )

    def test_failures(self) -> None:
        """A deploy that fails, and what is left of it is removed."""
        name = hypervisors.name('failing')
        self.addCleanup(hypervisors.delete, name)
        hypervisors.make_room(1)
        size = numbers.Size(hosts=3, ours=2, free_nodes=1)
        simulated = cloud.Cloud(1, size)
        for _, node in simulated.world.nodes.rising():
            simulated.world.failing[node.uuid] = 'no power'
        with tempfile.NamedTemporaryFile('w', suffix='.conf') as config:
            config.write(requests.NOVA_CONF)
            config.flush()
            with base.failing_deploys():
                self.compare(
                    simulated,
                    1,
                    'create',
                    (name, *shell.recipe()),
                    ('new1', *_recipe(config.name)),
                )
        self.compare(simulated, 0, 'delete', (name,), ('new1',))


def _recipe(config: str) -> tuple[str, ...]:
    """Return what a create in the simulated cloud needs."""
    return (
        *('--image', 'debian', '--flavor', 'metal'),
        *('--network', 'internalapi', '--key-name', 'default'),
        *('--config', config),
    )


def _parts(asked: application.Asked) -> tuple[str, str, str]:
    """Return a request's method, service and path."""
    _, service, path = f'{asked.path}/'.split('/', 2)
    return asked.method, service, f'/{path}'.rstrip('/')
