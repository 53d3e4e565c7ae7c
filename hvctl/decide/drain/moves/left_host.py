# SPDX-License-Identifier: Apache-2.0
"""Decides where guests have gone that are not on the host any more."""

from __future__ import annotations

from collections.abc import Iterable
import dataclasses

from hvctl.decide.drain.case import DrainCase
from hvctl.decide.drain.moves import limits
from hvctl.decide.drain.moves import records
from hvctl.decide.drain.moves import requests
from hvctl.decide.drain.moves import transitions
from hvctl.decide.drain.moves.requests import Followed
from hvctl.decide.drain.plan import wishes
from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.migration import Migration
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.model.results import Explained, Located
from hvctl.model.steps import AskWhere

#: A guest in one of these has no place yet, or its cell did not tell: Nova
#: answers for a cell that is down with a stub without host (2.69).
_UNSETTLED = frozenset({'UNKNOWN', 'BUILD'})


def arrived(move: Move, migration: Migration, case: DrainCase) -> Followed:
    """Look at a guest that left by a migration that Nova calls done."""
    if migration.is_live:
        # It is, even where the destination could not take the guest over
        # (nova/compute/manager.py, _post_live_migration).
        return seek(move, case, migration)
    return Followed(transitions.arrive(move, migration.destination, case.now))


def named(move: Move, case: DrainCase) -> Move:
    """Give a guest that no list of the host has had its name and project."""
    if move.guest.name:
        return move
    ask = AskWhere(name=move.hypervisor, server_id=move.guest.id)
    located = case.ledger.answer(ask, Located)
    if located is None:
        return move
    guest = dataclasses.replace(
        move.guest,
        name=wishes.shown(located.name),
        project_id=located.project_id,
    )
    return dataclasses.replace(move, guest=guest)


def whose(moves: Iterable[Move], case: DrainCase) -> list[AskWhere]:
    """Ask for the names of guests that only a migration record tells of."""
    questions = [
        AskWhere(name=move.hypervisor, server_id=move.guest.id)
        for move in moves
        if not move.guest.name
    ]
    return [ask for ask in questions if not requests.is_through(ask, case)]


def seek(
    move: Move, case: DrainCase, done: Migration | None = None
) -> Followed:
    """Ask where a guest is that has left, and how it is.

    :param done: the record that explains it, if one does
    """
    now, since = case.now, move.progress.left_at
    ask = AskWhere(name=move.hypervisor, server_id=move.guest.id)
    if case.ledger.failed_since(ask, since) is not None:
        if done is not None:
            return Followed(transitions.arrive(move, done.destination, now))
        reason = Reason.of(GuestCode.PLACE_UNKNOWN, host=move.source)
        return Followed(transitions.fail(move, reason, now))
    if not case.ledger.done_since(ask, since):
        return Followed(move, ask)
    located = case.ledger.answer(ask, Located)
    if located is None or located.status == 'DELETED':
        return _end(move, MoveState.DELETED, GuestCode.IS_DELETED, case)
    if located.status == 'SHELVED_OFFLOADED':
        by_us = move.treatment.method in (Method.SHELVE, Method.OFFLOAD)
        code = (
            GuestCode.SHELVED_BY_DRAIN
            if by_us
            else GuestCode.SHELVED_BY_OTHERS
        )
        return _end(move, MoveState.SHELVED, code, case)
    if located.status in _UNSETTLED:
        return _ask_again(move, ask, case)
    if located.host is None:
        reason = Reason.of(
            GuestCode.ON_NO_HOST,
            server_id=move.guest.id,
            status=located.status,
        )
        gone = transitions.end(move, MoveState.GONE, reason, now)
        return Followed(gone)
    if located.host == case.hv.host:
        if not move.state.remains:
            # The list of the host's guests has left it out.
            return _ask_again(move, ask, case)
        # The next look sees it as if for the first time.
        return _end(move, MoveState.RETURNED, GuestCode.IS_BACK, case)
    if located.status == 'VERIFY_RESIZE' and done is None:
        # Its record, which the look has left out, tells who is to confirm.
        return _ask_again(move, ask, case)
    return _elsewhere(move, case, located.status, located.host, done)


def _end(
    move: Move, state: MoveState, code: GuestCode, case: DrainCase
) -> Followed:
    reason = Reason.of(code, host=case.hv.host)
    return Followed(transitions.end(move, state, reason, case.now))


def _ask_again(move: Move, ask: AskWhere, case: DrainCase) -> Followed:
    """Ask again where a guest is, and whether the next look has it."""
    if requests.is_refused(ask, case):
        return Followed(move, ask)
    if limits.is_over(move.progress.left_at, limits.BUSY, case.now):
        reason = Reason.of(GuestCode.PLACE_UNKNOWN, host=move.source)
        return Followed(transitions.fail(move, reason, case.now))
    asked_at = case.ledger.done_at.get(ask)
    if limits.is_over(asked_at, limits.ASK_AGAIN, case.now):
        return Followed(move, ask)
    return Followed(move)


def _elsewhere(
    move: Move,
    case: DrainCase,
    status: str,
    host: str,
    done: Migration | None,
) -> Followed:
    """Look at a guest on another host: it may have left this one broken."""
    newest = case.newest.get(move.guest.id)
    ours = records.record(move, case)
    broken = status == 'ERROR' and move.guest.status != 'ERROR'
    if not broken and (done is not None or ours is None):
        by_others = None
        if done is None and move.progress.record is None:
            by_others = Reason.of(GuestCode.MOVED_BY_OTHERS)
        return Followed(transitions.arrive(move, host, case.now, by_others))
    ask = requests.question(move, case)
    if ask is not None and not requests.is_through(ask, case):
        return Followed(move, ask)
    cause = Reason.of(GuestCode.NO_REASON)
    if newest is not None:
        cause = Reason.of(
            GuestCode.MIGRATION_ENDED,
            migration_id=newest.id,
            status=newest.status,
        )
    told = case.ledger.answer(ask, Explained) if ask is not None else None
    if told is not None:
        cause = Reason.of(GuestCode.NOVA_SAYS, message=told.text)
    reason = Reason.of(
        GuestCode.BROKE_ELSEWHERE,
        status=status,
        host=host,
        cause=cause,
        server_id=move.guest.id,
    )
    there = move.but(destination=host)
    return Followed(transitions.fail(there, reason, case.now))
