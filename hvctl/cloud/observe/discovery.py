# SPDX-License-Identifier: Apache-2.0
"""Looks at hypervisors by their names, where nothing else is known of them.

By what is found, the services are asked for single hosts.  The compute
services are listed for the whole cloud: only that list tells which cells are
silent, and in which domains hosts have registered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import dataclasses

from hvctl.cloud.observe import bare_metal
from hvctl.cloud.observe import compute_cloud
from hvctl.cloud.observe import named
from hvctl.cloud.observe import own
from hvctl.cloud.observe.parts import Parts
from hvctl.model import host_name
from hvctl.model import identity
from hvctl.model.records import ComputeNode
from hvctl.model.snapshot import Snapshot, WholeLook


def discover(begin: Parts, scope: WholeLook) -> Snapshot | None:
    """Look at the hypervisors of a scope.

    :returns: None where lists are cheaper, or only they can tell
    """
    names = scope.names
    look = begin.look([begin.services()])
    if not own.one_by_one(len(names), len(look.services)):
        return None
    nodes = begin.nodes() if scope.nodes else None
    look, like = _what_has_names(begin, scope, look)
    hosts = frozenset(_hosts(look, scope, like))
    if not _is_told(look, like, hosts):
        return None
    agents = own.agents(begin, hosts)
    if nodes is None:
        nodes = named.nodes_of(begin, look.servers, scope.node_ids)
    look = _with_providers(begin, look, hosts)
    ids = frozenset(_ids(look, names, like))
    rest = named.rest_of(begin, scope, ids)
    look, found = own.registered(begin, look, ids, with_guests=False)
    room = named.room_of(begin, found, look)
    look = begin.look([room, agents, nodes, *rest], look)
    return dataclasses.replace(look, all_hosts=False)


def _what_has_names(
    begin: Parts, scope: WholeLook, look: Snapshot
) -> tuple[Snapshot, tuple[ComputeNode, ...]]:
    """Read what is known by the names, and every provider of ours.

    :returns: the compute nodes apart, since more of them are read
    """
    names = scope.names
    nodes = own.compute_nodes_like(begin, names)
    servers = begin.pool.submit(bare_metal.servers, begin.pair.metal, names)
    look = begin.look(
        [
            begin.servers(servers, names),
            begin.ports(names),
            begin.namesakes(servers, scope.server_names),
            own.providers(begin),
        ],
        look,
    )
    return look, nodes()


def _hosts(
    look: Snapshot, scope: WholeLook, like: Iterable[ComputeNode]
) -> Iterator[str]:
    """Return the names by which hosts have registered, or may have."""
    for name in scope.names:
        yield from host_name.host_names(name, scope.domain)
    yield from own.expected(look.servers)
    for service in look.services:
        if host_name.short(service.host) in scope.names:
            yield service.host
    for node in like:
        yield from (node.host, node.hostname)


def _is_told(
    look: Snapshot, like: Iterable[ComputeNode], hosts: frozenset[str]
) -> bool:
    """Return whether it is known which compute nodes there are.

    One that is neither called as its host is, nor has an id of our choice, is
    found in the list only.
    """
    registered = {service.host for service in look.services} & hosts
    return registered <= {node.host for node in like} or all(
        map(own.compute_id, look.servers)
    )


def _with_providers(
    begin: Parts, look: Snapshot, hosts: frozenset[str]
) -> Snapshot:
    """Put into a look the providers that are called as hosts are."""
    reading = [
        begin.pool.submit(
            compute_cloud.providers, begin.pair.placement, name=host
        )
        for host in sorted(hosts)
    ]
    found = [
        provider
        for each in reading
        for provider in each.result()
        # The database may not tell upper from lower case.
        if provider.name in hosts
    ]
    return dataclasses.replace(
        look, providers=tuple(dict.fromkeys((*look.providers, *found)))
    )


def _ids(
    look: Snapshot, names: frozenset[str], like: Iterable[ComputeNode]
) -> Iterator[str]:
    """Return the compute node ids that the hypervisors have, or may have."""
    yield from (node.id for node in like)
    yield from filter(None, map(own.compute_id, look.servers))
    for provider in look.providers:
        # A machine of ours gives its provider the trait under whatever id.
        if host_name.short(provider.name) in names or not identity.is_ours(
            provider.name, provider.id
        ):
            yield provider.id
