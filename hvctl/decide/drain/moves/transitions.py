# SPDX-License-Identifier: Apache-2.0
"""Decides what a guest's move becomes: one function for each change of it."""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide.drain.case import DrainCase
from hvctl.decide.drain.moves import first
from hvctl.decide.drain.moves import limits
from hvctl.decide.drain.moves import records
from hvctl.decide.drain.plan import devices
from hvctl.decide.drain.plan import ties
from hvctl.decide.drain.plan import treatment
from hvctl.decide.drain.plan import wishes
from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.migration import Migration
from hvctl.model.move import Guest
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Progress
from hvctl.model.move import Ties
from hvctl.model.move import Treatment
from hvctl.model.reasons import Reason
from hvctl.model.records import Server


def see(guest: Server, case: DrainCase) -> Move:
    """Make the move of a guest that the drain has not seen before."""
    newest = case.newest.get(guest.id)
    after = newest.id if newest is not None else 0
    if records.carries(newest, guest, case.hv.host):
        after -= 1
    locked = (Reason.of(GuestCode.LOCKED),) if guest.locked else ()
    return Move(
        hypervisor=case.hv.name,
        source=case.hv.host,
        guest=Guest(
            id=guest.id,
            name=wishes.shown(guest.name),
            project_id=guest.project_id,
            status=guest.status,
            shape=guest.shape,
            priority=wishes.priority(guest),
            shutdown_timeout=guest.image.get(limits.SHUTDOWN_TIMEOUT, ''),
        ),
        state=MoveState.PLANNED,
        ties=Ties(known=False),
        progress=Progress(after=after),
        notes=locked,
    )


def see_away(migration: Migration, case: DrainCase) -> Move:
    """Make the move of a guest that has left: it is in none of the lists."""
    return Move(
        hypervisor=case.hv.name,
        source=case.hv.host,
        guest=Guest(id=migration.server_id),
        state=MoveState.WAITING,
        ties=Ties(known=False),
    )


def tie(move: Move, case: DrainCase) -> Move:
    """Note what ties a guest to its host, and what it has."""
    guest = case.here.get(move.guest.id)
    guest_ties = dataclasses.replace(
        ties.of(move.guest.id, guest, case.snapshot, case.ledger),
        volumes=move.ties.volumes,
    )
    found: list[Reason] = []
    if guest is not None:
        found = devices.notes(guest, move.treatment.method, guest_ties)
    return dataclasses.replace(
        move, ties=guest_ties, notes=(*move.notes, *found)
    )


def rest(move: Move, guest: Server, case: DrainCase) -> Move:
    """Classify a guest that is not under way.

    :returns: the move: ``STAYED`` when nothing can be done with the guest
    """
    guest_ties = ties.with_volumes(
        ties.of(guest.id, guest, case.snapshot, case.ledger),
        guest,
        case.snapshot,
    )
    treated = treatment.treat(guest, case.options, guest_ties)
    now, busy_since, busy_for = case.now, None, limits.BUSY
    sent = case.newest.get(guest.id)
    if guest.migrates and sent is not None and not sent.over:
        # Somebody else has sent it away, or here: then its disk is still
        # being made.
        busy_for = limits.copying(guest.shape, live=False)
        move = _with_news(move, fingerprint(guest, sent))
    if treated.busy:
        busy_since = move.progress.busy_since or now
    if busy_since is not None and now - busy_since < busy_for:
        state, ended_at = MoveState.WAITING, None
    elif treated.method is None:
        state, ended_at = MoveState.STAYED, move.progress.ended_at or now
    else:
        state, ended_at = MoveState.PLANNED, None
    return dataclasses.replace(
        move,
        guest=dataclasses.replace(move.guest, status=guest.status),
        state=state,
        reason=treated.reason,
        treatment=treated,
        ties=dataclasses.replace(move.ties, volumes=guest_ties.volumes),
        progress=dataclasses.replace(
            move.progress,
            left_at=None,
            busy_since=busy_since,
            ended_at=ended_at,
        ),
    )


def _with_news(move: Move, news: str) -> Move:
    """Let the time of a guest that is busy begin anew with each news."""
    if news == move.progress.news:
        return move
    return move.but(news=news, busy_since=None)


def mark_begun(move: Move, now: datetime.datetime) -> Move:
    """Note that the request of a move is sent now."""
    return move.but(
        state=MoveState.MOVING,
        started_at=now,
        news_at=now,
        attempt=move.progress.attempt + 1,
    )


