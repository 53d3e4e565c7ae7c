# SPDX-License-Identifier: Apache-2.0
"""Takes a look at the cloud: a few lists, whatever the number of hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent import futures
import dataclasses
import typing

from keystoneauth1 import adapter
from openstack import connection
from openstack import utils as sdk_utils

from hvctl.cloud import clouds
from hvctl.cloud import http
from hvctl.cloud.observe import bare_metal
from hvctl.cloud.observe import hosts
from hvctl.cloud.observe import parse
from hvctl.model import identity
from hvctl.model import snapshot
from hvctl.model.records import (
    Agent,
    Aggregate,
    ComputeNode,
    Provider,
    Server,
    Service,
)
from hvctl.model.snapshot import (
    GuestsLook,
    MachinesLook,
    Scope,
    Snapshot,
    WholeLook,
)

_T = typing.TypeVar('_T')

#: Lists that are read at once.  The SDK keeps ten connections to a host; the
#: other four are for acting (hvctl.run.loop).
_WORKERS = 6


class Observer:
    """Takes looks.

    :param metal: the bare-metal cloud
    :param compute: the compute cloud, which may be the same connection
    :param cloud: its name; None where it is the same
    """

    def __init__(
        self,
        metal: connection.Connection,
        compute: connection.Connection,
        cloud: str | None,
    ) -> None:
        self._metal_compute: adapter.Adapter = metal.compute
        self._compute: adapter.Adapter = compute.compute
        self._network: adapter.Adapter = compute.network
        self._placement: adapter.Adapter = compute.placement
        self._project_id = compute.current_project_id
        self._machines = bare_metal.Machines(metal)
        self._apart = compute is not metal
        self._cloud = cloud
        self._own = clouds.name(metal)
        self._user_id = compute.current_user_id
        self._pool = futures.ThreadPoolExecutor(_WORKERS)

    def whereabouts(self) -> dict[str, str | None]:
        """Find the compute cloud of every hypervisor, by name; two lists."""
        read = self._read(
            {'servers': self._machines.ours, 'ports': self._machines.ports}
        )
        return bare_metal.whereabouts(
            read['servers'], read['ports'], self._own
        )

    def observe(self, scope: Scope) -> Snapshot:
        """Take one look.

        :param scope: how far it reaches
        :raises CloudError: when a list could not be read
        """
        match scope:
            case GuestsLook(last=last, hosts=names):
                read = self._read(self._guest_lists(names, last))
                return snapshot.renew_guests(
                    last,
                    {host: read[f'guests {host}'] for host in names},
                    {host: read[f'migrations {host}'] for host in names},
                )
            case MachinesLook(last=last):
                read = self._read(self._machine_lists())
                servers, test_guests = _told_apart(read)
                return snapshot.renew_machines(
                    last, servers, test_guests, read['nodes']
                )
            case WholeLook():
                return self._whole(scope)

    def _machine_lists(self) -> dict[str, Callable[[], typing.Any]]:
        lists: dict[str, Callable[[], typing.Any]] = {
            'servers': self._machines.ours,
            'nodes': self._machines.nodes,
        }
        if self._apart:
            lists['tests'] = lambda: bare_metal.ours(self._compute)
        return lists

    def _guest_lists(
        self, names: Iterable[str], last: Snapshot
    ) -> dict[str, Callable[[], typing.Any]]:
        lists: dict[str, Callable[[], typing.Any]] = {}
        for host in names:
            lists[f'guests {host}'] = _with(self._guests, {'host': host})
            lists[f'migrations {host}'] = _with(
                hosts.migrations,
                self._compute,
                host,
                last.migrations.get(host, ()),
            )
        return lists

    def _whole(self, scope: WholeLook) -> Snapshot:
        lists = (
            self._machine_lists()
            | self._guest_lists(scope.hosts, Snapshot())
            | {
                'services': lambda: _services(self._compute),
                'compute_nodes': lambda: self._compute_nodes(scope.sizes),
                'providers': lambda: self._providers({}),
                'with_room': lambda: self._providers(
                    {'resources': 'MEMORY_MB:1'}
                ),
                'reported': lambda: self._providers(
                    {'required': 'COMPUTE_NODE'}
                ),
                'disabled': lambda: self._providers(
                    {'required': 'COMPUTE_STATUS_DISABLED'}
                ),
                'ports': self._machines.ports,
                'agents': self._agents,
            }
        )
        if self._apart:
            lists['metal services'] = lambda: _services(self._metal_compute)
            lists['test ports'] = lambda: bare_metal.ports(
                self._network, self._project_id, [identity.TEST_PORT_MARK]
            )
        if scope.aggregates:
            lists['aggregates'] = _with(aggregates, self._compute)
        for uuid in scope.members_of:
            lists[f'members {uuid}'] = _with(
                self._providers, {'member_of': uuid}
            )
        if scope.server_names:
            lists['namesakes'] = lambda: self._named(scope.server_names)
            lists['namesake_ports'] = _with(
                self._machines.named_ports, scope.server_names
            )
        if scope.all_servers:
            lists['all'] = lambda: self._guests({})
        if scope.ties:
            lists['groups'] = _with(hosts.groups, self._compute)
            for host in scope.hosts:
                lists[f'ports {host}'] = _with(
                    hosts.direct_ports, self._network, host
                )
        for need in scope.needs:
            lists[f'room {need}'] = _with(hosts.room, self._placement, need)
        for provider_id in scope.provider_ids:
            lists[f'consumers {provider_id}'] = _with(
                hosts.consumers, self._placement, provider_id
            )
        return dataclasses.replace(
            _snapshot(self._cloud, self._own, scope, self._read(lists)),
            user_id=self._user_id,
        )

    def _read(
        self, lists: Mapping[str, Callable[[], typing.Any]]
    ) -> dict[str, typing.Any]:
        """Read lists beside each other."""
        running = {key: self._pool.submit(read) for key, read in lists.items()}
        return {key: future.result() for key, future in running.items()}

    def _named(self, names: frozenset[str]) -> tuple[Server, ...]:
        found = self._machines.named(names)
        if self._apart:
            found += bare_metal.named(self._compute, names, self._project_id)
        return found

    def _guests(self, params: Mapping[str, typing.Any]) -> tuple[Server, ...]:
        # Soft-deleted servers are hidden otherwise, and still in the way.
        asked = {'all_tenants': 1, 'soft_deleted': 'True', **params}
        newest = http.COMPUTE_ZONES
        if not sdk_utils.supports_microversion(self._compute, newest):
            newest = http.COMPUTE
        return tuple(
            map(parse.server, bare_metal.servers(self._compute, asked, newest))
        )

    def _compute_nodes(self, sizes: bool) -> tuple[ComputeNode, ...]:
        found = http.pages(
            self._compute,
            '/os-hypervisors/detail' if sizes else '/os-hypervisors',
            'hypervisors',
            'list the hypervisors',
            microversion=(http.COMPUTE_SIZES if sizes else http.COMPUTE),
        )
        return tuple(map(parse.compute_node, found or ()))

    def _providers(self, params: Mapping[str, str]) -> tuple[Provider, ...]:
        found = http.pages(
            self._placement,
            '/resource_providers',
            'resource_providers',
            'list the resource providers',
            microversion=http.PLACEMENT,
            params=params,
        )
        return tuple(map(parse.provider, found or ()))

    def _agents(self) -> tuple[Agent, ...] | None:
        found = http.pages(
            self._network,
            '/agents',
            'agents',
            'list the network agents',
            # A network service without agents does not know the address.
            accept=frozenset({404}),
        )
        return None if found is None else tuple(map(parse.agent, found))


def aggregates(compute: adapter.Adapter) -> tuple[Aggregate, ...]:
    """List the host aggregates of a cloud.

    :raises CloudError: when they could not be read
    """
    found = http.pages(
        compute,
        '/os-aggregates',
        'aggregates',
        'list the aggregates',
        microversion=http.COMPUTE,
    )
    return tuple(map(parse.aggregate, found or ()))


def _services(compute: adapter.Adapter) -> tuple[Service, ...]:
    found = http.pages(
        compute,
        '/os-services',
        'services',
        'list the compute services',
        microversion=http.COMPUTE,
        params={'binary': 'nova-compute'},
    )
    return tuple(map(parse.service, found or ()))


def _with(function: Callable[..., _T], *arguments: object) -> Callable[[], _T]:
    return lambda: function(*arguments)


def _told_apart(
    read: Mapping[str, typing.Any],
) -> tuple[tuple[Server, ...], tuple[Server, ...]]:
    """Tell the hypervisors' servers from the guests that try them out."""
    return (
        tuple(server for server in read['servers'] if not _tests(server)),
        tuple(
            server
            for server in read.get('tests', read['servers'])
            if _tests(server)
        ),
    )


