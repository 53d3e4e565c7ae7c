# SPDX-License-Identifier: Apache-2.0
"""Tests of what a look reads of all hosts."""

from __future__ import annotations

from hvctl.cloud import clients
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.observe import looking

AGENTS = f'{base.NETWORK}/agents'


class TestHosts(looking.TestCase):
    """Lists of all hosts."""

    def test_providers(self) -> None:
        """Room, report and trait are asked of Placement, for all at once."""
        hv = base.ANSWERS['providers']['body']['resource_providers'][1]['uuid']
        self.mock.get(looking.PROVIDERS, json={'resource_providers': []})
        self.mock.get(
            f'{looking.PROVIDERS}?required=COMPUTE_NODE',
            **base.answer('providers'),
        )

        look = self.observe()

        self.assertIn(hv, look.providers_reported)
        self.assertEqual(frozenset(), look.providers_with_room)
        self.assertEqual(frozenset(), look.providers_disabled)
        self.assertCountEqual(
            [
                {},
                {'resources': 'MEMORY_MB:1'},
                {'required': 'COMPUTE_NODE'},
                {'required': 'COMPUTE_STATUS_DISABLED'},
            ],
            self.queries(looking.PROVIDERS),
        )

    def test_images_of_guests(self) -> None:
        """The newest version is asked that tells more, where Nova has it."""
        guest = {
            **base.ANSWERS['servers']['body']['servers'][0],
            'OS-EXT-SRV-ATTR:host': 'hv2',
            'image': {'id': 'i', 'properties': {'hw_tpm_version': '2.0'}},
        }
        self.mock.get(looking.SERVERS, **base.listed('servers', guest))
        for most, asked in (
            ('2.104', '2.98'),
            ('2.97', '2.96'),
            ('2.95', '2.80'),
        ):
            with self.subTest(most=most):
                self.client = clients.Client.connect(
                    self.connect('', nova=most)
                )

                look = self.observe(hosts=frozenset({'hv2'}))

                self.assertEqual(
                    {'hw_tpm_version': '2.0'}, look.guests['hv2'][0].image
                )
                of_guests = next(
                    request
                    for request in reversed(self.mock.request_history)
                    if 'host' in request.qs
                    and request.url.startswith(looking.SERVERS)
                )
                self.assertEqual(
                    f'compute {asked}',
                    of_guests.headers['OpenStack-API-Version'],
                )

    def test_sizes(self) -> None:
        """The sizes are read only where they are asked for."""
        with_sizes = self.observe(sizes=True)
        without = self.observe()

        self.assertEqual(32, with_sizes.compute_nodes[1].vcpus)
        self.assertIsNone(without.compute_nodes[1].vcpus)
        request, _ = self.sent('GET', f'{base.COMPUTE}/os-hypervisors/detail')
        self.assertEqual(
            '2.87', request.headers['X-OpenStack-Nova-API-Version']
        )

    def test_aggregates(self) -> None:
        """So are the aggregates."""
        self.observe()
        self.assertEqual([], self.sent('GET', f'{base.COMPUTE}/os-aggregates'))
        self.observe(aggregates=True)
        self.assertEqual(
            1, len(self.sent('GET', f'{base.COMPUTE}/os-aggregates'))
        )

    def test_agents_in_one_page(self) -> None:
        """Neutron 26 and older give all agents, whatever page is wanted."""
        agents = base.ANSWERS['agents']['body']['agents']
        self.mock.get(AGENTS, json={'agents': agents})

        look = self.observe()

        self.assertEqual(len(agents), len(look.agents or ()))
        self.assertEqual(1, len(self.sent('GET', AGENTS)))

    def test_agents_in_pages(self) -> None:
        """Newer ones link a page to the next."""
        first, *_ = base.ANSWERS['agents']['body']['agents']
        # What is before the query may be known to the service only.
        link = 'http://inside:9696/v2.0/agents?limit=1000&marker=a1'
        self.mock.get(
            AGENTS,
            json={
                'agents': [first],
                'agents_links': [{'rel': 'next', 'href': link}],
            },
        )
        self.mock.get(
            f'{AGENTS}?marker=a1',
            json={'agents': [{**first, 'host': 'hv9'}]},
        )

        look = self.observe()

        self.assertEqual(
            [first['host'], 'hv9'], [agent.host for agent in look.agents or ()]
        )

    def test_without_agents(self) -> None:
        """A network service without agents has none, which is no error."""
        self.mock.get(AGENTS, status_code=404, json={})

        self.assertIsNone(self.observe().agents)

    def test_services_of_other_kinds(self) -> None:
        """A filter that is ignored makes no scheduler a host."""
        (service, *_) = base.ANSWERS['services']['body']['services']
        self.mock.get(
            f'{base.COMPUTE}/os-services',
            json={
                'services': [
                    service,
                    {**service, 'host': 'c1', 'binary': 'nova-scheduler'},
                ]
            },
        )

        hosts = [service.host for service in self.observe().services]

        self.assertEqual([service['host']], hosts)
