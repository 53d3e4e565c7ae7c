# SPDX-License-Identifier: Apache-2.0
"""Decides which cold migrations and resizes the drain confirms, and when."""

from __future__ import annotations

from hvctl.decide.drain.case import DrainCase
from hvctl.decide.drain.moves import limits
from hvctl.decide.drain.moves import records
from hvctl.decide.drain.moves import requests
from hvctl.decide.drain.moves import transitions
from hvctl.decide.drain.moves.requests import Followed
from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.migration import Migration
from hvctl.model.move import Move
from hvctl.model.reasons import Reason
from hvctl.model.steps import ConfirmMigration, Step


def is_for_us(move: Move, migration: Migration, case: DrainCase) -> bool:
    """Return whether the drain is to confirm a cold migration or a resize."""
    return (
        records.record(move, case) is migration
        or records.is_ours(case.hv, migration, case.snapshot.user_id)
        or (migration.awaits_confirmation and case.options.confirm_resizes)
    )


def confirm(move: Move, migration: Migration, case: DrainCase) -> Followed:
    """Confirm what is finished, as often as it takes, within bounds."""
    resized = (
        move.treatment.method is Method.CONFIRM and not move.progress.adopted
    )
    step: Step = ConfirmMigration(
        name=move.hypervisor, server_id=move.guest.id
    )
    if resized:
        step = requests.request(move, case.options)
    if requests.is_refused(step, case):
        # Nova could not be asked, so its time has not begun.
        return Followed(move.but(news_at=case.now), step)
    if limits.is_silent(move, migration, case.now):
        refused = case.ledger.failed_since(step, move.progress.started_at)
        if refused is not None:
            why = Reason.of(GuestCode.REQUEST_REFUSED, message=refused.message)
            return Followed(transitions.fail(move, why, case.now))
        reason = Reason.of(
            GuestCode.RESIZE_NOT_CONFIRMED
            if resized
            else GuestCode.NOT_CONFIRMED,
            server_id=move.guest.id,
            migration_id=migration.id,
            host=migration.destination,
        )
        return Followed(transitions.fail(move, reason, case.now))
    if not limits.may_confirm(step, case.ledger, case.now):
        return Followed(move)
    return Followed(move, step)
