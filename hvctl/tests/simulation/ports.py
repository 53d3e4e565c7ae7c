# SPDX-License-Identifier: Apache-2.0
"""Ports of Neutron."""

from __future__ import annotations

from collections.abc import Iterator

from hvctl.tests.simulation import neutron_lists
from hvctl.tests.simulation import population
from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import world
from hvctl.tests.simulation.nova import views


class Ports:
    """Ports, as their projects and administrators see them."""

    def __init__(self, of: world.World) -> None:
        self._world = of

    def routes(self) -> list[service.Route]:
        """Return the routes."""
        return service.routes(
            '/v2.0/ports',
            (
                ('GET', '', self._list),
                ('POST', '', self._create),
                ('GET', '/<id>', self._show),
                ('DELETE', '/<id>', self._delete),
            ),
        )

    def _list(self, call: service.Call) -> service.Answer:
        return neutron_lists.answer(
            call,
            'ports',
            (
                self._shown(port)
                for _, port in self._found(call)
                if _sees(call, port)
            ),
        )

    def _found(self, call: service.Call) -> Iterator[tuple[int, records.Port]]:
        """Find ports by what there is an index for."""
        table = self._world.ports
        for key, index in (
            ('name', 'name'),
            ('binding:host_id', 'host'),
            ('device_id', 'device'),
            ('project_id', 'project'),
        ):
            values = call.query.getlist(key)
            if values:
                return (
                    each
                    for value in values
                    for each in table.having(index, value)
                )
        return table.rising()

    def _create(self, call: service.Call) -> service.Answer:
        given = call.body()['port']
        self._insist_on_quota(call.who.project_id)
        table, now = self._world.ports, self._world.clock.now()
        number = table.next_number()
        network_id = given['network_id']
        mac = given.get('mac_address') or (
            b'\xfa\x16' + number.to_bytes(4)
        ).hex(':')
        if table.find('mac', f'{network_id} {mac}'):
            raise service.Refusal(
                409,
                'Unable to complete operation for network '
                f'{network_id}. The mac address {mac} is in use.',
                'MacAddressInUse',
            )
        subnet_id, address = self._address(given, number)
        port = records.Port(
            id=self._world.first.ports.id(number),
            name=given.get('name', ''),
            description=given.get('description', ''),
            network_id=network_id,
            project_id=call.who.project_id,
            mac_address=mac,
            subnet_id=subnet_id,
            ip_address=address,
            vnic_type=given.get('binding:vnic_type', 'normal'),
            created_at=now,
            updated_at=now,
        )
        table.add(port)
        return service.Answer(body={'port': self._shown(port)}, status=201)

    def _insist_on_quota(self, project_id: str) -> None:
        """Insist that one more port fits."""
        most = self._world.quota(project_id).ports
        if 0 <= most <= self._world.ports.count('project', project_id):
            raise service.Refusal(
                409, "Quota exceeded for resources: ['port'].", 'OverQuota'
            )

    def _address(
        self, given: service.JSON, number: int
    ) -> tuple[str | None, str | None]:
        """Choose subnet and address."""
        first, network_id = self._world.first, given['network_id']
        wish = given.get('fixed_ips')
        if wish == []:
            return None, None
        block = {first.network_id: 10, first.guests_network_id: 11}.get(
            network_id, 12
        )
        if network_id not in self._world.network_names:
            raise service.Refusal(
                404,
                f'Network {network_id} could not be found.',
                'NetworkNotFound',
            )
        subnet_id = self._world.subnet_id(network_id)
        chosen = wish[0].get('ip_address') if wish else None
        if chosen and self._world.ports.find('address', chosen):
            raise service.Refusal(
                409,
                f'IP address {chosen} already allocated in subnet {subnet_id}',
                'IpAddressAlreadyAllocated',
            )
        return subnet_id, chosen or population.address(block, number)

    def _show(self, call: service.Call) -> service.Answer:
        _, port = self._named(call)
        return service.Answer(body={'port': self._shown(port)})

    def _delete(self, call: service.Call) -> service.Answer:
        number, port = self._named(call)
        insist_on_revision(call, port.revision, 'Port')
        trunk = self._world.trunks.find('port', port.id)
        if trunk is not None:
            raise service.Refusal(
                409,
                f'Port {port.id} is currently a parent port for trunk '
                f'{trunk[1].id}.',
                'PortInUseAsTrunkParent',
            )
        trunk = self._world.trunks.find('subport', port.id)
        if trunk is not None:
            raise service.Refusal(
                409,
                f'Port {port.id} is currently a subport for trunk '
                f'{trunk[1].id}.',
                'PortInUseAsSubPort',
            )
        self._world.ports.remove(number)
        return service.Answer(body=None, status=204)

    def _named(self, call: service.Call) -> tuple[int, records.Port]:
        found = self._world.ports.find('id', call.args['id'])
        if found is None or not _sees(call, found[1]):
            raise service.Refusal(
                404,
                f'Port {call.args["id"]} could not be found.',
                'PortNotFound',
            )
        return found

    def _shown(self, port: records.Port) -> service.JSON:
        bound = bool(port.host)
        kind = 'other' if port.vnic_type == 'baremetal' else 'ovs'
        body: service.JSON = {
            'id': port.id,
            'name': port.name,
            'network_id': port.network_id,
            'project_id': port.project_id,
            'mac_address': port.mac_address,
            'admin_state_up': True,
            'status': 'ACTIVE' if bound else 'DOWN',
            'device_id': port.device_id,
            'device_owner': port.device_owner,
            'fixed_ips': [
                {'subnet_id': port.subnet_id, 'ip_address': port.ip_address}
            ]
            if port.ip_address
            else [],
            'allowed_address_pairs': [],
            'extra_dhcp_opts': [],
            'security_groups': ['e723d489-f65d-4b50-952d-c6180883799b'],
            'description': port.description,
            'binding:vnic_type': port.vnic_type,
            'binding:profile': {},
            'binding:host_id': port.host,
            'binding:vif_type': kind if bound else 'unbound',
            'binding:vif_details': {},
            'port_security_enabled': True,
            'ip_allocation': 'immediate' if port.ip_address else 'none',
            'tags': [],
            'created_at': views.when(port.created_at),
            'updated_at': views.when(port.updated_at),
            'revision_number': port.revision,
            'tenant_id': port.project_id,
        }
        trunk = self._world.trunks.find('port', port.id)
        if trunk is not None:
            body['trunk_details'] = {
                'trunk_id': trunk[1].id,
                'sub_ports': [
                    {
                        'port_id': port_id,
                        'segmentation_type': 'vlan',
                        'segmentation_id': vlan,
                        'mac_address': '',
                    }
                    for port_id, vlan in trunk[1].subports.items()
                ],
            }
        return body


def insist_on_revision(call: service.Call, revision: int, kind: str) -> None:
    """Insist that nobody has changed something since it was read.

    :raises Refusal: when somebody has
    """
    wanted = call.request.headers.get('If-Match', '')
    if wanted and wanted != f'revision_number={revision}':
        raise service.Refusal(
            412,
            f'Constrained to {wanted.partition("=")[2]}, but current revision '
            f'is {revision}',
            'RevisionNumberConstraintFailed',
        )


def _sees(call: service.Call, port: records.Port) -> bool:
    return call.who.may('admin') or port.project_id == call.who.project_id
