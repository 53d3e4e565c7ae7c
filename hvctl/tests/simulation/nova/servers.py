# SPDX-License-Identifier: Apache-2.0
"""Servers of Nova: their lists, and making and deleting them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import dataclasses
import re

from hvctl.tests.simulation import machines
from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world
from hvctl.tests.simulation.nova import paging
from hvctl.tests.simulation.nova import quotas
from hvctl.tests.simulation.nova import silence
from hvctl.tests.simulation.nova import views

#: What everybody may filter by; of others Nova forgets the rest
#: (nova/api/openstack/compute/servers.py, _get_server_search_options).
_FOR_ALL = frozenset({'name', 'status', 'tags', 'limit', 'marker'})
_FOR_ADMINISTRATORS = frozenset(
    {'all_tenants', 'soft_deleted', 'host', 'node', 'uuid', 'project_id'}
)


class Servers:
    """Servers of all projects."""

    def __init__(
        self,
        of: world.World,
        kept: stock.Stock,
        all_machines: machines.Machines,
    ) -> None:
        self._world = of
        self._stock = kept
        self._machines = all_machines

    def routes(self) -> list[service.Route]:
        """Return the routes."""
        one = '/<id>'
        return service.routes(
            '/v2.1/servers',
            (
                ('GET', '', self._list),
                ('GET', '/detail', self._details),
                ('POST', '', self._create),
                ('GET', one, self._show),
                ('DELETE', one, self._delete),
                ('POST', f'{one}/metadata', self._describe),
                ('GET', f'{one}/metadata', self._metadata),
                ('DELETE', f'{one}/metadata/<key>', self._forget),
            ),
        )

    def _list(self, call: service.Call) -> service.Answer:
        return self._page(
            call, 'servers', lambda server: views.basic(call, server)
        )

    def _details(self, call: service.Call) -> service.Answer:
        view = views.View(call=call, world=self._world)
        return self._page(call, 'servers/detail', view.show)

    def _page(
        self,
        call: service.Call,
        path: str,
        view: Callable[[records.Server], service.JSON],
    ) -> service.Answer:
        found = paging.page(
            call,
            paging.after_marker(
                call,
                self._number_of,
                lambda number: self._matching(call, number),
            ),
        )
        last = found[-1].id if found else ''
        return service.Answer(
            body={'servers': [view(server) for server in found]}
            | paging.next_link(call, path, 'servers', len(found), last)
        )

    def _number_of(self, id_: str) -> int | None:
        found = self._world.servers.find('id', id_)
        return found[0] if found else None

    def _matching(
        self, call: service.Call, before: int | None
    ) -> Iterator[records.Server]:
        """Give the servers that a query wants, the newest first."""
        query = self._options(call)
        fits = _filter(query)
        table = self._world.servers
        if 'uuid' in query:
            found = table.having_before('id', query['uuid'], before)
        elif 'host' in query:
            found = table.having_before('host', query['host'], before)
        elif 'project_id' in query:
            found = table.having_before('project', query['project_id'], before)
        else:
            found = table.falling(before)
        return (
            server
            for _, server in found
            if fits(server) and not silence.hides(self._world, server)
        )

    def _options(self, call: service.Call) -> dict[str, str]:
        """Return the filters that count, each with its last value."""
        given = {name: values[-1] for name, values in call.query.lists()}
        unknown = given.keys() - _FOR_ALL - _FOR_ADMINISTRATORS
        if unknown:
            raise service.Refusal(
                501,
                f'The simulation has no filter {", ".join(sorted(unknown))}.',
            )
        everything = given.get('all_tenants', '0') in ('1', 'True', 'true')
        if not call.who.may('admin'):
            if everything:
                raise service.Refusal(
                    403,
                    "Policy doesn't allow "
                    'os_compute_api:servers:detail:get_all_tenants to be '
                    'performed.',
                )
            given = {k: v for k, v in given.items() if k in _FOR_ALL}
        if not everything:
            given['project_id'] = call.who.project_id
        return given

    def _create(self, call: service.Call) -> service.Answer:
        given = call.body()['server']
        flavor = next(
            (
                each
                for each in self._world.flavors
                if each.id == given['flavorRef']
            ),
            None,
        )
        if flavor is None:
            raise service.Refusal(
                400, f'Flavor {given["flavorRef"]} could not be found.'
            )
        zone = given.get('availability_zone', self._world.default_zone)
        project_id, metadata = call.who.project_id, given.get('metadata', {})
        quotas.insist_on_metadata(self._world, project_id, metadata)
        quotas.insist(self._world, project_id, flavor)
        now = self._world.clock.now()
        number = self._world.servers.next_number()
        server = records.Server(
            id=self._world.first.servers.id(number),
            number=number,
            name=given['name'],
            project_id=project_id,
            user_id=call.who.user_id,
            vm_state='building',
            task_state='scheduling',
            power_state=0,
            created_at=now,
            updated_at=now,
            flavor=flavor,
            image_id=given['imageRef'],
            metadata=metadata,
            tags=tuple(given.get('tags', ())),
            key_name=given.get('key_name'),
            user_data=given.get('user_data'),
            config_drive=bool(given.get('config_drive')),
            pinned_zone=zone,
        )
        self._world.servers.add(server)
        networks = given.get('networks')
        ports = networks if isinstance(networks, list) else []
        self._machines.build(
            server,
            machines.Wish(
                ports=tuple(each['port'] for each in ports if 'port' in each),
                networks=tuple(
                    each['uuid'] for each in ports if 'uuid' in each
                ),
                host=given.get('host'),
            ),
        )
        return service.Answer(
            body={
                'server': {
                    'id': server.id,
                    'links': views.links(call, f'servers/{server.id}'),
                    'OS-DCF:diskConfig': 'MANUAL',
                    'security_groups': [{'name': 'default'}],
                    'adminPass': 'x' * 12,
                }
            },
            status=202,
        )

    def _show(self, call: service.Call) -> service.Answer:
        _, server = known(self._world, call)
        view = views.View(call=call, world=self._world, one=True)
        if silence.hides(self._world, server):
            if call.version < (2, 69):
                silence.insist(self._world)
            return service.Answer(body={'server': view.unknown(server)})
        return service.Answer(body={'server': view.show(server)})

    def _delete(self, call: service.Call) -> service.Answer:
        _, server = self.named(call)
        if server.locked and not call.who.may('admin'):
            raise service.Refusal(409, f'Instance {server.id} is locked')
        self._machines.end(server)
        return service.Answer(body=None, status=204)

    def _metadata(self, call: service.Call) -> service.Answer:
        _, server = self.named(call)
        return service.Answer(body={'metadata': dict(server.metadata)})

    def _describe(self, call: service.Call) -> service.Answer:
        number, server = self.named(call)
        _insist_on_rest(server)
        metadata = {**server.metadata, **call.body()['metadata']}
        quotas.insist_on_metadata(self._world, call.who.project_id, metadata)
        self._world.servers.put(
            number, dataclasses.replace(server, metadata=metadata)
        )
        return service.Answer(body={'metadata': metadata})

    def _forget(self, call: service.Call) -> service.Answer:
        number, server = self.named(call)
        _insist_on_rest(server)
        metadata = dict(server.metadata)
        if metadata.pop(call.args['key'], None) is None:
            raise service.Refusal(404, 'Metadata item was not found')
        self._world.servers.put(
            number, dataclasses.replace(server, metadata=metadata)
        )
        return service.Answer(body=None, status=204)

    def named(self, call: service.Call) -> tuple[int, records.Server]:
        """Return the server of a path.

        :raises Refusal: see :func:`find`
        """
        return find(self._world, call)


def find(of: world.World, call: service.Call) -> tuple[int, records.Server]:
    """Return the server of a path.

    :raises Refusal: when it is not there, another project's, or in a cell
        that does not answer
    """
    number, server = known(of, call)
    if server.host is not None:
        silence.insist(of)
    return number, server


def known(of: world.World, call: service.Call) -> tuple[int, records.Server]:
    """Return what the API knows of the server of a path.

    :raises Refusal: when it is not there, or another project's
    """
    found = of.servers.find('id', call.args['id'])
    if found is None or not (
        call.who.may('admin') or found[1].project_id == call.who.project_id
    ):
        raise service.Refusal(
            404, f'Instance {call.args["id"]} could not be found.'
        )
    return found


def _filter(query: dict[str, str]) -> Callable[[records.Server], bool]:
    """Return what says whether a server is as the query wants."""
    name = re.compile(query['name']) if 'name' in query else None
    node = re.compile(query['node']) if 'node' in query else None
    tags = set(filter(None, query.get('tags', '').split(',')))
    # Nova hides those that are deleted softly from who does not ask.
    hidden = query.get('soft_deleted', 'False') != 'True'
    status = query.get('status')

    def fits(server: records.Server) -> bool:
        return (
            query.get('host') in (None, server.host)
            and query.get('project_id') in (None, server.project_id)
            and (name is None or bool(name.search(server.name)))
            and (node is None or bool(node.search(server.node or '')))
            and tags <= set(server.tags)
            and status in (None, views.status(server))
            and not (hidden and server.vm_state == 'soft-delete')
        )

    return fits


def _insist_on_rest(server: records.Server) -> None:
    """Insist that a server is in a state in which its metadata may change."""
    resting = server.vm_state in ('active', 'paused', 'suspended', 'stopped')
    if not resting or server.task_state is not None:
        raise service.Refusal(
            409, f'Instance {server.id} is {server.vm_state}, and may not be'
        )