def adopt(move: Move, migration: Migration, case: DrainCase) -> Move:
    """Go on with a migration that is under way, whoever asked for it."""
    if migration.is_live:
        method = Method.LIVE
    else:
        method = Method.COLD if migration.is_cold else Method.CONFIRM
    ours = migration.user_id == case.snapshot.user_id
    return dataclasses.replace(
        move,
        source=case.hv.host,
        state=MoveState.MOVING,
        reason=None,
        treatment=Treatment(method=method, wishes=move.treatment.wishes),
        progress=dataclasses.replace(
            move.progress,
            destination=migration.destination,
            # A cold one is to be confirmed, whoever asked for it.
            adopted=not (migration.is_live and ours),
            after=migration.id - 1,
            busy_since=None,
            started_at=case.now,
            record=None,
            abandoned_since=None,
            copied_since=None,
            ended_at=None,
        ),
    )


def resume(move: Move, now: datetime.datetime) -> Move:
    """Go on with a move that was given up, and goes on in Nova."""
    return move.but(
        state=MoveState.MOVING,
        reason=None,
        news_at=now,
        busy_since=None,
        abandoned_since=None,
        ended_at=None,
    )


def leave_to_owner(move: Move, migration: Migration, case: DrainCase) -> Move:
    """Leave a resize away from the host to the guest's owner.

    A cold migration is an operator's.
    """
    reason = Reason.of(GuestCode.RESIZED_AWAY)
    if migration.is_cold:
        reason = Reason.of(
            GuestCode.MIGRATED_AWAY,
            server_id=move.guest.id,
            user_id=migration.user_id,
        )
    return dataclasses.replace(
        move,
        guest=dataclasses.replace(move.guest, status='VERIFY_RESIZE'),
        state=MoveState.STAYED,
        reason=reason,
        treatment=Treatment(wishes=move.treatment.wishes),
        progress=dataclasses.replace(
            move.progress,
            destination=migration.destination,
            after=migration.id - 1,
            started_at=None,
            ended_at=move.progress.ended_at or case.now,
        ),
    )


def fingerprint(guest: Server | None, migration: Migration | None) -> str:
    """Return what Nova tells of a move; a change in it is progress."""
    if migration is not None:
        return f'{migration.id} {migration.status} {migration.updated_at}'
    return f'{guest.status} {guest.task_state}' if guest is not None else ''


def note_progress(
    move: Move,
    guest: Server | None,
    migration: Migration | None,
    now: datetime.datetime,
) -> Move:
    """Note what Nova tells of a move that is under way."""
    progress, news = move.progress, fingerprint(guest, migration)
    if news != progress.news:
        progress = dataclasses.replace(progress, news=news, news_at=now)
    if migration is None:
        return dataclasses.replace(move, progress=progress)
    abandoned = (
        guest is not None
        and guest.task_state is None
        and move.treatment.method is not Method.CONFIRM
        and not migration.over
    )
    copied_since = progress.copied_since
    if migration.copying and copied_since is None:
        copied_since = now
    since = copied_since if migration.is_live else progress.news_at
    reached = progress.reached
    if first.has_reached(migration, since, now):
        reached = move.treatment.method
    return dataclasses.replace(
        move,
        progress=dataclasses.replace(
            progress,
            destination=migration.destination,
            record=migration.id,
            reached=reached,
            abandoned_since=(progress.abandoned_since or now)
            if abandoned
            else None,
            copied_since=copied_since,
            took=migration.took,
        ),
    )


def requeue(move: Move) -> Move:
    """Put a move back among those whose turn has not come."""
    return move.but(
        state=MoveState.PLANNED,
        adopted=False,
        record=None,
        news='',
        started_at=None,
        news_at=None,
        abandoned_since=None,
        copied_since=None,
        took=None,
    )


def arrive(
    move: Move,
    destination: str | None,
    now: datetime.datetime,
    reason: Reason | None = None,
) -> Move:
    """Note that the guest is on another host."""
    return move.but(
        state=MoveState.MOVED,
        destination=destination,
        reason=reason,
        ended_at=now,
    )


def end(
    move: Move, state: MoveState, reason: Reason, now: datetime.datetime
) -> Move:
    """Note that the guest has left otherwise than to another host."""
    return move.but(state=state, reason=reason, destination=None, ended_at=now)


def fail(move: Move, reason: Reason, now: datetime.datetime) -> Move:
    """Note that the guest stays, or left broken, and nobody wanted that."""
    return move.but(
        state=MoveState.FAILED,
        reason=reason,
        ended_at=move.progress.ended_at or now,
    )
