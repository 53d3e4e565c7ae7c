# SPDX-License-Identifier: Apache-2.0
"""Tests of looks that ask for hypervisors by their names."""

from __future__ import annotations

import dataclasses
import typing
import unittest

from hvctl.cloud.observe import named
from hvctl.decide.hypervisor import assemble
from hvctl.model import identity
from hvctl.model.snapshot import Snapshot
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.observe import looking
from hvctl.tests.unit.cloud.observe import test_own

NAMES = frozenset({'hv1'})
SERVICES = f'{base.COMPUTE}/os-services'

#: Lists of the whole cloud.
LISTS = (
    '/v2.1/os-hypervisors',
    '/v2.1/os-hypervisors/detail',
    '/v1/nodes',
)


class TestByName(unittest.TestCase):
    """Whether each server is asked for by itself."""

    def test_table(self) -> None:
        """Where a list would have many others, or only one is asked for."""
        for names, ours, alone in (
            (1, 0, True),
            (1, 3, True),
            (2, 2, False),
            (3, 3, False),
            (3, 8, False),
            (3, 9, True),
            (100, 100, False),
            (100, 1000, True),
        ):
            with self.subTest(names=names, ours=ours):
                self.assertIs(alone, named.by_name(names, ours))


class TestAgain(test_own.TestCase):
    """A second look at one hypervisor of several."""

    def setUp(self) -> None:
        super().setUp()
        (server,) = base.ANSWERS['servers']['body']['servers'][:1]
        self.server: dict[str, typing.Any] = server
        node = server['OS-EXT-SRV-ATTR:hypervisor_hostname']
        self.mock.get(
            f'{base.BAREMETAL}/nodes/{node}', json={**self.node, 'uuid': node}
        )
        self.mock.get(
            f'{test_own.PROVIDER}/inventories',
            json={
                'inventories': {
                    'MEMORY_MB': {
                        'total': 1024,
                        'reserved': 512,
                        'allocation_ratio': 1.0,
                    }
                },
                'resource_provider_generation': 1,
            },
        )
        port = {
            **base.ANSWERS['ports']['body']['ports'][0],
            'name': 'hv1',
            'device_id': server['id'],
            'project_id': builders.OURS,
        }
        self.mock.get(f'{base.NETWORK}/ports', **base.listed('ports', port))
        self.mock.get(
            f'{base.COMPUTE}/servers/{server["id"]}', **base.answer('nova404')
        )
        self.known = dataclasses.replace(
            self.observe(), compute_nodes=(self.compute_node(),)
        )
        self.mock.reset_mock()

    def compute_node(self) -> typing.Any:
        """That of the hypervisor."""
        return builders.a_compute_node(
            'hv1', id=test_own.CHOSEN, service_host='hv1'
        )

    def again(self, **scope: typing.Any) -> Snapshot:
        """Look again."""
        return self.observe(names=NAMES, known=self.known, **scope)

    def assert_whole(self, *, whole: bool) -> None:
        """The lists of the cloud have been read, or none of them."""
        read = set(LISTS) & set(self.urls())
        self.assertEqual(whole, bool(read), read)

    def test_by_name(self) -> None:
        """Only what is its own is read; the rest is as it was."""
        look = self.again(provider_ids=frozenset({test_own.CHOSEN}))

        self.assert_whole(whole=False)
        for url, key in (
            (looking.SERVERS, 'name'),
            (SERVICES, 'host'),
            (f'{base.NETWORK}/agents', 'host'),
            (f'{base.NETWORK}/ports', 'name'),
            (looking.PROVIDERS, 'uuid'),
        ):
            (query,) = self.queries(url)
            self.assertIn(key, query)
        self.assertLessEqual(len(self.urls()), 10)
        hv = assemble.assemble(look, ['hv1'])['hv1']
        assert hv.server and hv.compute_node and hv.provider and hv.service
        self.assertTrue(hv.reported)
        self.assertTrue(hv.has_room)
        self.assertEqual(frozenset(), hv.consumers)
        self.assertIsNotNone(hv.node)
        others = {s.host for s in self.known.services} - {'hv1'}
        self.assertLessEqual(others, {s.host for s in look.services})
        self.assertLessEqual(
            {p.id for p in self.known.providers},
            {p.id for p in look.providers},
        )

    def test_full(self) -> None:
        """Placement's arithmetic tells that there is no room."""
        used = {builders.an_id('guest'): {'resources': {'MEMORY_MB': 512}}}
        self.mock.get(
            f'{test_own.PROVIDER}/allocations',
            json={'allocations': used, 'resource_provider_generation': 1},
        )

        hv = assemble.assemble(self.again(), ['hv1'])['hv1']

        self.assertFalse(hv.has_room)
        self.assertTrue(hv.filled)

    def test_drivers(self) -> None:
        """What drives the nodes is asked for where it is needed."""
        self.again(drivers=frozenset({'ironic'}))

        hosts = [query['host'] for query in self.queries(SERVICES)]
        self.assertEqual(['hv1', 'ironic'], sorted(hosts))

    def test_gone(self) -> None:
        """Nothing is gone before the lists have told so."""
        for what, url in (
            ('servers', looking.SERVERS),
            ('services', SERVICES),
            ('resource_providers', looking.PROVIDERS),
            ('ports', f'{base.NETWORK}/ports'),
        ):
            with self.subTest(what=what):
                self.setUp()
                self.mock.get(url, json={what: []})

                self.again()

                self.assert_whole(whole=True)

    def test_no_compute_node(self) -> None:
        """One that has gone, and one that a new service should have."""
        for known in (
            self.known,
            dataclasses.replace(self.known, services=(), compute_nodes=()),
        ):
            with self.subTest(services=len(known.services)):
                self.mock.get(test_own.HYPERVISOR, **base.answer('nova404'))
                self.mock.reset_mock()

                self.observe(names=NAMES, known=known)

                self.assert_whole(whole=True)

    def test_unmapped(self) -> None:
        """A service that was seen without a compute node is waited for."""
        self.mock.get(test_own.HYPERVISOR, **base.answer('nova404'))
        self.known = dataclasses.replace(self.known, compute_nodes=())

        hv = assemble.assemble(self.again(), ['hv1'])['hv1']

        self.assert_whole(whole=False)
        self.assertIsNone(hv.compute_node)
        self.assertIsNotNone(hv.service)

    def test_own_choice(self) -> None:
        """An id that nobody tells is found in the lists."""
        own = {**self.server, 'metadata': {identity.MARK_KEY: identity.MARK}}
        self.mock.get(looking.SERVERS, **base.listed('servers', own))

        self.again()

        self.assert_whole(whole=True)

    def test_no_node_yet(self) -> None:
        """While Nova looks for a node, the nodes tell what there is."""
        builds = {
            **self.server,
            'status': 'BUILD',
            'OS-EXT-SRV-ATTR:hypervisor_hostname': None,
        }
        self.mock.get(looking.SERVERS, **base.listed('servers', builds))

        look = self.again()

        self.assertIn('/v1/nodes', self.urls())
        self.assertEqual(self.known.nodes, look.nodes)
        self.assertNotIn('/v2.1/os-hypervisors', self.urls())

    def test_silent_cell(self) -> None:
        """While one is known to be silent, the lists tell when it answers."""
        silent = (builders.a_service('other', status='UNKNOWN'),)
        for known in (
            dataclasses.replace(self.known, services=silent),
            dataclasses.replace(self.known, metal_services=silent),
        ):
            with self.subTest(metal_services=known.metal_services):
                self.mock.reset_mock()
                self.known = known

                look = self.again()

                self.assert_whole(whole=True)
                self.assertTrue(all(each.known for each in look.services))

    def test_many(self) -> None:
        """Where most of the cloud is ours, its lists are cheaper."""
        names = frozenset(f'hv{number}' for number in range(1, 60))

        self.observe(names=names, known=self.known)

        self.assert_whole(whole=True)
