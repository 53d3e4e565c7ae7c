# SPDX-License-Identifier: Apache-2.0
"""Looks at hypervisors of ours, at a cost that follows what is ours.

The server's metadata and the resource provider tell the compute node id, and
by that id the services answer for one host.  Where many are ours, and where
an id is not known, the lists of the whole cloud are cheaper, or all that
there is.
"""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
)
import dataclasses
import itertools

from hvctl.cloud import lists
from hvctl.cloud import parallel
from hvctl.cloud.observe import bare_metal
from hvctl.cloud.observe import compute_cloud
from hvctl.cloud.observe import hosts
from hvctl.cloud.observe.host_parts import Reading
from hvctl.cloud.observe.parts import Parts
from hvctl.model import host_name
from hvctl.model import identity
from hvctl.model.records import ComputeNode, PortUse, Server
from hvctl.model.snapshot import Part, Snapshot

#: A page of a list of the cloud takes as long as so many hypervisors of ours
#: that are asked for by themselves.
_PER_PAGE = 50

#: Entries of a page of Nova's lists, as its ``[api] max_limit`` is by default.
_PAGE = 1000

#: What nova-compute has not written to yet: a hold, and parts of other hosts.
_NOT_REGISTERED = '!COMPUTE_NODE'


def one_by_one(ours: int, cloud_hosts: int) -> bool:
    """Return whether each of ours is asked for by itself.

    :param ours: how many are ours
    :param cloud_hosts: how many compute services the cloud has
    """
    pages = -(-cloud_hosts // _PAGE)
    return ours <= _PER_PAGE * max(pages, 1)


def every(begin: Parts) -> Snapshot:
    """Look at all hypervisors of the project."""
    pool, pair = begin.pool, begin.pair
    servers = pool.submit(bare_metal.servers, pair.metal)
    others = pool.submit(bare_metal.tagged_servers, pair.compute)
    look = begin.look(
        [
            providers(begin),
            begin.machines(servers),
            begin.ports(),
            begin.services(),
        ]
    )
    look = dataclasses.replace(look, namesakes=others.result())
    ids = [
        *map(compute_id, look.servers),
        *_ids_of_providers(look),
        *_ids_of_left(begin, look),
    ]
    if None not in ids and one_by_one(len(ids), len(look.services)):
        return _each(begin, look, filter(None, ids), names_only=True)
    return begin.look(
        [begin.compute_nodes(True), begin.agents(), begin.providers()], look
    )


def one(begin: Parts, name: str) -> Snapshot | None:
    """Look at one hypervisor, its guests and its aggregates.

    :returns: None where its compute node id is not known
    """
    pool, pair = begin.pool, begin.pair
    servers = pool.submit(bare_metal.servers, pair.metal, [name])
    look = begin.look([begin.servers(servers, [name]), begin.ports([name])])
    if name in look.other_clouds:
        return look
    ids = [compute_id(server) for server in look.servers]
    if not ids or None in ids:
        return None
    nova = pair.compute.compute
    aggregates = pool.submit(compute_cloud.aggregates, nova)
    nodes = [
        pool.submit(bare_metal.node, pair.baremetal, server.node)
        for server in look.servers
        if server.node is not None
    ]
    look = _each(begin, look, filter(None, ids), names_only=False)
    registered = {node.host for node in look.compute_nodes}
    services = [
        begin.services_of(nova, host)
        for host in sorted({*expected(look.servers), *registered})
    ]
    read = [begin.missing.read(node, Part.NODES) for node in nodes]
    return dataclasses.replace(
        look,
        services=sum((each.result() for each in services), ()),
        aggregates=aggregates.result(),
        nodes=None if None in read else sum(filter(None, read), ()),
        unseen=frozenset(begin.missing.unseen),
    )


def _each(
    begin: Parts,
    look: Snapshot,
    ids: Iterable[str],
    *,
    names_only: bool,
) -> Snapshot:
    """Ask for hosts by their compute node ids.

    :param look: what is known of our servers, and of providers
    :param names_only: of the guests the ids and names are enough
    """
    pool, nova = begin.pool, begin.pair.compute.compute
    look, found = registered(begin, look, ids, with_guests=True)
    guests = {host.name: host.guests for host in found}
    if not names_only:
        guests = parallel.results(
            {
                host: pool.submit(compute_cloud.guests, nova, host)
                for host in guests
            }
        )
    look = dataclasses.replace(look, guests=guests)
    return begin.look(
        [agents(begin, {*expected(look.servers), *guests})], look
    )


def registered(
    begin: Parts, look: Snapshot, ids: Iterable[str], *, with_guests: bool
) -> tuple[Snapshot, list[hosts.Host]]:
    """Ask Nova and Placement for hosts by their compute node ids.

    :param look: what is known of providers
    :param with_guests: the ids and names of the guests, too
    :returns: what was found; the hosts are those that have registered
    """
    pool, nova = begin.pool, begin.pair.compute.compute
    placement = begin.pair.placement
    wanted = sorted(set(ids))
    nodes = [
        pool.submit(hosts.compute_node, nova, each, with_guests)
        for each in wanted
    ]
    known = {provider.id for provider in look.providers}
    providers = [
        pool.submit(compute_cloud.providers, placement, uuid=each)
        for each in wanted
        if each not in known
    ]
    traits = {
        each: pool.submit(hosts.traits, placement, each) for each in wanted
    }
    consumers = {
        each: pool.submit(hosts.consumers, placement, each) for each in wanted
    }
    found = [
        host
        for node in nodes
        if (host := begin.missing.read(node, Part.COMPUTE_NODES)) is not None
    ]
    has = parallel.results(traits)
    look = dataclasses.replace(
        look,
        compute_nodes=tuple(host.node for host in found),
        providers=sum((p.result() for p in providers), look.providers),
        providers_reported=_with(has, 'COMPUTE_NODE'),
        providers_disabled=_with(has, 'COMPUTE_STATUS_DISABLED'),
        consumers=parallel.results(consumers),
    )
    return look, found


def providers(begin: Parts) -> Reading:
    """Read the providers that our machines have, or are to have.

    They tell of what has no server and no port any more, too.
    """
    reported, waiting = (
        begin.pool.submit(
            compute_cloud.providers_with_trait, begin.pair.placement, required
        )
        for required in (identity.TRAIT, _NOT_REGISTERED)
    )

    def finish(look: Snapshot) -> Snapshot:
        found = [
            *reported.result(),
            # Parts of hosts have no compute node, either.
            *(
                provider
                for provider in waiting.result()
                if identity.is_ours(provider.name, provider.id)
            ),
        ]
        return dataclasses.replace(look, providers=tuple(dict.fromkeys(found)))

    return finish


def compute_nodes_like(
    begin: Parts, names: Collection[str]
) -> Callable[[], tuple[ComputeNode, ...]]:
    """Ask for compute nodes by the names of their hypervisors.

    :returns: gives those that have one of the names
    """
    reading = [
        begin.pool.submit(
            compute_cloud.compute_nodes_like, begin.pair.compute.compute, name
        )
        for name in sorted(names)
    ]

    def finish() -> tuple[ComputeNode, ...]:
        read = [
            begin.missing.read(each, Part.COMPUTE_NODES) for each in reading
        ]
        like = {
            node.id: node
            for node in itertools.chain.from_iterable(filter(None, read))
            if {host_name.short(node.hostname), host_name.short(node.host)}
            & {*names}
        }
        return tuple(like.values())

    return finish


def agents(begin: Parts, names: Collection[str]) -> Reading:
    """Read the agents of some hosts; None where there are none at all."""
    reading = [
        begin.pool.submit(
            compute_cloud.agents, begin.pair.compute.network, some
        )
        for some in lists.portions(names)
    ]

    def finish(look: Snapshot) -> Snapshot:
        read = [begin.missing.read(each, Part.AGENTS) for each in reading]
        found = None if None in read else sum(filter(None, read), ())
        return dataclasses.replace(look, agents=found)

    return finish


def _with(traits: Mapping[str, frozenset[str]], trait: str) -> frozenset[str]:
    return frozenset(each for each, has in traits.items() if trait in has)


def compute_id(server: Server) -> str | None:
    """Return the compute node id that hvctl chose for a server's machine."""
    return identity.chosen_id(server.name, server.metadata)


def _ids_of_providers(look: Snapshot) -> Iterator[str]:
    for provider in look.providers:
        if identity.is_ours(provider.name, provider.id):
            yield provider.id


def _ids_of_left(begin: Parts, look: Snapshot) -> Iterator[str]:
    """Ask for hosts of which neither a server nor a provider tells.

    Those that were made without a profile have no trait of ours.  Their ports
    have the name, and are the last to go.
    """
    told = {server.name for server in look.servers} | {
        host_name.short(provider.name) for provider in look.providers
    }
    registered = {host_name.short(service.host) for service in look.services}
    left = {
        port.name for port in look.ports if port.use is PortUse.MACHINE
    } & (registered - told)
    for node in compute_nodes_like(begin, left)():
        if identity.is_ours(node.hostname, node.id):
            yield node.id


def expected(servers: Iterable[Server]) -> Iterator[str]:
    """Return the names by which machines may have registered."""
    for server in servers:
        domain = server.metadata.get(identity.DOMAIN_KEY)
        yield from host_name.host_names(server.name, domain)
