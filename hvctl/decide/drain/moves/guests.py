# SPDX-License-Identifier: Apache-2.0
"""Decides how the move of one guest stands.

Nova's migration records tell how a migration went.  The server's status does
not: a failed live migration leaves it ACTIVE, and a rollback makes it ACTIVE
before the record is final (nova/compute/manager.py).
"""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide.drain.plan import treatment
from hvctl.model.drain_options import Method
from hvctl.model.move import Move
from hvctl.model.records import Migration, Server

#: How long a guest may be busy with something else before it is left.
BUSY_LIMIT = datetime.timedelta(seconds=120)

#: How long Nova may take to begin what it accepted, and to put a guest whose
#: migration is over where it says.
BEGIN_LIMIT = datetime.timedelta(seconds=60)

#: How long Nova may tell nothing new of a guest that is copied: that much,
#: and for each GiB that is copied so much more.
COPY_LIMIT = datetime.timedelta(seconds=300)
COPY_LIMIT_PER_GIB = datetime.timedelta(seconds=60)

#: How long a finished cold migration may wait for its confirmation.
CONFIRM_LIMIT = datetime.timedelta(seconds=300)

#: A migration record in one of these is over, and the guest has moved.
DONE = frozenset({'completed', 'confirmed'})

#: A live migration in one of these is being copied.
COPYING = frozenset({'running', 'running (post-copy)'})

#: Results of a move with which nothing is being done; the next look may find
#: another one, as when the guest is no longer in the way or has come back.
ENDED = frozenset({'moved', 'failed', 'left', 'gone'})

#: The type of the migration record that a method has.
_RECORDS = {
    Method.LIVE: 'live-migration',
    Method.COLD: 'migration',
    Method.CONFIRM: 'resize',
}


def first_sight(
    guest: Server,
    hypervisor: str,
    source: str,
    migrations: tuple[Migration, ...],
    treated: treatment.Treatment,
    now: datetime.datetime,
) -> Move:
    """Make the move of a guest that the drain has not seen before.

    :param guest: the guest
    :param hypervisor: the name of the hypervisor that is drained
    :param source: its service host
    :param migrations: the host's migration records, newest first
    :param treated: what is to be done with it
    :param now: the time
    :returns: the move to make, or one that says why not
    """
    last = newest(guest.id, migrations)
    after = last.id if last else 0
    if going(last, guest, source):
        after -= 1
    move = Move(
        server_id=guest.id,
        server_name=treatment.shown(guest.name),
        project_id=guest.project_id,
        hypervisor=hypervisor,
        state=guest.status,
        method=None,
        result='waiting',
        source=source,
        shape=guest.shape,
        priority=treatment.priority(guest),
        note='locked by its owner' if guest.locked else '',
        after=after,
        seen_at=now,
    )
    return waiting(move, guest, treated, now)


def waiting(
    move: Move,
    guest: Server,
    treated: treatment.Treatment,
    now: datetime.datetime,
) -> Move:
    """Look again at a guest that is not under way.

    :param treated: what is to be done with it, as this look has it
    :returns: the move, ``left`` when nothing can be done with the guest
    """
    busy_since = (move.busy_since or now) if treated.passing else None
    move = dataclasses.replace(
        move,
        state=guest.status,
        method=treated.method,
        reason=treated.why,
        lift=treated.lift,
        accepted=treated.accepted,
        busy_since=busy_since,
    )
    busy = busy_since is not None and now - busy_since < BUSY_LIMIT
    if treated.method is None and not busy:
        return dataclasses.replace(
            move, result='left', ended_at=move.ended_at or now
        )
    return dataclasses.replace(move, result='waiting', ended_at=None)


def ready(move: Move) -> bool:
    """Whether a waiting move can be started."""
    return move.result == 'waiting' and move.method is not None and move.tied


def record(
    move: Move,
    migrations: tuple[Migration, ...],
    user_id: str | None,
) -> Migration | None:
    """The migration record that a move is about, if Nova has made it.

    Others may begin to move or resize a guest that the move could not take:
    that is no record of ours.

    :param user_id: who we are
    """
    last = newest(move.server_id, migrations)
    if last is None or move.method is None:
        return None
    # What is to be confirmed was there before the move.
    first = move.after if move.method is Method.CONFIRM else move.after + 1
    if last.id < first:
        return None
    if last.migration_type != _RECORDS.get(move.method):
        return None
    others = move.adopted or move.method is Method.CONFIRM
    return last if others or last.user_id == user_id else None


