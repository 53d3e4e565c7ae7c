# SPDX-License-Identifier: Apache-2.0
"""Tests of the hosts' network adapter."""

from __future__ import annotations

from nova.pci import utils

from hvctl_lab.host import devices
from hvctl_lab.tests import base


class TestDevices(base.LabTestCase):
    """Functions of the adapter, and what Nova asks the kernel."""

    def test_none(self):
        """A host without virtual functions offers no device."""
        self.assertEqual([], devices.passthrough(0))

    def test_addresses(self):
        """Every virtual function has an address of its own."""
        physical, *virtual = devices.passthrough(20)

        self.assertEqual('type-PF', physical['dev_type'])
        self.assertEqual('0000:3b:02.0', virtual[0]['address'])
        self.assertEqual('0000:3b:03.0', virtual[8]['address'])
        self.assertEqual(20, len({each['address'] for each in virtual}))
        self.assertEqual(
            {physical['address']}, {each['parent_addr'] for each in virtual}
        )

    def test_lookups(self):
        """Nova finds the adapter by its name, and nothing else new."""
        for name in (
            'get_function_by_ifname',
            'get_mac_by_pci_address',
            'get_vf_product_id_by_pf_addr',
            'get_pci_ids_by_pci_addr',
        ):
            self.replace(f'nova.pci.utils.{name}', getattr(utils, name))

        devices.answer_lookups()

        self.assertEqual(
            (devices.PHYSICAL_FUNCTION, True),
            utils.get_function_by_ifname(devices.INTERFACE),
        )
        self.assertEqual(
            (None, False), utils.get_function_by_ifname('no-such-device')
        )
