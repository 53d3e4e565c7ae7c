# SPDX-License-Identifier: Apache-2.0
"""Takes a look at the cloud: a few lists, whatever the number of hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent import futures
import dataclasses
import os
import typing

from keystoneauth1 import adapter
from openstack import connection

from hvctl import exceptions
from hvctl.cloud import requests
from hvctl.cloud import shapes
from hvctl.cloud.requests import JSON
from hvctl.model import identity
from hvctl.model import records
from hvctl.model import snapshot as snapshot_model

_T = typing.TypeVar('_T')

#: Lists that are read at once.  The SDK keeps ten connections to a host; the
#: other four are for acting (hvctl.run.loop).
_WORKERS = 6

_NODE_FIELDS = (
    'uuid,name,resource_class,provision_state,power_state,instance_uuid,'
    'maintenance,last_error'
)


class Observer:
    """Takes looks."""

    def __init__(self, conn: connection.Connection) -> None:
        self._compute: adapter.Adapter = conn.compute
        self._network: adapter.Adapter = conn.network
        self._placement: adapter.Adapter = conn.placement
        self._baremetal: adapter.Adapter = conn.baremetal
        self._project_id = conn.current_project_id
        self._pool = futures.ThreadPoolExecutor(_WORKERS)

    def observe(self, scope: snapshot_model.Scope) -> snapshot_model.Snapshot:
        """Take one look.

        :param scope: what to read beside the lists that are read always
        :raises CloudError: when a list could not be read
        """
        machines: dict[str, Callable[[], typing.Any]] = {
            'servers': self._ours,
            'nodes': self._nodes,
        }
        if scope.since is not None:
            return _renewed(scope.since, self._read(machines))
        lists = machines | {
            'services': self._services,
            'compute_nodes': lambda: self._compute_nodes(scope.sizes),
            'providers': lambda: self._providers({}),
            'with_room': lambda: self._providers({'resources': 'MEMORY_MB:1'}),
            'reported': lambda: self._providers({'required': 'COMPUTE_NODE'}),
            'disabled': lambda: self._providers(
                {'required': 'COMPUTE_STATUS_DISABLED'}
            ),
            'ports': self._ports,
            'agents': self._agents,
        }
        if scope.aggregates:
            lists['aggregates'] = self._aggregates
        for uuid in scope.members_of:
            lists[f'members {uuid}'] = _with(
                self._providers, {'member_of': uuid}
            )
        if scope.server_names:
            lists['namesakes'] = lambda: self._named(scope.server_names)
        if scope.all_servers:
            lists['all'] = lambda: self._guests({})
        for host in scope.hosts:
            lists[f'guests {host}'] = _with(self._guests, {'host': host})
            lists[f'migrations {host}'] = _with(self._migrations, host)
        for provider_id in scope.provider_ids:
            lists[f'consumers {provider_id}'] = _with(
                self._consumers, provider_id
            )
        return _snapshot(scope, self._read(lists))

    def _read(
        self, lists: Mapping[str, Callable[[], typing.Any]]
    ) -> dict[str, typing.Any]:
        """Read lists beside each other."""
        running = {key: self._pool.submit(read) for key, read in lists.items()}
        return {key: future.result() for key, future in running.items()}

    def _servers(self, params: Mapping[str, typing.Any]) -> Iterable[JSON]:
        return (
            requests.pages(
                self._compute,
                '/servers/detail',
                'servers',
                'list the servers',
                microversion=requests.COMPUTE,
                params=params,
                secret=True,
            )
            or ()
        )

    def _ours(self) -> tuple[records.Server, ...]:
        # Of this project only: any tenant can give a server our mark.
        # A soft-deleted one still has its machine.
        found = map(shapes.server, self._servers({'soft_deleted': 'True'}))
        return tuple(server for server in found if _marked(server))

    def _named(self, names: frozenset[str]) -> tuple[records.Server, ...]:
        # Nova takes the name as a regular expression, but escapes every "|"
        # (nova/db/main/api.py, _safe_regex_mysql): the longest beginning that
        # the names share keeps it one request.
        pattern = '^' + os.path.commonprefix([*names])  # noqa: RUF071
        if len(names) == 1:
            pattern += '$'
        found = self._servers({'all_tenants': 1, 'name': pattern})
        return tuple(
            server
            for server in map(shapes.server, found)
            if server.name in names
            and (server.project_id != self._project_id or not _marked(server))
        )

    def _guests(
        self, params: Mapping[str, typing.Any]
    ) -> tuple[records.Server, ...]:
        # Soft-deleted servers are hidden otherwise, and still in the way.
        asked = {'all_tenants': 1, 'soft_deleted': 'True', **params}
        return tuple(map(shapes.server, self._servers(asked)))

    def _services(self) -> tuple[records.Service, ...]:
        found = requests.pages(
            self._compute,
            '/os-services',
            'services',
            'list the compute services',
            microversion=requests.COMPUTE,
            params={'binary': 'nova-compute'},
        )
        return tuple(map(shapes.service, found or ()))

    def _compute_nodes(self, sizes: bool) -> tuple[records.ComputeNode, ...]:
        found = requests.pages(
            self._compute,
            '/os-hypervisors/detail' if sizes else '/os-hypervisors',
            'hypervisors',
            'list the hypervisors',
            microversion=(
                requests.COMPUTE_SIZES if sizes else requests.COMPUTE
            ),
        )
        return tuple(map(shapes.compute_node, found or ()))

    def _aggregates(self) -> tuple[records.Aggregate, ...]:
        found = requests.pages(
            self._compute,
            '/os-aggregates',
            'aggregates',
            'list the aggregates',
            microversion=requests.COMPUTE,
        )
        return tuple(map(shapes.aggregate, found or ()))

    def _migrations(self, host: str) -> tuple[records.Migration, ...]:
        found = requests.pages(
            self._compute,
            '/os-migrations',
            'migrations',
            f'list the migrations of host {host}',
            microversion=requests.COMPUTE,
            params={'host': host},
        )
        return tuple(map(shapes.migration, found or ()))

    def _providers(
        self, params: Mapping[str, str]
    ) -> tuple[records.Provider, ...]:
        found = requests.pages(
            self._placement,
            '/resource_providers',
            'resource_providers',
            'list the resource providers',
            microversion=requests.PLACEMENT,
            params=params,
        )
        return tuple(map(shapes.provider, found or ()))

    def _consumers(self, provider_id: str) -> frozenset[str]:
        response = requests.call(
            self._placement,
            'GET',
            f'/resource_providers/{provider_id}/allocations',
            f'list the allocations of resource provider {provider_id}',
            microversion=requests.PLACEMENT,
            accept=frozenset({404}),
        )
        if response.status_code == 404:
            return frozenset()
        return frozenset(response.json()['allocations'])

    def _ports(self) -> tuple[records.Port, ...]:
        found = requests.pages(
            self._network,
            '/ports',
            'ports',
            'list the ports',
            params={
                'description': identity.PORT_MARK,
                'project_id': self._project_id,
            },
        )
        return tuple(map(shapes.port, found or ()))

    def _agents(self) -> tuple[records.Agent, ...] | None:
        found = requests.pages(
            self._network,
            '/agents',
            'agents',
            'list the network agents',
            # A network service without agents does not know the address.
            accept=frozenset({404}),
        )
        return None if found is None else tuple(map(shapes.agent, found))

    def _nodes(self) -> tuple[records.Node, ...] | None:
        try:
            found = requests.pages(
                self._baremetal,
                '/nodes',
                'nodes',
                'list the Ironic nodes',
                microversion=requests.BAREMETAL,
                params={'fields': _NODE_FIELDS},
                accept=frozenset({403, 404}),
            )
        except exceptions.CloudError as error:
            if isinstance(error.__cause__, requests.NO_SERVICE):
                return None
            raise
        return None if found is None else tuple(map(shapes.node, found))


def _with(function: Callable[..., _T], argument: object) -> Callable[[], _T]:
    return lambda: function(argument)


def _renewed(
    before: snapshot_model.Snapshot, read: Mapping[str, typing.Any]
) -> snapshot_model.Snapshot:
    """Put what has been read of the machines into an earlier snapshot."""
    servers, test_guests = _machines(read['servers'])
    return dataclasses.replace(
        before,
        servers=servers,
        test_guests=test_guests,
        nodes=read['nodes'],
        machines_only=True,
    )


def _machines(
    found: tuple[records.Server, ...],
) -> tuple[tuple[records.Server, ...], tuple[records.Server, ...]]:
    """Tell the hypervisors' servers from the guests that try them out."""
    return (
        tuple(server for server in found if not _tests(server)),
        tuple(server for server in found if _tests(server)),
    )