def _snapshot(
    cloud: str | None,
    own: str | None,
    scope: WholeLook,
    read: Mapping[str, typing.Any],
) -> Snapshot:
    """Make a snapshot of the lists."""
    guests = {host: read[f'guests {host}'] for host in scope.hosts}
    if scope.all_servers:
        guests = _by_host(read['all'], read['services'])
    servers, test_guests = _told_apart(read)
    found = bare_metal.of_cloud(cloud, servers, read['ports'], own)
    return Snapshot(
        servers=found.servers,
        elsewhere=found.elsewhere,
        metal_services=read.get('metal services', read['services']),
        test_guests=test_guests,
        namesakes=tuple(
            server
            for server in read.get('namesakes', ())
            # Both may be one cloud, seen by different projects.
            if server.id not in {ours.id for ours in read['servers']}
        ),
        namesake_ports=read.get('namesake_ports', {}),
        services=read['services'],
        compute_nodes=read['compute_nodes'],
        providers=read['providers'],
        providers_with_room=_ids(read['with_room']),
        providers_reported=_ids(read['reported']),
        providers_disabled=_ids(read['disabled']),
        ports=(*found.ports, *read.get('test ports', ())),
        agents=read['agents'],
        nodes=read['nodes'],
        aggregates=read.get('aggregates', ()),
        members={
            uuid: _ids(read[f'members {uuid}']) for uuid in scope.members_of
        },
        guests=guests,
        migrations={host: read[f'migrations {host}'] for host in scope.hosts},
        direct_ports={
            guest: vnic_types
            for host in scope.hosts
            for guest, vnic_types in read.get(f'ports {host}', {}).items()
        },
        anti_affinity=read.get('groups', {}).get('anti-affinity', {}),
        affinity=read.get('groups', {}).get('affinity', {}),
        tied=scope.ties,
        room={need: read[f'room {need}'] for need in scope.needs},
        consumers={
            provider_id: read[f'consumers {provider_id}']
            for provider_id in scope.provider_ids
        },
    )


def _tests(server: Server) -> bool:
    return identity.TEST_KEY in server.metadata


def _ids(providers: Iterable[Provider]) -> frozenset[str]:
    return frozenset(provider.id for provider in providers)


def _by_host(
    servers: Iterable[Server], services: Iterable[Service]
) -> dict[str, tuple[Server, ...]]:
    """Sort servers by the host they are on; every host has an entry."""
    found: dict[str, list[Server]] = {service.host: [] for service in services}
    for server in servers:
        if server.host is not None:
            found.setdefault(server.host, []).append(server)
    return {host: tuple(guests) for host, guests in found.items()}
