# SPDX-License-Identifier: Apache-2.0
"""Tests of looks whose cost follows what is ours."""

from __future__ import annotations

import typing
import unittest
import urllib.parse

from hvctl.cloud.observe import own
from hvctl.decide.hypervisor import assemble
from hvctl.model import identity
from hvctl.model.snapshot import OwnLook, Part, Snapshot
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.observe import looking

CHOSEN = '37375b51-d5a5-88d0-ba8e-b4acf492316c'
HYPERVISOR = f'{base.COMPUTE}/os-hypervisors/{CHOSEN}'
PROVIDER = f'{looking.PROVIDERS}/{CHOSEN}'
GUEST = {'uuid': builders.an_id('guest'), 'name': 'guest'}


class TestPlan(unittest.TestCase):
    """Whether each of ours is asked for by itself."""

    def test_ours_and_the_cloud(self):
        """As long as they are few beside the pages of the cloud's lists."""
        for ours, cloud, alone in (
            (0, 0, True),
            (3, 3, True),
            (50, 10, True),
            (51, 10, False),
            (51, 1000, False),
            (100, 1001, True),
            (500, 10_000, True),
            (501, 10_000, False),
        ):
            with self.subTest(ours=ours, cloud=cloud):
                self.assertIs(alone, own.one_by_one(ours, cloud))


class TestCase(looking.TestCase):
    """A cloud in which one host of many is ours."""

    def setUp(self) -> None:
        super().setUp()
        (detail,) = (
            each
            for each in base.ANSWERS['hypervisors_detail']['body'][
                'hypervisors'
            ]
            if each['hypervisor_hostname'] == 'hv2'
        )
        self.hypervisor = {
            **detail,
            'id': CHOSEN,
            'hypervisor_hostname': 'hv1',
            'service': {**detail['service'], 'host': 'hv1'},
            'servers': [GUEST],
        }
        self.mock.get(HYPERVISOR, json={'hypervisor': self.hypervisor})
        self.mock.get(f'{PROVIDER}/traits', json={'traits': ['COMPUTE_NODE']})
        self.mock.get(
            f'{PROVIDER}/allocations',
            json={'allocations': {}, 'resource_provider_generation': 1},
        )
        self.node = base.ANSWERS['nodes']['body']['nodes'][0]

    def every(self) -> Snapshot:
        """Look at all of the project."""
        return self.client.observe(OwnLook())

    def one(self, name: str = 'hv1') -> Snapshot:
        """Look at one hypervisor."""
        return self.client.observe(OwnLook(name=name))

    def urls(self) -> list[str]:
        """What has been read, without the pages after the first."""
        return [
            urllib.parse.urlsplit(each.url).path
            for each in self.mock.request_history
            if 'marker' not in each.qs and each.method == 'GET'
        ]


