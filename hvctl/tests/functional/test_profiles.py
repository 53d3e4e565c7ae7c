# SPDX-License-Identifier: Apache-2.0
"""Hypervisors that come from a profile are right the first time."""

from __future__ import annotations

import typing

from hvctl.model import identity
from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell
from hvctl.userdata import provider

#: See hvctl/lab/bootstrap/names.py and hvctl/lab/services/profiles.py.
AGGREGATE = 'ephemeral'
TRAIT = 'CUSTOM_LAB'
VLAN_NETWORK = 'tenant-vlan'

MEMBERS = '1.20'


class TestProfiles(base.FunctionalTestCase):
    def create(
        self,
        profile: str,
        *names: str,
        environment: dict[str, str] | None = None,
    ) -> None:
        """Create hypervisors that are gone after the test."""
        hypervisors.make_room(len(names))
        self.addCleanup(hypervisors.delete, *names)
        made = self.succeed(
            shell.ephemeral(
                'create',
                *names,
                *('--profile', profile),
                environment=environment,
            )
        )
        self.assertEqual(
            {(name, 'enabled') for name in names},
            {(row['Name'], row['Phase']) for row in made.json()},
        )

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
        self.assertIn(provider.TRAIT, traits)
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

    @staticmethod
    def trying() -> list[dict[str, typing.Any]]:
        return [
            server
            for server in facts.servers()
            if identity.TEST_KEY in server['metadata']
        ]

    def test_direct_ports(self) -> None:
        """A guest gets a virtual function, and another when it moves."""
        name, other = (hypervisors.name(f'sriov{n}') for n in (1, 2))

        self.create('sriov', name, other)

        port_id = guests.port(VLAN_NETWORK, vnic_type='direct')
        self.addCleanup(guests.delete_port, port_id)
        guest = self.boot(host=name, port_id=port_id)
        guests.wait(guest, 'ACTIVE')
        self.assert_plugged(port_id, name)

        planned = self.succeed(shell.ephemeral('drain', name, '--dry-run'))
        (row,) = planned.json()
        self.assertIn('direct port', row['Reason'])
        with base.only(name, other):
            drained = self.succeed(shell.ephemeral('drain', name))
        (row,) = drained.json()
        self.assertEqual(
            (guest, 'moved', other),
            (row['Guest ID'], row['Result'], row['Destination']),
        )
        self.assert_plugged(port_id, other)

    def assert_plugged(self, port_id: str, host: str) -> None:
        """See a port that is a virtual function of a host."""

        def active() -> dict[str, typing.Any] | None:
            port = next(p for p in facts.ports() if p['id'] == port_id)
            return port if port['status'] == 'ACTIVE' else None

        port = facts.wait(active, f'port {port_id} to be active', 60)
        self.assertEqual(
            (host, 'hw_veb'),
            (port['binding:host_id'], port['binding:vif_type']),
        )
        self.assertIn('pci_slot', port['binding:profile'])
