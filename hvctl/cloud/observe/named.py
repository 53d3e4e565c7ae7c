# SPDX-License-Identifier: Apache-2.0
"""Looks again at hypervisors, by their names and by what is known of them.

What an earlier look has of others is taken as it was.  Nothing is believed to
be gone upon such a look: where something is missing that was there, the lists
of the cloud are to tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
import dataclasses

from hvctl.cloud import parallel
from hvctl.cloud.observe import bare_metal
from hvctl.cloud.observe import host_parts
from hvctl.cloud.observe import hosts
from hvctl.cloud.observe import own
from hvctl.cloud.observe.host_parts import Reading
from hvctl.cloud.observe.parts import Parts
from hvctl.model import host_name
from hvctl.model import identity
from hvctl.model import renewing
from hvctl.model.records import Node, Server
from hvctl.model.snapshot import Part, Snapshot, WholeLook

#: So many servers of a list take Nova as long as a request for one.
_PER_REQUEST = 5

#: Requests of a list: a page, and one that shows that there are no more.
_OF_LIST = 2


def by_name(names: int, ours: int) -> bool:
    """Return whether servers are asked for by name, one request for each.

    :param names: how many are asked for
    :param ours: how many the project has
    """
    return names < _OF_LIST + (ours - names) / _PER_REQUEST


def again(begin: Parts, scope: WholeLook, known: Snapshot) -> Snapshot | None:
    """Look again at the hypervisors of a scope.

    :param known: an earlier look
    :returns: None where lists are cheaper, or only they can tell
    """
    names = scope.names
    services = (*known.services, *known.metal_services)
    if not own.one_by_one(len(names), len(known.services)) or not all(
        service.known for service in services
    ):
        # What a silent cell has of others is to be seen when it answers.
        return None
    servers = begin.pool.submit(servers_of, begin, names, len(known.servers))
    readings = [
        begin.servers(servers, names),
        begin.ports(names),
        begin.namesakes(servers, scope.server_names),
    ]
    look = begin.look(readings)
    ids = _ids(look, known, names)
    if ids is None:
        return None
    nodes = nodes_of(begin, look.servers, scope.node_ids)
    rest = rest_of(begin, scope, ids)
    look, found = own.registered(begin, look, ids, with_guests=False)
    look = begin.look(
        [
            _services(begin, look, known, scope),
            room_of(begin, found, look),
            nodes,
            *rest,
        ],
        look,
    )
    if renewing.is_doubtful(look, known, names):
        return None
    return renewing.with_others(look, known, names, ids)


def machines(begin: Parts, last: Snapshot, names: frozenset[str]) -> Snapshot:
    """Look at the servers of some names, and at the nodes that they have.

    :param last: an earlier look
    """
    servers = begin.pool.submit(servers_of, begin, names, len(last.servers))
    look = begin.servers(servers, names)(Snapshot())
    if by_name(len(names), len(last.nodes or ())):
        nodes = nodes_of(begin, look.servers, frozenset())
    else:
        nodes = begin.nodes()
    return nodes(look)


def servers_of(
    begin: Parts, names: frozenset[str], ours: int
) -> tuple[Server, ...]:
    """Read the servers of some names, and the test guests of these.

    :param ours: how many servers the project has
    """
    metal = begin.pair.metal
    if by_name(len(names), ours):
        return bare_metal.servers(metal, names)
    return tuple(
        server
        for server in bare_metal.servers(metal)
        if names & {server.name, server.metadata.get(identity.TEST_KEY)}
    )


def _ids(
    look: Snapshot, known: Snapshot, names: frozenset[str]
) -> frozenset[str] | None:
    """Return the compute node ids; None where one is not known."""
    found = {name: set[str]() for name in names}
    for provider in known.providers:
        name = host_name.short(provider.name)
        if name in names and identity.is_ours(name, provider.id):
            found[name].add(provider.id)
    for server in look.servers:
        compute_id = own.compute_id(server)
        if compute_id is None:
            return None
        found[server.name].add(compute_id)
    for name, ids in found.items():
        only = frozenset({name})
        if not ids and (
            renewing.things(look, only) or renewing.things(known, only)
        ):
            return None
    return frozenset().union(*found.values())


def _services(
    begin: Parts, look: Snapshot, known: Snapshot, scope: WholeLook
) -> Reading:
    """Read services and agents of the hosts, and services that drive nodes."""
    pair = begin.pair
    names = {*_hosts(look, known, scope.names)}
    driving = [
        begin.services_of(pair.metal.compute, host)
        for host in sorted(scope.drivers)
    ]
    services = [
        begin.services_of(pair.compute.compute, host) for host in sorted(names)
    ]
    if not pair.apart:
        services += driving
    agents = own.agents(begin, names)

    def finish(look: Snapshot) -> Snapshot:
        return dataclasses.replace(
            agents(look),
            services=sum((each.result() for each in services), ()),
            metal_services=sum((each.result() for each in driving), ()),
        )

    return finish


def _hosts(
    look: Snapshot, known: Snapshot, names: Collection[str]
) -> Iterator[str]:
    """Return the names by which hosts have registered, or may have."""
    registered = {
        host_name.short(node.host): node.host for node in look.compute_nodes
    }
    yield from registered.values()
    missing = {*names} - registered.keys()
    for service in known.services:
        if host_name.short(service.host) in missing:
            yield service.host
    yield from own.expected(s for s in look.servers if s.name in missing)


def rest_of(
    begin: Parts, scope: WholeLook, ids: frozenset[str]
) -> list[Reading]:
    """Begin to read what a look has of single hosts, and of their guests.

    :param ids: the compute node ids of hosts that are asked for by
        themselves, which tells of their consumers, too
    """
    others = dataclasses.replace(scope, provider_ids=scope.provider_ids - ids)
    return host_parts.begin(begin.pool, begin.pair, others)


def room_of(
    begin: Parts, found: Iterable[hosts.Host], look: Snapshot
) -> Reading:
    """Read which providers have room, of hosts that have registered.

    The hold fills the others.
    """
    room = {
        host.node.id: begin.pool.submit(
            hosts.has_room,
            begin.pair.placement,
            host.node.id,
            look.consumers[host.node.id],
        )
        for host in found
    }

    def finish(look: Snapshot) -> Snapshot:
        return dataclasses.replace(
            look,
            providers_with_room=frozenset(
                each for each, has in parallel.results(room).items() if has
            ),
        )

    return finish


def nodes_of(
    begin: Parts, servers: Iterable[Server], others: frozenset[str]
) -> Reading:
    """Read the nodes of servers; all where that of one is not known.

    :param others: the ids of further ones
    """
    wanted = {server.node for server in servers} | others
    baremetal = begin.pair.baremetal

    def read() -> tuple[Node, ...] | None:
        found = [
            bare_metal.node(baremetal, each)
            for each in sorted(filter(None, wanted))
        ]
        if None in wanted or None in found:
            return bare_metal.nodes(baremetal)
        return sum(filter(None, found), ())

    nodes = begin.pool.submit(read)

    def finish(look: Snapshot) -> Snapshot:
        return dataclasses.replace(
            look, nodes=begin.missing.read(nodes, Part.NODES)
        )

    return finish
