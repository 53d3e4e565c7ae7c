# SPDX-License-Identifier: Apache-2.0
"""Trunks of Neutron."""

from __future__ import annotations

import dataclasses

from hvctl.tests.simulation import ports
from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import world
from hvctl.tests.simulation.nova import views


class Trunks:
    """Trunks, with their sub-ports."""

    def __init__(self, of: world.World) -> None:
        self._world = of

    def routes(self) -> list[service.Route]:
        """Return the routes."""
        return service.routes(
            '/v2.0/trunks',
            (
                ('POST', '', self._create),
                ('GET', '/<id>', self._show),
                ('DELETE', '/<id>', self._delete),
                ('PUT', '/<id>/add_subports', self._add),
            ),
        )

    def _create(self, call: service.Call) -> service.Answer:
        given = call.body()['trunk']
        table = self._world.trunks
        if table.find('port', given['port_id']):
            raise service.Refusal(
                409,
                f'Port {given["port_id"]} is in use by another trunk.',
                'ParentPortInUse',
            )
        trunk = records.Trunk(
            id=self._world.trunk_ids.id(table.next_number()),
            name=given.get('name', ''),
            description=given.get('description', ''),
            port_id=given['port_id'],
            project_id=call.who.project_id,
            subports=self._subports(given.get('sub_ports', [])),
            created_at=self._world.clock.now(),
        )
        table.add(trunk)
        return service.Answer(body={'trunk': _shown(trunk)}, status=201)

    def _show(self, call: service.Call) -> service.Answer:
        return service.Answer(body={'trunk': _shown(self._named(call)[1])})

    def _delete(self, call: service.Call) -> service.Answer:
        number, trunk = self._named(call)
        ports.insist_on_revision(call, trunk.revision, 'Trunk')
        parent = self._world.ports.find('id', trunk.port_id)
        if parent is not None and parent[1].host:
            raise service.Refusal(
                409, f'Trunk {trunk.id} is currently in use.', 'TrunkInUse'
            )
        self._world.trunks.remove(number)
        for port_id in trunk.subports:
            # Some drivers take the binding from it.
            found = self._world.ports.find('id', port_id)
            assert found is not None
            revision = found[1].revision + 1
            self._world.ports.put(
                found[0], dataclasses.replace(found[1], revision=revision)
            )
        return service.Answer(body=None, status=204)

    def _add(self, call: service.Call) -> service.Answer:
        number, trunk = self._named(call)
        changed = dataclasses.replace(
            trunk,
            subports={
                **trunk.subports,
                **self._subports(call.body()['sub_ports']),
            },
            revision=trunk.revision + 1,
        )
        self._world.trunks.put(number, changed)
        return service.Answer(body=_shown(changed))

    def _subports(self, given: list[service.JSON]) -> dict[str, int]:
        """Return the segmentation of each, its network's where that is so."""
        found = {}
        for subport in given:
            other = self._world.trunks.find('subport', subport['port_id'])
            if other is not None:
                raise service.Refusal(
                    409,
                    f'Port {subport["port_id"]} is currently a subport for '
                    f'trunk {other[1].id}.',
                    'PortInUseAsSubPort',
                )
            port = self._world.ports.find('id', subport['port_id'])
            found[subport['port_id']] = (
                self._world.vlans[port[1].network_id]
                if port and subport.get('segmentation_type') == 'inherit'
                else int(subport.get('segmentation_id') or 0)
            )
        return found

    def _named(self, call: service.Call) -> tuple[int, records.Trunk]:
        found = self._world.trunks.find('id', call.args['id'])
        if found is None:
            raise service.Refusal(
                404,
                f'Trunk {call.args["id"]} could not be found.',
                'TrunkNotFound',
            )
        return found


def _shown(trunk: records.Trunk) -> service.JSON:
    return {
        'id': trunk.id,
        'name': trunk.name,
        'description': trunk.description,
        'port_id': trunk.port_id,
        'project_id': trunk.project_id,
        'tenant_id': trunk.project_id,
        'admin_state_up': True,
        'status': 'DOWN',
        'sub_ports': [
            {
                'port_id': port_id,
                'segmentation_type': 'vlan',
                'segmentation_id': vlan,
            }
            for port_id, vlan in trunk.subports.items()
        ],
        'created_at': views.when(trunk.created_at),
        'updated_at': views.when(trunk.created_at),
        'revision_number': trunk.revision,
        'tags': [],
    }
