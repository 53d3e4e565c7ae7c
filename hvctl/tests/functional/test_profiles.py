# SPDX-License-Identifier: Apache-2.0
"""Hypervisors that come from a profile are right the first time."""

from __future__ import annotations

import signal
import typing

from hvctl.model import identity
from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell
from hvctl.userdata.configuration import provider

#: See lab/hvctl_lab/bootstrap/names.py and lab/hvctl_lab/services/profiles.py.
AGGREGATE = 'ephemeral'
TRAIT = 'CUSTOM_LAB'
VLAN_NETWORK = 'tenant-vlan'

MEMBERS = '1.20'


class TestProfiles(base.FunctionalTestCase):
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
        ] + [
            port
            for port in facts.ports()
            if port['description'] == identity.TEST_PORT_MARK
        ]

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
                    'network': VLAN_NETWORK,
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

    def test_subnetwork(self) -> None:
        """A trunk brings it to the machine, where it is an interface."""
        name = hypervisors.name('trunk')
        environment = self.profiles(
            trunk={'subnetworks': [{'network': VLAN_NETWORK}]}
        )

        self.create('trunk', name, environment=environment)

        self.assert_enabled(name)
        ports = {port['id']: port for port in facts.ports()}
        ours = [port for port in ports.values() if port['name'] == name]
        self.assertEqual(2, len(ours))
        (parent,) = [port for port in ours if 'trunk_details' in port]
        (sub,) = parent['trunk_details']['sub_ports']
        subport = ports[sub['port_id']]
        (address,) = [ip['ip_address'] for ip in subport['fixed_ips']]
        server_id = parent['device_id']
        done = facts.on_disk(server_id, '/var/log/vlan-interfaces')
        vlan = sub['segmentation_id']
        for words in (
            f'name vlan{vlan} type vlan id {vlan}',
            f'set dev vlan{vlan} address {subport["mac_address"]}',
            f'address replace {address}/20 dev vlan{vlan}',
        ):
            self.assertIn(words, done)
        self.succeed(hypervisors.delete(name))
        self.assert_nothing_left(
            name, server_id, *ports.keys() & {port['id'] for port in ours}
        )

    def test_direct_ports(self) -> None:
        """A guest gets a virtual function, and another when it moves."""
        name, other = (hypervisors.name(f'sriov{n}') for n in (1, 2))
        through = recorder.Recorder()
        self.addCleanup(through.close)

        self.create(
            'sriov',
            name,
            other,
            options=('--health-test',),
            environment=through.environment,
        )

        # Each had a test guest with a port of its own before it was opened.
        kinds = [request.kind for request in through.changes]
        self.assertEqual(4, kinds.count('POST network /v2.0/ports'), kinds)
        self.assertEqual([], self.trying())

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
