# SPDX-License-Identifier: Apache-2.0
"""What each kind of networking brings."""

import dataclasses
import json
import unittest

import yaml

from hvctl import exceptions
from hvctl.model import machine_ports
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.machine_ports import Subport
from hvctl.model.networking import Address, Ovn, Ovs, Sriov
from hvctl.model.profile import Subnetwork
from hvctl.tests.unit.userdata import base

ML2 = '/etc/neutron/plugins/ml2/'
STORAGE = Subnetwork(network='storage')


def files(wiring, **fields):
    arguments = {
        name: fields.pop(name) for name in ('facts',) if name in fields
    }
    return base.files(base.a_profile(networking=wiring, **fields), **arguments)


class TestOvs(unittest.TestCase):
    """Open vSwitch with Neutron's agent."""

    def test_agent(self):
        """VXLAN and VLAN."""
        agent = base.options(files(base.OVS)[ML2 + 'openvswitch_agent.ini'])

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

    def test_only_vlans(self):
        """Without tunnels there is no end of tunnels."""
        wiring = Ovs(bridge_mappings={'physnet1': 'br-ex'})

        agent = base.options(files(wiring)[ML2 + 'openvswitch_agent.ini'])

        self.assertNotIn('agent', agent)
        self.assertEqual({'bridge_mappings': 'physnet1:br-ex'}, agent['ovs'])

    def test_switch(self):
        """The bridge gets its interface at every boot."""
        self.assertEqual(
            ['external-id hostname hv1', 'bridge br-ex ens2f0'],
            files(base.OVS)['/etc/hvctl/switch'].splitlines(),
        )

    def test_bridges(self):
        """With and without an interface, mapped or not."""
        wiring = Ovs(
            bridge_mappings={'one': 'br-a', 'two': 'br-b'},
            bridge_interfaces={'br-b': 'ens1', 'br-c': 'ens2'},
        )

        self.assertEqual(
            ['bridge br-a', 'bridge br-b ens1', 'bridge br-c ens2'],
            files(wiring)['/etc/hvctl/switch'].splitlines()[1:],
        )

    def test_tunnels_by_interface(self):
        """The host finds its address at boot."""
        wiring = dataclasses.replace(base.OVS, tunnel_interface='ens3')

        lines = files(wiring)['/etc/hvctl/switch'].splitlines()

        self.assertEqual(
            f'tunnel-file {ML2}openvswitch_agent.ini ens3', lines[-1]
        )

    def test_tunnels_by_subnetwork(self):
        """The interface is the one that its VLAN becomes."""
        wiring = dataclasses.replace(base.OVS, tunnel_network='storage')

        lines = files(wiring, subnetworks=(STORAGE,))[
            '/etc/hvctl/switch'
        ].splitlines()

        self.assertTrue(lines[-1].endswith(' vlan301'), lines[-1])

    def test_tunnels_by_own_network(self):
        """Named or not, the machine's own port is where they end."""
        for network in (None, 'internalapi'):
            wiring = dataclasses.replace(base.OVS, tunnel_network=network)
            with self.subTest(network=network):
                agent = files(wiring)[ML2 + 'openvswitch_agent.ini']

                self.assertIn('local_ip = 10.0.0.21\n', agent)

    def test_tunnels_without_facts(self):
        """The host asks for the interface of its default route."""
        lines = files(base.OVS, facts=MachinePorts())['/etc/hvctl/switch']

        self.assertTrue(lines.endswith('openvswitch_agent.ini -\n'), lines)

    def test_tunnels_by_option(self):
        """The profile's own option is not overwritten at boot."""
        wiring = dataclasses.replace(base.OVS, tunnel_interface='ens3')

        written = files(wiring, neutron={'ovs': {'local_ip': ('10.9.9.9',)}})

        self.assertNotIn('tunnel-file', written['/etc/hvctl/switch'])
        self.assertIn(
            'local_ip = 10.9.9.9\n', written[ML2 + 'openvswitch_agent.ini']
        )

    def test_nova(self):
        """Ports are isolated until the agent knows them."""
        nova = base.options(files(base.OVS)['/etc/nova/nova.conf'])

        self.assertEqual({'isolate_vif': 'true'}, nova['os_vif_ovs'])

    def test_interface_names(self):
        """Nothing that the kernel or a shell would stumble over."""
        for name in ('much-too-long-for-it', 'a b', '$(reboot)', '', 'a/b'):
            wiring = dataclasses.replace(
                base.OVS, bridge_mappings={'physnet1': name}
            )
            with self.subTest(name=name):
                with self.assertRaises(exceptions.InvalidRequest):
                    files(wiring)


