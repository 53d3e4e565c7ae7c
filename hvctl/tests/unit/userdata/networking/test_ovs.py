# SPDX-License-Identifier: Apache-2.0
"""Tests of what Open vSwitch with its agent brings."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl import exceptions
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.networking import Ovs
from hvctl.tests.unit.userdata import base


class TestOvs(unittest.TestCase):
    """Open vSwitch with Neutron's agent."""

    def test_agent(self) -> None:
        """VXLAN and VLAN."""
        agent = base.options(
            base.wired(base.OVS)[base.ML2 + 'openvswitch_agent.ini']
        )

        self.assertEqual(
            {
                'ovs': {
                    'bridge_mappings': 'physnet1:br-ex',
                    'local_ip': '10.0.0.21',
                },
                'agent': {'tunnel_types': 'vxlan'},
                'securitygroup': {'firewall_driver': 'openvswitch'},
            },
            agent,
        )

    def test_only_vlans(self) -> None:
        """Without tunnels there is no end of tunnels."""
        wiring = Ovs(bridge_mappings={'physnet1': 'br-ex'})

        agent = base.options(
            base.wired(wiring)[base.ML2 + 'openvswitch_agent.ini']
        )

        self.assertNotIn('agent', agent)
        self.assertEqual({'bridge_mappings': 'physnet1:br-ex'}, agent['ovs'])

    def test_switch(self) -> None:
        """The bridge gets its interface at every boot."""
        self.assertEqual(
            [
                'external-id hostname hv1',
                f'external-id system-id {base.COMPUTE_ID}',
                'own 10.0.0.21',
                'bridge br-ex ens2f0',
            ],
            base.wired(base.OVS)['/etc/hvctl/switch'].splitlines(),
        )

    def test_user_space(self) -> None:
        """Bridges are made of the kind that the agent is told."""
        profile = base.a_profile(
            networking=base.OVS,
            neutron={'ovs': {'datapath_type': ('netdev',)}},
        )

        table = base.files(profile)['/etc/hvctl/switch'].splitlines()

        self.assertLess(
            table.index('datapath netdev'), table.index('bridge br-ex ens2f0')
        )

    def test_bridges(self) -> None:
        """With and without an interface, mapped or not."""
        wiring = Ovs(
            bridge_mappings={'one': 'br-a', 'two': 'br-b'},
            bridge_interfaces={'br-b': 'ens1', 'br-c': 'ens2'},
        )

        self.assertEqual(
            ['bridge br-a', 'bridge br-b ens1', 'bridge br-c ens2'],
            base.wired(wiring)['/etc/hvctl/switch'].splitlines()[3:],
        )

    def test_tunnels_by_interface(self) -> None:
        """The host finds its address at boot."""
        wiring = dataclasses.replace(base.OVS, tunnel_interface='ens3')

        lines = base.wired(wiring)['/etc/hvctl/switch'].splitlines()

        self.assertEqual(
            f'tunnel-file {base.ML2}openvswitch_agent.ini ens3', lines[-1]
        )

    def test_tunnels_by_subnetwork(self) -> None:
        """The interface is the one that its VLAN becomes."""
        wiring = dataclasses.replace(base.OVS, tunnel_network='storage')

        lines = base.wired(wiring, subnetworks=(base.STORAGE,))[
            '/etc/hvctl/switch'
        ].splitlines()

        self.assertTrue(lines[-1].endswith(' vlan301'), lines[-1])

    def test_tunnels_by_own_network(self) -> None:
        """Named or not, the machine's own port is where they end."""
        for network in (None, 'internalapi'):
            wiring = dataclasses.replace(base.OVS, tunnel_network=network)
            with self.subTest(network=network):
                agent = base.wired(wiring)[base.ML2 + 'openvswitch_agent.ini']

                self.assertIn('local_ip = 10.0.0.21\n', agent)

    def test_tunnels_without_facts(self) -> None:
        """The host asks for the interface of its default route."""
        lines = base.wired(base.OVS, ports=MachinePorts())['/etc/hvctl/switch']

        self.assertTrue(lines.endswith('openvswitch_agent.ini -\n'), lines)

    def test_tunnels_by_option(self) -> None:
        """The profile's own option is not overwritten at boot."""
        wiring = dataclasses.replace(base.OVS, tunnel_interface='ens3')

        written = base.wired(
            wiring, neutron={'ovs': {'local_ip': ('10.9.9.9',)}}
        )

        self.assertNotIn('tunnel-file', written['/etc/hvctl/switch'])
        self.assertIn(
            'local_ip = 10.9.9.9\n',
            written[base.ML2 + 'openvswitch_agent.ini'],
        )

    def test_nova(self) -> None:
        """Ports are isolated until the agent knows them."""
        nova = base.options(base.wired(base.OVS)['/etc/nova/nova.conf'])

        self.assertEqual({'isolate_vif': 'true'}, nova['os_vif_ovs'])

    def test_interface_names(self) -> None:
        """Nothing that the kernel or a shell would stumble over."""
        for name in ('much-too-long-for-it', 'a b', '$(reboot)', '', 'a/b'):
            wiring = dataclasses.replace(
                base.OVS, bridge_mappings={'physnet1': name}
            )
            with self.subTest(name=name):
                with self.assertRaises(exceptions.InvalidRequest):
                    base.wired(wiring)
