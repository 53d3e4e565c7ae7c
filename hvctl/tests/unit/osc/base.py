# SPDX-License-Identifier: Apache-2.0
"""Whole commands on the simulated cloud."""

from __future__ import annotations

from collections.abc import Iterable
import dataclasses
import io
import json
import pathlib
import sys
import tempfile
import types
from unittest import mock

import fixtures
import testtools

from hvctl.model import identity
from hvctl.model.preflight import Answers, Flavor, Lookup, Quota
from hvctl.model.snapshot import Scope, Snapshot
from hvctl.osc.v1 import hypervisor_ephemeral
from hvctl.osc.v1 import hypervisor_ephemeral_delete
from hvctl.osc.v1 import hypervisor_ephemeral_drain
from hvctl.osc.v1 import hypervisor_ephemeral_prune
from hvctl.osc.v1 import hypervisor_ephemeral_scale
from hvctl.osc.v1 import hypervisor_ephemeral_set
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import requests
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import population
from hvctl.tests.simulation import stepping

COMMANDS: dict = {
    'create': hypervisor_ephemeral.CreateHypervisorEphemeral,
    'delete': hypervisor_ephemeral_delete.DeleteHypervisorEphemeral,
    'drain': hypervisor_ephemeral_drain.DrainHypervisorEphemeral,
    'prune': hypervisor_ephemeral_prune.PruneHypervisorEphemeral,
    'scale': hypervisor_ephemeral_scale.ScaleHypervisorEphemeral,
    'set': hypervisor_ephemeral_set.SetHypervisorEphemeral,
    'unset': hypervisor_ephemeral_set.UnsetHypervisorEphemeral,
    'list': hypervisor_ephemeral.ListHypervisorEphemeral,
    'show': hypervisor_ephemeral.ShowHypervisorEphemeral,
}


class Resolver:
    """Finds everything, unless a test says what is wrong.

    :param of: where the image and the network are
    :ivar changes: what is different in the facts
    :ivar asked: what was asked for
    """

    def __init__(self, of: cloud.Cloud) -> None:
        self.changes: dict = {}
        self.asked: Lookup | None = None
        self._first = of.world.first

    def ask(self, names: Lookup, number: int) -> Answers:
        """Look everything up."""
        self.asked = names
        return Answers(
            **{
                'image_id': self._first.image_id,
                'flavor': Flavor(
                    id=population.METAL.id,
                    name=population.METAL.name,
                    resources={'CUSTOM_BAREMETAL': 1},
                ),
                'network_id': self._first.network_id,
                'candidates': number,
                'quotas': {
                    kind: Quota(left=-1)
                    for kind in ('servers', 'cores', 'memory (MiB)', 'ports')
                },
                **self.changes,
            }
        )


class Cloud(stepping.Unreliable):
    """The simulated cloud, as commands have it.

    :ivar resolve: finds what a create needs
    :ivar other_clouds: compute clouds of hypervisors, as ports tell them
    """

    compute_cloud: str | None = None

    def __init__(self, time: clocks.FakeClock) -> None:
        super().__init__(time)
        self.resolve = Resolver(self)
        self.other_clouds: dict[str, str | None] = {}

    def within(self, compute_cloud: str | None) -> Cloud:
        """There is but one cloud."""
        return self

    def of(self, names: Iterable[str]) -> Cloud:
        """There is but one cloud."""
        return self

    def observe(self, scope: Scope) -> Snapshot:
        """Take one look."""
        seen = super().observe(scope)
        return dataclasses.replace(
            seen,
            # Not this machine's.
            taken_at=self.clock.now(),
            other_clouds={**seen.other_clouds, **self.other_clouds},
        )


class TestCommand(testtools.TestCase):
    """Runs commands as the client does, with every option they have."""

    def setUp(self):
        super().setUp()
        process = stepping.process()
        process.__enter__()
        self.addCleanup(process.__exit__, None, None, None)
        self.clock = clocks.FakeClock()
        self.useFixture(
            fixtures.MonkeyPatch(
                'hvctl.run.clocks.SystemClock', lambda: self.clock
            )
        )
        self.cloud = Cloud(self.clock)
        self.errors = io.StringIO()
        self.app = types.SimpleNamespace(
            client_manager=types.SimpleNamespace(hvctl=self.cloud),
            interactive_mode=True,
            options=types.SimpleNamespace(verbose_level=1),
            stderr=self.errors,
            stdin=sys.stdin,
            stdout=io.StringIO(),
        )
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.config = self.a_file('nova.conf', requests.NOVA_CONF)

    def a_file(self, name: str, content: str | bytes) -> str:
        """Write a file."""
        path = self.directory / name
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return str(path)

    def run_command(self, verb, *args):
        """Run a command, and keep what it prints.

        :returns: the exit status
        """
        output = self.app.stdout = io.StringIO()
        command = COMMANDS[verb](self.app, mock.Mock())
        parser = command.get_parser('openstack')
        status = command.run(parser.parse_args([str(a) for a in args]))
        self.out = output.getvalue()
        self.err = self.errors.getvalue()
        return status

    def create(self, *args, config=True):
        """Run create with the options that it needs."""
        return self.run_command(
            'create',
            *('--image', 'debian', '--flavor', 'metal'),
            *('--network', 'internalapi'),
            *(('--config', self.config) if config else ()),
            *('-f', 'json'),
            *args,
        )

    def note(self, name, metadata):
        """Let the server of a hypervisor have this metadata, and its id."""
        (server,) = self.cloud.ours(name)
        own = {
            key: server.metadata[key]
            for key in (identity.MARK_KEY, identity.COMPUTE_ID_KEY)
        }
        self.cloud.change_server(server.id, metadata=own | metadata)

    def rows(self):
        """The rows that were printed as JSON."""
        return json.loads(self.out)
