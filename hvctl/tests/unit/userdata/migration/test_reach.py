# SPDX-License-Identifier: Apache-2.0
"""Tests of by what others reach a host."""

from __future__ import annotations

import typing

from hvctl import exceptions
from hvctl.model.credentials import Holder
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.machine_ports import UNKNOWN
from hvctl.model.networking import Address
from hvctl.model.profile import Profile, Subnetwork
from hvctl.model.transport import Transport
from hvctl.tests.unit.userdata import base
from hvctl.tests.unit.userdata.migration import reaching
from hvctl.userdata.migration import reach


class TestReach(reaching.TransportTestCase):
    """By what others reach the host."""

    def holder(self, **fields: typing.Any) -> Holder:
        """Return the host as it gets certificates."""
        fields.setdefault('ports', base.some_ports())
        ports = fields.pop('ports')
        profile = Profile(name='p', network='internalapi', **fields)
        return reach.holder(profile, 'hv1', ports)

    def test_network(self) -> None:
        """The address of a sub-network is that of both ways."""
        self.render(Transport(network='storage'))
        self.assertEqual(
            {
                'live_migration_inbound_addr': '10.3.0.21',
                'migration_inbound_addr': '10.3.0.21',
            },
            self.libvirt(),
        )
        for network in (None, 'internalapi'):
            self.render(Transport(network=network))
            self.assertEqual(
                {'live_migration_inbound_addr': '$my_ip'}, self.libvirt()
            )

    def test_holder(self) -> None:
        """Certificates are for all that others may ask for."""
        self.assertEqual(
            Holder(
                names=('hv1', 'hv1.example.org'),
                addresses=('10.3.0.21', '10.0.0.21'),
                sources=('10.0.0.21', '10.3.0.21'),
            ),
            self.holder(
                domain='example.org',
                subnetworks=(base.STORAGE,),
                migration=Transport(network='storage'),
            ),
        )

    def test_unknown_sources(self) -> None:
        """Addresses that are not known early are none to restrict to."""
        found = self.holder(
            subnetworks=(Subnetwork(network='storage', address=Address.DHCP),)
        )

        self.assertIsNone(found.sources)
        self.assertEqual(('10.0.0.21',), found.addresses)
        ports = MachinePorts(address='10.0.0.21')
        self.assertIsNone(self.holder(ports=ports).sources)

    def test_both_versions(self) -> None:
        """It may reach another by each address of its own port."""
        ports = MachinePorts(
            address='10.0.0.21', addresses=('10.0.0.21', '2001:db8::21')
        )

        self.assertEqual(
            ('10.0.0.21', '2001:db8::21'), self.holder(ports=ports).sources
        )

    def test_sketch(self) -> None:
        """What is only shown may have no address."""
        found = self.holder(
            ports=MachinePorts(address=UNKNOWN, addresses=(UNKNOWN,))
        )

        self.assertEqual(
            Holder(names=('hv1',), addresses=(), sources=()), found
        )

    def test_no_address(self) -> None:
        """A host that nobody could reach is refused."""
        with self.assertRaisesRegex(
            exceptions.InvalidRequest, 'has no address that lasts'
        ):
            self.holder(ports=MachinePorts())
