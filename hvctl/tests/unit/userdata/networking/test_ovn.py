# SPDX-License-Identifier: Apache-2.0
"""Tests of what OVN brings."""

from __future__ import annotations

import unittest

from hvctl.model.networking import Ovn
from hvctl.tests.unit.userdata import base

SOUTHBOUND = 'tcp:10.0.0.3:6642,tcp:10.0.0.4:6642'


class TestOvn(unittest.TestCase):
    """Open vSwitch with OVN's controller."""

    def test_switch(self) -> None:
        """The chassis is made known at every boot."""
        self.assertEqual(
            [
                'external-id hostname hv1',
                f'external-id system-id {base.COMPUTE_ID}',
                'manager ptcp:6640:127.0.0.1',
                'external-id ovn-remote tcp:10.0.0.3:6642,tcp:10.0.0.4:6642',
                'external-id ovn-encap-type geneve',
                'external-id ovn-bridge-mappings physnet1:br-ex',
                'own 10.0.0.21',
                'bridge br-ex ens2f0',
                'tunnel-external-id ovn-encap-ip 10.0.0.21',
            ],
            base.wired(base.OVN)['/etc/hvctl/switch'].splitlines(),
        )

    def test_system_id(self) -> None:
        """The switch's own script would set what the image has."""
        self.assertEqual(
            f'{base.COMPUTE_ID}\n',
            base.wired(base.OVN)['/etc/openvswitch/system-id.conf'],
        )

    def test_agent(self) -> None:
        """It is told all in each file that some packaging has it read."""
        for path in (
            '/etc/neutron/neutron.conf',
            base.ML2 + 'ovn_agent.ini',
            '/etc/neutron/neutron_ovn_metadata_agent.ini',
        ):
            with self.subTest(path=path):
                agent = base.options(base.wired(base.OVN)[path])

                self.assertEqual('hv1', agent['DEFAULT']['host'])
                self.assertEqual(
                    '10.0.0.5', agent['DEFAULT']['nova_metadata_host']
                )
                self.assertEqual(
                    'proxy-word',
                    agent['DEFAULT']['metadata_proxy_shared_secret'],
                )
                self.assertEqual('metadata', agent['agent']['extensions'])
                self.assertIn(
                    'neutron-rootwrap', agent['agent']['root_helper']
                )
                self.assertIn('lock_path', agent['oslo_concurrency'])
                self.assertEqual(
                    {'ovn_sb_connection': SOUTHBOUND}, agent['ovn']
                )

    def test_options_win(self) -> None:
        """In each of them, beside those that only the profile has."""
        neutron = {
            'agent': {'extensions': ('metadata,qos',)},
            'ovn': {'ovn_sb_ca_cert': ('/etc/ca.pem',)},
        }
        written = base.wired(base.OVN, neutron=neutron)
        for path in (
            '/etc/neutron/neutron.conf',
            base.ML2 + 'ovn_agent.ini',
            '/etc/neutron/neutron_ovn_metadata_agent.ini',
        ):
            with self.subTest(path=path):
                agent = base.options(written[path])

                self.assertEqual('metadata,qos', agent['agent']['extensions'])
                self.assertEqual(
                    {
                        'ovn_sb_connection': SOUTHBOUND,
                        'ovn_sb_ca_cert': '/etc/ca.pem',
                    },
                    agent['ovn'],
                )

    def test_without_metadata(self) -> None:
        """Then there is no agent of Neutron at all, nor its proxy."""
        wiring = Ovn(southbound=('tcp:10.0.0.3:6642',))

        written = base.wired(wiring)

        self.assertFalse([path for path in written if '/neutron/' in path])
        self.assertNotIn('neutron', written['/etc/hvctl/setup'])
        self.assertNotIn('haproxy', written['/etc/hvctl/setup'])

    def test_packages(self) -> None:
        """RHEL's package of the agent does not require its proxy."""
        lines = base.wired(base.OVN)['/etc/hvctl/setup'].splitlines()

        packages = next(x for x in lines if x.startswith('package-rhel '))
        self.assertIn(' haproxy', packages)

    def test_database(self) -> None:
        """It is where all look for it, none of which is root."""
        written = base.wired(base.OVN)

        for path in ('/etc/nova/nova.conf', base.ML2 + 'ovn_agent.ini'):
            self.assertNotIn('ovsdb_connection', written[path])
        self.assertIn(
            'manager ptcp:6640:127.0.0.1',
            written['/etc/hvctl/switch'].splitlines(),
        )
