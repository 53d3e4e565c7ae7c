# SPDX-License-Identifier: Apache-2.0
"""Decides whether guests find room elsewhere, as far as Placement knows.

It is a forecast: what Nova's filters and devices allow is not in it, and
others boot guests meanwhile.  Nova has the last word.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
import re

from hvctl.model.records import Aggregate, Candidate, Need, Resources, Server
from hvctl.model.snapshot import Snapshot

Room = Mapping[Need, tuple[Candidate, ...]]

#: An extra spec that asks for a resource, in a group of its own or not.
_RESOURCE = re.compile(r'resources[A-Za-z0-9_-]{0,64}:(\w+)')
_TRAIT = 'trait:'
_SIGNS = {'required': '', 'forbidden': '!'}


def need_of(
    guest: Server,
    has: Resources | None,
    aggregates: Iterable[Aggregate],
) -> Need:
    """Return what a guest needs of the host that it goes to.

    :param guest: the guest
    :param has: what it has of the host that it is on; None where Placement
        does not tell, and its flavor has to
    :param aggregates: all of them; a zone is what its aggregates have
    """
    resources = asked(guest)
    if has is None:
        resources = _of_flavor(guest) | resources
    else:
        # Resources that its flavor asks for and that are not allocated on
        # the root provider come from a child or a sharing provider.
        resources |= has
    traits = sorted(
        _SIGNS[value] + key.removeprefix(_TRAIT)
        for key, value in guest.extra_specs.items()
        if key.startswith(_TRAIT) and value in _SIGNS
    )
    zone = sorted(
        aggregate.uuid
        for aggregate in aggregates
        if guest.zone is not None and aggregate.availability_zone == guest.zone
    )
    return Need(
        tuple(sorted((key, n) for key, n in resources.items() if n)),
        tuple(traits),
        tuple(zone),
    )


def asked(guest: Server) -> dict[str, int]:
    """Return the resources that a flavor's extra specs ask for."""
    found: dict[str, int] = {}
    for key, value in guest.extra_specs.items():
        match = _RESOURCE.fullmatch(key)
        if match and value.isdecimal():
            found[match[1]] = found.get(match[1], 0) + int(value)
    return found


def _of_flavor(guest: Server) -> dict[str, int]:
    pinned = guest.extra_specs.get('hw:cpu_policy') == 'dedicated'
    return {
        'PCPU' if pinned else 'VCPU': guest.shape.vcpus,
        'MEMORY_MB': guest.shape.memory,
        'DISK_GB': guest.shape.disk,
    }


def listed(need: Need) -> tuple[str, ...]:
    """Return what is needed, in Placement's words."""
    return (
        *(f'{amount} {resource}' for resource, amount in need.resources),
        *need.traits,
    )


def destinations(
    snapshot: Snapshot,
    leaving: Container[str],
    only: str | None = None,
) -> frozenset[str]:
    """Return which hosts may take guests, by the ids of their providers.

    :param leaving: service hosts that are being emptied
    :param only: the one service host that they may go to; None for any
    """
    open_hosts = {
        service.host
        for service in snapshot.services
        if service.enabled
        and service.up
        and service.host not in leaving
        and only in (None, service.host)
    }
    return frozenset(
        node.id
        for node in snapshot.compute_nodes
        if node.service_host in open_hosts
    )


def hosts_with_room(
    candidates: Iterable[Candidate], allowed: Container[str]
) -> set[str]:
    """Return which of the allowed hosts have room for one guest."""
    return {each.root_id for each in candidates if each.root_id in allowed}


def without_room(
    guests: Mapping[str, Need],
    room: Room,
    allowed: Container[str],
) -> set[str]:
    """Return which guests would not find room if all went.

    Those that fit on the fewest hosts choose first, and of these the largest.

    :param guests: what each needs, by its id
    :param room: where there is room for one guest of each need
    :param allowed: ids of the hosts that may take them
    :returns: ids of guests
    """

    def rank(item: tuple[str, Need]) -> tuple[int, ...]:
        amounts = dict(item[1].resources)
        return (
            len(hosts_with_room(room.get(item[1], ()), allowed)),
            -amounts.get('MEMORY_MB', 0),
            -amounts.get('VCPU', 0) - amounts.get('PCPU', 0),
        )

    rest: dict[tuple[str, str], int] = {}
    left: set[str] = set()
    for guest_id, need in sorted(guests.items(), key=rank):
        chosen = next(
            (
                each.parts
                for each in room.get(need, ())
                if each.root_id in allowed and _fits(each, rest)
            ),
            None,
        )
        if chosen is None:
            left.add(guest_id)
            continue
        for part in chosen:
            key = (part.provider_id, part.resource)
            rest[key] = rest.get(key, part.left) - part.amount
    return left


def _fits(candidate: Candidate, rest: Mapping[tuple[str, str], int]) -> bool:
    """Return whether it still fits after others have chosen.

    :param rest: what these have left of a provider's resource
    """
    return all(
        rest.get((part.provider_id, part.resource), part.left) >= part.amount
        for part in candidate.parts
    )
