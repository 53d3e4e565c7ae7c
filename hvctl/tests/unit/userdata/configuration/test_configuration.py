# SPDX-License-Identifier: Apache-2.0
"""The configuration files of Nova and of Neutron's agents."""

from __future__ import annotations

import unittest

from hvctl.model.machine_ports import MachinePorts
from hvctl.model.profile import LiveMigration
from hvctl.model.secret import Secret
from hvctl.tests.unit.userdata import base
from hvctl.userdata.configuration import nova

AGENT = '/etc/neutron/plugins/ml2/openvswitch_agent.ini'


class TestNova(unittest.TestCase):
    """The host's nova.conf."""

    def test_fields(self) -> None:
        """What the profile says in its own words."""
        nova = self.nova(
            cpu_allocation_ratio=16.0,
            reserved_host_memory_mb=4096,
            live_migration=LiveMigration(
                max_concurrent=8, permit_post_copy=True
            ),
        )

        self.assertEqual('16.0', nova['DEFAULT']['cpu_allocation_ratio'])
        self.assertNotIn('ram_allocation_ratio', nova['DEFAULT'])
        self.assertEqual('4096', nova['DEFAULT']['reserved_host_memory_mb'])
        self.assertEqual(
            '8', nova['DEFAULT']['max_concurrent_live_migrations']
        )
        self.assertEqual(
            {
                'live_migration_inbound_addr': '$my_ip',
                'live_migration_permit_auto_converge': 'true',
                'live_migration_permit_post_copy': 'true',
                'live_migration_completion_timeout': '800',
                'live_migration_timeout_action': 'abort',
            },
            nova['libvirt'],
        )

    def test_options_win(self) -> None:
        """Any option of the profile is the last word."""
        nova = self.nova(
            cpu_allocation_ratio=16.0,
            nova={
                'DEFAULT': {'cpu_allocation_ratio': ('4.0',)},
                'libvirt': {'virt_type': ('qemu',)},
            },
        )

        self.assertEqual('4.0', nova['DEFAULT']['cpu_allocation_ratio'])
        self.assertEqual('qemu', nova['libvirt']['virt_type'])
        self.assertIn('live_migration_timeout_action', nova['libvirt'])

    def test_ram_ratio(self) -> None:
        """The one that nova-compute takes where no inventory has one."""
        for field, options, expected in (
            (None, {}, 1.0),
            (1.2, {}, 1.2),
            (None, {'initial_ram_allocation_ratio': '1.5'}, 1.5),
            (1.2, {'initial_ram_allocation_ratio': '1.5'}, 1.2),
            (1.2, {'ram_allocation_ratio': '2'}, 2.0),
            (
                1.2,
                {
                    'ram_allocation_ratio': '0.0',
                    'initial_ram_allocation_ratio': '1.5',
                },
                1.5,
            ),
            (None, {'ram_allocation_ratio': 'much'}, 1.0),
            (None, {'ram_allocation_ratio': 'inf'}, 1.0),
        ):
            with self.subTest(field=field, options=options):
                profile = base.a_profile(
                    ram_allocation_ratio=field,
                    nova={
                        'DEFAULT': {
                            name: (value,) for name, value in options.items()
                        }
                    },
                )

                self.assertEqual(expected, nova.ram_ratio_of(profile))

    def test_address(self) -> None:
        """What others reach the host by, unless the profile has another."""
        for own, address, expected in (
            ({}, '10.0.0.21', '10.0.0.21'),
            ({}, None, None),
            ({'my_ip': ('10.9.9.9',)}, '10.0.0.21', '10.9.9.9'),
        ):
            with self.subTest(own=own, address=address):
                files = base.files(
                    base.a_profile(nova={'DEFAULT': own}),
                    ports=MachinePorts(address=address),
                )

                nova = base.options(files['/etc/nova/nova.conf'])
                self.assertEqual(expected, nova['DEFAULT'].get('my_ip'))

    def test_second_file_is_empty(self) -> None:
        """Debian's packages have options in it that would win."""
        text = base.files(base.a_profile())['/etc/nova/nova-compute.conf']

        self.assertEqual({}, base.options(text))

    def nova(self, **fields):
        files = base.files(base.a_profile(**fields))
        return base.options(files['/etc/nova/nova.conf'])


class TestNeutron(unittest.TestCase):
    """The agents' files."""

    def test_bus_is_novas(self) -> None:
        """Unless the profile has another for Neutron."""
        own = {'DEFAULT': {'transport_url': (Secret('rabbit://n/'),)}}
        for fields, expected in (
            ({}, base.TRANSPORT_URL),
            ({'neutron': own}, 'rabbit://n/'),
        ):
            with self.subTest(fields=fields):
                files = base.files(
                    base.a_profile(networking=base.OVS, **fields)
                )

                neutron = base.options(files['/etc/neutron/neutron.conf'])
                self.assertEqual(expected, neutron['DEFAULT']['transport_url'])

    def test_options_win(self) -> None:
        """In the agent's own file too, which most agents read last."""
        files = base.files(
            base.a_profile(
                networking=base.OVS,
                neutron={
                    'securitygroup': {'firewall_driver': ('iptables_hybrid',)},
                    'agent': {'extensions': ('qos',)},
                },
            )
        )

        agent = base.options(files[AGENT])
        self.assertEqual(
            {'firewall_driver': 'iptables_hybrid'}, agent['securitygroup']
        )
        self.assertEqual({'tunnel_types': 'vxlan'}, agent['agent'])
        neutron = base.options(files['/etc/neutron/neutron.conf'])
        self.assertEqual('qos', neutron['agent']['extensions'])

    def test_root(self) -> None:
        """Agents become root in the only way that sudo lets them."""
        other = {'agent': {'root_helper_daemon': ('other',)}}
        for own, daemon in (
            ({}, 'sudo neutron-rootwrap-daemon /etc/neutron/rootwrap.conf'),
            (other, 'other'),
        ):
            with self.subTest(own=own):
                files = base.files(
                    base.a_profile(networking=base.OVS, neutron=own)
                )

                neutron = base.options(files['/etc/neutron/neutron.conf'])
                self.assertEqual(
                    {
                        'root_helper': 'sudo neutron-rootwrap '
                        '/etc/neutron/rootwrap.conf',
                        'root_helper_daemon': daemon,
                    },
                    neutron['agent'],
                )

    def test_none_with_options(self) -> None:
        """The image's own agent is told what the profile says."""
        files = base.files(
            base.a_profile(neutron={'DEFAULT': {'debug': ('true',)}})
        )

        neutron = base.options(files['/etc/neutron/neutron.conf'])
        self.assertEqual('true', neutron['DEFAULT']['debug'])
