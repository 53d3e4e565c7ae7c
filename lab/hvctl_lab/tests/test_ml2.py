# SPDX-License-Identifier: Apache-2.0
"""Tests of how bare-metal ports are bound."""

from __future__ import annotations

import unittest
from unittest import mock

from hvctl_lab import ml2


def _context(vnic_type, *network_types):
    return mock.Mock(
        current={'binding:vnic_type': vnic_type},
        segments_to_bind=[
            {'id': f'id-{each}', 'network_type': each}
            for each in network_types
        ],
    )


class TestBinding(unittest.TestCase):
    """Which ports are bound, and to what."""

    def test_baremetal(self):
        """A node's port is wired on any network that a switch can carry."""
        for network_type in ('vlan', 'vxlan', 'flat'):
            context = _context('baremetal', 'gre', network_type)

            ml2.LabMechanismDriver().bind_port(context)

            context.set_binding.assert_called_once_with(
                f'id-{network_type}', 'other', {}, status='ACTIVE'
            )

    def test_not_ours(self):
        """Guests' ports are left to the drivers that have agents."""
        for context in (
            _context('normal', 'vlan'),
            _context('direct', 'vlan'),
            _context('baremetal', 'gre'),
            _context('baremetal'),
        ):
            ml2.LabMechanismDriver().bind_port(context)

            context.set_binding.assert_not_called()
