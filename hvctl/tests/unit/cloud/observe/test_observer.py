# SPDX-License-Identifier: Apache-2.0
"""Tests of what a look reads."""

import dataclasses
import urllib.parse

from hvctl import exceptions
from hvctl.cloud import clients
from hvctl.decide.hypervisor import assemble
from hvctl.model import identity
from hvctl.model.records import Need
from hvctl.model.snapshot import GuestsLook, MachinesLook, WholeLook
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base

SERVERS = f'{base.COMPUTE}/servers/detail'
PROVIDERS = f'{base.PLACEMENT}/resource_providers'


class TestCase(base.TestCase):
    """A cloud that answers what was recorded."""

    def setUp(self):
        super().setUp()
        servers = base.ANSWERS['servers']['body']['servers']
        nodes = base.ANSWERS['nodes']['body']['nodes']
        self.mock.get(SERVERS, json={'servers': servers})
        self.mock.get(f'{base.BAREMETAL}/nodes', json={'nodes': nodes})
        for url, name in (
            (f'{base.COMPUTE}/os-services', 'services'),
            (f'{base.COMPUTE}/os-hypervisors', 'hypervisors'),
            (f'{base.COMPUTE}/os-hypervisors/detail', 'hypervisors_detail'),
            (f'{base.COMPUTE}/os-aggregates', 'aggregates'),
            (f'{base.COMPUTE}/os-migrations', 'migrations'),
            (PROVIDERS, 'providers'),
            (f'{base.NETWORK}/ports', 'ports'),
            (f'{base.NETWORK}/agents', 'agents'),
        ):
            self.mock.get(url, **base.answer(name))
        self.client = clients.Client.connect(self.conn)

    def observe(self, **scope):
        return self.client.observe(WholeLook(**scope))

    def queries(self, url: str) -> list[dict]:
        """What was asked for at a URL, each value once."""
        return [
            dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(r.url).query))
            for r in self.sent('GET', url)
        ]


