# SPDX-License-Identifier: Apache-2.0
"""Whole commands on a cloud that lives in memory."""

from __future__ import annotations

import io
import json
import pathlib
import sys
import tempfile
import types
from unittest import mock

import fixtures
import testtools

from hvctl.model.preflight import Answers, Flavor, Lookup, Quota
from hvctl.osc.v1 import hypervisor_ephemeral
from hvctl.osc.v1 import hypervisor_ephemeral_delete
from hvctl.osc.v1 import hypervisor_ephemeral_drain
from hvctl.osc.v1 import hypervisor_ephemeral_set
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import failures
from hvctl.tests.fixtures import requests

COMMANDS: dict = {
    'create': hypervisor_ephemeral.CreateHypervisorEphemeral,
    'delete': hypervisor_ephemeral_delete.DeleteHypervisorEphemeral,
    'drain': hypervisor_ephemeral_drain.DrainHypervisorEphemeral,
    'set': hypervisor_ephemeral_set.SetHypervisorEphemeral,
    'unset': hypervisor_ephemeral_set.UnsetHypervisorEphemeral,
    'list': hypervisor_ephemeral.ListHypervisorEphemeral,
    'show': hypervisor_ephemeral.ShowHypervisorEphemeral,
}


class Resolver:
    """Finds everything, unless a test says what is wrong.

    :ivar changes: what is different in the facts
    :ivar asked: what was asked for
    """

    def __init__(self) -> None:
        self.changes: dict = {}
        self.asked: Lookup | None = None

    def ask(self, names: Lookup, number: int) -> Answers:
        """Look everything up."""
        self.asked = names
        return Answers(
            **{
                'image_id': builders.an_id('image'),
                'flavor': Flavor(
                    id=builders.an_id('flavor'),
                    name='metal',
                    resources={'CUSTOM_BAREMETAL': 1},
                ),
                'network_id': builders.an_id('internalapi'),
                'candidates': number,
                'quotas': {
                    kind: Quota(left=-1)
                    for kind in ('servers', 'cores', 'memory (MiB)', 'ports')
                },
                **self.changes,
            }
        )


class TestCommand(testtools.TestCase):
    """Runs commands as the client does, with every option they have."""

    def setUp(self):
        super().setUp()
        self.clock = clocks.FakeClock()
        self.useFixture(
            fixtures.MonkeyPatch(
                'hvctl.run.clocks.SystemClock', lambda: self.clock
            )
        )
        self.cloud = failures.Unreliable(self.clock)
        self.cloud.resolve = Resolver()
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

    def rows(self):
        """The rows that were printed as JSON."""
        return json.loads(self.out)
