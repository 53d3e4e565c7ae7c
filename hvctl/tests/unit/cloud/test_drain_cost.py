# SPDX-License-Identifier: Apache-2.0
"""Tests of how many requests a drain sends, counted at the cloud."""

from __future__ import annotations

import collections
import re

from hvctl.cloud import clients
from hvctl.decide.drain import drain
from hvctl.run import loop
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.unit.cloud import base

SERVERS = f'{base.COMPUTE}/servers/detail'
SERVICES = f'{base.COMPUTE}/os-services'


class TestCost(base.TestCase):
    """A drain of one hypervisor, by the requests of the real cloud layer."""

    def setUp(self) -> None:
        super().setUp()
        self.guests: dict = {}
        self.records: dict = {}
        self.closed = False
        for url, name in (
            (f'{base.COMPUTE}/os-hypervisors', 'hypervisors'),
            (f'{base.COMPUTE}/os-hypervisors/detail', 'hypervisors_detail'),
            (f'{base.COMPUTE}/os-aggregates', 'aggregates'),
            (f'{base.PLACEMENT}/resource_providers', 'providers'),
            (f'{base.NETWORK}/ports', 'ports'),
            (f'{base.NETWORK}/agents', 'agents'),
        ):
            self.mock.get(url, **base.answer(name))
        nodes = base.ANSWERS['nodes']['body']['nodes']
        self.mock.get(
            f'{base.BAREMETAL}/nodes', **base.listed('nodes', *nodes)
        )
        self.mock.get(
            re.compile(f'{base.PLACEMENT}/resource_providers/.*/allocations'),
            json={'allocations': {}},
        )
        self.mock.get(
            re.compile(f'{base.BAREMETAL}/nodes/.*'),
            status_code=404,
            json={},
        )
        self.mock.get(
            re.compile(f'{base.PLACEMENT}/resource_providers/.*/traits'),
            json={'traits': [], 'resource_provider_generation': 1},
        )
        self.mock.get(
            re.compile(f'{base.COMPUTE}/os-hypervisors/[0-9a-f-]+$'),
            **base.answer('nova404'),
        )
        self.mock.get(
            f'{base.COMPUTE}/os-server-groups', json={'server_groups': []}
        )
        self.mock.get(f'{base.COMPUTE}/os-services', json=self.services)
        self.mock.get(SERVERS, json=self.servers)
        self.mock.get(f'{base.COMPUTE}/os-migrations', json=self.migrations)
        self.mock.get(
            re.compile(f'{base.COMPUTE}/servers/g[0-9]+'),
            json={
                'server': {
                    'status': 'ACTIVE',
                    'OS-EXT-SRV-ATTR:host': 'hv2',
                }
            },
        )
        self.mock.put(re.compile('.*/os-services/.*'), json=self.close)
        self.mock.post(re.compile('.*/action'), json=self.act)

    def services(self, request, context):
        """The compute services, hv1's closed once that was asked for."""
        body = base.ANSWERS['services']['body']
        status = 'disabled' if self.closed else 'enabled'
        return {
            'services': [
                each | {'status': status, 'state': 'up'}
                if each['host'] == 'hv1'
                else each
                for each in body['services']
            ]
        }

    def close(self, request, context):
        """Close hv1."""
        self.closed = True
        return {}

    def servers(self, request, context):
        """Our machines, or the guests of hv1."""
        if 'marker' in request.qs:
            return {'servers': []}
        if 'host' in request.qs:
            return {'servers': list(self.guests.values())}
        return {'servers': base.ANSWERS['servers']['body']['servers']}

    def migrations(self, request, context):
        """The records, each a look further than at the last one."""
        if 'marker' in request.qs:
            return {'migrations': []}
        found = list(self.records.values())
        further = {
            'running': 'completed',
            'migrating': 'finished',
        }
        for record in found:
            status = further.get(record['status'])
            if status is not None:
                self.records[record['instance_uuid']] = {
                    **record,
                    'status': status,
                }
                self.guests.pop(record['instance_uuid'], None)
        return {'migrations': sorted(found, key=lambda m: -m['id'])}

    def act(self, request, context):
        """Begin a move, or confirm one."""
        context.status_code = 202
        server_id = request.path.split('/')[-2]
        (action,) = request.json()
        if action == 'confirmResize':
            record = self.records[server_id] | {'status': 'confirmed'}
        else:
            live = action == 'os-migrateLive'
            record = {
                'id': len(self.records) + 100,
                'uuid': builders.an_id(f'migration {server_id}'),
                'instance_uuid': server_id,
                'status': 'running' if live else 'migrating',
                'migration_type': 'live-migration' if live else 'migration',
                'source_compute': 'hv1',
                'dest_compute': 'hv2',
                'user_id': 'me',
            }
        self.records[server_id] = record
        return {}

    def drain(self, number):
        """Drain hv1 of so many guests, half of them off; the requests."""
        for each in range(number):
            self.guests[f'g{each}'] = {
                'id': f'g{each}',
                'name': f'g{each}',
                'status': 'ACTIVE' if each % 2 else 'SHUTOFF',
                'tenant_id': builders.THEIRS,
                'metadata': {},
                'OS-EXT-SRV-ATTR:host': 'hv1',
            }
        clock = clocks.FakeClock()
        result = loop.Loop(
            clients.Client.connect(self.conn), lambda event: None, clock
        ).run(drain.Drain(names=('hv1',)), 600)
        self.assertTrue(result.ok, result.verdicts['hv1'].outcome)
        self.assertEqual(number, len(self.records))
        return result, collections.Counter(
            (request.method, request.url.partition('?')[0])
            for request in self.mock.request_history
            if 'identity' not in request.url
        )

    def test_whole(self) -> None:
        """Three lists a look; one request a move, and one to end it."""
        result, sent = self.drain(10)

        actions = {
            url.split('/')[-2]: count
            for (method, url), count in sent.items()
            if method == 'POST'
        }
        self.assertEqual(
            {f'g{each}': 1 if each % 2 else 2 for each in range(10)}, actions
        )
        # A live migration is asked about, a cold one is confirmed.
        self.assertEqual(
            {
                (f'{base.COMPUTE}/servers/g{each}', 1)
                for each in (1, 3, 5, 7, 9)
            },
            {
                (url, count)
                for (method, url), count in sent.items()
                if '/servers/g' in url and method == 'GET'
            },
        )
        looks = result.ledger.looks
        of_guests = [
            request
            for request in self.sent('GET', SERVERS)
            if 'host' in request.qs and 'marker' not in request.qs
        ]
        self.assertLessEqual(len(of_guests), looks)
        # A list that has entries is asked once more, whether it ends there.
        self.assertLessEqual(
            sent['GET', f'{base.COMPUTE}/os-migrations'], 2 * looks
        )
        self.assertLessEqual(sent['GET', SERVICES], looks)
        # The rest is read at the beginning, at the end, and now and then.
        of_each_look = (SERVERS, SERVICES, f'{base.COMPUTE}/os-migrations')
        rest = sum(
            count
            for (method, url), count in sent.items()
            if method == 'GET'
            and url not in of_each_look
            and '/servers/g' not in url
        )
        self.assertLess(rest, 20 * 8)

    def test_does_not_grow(self) -> None:
        """No list is read more often because there are more guests."""
        of_each = []
        for number in (2, 6):
            self.mock.reset_mock()
            self.guests, self.records, self.closed = {}, {}, False
            result, sent = self.drain(number)
            gets = sum(
                n
                for (method, url), n in sent.items()
                if method == 'GET' and '/servers/g' not in url
            )
            of_each.append(gets / result.ledger.looks)

        self.assertLess(of_each[1], of_each[0] + 1)