def newest(
    server_id: str, migrations: tuple[Migration, ...]
) -> Migration | None:
    """A guest's newest migration record."""
    return max(
        (m for m in migrations if m.server_id == server_id),
        key=lambda m: m.id,
        default=None,
    )


def leaves(migration: Migration | None, host: str) -> bool:
    """Whether a migration away from a host is not over."""
    return (
        migration is not None
        and migration.source == host
        and not migration.over
    )


def going(migration: Migration | None, guest: Server, host: str) -> bool:
    """Whether a guest that is on a host is being migrated away from it.

    A nova-compute that is killed lets go of its guests when it comes back,
    and closes only the records that say ``running``.
    """
    return leaves(migration, host) and guest.task_state is not None


def followed(
    move: Move,
    migration: Migration,
    user_id: str | None,
    now: datetime.datetime,
) -> Move:
    """Follow a live migration that is under way, whoever asked for it."""
    return dataclasses.replace(
        move,
        method=Method.LIVE,
        result='moving',
        adopted=migration.user_id != user_id,
        after=migration.id - 1,
        reason='',
        lift='',
        busy_since=None,
        started_at=now,
        idle_since=None,
        running_at=None,
        ended_at=None,
    )


def told(guest: Server | None, migration: Migration | None) -> str:
    """What Nova tells of a move; whatever changes in it is progress."""
    if migration is not None:
        return f'{migration.id} {migration.status} {migration.updated_at}'
    return f'{guest.status} {guest.task_state}' if guest is not None else ''


def heard(
    move: Move,
    guest: Server | None,
    migration: Migration | None,
    now: datetime.datetime,
) -> Move:
    """Note what Nova tells of a move that is under way."""
    news = told(guest, migration)
    if news != move.told:
        move = dataclasses.replace(move, told=news, heard_at=now)
    if migration is None:
        return move
    idle = (
        guest is not None
        and guest.task_state is None
        and move.method is not Method.CONFIRM
        and not migration.over
    )
    move = dataclasses.replace(
        move,
        destination=migration.destination,
        idle_since=(move.idle_since or now) if idle else None,
    )
    if migration.status in COPYING and move.running_at is None:
        return dataclasses.replace(move, running_at=now)
    return move


def limit(
    move: Move, migration: Migration | None
) -> datetime.timedelta | None:
    """How long Nova may tell nothing new of a move that is under way.

    :returns: None for as long as it takes: its turn in Nova's queue
    """
    status = migration.status if migration is not None else ''
    if status == 'queued':
        return None
    if status == 'finished':
        return CONFIRM_LIMIT
    if status in DONE:
        return BEGIN_LIMIT
    # A guest that is off meanwhile has no memory to copy, but its disk; of
    # another one that is copied too, unless the hosts share it.
    size = move.shape.disk
    if move.method is Method.LIVE:
        size += -(-move.shape.memory // 1024)
    return COPY_LIMIT + COPY_LIMIT_PER_GIB * size


def silent(
    move: Move,
    migration: Migration | None,
    now: datetime.datetime,
) -> bool:
    """Whether Nova has told nothing new of a move for too long."""
    most = limit(move, migration)
    return (
        most is not None
        and move.heard_at is not None
        and now - move.heard_at >= most
    )


def idle(move: Move, now: datetime.datetime) -> bool:
    """Whether Nova has let go of a guest and left its record open."""
    return move.idle_since is not None and now - move.idle_since >= BEGIN_LIMIT


def overdue(
    move: Move,
    migration: Migration,
    now: datetime.datetime,
) -> bool:
    """Whether a guest is copied for longer than its size explains."""
    most = limit(move, migration)
    return (
        migration.status in COPYING
        and most is not None
        and move.running_at is not None
        and now - move.running_at >= most
    )


def moved(move: Move, destination: str | None, now: datetime.datetime) -> Move:
    """The guest is on another host."""
    return dataclasses.replace(
        move,
        result='moved',
        destination=destination,
        reason='',
        lift='',
        ended_at=now,
    )


def gone(move: Move, reason: str, now: datetime.datetime) -> Move:
    """The guest is on no host any more."""
    return dataclasses.replace(
        move, result='gone', reason=reason, lift='', ended_at=now
    )


def failed(move: Move, reason: str, now: datetime.datetime) -> Move:
    """The guest stays, or left broken, and nobody wanted that."""
    return dataclasses.replace(
        move, result='failed', reason=reason, ended_at=move.ended_at or now
    )
