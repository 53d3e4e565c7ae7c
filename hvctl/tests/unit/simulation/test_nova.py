# SPDX-License-Identifier: Apache-2.0
"""Tests of the simulated Nova."""

from __future__ import annotations

import importlib
import importlib.util
import typing
import unittest

import jsonschema

from hvctl.tests.simulation import numbers
from hvctl.tests.unit.simulation import base


class TestServers(base.TestCase):
    """Servers, their lists and their details."""

    service = 'compute'
    version = '2.80'

    def names(self, query: str, **how: typing.Any) -> list[str]:
        """Return the names of the servers that a query finds."""
        body = self.answer(f'/servers/detail?{query}', **how)
        return [server['name'] for server in body['servers']]

    def test_filters(self) -> None:
        """Each filter finds what it should, the newest first."""
        guest = self.world.first.servers.id(4)
        cases = {
            '': ['hv00003', 'hv00002', 'hv00001'],
            'name=^hv00001$': ['hv00001'],
            'name=0002': ['hv00002'],
            'tags=hvctl&limit=1': ['hv00003'],
            'all_tenants=1&host=hv00002': [
                'guest10',
                'guest9',
                'guest8',
                'guest7',
            ],
            # Of several values the last counts.
            'all_tenants=1&host=hv00001&host=nobody': [],
            f'all_tenants=1&uuid={guest}': ['guest4'],
            'all_tenants=1&limit=2': ['guest26', 'guest25'],
        }
        for query, names in cases.items():
            with self.subTest(query):
                self.assertEqual(names, self.names(query))

    def test_others(self) -> None:
        """Others see their project's, and not where those are."""
        others = self.cloud.login('demo', 'demo')
        response = self.ask('/servers/detail?all_tenants=1', session=others)
        self.assertEqual(403, response.status_code)
        self.assertEqual([], self.names('', session=others))

        url = f'/servers/{self.world.first.servers.id(0)}'
        response = self.ask(url, session=others)
        self.assertEqual(404, response.status_code)
        self.assertIn('itemNotFound', response.json())

    def test_microversions(self) -> None:
        """User-data is told since 2.3, and groups to who asks for one."""
        url = f'/servers/{self.world.first.servers.id(0)}'
        data = 'OS-EXT-SRV-ATTR:user_data'
        for version, told in (('2.1', False), ('2.3', True)):
            body = self.answer(url, version=version)['server']
            self.assertEqual(told, data in body)
        body = self.answer(url, version='2.71')['server']
        self.assertEqual([], body['server_groups'])

    def test_metadata_is_added(self) -> None:
        """What is written stays beside what was there."""
        url = f'/servers/{self.world.first.servers.id(0)}'
        self.answer(f'{url}/metadata', 'POST', json={'metadata': {'a': 'b'}})

        metadata = self.answer(url)['server']['metadata']
        self.assertEqual('b', metadata['a'])
        self.assertIn('hvctl:made_by', metadata)

    def test_live_migration(self) -> None:
        """A guest is on its way, and then on another host."""
        guest = self.world.first.servers.id(3)
        url = f'/servers/{guest}'
        body = {'os-migrateLive': {'host': None, 'block_migration': 'auto'}}
        self.answer(f'{url}/action', 'POST', json=body)

        self.assertEqual('MIGRATING', self.answer(url)['server']['status'])
        again = self.ask(f'{url}/action', 'POST', json=body)
        self.assertEqual(409, again.status_code)

        self.cloud.clock.advance(2)
        (move,) = self.answer('/os-migrations?host=hv00001')['migrations']
        self.assertEqual('running', move['status'])
        usages = self.cloud.stock.consumer(move['uuid'])
        assert usages is not None
        self.assertEqual([self.world.first.compute_id(0)], [*usages.has])

        self.cloud.clock.advance(20)
        server = self.answer(url)['server']
        (move,) = self.answer('/os-migrations?host=hv00001')['migrations']
        self.assertEqual('ACTIVE', server['status'])
        self.assertEqual('completed', move['status'])
        self.assertEqual(move['dest_compute'], server['OS-EXT-SRV-ATTR:host'])
        self.assertIsNone(self.cloud.stock.consumer(move['uuid']))

    def test_cold_migration(self) -> None:
        """It waits to be confirmed, and the source is kept until then.

        It is whose who asked for it.
        """
        guest = self.world.first.servers.id(3)
        self.cloud.machines.change(guest, user_id='somebody')
        url = f'/servers/{guest}'
        self.answer(f'{url}/action', 'POST', json={'migrate': None})
        self.cloud.clock.advance(30)
        self.assertEqual('VERIFY_RESIZE', self.answer(url)['server']['status'])
        (move,) = self.answer('/os-migrations?host=hv00001')['migrations']
        self.assertEqual(self.world.first.user(0), move['user_id'])
        for query, moves in (
            (f'instance_uuid={guest}', [move]),
            (f'instance_uuid={guest}&host=nobody', []),
            (f'instance_uuid={self.world.first.servers.id(4)}', []),
        ):
            with self.subTest(query):
                found = self.answer(f'/os-migrations?{query}')
                self.assertEqual(moves, found['migrations'])

        self.answer(f'{url}/action', 'POST', json={'confirmResize': None})
        self.cloud.clock.advance(5)

        self.assertEqual('ACTIVE', self.answer(url)['server']['status'])
        (move,) = self.answer('/os-migrations?host=hv00001')['migrations']
        self.assertEqual('confirmed', move['status'])

    def test_no_valid_host(self) -> None:
        """A move that finds no room ends, and its action tells why."""
        for number in range(1, 7):
            of = self.world.services.get(number)
            assert of is not None
            if of.host != 'hv00001':
                off = {'status': 'disabled'}
                self.answer(f'/os-services/{of.id}', 'PUT', json=off)
        url = f'/servers/{self.world.first.servers.id(3)}'
        body = {'os-migrateLive': {'host': None, 'block_migration': 'auto'}}
        response = self.ask(f'{url}/action', 'POST', json=body)
        self.cloud.clock.advance(5)

        request_id = response.headers['x-openstack-request-id']
        action = self.answer(
            f'{url}/os-instance-actions/{request_id}', version='2.84'
        )['instanceAction']
        self.assertIn('No valid host', action['events'][0]['details'])
        self.assertEqual('ACTIVE', self.answer(url)['server']['status'])


