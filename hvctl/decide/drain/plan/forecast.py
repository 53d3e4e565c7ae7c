# SPDX-License-Identifier: Apache-2.0
"""Decides what is said of the room for guests, as far as Placement knows.

It is a forecast: what Nova's filters and devices allow is not in it, and
others boot guests meanwhile.  Nova has the last word.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
import dataclasses

from hvctl.decide.drain.plan import packing
from hvctl.decide.drain.plan import room
from hvctl.model.guest_codes import GuestCode
from hvctl.model.reasons import Reason
from hvctl.model.records import MOST_CANDIDATES, Need, Server
from hvctl.model.snapshot import Snapshot

#: How many hosts are named that would have room.
_NAMED = 3


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Whether guests find room, by the guest's id.

    :ivar without: why some certainly find none
    :ivar notes: what is to be said of the room for the others
    """

    without: Mapping[str, Reason]
    notes: Mapping[str, Reason]


def of(
    snapshot: Snapshot,
    needs: Mapping[str, Need],
    guests: Mapping[str, Server],
    leaving: Container[str],
    only: str | None,
) -> Forecast:
    """Return the forecast for the guests whose needs were asked about.

    :param needs: what each guest needs, by its id
    :param guests: all that are on the hosts that are emptied, by their ids
    :param leaving: service hosts that are being emptied
    :param only: the one service host that they may go to; None for any
    """
    asked = {
        guest_id: need
        for guest_id, need in needs.items()
        if need in snapshot.room
    }
    allowed = room.destinations(snapshot, leaving, only)
    open_needs = {need for need in asked.values() if _is_open(snapshot, need)}
    packed = packing.pack(asked, snapshot.room, allowed, open_needs)
    notes: dict[str, Reason] = {}
    for guest_id, need in asked.items():
        candidates = snapshot.room[need]
        hosts = packing.hosts_with_room(candidates, allowed)
        if not hosts and need in open_needs:
            notes[guest_id] = Reason.of(GuestCode.ROOM_UNKNOWN)
        else:
            code = GuestCode.HOSTS_WITH_ROOM
            if guest_id in packed.doubtful:
                code = GuestCode.ROOM_DOUBTFUL
            notes[guest_id] = Reason.of(code, hosts=len(hosts))
    return Forecast(
        without={
            guest_id: _no_room(
                snapshot, asked[guest_id], guests[guest_id], leaving, only
            )
            for guest_id in packed.without
        },
        notes=notes,
    )


def _is_open(snapshot: Snapshot, need: Need) -> bool:
    """Return whether hosts that nothing is known of may have room.

    Placement may have cut its list, and Nova leaves some hosts out of its own
    (nova/api/openstack/compute/hypervisors.py).
    """
    candidates = snapshot.room[need]
    known = {node.id for node in snapshot.compute_nodes}
    return len(candidates) >= MOST_CANDIDATES or any(
        each.root_id not in known for each in candidates
    )


def _no_room(
    snapshot: Snapshot,
    need: Need,
    guest: Server,
    leaving: Container[str],
    only: str | None,
) -> Reason:
    """Say what is needed, and which hosts have it and are closed."""
    hosts = {each.root_id for each in snapshot.room[need]}
    names = {
        node.service_host
        for node in snapshot.compute_nodes
        if node.id in hosts and node.service_host != guest.host
    }
    closed = []
    for service in sorted(snapshot.services, key=lambda each: each.host):
        if service.host not in names or only not in (None, service.host):
            continue
        if service.host in leaving or service.is_drained:
            closed.append((service.host, 'is drained'))
        elif not service.enabled:
            closed.append((service.host, 'is disabled'))
        elif not service.up:
            closed.append((service.host, 'is down'))
    return Reason.of(
        GuestCode.NO_ROOM,
        destination=only,
        need=tuple(f'{n} {resource}' for resource, n in need.resources),
        zone=guest.zone if need.aggregates else None,
        traits=need.traits,
        closed=tuple(closed[:_NAMED]),
    )