class TestObserve(TestCase):
    """Looks."""

    def test_recorded(self):
        """The recorded cloud has one whole hypervisor in its lists."""
        look = self.observe()

        hv = assemble.assemble(look, ['hv1'])['hv1']
        self.assertEqual('ACTIVE', hv.server.status)
        self.assertEqual('hv1', hv.host)
        self.assertTrue(hv.agents_alive)
        self.assertIsNotNone(hv.node)
        self.assertIsNone(hv.guests)
        self.assertEqual((), look.namesakes)
        self.assertEqual('me', look.user_id)

    def test_cost(self):
        """A look is ten lists, whatever it finds."""
        self.observe()
        before = len(self.mock.request_history)

        self.observe()

        self.assertLessEqual(len(self.mock.request_history) - before, 10)

    def test_machines_only(self):
        """Two lists; what an earlier look found of the rest stays."""
        whole = self.observe()
        self.mock.get(SERVERS, json={'servers': []})
        before = len(self.mock.request_history)

        look = self.client.observe(MachinesLook(last=whole))

        self.assertEqual(2, len(self.mock.request_history) - before)
        self.assertEqual(
            dataclasses.replace(whole, servers=(), partial=True), look
        )

    def test_our_servers_only(self):
        """Of this project, with our mark: any tenant can write that."""
        ours = base.ANSWERS['servers']['body']['servers'][0]
        other = {**ours, 'id': 'other', 'metadata': {}}
        self.mock.get(SERVERS, json={'servers': [ours, other]})

        look = self.observe()

        self.assertEqual([ours['id']], [server.id for server in look.servers])
        (query,) = self.queries(SERVERS)
        # A soft-deleted one still has its machine.
        self.assertEqual({'soft_deleted': 'True'}, query)

    def test_our_ports_only(self):
        """With our mark, of this project."""
        self.observe()

        (sent,) = self.sent('GET', f'{base.NETWORK}/ports')
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(sent.url).query)
        self.assertEqual(
            {
                'description': [
                    identity.PORT_MARK,
                    identity.SUBPORT_MARK,
                    identity.TEST_PORT_MARK,
                ],
                'project_id': [builders.OURS],
            },
            query,
        )

    def test_providers(self):
        """Room, report and trait are asked of Placement, for all at once."""
        hv = base.ANSWERS['providers']['body']['resource_providers'][1]['uuid']
        self.mock.get(PROVIDERS, json={'resource_providers': []})
        self.mock.get(
            f'{PROVIDERS}?required=COMPUTE_NODE', **base.answer('providers')
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
            self.queries(PROVIDERS),
        )

    def test_namesakes(self):
        """Servers of the names are searched in all projects, ours left out."""
        ours = base.ANSWERS['servers']['body']['servers'][0]
        theirs = {**ours, 'id': 'theirs', 'tenant_id': builders.THEIRS}
        unmarked = {**ours, 'id': 'unmarked', 'metadata': {}}
        mine = {**ours, 'tenant_id': builders.OURS}
        other = {**theirs, 'name': 'hv10'}
        self.mock.get(SERVERS, json={'servers': []})
        self.mock.get(
            f'{SERVERS}?all_tenants=1',
            json={'servers': [mine, theirs, unmarked, other]},
        )

        look = self.observe(server_names=frozenset({'hv1', 'hv-2'}))

        self.assertEqual(
            ['theirs', 'unmarked'], [server.id for server in look.namesakes]
        )
        query = next(q for q in self.queries(SERVERS) if 'all_tenants' in q)
        self.assertEqual('^hv', query['name'])

    def test_namesake_ports(self):
        """Ports of the names are searched in our project, ours left out."""
        self.mock.get(SERVERS, json={'servers': []})
        self.mock.get(
            f'{base.NETWORK}/ports?name=hv1',
            json={
                'ports': [
                    {'id': 'a', 'name': 'hv1', 'description': 'my own'},
                    {
                        'id': 'b',
                        'name': 'hv1',
                        'description': identity.SUBPORT_MARK,
                    },
                ]
            },
        )

        look = self.observe(server_names=frozenset({'hv1'}))

        self.assertEqual({'a': 'hv1'}, look.namesake_ports)
        query = next(
            q for q in self.queries(f'{base.NETWORK}/ports') if 'name' in q
        )
        self.assertEqual(builders.OURS, query['project_id'])

    def test_guests_of_a_host(self):
        """Guests, soft-deleted ones too, and migrations of a host."""
        look = self.observe(hosts=frozenset({'hv2'}))

        query = next(q for q in self.queries(SERVERS) if 'host' in q)
        self.assertEqual(
            {'all_tenants': '1', 'soft_deleted': 'True', 'host': 'hv2'}, query
        )
        self.assertEqual({'hv2'}, set(look.guests))
        self.assertEqual(
            [{'host': 'hv2'}], self.queries(f'{base.COMPUTE}/os-migrations')
        )
        self.assertEqual(2, len(look.migrations['hv2']))

    def test_migrations_again(self):
        """A later look pages only as far as something may have changed."""
        (recorded, *_) = base.ANSWERS['migrations']['body']['migrations']
        url = f'{base.COMPUTE}/os-migrations'

        def history(*statuses):
            """The newest has the greatest id; two on a page."""
            found = [
                {**recorded, 'id': number, 'status': status}
                for number, status in enumerate(statuses, start=1)
            ][::-1]

            def page(request, context):
                start = int(request.qs.get('marker', ['0'])[0])
                body = {'migrations': found[start : start + 2]}
                if start + 2 < len(found):
                    link = f'{url}?host=hv2&marker={start + 2}'
                    body['migrations_links'] = [{'rel': 'next', 'href': link}]
                return body

            self.mock.get(url, json=page)

        hosts = frozenset({'hv2'})
        for before, after, pages in (
            ('eeeeee', 'eeeeee', 1),
            ('eeeeee', 'eeeeeeq', 1),
            ('eeeeee', 'eeeeeeqqq', 2),
            ('eeeeeq', 'eeeeec', 1),
            # An old one that may be open for ever is not looked for.
            ('eqeeee', 'eqeeee', 1),
            ('eqeeee', 'eqeeeeq', 1),
            ('', 'eeeeee', 3),
        ):
            with self.subTest(before=before, after=after):
                names = {'e': 'error', 'q': 'queued', 'c': 'completed'}
                history(*(names[each] for each in before))
                look = self.observe(hosts=hosts)
                history(*(names[each] for each in after))
                sent = len(self.sent('GET', url))

                look = self.client.observe(GuestsLook(last=look, hosts=hosts))

                self.assertEqual(pages, len(self.sent('GET', url)) - sent)
                self.assertEqual(
                    [
                        (number, names[status])
                        for number, status in enumerate(after, start=1)
                    ][::-1],
                    [(m.id, m.status) for m in look.migrations['hv2']],
                )

    def test_ties(self):
        """Ports that are a device of the host, and anti-affinity groups."""
        self.mock.get(
            f'{base.NETWORK}/ports?binding:host_id=hv2',
            json={
                'ports': [
                    {'device_id': 'g1', 'binding:vnic_type': 'vdpa'},
                    {'device_id': 'g1', 'binding:vnic_type': 'direct'},
                    {'device_id': 'g1', 'binding:vnic_type': 'direct'},
                    {'device_id': 'g2', 'binding:vnic_type': 'normal'},
                    {'device_id': 'g3', 'binding:vnic_type': 'macvtap'},
                ]
            },
        )
        self.mock.get(
            f'{base.COMPUTE}/os-server-groups',
            json={
                'server_groups': [
                    {'id': 'a', 'policy': 'anti-affinity', 'members': ['g1']},
                    {'id': 'b', 'policy': 'affinity', 'members': ['g2']},
                ]
            },
        )

        look = self.observe(hosts=frozenset({'hv2'}), ties=True)

        self.assertEqual({'g1': ('direct', 'vdpa')}, look.direct_ports)
        self.assertEqual({'g1': 'a'}, look.anti_affinity)
        self.assertEqual({'g2': 'b'}, look.affinity)
        self.assertTrue(look.tied)
        again = self.client.observe(
            GuestsLook(last=look, hosts=frozenset({'hv2'}))
        )
        self.assertFalse(again.tied)
        self.assertEqual({'g1': 'a'}, again.anti_affinity)

    def test_many_groups(self):
        """Nova cuts the list of groups off and tells no next page."""
        groups = [
            {'id': n, 'policy': 'anti-affinity', 'members': [f'g{n}']}
            for n in range(5)
        ]

        def page(request, context):
            start = int(request.qs.get('offset', ['0'])[0])
            return {'server_groups': groups[start : start + 2]}

        self.mock.get(f'{base.COMPUTE}/os-server-groups', json=page)

        look = self.observe(ties=True)

        self.assertEqual({f'g{n}': n for n in range(5)}, look.anti_affinity)

    def test_room(self):
        """A need is one question, and its answer is the hosts with room."""
        self.mock.get(
            f'{base.PLACEMENT}/allocation_candidates',
            json={'allocation_requests': [], 'provider_summaries': {}},
        )
        need = Need(
            (('MEMORY_MB', 512), ('VCPU', 1)), ('!HW_B', 'HW_A'), ('a1', 'a2')
        )

        look = self.observe(needs=frozenset({need}))

        (query,) = self.queries(f'{base.PLACEMENT}/allocation_candidates')
        self.assertEqual(
            {
                'resources': 'MEMORY_MB:512,VCPU:1',
                'required': '!HW_B,HW_A',
                'root_required': '!COMPUTE_STATUS_DISABLED',
                'member_of': 'in:a1,a2',
                'limit': '1000',
            },
            query,
        )
        self.assertEqual({need: ()}, look.room)

    def test_all_guests(self):
        """One list for the guests of all; hosts without any have none."""
        look = self.observe(all_servers=True)

        self.assertEqual((), look.guests['hv1'])
        self.assertEqual(
            1, len([q for q in self.queries(SERVERS) if 'all_tenants' in q])
        )
        self.assertEqual('hv1', look.guests['ironic'][0].name)

    def test_consumers(self):
        """The consumers of a provider, what is below it or shared left out.

        One that is gone has none.
        """
        self.mock.get(
            f'{PROVIDERS}/p1/allocations',
            **base.answer('consumers'),
        )
        self.mock.get(f'{PROVIDERS}/p2/allocations', **base.answer('alloc404'))

        look = self.observe(provider_ids=frozenset({'p1', 'p2'}))

        self.assertEqual(
            {
                'p1': {
                    builders.an_id('g1'): {'VCPU': 2, 'MEMORY_MB': 2048},
                },
                'p2': {},
            },
            look.consumers,
        )

    def test_sizes(self):
        """The sizes are read only where they are asked for."""
        with_sizes = self.observe(sizes=True)
        without = self.observe()

        self.assertEqual(32, with_sizes.compute_nodes[1].vcpus)
        self.assertIsNone(without.compute_nodes[1].vcpus)
        (request,) = self.sent('GET', f'{base.COMPUTE}/os-hypervisors/detail')
        self.assertEqual(
            '2.87', request.headers['X-OpenStack-Nova-API-Version']
        )

    def test_aggregates(self):
        """So are the aggregates."""
        self.observe()
        self.assertEqual([], self.sent('GET', f'{base.COMPUTE}/os-aggregates'))
        self.observe(aggregates=True)
        self.assertEqual(
            1, len(self.sent('GET', f'{base.COMPUTE}/os-aggregates'))
        )

    def test_without_agents(self):
        """A network service without agents has none, which is no error."""
        self.mock.get(f'{base.NETWORK}/agents', status_code=404, json={})

        self.assertIsNone(self.observe().agents)

    def test_without_nodes(self):
        """Nor is it an error when Ironic shows its nodes to nobody."""
        for status in (403, 404):
            with self.subTest(status=status):
                self.mock.get(
                    f'{base.BAREMETAL}/nodes', status_code=status, json={}
                )

                self.assertIsNone(self.observe().nodes)

    def test_list_that_fails(self):
        """A list that cannot be read is named, and there is no half look."""
        for url, words in (
            (f'{base.COMPUTE}/os-services', 'list the compute services'),
            (PROVIDERS, 'list the resource providers'),
            (f'{base.NETWORK}/ports', 'list the ports'),
            (f'{base.BAREMETAL}/nodes', 'list the Ironic nodes'),
        ):
            with self.subTest(url=url):
                self.setUp()
                # The SDK itself is patient with Ironic's 503.
                self.mock.get(url, status_code=500, json={})

                with self.assertRaisesRegex(exceptions.CloudError, words):
                    self.observe()

    def test_without_admin_role(self):
        """Without the role the first look says so."""
        self.mock.get(f'{base.COMPUTE}/os-services', **base.answer('nova403'))

        with self.assertRaisesRegex(exceptions.CloudError, 'admin role'):
            self.observe()
