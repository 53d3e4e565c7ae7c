# SPDX-License-Identifier: Apache-2.0
"""What tests of whole verbs on the simulated cloud have in common."""

from __future__ import annotations

import dataclasses

from hvctl.run import loop
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import requests
from hvctl.tests.simulation import stepping
from hvctl.tests.unit.run import base


class TestCase(base.TestCase):
    """Runs verbs on the simulated cloud."""

    kind: type = stepping.Unreliable

    def setUp(self):
        self.enterContext(stepping.process())
        super().setUp()

    def create(self, *names, timeout=3600, **changes) -> loop.Result:
        """Run create."""
        first = self.cloud.world.first
        return super().create(
            *names,
            timeout=timeout,
            **{
                'image_id': first.image_id,
                'flavor_id': 'metal',
                'network_id': first.network_id,
                **changes,
            },
        )

    def a_subnetwork(self, network='storage', **wish):
        """A network of the cloud that is to be a VLAN on a machine's port."""
        world = self.cloud.world
        names = {name: id_ for id_, name in world.network_names.items()}
        network_id = names.get(network) or world.add_network(
            network, builders.VLAN
        )
        return dataclasses.replace(
            requests.a_subnetwork(network, **wish),
            network_id=network_id,
            prefixes={world.subnet_id(network_id): 20},
        )

    def provider(self, name='hv1', life=1):
        """Return the provider of a hypervisor, None when it is gone."""
        return self.cloud.stock.provider(builders.a_compute_id(name, life))

    def node_ids(self, host):
        """Return the ids of a host's compute nodes."""
        return [
            node.uuid
            for _, node in self.cloud.world.compute_nodes.having('host', host)
        ]

    def users(self, name='hv1', life=1):
        """Return who has something of a hypervisor's provider."""
        provider_id = builders.a_compute_id(name, life)
        return [each.uuid for each in self.cloud.stock.consumers(provider_id)]
