# SPDX-License-Identifier: Apache-2.0
"""Decides which guest goes first by each method, before any other does.

Whether a host gets to others at all is seen by one guest.  Were several sent,
each would fail for the same reason, and nova-compute may put those that it
cannot copy into ``ERROR`` (nova/compute/manager.py, ``_do_live_migration``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
import datetime

from hvctl.decide.drain.moves import transports
from hvctl.model.drain_options import Method
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.migration import Migration
from hvctl.model.migration import MigrationStatus
from hvctl.model.migration import MigrationType
from hvctl.model.move import Move
from hvctl.model.move import MoveState

#: The way that a migration shows to be open, by its type.
_METHODS: Mapping[str, Method] = {
    MigrationType.LIVE: Method.LIVE,
    MigrationType.COLD: Method.COLD,
    MigrationType.RESIZE: Method.COLD,
}

#: In these it begins, and so long after it is seen to, its host has got to the
#: other one: Linux gives up to connect where nobody answers after 127 seconds,
#: and for a cold one Nova tries twice (nova/virt/libvirt/driver.py,
#: migrate_disk_and_power_off).
CONNECT: Mapping[str, datetime.timedelta] = {
    MigrationStatus.RUNNING: datetime.timedelta(seconds=150),
    MigrationStatus.MIGRATING: datetime.timedelta(seconds=300),
}


def has_reached(
    migration: Migration,
    since: datetime.datetime | None,
    now: datetime.datetime,
) -> bool:
    """Return whether one under way shows that its host got to the other one.

    Who is almost there does not: how long others will need is known by it as
    soon as it is, and so whether they may begin.

    :param since: when it was first seen to be copied
    """
    if migration.status == MigrationStatus.POST_COPY:
        return True  # it runs on the other host
    most = CONNECT.get(migration.status)
    return most is not None and since is not None and now - since >= most


def proven(moves: Iterable[Move], hv: Hypervisor) -> frozenset[Method]:
    """Return the methods by which a hypervisor got to another host.

    :param moves: of the hypervisor
    """
    found = {
        move.treatment.method
        if move.state is MoveState.MOVED
        else move.progress.reached
        for move in moves
    }
    found |= {
        _METHODS.get(each.migration_type)
        for each in hv.migrations
        if _has_left(each, hv)
    }
    return frozenset(
        method for method in found if method is not None and method.migrates
    )


def _has_left(migration: Migration, hv: Hypervisor) -> bool:
    """Return whether an earlier migration went from this very machine."""
    made_at = hv.server.created_at if hv.server is not None else None
    return (
        migration.source == hv.host
        and migration.destination != hv.host
        and (migration.done or migration.awaits_confirmation)
        and (
            made_at is None
            or migration.updated_at is None
            or migration.updated_at >= made_at
        )
    )


def unproven(move: Move, proven: Collection[Method]) -> Method | None:
    """Return the method of a guest that is to go alone by it, if it is.

    :param proven: the methods by which its hypervisor got to another host
    """
    method = move.treatment.method
    if method is None or not method.migrates or method in proven:
        return None
    return method


def ahead(
    moves: Iterable[Move], proven: Collection[Method]
) -> dict[Method, str]:
    """Return whom the others wait for, by the method that is not proven.

    It is the guest that is under way by it, or that is tried again after it
    failed and nobody says why.

    :param moves: of one hypervisor
    :param proven: see :func:`unproven`
    :returns: the ids of these guests
    """
    found: dict[Method, str] = {}
    for move in moves:
        method = unproven(move, proven)
        if method is None:
            continue
        if move.state is MoveState.MOVING or transports.is_doubted(move):
            found.setdefault(method, move.guest.id)
    return found


def awaited(move: Move, ahead: Mapping[Method, str]) -> str | None:
    """Return the id of the guest that one waits for; None for nobody.

    :param ahead: whom the others wait for
    """
    method = move.treatment.method
    server_id = None if method is None else ahead.get(method)
    return None if server_id == move.guest.id else server_id
