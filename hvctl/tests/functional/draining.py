# SPDX-License-Identifier: Apache-2.0
"""What the tests of draining have in common."""

from __future__ import annotations

import typing

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import services
from hvctl.tests.functional import shell
from hvctl_lab.host import migrations


class DrainTestCase(base.FunctionalTestCase):
    """Drains one of two hypervisors that are alone in the cloud."""

    def setUp(self) -> None:
        super().setUp()
        self.source, self.target = hypervisors.enabled(2)
        self.alone(self.source, self.target)
        self.addCleanup(services.enable, self.source)

    def alone(self, *hosts: str) -> None:
        """Disable every other hypervisor until the test ends."""
        others = base.only(*hosts)
        others.__enter__()
        self.addCleanup(others.__exit__, None, None, None)

    def guest(self, action: str = '', status: str = 'ACTIVE', **metadata: str):
        """Boot a guest on the source, and bring it to a state."""
        server_id = self.boot(host=self.source, metadata=metadata)
        guests.wait(server_id, 'ACTIVE')
        if action:
            guests.act(server_id, action)
            guests.wait(server_id, status)
        return server_id

    def moves(self, result: shell.Result) -> dict[str, dict[str, typing.Any]]:
        return {row['Guest ID']: row for row in result.json()}

    def assert_empty(self) -> None:
        (provider,) = facts.ours(self.source)['providers']
        self.assertEqual(set(), facts.consumers(provider))
        listed = self.rows(self.succeed(shell.ephemeral('list')))
        self.assertEqual('drained', listed[self.source]['Phase'])
        self.assertEqual(0, listed[self.source]['Guests'])

    def release(self, server_id: str) -> None:
        """Let a migration that hangs go on; see hvctl_lab.host.migrations."""
        facts.connection().compute.put(
            f'/servers/{server_id}/tags/{migrations.RELEASE_TAG}',
            microversion='2.79',
        ).raise_for_status()
