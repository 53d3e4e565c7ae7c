# SPDX-License-Identifier: Apache-2.0
"""Decides which of Nova's migration records a move is about.

The records tell how a migration went.  The server's status does not: a failed
live migration leaves it ACTIVE, and a rollback makes it ACTIVE before the
record is final (nova/compute/manager.py).

For cold migrations and resizes Nova has one kind of state, and whoever asked
has to confirm: the drain what it asked for, a guest's owner their resize.
"""

from __future__ import annotations

from hvctl.decide.drain.case import DrainCase
from hvctl.model.drain_options import Method
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.migration import Migration
from hvctl.model.migration import MigrationType
from hvctl.model.move import Move
from hvctl.model.records import Server

#: The type of the migration record that a method has.
_TYPES = {
    Method.LIVE: MigrationType.LIVE,
    Method.COLD: MigrationType.COLD,
    Method.CONFIRM: MigrationType.RESIZE,
}


def record(move: Move, case: DrainCase) -> Migration | None:
    """Return the migration record that a move is about, if Nova has made it.

    Others may begin to move or resize a guest that the move could not take:
    that is no record of ours.
    """
    newest = case.newest.get(move.guest.id)
    if newest is None or move.treatment.method is None:
        return None
    # What is to be confirmed was there before the move.
    confirms = move.treatment.method is Method.CONFIRM
    after = move.progress.after
    if newest.id < (after if confirms else after + 1):
        return None
    if newest.migration_type != _TYPES.get(move.treatment.method):
        return None
    if newest.source != case.hv.host and not confirms:
        return None  # it came by that
    ours = newest.user_id == case.snapshot.user_id
    return newest if ours or move.progress.adopted or confirms else None


def leaves(migration: Migration | None, host: str) -> bool:
    """Return whether a migration away from a host is not over."""
    return (
        migration is not None
        and migration.source == host
        and not migration.over
    )


def carries(migration: Migration | None, guest: Server, host: str) -> bool:
    """Return whether a guest is being migrated away from its host.

    The record alone does not tell: a restarted nova-compute leaves it open.
    A task_state does.
    """
    return guest.task_state is not None and leaves(migration, host)


def after_migration(hv: Hypervisor) -> int | None:
    """Return the newest migration before a drain; None without its mark."""
    if hv.service is None:
        return None
    return hv.service.disabled.after_migration


def is_ours(hv: Hypervisor, migration: Migration, user_id: str | None) -> bool:
    """Return whether an earlier run has asked for this cold migration.

    :param user_id: who we are; what other operators ask for is theirs
    """
    mark = after_migration(hv)
    return (
        mark is not None
        and migration.id > mark
        and migration.user_id == user_id
        and migration.is_cold
    )
