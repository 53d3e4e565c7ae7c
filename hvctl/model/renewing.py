# SPDX-License-Identifier: Apache-2.0
"""Puts what a look has read into what an earlier one has found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import dataclasses
import typing

from hvctl.model import host_name
from hvctl.model import identity
from hvctl.model.migration import Migration
from hvctl.model.records import Agent, Node, Port, PortUse, Server, Service
from hvctl.model.snapshot import Snapshot

_N = typing.TypeVar('_N', Server, Port)
_H = typing.TypeVar('_H', Service, Agent)


def with_rest(
    look: Snapshot,
    rest: Snapshot,
    *,
    names: frozenset[str],
    sizes: bool,
    services_of: frozenset[str] | None = None,
) -> Snapshot:
    """Put into a look what it has not read of the machines.

    :param rest: an earlier look
    :param names: of the hypervisors whose servers have been read
    :param sizes: whether the compute nodes have been read, and which of them
        the scheduler leaves out
    :param services_of: whose services have been; None for all
    """
    services = look.services
    if services_of is not None:
        services += tuple(
            s for s in rest.services if s.host not in services_of
        )
    return dataclasses.replace(
        look,
        services=services,
        servers=tuple(
            s for s in look.servers if s.name not in rest.other_clouds
        )
        + _others(rest.servers, names),
        other_clouds=rest.other_clouds,
        compute_nodes=look.compute_nodes if sizes else rest.compute_nodes,
        providers=rest.providers,
        providers_with_room=rest.providers_with_room,
        providers_reported=rest.providers_reported,
        providers_disabled=look.providers_disabled
        if sizes
        else rest.providers_disabled,
        ports=rest.ports,
        agents=rest.agents,
        nodes=rest.nodes,
        unseen=rest.unseen,
        all_hosts=sizes or rest.all_hosts,
    )


def with_others(
    look: Snapshot,
    known: Snapshot,
    names: frozenset[str],
    ids: frozenset[str],
) -> Snapshot:
    """Put into a look at some hypervisors what an earlier one has of others.

    :param look: of others it has no more than aggregates
    :param known: the earlier look
    :param names: of the hypervisors
    :param ids: their compute node ids
    """
    hosts = {service.host for service in look.services}
    drivers = {service.host for service in look.metal_services}
    agents = look.agents
    if agents is not None:
        agents += _elsewhere(known.agents or (), names)
    return dataclasses.replace(
        look,
        servers=look.servers + _others(known.servers, names),
        test_guests=_with_test_guests(look, known, names),
        other_clouds={
            **{
                name: cloud
                for name, cloud in known.other_clouds.items()
                if name not in names
            },
            **look.other_clouds,
        },
        ports=look.ports + _others(known.ports, names),
        services=look.services
        + tuple(
            service
            for service in _elsewhere(known.services, names)
            if service.host not in hosts
        ),
        metal_services=look.metal_services
        + tuple(s for s in known.metal_services if s.host not in drivers),
        compute_nodes=look.compute_nodes
        + tuple(node for node in known.compute_nodes if node.id not in ids),
        providers=look.providers
        + tuple(each for each in known.providers if each.id not in ids),
        providers_with_room=look.providers_with_room
        | known.providers_with_room - ids,
        providers_reported=look.providers_reported
        | known.providers_reported - ids,
        providers_disabled=look.providers_disabled
        | known.providers_disabled - ids,
        agents=agents,
        nodes=_with_nodes(look, known),
        all_hosts=known.all_hosts,
    )


def is_doubtful(
    look: Snapshot, known: Snapshot, names: frozenset[str]
) -> bool:
    """Return whether a look is not to be believed.

    It lacks something that was there, or the compute node of a service that
    has just registered, which may have taken an id of its own.

    :param look: at some hypervisors
    :param known: an earlier look
    :param names: of the hypervisors
    """
    if things(known, names) - things(look, names):
        return True
    before = {s.host for s in known.services}
    nodes = {node.host for node in look.compute_nodes}
    return any(service.host not in before | nodes for service in look.services)


def things(
    look: Snapshot, names: frozenset[str]
) -> frozenset[tuple[str, str]]:
    """Return the kind and the id of what a look has of some hypervisors.

    :param names: of the hypervisors
    """
    found = [('server', s.id) for s in look.servers if s.name in names]
    found += [
        ('port', port.id)
        for port in look.ports
        if port.name in names and port.use is PortUse.MACHINE
    ]
    for kind, things in (
        ('service', [(s.host, s.host) for s in look.services]),
        ('compute node', [(n.host, n.id) for n in look.compute_nodes]),
        (
            'provider',
            [
                (p.name, p.id)
                for p in look.providers
                if identity.is_ours(p.name, p.id)
            ],
        ),
    ):
        found += [
            (kind, known_by)
            for name, known_by in things
            if host_name.short(name) in names
        ]
    return frozenset(found)


def _others(part: Iterable[_N], names: frozenset[str]) -> tuple[_N, ...]:
    return tuple(each for each in part if each.name not in names)


def _elsewhere(part: Iterable[_H], names: frozenset[str]) -> tuple[_H, ...]:
    return tuple(
        each for each in part if host_name.short(each.host) not in names
    )


def renew_guests(
    last: Snapshot,
    guests: Mapping[str, tuple[Server, ...]],
    migrations: Mapping[str, tuple[Migration, ...]],
) -> Snapshot:
    """Put the guests and migrations of some hosts into an earlier look.

    :param guests: by service host
    :param migrations: by service host
    """
    return dataclasses.replace(
        last,
        guests=guests,
        migrations=migrations,
        ties_known=False,
        partial=True,
    )


def renew_machines(
    last: Snapshot, look: Snapshot, names: frozenset[str]
) -> Snapshot:
    """Put machines as they are now into an earlier look.

    :param look: the servers of some hypervisors, those for other compute
        clouds among them, and their nodes
    :param names: of these hypervisors
    """
    return dataclasses.replace(
        last,
        servers=tuple(
            s for s in look.servers if s.name not in last.other_clouds
        )
        + _others(last.servers, names),
        test_guests=_with_test_guests(look, last, names),
        nodes=_with_nodes(look, last),
        partial=True,
    )


def _with_test_guests(
    look: Snapshot, known: Snapshot, names: frozenset[str]
) -> tuple[Server, ...]:
    return look.test_guests + tuple(
        guest
        for guest in known.test_guests
        if guest.metadata.get(identity.TEST_KEY) not in names
    )


def _with_nodes(look: Snapshot, known: Snapshot) -> tuple[Node, ...] | None:
    if look.nodes is None:
        return None
    read = {node.id for node in look.nodes}
    return look.nodes + tuple(
        node for node in known.nodes or () if node.id not in read
    )