def _snapshot(
    scope: snapshot_model.Scope, read: Mapping[str, typing.Any]
) -> snapshot_model.Snapshot:
    """Make a snapshot of the lists."""
    guests = {host: read[f'guests {host}'] for host in scope.hosts}
    if scope.all_servers:
        guests = _by_host(read['all'], read['services'])
    servers, test_guests = _machines(read['servers'])
    return snapshot_model.Snapshot(
        servers=servers,
        test_guests=test_guests,
        namesakes=read.get('namesakes', ()),
        services=read['services'],
        compute_nodes=read['compute_nodes'],
        providers=read['providers'],
        providers_with_room=_ids(read['with_room']),
        providers_reported=_ids(read['reported']),
        providers_disabled=_ids(read['disabled']),
        ports=read['ports'],
        agents=read['agents'],
        nodes=read['nodes'],
        aggregates=read.get('aggregates', ()),
        members={
            uuid: _ids(read[f'members {uuid}']) for uuid in scope.members_of
        },
        guests=guests,
        migrations={host: read[f'migrations {host}'] for host in scope.hosts},
        consumers={
            provider_id: read[f'consumers {provider_id}']
            for provider_id in scope.provider_ids
        },
    )


def _marked(server: records.Server) -> bool:
    return server.metadata.get(identity.MARK_KEY) == identity.MARK


def _tests(server: records.Server) -> bool:
    return identity.TEST_KEY in server.metadata


def _ids(providers: Iterable[records.Provider]) -> frozenset[str]:
    return frozenset(provider.id for provider in providers)


def _by_host(
    servers: Iterable[records.Server], services: Iterable[records.Service]
) -> dict[str, tuple[records.Server, ...]]:
    """Sort servers by the host they are on; every host has an entry."""
    found: dict[str, list[records.Server]] = {
        service.host: [] for service in services
    }
    for server in servers:
        if server.host is not None:
            found.setdefault(server.host, []).append(server)
    return {host: tuple(guests) for host, guests in found.items()}
