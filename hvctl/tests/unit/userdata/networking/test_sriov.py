# SPDX-License-Identifier: Apache-2.0
"""Tests of what virtual functions bring."""

from __future__ import annotations

import dataclasses
import json
import unittest

from hvctl.model.networking import Sriov
from hvctl.tests.unit.userdata import base


class TestSriov(unittest.TestCase):
    """Virtual functions."""

    def test_ethernet(self) -> None:
        """One card."""
        written = base.wired(base.KINDS['ethernet'])

        self.assertEqual(
            'ens1f0 8 ethernet\n', written['/etc/hvctl/virtual-functions']
        )
        self.assertEqual(
            {
                'sriov_nic': {'physical_device_mappings': 'physnet1:ens1f0'},
                'securitygroup': {'firewall_driver': 'noop'},
            },
            base.options(written[base.ML2 + 'sriov_agent.ini']),
        )
        nova = base.options(written['/etc/nova/nova.conf'])
        self.assertEqual(
            {'devname': 'ens1f0', 'physical_network': 'physnet1'},
            json.loads(nova['pci']['device_spec']),
        )

    def test_infiniband(self) -> None:
        """Its agent is another one."""
        written = base.wired(base.KINDS['infiniband'])

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

    def test_several_cards(self) -> None:
        """Nova gets a line for each."""
        text = base.wired(base.KINDS['both'])['/etc/nova/nova.conf']

        self.assertEqual(2, text.count('\ndevice_spec = '))

    def test_trusted(self) -> None:
        """Guests may set what the card otherwise keeps from them."""
        card = dataclasses.replace(base.CARD, trusted=True)

        text = base.wired(Sriov(devices=(card,)))['/etc/nova/nova.conf']

        nova = base.options(text)
        self.assertEqual(
            'true', json.loads(nova['pci']['device_spec'])['trusted']
        )

    def test_exclude(self) -> None:
        """The agent is told; for Nova the host names those that remain."""
        card = dataclasses.replace(
            base.CARD, exclude=('0000:3b:02.0', '0000:3b:02.1')
        )

        written = base.wired(Sriov(devices=(card,)))

        self.assertIn(
            'exclude_devices = ens1f0:0000:3b:02.0;0000:3b:02.1\n',
            written[base.ML2 + 'sriov_agent.ini'],
        )
        self.assertNotIn('device_spec', written['/etc/nova/nova.conf'])
        self.assertEqual(
            'ens1f0 8 ethernet physnet1 false 0000:3b:02.0 0000:3b:02.1\n',
            written['/etc/hvctl/virtual-functions'],
        )

    def test_no_addresses(self) -> None:
        """The host asks for none on a function, but on those excluded."""
        cards = (
            base.CARD,
            dataclasses.replace(
                base.CARD,
                interface='ens1f1',
                exclude=('0000:3b:02.0', '0000:3b:02.1'),
            ),
        )

        written = base.wired(Sriov(devices=cards))

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
