# SPDX-License-Identifier: Apache-2.0
"""Decides what a drain does with one guest, and how its move stands.

Nova's migration records tell how a move went.  The server's status does not:
a failed live migration leaves it ACTIVE, and a rollback makes it ACTIVE
before the record is final (nova/compute/manager.py).
"""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide import emptiness
from hvctl.model import progress
from hvctl.model import records

#: What Nova can migrate (nova/compute/api.py, live_migrate and resize).
_METHODS = {'ACTIVE': 'live', 'PAUSED': 'live', 'SHUTOFF': 'cold'}

#: How long a guest may be busy with something else before it is left.
BUSY_LIMIT = datetime.timedelta(seconds=120)

#: How long Nova may take to make the record of a migration it accepted.
RECORD_LIMIT = datetime.timedelta(seconds=60)

#: A migration record in one of these is over, and the guest has not moved.
BROKEN = frozenset({'cancelled', 'error', 'failed', 'reverted'})

#: Results that a move does not leave any more.
ENDED = frozenset({'moved', 'failed', 'left', 'gone'})


def first_sight(
    guest: records.Server,
    hypervisor: str,
    source: str,
    migrations: tuple[records.Migration, ...],
    now: datetime.datetime,
) -> progress.Move:
    """Classify a guest that the drain has not seen before.

    :param guest: the guest
    :param hypervisor: the name of the hypervisor that is drained
    :param source: its service host
    :param migrations: the host's migration records, newest first
    :param now: the time
    :returns: the move to make or to follow, or one that says why not
    """
    last = newest(guest.id, migrations)
    move = progress.Move(
        server_id=guest.id,
        server_name=guest.name,
        project_id=guest.project_id,
        hypervisor=hypervisor,
        state=guest.status,
        method=_METHODS.get(guest.status),
        result='waiting',
        source=source,
        after=last.id if last else 0,
        seen_at=now,
    )
    if (
        last is not None
        and last.source == source
        and last.migration_type == 'live-migration'
        and last.status not in emptiness.FINAL_STATUSES
    ):
        # Somebody else has sent it away already: follow that.
        return dataclasses.replace(
            move,
            method='live',
            result='moving',
            after=last.id - 1,
            started_at=now,
        )
    return waiting(move, guest, now)


def waiting(
    move: progress.Move, guest: records.Server, now: datetime.datetime
) -> progress.Move:
    """Look again at a guest that is not under way.

    :returns: the move, ``left`` when nothing can be done with the guest
    """
    move = dataclasses.replace(
        move, state=guest.status, method=_METHODS.get(guest.status)
    )
    if guest.task_state is not None or guest.status in _PASSING:
        if now - move.seen_at < BUSY_LIMIT:
            return dataclasses.replace(move, reason=_busy(guest))
        return dataclasses.replace(
            move, result='left', method=None, reason=_busy(guest), ended_at=now
        )
    if move.method is None:
        return dataclasses.replace(
            move,
            result='left',
            reason=f'Nova cannot migrate a guest that is {guest.status}',
            ended_at=now,
        )
    return dataclasses.replace(move, reason='')


def ready(move: progress.Move, guest: records.Server) -> bool:
    """Whether a waiting move can be started."""
    return (
        move.result == 'waiting'
        and move.method is not None
        and guest.task_state is None
        and guest.status not in _PASSING
    )


#: A guest in one of these is on its way to another state.
_PASSING = frozenset(
    {'BUILD', 'HARD_REBOOT', 'MIGRATING', 'REBOOT', 'REBUILD', 'RESIZE'}
)


def _busy(guest: records.Server) -> str:
    return f'busy: {guest.status}, {guest.task_state or "no task"}'


def record(
    move: progress.Move, migrations: tuple[records.Migration, ...]
) -> records.Migration | None:
    """The migration record that a move is about, if Nova has made it.

    Its owner may resize a guest that the move could not take: that is no
    record of ours.
    """
    kind = {'live': 'live-migration', 'cold': 'migration'}.get(
        move.method or ''
    )
    last = newest(move.server_id, migrations)
    if last is None or last.id <= move.after:
        return None
    return last if last.migration_type == kind else None


def newest(
    server_id: str, migrations: tuple[records.Migration, ...]
) -> records.Migration | None:
    """A guest's newest migration record."""
    return max(
        (m for m in migrations if m.server_id == server_id),
        key=lambda m: m.id,
        default=None,
    )


def follow(
    move: progress.Move,
    guest: records.Server | None,
    migration: records.Migration | None,
    now: datetime.datetime,
) -> progress.Move:
    """Tell how a move that is under way stands.

    :param move: the move
    :param guest: the guest, None when it is no longer on the host
    :param migration: its record, see :func:`record`
    :param now: the time
    """
    if migration is None:
        if guest is None:
            return dataclasses.replace(
                move, result='gone', reason='deleted', ended_at=now
            )
        assert move.started_at is not None
        if now - move.started_at < RECORD_LIMIT:
            return move
        return dataclasses.replace(
            move,
            result='failed',
            reason='no migration record of it appeared in Nova',
            ended_at=now,
        )
    if migration.status in ('completed', 'confirmed'):
        if guest is not None:
            return move
        return dataclasses.replace(
            move,
            result='moved',
            destination=migration.destination,
            ended_at=now,
        )
    if migration.status in emptiness.FINAL_STATUSES:
        return dataclasses.replace(
            move,
            result='failed',
            reason=f'the migration ended as {migration.status}',
            ended_at=now,
        )
    return dataclasses.replace(move, destination=migration.destination)
