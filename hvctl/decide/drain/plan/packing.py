# SPDX-License-Identifier: Apache-2.0
"""Decides whether guests find room beside each other.

Whether all of them fit somehow is hard to say in general.  Two easy answers
frame it: who is placed one after the other does fit, and what needs more than
all the hosts have that could take it does not.  Between these it is open.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
import typing

from hvctl.model.records import Candidate, Need

Room = Mapping[Need, tuple[Candidate, ...]]

#: How much there is of a provider's resource, by both.
_Left = dict[tuple[str, str], int]


class Packed(typing.NamedTuple):
    """Who finds no room, by id.

    :ivar without: guests that certainly find none, when all go
    :ivar doubtful: others that may find none
    """

    without: frozenset[str]
    doubtful: frozenset[str]


def hosts_with_room(
    candidates: Iterable[Candidate], allowed: Container[str]
) -> frozenset[str]:
    """Return which of the allowed hosts have room for one guest."""
    return frozenset(
        each.root_id for each in candidates if each.root_id in allowed
    )


def pack(
    guests: Mapping[str, Need],
    room: Room,
    allowed: Container[str],
    open_needs: Container[Need] = (),
) -> Packed:
    """Return which guests would not find room if all went.

    :param guests: what each needs, by its id
    :param room: where there is room for one guest of each need
    :param allowed: ids of the hosts that may take them
    :param open_needs: needs for which there may be room on other hosts, too
    """
    left = _place(guests, room, allowed)
    hosts = {
        need: hosts_with_room(room.get(need, ()), allowed)
        for need in set(guests.values())
    }
    known = {
        guest_id: need
        for guest_id, need in guests.items()
        if need not in open_needs
    }
    without = {each for each in left if each in known}
    without = {each for each in without if not hosts[guests[each]]}
    for these in set(hosts.values()):
        # Nobody of these can go anywhere else.
        bound = {
            guest_id: need
            for guest_id, need in known.items()
            if hosts[need] <= these and guest_id not in without
        }
        there = _left(set(bound.values()), room, these)
        for guest_id in reversed(left):
            if not _exceeds(bound.values(), there):
                break
            if bound.pop(guest_id, None) is not None:
                without.add(guest_id)
    return Packed(frozenset(without), frozenset(left) - without)


def _place(
    guests: Mapping[str, Need], room: Room, allowed: Container[str]
) -> list[str]:
    """Place one guest after the other, each where it fits first.

    Those that fit on the fewest hosts choose first, and of these the largest.

    :returns: ids of those that are left, in that order
    """

    def rank(item: tuple[str, Need]) -> tuple[int, ...]:
        amounts = dict(item[1].resources)
        return (
            len(hosts_with_room(room.get(item[1], ()), allowed)),
            -amounts.get('MEMORY_MB', 0),
            -amounts.get('VCPU', 0) - amounts.get('PCPU', 0),
        )

    rest: _Left = {}
    left: list[str] = []
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
            left.append(guest_id)
            continue
        for part in chosen:
            key = (part.provider_id, part.resource)
            rest[key] = rest.get(key, part.left) - part.amount
    return left


def _fits(candidate: Candidate, rest: _Left) -> bool:
    """Return whether it still fits after others have chosen.

    :param rest: what these have left of a provider's resource
    """
    return all(
        rest.get((part.provider_id, part.resource), part.left) >= part.amount
        for part in candidate.parts
    )


def _left(
    needs: Iterable[Need], room: Room, hosts: Container[str]
) -> dict[str, int]:
    """Return how much some hosts have of each resource, for some needs."""
    found: _Left = {
        (part.provider_id, part.resource): part.left
        for need in needs
        for candidate in room.get(need, ())
        if candidate.root_id in hosts
        for part in candidate.parts
    }
    left: dict[str, int] = {}
    for (_, resource), amount in found.items():
        left[resource] = left.get(resource, 0) + amount
    return left


def _exceeds(needs: Iterable[Need], there: Mapping[str, int]) -> bool:
    """Return whether these need more of something than there is."""
    wanted: dict[str, int] = {}
    for need in needs:
        for resource, amount in need.resources:
            wanted[resource] = wanted.get(resource, 0) + amount
    return any(amount > there[resource] for resource, amount in wanted.items())
