# SPDX-License-Identifier: Apache-2.0
"""Decides how a guest's move stands after a look: its whole way.

A move is not under way (planned, waiting, in the way, failed), until it is
begun or somebody else's is found; then it is followed by the migration record
that Nova has of it, or by the guest's status, to its end.  Each look gives
every move anew, and the one step that it needs now, if any.
"""

from __future__ import annotations

from hvctl.decide.drain.case import DrainCase
from hvctl.decide.drain.moves import confirm
from hvctl.decide.drain.moves import copying
from hvctl.decide.drain.moves import explaining
from hvctl.decide.drain.moves import left_host
from hvctl.decide.drain.moves import limits
from hvctl.decide.drain.moves import records
from hvctl.decide.drain.moves import requests
from hvctl.decide.drain.moves import retry
from hvctl.decide.drain.moves import transitions
from hvctl.decide.drain.moves.requests import Followed
from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.model.records import Server
from hvctl.model.steps import Step


def follow(move: Move, case: DrainCase) -> Followed:
    """Return how a move stands now."""
    guest = case.here.get(move.guest.id)
    if guest is None:
        if move.progress.left_at is None:
            move = move.but(left_at=case.now)
    elif move.progress.left_at is not None:
        move = move.but(left_at=None)
    if move.state is MoveState.RETURNED and guest is None:
        # Nova has it here, and its list does not, or no longer.
        move = move.but(state=MoveState.WAITING, left_at=case.now)
    followed = Followed(move)
    if move.state.pending or move.state.remains:
        if guest is None:
            followed = _left_unseen(move, case)
        elif move.state is not MoveState.FAILED:
            followed = Followed(_not_moving(move, guest, case))
        else:
            followed = Followed(_given_up(move, guest, case))
    if followed.move.state is MoveState.MOVING:
        followed = _under_way(followed.move, guest, case)
    if (
        followed.move.state is MoveState.FAILED
        and guest is not None
        and guest.is_leaving
    ):
        return Followed(_leaving_after_all(followed.move, guest, case))
    return followed


def _leaving_after_all(move: Move, guest: Server, case: DrainCase) -> Move:
    """Wait for a guest whose move failed, and which is deleted now."""
    since = move.progress.busy_since
    if since is not None and case.now - since >= limits.BUSY:
        return move
    return transitions.rest(move, guest, case)


def _not_moving(move: Move, guest: Server, case: DrainCase) -> Move:
    """Look at a guest that is here: somebody else may have sent it away."""
    newest = case.newest.get(guest.id)
    if (
        newest is not None
        and newest.id > move.progress.after
        and records.carries(newest, guest, case.hv.host)
        and (
            newest.is_live
            or records.is_ours(case.hv, newest, case.snapshot.user_id)
        )
    ):
        return transitions.adopt(move, newest, case)
    return transitions.rest(move, guest, case)


def _given_up(move: Move, guest: Server, case: DrainCase) -> Move:
    """Look at a guest that failed to leave: it may be on its way."""
    newest = case.newest.get(guest.id)
    if (
        not records.carries(newest, guest, case.hv.host)
        or transitions.fingerprint(None, newest) == move.progress.news
    ):
        return move
    if records.record(move, case) is newest:
        return transitions.resume(move, case.now)
    again = _not_moving(move, guest, case)
    return again if again.state is MoveState.MOVING else move


def _left_unseen(move: Move, case: DrainCase) -> Followed:
    """Look at a guest that has left in a way that this run did not see."""
    newest = case.newest.get(move.guest.id)
    if newest is None or newest.source != case.hv.host:
        return left_host.seek(move, case)
    if newest.done and newest.id > move.progress.after:
        return left_host.arrived(move, newest, case)
    if newest.over:
        return left_host.seek(move, case)
    news = transitions.fingerprint(None, newest)
    if move.state.remains and news == move.progress.news:
        return Followed(move)  # given up, and nothing is new
    if newest.is_live or confirm.is_for_us(move, newest, case):
        return Followed(transitions.adopt(move, newest, case))
    busy_since = move.progress.busy_since or case.now
    if news != move.progress.news:
        busy_since = case.now
    if newest.awaits_confirmation or case.now - busy_since >= limits.BUSY:
        return Followed(transitions.leave_to_owner(move, newest, case))
    # About to be finished, confirmed or reverted.
    reason = explaining.told(newest, busy_since, case)
    return Followed(move.but(busy_since=busy_since, news=news, reason=reason))


