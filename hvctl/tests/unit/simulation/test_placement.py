# SPDX-License-Identifier: Apache-2.0
"""Tests of the simulated Placement."""

from __future__ import annotations

import typing

from hvctl.tests.simulation import population
from hvctl.tests.unit.simulation import base

_CONSUMER = '11111111-2222-4333-8444-555555555555'


class TestPlacement(base.TestCase):
    """Providers, inventories and allocations."""

    service = 'placement'
    version = '1.38'

    def setUp(self) -> None:
        super().setUp()
        self.uuid = self.world.first.compute_id(0)

    def provider(self) -> typing.Any:
        """Return the first host's provider."""
        return self.answer(f'/resource_providers/{self.uuid}')

    def listed(self, query: str) -> list[str]:
        """Return the names of the providers that a query finds."""
        body = self.answer(f'/resource_providers?{query}')
        return [p['name'] for p in body['resource_providers']]

    def allocate(
        self, amount: int, generation: int | None = None
    ) -> tuple[int, str]:
        """Allocate memory; return the status, and what Placement says."""
        response = self.ask(
            f'/allocations/{_CONSUMER}',
            'PUT',
            json={
                'allocations': {
                    self.uuid: {'resources': {'MEMORY_MB': amount}}
                },
                'consumer_generation': generation,
                'consumer_type': 'THING',
                'project_id': 'p',
                'user_id': 'u',
            },
        )
        return response.status_code, response.text

    def test_lists(self) -> None:
        """Each filter finds what it should."""
        hosts = [self.world.first.host_name(n) for n in range(6)]
        cases = {
            'name=hv00002': ['hv00002'],
            f'uuid={self.uuid}': ['hv00001'],
            f'in_tree={self.uuid}': ['hv00001'],
            f'in_tree={_CONSUMER}': [],
            'resources=MEMORY_MB:1': hosts,
            'resources=MEMORY_MB:1&required=COMPUTE_STATUS_DISABLED': [],
            f'required={population.EPHEMERAL}': hosts[:3],
            f'required=!{population.EPHEMERAL}&resources=VCPU:1': hosts[3:],
            f'member_of={_CONSUMER}': [],
        }
        for query, names in cases.items():
            with self.subTest(query):
                self.assertEqual(names, self.listed(query))
        self.assertEqual(5 + 6, len(self.listed('')))

    def test_refuses_what_it_does_not_know(self) -> None:
        """A filter or a custom trait that nobody has made is refused."""
        for query in ('host=hv00001', 'required=CUSTOM_NOBODYS'):
            response = self.ask(f'/resource_providers?{query}')

            self.assertEqual(400, response.status_code)
            self.assertIn('detail', response.json()['errors'][0])

    def test_allocates_once(self) -> None:
        """A consumer that is there has a generation that must be told."""
        before = self.provider()['generation']

        self.assertEqual(204, self.allocate(1000)[0])
        status, said = self.allocate(1000)

        self.assertEqual(409, status)
        self.assertIn('placement.concurrent_update', said)
        self.assertEqual(204, self.allocate(2000, 1)[0])
        self.assertEqual(before + 2, self.provider()['generation'])

    def test_refuses_what_is_too_much(self) -> None:
        """No more is allocated than there is; nothing changes then."""
        before = self.answer(f'/resource_providers/{self.uuid}/usages')
        used = before['usages']['MEMORY_MB']
        left = 262144 - 512 - used

        status, said = self.allocate(left + 1)

        self.assertEqual(409, status)
        self.assertIn('exceed the capacity', said)
        self.assertEqual(
            before, self.answer(f'/resource_providers/{self.uuid}/usages')
        )
        self.assertEqual(204, self.allocate(left)[0])
        self.assertNotIn('hv00001', self.listed('resources=MEMORY_MB:1'))

    def test_release(self) -> None:
        """What a consumer had is free again; then there is none."""
        self.allocate(1000)
        consumers = self.answer(
            f'/resource_providers/{self.uuid}/allocations'
        )['allocations']
        self.assertEqual(1000, consumers[_CONSUMER]['resources']['MEMORY_MB'])
        self.assertEqual(5, len(consumers))

        for status in (204, 404):
            response = self.ask(f'/allocations/{_CONSUMER}', 'DELETE')
            self.assertEqual(status, response.status_code)
        self.assertEqual(
            {'allocations': {}}, self.answer(f'/allocations/{_CONSUMER}')
        )

    def test_inventories(self) -> None:
        """They are written by who knows the generation, unless in use."""
        url = f'/resource_providers/{self.uuid}/inventories'
        found = self.answer(url)
        body = {
            'resource_provider_generation': found[
                'resource_provider_generation'
            ],
            'inventories': {
                'MEMORY_MB': found['inventories']['MEMORY_MB'],
                'DISK_GB': found['inventories']['DISK_GB'],
            },
        }

        # VCPU is in use.
        response = self.ask(url, 'PUT', json=body)
        self.assertEqual(409, response.status_code)
        self.assertIn('placement.inventory.inuse', response.text)

        memory = {'total': 9, 'resource_provider_generation': 0}
        response = self.ask(f'{url}/MEMORY_MB', 'PUT', json=memory)
        self.assertIn('placement.concurrent_update', response.text)

        memory['resource_provider_generation'] = self.provider()['generation']
        changed = self.answer(f'{url}/MEMORY_MB', 'PUT', json=memory)
        self.assertEqual(9, changed['total'])
        self.assertEqual(
            self.provider()['generation'],
            changed['resource_provider_generation'],
        )

    def test_makes_and_deletes(self) -> None:
        """A name is used once, and what is in use stays."""
        given = {'uuid': _CONSUMER, 'name': 'new'}
        self.answer('/resource_providers', 'POST', json=given)
        twice = {'uuid': _CONSUMER.replace('1', '2'), 'name': 'new'}
        response = self.ask('/resource_providers', 'POST', json=twice)
        self.assertEqual(409, response.status_code)
        self.assertIn('placement.duplicate_name', response.text)

        memory = {'MEMORY_MB': {'total': 9}}
        usages = f'/resource_providers/{_CONSUMER}/usages'
        self.answer(
            f'/resource_providers/{_CONSUMER}/inventories',
            'PUT',
            json={'resource_provider_generation': 0, 'inventories': memory},
        )
        self.assertEqual({'MEMORY_MB': 0}, self.answer(usages)['usages'])

        for uuid, status in (
            (_CONSUMER, 204),
            (_CONSUMER, 404),
            (self.uuid, 409),
        ):
            response = self.ask(f'/resource_providers/{uuid}', 'DELETE')
            self.assertEqual(status, response.status_code)

    def test_candidates(self) -> None:
        """They have what is asked for, up to a limit."""
        body = self.answer(
            '/allocation_candidates?resources=VCPU:1,MEMORY_MB:512&limit=2'
        )

        self.assertEqual(2, len(body['allocation_requests']))
        summary = body['provider_summaries'][self.uuid]
        self.assertEqual(
            {'capacity': 256, 'used': 4}, summary['resources']['VCPU']
        )
        self.assertEqual(self.uuid, summary['root_provider_uuid'])

    def test_is_for_administrators(self) -> None:
        """Others are refused, in Placement's words."""
        response = self.ask(
            '/resource_providers', session=self.cloud.login('demo', 'demo')
        )

        self.assertEqual(403, response.status_code)
        self.assertIn('Access was denied', response.text)
