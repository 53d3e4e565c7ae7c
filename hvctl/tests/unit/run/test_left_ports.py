# SPDX-License-Identifier: Apache-2.0
"""Tests of create with other options than the one before it had."""

from __future__ import annotations

from hvctl.model.networking import Address
from hvctl.model.steps import CreateServer
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import errors
from hvctl.tests.fixtures import requests
from hvctl.tests.unit.run import base

WRONG = builders.an_id('elsewhere')


class TestLeftPorts(base.TestCase):
    """Ports that were made before Nova refused the server."""

    def create_in_vain(self, **changes):
        """Make ports, and no server."""
        self.cloud.trouble[CreateServer] = (9, errors.refusal('no'), False)
        self.assertFalse(self.create('hv1', **changes).ok)
        self.cloud.trouble.clear()

    def test_other_network(self):
        """The machine is in the network that is wanted now."""
        self.create_in_vain(network_id=WRONG)

        result = self.create('hv1', fixed_ip='10.0.0.7')

        self.assertTrue(result.ok, self.message(result))
        (port,) = self.cloud.ports.values()
        self.assertEqual(builders.an_id('internalapi'), port.network_id)
        self.assertEqual('10.0.0.7', port.fixed_ips[0].ip_address)
        self.assert_one_of_each()

    def test_other_subnetworks(self):
        """Nothing of what was wanted then is left on its port."""
        old = (requests.a_subnetwork('storage'), requests.a_subnetwork('old'))
        new = (requests.a_subnetwork('storage', segmentation_id=7),)
        self.create_in_vain(subnetworks=old)

        result = self.create('hv1', subnetworks=new)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(
            {builders.an_id('internalapi'), builders.an_id('storage')},
            {port.network_id for port in self.cloud.ports.values()},
        )
        (trunk,) = (p.trunk for p in self.cloud.ports.values() if p.trunk)
        self.assertEqual([7], [*trunk.segmentation_ids.values()])

    def test_the_same(self):
        """What fits is used again."""
        wanted = {
            'fixed_ip': '10.0.0.7',
            'vnic_type': 'normal',
            'subnetworks': (
                requests.a_subnetwork('storage', address=Address.NONE),
                requests.a_subnetwork('old', segmentation_id=8),
            ),
        }
        self.create_in_vain(**wanted)

        result = self.create('hv1', **wanted)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(1, self.kinds().count('CreatePort'))
        self.assertNotIn('DeletePort', self.kinds())
