# SPDX-License-Identifier: Apache-2.0
"""Decides where guests have gone that are not on the host any more."""

from __future__ import annotations

from hvctl.decide.drain.case import DrainCase
from hvctl.decide.drain.moves import records
from hvctl.decide.drain.moves import requests
from hvctl.decide.drain.moves import transitions
from hvctl.decide.drain.moves.requests import Followed
from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.migration import Migration
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.model.results import Explained, Located
from hvctl.model.steps import AskWhere


def arrived(move: Move, migration: Migration, case: DrainCase) -> Followed:
    """Look at a guest that left by a migration that Nova calls done."""
    if migration.is_live:
        # It is, even where the destination could not take the guest over
        # (nova/compute/manager.py, _post_live_migration).
        return seek(move, case, migration)
    return Followed(transitions.arrive(move, migration.destination, case.now))


def seek(
    move: Move, case: DrainCase, done: Migration | None = None
) -> Followed:
    """Ask where a guest is that has left, and how it is.

    :param done: the record that explains it, if one does
    """
    now, since = case.now, move.progress.left_at
    ask = AskWhere(name=move.hypervisor, server_id=move.server_id)
    if case.ledger.failed_since(ask, since) is not None:
        if done is not None:
            return Followed(transitions.arrive(move, done.destination, now))
        reason = Reason.of(GuestCode.PLACE_UNKNOWN, host=move.source)
        return Followed(transitions.fail(move, reason, now))
    if not case.ledger.done_since(ask, since):
        return Followed(move, ask)
    located = case.ledger.answer(ask, Located)
    if located is None:
        return _end(move, MoveState.DELETED, GuestCode.IS_DELETED, case)
    if located.host is None:
        by_us = move.method in (Method.SHELVE, Method.OFFLOAD)
        code = (
            GuestCode.SHELVED_BY_DRAIN
            if by_us
            else GuestCode.SHELVED_BY_OTHERS
        )
        return _end(move, MoveState.SHELVED, code, case)
    if located.host == case.hv.host:
        # The next look sees it as if for the first time.
        return _end(move, MoveState.RETURNED, GuestCode.IS_BACK, case)
    return _elsewhere(move, case, located.status, located.host, done)


def _end(
    move: Move, state: MoveState, code: GuestCode, case: DrainCase
) -> Followed:
    reason = Reason.of(code, host=case.hv.host)
    return Followed(transitions.end(move, state, reason, case.now))


def _elsewhere(
    move: Move,
    case: DrainCase,
    status: str,
    host: str,
    done: Migration | None,
) -> Followed:
    """Look at a guest on another host: it may have left this one broken."""
    newest = case.newest.get(move.server_id)
    ours = records.record(move, case)
    broken = status == 'ERROR' and move.guest.status != 'ERROR'
    if not broken and (done is not None or ours is None):
        by_others = Reason.of(GuestCode.MOVED_BY_OTHERS)
        return Followed(
            transitions.arrive(
                move, host, case.now, by_others if done is None else None
            )
        )
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
        GuestCode.BROKE_ELSEWHERE, status=status, host=host, cause=cause
    )
    there = move.but(destination=host)
    return Followed(transitions.fail(there, reason, case.now))
