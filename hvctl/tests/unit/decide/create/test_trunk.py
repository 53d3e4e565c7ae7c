# SPDX-License-Identifier: Apache-2.0
"""Tests of how a machine gets further networks on its port."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.create import trunk
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.machine_ports import Subport
from hvctl.model.networking import Address
from hvctl.model.records import FixedIP, Port, Tagged, Trunk
from hvctl.model.steps import AddSubports, CreateSubport, CreateTrunk
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import requests

STORAGE = builders.an_id('storage')
SUBNET = builders.an_id('subnet')
PORT = builders.a_port()
SUBPORT = builders.a_port(
    id='sub', network_id=STORAGE, mac_address='mac of sub'
)
WITH_TRUNK = dataclasses.replace(
    PORT, trunk=Trunk(id='t', segmentation_ids={'sub': 102})
)


def a_hypervisor(*subports: Port, port: Port = PORT) -> Hypervisor:
    """A hypervisor without a server that has these ports."""
    return Hypervisor(name='hv1', ports=(port,), subports=subports)


class TestParent(unittest.TestCase):
    """The port that the machine boots with."""

    def test_of_several(self) -> None:
        """It is the one with the trunk, else the first."""
        other = builders.a_port(id='other')
        for ports, expected in (
            ((PORT, other), PORT),
            ((other, WITH_TRUNK), WITH_TRUNK),
            ((WITH_TRUNK, other), WITH_TRUNK),
        ):
            with self.subTest(ports=ports):
                hv = Hypervisor(name='hv1', ports=ports)

                self.assertEqual(expected, trunk.parent(hv))


class TestMissing(unittest.TestCase):
    """Sub-ports that are still to be made."""

    def test_made(self) -> None:
        """One for each network, by the id that was chosen, or the name."""
        for compute_id, key in (('id', 'id'), (None, 'hv1')):
            for address, addressed in (
                (Address.NONE, False),
                (Address.DHCP, True),
            ):
                with self.subTest(compute_id=compute_id, address=address):
                    sub = requests.a_subnetwork(address=address)

                    self.assertEqual(
                        [
                            CreateSubport(
                                name='hv1',
                                network_id=STORAGE,
                                mac_address=identity.port_mac(key, STORAGE),
                                addressed=addressed,
                            )
                        ],
                        trunk.missing(a_hypervisor(), (sub,), compute_id),
                    )

    def test_there(self) -> None:
        """What is there is not made again, in whatever network."""
        wanted = (requests.a_subnetwork(), requests.a_subnetwork('tunnels'))

        (step,) = trunk.missing(a_hypervisor(SUBPORT), wanted, None)

        self.assertEqual(
            [builders.an_id('tunnels')], [getattr(step, 'network_id', None)]
        )
        self.assertEqual(1, trunk.unmade(a_hypervisor(SUBPORT), wanted))
        self.assertEqual(3, trunk.unmade(Hypervisor(name='hv1'), wanted))


class TestTie(unittest.TestCase):
    """Sub-ports are brought into the trunk of the port."""

    def test_what_is_not_in_it(self) -> None:
        """A trunk is made with all of them, else the rest is added."""
        wanted = (requests.a_subnetwork(segmentation_id=7),)
        tagged = (Tagged('sub', 7),)
        empty = dataclasses.replace(PORT, trunk=Trunk(id='t'))
        for port, expected in (
            (PORT, CreateTrunk(name='hv1', port_id=PORT.id, subports=tagged)),
            (empty, AddSubports(name='hv1', trunk_id='t', subports=tagged)),
            (WITH_TRUNK, None),
        ):
            with self.subTest(port=port):
                hv = a_hypervisor(SUBPORT, port=port)

                self.assertEqual(expected, trunk.tie(hv, port, wanted))

    def test_twins(self) -> None:
        """Of two ports in a network the one in the trunk counts."""
        twin = dataclasses.replace(SUBPORT, id='a')
        wanted = (requests.a_subnetwork(),)
        for port, expected in (
            (WITH_TRUNK, None),
            (
                PORT,
                CreateTrunk(
                    name='hv1',
                    port_id=PORT.id,
                    subports=(Tagged('a', wanted[0].wish.segmentation_id),),
                ),
            ),
        ):
            with self.subTest(port=port):
                hv = a_hypervisor(SUBPORT, twin, port=port)

                self.assertEqual(expected, trunk.tie(hv, port, wanted))


class TestFacts(unittest.TestCase):
    """What the machine is told of its ports."""

    def test_subports(self) -> None:
        """The VLAN on its own port, and addresses in known subnets."""
        subport = dataclasses.replace(
            SUBPORT,
            fixed_ips=(FixedIP(SUBNET, '10.1.0.9'), FixedIP('x', '10.2.0.9')),
        )

        self.assertEqual(
            MachinePorts(
                address=None,
                subports={
                    'storage': Subport(
                        segmentation_id=102,
                        mac_address='mac of sub',
                        addresses=('10.1.0.9/20',),
                        mtu=1500,
                    )
                },
            ),
            trunk.facts(
                a_hypervisor(subport, port=WITH_TRUNK),
                WITH_TRUNK,
                (requests.a_subnetwork(),),
            ),
        )

    def test_address(self) -> None:
        """IPv4 goes first, and what is made of a MAC address never."""
        made = 'fd00::f816:3eff:fe01:203'
        for addresses, expected in (
            (('fd00::9', '10.0.0.9'), '10.0.0.9'),
            ((made, '10.0.0.9'), '10.0.0.9'),
            ((made, 'fd00::9'), 'fd00::9'),
            ((made,), None),
            ((), None),
        ):
            with self.subTest(addresses=addresses):
                port = dataclasses.replace(
                    PORT,
                    fixed_ips=tuple(FixedIP('s', one) for one in addresses),
                )

                found = trunk.facts(a_hypervisor(port=port), port, ())

                self.assertEqual(expected, found.address)
