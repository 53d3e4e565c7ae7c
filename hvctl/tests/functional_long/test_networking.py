# SPDX-License-Identifier: Apache-2.0
"""Hypervisors whose profile asks for more than one bridge."""

from __future__ import annotations

import typing

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import profiles
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell


class TestNetworking(profiles.ProfilesTestCase):
    """What guests and machines are given beside the usual port."""

    def test_subnetwork(self) -> None:
        """A trunk brings it to the machine, where it is an interface."""
        name = hypervisors.name('trunk')
        environment = self.profiles(
            trunk={'subnetworks': [{'network': profiles.VLAN_NETWORK}]}
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

        port_id = guests.port(profiles.VLAN_NETWORK, vnic_type='direct')
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
