# SPDX-License-Identifier: Apache-2.0
"""Tests of what a look reads of machines."""

from __future__ import annotations

import urllib.parse

from hvctl.model import identity
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.observe import looking


class TestMachines(looking.TestCase):
    """Servers, ports and nodes."""

    def test_our_servers_only(self) -> None:
        """Of this project, with our mark: any tenant can write that."""
        ours = base.ANSWERS['servers']['body']['servers'][0]
        other = {**ours, 'id': 'other', 'metadata': {}}
        theirs = {**ours, 'id': 'theirs', 'tenant_id': builders.THEIRS}
        self.mock.get(
            looking.SERVERS, **base.listed('servers', ours, other, theirs)
        )

        look = self.observe()

        self.assertEqual([ours['id']], [server.id for server in look.servers])
        (query,) = self.queries(looking.SERVERS)
        # A soft-deleted one still has its machine.
        self.assertEqual({'soft_deleted': 'True'}, query)

    def test_our_ports_only(self) -> None:
        """With our mark, of this project."""
        self.observe()

        sent, _ = self.sent('GET', f'{base.NETWORK}/ports')
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(sent.url).query)
        self.assertEqual(
            {
                'description': [
                    identity.PORT_MARK,
                    identity.SUBPORT_MARK,
                    identity.TEST_PORT_MARK,
                ],
                'project_id': [builders.OURS],
                'limit': ['1000'],
            },
            query,
        )

    def test_other_ports(self) -> None:
        """A network service that heeds no filter gives those of others."""
        mine = {
            **base.ANSWERS['ports']['body']['ports'][0],
            'id': 'mine',
            'name': 'hv1',
            'project_id': builders.OURS,
        }
        unmarked = {**mine, 'id': 'unmarked', 'description': ''}
        self.mock.get(
            f'{base.NETWORK}/ports',
            **base.listed(
                'ports',
                mine,
                {**mine, 'id': 'theirs', 'project_id': builders.THEIRS},
                unmarked,
                {**unmarked, 'id': 'other', 'name': 'hv10'},
                {**unmarked, 'id': 'theirs2', 'project_id': builders.THEIRS},
            ),
        )

        look = self.observe(server_names=frozenset({'hv1'}))

        self.assertEqual(['mine'], [port.id for port in look.ports])
        self.assertEqual({'unmarked': 'hv1'}, look.namesake_ports)

    def test_namesakes(self) -> None:
        """Servers of the names are searched in all projects, ours left out."""
        ours = base.ANSWERS['servers']['body']['servers'][0]
        theirs = {**ours, 'id': 'theirs', 'tenant_id': builders.THEIRS}
        unmarked = {**ours, 'id': 'unmarked', 'metadata': {}}
        mine = {**ours, 'tenant_id': builders.OURS}
        other = {**theirs, 'id': 'other', 'name': 'hv10'}
        self.mock.get(looking.SERVERS, **base.listed('servers'))
        self.mock.get(
            f'{looking.SERVERS}?all_tenants=1&name=^hv1$',
            **base.listed('servers', mine, theirs, unmarked, other),
        )

        look = self.observe(server_names=frozenset({'hv1', 'hv-2'}))

        self.assertEqual(
            ['theirs', 'unmarked'], [server.id for server in look.namesakes]
        )
        self.assertEqual(
            ['^hv-2$', '^hv1$'],
            [
                query['name']
                for query in self.queries(looking.SERVERS)
                if 'all_tenants' in query
            ],
        )

    def test_namesake_ports(self) -> None:
        """Ports of the names are searched in our project, ours left out."""
        self.mock.get(looking.SERVERS, **base.listed('servers'))
        self.mock.get(
            f'{base.NETWORK}/ports?name=hv1',
            **base.listed(
                'ports',
                {'id': 'a', 'name': 'hv1', 'description': 'my own'},
                {
                    'id': 'b',
                    'name': 'hv1',
                    'description': identity.SUBPORT_MARK,
                },
            ),
        )

        look = self.observe(server_names=frozenset({'hv1'}))

        self.assertEqual({'a': 'hv1'}, look.namesake_ports)
        query = next(
            q for q in self.queries(f'{base.NETWORK}/ports') if 'name' in q
        )
        self.assertEqual(builders.OURS, query['project_id'])

    def test_without_nodes(self) -> None:
        """Nor is it an error when Ironic shows its nodes to nobody."""
        for status in (403, 404):
            with self.subTest(status=status):
                self.mock.get(
                    f'{base.BAREMETAL}/nodes', status_code=status, json={}
                )

                self.assertIsNone(self.observe().nodes)