def _under_way(move: Move, guest: Server | None, case: DrainCase) -> Followed:
    migration = records.record(move, case)
    if migration is None:
        if move.progress.record is None:
            move = transitions.note_progress(move, guest, None, case.now)
        return _unrecorded(move, guest, case)
    move = transitions.note_progress(move, guest, migration, case.now)
    if guest is None:
        if migration.done:
            return left_host.arrived(move, migration, case)
        if migration.over:
            return _left_unseen(move, case)
    elif guest.has_left:
        return _leaving(move, guest, case)
    elif migration.done and move.treatment.method is Method.CONFIRM:
        # Resized on this host: now it can be moved.
        return Followed(retry.in_new_state(move, guest, case))
    elif migration.over and not migration.done:
        ended = GuestCode.MIGRATION_ENDED
        return retry.record_of_nothing(move, guest, case, migration, ended)
    if (
        migration.awaits_confirmation
        and move.treatment.method is not Method.LIVE
    ):
        return confirm.confirm(move, migration, case)
    if guest is not None and limits.is_over(
        move.progress.abandoned_since, limits.BEGIN, case.now
    ):
        abandoned = GuestCode.ABANDONED
        return retry.record_of_nothing(move, guest, case, migration, abandoned)
    return copying.wait(move, migration, case)


def _unrecorded(move: Move, guest: Server | None, case: DrainCase) -> Followed:
    """Follow what Nova has no migration record of, not yet or never."""
    if guest is None:
        return _left_unseen(move, case)
    if guest.has_left:
        return _leaving(move, guest, case)
    newest = case.newest.get(guest.id)
    if (
        newest is not None
        and newest.id > move.progress.after
        and records.carries(newest, guest, case.hv.host)
    ):
        # Somebody else was faster.
        again = transitions.requeue(move)
        return Followed(_not_moving(again, guest, case))
    sent = requests.request(move, case.options)
    refused = case.ledger.failed_since(sent, move.progress.started_at)
    if refused is not None:
        reason = Reason.of(GuestCode.REQUEST_REFUSED, message=refused.message)
        return Followed(retry.again_or_not(move, guest, case, reason))
    migrates = move.treatment.migrates
    if not migrates:
        ended = _by_status(move, guest, case)
        if ended is not None:
            return ended
    if move.progress.record is not None:
        # It was there before: the look has left it out.
        return _without_record(move, guest, case)
    answered = requests.is_answered(move, case)
    since = move.progress.started_at
    if answered:
        since = case.ledger.done_at[sent]
    if since is None or (
        case.now - since < limits.BEGIN
        and not _is_to_be_sent_again(sent, guest, case)
    ):
        return Followed(move)
    if move.progress.attempt and not answered:
        # The request got no answer, and did not happen: once more.
        again = transitions.requeue(move)
        again = again.but(attempt=move.progress.attempt - 1)
        return Followed(_not_moving(again, guest, case))
    if not migrates:
        nothing = Reason.of(GuestCode.NOTHING_CAME)
        return retry.came_to_nothing(move, guest, case, nothing)
    reason = Reason.of(
        GuestCode.NO_RECORD, status=guest.status, task=guest.task_state
    )
    if guest.task_state is not None:
        return Followed(transitions.fail(move, reason, case.now))
    return retry.came_to_nothing(move, guest, case, reason)


def _is_to_be_sent_again(step: Step, guest: Server, case: DrainCase) -> bool:
    """Return whether a request was refused for now, and has not happened.

    Its guest may need another by now, or none may be sent away any more, so
    its turn comes anew, which takes a whole look.  The loop makes the pause.
    """
    return (
        requests.is_refused(step, case)
        and guest.task_state is None
        and not case.snapshot.partial
    )


def _without_record(move: Move, guest: Server, case: DrainCase) -> Followed:
    """Wait for the record of a migration to be told of again."""
    if not limits.is_silent(move, None, case.now):
        return Followed(move)
    reason = Reason.of(
        GuestCode.NO_RECORD, status=guest.status, task=guest.task_state
    )
    return Followed(transitions.fail(move, reason, case.now))


def _leaving(move: Move, guest: Server, case: DrainCase) -> Followed:
    """Wait until Nova lets go of the host of a guest that is gone from it."""
    since = move.progress.busy_since or case.now
    if case.now - since < limits.BUSY:
        return Followed(move.but(busy_since=since))
    reason = Reason.of(
        GuestCode.STAYS_BUSY, status=guest.status, task=guest.task_state
    )
    return Followed(transitions.fail(move, reason, case.now))


def _by_status(move: Move, guest: Server, case: DrainCase) -> Followed | None:
    """Judge by the guest itself; None as long as nothing has come of it."""
    if guest.task_state is not None:
        if not limits.is_silent(move, None, case.now):
            return Followed(move)
        reason = Reason.of(
            GuestCode.STAYS_BUSY, status=guest.status, task=guest.task_state
        )
        return Followed(transitions.fail(move, reason, case.now))
    if guest.status == 'ERROR':
        reason = Reason.of(GuestCode.NO_REASON)
        if guest.fault:
            reason = Reason.of(GuestCode.NOVA_SAYS, message=guest.fault)
        return retry.came_to_nothing(move, guest, case, reason)
    if guest.status != move.guest.status:
        # Shelved but not yet offloaded, or confirmed.
        return Followed(retry.in_new_state(move, guest, case))
    return None
