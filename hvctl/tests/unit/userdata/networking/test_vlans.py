# SPDX-License-Identifier: Apache-2.0
"""Tests of the VLAN interfaces of a trunk's sub-networks."""

from __future__ import annotations

import dataclasses
import typing
import unittest

from hvctl import exceptions
from hvctl.model import machine_ports
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.machine_ports import Subport
from hvctl.model.networking import Address
from hvctl.model.profile import Subnetwork
from hvctl.tests.unit.userdata import base


class TestVlans(unittest.TestCase):
    """Sub-networks of the trunk."""

    def lines(self, **fields: typing.Any) -> list[str]:
        """Write the table of one sub-network."""
        profile = base.a_profile(
            subnetworks=(dataclasses.replace(base.STORAGE, **fields),)
        )
        return base.files(profile)['/etc/hvctl/vlans'].splitlines()

    def test_neutron(self) -> None:
        """The address that Neutron gave."""
        self.assertEqual(
            [
                'parent 10.0.0.21',
                'vlan301 301 fa:16:3e:00:00:01 8950 10.3.0.21/24',
            ],
            self.lines(),
        )

    def test_dhcp(self) -> None:
        """The host asks for it."""
        lines = self.lines(address=Address.DHCP)

        self.assertTrue(lines[1].endswith(' 8950 dhcp'), lines)

    def test_none(self) -> None:
        """The interface has none."""
        lines = self.lines(address=Address.NONE)

        self.assertTrue(lines[1].endswith(' 8950'), lines)

    def test_interface(self) -> None:
        """Under the name that the profile chose."""
        self.assertTrue(
            self.lines(interface='storage0')[1].startswith('storage0 301 ')
        )

    def test_left_alone(self) -> None:
        """No other service touches what the script gives an address."""
        rules = '/etc/udev/rules.d/70-hvctl-vlans.rules'
        network = '/etc/systemd/network/05-hvctl-vlans.network'
        for address in Address:
            files = base.files(
                base.a_profile(
                    subnetworks=(
                        dataclasses.replace(base.STORAGE, address=address),
                    )
                )
            )
            with self.subTest(address=address):
                if address is Address.NONE:
                    self.assertNotIn(rules, files)
                    self.assertNotIn(network, files)
                    continue
                self.assertEqual(
                    'ACTION!="remove", SUBSYSTEM=="net", KERNEL=="vlan301", '
                    'ENV{NM_UNMANAGED}="1"\n',
                    files[rules],
                )
                self.assertEqual(
                    '[Match]\nName=vlan301\n\n[Link]\nUnmanaged=yes\n',
                    files[network],
                )

    def test_unknown(self) -> None:
        """Without its port nothing is made up."""
        profile = base.a_profile(subnetworks=(Subnetwork(network='backup'),))

        with self.assertRaisesRegex(exceptions.InvalidRequest, 'backup'):
            base.render(profile)

    def test_no_address(self) -> None:
        """A port without an address needs another way."""
        ports = MachinePorts(
            subports={'storage': Subport(segmentation_id=301)}
        )
        profile = base.a_profile(subnetworks=(base.STORAGE,))

        with self.assertRaisesRegex(exceptions.InvalidRequest, 'dhcp'):
            base.render(profile, ports=ports)

    def test_sketch(self) -> None:
        """To show it, a question mark stands for what is not known."""
        profile = base.a_profile(
            networking=dataclasses.replace(base.OVS, tunnel_network='storage'),
            subnetworks=(base.STORAGE,),
        )

        written = base.files(profile, ports=machine_ports.sketch(profile))

        self.assertEqual(
            'parent ?\nvlan? ? ? ? ?\n', written['/etc/hvctl/vlans']
        )

    def test_sketch_of_tunnels(self) -> None:
        """Nor is an address made up that the agent does not get."""
        profile = base.a_profile(networking=base.OVS)

        written = base.files(profile, ports=machine_ports.sketch(profile))

        self.assertIn(
            'local_ip = ?\n', written[base.ML2 + 'openvswitch_agent.ini']
        )
        self.assertNotIn('tunnel', written['/etc/hvctl/switch'])
