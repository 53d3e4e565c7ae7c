# SPDX-License-Identifier: Apache-2.0
"""Tests of create with other options than the one before it had."""

from __future__ import annotations

from hvctl.model.networking import Address
from hvctl.model.steps import CreateServer
from hvctl.tests.fixtures import errors
from hvctl.tests.unit.run import simulated


class TestLeftPorts(simulated.TestCase):
    """Ports that were made before Nova refused the server."""

    def create_in_vain(self, **changes):
        """Make ports, and no server."""
        self.cloud.trouble[CreateServer] = (9, errors.refusal('no'), False)
        self.assertFalse(self.create('hv1', **changes).ok)
        self.cloud.trouble.clear()

    def test_other_network(self):
        """The machine is in the network that is wanted now."""
        first = self.cloud.world.first
        self.create_in_vain(network_id=first.guests_network_id)

        result = self.create('hv1', fixed_ip='10.0.0.7')

        self.assertTrue(result.ok, self.message(result))
        (port,) = self.cloud.ports()
        self.assertEqual(first.network_id, port.network_id)
        self.assertEqual('10.0.0.7', port.ip_address)
        self.assert_one_of_each()

    def test_other_subnetworks(self):
        """Nothing of what was wanted then is left on its port."""
        old = (self.a_subnetwork('storage'), self.a_subnetwork('old'))
        new = (self.a_subnetwork('storage', segmentation_id=7),)
        self.create_in_vain(subnetworks=old)

        result = self.create('hv1', subnetworks=new)

        self.assertTrue(result.ok, self.message(result))
        networks = [self.cloud.world.first.network_id, new[0].network_id]
        ports = self.cloud.ports()
        self.assertCountEqual(networks, [port.network_id for port in ports])
        (trunk,) = filter(None, map(self.cloud.trunk_of, ports))
        self.assertEqual([7], [*trunk.subports.values()])

    def test_the_same(self):
        """What fits is used again."""
        wanted = {
            'fixed_ip': '10.0.0.7',
            'vnic_type': 'normal',
            'subnetworks': (
                self.a_subnetwork('storage', address=Address.NONE),
                self.a_subnetwork('old', segmentation_id=8),
            ),
        }
        self.create_in_vain(**wanted)

        result = self.create('hv1', **wanted)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(1, self.kinds().count('CreatePort'))
        self.assertNotIn('DeletePort', self.kinds())
