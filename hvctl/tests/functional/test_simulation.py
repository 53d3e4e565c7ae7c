# SPDX-License-Identifier: Apache-2.0
"""Holds the simulated cloud against the embedded one, request by request.

It is as one of the newest release: Neutron of 2025.1 gives no pages of agents.
"""

from __future__ import annotations

import typing

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import shapes
from hvctl_lab import paths
from hvctl_lab import releases

_NODES = (
    '/nodes?limit=1&fields=uuid,name,resource_class,provision_state,'
    'power_state,instance_uuid,maintenance,last_error'
)

#: By the SDK's name of the service: microversion and path.
REQUESTS = {
    'compute': (
        ('2.1', '/servers/detail?all_tenants=1'),
        ('2.80', '/servers/detail?all_tenants=1'),
        ('2.96', '/servers/detail?all_tenants=1'),
        ('2.98', '/servers/detail?all_tenants=1'),
        ('2.80', '/servers?all_tenants=1'),
        ('2.80', '/os-services?binary=nova-compute'),
        ('2.80', '/os-hypervisors'),
        ('2.87', '/os-hypervisors/detail'),
        ('2.87', '/os-hypervisors/statistics'),
        ('2.80', '/os-aggregates'),
        ('2.80', '/os-migrations'),
        ('2.80', '/os-server-groups?all_projects=True'),
        ('2.80', '/os-availability-zone'),
        ('2.80', '/limits'),
        ('2.80', '/flavors/detail'),
        ('2.80', '/servers/00000000-0000-4000-8000-000000000000'),
        ('2.80', '/os-hypervisors?marker=nobody'),
    ),
    'placement': (
        ('1.38', '/resource_providers'),
        ('1.38', '/resource_providers?resources=MEMORY_MB:1'),
        ('1.38', '/resource_providers?required=!COMPUTE_NODE'),
        ('1.38', '/resource_providers?required=CUSTOM_NOBODYS'),
        ('1.38', '/resource_providers?host=nobody'),
        ('1.38', '/allocation_candidates?resources=CUSTOM_BAREMETAL:1'),
        ('1.38', '/allocations/00000000-0000-4000-8000-000000000000'),
        ('1.38', '/resource_providers/00000000-0000-4000-8000-000000000000'),
    ),
    'network': (
        (None, '/ports?limit=1000'),
        (None, '/networks'),
        (None, '/subnets'),
        (None, '/agents?limit=1000'),
        (None, '/ports/00000000-0000-4000-8000-000000000000'),
    ),
    'baremetal': (
        ('1.46', _NODES),
        ('1.46', '/nodes/00000000-0000-4000-8000-000000000000'),
    ),
}


class TestSimulation(base.FunctionalTestCase):
    """The same requests to both."""

    @staticmethod
    def real(service: str) -> typing.Any:
        """Connect as somebody who sees more than one node, free or not."""
        return facts.connection(
            'lab-system' if service == 'baremetal' else 'lab'
        )

    def test_shapes(self) -> None:
        """Status, keys and types of the answers are the same."""
        release = releases.choose(paths.Lab.from_environment(), None)
        if release != releases.LATEST:
            self.skipTest(f'the simulated cloud is not of {release}')
        size = numbers.Size(hosts=2, ours=1, guests=2, free_nodes=2)
        simulated = cloud.Cloud(1, size).connect()
        for service, requests in REQUESTS.items():
            for version, path in requests:
                with self.subTest(service=service, path=path, at=version):
                    answers = [
                        getattr(conn, service).request(
                            path,
                            'GET',
                            raise_exc=False,
                            **({'microversion': version} if version else {}),
                        )
                        for conn in (self.real(service), simulated)
                    ]
                    self.assertEqual(
                        *(answer.status_code for answer in answers)
                    )
                    self.assertEqual(
                        [],
                        shapes.differences(
                            *(answer.json() for answer in answers)
                        ),
                    )
