# SPDX-License-Identifier: Apache-2.0
"""What Nova tells of migrations and of what was done to servers."""

from __future__ import annotations

from collections.abc import Iterator

from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import world
from hvctl.tests.simulation.nova import paging
from hvctl.tests.simulation.nova import servers
from hvctl.tests.simulation.nova import views

_LINKED = frozenset({'queued', 'preparing', 'running', 'post-migrating'})


class Migrations:
    """Migrations, and instance actions."""

    def __init__(self, of: world.World) -> None:
        self._world = of

    def routes(self) -> list[service.Route]:
        """Return the routes."""
        return [
            service.Route(
                method='GET',
                path='/v2.1/os-migrations',
                answer=self._list,
                role='admin',
            ),
            service.Route(
                method='GET',
                path='/v2.1/servers/<id>/os-instance-actions/<request_id>',
                answer=self._action,
            ),
        ]

    def _list(self, call: service.Call) -> service.Answer:
        unknown = set(call.query) - {
            'host',
            'instance_uuid',
            'limit',
            'marker',
        }
        if unknown:
            raise service.Refusal(
                501,
                f'The simulation has no filter {", ".join(sorted(unknown))}.',
            )
        found = paging.page(
            call,
            paging.after_marker(
                call, self._number_of, lambda n: self._matching(call, n)
            ),
        )
        last = found[-1][1].uuid if found else ''
        return service.Answer(
            body={'migrations': [_view(call, *each) for each in found]}
            | paging.next_link(
                call, 'os-migrations', 'migrations', len(found), last
            )
        )

    def _number_of(self, uuid: str) -> int | None:
        found = self._world.migrations.find('uuid', uuid)
        return found[0] if found else None

    def _matching(
        self, call: service.Call, before: int | None
    ) -> Iterator[tuple[int, records.Migration]]:
        """Give the migrations, the newest first."""
        if self._world.is_silent:
            return iter(())
        table = self._world.migrations
        host = call.query.get('host')
        if 'instance_uuid' in call.query:
            found = table.having_before(
                'server', call.query['instance_uuid'], before
            )
            return (
                each
                for each in found
                if host in (None, each[1].source, each[1].destination)
            )
        if host is not None:
            return table.having_before('host', host, before)
        return table.falling(before)

    def _action(self, call: service.Call) -> service.Answer:
        _, server = servers.find(self._world, call)
        request_id = call.args['request_id']
        found = self._world.actions.get((server.id, request_id))
        if found is None:
            raise service.Refusal(
                404,
                f'Action for request_id {request_id} on instance '
                f'{server.id} not found',
            )
        event: service.JSON = {
            'event': found.event,
            'start_time': views.stamp(found.started_at),
            'finish_time': views.stamp(found.finished_at)
            if found.finished_at
            else None,
            'result': found.result,
            'traceback': None,
            'host': found.host,
            'hostId': '',
        }
        if call.version >= (2, 84):
            event['details'] = found.details
        return service.Answer(
            body={
                'instanceAction': {
                    'action': found.action,
                    'instance_uuid': server.id,
                    'request_id': request_id,
                    'user_id': found.user_id,
                    'project_id': server.project_id,
                    'start_time': views.stamp(found.started_at),
                    'message': 'Error' if found.result == 'Error' else None,
                    'updated_at': views.stamp(
                        found.finished_at or found.started_at
                    ),
                    'events': [event],
                }
            }
        )


def _view(
    call: service.Call, number: int, migration: records.Migration
) -> service.JSON:
    body: service.JSON = {
        'id': number + 1,
        'source_compute': migration.source,
        'dest_compute': migration.destination,
        'source_node': migration.source_node,
        'dest_node': migration.destination_node,
        'dest_host': None,
        'old_instance_type_id': 2,
        'new_instance_type_id': 2,
        'instance_uuid': migration.server_id,
        'status': migration.status,
        'created_at': views.stamp(migration.created_at),
        'updated_at': views.stamp(migration.updated_at),
    }
    if call.version >= (2, 23):
        body['migration_type'] = migration.type
        live = migration.type == 'live-migration'
        if live and migration.status in _LINKED:
            body['links'] = views.links(
                call,
                f'servers/{migration.server_id}/migrations/{number + 1}',
            )
    if call.version >= (2, 59):
        body['uuid'] = migration.uuid
    if call.version >= (2, 80):
        body['user_id'] = migration.user_id
        body['project_id'] = migration.project_id
    return body
