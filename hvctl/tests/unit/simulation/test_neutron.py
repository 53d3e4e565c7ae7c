# SPDX-License-Identifier: Apache-2.0
"""Tests of the simulated Neutron and Ironic."""

from __future__ import annotations

import typing

from hvctl.model import identity
from hvctl.tests.unit.simulation import base


class TestNeutron(base.TestCase):
    """Ports, trunks and agents."""

    service = 'network'

    def create(self, **given: typing.Any) -> typing.Any:
        """Make a port."""
        body = {'port': {'network_id': self.world.first.network_id, **given}}
        return self.answer('/ports', 'POST', json=body)['port']

    def test_filters(self) -> None:
        """Each filter finds what it should, of several values all."""
        cases = {
            'name=hv00001&name=hv00003': 2,
            f'description={identity.PORT_MARK}': 3,
            f'project_id={self.cloud.admin.id}': 3,
            'binding:host_id=hv00001': 4,
            'fixed_ips=ip_address=10.0.0.11': 1,
            'limit=2': 2,
            f'limit=9&marker={self.world.first.ports.id(24)}': 2,
            '': 3 + 24,
        }
        for query, number in cases.items():
            with self.subTest(query):
                ports = self.answer(f'/ports?{query}')['ports']
                self.assertEqual(number, len(ports))
        (port,) = self.answer('/ports?name=hv00001&fields=id')['ports']
        self.assertEqual(['id'], [*port])

    def test_links(self) -> None:
        """With a limit there is a link back, and onwards from a full page."""
        self.assertNotIn('ports_links', self.answer('/ports'))
        for limit, number, rels in (
            (2, 2, ['next', 'previous']),
            (1000, 3 + 24, ['previous']),
        ):
            with self.subTest(limit=limit):
                body = self.answer(f'/ports?limit={limit}')
                self.assertEqual(number, len(body['ports']))
                links = {link['rel']: link for link in body['ports_links']}
                self.assertEqual(rels, [*links])
                for rel, position in (('next', -1), ('previous', 0)):
                    if rel in links:
                        marker = body['ports'][position]['id']
                        self.assertIn(f'marker={marker}', links[rel]['href'])

    def test_addresses_are_used_once(self) -> None:
        """Neither a MAC address nor a fixed IP is given twice."""
        given = {
            'mac_address': '02:00:00:00:00:01',
            'fixed_ips': [{'ip_address': '10.9.9.9'}],
        }
        self.assertEqual(
            '10.9.9.9', self.create(**given)['fixed_ips'][0]['ip_address']
        )
        for key, kind in (
            ('mac_address', 'MacAddressInUse'),
            ('fixed_ips', 'IpAddressAlreadyAllocated'),
        ):
            body = {
                'port': {
                    'network_id': self.world.first.network_id,
                    key: given[key],
                }
            }
            response = self.ask('/ports', 'POST', json=body)
            self.assertEqual(409, response.status_code)
            self.assertEqual(kind, response.json()['NeutronError']['type'])

    def test_revisions(self) -> None:
        """What was changed since it was read is not deleted."""
        port = self.create(name='new')
        for revision, status in ((7, 412), (1, 204)):
            response = self.ask(
                f'/ports/{port["id"]}',
                'DELETE',
                headers={'If-Match': f'revision_number={revision}'},
            )
            self.assertEqual(status, response.status_code)

    def test_trunks(self) -> None:
        """A port tells of its trunk, and stays while it has one."""
        parent, sub = self.create(name='parent'), self.create(name='sub')
        body = {
            'trunk': {
                'port_id': parent['id'],
                'sub_ports': [
                    {
                        'port_id': sub['id'],
                        'segmentation_type': 'vlan',
                        'segmentation_id': 7,
                    }
                ],
            }
        }
        trunk = self.answer('/trunks', 'POST', json=body)['trunk']
        url = f'/ports/{parent["id"]}'

        details = self.answer(url)['port']['trunk_details']
        self.assertEqual(trunk['id'], details['trunk_id'])
        self.assertEqual(7, details['sub_ports'][0]['segmentation_id'])
        self.assertEqual(409, self.ask(url, 'DELETE').status_code)
        self.answer(f'/trunks/{trunk["id"]}', 'DELETE')
        self.assertEqual(204, self.ask(url, 'DELETE').status_code)

    def test_agents(self) -> None:
        """Several hosts may be asked for; others see no agents."""
        query = '/agents?host=hv00001&host=host00005'
        agents = self.answer(query)['agents']
        self.assertEqual(2, len(agents))
        self.assertTrue(all(agent['alive'] for agent in agents))
        others = self.cloud.login('demo', 'demo')
        self.assertEqual([], self.answer(query, session=others)['agents'])


class TestIronic(base.TestCase):
    """Nodes."""

    service = 'baremetal'
    version = '1.46'

    def test_nodes(self) -> None:
        """They are found by their servers, with the fields asked for."""
        self.assertEqual(5, len(self.answer('/v1/nodes')['nodes']))
        cases = {
            'associated=True': 3,
            'associated=False': 2,
            f'instance_uuid={self.world.first.servers.id(1)}': 1,
            'limit=2': 2,
        }
        for query, number in cases.items():
            with self.subTest(query):
                found = self.answer(f'/v1/nodes?{query}&fields=uuid')
                self.assertEqual(number, len(found['nodes']))
                self.assertEqual({'uuid', 'links'}, {*found['nodes'][0]})
                self.assertEqual('limit' in query, 'next' in found)

    def test_others(self) -> None:
        """Who owns and leases none sees none."""
        others = self.cloud.login('demo', 'demo')
        found = self.answer('/v1/nodes', session=others)
        self.assertEqual([], found['nodes'])
        url = f'/v1/nodes/{self.world.first.nodes.id(0)}'
        self.assertEqual(404, self.ask(url, session=others).status_code)

    def test_life_of_a_node(self) -> None:
        """A server's end cleans its node, which is then available."""
        server = self.world.servers.get(0)
        assert server is not None
        self.cloud.machines.end(server)
        states = []
        for _ in range(3):
            node = self.answer(f'/v1/nodes/{server.node}')
            states.append(node['provision_state'])
            self.cloud.clock.advance(8)

        self.assertEqual(['deleting', 'cleaning', 'available'], states)
