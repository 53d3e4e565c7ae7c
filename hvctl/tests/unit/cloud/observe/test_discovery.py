# SPDX-License-Identifier: Apache-2.0
"""Tests of looks at hypervisors of which no more than the name is known."""

from __future__ import annotations

import dataclasses
import typing

from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import ownership
from hvctl.model import identity
from hvctl.model.codes import HolderCode
from hvctl.model.snapshot import Snapshot
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.observe import looking
from hvctl.tests.unit.cloud.observe import test_own

NAMES = frozenset({'hv1'})
SERVICES = f'{base.COMPUTE}/os-services'
DETAILS = f'{base.COMPUTE}/os-hypervisors/detail'
NODES = f'{base.BAREMETAL}/nodes'
FOREIGN = builders.an_id('foreign')


class TestDiscovery(test_own.TestCase):
    """A look at one hypervisor of a large cloud."""

    def setUp(self) -> None:
        super().setUp()
        (server,) = base.ANSWERS['servers']['body']['servers'][:1]
        self.server: dict[str, typing.Any] = server
        node = server['OS-EXT-SRV-ATTR:hypervisor_hostname']
        self.mock.get(f'{NODES}/{node}', json={**self.node, 'uuid': node})
        self.mock.get(f'{base.NETWORK}/ports', **base.listed('ports'))
        self.mock.get(f'{base.NETWORK}/agents', json=self.agents)
        self.mock.get(DETAILS, json=self.compute_nodes)
        self.registered: tuple[typing.Any, ...] = ()
        self.answer_providers()

    def agents(self, request: typing.Any, _: object) -> typing.Any:
        """Every host has one."""
        agents = base.ANSWERS['agents']['body']['agents']
        return {
            'agents': [
                {**agents[0], 'host': host}
                for host in request.qs.get('host', ())
            ]
        }

    def compute_nodes(
        self, request: typing.Any, context: typing.Any
    ) -> object:
        """Find compute nodes by their names, or give a list without any."""
        (pattern,) = request.qs.get('hypervisor_hostname_pattern', [None])
        found = [
            node
            for node in self.registered
            if pattern and pattern in node['hypervisor_hostname']
        ]
        if pattern and not found:
            context.status_code = 404
        return {'hypervisors': found}

    def answer_providers(
        self, name: str = 'hv1', provider_id: str = test_own.CHOSEN
    ) -> None:
        """Let there be one provider, which Placement finds by its name."""
        self.mock.get(
            looking.PROVIDERS,
            json=lambda request, _: {
                'resource_providers': [{'uuid': provider_id, 'name': name}]
                if name in request.qs.get('name', [name])
                else []
            },
        )

    def register(self, node_id: str, host: str, hostname: str) -> None:
        """Let Nova have a compute node that it finds by its name."""
        node = {
            **self.hypervisor,
            'id': node_id,
            'hypervisor_hostname': hostname,
            'service': {**self.hypervisor['service'], 'host': host},
        }
        self.registered = (node,)
        self.mock.get(
            f'{base.COMPUTE}/os-hypervisors/{node_id}',
            json={'hypervisor': node},
        )

    def discover(self, **scope: typing.Any) -> Snapshot:
        """Look at the hypervisor."""
        self.mock.reset_mock()
        return self.observe(
            **{'names': NAMES, 'all_hosts': False, 'sizes': True, **scope}
        )

    def assert_whole(self, *, whole: bool) -> None:
        """The hypervisors of the whole cloud have been read, or not."""
        queries = self.queries(DETAILS)
        self.assertEqual(
            whole,
            any('hypervisor_hostname_pattern' not in q for q in queries),
        )

    def test_by_name(self) -> None:
        """All that it has is found, and only the services are listed."""
        look = self.discover(server_names=NAMES)

        self.assert_whole(whole=False)
        self.assertFalse(look.all_hosts)
        for url, key in (
            (looking.SERVERS, 'name'),
            (f'{base.NETWORK}/agents', 'host'),
            (f'{base.NETWORK}/ports', 'name'),
        ):
            for query in self.queries(url):
                self.assertIn(key, query)
        for query in self.queries(looking.PROVIDERS):
            self.assertTrue({'name', 'required'} & {*query}, query)
        self.assertEqual([], self.queries(NODES))
        hv = assemble.assemble(look, ['hv1'])['hv1']
        assert hv.server and hv.compute_node and hv.provider and hv.service
        self.assertTrue(hv.reported)
        self.assertTrue(hv.agents_alive)
        self.assertIsNotNone(hv.node)

    def test_nodes(self) -> None:
        """All of them are read where that is asked for."""
        look = self.discover(nodes=True)

        self.assertEqual(1, len(self.queries(NODES)))
        self.assertEqual(
            len(base.ANSWERS['nodes']['body']['nodes']), len(look.nodes or ())
        )

    def test_holders(self) -> None:
        """What has the name and is not ours is found, in whatever domain."""
        self.mock.get(looking.SERVERS, **base.listed('servers'))
        for domain, host in (
            (None, 'hv1'),
            ('example.com', 'hv1.example.com'),
        ):
            self.answer_providers(host, FOREIGN)
            self.register(FOREIGN, host, host)
            service = base.ANSWERS['services']['body']['services'][0]
            self.mock.get(
                SERVICES, json={'services': [{**service, 'host': host}]}
            )
            with self.subTest(host=host):
                look = self.discover(domain=domain)

                hv = assemble.assemble(look, ['hv1'], domain)['hv1']
                self.assertFalse(ownership.owned(hv))
                self.assertEqual(
                    {
                        HolderCode.SERVICE,
                        HolderCode.HYPERVISOR,
                        HolderCode.PROVIDER,
                        HolderCode.AGENT,
                    },
                    {each.code for each in ownership.holders(look, hv)},
                )

    def test_leftover(self) -> None:
        """A hold in a domain that nobody tells is found by its trait."""
        self.mock.get(looking.SERVERS, **base.listed('servers'))
        self.answer_providers('hv1.example.com')

        hv = assemble.assemble(self.discover(), ['hv1'])['hv1']

        self.assertEqual(test_own.CHOSEN, hv.compute_id)
        self.assertIsNotNone(hv.provider)

    def test_other_id(self) -> None:
        """One that did not take the id chosen for it is found by its trait."""
        self.answer_providers('debian', FOREIGN)
        self.register(FOREIGN, 'hv1', 'debian')

        look = self.discover()

        self.assertIn(
            ('hv1', FOREIGN),
            {(node.host, node.id) for node in look.compute_nodes},
        )

    def test_id_that_nobody_tells(self) -> None:
        """Without one, a compute node of another name is in the list only."""
        own = {**self.server, 'metadata': {identity.MARK_KEY: identity.MARK}}
        self.mock.get(looking.SERVERS, **base.listed('servers', own))
        for hostname, whole in (('hv1', False), ('debian', True)):
            with self.subTest(hostname=hostname):
                self.register(FOREIGN, 'hv1', hostname)
                self.answer_providers(hostname, FOREIGN)

                self.discover()

                self.assert_whole(whole=whole)

    def test_names_alike(self) -> None:
        """What only begins with the name is another's."""
        self.register(FOREIGN, 'hv10', 'hv10')

        look = self.discover()

        self.assertNotIn('hv10', {node.host for node in look.compute_nodes})

    def test_after_doubt(self) -> None:
        """What an earlier look had is looked for by its name."""
        known = self.discover()
        self.mock.get(looking.SERVERS, **base.listed('servers'))

        look = self.discover(known=known)

        self.assert_whole(whole=False)
        self.assertEqual((), look.servers)

    def test_all_hosts(self) -> None:
        """Lists are read where they are cheaper, or others count."""
        for scope in (
            {'all_hosts': True},
            {'names': frozenset(f'hv{n}' for n in range(1, 60))},
        ):
            with self.subTest(scope=scope):
                look = self.discover(**scope)

                self.assert_whole(whole=True)
                self.assertTrue(look.all_hosts)

    def test_rest(self) -> None:
        """Others are put into what was found by names."""
        first = self.discover()
        for sizes in (True, False):
            with self.subTest(sizes=sizes):
                look = self.discover(rest=first, sizes=sizes)

                self.assert_whole(whole=sizes)
                self.assertIs(sizes, look.all_hosts)
                later = self.discover(
                    rest=dataclasses.replace(look, all_hosts=True),
                    sizes=False,
                )
                self.assertTrue(later.all_hosts)
