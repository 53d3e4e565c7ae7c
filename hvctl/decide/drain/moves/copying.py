# SPDX-License-Identifier: Apache-2.0
"""Decides how long a migration is waited for, and whether it is forced."""

from __future__ import annotations

import datetime

from hvctl.decide.drain.case import DrainCase
from hvctl.decide.drain.moves import limits
from hvctl.decide.drain.moves import requests
from hvctl.decide.drain.moves import transitions
from hvctl.decide.drain.moves.requests import Followed
from hvctl.model.guest_codes import GuestCode
from hvctl.model.migration import Migration
from hvctl.model.move import Move
from hvctl.model.reasons import Reason
from hvctl.model.steps import ForceComplete


def wait(move: Move, migration: Migration, case: DrainCase) -> Followed:
    """Wait for a migration as long as there is news, or its size explains."""
    most = limits.without_news(move, migration)
    if limits.is_over(move.progress.news_at, most, case.now):
        reason = _silence(move, migration, case)
        return Followed(transitions.fail(move, reason, case.now))
    if migration.copying and limits.is_over(
        move.progress.copied_since, _for_copying(move, most, case), case.now
    ):
        service = case.hv.service
        if service is not None and not service.up:
            # That is the cause, and nobody there could halt the guest.
            return Followed(move.but(reason=None))
        return _copied_too_long(move, migration, case)
    return Followed(move)


def _for_copying(
    move: Move, most: datetime.timedelta | None, case: DrainCase
) -> datetime.timedelta | None:
    """Return how long a guest may be copied.

    That is at most half of the time that the drain had left when it began:
    what is halted in the other half can still end within it.

    :param most: what its size explains
    """
    since, end = move.progress.copied_since, case.ledger.ends_at
    if most is None or since is None or end is None:
        return most
    return min(most, max(end - since, datetime.timedelta()) / 2)


def _silence(move: Move, migration: Migration, case: DrainCase) -> Reason:
    """Explain why a move is no longer waited for."""
    if migration.done:
        return Reason.of(
            GuestCode.DONE_BUT_HERE,
            migration_id=migration.id,
            status=migration.status,
            host=move.source,
        )
    since = move.progress.news_at or case.now
    return Reason.of(
        GuestCode.SILENT,
        migration_id=migration.id,
        status=migration.status,
        seconds=round((case.now - since).total_seconds()),
        live=migration.is_live,
        server_id=move.guest.id,
    )


def _copied_too_long(
    move: Move, migration: Migration, case: DrainCase
) -> Followed:
    """Halt a guest that is copied on and on, if that is wanted."""
    if move.guest.status == 'PAUSED':
        # Nova refuses to halt it.
        return _note(move, GuestCode.COPIED_LONG_PAUSED)
    if not case.options.force_complete or move.progress.adopted:
        return _note(move, GuestCode.COPIED_LONG)
    force = ForceComplete(
        name=move.hypervisor,
        server_id=move.guest.id,
        migration_id=migration.id,
    )
    if not requests.is_through(force, case):
        return Followed(move, force if migration.runs else None)
    if not case.ledger.done.get(force):
        return _note(move, GuestCode.NOT_HALTED)
    most = limits.without_news(move, migration)
    halted_at = case.ledger.done_at.get(force)
    if halted_at is None or not limits.is_over(halted_at, most, case.now):
        return Followed(move)
    reason = Reason.of(
        GuestCode.HALTED_IN_VAIN,
        migration_id=migration.id,
        seconds=round((case.now - halted_at).total_seconds()),
        live=migration.is_live,
        server_id=move.guest.id,
    )
    return Followed(transitions.fail(move, reason, case.now))


def _note(move: Move, code: GuestCode) -> Followed:
    return Followed(move.but(reason=Reason.of(code)))
