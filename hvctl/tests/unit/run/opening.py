# SPDX-License-Identifier: Apache-2.0
"""What tests of opening a hypervisor have in common."""

from __future__ import annotations

import dataclasses

from hvctl.model import identity
from hvctl.model.request import HealthTest
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import population
from hvctl.tests.simulation import stepping
from hvctl.tests.unit.run import simulated

_NETWORK = numbers.Numbers(0, numbers.Size()).guests_network_id

TEST = HealthTest(flavor_id=population.TEST.id, image_id='i', timeout=60)
DIRECT = dataclasses.replace(TEST, network_id=_NETWORK, vnic_type='direct')


class TestCase(simulated.TestCase):
    """Runs create with all that may come before the end."""

    kind: type = stepping.Mortal

    def prepare(self):
        """Let tenants try to get in, and let there be an aggregate."""
        self.cloud.tenants = True
        self.cloud.world.test_places = 1
        self.aggregates = {}
        self.aggregate = self.wish('a', self.cloud.other)

    def wish(self, name, *hosts, **metadata):
        """Let there be an aggregate that is to be joined; its number."""
        number = self.cloud.add_aggregate(name, *hosts, **metadata)
        self.aggregates[self.cloud.aggregate(number).uuid] = number + 1
        return number

    def open(self, *names, **changes):
        """Run create with an aggregate and a health test."""
        return self.create(
            *(names or ('hv1',)),
            **{
                'aggregates': self.aggregates,
                'health_test': TEST,
                **changes,
            },
        )

    def trying(self):
        """The test guests that there are, and their ports."""
        return self.cloud.test_guests() + [
            port
            for port in self.cloud.ports()
            if port.description == identity.TEST_PORT_MARK
        ]
