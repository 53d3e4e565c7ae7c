# SPDX-License-Identifier: Apache-2.0
"""Hypervisors of Nova: its compute nodes that it lists."""

from __future__ import annotations

from collections.abc import Iterator
import typing
import uuid

from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world
from hvctl.tests.simulation.nova import paging
from hvctl.tests.simulation.nova import silence


class Hypervisors:
    """What Nova tells of compute nodes."""

    def __init__(self, of: world.World, kept: stock.Stock) -> None:
        self._world = of
        self._stock = kept

    def routes(self) -> list[service.Route]:
        """Return the routes."""
        return [
            service.Route(
                method='GET',
                path=f'/v2.1/os-hypervisors{path}',
                answer=answer,
                role='admin',
                since=since,
            )
            for path, answer, since in (
                ('', self._list, (2, 53)),
                ('/detail', self._details, (2, 53)),
                ('/statistics', self._sums, (2, 1)),
                ('/<id>', self._show, (2, 53)),
            )
        ]

    def _list(self, call: service.Call) -> service.Answer:
        return self._nodes(call, 'os-hypervisors', detail=False)

    def _details(self, call: service.Call) -> service.Answer:
        return self._nodes(call, 'os-hypervisors/detail', detail=True)

    def _nodes(
        self, call: service.Call, path: str, *, detail: bool
    ) -> service.Answer:
        silence.insist(self._world)
        pattern = call.query.get('hypervisor_hostname_pattern')
        table = self._world.compute_nodes
        if pattern is not None:
            return self._matching(call, pattern, detail=detail)
        nodes = paging.page(
            call,
            paging.after_marker(
                call,
                lambda marker: _number(table.find('uuid', marker)),
                lambda n: table.rising() if n is None else table.rising(n),
            ),
        )
        shown = list(self._shown(call, (n for _, n in nodes), detail=detail))
        # The link counts what is shown, and that may be less than was read
        # (nova/api/openstack/compute/hypervisors.py).
        last = shown[-1]['id'] if shown else ''
        return service.Answer(
            body={'hypervisors': shown}
            | paging.next_link(call, path, 'hypervisors', len(shown), last)
        )

    def _matching(
        self, call: service.Call, pattern: str, *, detail: bool
    ) -> service.Answer:
        if 'limit' in call.query or 'marker' in call.query:
            raise service.Refusal(
                400,
                'Paging over hypervisors with the hypervisor_hostname_pattern '
                'query parameter is not supported.',
            )
        found = [
            node
            for _, node in self._world.compute_nodes.rising()
            if pattern.lower() in node.hostname.lower()
        ]
        if not found:
            raise service.Refusal(
                404, f"No hypervisor matching '{pattern}' could be found."
            )
        shown = self._shown(call, iter(found), detail=detail)
        return service.Answer(body={'hypervisors': list(shown)})

    def _shown(
        self,
        call: service.Call,
        nodes: Iterator[records.ComputeNode],
        *,
        detail: bool,
    ) -> Iterator[service.JSON]:
        for node in nodes:
            found = self._world.services.find('host', node.host)
            if found is not None and found[1].mapped:
                yield self._node(call, node, found[1], detail=detail)

    def _show(self, call: service.Call) -> service.Answer:
        id_ = call.args['id']
        if not _is_uuid(id_):
            raise service.Refusal(400, f'Invalid uuid {id_}')
        silence.insist(self._world)
        node = self._world.compute_nodes.find('uuid', id_)
        found = node and self._world.services.find('host', node[1].host)
        if node is None or not found or not found[1].mapped:
            raise service.Refusal(
                404, f"Hypervisor with ID '{id_}' could not be found."
            )
        return service.Answer(
            body={
                'hypervisor': self._node(call, node[1], found[1], detail=True)
            }
        )

    def _node(
        self,
        call: service.Call,
        node: records.ComputeNode,
        of: records.ComputeService,
        *,
        detail: bool,
    ) -> service.JSON:
        body: service.JSON = {
            'id': node.uuid,
            'hypervisor_hostname': node.hostname,
            'state': 'up' if self._world.is_up(of) else 'down',
            'status': 'disabled' if of.disabled else 'enabled',
        }
        if detail:
            body |= {
                'hypervisor_type': 'ironic' if node.is_metal else 'QEMU',
                'hypervisor_version': 1 if node.is_metal else 10000000,
                'host_ip': '127.0.0.1',
                'service': {
                    'id': of.id,
                    'host': node.host,
                    'disabled_reason': of.disabled_reason,
                },
            }
            body |= (
                self._sizes(node)
                if call.version < (2, 88)
                else {'uptime': None}
            )
        if _true(call.query.get('with_servers')):
            body['servers'] = [
                {'name': f'instance-{s.number + 1:08x}', 'uuid': s.id}
                for _, s in self._world.servers.having('host', node.host)
            ]
            if not body['servers'] and call.version < (2, 75):
                del body['servers']
        return body

    def _sizes(self, node: records.ComputeNode) -> service.JSON:
        used = {} if node.is_metal else self._use(node)
        running = (
            0
            if node.is_metal
            else self._world.servers.count('host', node.host)
        )
        memory = 0 if node.is_metal else 512 + used.get('MEMORY_MB', 0)
        return {
            'vcpus': node.vcpus,
            'memory_mb': node.memory_mb,
            'local_gb': node.local_gb,
            'vcpus_used': used.get('VCPU', 0),
            'memory_mb_used': memory,
            'local_gb_used': used.get('DISK_GB', 0),
            'free_ram_mb': node.memory_mb - memory,
            'free_disk_gb': node.local_gb - used.get('DISK_GB', 0),
            'current_workload': 0,
            'running_vms': running,
            'disk_available_least': 0,
            'cpu_info': {} if node.is_metal else _CPU_INFO,
        }

    def _use(self, node: records.ComputeNode) -> records.Resources:
        """Return what the resource tracker counts on a host."""
        provider = self._stock.provider(node.uuid)
        if provider is not None and self._stock.is_first(node.uuid):
            return self._stock.used(provider)
        used: dict[str, int] = {}
        for _, server in self._world.servers.having('host', node.host):
            for name, amount in server.flavor.resources.items():
                used[name] = used.get(name, 0) + amount
        return used

    def _sums(self, call: service.Call) -> service.Answer:
        if call.version >= (2, 88):
            raise service.Refusal(404, 'The resource could not be found.')
        silence.insist(self._world)
        sums: dict[str, int] = {}
        count = 0
        for _, node in self._world.compute_nodes.rising():
            found = self._world.services.find('host', node.host)
            # Nova leaves out what is disabled (nova/db/main/api.py,
            # compute_node_statistics).
            if found is None or found[1].disabled:
                continue
            count += 1
            for name, amount in self._sizes(node).items():
                if name != 'cpu_info':
                    sums[name] = sums.get(name, 0) + amount
        return service.Answer(
            body={'hypervisor_statistics': {'count': count, **sums}}
        )


#: Of some length, as those of real processors.
_CPU_INFO = {
    'arch': 'x86_64',
    'model': 'Cascadelake-Server',
    'vendor': 'Intel',
    'topology': {'cells': 2, 'sockets': 1, 'cores': 16, 'threads': 2},
    'features': [f'feature-{number:02}' for number in range(75)],
}


def _number(found: tuple[int, typing.Any] | None) -> int | None:
    return found[0] if found else None


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _true(given: str | None) -> bool:
    return (given or '').lower() in ('1', 't', 'true', 'on', 'y', 'yes')