class TestOvn(unittest.TestCase):
    """Open vSwitch with OVN's controller."""

    def test_switch(self):
        """The chassis is made known at every boot."""
        self.assertEqual(
            [
                'external-id hostname hv1',
                f'external-id system-id {base.COMPUTE_ID}',
                'external-id ovn-remote tcp:10.0.0.3:6642,tcp:10.0.0.4:6642',
                'external-id ovn-encap-type geneve',
                'external-id ovn-bridge-mappings physnet1:br-ex',
                'bridge br-ex ens2f0',
                'tunnel-external-id ovn-encap-ip 10.0.0.21',
            ],
            files(base.OVN)['/etc/hvctl/switch'].splitlines(),
        )

    def test_system_id(self):
        """The switch's own script would set what the image has."""
        self.assertEqual(
            f'{base.COMPUTE_ID}\n',
            files(base.OVN)['/etc/openvswitch/system-id.conf'],
        )

    def test_agent(self):
        """It serves metadata."""
        for path in (
            ML2 + 'ovn_agent.ini',
            '/etc/neutron/neutron_ovn_metadata_agent.ini',
        ):
            with self.subTest(path=path):
                agent = base.options(files(base.OVN)[path])

                self.assertEqual(
                    {
                        'nova_metadata_host': '10.0.0.5',
                        'metadata_proxy_shared_secret': 'proxy-word',
                    },
                    agent['DEFAULT'],
                )
                self.assertEqual(
                    'tcp:10.0.0.3:6642,tcp:10.0.0.4:6642',
                    agent['ovn']['ovn_sb_connection'],
                )

    def test_without_metadata(self):
        """Then there is no agent of Neutron at all."""
        wiring = Ovn(southbound=('tcp:10.0.0.3:6642',))

        written = files(wiring)

        self.assertFalse([path for path in written if '/neutron/' in path])
        self.assertNotIn('neutron', written['/etc/hvctl/setup'])

    def test_nova(self):
        """OVN opens no port for it."""
        nova = base.options(files(base.OVN)['/etc/nova/nova.conf'])

        self.assertEqual(
            {'ovsdb_connection': 'unix:/run/openvswitch/db.sock'},
            nova['os_vif_ovs'],
        )


class TestSriov(unittest.TestCase):
    """Virtual functions."""

    def test_ethernet(self):
        """One card."""
        written = files(base.KINDS['ethernet'])

        self.assertEqual(
            'ens1f0 8 ethernet\n', written['/etc/hvctl/virtual-functions']
        )
        self.assertEqual(
            {
                'sriov_nic': {'physical_device_mappings': 'physnet1:ens1f0'},
                'securitygroup': {'firewall_driver': 'noop'},
            },
            base.options(written[ML2 + 'sriov_agent.ini']),
        )
        nova = base.options(written['/etc/nova/nova.conf'])
        self.assertEqual(
            {'devname': 'ens1f0', 'physical_network': 'physnet1'},
            json.loads(nova['pci']['device_spec']),
        )

    def test_infiniband(self):
        """Its agent is another one."""
        written = files(base.KINDS['infiniband'])

        self.assertEqual(
            'ib0 4 infiniband\n', written['/etc/hvctl/virtual-functions']
        )
        self.assertEqual(
            {'eswitch': {'physical_interface_mappings': 'fabric:ib0'}},
            base.options(written['/etc/neutron/plugins/mlnx/mlnx_conf.ini']),
        )
        self.assertEqual(
            {'DAEMON': {'fabrics': 'fabric:ib0'}},
            base.options(written['/etc/eswitchd/eswitchd.conf']),
        )

    def test_several_cards(self):
        """Nova gets a line for each."""
        text = files(base.KINDS['both'])['/etc/nova/nova.conf']

        self.assertEqual(2, text.count('\ndevice_spec = '))

    def test_trusted(self):
        """Guests may set what the card otherwise keeps from them."""
        card = dataclasses.replace(base.CARD, trusted=True)

        text = files(Sriov(devices=(card,)))['/etc/nova/nova.conf']

        nova = base.options(text)
        self.assertEqual(
            'true', json.loads(nova['pci']['device_spec'])['trusted']
        )

    def test_exclude(self):
        """The agent is told; for Nova the host names those that remain."""
        card = dataclasses.replace(
            base.CARD, exclude=('0000:3b:02.0', '0000:3b:02.1')
        )

        written = files(Sriov(devices=(card,)))

        self.assertIn(
            'exclude_devices = ens1f0:0000:3b:02.0;0000:3b:02.1\n',
            written[ML2 + 'sriov_agent.ini'],
        )
        self.assertNotIn('device_spec', written['/etc/nova/nova.conf'])
        self.assertEqual(
            'ens1f0 8 ethernet physnet1 false 0000:3b:02.0 0000:3b:02.1\n',
            written['/etc/hvctl/virtual-functions'],
        )

    def test_no_addresses(self):
        """The host asks for none on a function, but on those excluded."""
        cards = (
            base.CARD,
            dataclasses.replace(
                base.CARD,
                interface='ens1f1',
                exclude=('0000:3b:02.0', '0000:3b:02.1'),
            ),
        )

        written = files(Sriov(devices=cards))

        self.assertEqual(
            'ACTION!="remove", SUBSYSTEM=="net", '
            'TEST=="device/physfn/net/ens1f0", '
            'ENV{NM_UNMANAGED}="1", ENV{HVCTL_FUNCTION}="1"\n'
            'ACTION!="remove", SUBSYSTEM=="net", '
            'TEST=="device/physfn/net/ens1f1", '
            'DEVPATH!="*/0000:3b:02.0/*|*/0000:3b:02.1/*", '
            'ENV{NM_UNMANAGED}="1", ENV{HVCTL_FUNCTION}="1"\n',
            written['/etc/udev/rules.d/70-hvctl.rules'],
        )
        self.assertEqual(
            {
                'Match': {'property': 'HVCTL_FUNCTION=1'},
                'Link': {'unmanaged': 'yes'},
            },
            base.options(written['/etc/systemd/network/05-hvctl.network']),
        )


