# SPDX-License-Identifier: Apache-2.0
"""Decides what is said of a guest that waits for its turn, or is under way.

Nothing is decided by it: every row that is not done is to have its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
import datetime

from hvctl.decide.drain.case import DrainCase
from hvctl.decide.drain.moves import first
from hvctl.decide.drain.moves import records
from hvctl.decide.drain.moves import requests
from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.migration import Migration
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason

#: These are said anew at each look; others tell more.
_PASSING = frozenset(
    {
        GuestCode.ASKED_FOR,
        GuestCode.REFUSED_NOW,
        GuestCode.UNDER_WAY,
        GuestCode.HOST_DOWN,
    }
)


def under_way(move: Move, case: DrainCase) -> Move:
    """Say how a move goes that is under way, where nothing else is said."""
    if move.state is not MoveState.MOVING:
        return move
    if move.reason is not None and move.reason.code not in _PASSING:
        return move
    return move.but(reason=_going(move, case))


def waiting(
    move: Move, *, held_back: bool, ahead: Mapping[Method, str]
) -> Move:
    """Say why a guest that can be moved is not.

    :param held_back: guests are in the way, and so none is
    :param ahead: who goes first, by methods that are not proven
    """
    if move.state is not MoveState.PLANNED or move.reason is not None:
        return move
    before = first.awaited(move, ahead)
    if before is not None and not held_back:
        return move.but(
            reason=Reason.of(
                GuestCode.AWAITS_FIRST,
                server_id=before,
                method=move.treatment.method,
            )
        )
    code = GuestCode.HELD_BACK if held_back else GuestCode.AWAITS_TURN
    return move.but(reason=Reason.of(code))


def _going(move: Move, case: DrainCase) -> Reason:
    service = case.hv.service
    if service is not None and not service.up:
        return Reason.of(
            GuestCode.HOST_DOWN, host=case.hv.host, server_id=move.guest.id
        )
    migration = records.record(move, case)
    if migration is None:
        return _asked_for(move, case)
    return told(migration, move.progress.news_at or case.now, case)


def _asked_for(move: Move, case: DrainCase) -> Reason:
    request = requests.request(move, case.options)
    refused = requests.refusal(request, case.ledger)
    if refused is not None:
        return Reason.of(GuestCode.REFUSED_NOW, message=refused.message)
    if move.reason is not None and move.reason.code is GuestCode.UNDER_WAY:
        return move.reason  # its record is left out
    return Reason.of(GuestCode.ASKED_FOR)


def told(
    migration: Migration, since: datetime.datetime, case: DrainCase
) -> Reason:
    """Say what Nova's record tells of a migration.

    :param since: when it told anything new
    """
    return Reason.of(
        GuestCode.UNDER_WAY,
        server_id=migration.server_id,
        migration_id=migration.id,
        status=migration.status,
        live=migration.is_live,
        seconds=round((case.now - since).total_seconds()),
    )
