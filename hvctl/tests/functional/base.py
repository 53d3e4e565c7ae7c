# SPDX-License-Identifier: Apache-2.0
"""What the functional tests have in common."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import os
import pathlib
import shutil
import tempfile
import typing
import unittest

import yaml

from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import services
from hvctl.tests.functional import shell

_PROFILES_FILE = 'HVCTL_PROFILES_FILE'

#: See lab/hvctl_lab/metal/hardware.py.
_FAIL = {'hvctl_lab': 'fail-deploy'}


class FunctionalTestCase(unittest.TestCase):
    """A test on the embedded cloud."""

    maxDiff = None

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(hypervisors.clear)

    def file(self, name: str, content: str) -> str:
        """Write a file that is gone after the test.

        :returns: its path
        """
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        path = pathlib.Path(directory.name) / name
        path.write_text(content)
        return str(path)

    def profiles(self, **changes: dict[str, object]) -> dict[str, str]:
        """Write profiles over ``plain``, beside the lab's own.

        :returns: the environment that leads to them
        """
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        own = pathlib.Path(os.environ[_PROFILES_FILE])
        written = yaml.safe_load(own.read_text())
        for name, keys in changes.items():
            written['profiles'][name] = {'extends': 'plain', **keys}
        path = pathlib.Path(directory.name) / own.name
        path.write_text(yaml.safe_dump(written, sort_keys=False))
        secrets = own.with_stem(f'{own.stem}-secure')
        shutil.copy(secrets, path.with_name(secrets.name))
        return {_PROFILES_FILE: str(path)}

    @staticmethod
    def add_secrets(
        environment: dict[str, str], name: str, secrets: dict[str, str]
    ) -> None:
        """Add secrets of a profile to those that profiles() has written."""
        path = pathlib.Path(environment[_PROFILES_FILE])
        path = path.with_stem(f'{path.stem}-secure')
        written = yaml.safe_load(path.read_text())
        written['profiles'][name] = {'secrets': secrets}
        path.write_text(yaml.safe_dump(written, sort_keys=False))

    def boot(self, **arguments: typing.Any) -> str:
        """Boot a guest that is gone after the test; see guests.boot."""
        server_id = guests.boot(**arguments)
        self.addCleanup(guests.delete, server_id)
        return server_id

    def succeed(self, command: shell.Running | shell.Result) -> shell.Result:
        """See a command end well."""
        return self.ends(command, 0)

    def fail_with(
        self, command: shell.Running | shell.Result, *words: str
    ) -> shell.Result:
        """See a command fail as it should: status 1, words, no traceback."""
        result = self.ends(command, 1)
        self.assertNotIn('Traceback', result.stderr)
        for word in words:
            self.assertIn(word, result.stdout + result.stderr, result)
        return result

    def ends(
        self, command: shell.Running | shell.Result, status: int
    ) -> shell.Result:
        """See a command end with a status."""
        if isinstance(command, shell.Running):
            command = command.result()
        self.assertEqual(status, command.status, str(command))
        return command

    def rows(self, result: shell.Result) -> dict[str, dict[str, typing.Any]]:
        """Read a verb's table by the names in it."""
        return {row['Name']: row for row in result.json()}

    def kill_at(
        self, moment: recorder.Judge, verb: str, *arguments: str
    ) -> None:
        """Start a verb, and kill it at a certain request.

        :param moment: recognises the request
        """

        def judge(request: recorder.Request) -> bool:
            if not moment(request):
                return False
            running.kill()
            return True

        through = recorder.Recorder(judge)
        try:
            running = shell.ephemeral(
                verb, *arguments, environment=through.environment
            )
            self.ends(running, -9)
        finally:
            through.close()

    def assert_enabled(self, *names: str) -> None:
        """See that Nova itself has hosts enabled."""
        for name in names:
            service = facts.service(name)
            assert service is not None, f'no compute service {name}'
            self.assertEqual(
                ('enabled', 'up'), (service['status'], service['state'])
            )

    def assert_one_of_each(self, name: str) -> None:
        """See that nothing was made twice."""
        found = facts.ours(name)
        self.assertEqual(
            {'servers': 1, 'ports': 1, 'providers': 1},
            {kind: len(ids) for kind, ids in found.items()},
            found,
        )

    def assert_nothing_left(self, *words: str) -> None:
        """See that nothing in the cloud speaks of something any more."""
        self.assertEqual([], facts.traces(*words))


@contextlib.contextmanager
def only(*hosts: str) -> Iterator[None]:
    """Disable every other hypervisor while the context lasts.

    Somebody's own may be in the same cloud.
    """
    others = [
        service['host']
        for service in facts.services()
        if service['host'] not in hosts
        and service['status'] == 'enabled'
        and service['state'] == 'up'
        and is_hypervisor(service['host'])
    ]
    for host in others:
        services.disable(host)
    try:
        yield
    finally:
        for host in others:
            services.enable(host)


@contextlib.contextmanager
def failing_deploys() -> Iterator[None]:
    """Let every deploy of a node that is free fail while the context lasts.

    Our project owns the nodes meanwhile, so that it may read why.
    """
    metal = facts.connection('lab-system').baremetal
    free = [node for node in facts.nodes() if node['instance_uuid'] is None]
    for node in free:
        metal.update_node(node['uuid'], extra=node['extra'] | _FAIL)
        _give(node['uuid'], facts.connection().current_project_id)
    try:
        yield
    finally:
        for node in free:
            metal.update_node(node['uuid'], extra=node['extra'])
            _give(node['uuid'], node['owner'])


def _give(node_id: str, project_id: str | None) -> None:
    """Let a project own an Ironic node."""
    facts.connection('lab-system').baremetal.patch_node(
        node_id, [{'op': 'replace', 'path': '/owner', 'value': project_id}]
    )


def is_hypervisor(host: str) -> bool:
    """Whether a host takes guests, unlike the one that drives Ironic."""
    url = f'/os-hypervisors?hypervisor_hostname_pattern={host}'
    response = facts.connection().compute.get(url, microversion='2.53')
    return any(
        found['hypervisor_hostname'] == host
        for found in response.json().get('hypervisors', [])
    )