class TestEvery(TestCase):
    """All hypervisors of the project."""

    def test_by_itself(self) -> None:
        """One that is ours is asked for, and no list of all hosts is."""
        look = self.every()

        hv = assemble.assemble(look, ['hv1'])['hv1']
        assert hv.compute_node is not None and hv.provider is not None
        self.assertEqual('hv1', hv.host)
        self.assertEqual(CHOSEN, hv.compute_node.id)
        self.assertTrue(hv.reported)
        self.assertFalse(hv.closed_by_hold)
        self.assertEqual(1, hv.guests_count)
        self.assertTrue(hv.agents_alive)
        self.assertIsNotNone(hv.node)
        for path in ('/os-hypervisors', '/os-hypervisors/detail'):
            self.assertNotIn(f'/v2.1{path}', self.urls())
        for query in self.queries(looking.SERVERS):
            self.assertTrue('all_tenants' not in query or 'tags' in query)
        for query in self.queries(f'{base.NETWORK}/agents'):
            self.assertIn('host', query)
        for query in self.queries(looking.PROVIDERS):
            self.assertIn('required', query)

    def test_held(self) -> None:
        """The hold is seen by who it is."""
        held = {identity.hold_id(CHOSEN): {'resources': {'MEMORY_MB': 2**30}}}
        self.mock.get(
            f'{PROVIDER}/allocations',
            json={'allocations': held, 'resource_provider_generation': 1},
        )

        hv = assemble.assemble(self.every(), ['hv1'])['hv1']

        self.assertTrue(hv.closed_by_hold)

    def test_not_registered(self) -> None:
        """A machine that boots has a provider, and no compute node yet."""
        self.mock.get(HYPERVISOR, **base.answer('nova404'))
        self.mock.get(f'{PROVIDER}/traits', json={'traits': []})

        hv = assemble.assemble(self.every(), ['hv1'])['hv1']

        self.assertIsNone(hv.compute_node)
        self.assertIsNotNone(hv.provider)
        self.assertFalse(hv.reported)

    def test_trait_that_nobody_has(self) -> None:
        """Before the first hypervisor of a cloud Placement knows no trait."""
        self.mock.get(
            f'{looking.PROVIDERS}?required={identity.TRAIT}',
            status_code=400,
            json={'errors': [{'status': 400, 'detail': 'No such trait'}]},
        )

        self.assertIn('hv1', assemble.names(self.every()))

    def test_id_that_is_not_known(self) -> None:
        """Where the user-data lets nova-compute choose, lists are read."""
        servers = base.ANSWERS['servers']['body']['servers']
        own_choice = {
            **servers[0],
            'metadata': {identity.MARK_KEY: identity.MARK},
        }
        self.mock.get(looking.SERVERS, **base.listed('servers', own_choice))
        self.mock.get(looking.PROVIDERS, json={'resource_providers': []})

        look = self.every()

        self.assertIn('/v2.1/os-hypervisors/detail', self.urls())
        self.assertEqual({}, look.guests)
        hv = assemble.assemble(look, ['hv1'])['hv1']
        self.assertIsNotNone(hv.service)

    def test_what_may_be_missing(self) -> None:
        """A cell that fails hides compute nodes, and the look goes on."""
        self.mock.get(HYPERVISOR, status_code=500, json={})

        look = self.every()

        self.assertEqual(frozenset({Part.COMPUTE_NODES}), look.unseen)
        hv = assemble.assemble(look, ['hv1'])['hv1']
        self.assertFalse(hv.compute_node_seen)
        self.assertIsNotNone(hv.service)


class TestOne(TestCase):
    """A single hypervisor."""

    def setUp(self) -> None:
        super().setUp()
        server = base.ANSWERS['servers']['body']['servers'][0]
        node = server['OS-EXT-SRV-ATTR:hypervisor_hostname']
        self.mock.get(
            f'{base.BAREMETAL}/nodes/{node}', json={**self.node, 'uuid': node}
        )
        guest = {
            **server,
            'id': GUEST['uuid'],
            'name': 'guest',
            'metadata': {},
            'tenant_id': builders.THEIRS,
            'OS-EXT-SRV-ATTR:host': 'hv1',
        }
        self.mock.get(looking.SERVERS, **base.listed('servers', server, guest))

    def test_by_name(self) -> None:
        """Nothing is read but what is its own, and the aggregates."""
        look = self.one()

        hv = assemble.assemble(look, ['hv1'])['hv1']
        assert hv.server is not None and hv.guests is not None
        self.assertEqual(['ACTIVE'], [guest.status for guest in hv.guests])
        self.assertEqual('hv1', hv.host)
        self.assertTrue(hv.reported)
        self.assertIsNotNone(hv.node)
        for path in (
            '/v2.1/os-hypervisors',
            '/v2.1/os-hypervisors/detail',
            '/v1/nodes',
        ):
            self.assertNotIn(path, self.urls())
        for url, key in (
            (f'{base.COMPUTE}/os-services', 'host'),
            (f'{base.NETWORK}/agents', 'host'),
            (f'{base.NETWORK}/ports', 'name'),
            (looking.PROVIDERS, 'uuid'),
        ):
            for query in self.queries(url):
                self.assertIn(key, query)

    def test_without_server(self) -> None:
        """What is left of one is looked for by its name."""
        self.mock.get(looking.SERVERS, **base.listed('servers'))

        look = self.one()

        for query in self.queries(f'{base.COMPUTE}/os-hypervisors/detail'):
            self.assertIn('hypervisor_hostname_pattern', query)
        hv = assemble.assemble(look, ['hv1'])['hv1']
        self.assertEqual(CHOSEN, hv.compute_id)
        self.assertIsNone(hv.guests)

    def test_node_that_may_not_be_read(self) -> None:
        """Without Ironic the rest is shown."""
        server: dict[str, typing.Any] = base.ANSWERS['servers']['body'][
            'servers'
        ][0]
        node = server['OS-EXT-SRV-ATTR:hypervisor_hostname']
        for status in (403, 404):
            with self.subTest(status=status):
                self.mock.get(
                    f'{base.BAREMETAL}/nodes/{node}',
                    status_code=status,
                    json={},
                )

                look = self.one()

                self.assertIsNone(look.nodes)
                self.assertEqual(frozenset(), look.unseen)
