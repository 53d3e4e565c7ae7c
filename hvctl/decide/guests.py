# SPDX-License-Identifier: Apache-2.0
"""Decides how the move of one guest stands.

Nova's migration records tell how a migration went.  The server's status does
not: a failed live migration leaves it ACTIVE, and a rollback makes it ACTIVE
before the record is final (nova/compute/manager.py).
"""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide import emptiness
from hvctl.decide import treatment
from hvctl.model import draining
from hvctl.model import progress
from hvctl.model import records
from hvctl.model.draining import Method

#: How long a guest may be busy with something else before it is left.
BUSY_LIMIT = datetime.timedelta(seconds=120)

#: How long Nova may take to begin what it accepted.
BEGIN_LIMIT = datetime.timedelta(seconds=60)

#: How long the copying of a guest may take: that much, and for each GiB of
#: its memory so much more.  Waiting for its turn in Nova is not counted.
COPY_LIMIT = datetime.timedelta(seconds=300)
COPY_LIMIT_PER_GIB = datetime.timedelta(seconds=60)

#: A migration record in one of these is over, and the guest has not moved.
BROKEN = frozenset({'cancelled', 'error', 'failed', 'reverted'})

#: A live migration in one of these is being done.
COPYING = frozenset({'preparing', 'running', 'running (post-copy)'})

#: Results that a move does not leave any more.
ENDED = frozenset({'moved', 'failed', 'left', 'gone'})

#: The type of the migration record that a method has.
_RECORDS = {
    Method.LIVE: 'live-migration',
    Method.COLD: 'migration',
    Method.CONFIRM: 'resize',
}


def first_sight(
    guest: records.Server,
    hypervisor: str,
    source: str,
    migrations: tuple[records.Migration, ...],
    options: draining.Options,
    now: datetime.datetime,
) -> progress.Move:
    """Classify a guest that the drain has not seen before.

    :param guest: the guest
    :param hypervisor: the name of the hypervisor that is drained
    :param source: its service host
    :param migrations: the host's migration records, newest first
    :param options: what the user wants
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
        method=None,
        result='waiting',
        source=source,
        shape=guest.shape,
        priority=treatment.priority(guest),
        note='locked by its owner' if guest.locked else '',
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
            method=Method.LIVE,
            result='moving',
            after=last.id - 1,
            started_at=now,
        )
    return waiting(move, guest, options, now)


def waiting(
    move: progress.Move,
    guest: records.Server,
    options: draining.Options,
    now: datetime.datetime,
) -> progress.Move:
    """Look again at a guest that is not under way.

    :returns: the move, ``left`` when nothing can be done with the guest
    """
    treated = treatment.treat(guest, options, move.ports)
    move = dataclasses.replace(
        move,
        state=guest.status,
        method=treated.method,
        reason=treated.why,
        lift=treated.lift,
        accepted=treated.accepted,
    )
    if treated.passing and now - move.seen_at < BUSY_LIMIT:
        return move
    if treated.method is None:
        return dataclasses.replace(move, result='left', ended_at=now)
    return move


def ready(move: progress.Move, guest: records.Server) -> bool:
    """Whether a waiting move can be started."""
    return (
        move.result == 'waiting'
        and move.method is not None
        and guest.task_state is None
        and guest.status not in treatment.PASSING
    )


def record(
    move: progress.Move, migrations: tuple[records.Migration, ...]
) -> records.Migration | None:
    """The migration record that a move is about, if Nova has made it.

    Its owner may resize a guest that the move could not take: that is no
    record of ours.
    """
    last = newest(move.server_id, migrations)
    if last is None or last.id <= move.after or move.method is None:
        return None
    kind = _RECORDS.get(move.method)
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
    if migration is None and move.method not in (Method.LIVE, Method.COLD):
        return _without_record(move, guest, now)
    if migration is None:
        if guest is None:
            return dataclasses.replace(
                move, result='gone', reason='deleted', ended_at=now
            )
        if not _late(move, now):
            return move
        return _failed(move, 'no migration record of it appeared in Nova', now)
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
        return _failed(move, f'the migration ended as {migration.status}', now)
    move = dataclasses.replace(move, destination=migration.destination)
    if migration.status in COPYING and move.running_at is None:
        return dataclasses.replace(move, running_at=now)
    return move


def overdue(move: progress.Move, now: datetime.datetime) -> bool:
    """Whether a guest is copied for longer than its memory explains."""
    limit = COPY_LIMIT + COPY_LIMIT_PER_GIB * (move.shape.memory / 1024)
    return move.running_at is not None and now - move.running_at > limit


def stuck(move: progress.Move, now: datetime.datetime) -> progress.Move:
    """Stop waiting for a guest that is copied for too long."""
    assert move.running_at is not None
    seconds = (now - move.running_at).total_seconds()
    return _failed(
        move,
        f'still being copied after {seconds:.0f} s, and Nova goes on with '
        'it: the guest may write its memory faster than it can be copied; '
        '--force-complete halts it for the rest',
        now,
    )


def _without_record(
    move: progress.Move,
    guest: records.Server | None,
    now: datetime.datetime,
) -> progress.Move:
    """Follow what Nova keeps no migration record of, by the guest itself."""
    if guest is None:
        if move.method is Method.CONFIRM:
            return dataclasses.replace(
                move, result='gone', reason='deleted', ended_at=now
            )
        return dataclasses.replace(
            move, result='moved', reason='shelved', ended_at=now
        )
    if guest.task_state is not None:
        return move
    if guest.status == 'ERROR':
        return _failed(move, guest.fault or 'it is in ERROR', now)
    if guest.status != move.state:
        # Shelved but not yet offloaded, or confirmed: the next step.
        return dataclasses.replace(
            move, result='waiting', started_at=None, seen_at=now, attempt=0
        )
    if _late(move, now):
        return _failed(move, 'nothing came of the request', now)
    return move


def _late(move: progress.Move, now: datetime.datetime) -> bool:
    assert move.started_at is not None
    return now - move.started_at >= BEGIN_LIMIT


def _failed(
    move: progress.Move, reason: str, now: datetime.datetime
) -> progress.Move:
    return dataclasses.replace(
        move, result='failed', reason=reason, ended_at=now
    )
