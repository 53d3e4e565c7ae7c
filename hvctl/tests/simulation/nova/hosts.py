# SPDX-License-Identifier: Apache-2.0
"""Compute services of Nova."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import dataclasses

from hvctl.tests.simulation import machines
from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world
from hvctl.tests.simulation.nova import aggregates
from hvctl.tests.simulation.nova import silence
from hvctl.tests.simulation.nova import views

#: Of a migration that does not go on (nova/db/main/api.py,
#: migration_get_in_progress_by_host_and_node).
_OVER = frozenset(
    {
        'accepted',
        'confirmed',
        'reverted',
        'error',
        'failed',
        'completed',
        'cancelled',
        'done',
    }
)


class Hosts:
    """What Nova tells of the compute services of hosts."""

    def __init__(
        self,
        of: world.World,
        kept: stock.Stock,
        all_machines: machines.Machines,
    ) -> None:
        self._world = of
        self._stock = kept
        self._machines = all_machines
        self._aggregates = aggregates.Aggregates(of, kept)

    def routes(self) -> list[service.Route]:
        """Return the routes."""
        return [
            service.Route(
                method=method,
                path=f'/v2.1{path}',
                answer=answer,
                role='admin',
                since=since,
            )
            for method, path, answer, since in (
                ('GET', '/os-services', self._services, (2, 1)),
                ('PUT', '/os-services/<id>', self._update, (2, 53)),
                ('DELETE', '/os-services/<id>', self._delete, (2, 53)),
            )
        ]

    def _services(self, call: service.Call) -> service.Answer:
        # Nova reads all of them and filters then, whatever is asked for.
        host = call.query.get('host')
        table = self._world.services
        found = table.having('host', host) if host else table.rising()
        if call.query.get('binary', 'nova-compute') != 'nova-compute':
            found = iter(())
        if self._world.is_silent:
            return service.Answer(body={'services': _unknown(call, found)})
        return service.Answer(
            body={'services': [self._service(each) for _, each in found]}
        )

    def _service(self, of: records.ComputeService) -> service.JSON:
        return {
            'binary': 'nova-compute',
            'host': of.host,
            'id': of.id,
            'zone': aggregates.zone_of(self._world, of.host),
            'status': 'disabled' if of.disabled else 'enabled',
            'state': 'up' if self._world.is_up(of) else 'down',
            'updated_at': views.stamp(self._world.reported_at(of)),
            'disabled_reason': of.disabled_reason,
            'forced_down': of.forced_down,
        }

    def _update(self, call: service.Call) -> service.Answer:
        number, found = self._named(call)
        body = call.body()
        status, reason = body.get('status'), body.get('disabled_reason')
        if status is None and 'forced_down' not in body:
            raise service.Refusal(
                400,
                "No updates were requested. Fields 'status' or 'forced_down' "
                'should be specified.',
            )
        if status == 'enabled' and reason:
            raise service.Refusal(
                400,
                "Specifying 'disabled_reason' with status 'enabled' is "
                'invalid.',
            )
        if not found.mapped:
            # What tells the host is not found (nova/compute/api.py,
            # _update_compute_provider_status): only logged.
            pass
        changed = dataclasses.replace(
            found,
            disabled=found.disabled if status is None else status != 'enabled',
            disabled_reason=found.disabled_reason
            if status is None
            else reason,
            forced_down=body.get('forced_down', found.forced_down),
        )
        self._world.services.put(number, changed)
        self._machines.told(changed)
        return service.Answer(body={'service': self._service(changed)})

    def _delete(self, call: service.Call) -> service.Answer:
        number, found = self._named(call)
        if self._world.servers.count('host', found.host):
            raise service.Refusal(
                409,
                'Unable to delete compute service that is hosting instances. '
                'Migrate or delete the instances first.',
            )
        if any(
            migration.status not in _OVER
            for _, migration in self._world.migrations.having(
                'host', found.host
            )
        ):
            raise service.Refusal(
                409,
                'Unable to delete compute service that has in-progress '
                'migrations. Complete the migrations or delete the instances '
                'first.',
            )
        self._aggregates.forget(found.host)
        nodes = self._world.compute_nodes
        for node_number, node in list(nodes.having('host', found.host)):
            self._delete_provider(node)
            nodes.remove(node_number)
        self._world.services.remove(number)
        return service.Answer(body=None, status=204)

    def _delete_provider(self, node: records.ComputeNode) -> None:
        """Delete a provider and all below it, as far as Placement lets go.

        Before, what is evacuated is taken from it (nova/scheduler/client/
        report.py, delete_resource_provider).  There is no server on the host
        any more.  Nova swallows each refusal.
        """
        evacuated = {
            migration.server_id
            for _, migration in self._world.migrations.having(
                'host', node.host
            )
            if (migration.type, migration.status) == ('evacuation', 'done')
            and migration.source == node.host
        }
        tree = self._stock.tree(node.uuid)
        for consumer in list(self._stock.consumers(node.uuid)):
            if consumer.uuid in evacuated:
                self._stock.leave(consumer, tree)
        for provider in tree:
            with contextlib.suppress(service.Refusal):
                self._stock.delete(provider)

    def _named(self, call: service.Call) -> tuple[int, records.ComputeService]:
        silence.insist(self._world)
        found = self._world.services.find('id', call.args['id'])
        if found is None:
            raise service.Refusal(404, f'Service {call.args["id"]} not found.')
        return found


def _unknown(
    call: service.Call,
    found: Iterator[tuple[int, records.ComputeService]],
) -> list[service.JSON]:
    """Tell what the API knows of services in a cell that does not answer."""
    if call.version < (2, 69):
        return []
    return [
        {'binary': 'nova-compute', 'host': of.host, 'status': 'UNKNOWN'}
        for _, of in found
        if of.mapped
    ]
