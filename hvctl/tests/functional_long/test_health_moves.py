# SPDX-License-Identifier: Apache-2.0
"""A health test whose guest is moved to another host and back."""

from __future__ import annotations

from hvctl.tests.functional import facts
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import profiles
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell


class TestHealthMoves(profiles.ProfilesTestCase):
    """On guests that are pretended, by migrations that are Nova's own."""

    def setUp(self) -> None:
        """Let there be an open hypervisor, and a profile that tries moves."""
        super().setUp()
        self.other = hypervisors.name('takes')
        self.create('plain', self.other)
        self.environment = self.profiles(
            moving={
                'health_test': {
                    'enabled': True,
                    'image': 'guest',
                    'network': profiles.VLAN_NETWORK,
                    'move': ['live', 'cold'],
                }
            }
        )
        self.name = hypervisors.name('moves')
        hypervisors.make_room(1)
        self.addCleanup(hypervisors.delete, self.name)

    def migrations(self) -> list[tuple[str, str, str]]:
        """What Nova has of moves from and to the new host, in order."""
        found = facts.get(
            'compute', f'/os-migrations?host={self.name}', '2.59'
        )['migrations']
        return [
            (each['migration_type'], each['source_compute'], each['status'])
            for each in sorted(found, key=lambda each: each['id'])
        ]

    def test_there_and_back(self) -> None:
        """It is opened once its guest has been away and back by each way."""
        through = recorder.Recorder()
        self.addCleanup(through.close)

        made = self.succeed(
            shell.ephemeral(
                'create',
                self.name,
                *('--profile', 'moving'),
                environment={**self.environment, **through.environment},
            )
        )

        (row,) = made.json()
        self.assertEqual(('done', ''), (row['Result'], row['Message']))
        self.assert_enabled(self.name)
        kinds = [request.kind for request in through.changes]
        # Four moves, two confirmations, and an end that leaves nothing.
        acted = [kind for kind in kinds if kind.endswith('/servers/ID/action')]
        self.assertEqual(7, len(acted), kinds)
        self.assertEqual([], self.trying())
        for host in (self.name, self.other):
            (provider_id,) = facts.ours(host)['providers']
            self.assertEqual(set(), facts.consumers(provider_id))

    def test_killed(self) -> None:
        """Killed while its guest is abroad, the next one goes on."""
        running = shell.ephemeral(
            'create',
            self.name,
            *('--profile', 'moving'),
            environment=self.environment,
        )
        facts.wait(
            lambda: (
                ('live-migration', self.name, 'completed') in self.migrations()
            ),
            'the test guest to have left',
        )
        running.kill()
        self.ends(running, -9)
        before = self.migrations()

        self.succeed(
            shell.ephemeral(
                'create',
                self.name,
                *('--profile', 'moving'),
                environment=self.environment,
            )
        )

        self.assertNotEqual([], before)
        self.assertEqual([], self.trying())
        self.assert_enabled(self.name)
        for host in (self.name, self.other):
            (provider_id,) = facts.ours(host)['providers']
            self.assertEqual(set(), facts.consumers(provider_id))
