# SPDX-License-Identifier: Apache-2.0
"""Decides whether guests find room elsewhere, as far as Placement knows.

It is a forecast: what Nova's filters and devices allow is not in it, and
others boot guests meanwhile.  Nova has the last word.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from hvctl.model import records

Room = Mapping[records.Need, tuple[records.Free, ...]]


def need_of(
    guest: records.Server, aggregates: Iterable[records.Aggregate]
) -> records.Need:
    """Say what a guest needs of the host that it goes to.

    :param guest: the guest
    :param aggregates: all of them; a zone is what its aggregates have
    """
    traits = sorted(
        key.removeprefix('trait:')
        for key, value in guest.extra_specs.items()
        if key.startswith('trait:') and value == 'required'
    )
    zone = sorted(
        aggregate.uuid
        for aggregate in aggregates
        if guest.zone is not None and aggregate.availability_zone == guest.zone
    )
    return records.Need(guest.shape, tuple(traits), tuple(zone))


def without_room(
    guests: Mapping[str, records.Need],
    room: Room,
    excluded: Container[str],
    only: str | None = None,
) -> set[str]:
    """Say which guests would not find room if all went, the largest first.

    :param guests: what each needs, by its id
    :param room: the providers that have room for one guest of each need
    :param excluded: ids of providers that are being emptied themselves
    :param only: the one provider they may go to; None for any
    :returns: ids of guests
    """
    free: dict[str, list[int]] = {}
    left: set[str] = set()
    largest_first = sorted(
        guests.items(),
        key=lambda item: (-item[1].shape.memory, -item[1].shape.vcpus),
    )
    for guest_id, need in largest_first:
        chosen = _first_with_room(
            need.shape,
            (
                provider
                for provider in room.get(need, ())
                if provider.id not in excluded and only in (None, provider.id)
            ),
            free,
        )
        if chosen is None:
            left.add(guest_id)
        else:
            free[chosen] = [
                have - need
                for have, need in zip(free[chosen], need.shape, strict=True)
            ]
    return left


def _first_with_room(
    shape: records.Shape,
    providers: Iterable[records.Free],
    free: dict[str, list[int]],
) -> str | None:
    for provider in providers:
        rest = free.setdefault(provider.id, list(provider.shape))
        if all(have >= need for have, need in zip(rest, shape, strict=True)):
            return provider.id
    return None
