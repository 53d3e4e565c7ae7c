# SPDX-License-Identifier: Apache-2.0
"""Tests of what OVN brings."""

from __future__ import annotations

import unittest

from hvctl.model.networking import Ovn
from hvctl.tests.unit.userdata import base


class TestOvn(unittest.TestCase):
    """Open vSwitch with OVN's controller."""

    def test_switch(self) -> None:
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
            base.wired(base.OVN)['/etc/hvctl/switch'].splitlines(),
        )

    def test_system_id(self) -> None:
        """The switch's own script would set what the image has."""
        self.assertEqual(
            f'{base.COMPUTE_ID}\n',
            base.wired(base.OVN)['/etc/openvswitch/system-id.conf'],
        )

    def test_agent(self) -> None:
        """It serves metadata."""
        for path in (
            base.ML2 + 'ovn_agent.ini',
            '/etc/neutron/neutron_ovn_metadata_agent.ini',
        ):
            with self.subTest(path=path):
                agent = base.options(base.wired(base.OVN)[path])

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

    def test_without_metadata(self) -> None:
        """Then there is no agent of Neutron at all."""
        wiring = Ovn(southbound=('tcp:10.0.0.3:6642',))

        written = base.wired(wiring)

        self.assertFalse([path for path in written if '/neutron/' in path])
        self.assertNotIn('neutron', written['/etc/hvctl/setup'])

    def test_nova(self) -> None:
        """OVN opens no port for it."""
        nova = base.options(base.wired(base.OVN)['/etc/nova/nova.conf'])

        self.assertEqual(
            {'ovsdb_connection': 'unix:/run/openvswitch/db.sock'},
            nova['os_vif_ovs'],
        )