class TestPages(base.TestCase):
    """Lists that are longer than a page."""

    service = 'compute'
    version = '2.80'
    size = numbers.Size(hosts=1001, ours=1, guests=1)

    def test_pages(self) -> None:
        """A page has a thousand entries, and the link to the next one."""
        for path, key in (
            ('/servers/detail?all_tenants=1', 'servers'),
            ('/os-hypervisors?', 'hypervisors'),
        ):
            first = self.answer(path)
            last = first[key][-1]['id']
            rest = self.answer(f'{path}&marker={last}')

            self.assertEqual(1000, len(first[key]))
            self.assertIn(last, first[f'{key}_links'][0]['href'])
            self.assertEqual(2, len(rest[key]))
            self.assertNotIn(f'{key}_links', rest)
        response = self.ask('/os-hypervisors?marker=none')
        self.assertEqual(400, response.status_code)


class TestHosts(base.TestCase):
    """Services, hypervisors and aggregates."""

    service = 'compute'
    version = '2.80'

    def test_disabling(self) -> None:
        """A host that is disabled says so to Placement."""
        (of,) = self.answer('/os-services?host=hv00001')['services']
        body = {'status': 'disabled', 'disabled_reason': 'why'}
        self.answer(f'/os-services/{of["id"]}', 'PUT', json=body)

        (of,) = self.answer('/os-services?host=hv00001')['services']
        self.assertEqual(('disabled', 'up'), (of['status'], of['state']))
        provider = self.cloud.stock.known(self.world.first.compute_id(0))
        self.assertIn('COMPUTE_STATUS_DISABLED', provider.traits)

    def test_a_silent_one_is_down(self) -> None:
        """It is down a minute after its last report."""
        self.cloud.machines.registration.stop('hv00001')
        states = []
        for _ in range(3):
            (of,) = self.answer('/os-services?host=hv00001')['services']
            states.append(of['state'])
            self.cloud.clock.advance(45)

        self.assertEqual(['up', 'up', 'down'], states)

    def test_silent_cell(self) -> None:
        """What is in it is told in part, left out, or not told at all."""
        guest = self.world.first.servers.id(3)
        self.world.fall_silent(60)

        self.assertEqual(
            [{'binary': 'nova-compute', 'host': 'hv1', 'status': 'UNKNOWN'}],
            [
                {**each, 'host': 'hv1'}
                for each in self.answer('/os-services?host=hv00001')[
                    'services'
                ]
            ],
        )
        for path, key in (
            ('/servers/detail?all_tenants=1&host=hv00001', 'servers'),
            ('/os-migrations', 'migrations'),
        ):
            self.assertEqual([], self.answer(path)[key])
        shown = self.answer(f'/servers/{guest}')['server']
        self.assertEqual('UNKNOWN', shown['status'])
        for method, path in (
            ('GET', '/os-hypervisors'),
            ('GET', f'/os-hypervisors/{self.world.first.compute_id(0)}'),
            ('DELETE', f'/servers/{guest}'),
        ):
            with self.subTest(path):
                self.assertEqual(500, self.ask(path, method).status_code)

        self.cloud.clock.advance(60)
        shown = self.answer(f'/servers/{guest}')['server']
        self.assertEqual('ACTIVE', shown['status'])

    def test_one_with_servers_stays(self) -> None:
        """A service whose host has servers is not deleted."""
        (of,) = self.answer('/os-services?host=hv00001')['services']
        response = self.ask(f'/os-services/{of["id"]}', 'DELETE')

        self.assertEqual(409, response.status_code)

    def test_one_hypervisor(self) -> None:
        """It tells its guests where that is asked for."""
        node = self.world.first.compute_id(0)
        body = self.answer(
            f'/os-hypervisors/{node}?with_servers=true', version='2.87'
        )['hypervisor']

        self.assertEqual(4, len(body['servers']))
        self.assertEqual(4, body['running_vms'])
        self.assertEqual(512 + 4 * 2048, body['memory_mb_used'])
        for other, status in ((node[:-1] + 'x', 400), (of_nobody(), 404)):
            response = self.ask(f'/os-hypervisors/{other}')
            self.assertEqual(status, response.status_code)

    def test_aggregates(self) -> None:
        """A host is in one zone, which Placement knows as an aggregate."""
        for name, zone in (('one', 'z1'), ('two', 'z2')):
            body = {'aggregate': {'name': name, 'availability_zone': zone}}
            self.answer('/os-aggregates', 'POST', json=body)
        add = {'add_host': {'host': 'hv00001'}}
        found = self.answer('/os-aggregates/1/action', 'POST', json=add)
        provider = self.cloud.stock.known(self.world.first.compute_id(0))
        self.assertEqual({found['aggregate']['uuid']}, provider.aggregates)
        for number in (1, 2):
            response = self.ask(
                f'/os-aggregates/{number}/action', 'POST', json=add
            )
            self.assertEqual(409, response.status_code)
        (of,) = self.answer('/os-services?host=hv00001')['services']
        self.assertEqual('z1', of['zone'])