class TestVlans(unittest.TestCase):
    """Sub-networks of the trunk."""

    def lines(self, **fields):
        profile = base.a_profile(
            subnetworks=(dataclasses.replace(STORAGE, **fields),)
        )
        return base.files(profile)['/etc/hvctl/vlans'].splitlines()

    def test_neutron(self):
        """The address that Neutron gave."""
        self.assertEqual(
            [
                'parent 10.0.0.21',
                'vlan301 301 fa:16:3e:00:00:01 8950 10.3.0.21/24',
            ],
            self.lines(),
        )

    def test_dhcp(self):
        """The host asks for it."""
        lines = self.lines(address=Address.DHCP)

        self.assertTrue(lines[1].endswith(' 8950 dhcp'), lines)

    def test_none(self):
        """The interface has none."""
        lines = self.lines(address=Address.NONE)

        self.assertTrue(lines[1].endswith(' 8950'), lines)

    def test_interface(self):
        """Under the name that the profile chose."""
        self.assertTrue(
            self.lines(interface='storage0')[1].startswith('storage0 301 ')
        )

    def test_unknown(self):
        """Without its port nothing is made up."""
        profile = base.a_profile(subnetworks=(Subnetwork(network='backup'),))

        with self.assertRaisesRegex(exceptions.InvalidRequest, 'backup'):
            base.render(profile)

    def test_no_address(self):
        """A port without an address needs another way."""
        ports = MachinePorts(
            subports={'storage': Subport(segmentation_id=301)}
        )
        profile = base.a_profile(subnetworks=(STORAGE,))

        with self.assertRaisesRegex(exceptions.InvalidRequest, 'dhcp'):
            base.render(profile, facts=ports)

    def test_sketch(self):
        """To show it, a question mark stands for what is not known."""
        profile = base.a_profile(
            networking=dataclasses.replace(base.OVS, tunnel_network='storage'),
            subnetworks=(STORAGE,),
        )

        written = base.files(profile, facts=machine_ports.sketch(profile))

        self.assertEqual(
            'parent ?\nvlan? ? ? ? ?\n', written['/etc/hvctl/vlans']
        )

    def test_sketch_of_tunnels(self):
        """Nor is an address made up that the agent does not get."""
        profile = base.a_profile(networking=base.OVS)

        written = base.files(profile, facts=machine_ports.sketch(profile))

        self.assertIn('local_ip = ?\n', written[ML2 + 'openvswitch_agent.ini'])
        self.assertNotIn('tunnel', written['/etc/hvctl/switch'])


class TestProvider(unittest.TestCase):
    """The provider configuration file."""

    def test_content(self):
        """Marked, with the profile's traits and a place for a test."""
        text = base.files(base.a_profile(traits=('CUSTOM_FAST', 'CUSTOM_A')))[
            '/etc/nova/provider_config/hvctl.yaml'
        ]

        (provider,) = yaml.safe_load(text)['providers']
        self.assertEqual({'uuid': '$COMPUTE_NODE'}, provider['identification'])
        self.assertEqual(
            {
                'additional': [
                    'CUSTOM_HVCTL_EPHEMERAL',
                    'CUSTOM_FAST',
                    'CUSTOM_A',
                ]
            },
            provider['traits'],
        )
        (inventory,) = provider['inventories']['additional']
        self.assertEqual(1, inventory['CUSTOM_HVCTL_TEST']['total'])
