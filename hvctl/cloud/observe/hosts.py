# SPDX-License-Identifier: Apache-2.0
"""Reads who is on a host, what ties them to it, and where there is room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import typing

from hvctl.cloud import answers
from hvctl.cloud import http
from hvctl.cloud import lists
from hvctl.cloud.observe import bare_metal
from hvctl.cloud.observe import parse
from hvctl.model.migration import Migration
from hvctl.model.records import (
    Candidate,
    ComputeNode,
    MOST_CANDIDATES,
    Need,
    Resources,
    Server,
)

#: How many migrations a later look reads at once.
_LATER = 100

#: VNIC types of ports that a guest keeps while it changes hosts.
_KEPT = frozenset({'normal', 'macvtap', 'virtio-forwarder'})


def room(
    placement: http.Service, need: Need, only: str | None
) -> tuple[Candidate, ...]:
    """Ask where one guest of a need would find room.

    Disabled hosts are among them: the plan names one that has room.

    :param only: the provider of the one host that it may go to, which may be
        beyond the most candidates that Placement tells; None for any host
    """
    request = candidates(need, only, limit=MOST_CANDIDATES)
    return http.ask(placement, request, parse.candidates)


def candidates(
    need: Need, only: str | None = None, limit: int | None = None
) -> http.Request:
    """Return the request for where one guest of a need would find room.

    :param only: the provider of the one host that it may go to
    :param limit: how many are told at most; as many as Placement tells if
        None
    """
    params: dict[str, str | int] = {
        'resources': ','.join(
            f'{name}:{amount}' for name, amount in need.resources
        )
    }
    if only is not None:
        params['in_tree'] = only
    if need.traits:
        params['required'] = ','.join(need.traits)
    if need.aggregates:
        params['member_of'] = f'in:{",".join(need.aggregates)}'
    if limit is not None:
        params['limit'] = limit
    return http.Request(
        url='/allocation_candidates',
        doing='ask which hosts have room',
        microversion=http.PLACEMENT,
        params=params,
    )


class Host(typing.NamedTuple):
    """A host that has registered.

    :ivar guests: their ids and names
    """

    node: ComputeNode
    guests: tuple[Server, ...]

    @property
    def name(self) -> str:
        """The host of its service."""
        return self.node.host


def compute_node(
    compute: http.Service, compute_id: str, with_guests: bool
) -> Host | None:
    """Read a compute node.

    :param with_guests: the ids and names of its guests, too
    :returns: None where it has not registered, or is not mapped to a cell
    """
    request = http.Request(
        url=f'/os-hypervisors/{compute_id}',
        doing=f'read hypervisor {compute_id}',
        microversion=http.COMPUTE_SIZES,
        params={'with_servers': 'true'} if with_guests else {},
    )
    return http.find(compute, request, _host)


def _host(body: answers.Fields) -> Host:
    found = body.part('hypervisor')
    return Host(
        parse.compute_node(found),
        tuple(map(parse.guest_of_host, found.any_parts('servers'))),
    )


def traits(placement: http.Service, provider_id: str) -> frozenset[str]:
    """Read the traits of a provider; none if it is gone."""
    request = http.Request(
        url=f'/resource_providers/{provider_id}/traits',
        doing=f'list the traits of resource provider {provider_id}',
        microversion=http.PLACEMENT,
    )
    found = http.find(
        placement, request, lambda body: frozenset(body.texts('traits'))
    )
    return found or frozenset()


def has_room(
    placement: http.Service,
    provider_id: str,
    consumers: Mapping[str, Resources],
) -> bool:
    """Return whether a provider has a MEMORY_MB left; not if it is gone.

    Placement tells that of a list, too (``resources=``), but looks for it in
    the whole cloud first, whichever provider is asked for.

    :param consumers: who has how much of it
    """
    capacity = capacities(placement, provider_id).get('MEMORY_MB', 0)
    used = sum(has.get('MEMORY_MB', 0) for has in consumers.values())
    return used < capacity


def capacities(placement: http.Service, provider_id: str) -> dict[str, int]:
    """Read how much a provider may give; nothing if it is gone."""
    request = http.Request(
        url=f'/resource_providers/{provider_id}/inventories',
        doing=f'read the inventory of resource provider {provider_id}',
        microversion=http.PLACEMENT,
    )
    return http.find(placement, request, parse.capacities) or {}


def consumers(
    placement: http.Service, provider_id: str
) -> Mapping[str, Resources]:
    """Read who has how much of a provider; nobody if it is gone."""
    request = http.Request(
        url=f'/resource_providers/{provider_id}/allocations',
        doing=f'list the allocations of resource provider {provider_id}',
        microversion=http.PLACEMENT,
    )
    return http.find(placement, request, parse.consumers) or {}


def direct_ports(
    network: http.Service, host: str
) -> dict[str, tuple[str, ...]]:
    """Read which guests of a host have ports that they cannot keep.

    :returns: the ports' VNIC types, by the guest's id
    """
    found = bare_metal.list_ports(
        network,
        f'list the ports of host {host}',
        {
            'binding:host_id': host,
            'fields': [
                'id',
                'device_id',
                'binding:vnic_type',
                'binding:host_id',
            ],
        },
        lambda body: _device(body, host),
        lists.Paging.BY_LINK,
    )
    kinds: dict[str, set[str]] = {}
    for guest, vnic_type in filter(None, found):
        if vnic_type not in _KEPT:
            kinds.setdefault(guest, set()).add(vnic_type)
    return {guest: tuple(sorted(each)) for guest, each in kinds.items()}


def _device(port: answers.Fields, host: str) -> tuple[str, str] | None:
    """Return whose a port of a host is, and its VNIC type."""
    if port.any_text('binding:host_id') not in (None, host):
        return None
    return port.text('device_id'), port.text('binding:vnic_type')


def groups(compute: http.Service) -> dict[str, dict[str, str]]:
    """Read the server groups of all projects.

    Nova cuts the list off at its ``[api] max_limit``, and neither tells that
    nor links to the rest.

    :returns: the id of a guest's group, by the group's policy and the guest's
        id
    """
    found = lists.read(
        compute,
        'server_groups',
        http.Request(
            url='/os-server-groups',
            doing='list the server groups',
            microversion=http.COMPUTE,
            params={'all_projects': 'True'},
        ),
        _group,
        lists.Paging.BY_NUMBER,
    )
    members: dict[str, dict[str, str]] = {}
    for group in found or ():
        for member in group.members:
            members.setdefault(group.policy, {})[member] = group.id
    return members


class _Group(typing.NamedTuple):
    """A server group."""

    id: str
    policy: str
    members: list[str]


def _group(body: answers.Fields) -> _Group:
    return _Group(body.text('id'), body.text('policy'), body.texts('members'))


def migrations(
    compute: http.Service,
    host: str,
    before: Sequence[Migration],
    *,
    renew: bool,
) -> tuple[Migration, ...]:
    """Read a host's migrations, newest first.

    A host may have had thousands.  What was over when an earlier look saw
    it does not change, so a later one reads on only until it has come to
    something of that.  Nova's changes-since would leave out a record that is
    as it was made.

    :param before: those that an earlier look has found
    :param renew: read as far back as one of these was not over; else an older
        one stays as it was, as Nova may never close it
    """
    known = {migration.id for migration in before}
    over = {migration.id for migration in before if migration.over}
    wanted = known - over if renew else set()

    def enough(entries: list[Migration]) -> bool:
        read = {entry.id for entry in entries}
        if not wanted <= read:
            return False
        return bool(over & read) or (bool(known) and known <= read)

    found = lists.read(
        compute,
        'migrations',
        http.Request(
            url='/os-migrations',
            doing=f'list the migrations of host {host}',
            microversion=http.COMPUTE,
            params={'host': host, **({'limit': _LATER} if before else {})},
        ),
        parse.migration,
        lists.Paging.BY_UUID,
        enough=enough,
    )
    read = {entry.id for entry in found or ()}
    return (
        *(m for m in found or () if host in (m.source, m.destination)),
        *(migration for migration in before if migration.id not in read),
    )


def migrations_of(
    compute: http.Service, server_id: str
) -> tuple[Migration, ...]:
    """Read the migrations of one guest, between whatever hosts."""
    found = lists.read(
        compute,
        'migrations',
        http.Request(
            url='/os-migrations',
            doing=f'list the migrations of server {server_id}',
            microversion=http.COMPUTE,
            params={'instance_uuid': server_id},
        ),
        parse.migration,
        lists.Paging.BY_UUID,
    )
    return tuple(m for m in found or () if m.server_id == server_id)
