# SPDX-License-Identifier: Apache-2.0
"""Decides which things of a snapshot belong to which hypervisor."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
import re

from hvctl.decide.hypervisor import index
from hvctl.decide.hypervisor.index import Index
from hvctl.model import host_name
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.records import (
    Agent,
    Node,
    Port,
    PortUse,
    Resources,
    Server,
)
from hvctl.model.snapshot import Part, Snapshot


def names(snapshot: Snapshot) -> list[str]:
    """List the hypervisors of ours of which anything is left, sorted."""
    found = {server.name for server in snapshot.servers}
    found |= {port.name for port in snapshot.ports}
    found |= {
        guest.metadata.get(identity.TEST_KEY, '')
        for guest in snapshot.test_guests
    } - {''}
    found |= _compute_ids(snapshot).keys()
    found |= {
        host_name.short(service.host)
        for service in snapshot.services
        if service.disabled.is_ours
    }
    # Two of our clouds may be one that different projects see.
    return sorted(found - set(snapshot.other_clouds))


def assemble(
    snapshot: Snapshot, wanted: Iterable[str], domain: str | None = None
) -> dict[str, Hypervisor]:
    """Put together what a snapshot has of each hypervisor.

    Only what is ours gets in: what carries our mark, and what registered
    under the name of something that does.

    :param snapshot: the look
    :param wanted: the names to put together
    :param domain: in which a host may register whose server does not tell it
    :returns: one hypervisor for each name, in the order given
    """
    known = snapshot.hypervisors
    names = tuple(wanted)
    new = [name for name in names if (name, domain) not in known]
    if new:
        chosen = _compute_ids(snapshot)
        lists = Index.of(snapshot)
        for name in new:
            known[name, domain] = _one(
                snapshot, lists, name, domain, chosen.get(name)
            )
    return {name: known[name, domain] for name in names}


def _one(
    snapshot: Snapshot,
    lists: Index,
    name: str,
    domain: str | None,
    compute_id: str | None,
) -> Hypervisor:
    """Put together one hypervisor.

    :param lists: those of the snapshot
    :param compute_id: the one that its provider or its compute node has
    """
    ports: dict[PortUse, tuple[Port, ...]] = dict.fromkeys(PortUse, ())
    for port in lists.ports.all([name]):
        ports[port.use] += (port,)
    server, duplicates = _servers(lists, name, ports[PortUse.MACHINE])
    networked = True
    if server is not None:
        said = server.metadata
        domain = _domain(said.get(identity.DOMAIN_KEY, ''), domain)
        networked = said.get(identity.NETWORKING_KEY) != identity.NO_NETWORKING
    hosts = {name, host_name.qualified(name, domain)}
    if server is not None:
        compute_id = _compute_id(lists, server, hosts, compute_id)
    node = None
    if compute_id is not None:
        node = lists.compute_nodes_by_id.first([compute_id])
        if node is not None and node.service_host:
            # Whatever the metadata says of the domain, that one is ours.
            hosts = {node.service_host}
    services = set(hosts)
    if server is None:
        # The server, which told the domain, may be gone already.
        services.add(index.in_any_domain(name))
    service = lists.services.first(services)
    if service is not None:
        hosts = {service.host}
    if compute_id is None:
        node = lists.compute_nodes.first(hosts)
    known_id = compute_id or (node.id if node is not None else None)
    if known_id:
        provider = lists.providers_by_id.first([known_id])
    else:
        provider = lists.providers.first(hosts)
    # A host that registered under our name is ours only if something that
    # carries our mark says so.
    if not (
        server
        or compute_id
        or (service is not None and service.disabled.is_ours)
    ):
        service = node = provider = None
    ours = bool(server or service or node or provider)
    agents: tuple[Agent, ...] | None = None
    if lists.agents is not None and networked:
        agents = lists.agents.all(hosts) if ours else ()
    test_guests = lists.test_guests.all([name])
    host = service.host if service else name
    provider_id = provider.id if provider else None
    consumers = snapshot.consumers.get(provider_id or '')
    return Hypervisor(
        name=name,
        domain=domain,
        server=server,
        duplicates=duplicates,
        compute_id=compute_id,
        # A server that is here needs no other proof.
        elsewhere=_elsewhere(snapshot, name, compute_id)
        if server is None and compute_id is not None
        else None,
        service=service,
        compute_node=node,
        compute_node_seen=Part.COMPUTE_NODES not in snapshot.unseen,
        provider=provider,
        ports=ports[PortUse.MACHINE],
        subports=ports[PortUse.SUBPORT],
        agents=agents,
        node=_metal(lists, server),
        aggregates=lists.aggregates.all(hosts) if ours else (),
        test_guests=test_guests,
        test_migrations=tuple(
            migration
            for guest in test_guests
            for migration in snapshot.test_migrations.get(guest.id, ())
        ),
        test_ports=ports[PortUse.TEST],
        guests=_others(snapshot.guests.get(host), test_guests),
        visitors=lists.tests - {guest.id for guest in test_guests},
        migrations=snapshot.migrations.get(host, ()),
        consumers=None if consumers is None else frozenset(consumers),
        hold=_hold(consumers, compute_id),
        has_room=provider_id in snapshot.providers_with_room,
        reported=provider_id in snapshot.providers_reported
        # Another life's provider of that name may have an inventory as well.
        and (node is None or node.id == provider_id),
        disabled_trait=provider_id in snapshot.providers_disabled,
    )


def _servers(
    lists: Index,
    name: str,
    ports: tuple[Port, ...],
) -> tuple[Server | None, tuple[Server, ...]]:
    """Return the server of a name, and those that lost a race against it.

    Two runs at once can both make one.  Every run must choose the same: the
    one that is furthest, then the one that has the port, then the oldest; and
    one that is being deleted has lost, even if Nova gives it the port late.
    The port alone does not tell: when the build of the one that came too late
    fails, Nova takes the port that was asked for from whichever server has it
    (nova/network/neutron.py, deallocate_for_instance).
    """
    holders = {port.device_id for port in ports}
    found = sorted(
        lists.servers.all([name]),
        key=lambda s: (
            s.task_state == 'deleting',
            s.status == 'ERROR',
            s.status == 'BUILD',
            # Every other status is of a machine that was ACTIVE once.
            s.status != 'ACTIVE',
            s.id not in holders,
            str(s.created_at),
            s.id,
        ),
    )
    return (found[0] if found else None), tuple(found[1:])


def _others(
    guests: tuple[Server, ...] | None,
    ours: tuple[Server, ...],
) -> tuple[Server, ...] | None:
    if guests is None:
        return None
    ids = {guest.id for guest in ours}
    return tuple(guest for guest in guests if guest.id not in ids)


def _hold(
    consumers: Mapping[str, Resources] | None, compute_id: str | None
) -> int | None:
    """Return how much the hold takes, if that is known."""
    if consumers is None or compute_id is None:
        return None
    return consumers.get(identity.hold_id(compute_id), {}).get('MEMORY_MB', 0)


def _compute_id(
    lists: Index,
    server: Server,
    hosts: Collection[str],
    found: str | None,
) -> str | None:
    """Return the id that hvctl chose for the machine of a server.

    Somebody may have edited its metadata.  Then what has its very name tells
    the id as well.

    :param found: one that is on a provider or a compute node
    """
    chosen = identity.chosen_id(server.name, server.metadata)
    if chosen is not None:
        return chosen
    registered = {node.id for node in lists.compute_nodes.all(hosts)}
    named = {provider.id for provider in lists.providers.all(hosts)}
    return found if found in (registered or named) else None


def _domain(said: str, wanted: str | None) -> str | None:
    """Return what a server says of its domain, if it is one."""
    return said if re.fullmatch(host_name.DOMAIN, said) else wanted


def _compute_ids(snapshot: Snapshot) -> dict[str, str]:
    """Return the compute node ids that hvctl chose, by hypervisor.

    The id says that hvctl chose it, and the server whose project that was.
    """
    ours = {server.id for server in snapshot.servers}
    theirs = {
        server.metadata.get(identity.COMPUTE_ID_KEY)
        for guests in (snapshot.namesakes, *snapshot.guests.values())
        for server in guests
        if server.id not in ours
    }
    labels = [(p.name, p.id) for p in snapshot.providers]
    labels += [(n.hostname, n.id) for n in snapshot.compute_nodes]
    found: dict[str, str] = {}
    for label, compute_id in labels:
        if identity.is_ours(label, compute_id) and compute_id not in theirs:
            name = host_name.short(label)
            # In two domains two clouds may have made the same name.
            if name not in found or _elsewhere(snapshot, name, found[name]):
                found[name] = compute_id
    return found


def _elsewhere(snapshot: Snapshot, name: str, compute_id: str) -> str | None:
    return identity.other_project(name, compute_id, snapshot.metal_project_id)


def _metal(lists: Index, server: Server | None) -> Node | None:
    if server is None:
        return None
    return lists.nodes.first([server.id, server.node])
