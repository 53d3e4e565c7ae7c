# SPDX-License-Identifier: Apache-2.0
"""Host aggregates and availability zones of Nova."""

from __future__ import annotations

import dataclasses

from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world
from hvctl.tests.simulation.nova import views

DEFAULT_ZONE = 'nova'


def zone_of(of: world.World, host: str) -> str:
    """Return the availability zone that a host is in."""
    for _, aggregate in of.aggregates.rising():
        zone = aggregate.metadata.get('availability_zone')
        if zone is not None and host in aggregate.hosts:
            return zone
    return DEFAULT_ZONE


class Aggregates:
    """Host aggregates; Nova mirrors them in Placement."""

    def __init__(self, of: world.World, kept: stock.Stock) -> None:
        self._world = of
        self._stock = kept

    def routes(self) -> list[service.Route]:
        """Return the routes."""
        base = '/v2.1/os-aggregates'
        return [
            service.Route(method=method, path=path, answer=answer, role=role)
            for method, path, answer, role in (
                ('GET', base, self._list, 'admin'),
                ('POST', base, self._create, 'admin'),
                ('GET', f'{base}/<id>', self._show, 'admin'),
                ('POST', f'{base}/<id>/action', self._act, 'admin'),
                (
                    'GET',
                    '/v2.1/os-availability-zone',
                    self._zones,
                    'reader',
                ),
            )
        ]

    def forget(self, host: str) -> None:
        """Take a host out of all aggregates."""
        for number, aggregate in list(self._world.aggregates.rising()):
            if host in aggregate.hosts:
                self._set_hosts(
                    number,
                    aggregate,
                    tuple(h for h in aggregate.hosts if h != host),
                )
                self._mirror(host, aggregate.uuid, member=False)

    def _list(self, call: service.Call) -> service.Answer:
        return service.Answer(
            body={
                'aggregates': [
                    _view(number, aggregate)
                    for number, aggregate in self._world.aggregates.rising()
                ]
            }
        )

    def _create(self, call: service.Call) -> service.Answer:
        given = call.body()['aggregate']
        table = self._world.aggregates
        zone = given.get('availability_zone')
        number = table.add(
            records.Aggregate(
                uuid=self._world.aggregate_ids.id(table.next_number()),
                name=given['name'],
                metadata={'availability_zone': zone} if zone else {},
                created_at=self._world.clock.now(),
            )
        )
        shown = _view(number, self._found(str(number + 1))[1])
        # A new one is shown without these (nova/api/openstack/compute/
        # aggregates.py, create).
        del shown['hosts'], shown['metadata']
        return service.Answer(body={'aggregate': shown})

    def _show(self, call: service.Call) -> service.Answer:
        return service.Answer(
            body={'aggregate': _view(*self._found(call.args['id']))}
        )

    def _act(self, call: service.Call) -> service.Answer:
        number, aggregate = self._found(call.args['id'])
        body = call.body()
        if 'add_host' in body:
            host = body['add_host']['host']
            hosts = self._with(aggregate, host)
        elif 'remove_host' in body:
            host = body['remove_host']['host']
            hosts = self._without(aggregate, host)
        else:
            raise service.Refusal(
                501, f'The simulation does not know {sorted(body)}'
            )
        changed = self._set_hosts(number, aggregate, hosts)
        self._mirror(host, aggregate.uuid, member=host in hosts)
        return service.Answer(body={'aggregate': _view(number, changed)})

    def _with(
        self, aggregate: records.Aggregate, host: str
    ) -> tuple[str, ...]:
        found = self._world.services.find('host', host)
        if found is None or not found[1].mapped:
            raise service.Refusal(
                404, f'Compute host {host} could not be found.'
            )
        zone = aggregate.metadata.get('availability_zone')
        if host in aggregate.hosts:
            raise service.Refusal(
                409,
                f'Cannot add host {host} in aggregate {aggregate.name}: host '
                'exists.',
            )
        now = zone_of(self._world, host)
        if zone is not None and now not in (DEFAULT_ZONE, zone):
            raise service.Refusal(
                409,
                f'Cannot perform action add_host_to_aggregate on aggregate '
                f'{aggregate.name}. Reason: One or more hosts already in '
                f"availability zone(s) ['{now}'].",
            )
        return (*aggregate.hosts, host)

    def _without(
        self, aggregate: records.Aggregate, host: str
    ) -> tuple[str, ...]:
        if host not in aggregate.hosts:
            raise service.Refusal(
                404,
                f'Cannot remove host {host} in aggregate {aggregate.name}: '
                'not found',
            )
        return tuple(h for h in aggregate.hosts if h != host)

    def _set_hosts(
        self, number: int, aggregate: records.Aggregate, hosts: tuple[str, ...]
    ) -> records.Aggregate:
        changed = dataclasses.replace(aggregate, hosts=hosts)
        self._world.aggregates.put(number, changed)
        return changed

    def _mirror(self, host: str, uuid: str, *, member: bool) -> None:
        """Write into Placement what Nova has, as far as Placement lets it.

        A provider is found by the name of its node (nova/scheduler/client/
        report.py, _get_provider_by_name); that there is none is logged.
        """
        if not self._world.mirrored:
            return
        for _, node in self._world.compute_nodes.having('host', host):
            found = self._world.providers.find('name', node.hostname)
            if found is None:
                continue
            provider = found[1]
            now = (
                provider.aggregates | {uuid}
                if member
                else provider.aggregates - {uuid}
            )
            if now != provider.aggregates:
                self._stock.change(
                    dataclasses.replace(provider, aggregates=now)
                )

    def _found(self, id_: str) -> tuple[int, records.Aggregate]:
        number = int(id_) - 1 if id_.isdecimal() else -1
        found = self._world.aggregates.get(number)
        if found is None:
            raise service.Refusal(404, f'Aggregate {id_} could not be found.')
        return number, found

    def _zones(self, call: service.Call) -> service.Answer:
        enabled: dict[str, bool] = {}
        for _, each in self._world.services.rising():
            zone = zone_of(self._world, each.host)
            enabled[zone] = enabled.get(zone, False) or not each.disabled
        return service.Answer(
            body={
                'availabilityZoneInfo': [
                    {
                        'zoneName': zone,
                        'zoneState': {'available': available},
                        'hosts': None,
                    }
                    for zone, available in sorted(enabled.items())
                ]
            }
        )


def _view(number: int, aggregate: records.Aggregate) -> service.JSON:
    return {
        'id': number + 1,
        'uuid': aggregate.uuid,
        'name': aggregate.name,
        'availability_zone': aggregate.metadata.get('availability_zone'),
        'hosts': list(aggregate.hosts),
        'metadata': dict(aggregate.metadata),
        'created_at': views.stamp(aggregate.created_at),
        'updated_at': None,
        'deleted': False,
        'deleted_at': None,
    }
