# SPDX-License-Identifier: Apache-2.0
"""What the tests of profiles have in common."""

from __future__ import annotations

import typing

from hvctl.model import identity
from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell

#: See lab/hvctl_lab/bootstrap/names.py.
VLAN_NETWORK = 'tenant-vlan'


class ProfilesTestCase(base.FunctionalTestCase):
    """Makes hypervisors from profiles."""

    def create(
        self,
        profile: str,
        *names: str,
        options: tuple[str, ...] = (),
        environment: dict[str, str] | None = None,
    ) -> None:
        """Create hypervisors that are gone after the test."""
        hypervisors.make_room(len(names))
        self.addCleanup(hypervisors.delete, *names)
        made = self.succeed(
            shell.ephemeral(
                'create',
                *names,
                *('--profile', profile, *options),
                environment=environment,
            )
        )
        self.assertEqual(
            {(name, 'enabled') for name in names},
            {(row['Name'], row['Phase']) for row in made.json()},
        )

    @staticmethod
    def trying() -> list[dict[str, typing.Any]]:
        return [
            server
            for server in facts.servers()
            if identity.TEST_KEY in server['metadata']
        ] + [
            port
            for port in facts.ports()
            if port['description'] == identity.TEST_PORT_MARK
        ]