def of_nobody() -> str:
    """Return an id that nothing has."""
    return '00000000-0000-4000-8000-000000000000'


_HAS_NOVA = importlib.util.find_spec('nova') is not None


@unittest.skipUnless(_HAS_NOVA, 'Nova is not installed')
class TestSchemas(base.TestCase):
    """Answers, by what Nova itself says of its answers."""

    service = 'compute'

    def test_answers(self) -> None:
        """Each is as the schema of its microversion says."""
        server = f'/servers/{self.world.first.servers.id(0)}'
        node = f'/os-hypervisors/{self.world.first.compute_id(0)}'
        self.cloud.machines.change(
            self.world.first.servers.id(1), vm_state='error', fault='why'
        )
        for path, version, module, name in (
            ('/servers/detail', '2.1', 'servers', 'detail_response'),
            ('/servers/detail', '2.80', 'servers', 'detail_response_v273'),
            ('/servers/detail', '2.90', 'servers', 'detail_response_v290'),
            ('/servers/detail', '2.96', 'servers', 'detail_response_v296'),
            ('/servers/detail', '2.98', 'servers', 'detail_response_v298'),
            (server, '2.80', 'servers', 'show_response_v273'),
            ('/os-services', '2.80', 'services', 'index_response_v269'),
            ('/os-hypervisors', '2.80', 'hypervisors', 'index_response_v253'),
            (
                '/os-hypervisors/detail',
                '2.87',
                'hypervisors',
                'detail_response_v253',
            ),
            (
                '/os-hypervisors/detail',
                '2.88',
                'hypervisors',
                'detail_response_v288',
            ),
            (node, '2.87', 'hypervisors', 'show_response_v253'),
            ('/limits', '2.80', 'limits', 'index_response_v257'),
            ('/flavors/detail', '2.80', 'flavors', 'detail_response_v275'),
            ('/flavors/metal', '2.80', 'flavors', 'show_response_v275'),
            ('/os-keypairs/default', '2.80', 'keypairs', 'show_response_v22'),
        ):
            self.validate(path, version, module, name)

    def test_silent_cell(self) -> None:
        """So is what is told without the cell."""
        self.world.fall_silent(60)
        server = f'/servers/{self.world.first.servers.id(0)}'
        for path, module, name in (
            (server, 'servers', 'show_response_v273'),
            ('/os-services', 'services', 'index_response_v269'),
        ):
            self.validate(path, '2.80', module, name)

    def validate(
        self, path: str, version: str, module: str, name: str
    ) -> None:
        """Validate an answer by a schema of Nova's."""
        schemas = importlib.import_module(
            f'nova.api.openstack.compute.schemas.{module}'
        )
        schema = getattr(schemas, name, None)
        with self.subTest(path=path, version=version):
            assert schema is not None, name
            jsonschema.validate(
                self.answer(path, version=version),
                schema,
                format_checker=jsonschema.FormatChecker(),
            )
