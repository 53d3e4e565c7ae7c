# SPDX-License-Identifier: Apache-2.0
"""A health test that is stopped in the middle."""

from __future__ import annotations

import signal

from hvctl.tests.functional import facts
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import profiles
from hvctl.tests.functional import shell


class TestStoppedTest(profiles.ProfilesTestCase):
    def test_stopped_test(self) -> None:
        """No test guest outlives the command that boots it."""
        name = hypervisors.name('stopped')
        hypervisors.make_room(1)
        self.addCleanup(hypervisors.delete, name)
        # No guest of the lab has an address that answers.
        environment = self.profiles(
            silent={
                'health_test': {
                    'enabled': True,
                    'image': 'guest',
                    'network': profiles.VLAN_NETWORK,
                    'answer': 'address',
                }
            }
        )

        def create() -> shell.Running:
            return shell.ephemeral(
                'create',
                name,
                *('--profile', 'silent'),
                environment=environment,
            )

        for stop in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(stop):
                running = create()
                facts.wait(self.trying, f'{name} to be tried out')

                running.signal(stop)

                result = running.result()
                self.assertNotEqual(0, result.status, result)
                self.assertIn('Stopped', result.stderr)
                self.assertEqual([], self.trying())
                (provider_id,) = facts.ours(name)['providers']
                self.assertEqual(1, len(facts.consumers(provider_id)))
        # What a killed one leaves goes with the next command.
        running = create()
        facts.wait(self.trying, f'{name} to be tried out')
        running.kill()
        running.result()
        self.assertNotEqual([], self.trying())
        self.succeed(shell.ephemeral('create', name, '--profile', 'plain'))
        self.assertEqual([], self.trying())
        self.assert_enabled(name)
