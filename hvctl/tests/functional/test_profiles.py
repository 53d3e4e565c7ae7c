# SPDX-License-Identifier: Apache-2.0
"""Hypervisors that come from a profile are right the first time."""

from __future__ import annotations

from hvctl.model import identity
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import profiles
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell

#: See lab/hvctl_lab/bootstrap/names.py and lab/hvctl_lab/services/profiles.py.
AGGREGATE = 'ephemeral'
TRAIT = 'CUSTOM_LAB'

MEMBERS = '1.20'


class TestProfiles(profiles.ProfilesTestCase):
    def test_two_of_one_profile(self) -> None:
        """Everything that the profile ``tested`` promises is so."""
        names = [hypervisors.name(f'tested{n}') for n in (1, 2)]

        through = recorder.Recorder()
        self.addCleanup(through.close)
        self.create('tested', *names, environment=through.environment)

        self.assert_enabled(*names)
        for name in names:
            with self.subTest(name):
                self.assert_as_chosen(name)
                service = facts.service(name)
                assert service is not None
                self.assertEqual(AGGREGATE, service['zone'])
        # Each has a server and had a test guest, of which nothing is left.
        kinds = [request.kind for request in through.changes]
        self.assertEqual(4, kinds.count('POST compute /v2.1/servers'), kinds)
        self.assertEqual([], self.trying())
        listed = self.succeed(shell.ephemeral('list', '--profile', 'tested'))
        self.assertLessEqual(set(names), self.rows(listed).keys())
        # Guests come in by the zone.
        guest = self.boot(availability_zone=AGGREGATE)
        guests.wait(guest, 'ACTIVE')
        self.assertIn(guests.host(guest), names)
        guests.delete(guest)

        self.succeed(hypervisors.delete(*names))
        self.assert_nothing_left(*names)

    def assert_as_chosen(self, name: str) -> None:
        """See the chosen id, the traits and the aggregate of a host."""
        (server,) = [s for s in facts.servers() if s['name'] == name]
        chosen = server['metadata'][identity.COMPUTE_ID_KEY]
        (node,) = [
            node['id']
            for node in facts.get('compute', '/os-hypervisors', '2.53')[
                'hypervisors'
            ]
            if node['hypervisor_hostname'] == name
        ]
        self.assertEqual([chosen], facts.ours(name)['providers'])
        self.assertEqual(chosen, node)
        traits = self.of_provider(chosen, 'traits')
        self.assertIn(TRAIT, traits)
        self.assertIn(identity.TRAIT, traits)
        (aggregate,) = [
            found
            for found in facts.get('compute', '/os-aggregates', '2.41')[
                'aggregates'
            ]
            if found['name'] == AGGREGATE
        ]
        self.assertIn(name, aggregate['hosts'])
        self.assertEqual(
            [aggregate['uuid']], self.of_provider(chosen, 'aggregates')
        )

    @staticmethod
    def of_provider(provider_id: str, what: str) -> list[str]:
        url = f'/resource_providers/{provider_id}/{what}'
        return list(facts.get('placement', url, MEMBERS)[what])
