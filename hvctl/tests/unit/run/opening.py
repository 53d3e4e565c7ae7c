# SPDX-License-Identifier: Apache-2.0
"""What tests of opening a hypervisor have in common."""

from __future__ import annotations

import dataclasses

from hvctl.model.records import PortUse
from hvctl.model.request import HealthTest
from hvctl.tests.fixtures import failures
from hvctl.tests.unit.run import base

TEST = HealthTest(flavor_id='f', image_id='i', timeout=60)
DIRECT = dataclasses.replace(TEST, network_id='n', vnic_type='direct')


class TestCase(base.TestCase):
    """Runs create with all that may come before the end."""

    kind: type = failures.Mortal

    def prepare(self):
        """Let tenants try to get in, and let there be an aggregate."""
        self.cloud.tenants = True
        aggregate = self.cloud.aggregates.add(3, 'a', 'other')
        self.aggregates = {aggregate.uuid: 3}
        self.uuid = aggregate.uuid

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
        return [s for s in self.cloud.servers.values() if 'test' in s.name] + [
            port
            for port in self.cloud.ports.values()
            if port.use is PortUse.TEST
        ]
