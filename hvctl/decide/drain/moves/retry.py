# SPDX-License-Identifier: Apache-2.0
"""Decides whether a move that came to nothing is tried again."""

from __future__ import annotations

from hvctl.decide.drain.case import DrainCase
from hvctl.decide.drain.moves import requests
from hvctl.decide.drain.moves import transitions
from hvctl.decide.drain.moves import transports
from hvctl.decide.drain.moves.requests import Followed
from hvctl.model.guest_codes import GuestCode
from hvctl.model.migration import Migration
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.model.records import Server
from hvctl.model.results import Explained


def came_to_nothing(
    move: Move,
    guest: Server,
    case: DrainCase,
    reason: Reason,
    *,
    unsaid: Reason | None = None,
    no_host: bool = False,
) -> Followed:
    """Ask Nova why, and try it again or not.

    :param reason: what is said where Nova does not tell
    :param unsaid: what is said instead where it was asked, and has no words
    :param no_host: Nova found no host for it
    """
    ask = requests.question(move, case)
    if ask is not None:
        if not requests.is_through(ask, case):
            return Followed(move, ask)
        told = case.ledger.answer(ask, Explained)
        if told is not None:
            reason = _told(told.text)
            no_host = no_host or told.no_host
        elif unsaid is not None and case.ledger.done_since(ask, None):
            reason = unsaid
    return Followed(again_or_not(move, guest, case, reason, no_host=no_host))


def _told(words: str) -> Reason:
    kind = transports.kind(words)
    if kind is None:
        return Reason.of(GuestCode.NOVA_SAYS, message=words)
    return Reason.of(GuestCode.NO_WAY, kind=str(kind), message=words)


def record_of_nothing(
    move: Move,
    guest: Server,
    case: DrainCase,
    migration: Migration,
    code: GuestCode,
) -> Followed:
    """Requeue or fail a move by its record, which the next try is not about.

    :param code: what the record tells
    """
    reason = Reason.of(
        code, migration_id=migration.id, status=migration.status
    )
    # The record gets its destination when the scheduler has found one.
    no_host = migration.over and migration.destination is None
    unsaid = None
    if migration.is_live and migration.broke and not no_host:
        unsaid = Reason.of(
            GuestCode.NO_WORDS,
            migration_id=migration.id,
            status=migration.status,
            host=case.hv.host,
        )
    followed = came_to_nothing(
        move, guest, case, reason, unsaid=unsaid, no_host=no_host
    )
    if followed.step is not None:
        return followed
    return Followed(followed.move.but(after=migration.id))


def again_or_not(
    move: Move,
    guest: Server,
    case: DrainCase,
    reason: Reason,
    *,
    no_host: bool = False,
) -> Move:
    """Put a move at the end of the queue, if it may be tried again.

    What others have sent away, or a run before this one, does not count.

    :param no_host: Nova found no host for it
    """
    if not move.progress.adopted:
        move = move.but(
            tried_at=case.now,
            no_host=no_host,
            unexplained=reason.code is GuestCode.NO_WORDS,
        )
    if guest.status == 'ERROR' and guest.task_state is None:
        # It broke while it moved; an ERROR from before is no failure of ours.
        broke = Reason.of(
            GuestCode.BROKE_HERE, cause=reason, server_id=guest.id
        )
        return transitions.fail(move, broke, case.now)
    progress = move.progress
    if not progress.adopted and progress.attempt > case.options.retries:
        return transitions.fail(move, reason, case.now)
    again = transitions.rest(transitions.requeue(move), guest, case)
    if again.state is MoveState.PLANNED and again.reason is None:
        return again.but(reason=Reason.of(GuestCode.TRIED_AGAIN, cause=reason))
    return again


def in_new_state(move: Move, guest: Server, case: DrainCase) -> Move:
    """Look again at a guest that may need another method in its new state."""
    again = transitions.requeue(move).but(attempt=0)
    return transitions.rest(again, guest, case)
