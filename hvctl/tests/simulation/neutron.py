# SPDX-License-Identifier: Apache-2.0
"""Neutron: its versions, its refusals, networks, subnets and agents."""

from __future__ import annotations

from collections.abc import Iterator

from hvctl.tests.simulation import neutron_lists
from hvctl.tests.simulation import ports
from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import trunks
from hvctl.tests.simulation import world

_EXTENSIONS = (
    'agent',
    'binding',
    'provider',
    'revision-if-match',
    'standard-attr-revisions',
    'trunk',
    'trunk-details',
)

#: Networks are older than any cloud.
_TIMES = {
    'created_at': '2099-12-31T00:00:00Z',
    'updated_at': '2099-12-31T00:00:00Z',
}


class Neutron(service.Service):
    """The network service, with Open vSwitch agents."""

    catalogued = 'network'
    prefix = '/network'

    def __init__(self, of: world.World) -> None:
        self._world = of
        super().__init__(
            [
                service.Route(
                    method='GET', path='/', answer=self._versions, role=None
                ),
                *(
                    service.Route(
                        method=method,
                        path=f'/v2.0{path}',
                        answer=answer,
                    )
                    for method, path, answer in (
                        ('GET', '/networks', self._networks),
                        ('GET', '/networks/<id>', self._network),
                        ('GET', '/subnets', self._subnets),
                        ('GET', '/extensions', self._extensions),
                        ('GET', '/extensions/<name>', self._extension),
                        ('GET', '/quotas/<id>/details', self._quota),
                        ('GET', '/agents', self._agents),
                        ('GET', '/agents/<id>', self._agent),
                        ('DELETE', '/agents/<id>', self._delete_agent),
                    )
                ),
                *ports.Ports(of).routes(),
                *trunks.Trunks(of).routes(),
            ]
        )

    def refusal(
        self, refused: service.Refusal, version: service.Version
    ) -> service.JSON:
        """Word a refusal (neutron/api/api_common.py)."""
        return {
            'NeutronError': {
                'type': refused.kind or 'HTTPNotFound',
                'message': refused.message,
                'detail': '',
            }
        }

    def _versions(self, call: service.Call) -> service.Answer:
        href = f'{call.base}/v2.0/'
        return service.Answer(
            body={
                'versions': [
                    {
                        'id': 'v2.0',
                        'status': 'CURRENT',
                        'links': [{'rel': 'self', 'href': href}],
                    }
                ]
            }
        )

    def _all_networks(self) -> Iterator[service.JSON]:
        first = self._world.first
        for network_id, kind, segment in (
            (first.network_id, 'flat', None),
            (first.guests_network_id, 'vxlan', 7),
            *((id_, 'vlan', vlan) for id_, vlan in self._world.vlans.items()),
        ):
            yield {
                'id': network_id,
                'name': self._world.network(network_id),
                'tenant_id': first.admin_id,
                'project_id': first.admin_id,
                'admin_state_up': True,
                'mtu': 1500,
                'status': 'ACTIVE',
                'subnets': [self._world.subnet_id(network_id)],
                'shared': True,
                'description': '',
                'router:external': False,
                'provider:network_type': kind,
                'provider:physical_network': None
                if kind == 'vxlan'
                else 'physnet1',
                'provider:segmentation_id': segment,
                'availability_zone_hints': [],
                'availability_zones': [],
                'ipv4_address_scope': None,
                'ipv6_address_scope': None,
                'l2_adjacency': True,
                'port_security_enabled': True,
                'revision_number': 2,
                'tags': [],
                **_TIMES,
            }

    def _networks(self, call: service.Call) -> service.Answer:
        return neutron_lists.answer(call, 'networks', self._all_networks())

    def _network(self, call: service.Call) -> service.Answer:
        for network in self._all_networks():
            if network['id'] == call.args['id']:
                return service.Answer(body={'network': network})
        raise service.Refusal(
            404,
            f'Network {call.args["id"]} could not be found.',
            'NetworkNotFound',
        )

    def _subnets(self, call: service.Call) -> service.Answer:
        first = self._world.first
        return neutron_lists.answer(
            call,
            'subnets',
            (
                {
                    'id': self._world.subnet_id(network_id),
                    'name': f'{self._world.network(network_id)}-subnet',
                    'network_id': network_id,
                    'project_id': first.admin_id,
                    'tenant_id': first.admin_id,
                    'cidr': cidr,
                    'ip_version': 4,
                    'enable_dhcp': True,
                    'gateway_ip': None,
                    'allocation_pools': [
                        {
                            'start': cidr.replace('.0/8', '.1'),
                            'end': cidr.replace('.0.0.0/8', '.255.255.254'),
                        }
                    ],
                    'description': '',
                    'dns_nameservers': [],
                    'host_routes': [],
                    'ipv6_address_mode': None,
                    'ipv6_ra_mode': None,
                    'router:external': False,
                    'segment_id': None,
                    'service_types': [],
                    'subnetpool_id': None,
                    'revision_number': 1,
                    'tags': [],
                    **_TIMES,
                }
                for network_id, cidr in (
                    (first.network_id, '10.0.0.0/8'),
                    (first.guests_network_id, '11.0.0.0/8'),
                    *((id_, '12.0.0.0/8') for id_ in self._world.vlans),
                )
            ),
        )

    def _extensions(self, call: service.Call) -> service.Answer:
        return service.Answer(
            body={'extensions': [_extension(name) for name in _EXTENSIONS]}
        )

    def _extension(self, call: service.Call) -> service.Answer:
        name = call.args['name']
        if name not in _EXTENSIONS:
            raise service.Refusal(
                404,
                f'Extension with alias {name} does not exist',
                'HTTPNotFound',
            )
        return service.Answer(body={'extension': _extension(name)})

    def _quota(self, call: service.Call) -> service.Answer:
        project_id = call.args['id']
        most = self._world.quota(project_id).ports
        used = self._world.ports.count('project', project_id)
        return service.Answer(
            body={
                'quota': {
                    'port': {'limit': most, 'used': used, 'reserved': 0},
                    'trunk': {'limit': -1, 'used': 0, 'reserved': 0},
                }
            }
        )

    def _agents(self, call: service.Call) -> service.Answer:
        hosts = call.query.getlist('host')
        table = self._world.agents
        found = (
            (each for host in hosts for each in table.having('host', host))
            if hosts
            else table.rising()
        )
        # Others than administrators see none (policy get_agent).
        if not call.who.may('admin'):
            found = iter(())
        return neutron_lists.answer(
            call, 'agents', (self._shown(agent) for _, agent in found)
        )

    def _agent(self, call: service.Call) -> service.Answer:
        _, agent = self._named(call)
        return service.Answer(body={'agent': self._shown(agent)})

    def _delete_agent(self, call: service.Call) -> service.Answer:
        number, _ = self._named(call)
        self._world.agents.remove(number)
        return service.Answer(body=None, status=204)

    def _named(self, call: service.Call) -> tuple[int, records.Agent]:
        found = self._world.agents.find('id', call.args['id'])
        if found is None or not call.who.may('admin'):
            raise service.Refusal(
                404,
                f'Agent {call.args["id"]} could not be found.',
                'AgentNotFound',
            )
        return found

    def _shown(self, agent: records.Agent) -> service.JSON:
        started = agent.created_at.strftime('%Y-%m-%d %H:%M:%S')
        heard = agent.silent_since or self._world.clock.now()
        return {
            'id': agent.id,
            'agent_type': 'Open vSwitch agent',
            'binary': 'neutron-openvswitch-agent',
            'topic': 'N/A',
            'host': agent.host,
            'admin_state_up': True,
            'created_at': started,
            'started_at': started,
            'heartbeat_timestamp': heard.strftime('%Y-%m-%d %H:%M:%S'),
            'description': None,
            'resources_synced': None,
            'availability_zone': None,
            'alive': self._world.is_alive(agent),
            'configurations': _CONFIGURATIONS,
        }


_CONFIGURATIONS = {
    'arp_responder_enabled': False,
    'baremetal_smartnic': False,
    'bridge_mappings': {'physnet1': 'br-physnet1'},
    'datapath_type': 'system',
    'devices': 20,
    'enable_distributed_routing': False,
    'extensions': [],
    'in_distributed_mode': False,
    'integration_bridge': 'br-int',
    'l2_population': False,
    'log_agent_heartbeats': False,
    'ovs_capabilities': {
        'datapath_types': ['netdev', 'system'],
        'iface_types': ['bareudp', 'erspan', 'geneve', 'gre', 'internal'],
    },
    'ovs_hybrid_plug': False,
    'tunnel_types': ['vxlan'],
    'tunneling_ip': '127.0.0.1',
    'vhostuser_socket_dir': '/var/run/openvswitch',
}


def _extension(name: str) -> service.JSON:
    return {
        'alias': name,
        'name': name,
        'description': name,
        'updated': '2016-01-01T10:00:00-00:00',
        'links': [],
    }
