# SPDX-License-Identifier: Apache-2.0
"""Decides how a drain is taken back.

What has left does not come back; what has not yet begun to move stays, and
the hypervisor takes guests again.
"""

from __future__ import annotations

import dataclasses

from hvctl.decide import goal
from hvctl.decide.case import Case
from hvctl.decide.drain.moves import limits
from hvctl.decide.drain.moves import records
from hvctl.decide.goal import Kind
from hvctl.decide.goal import NamedGoal
from hvctl.decide.goal import Stage
from hvctl.decide.hypervisor import ownership
from hvctl.model import disabled_reason
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.ledger import Ledger
from hvctl.model.migration import Migration
from hvctl.model.reasons import Fact
from hvctl.model.reasons import Reason
from hvctl.model.snapshot import EVERY_PART, WholeLook
from hvctl.model.steps import (
    AbortMigration,
    ConfirmMigration,
    DisableService,
    EnableService,
)
from hvctl.model.verdict import Outcome, Verdict


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Undo(NamedGoal):
    """The goal of ``drain --undo``: what was being drained is enabled."""

    def scope(self, ledger: Ledger) -> WholeLook:
        """Return what the next look must reach."""
        if ledger.last is None:
            return WholeLook(
                names=frozenset(self.names),
                server_names=frozenset(self.names),
                optional=EVERY_PART,
            )
        found = self.hypervisors(ledger.last).values()
        return WholeLook(
            names=frozenset(self.names),
            hosts=frozenset(hv.host for hv in found if hv.service),
            optional=EVERY_PART,
            rest=ledger.last,
        )

    def verdict(self, case: Case) -> Verdict:
        """Return what to do with one hypervisor, and what is waited for."""
        return goal.walk(STAGES, case)


def _end(case: Case, code: OutcomeCode, **facts: Fact) -> Verdict:
    return Verdict.failed(case.status, Reason.of(code, **facts))


def _nothing(case: Case) -> Verdict | None:
    if case.hv.service is not None and ownership.owned(case.hv):
        return None
    return _end(case, OutcomeCode.NO_DRAIN, name=case.name)


def _enabled(case: Case) -> Verdict | None:
    """End with what could not be undone, if anything."""
    if case.hv.service is None or not case.hv.service.enabled:
        return None
    left = _of_the_drain(case)
    silent = [m for m in left if _is_silent(m, case)]
    live = [m for m in left if m.is_live and m not in silent]
    if live:
        waits = Reason.of(
            StatusCode.LIVE_MIGRATIONS_OPEN, migrations=_listed(live)
        )
        status = dataclasses.replace(case.status, reason=waits)
        return Verdict(status=status)
    kept = tuple(
        failure.message
        for failure in case.ledger.failures.values()
        if failure.step.name == case.name
        and case.ledger.failed_since(failure.step, None) is not None
    )
    if kept:
        return _end(case, OutcomeCode.ENABLED_IN_PART, messages=kept)
    if silent:
        return _end(
            case,
            OutcomeCode.MIGRATIONS_SILENT,
            migrations=_listed(silent),
            server_ids=tuple(m.server_id for m in silent),
            live=tuple(m.is_live for m in silent),
        )
    others = [
        migration
        for migration in left
        if migration.is_cold and migration.user_id != case.snapshot.user_id
    ]
    if others:
        return _end(
            case,
            OutcomeCode.COLD_OF_OTHERS,
            migrations=_listed(others),
            server_ids=tuple(m.server_id for m in others),
        )
    outcome = Outcome(ok=True)
    if not case.times(EnableService):
        reason = Reason.of(OutcomeCode.WAS_NOT_DRAINED)
        outcome = Outcome(ok=True, reason=reason)
    return Verdict(status=case.status, outcome=outcome)


def _otherwise(case: Case) -> Verdict | None:
    service = case.hv.service
    if service is None or service.is_drained:
        return None
    return _end(
        case,
        OutcomeCode.DISABLED_OTHERWISE,
        name=case.name,
        reason=service.disabled_reason,
    )


def _unseen(case: Case) -> Verdict | None:
    # The first look finds it, the second its migrations.
    if case.hv.guests is not None:
        return None
    return Verdict(status=case.status, look_again=True)


def _again(case: Case) -> Verdict | None:
    service = case.hv.service
    if (
        service is None
        or service.disabled.undone
        or not case.times(DisableService)
    ):
        return None
    return _end(case, OutcomeCode.DRAINED_AGAIN, name=case.name)


def _stop(case: Case) -> Verdict | None:
    """Tell a run of the drain to begin nothing more, and keep its number.

    Where nothing has left yet, enabling the service tells that as well.
    """
    service = case.hv.service
    if service is None or case.times(DisableService):
        return None
    mark = records.after_migration(case.hv)
    if not (_open(case, mark) or _aborts(case)):
        return None
    stop = DisableService(
        name=case.name,
        service_id=service.id,
        reason=disabled_reason.of_undo(mark),
    )
    return Verdict(status=case.status, steps=(stop,))


def _unconfirmed(case: Case) -> Verdict | None:
    # The reason of the service tells that they are to be confirmed.
    cold = _cold(case)
    if not cold:
        return None
    waits = Reason.of(
        StatusCode.COLD_MIGRATIONS_OPEN,
        migrations=_listed(cold),
    )
    return Verdict(
        status=dataclasses.replace(case.status, reason=waits),
        steps=(*_aborts(case), *_confirms(case, cold)),
    )


def _closed(case: Case) -> Verdict | None:
    if case.hv.service is None:
        return None
    enable = EnableService(name=case.name, service_id=case.hv.service.id)
    return Verdict(status=case.status, steps=(*_aborts(case), enable))


def _listed(migrations: list[Migration]) -> Fact:
    return tuple((m.id, m.status) for m in migrations)


def _open(case: Case, mark: int | None = None) -> list[Migration]:
    """Return what leaves the host, whoever asked for it.

    A record that is open while its guest does nothing is one that Nova has
    forgotten to close.

    :param mark: the newest migration before a drain; None for all
    """
    hv = case.hv
    idle = {g.id for g in hv.guests or () if g.task_state is None}
    return [
        migration
        for migration in hv.newest_migrations.values()
        if (mark is None or migration.id > mark)
        and records.leaves(migration, hv.host)
        and migration.server_id not in idle
    ]


def _of_the_drain(case: Case) -> list[Migration]:
    """Return what goes on of the drain that this run has stopped."""
    for step in case.ledger.done:
        if isinstance(step, DisableService) and step.name == case.name:
            return _open(
                case, disabled_reason.parse(step.reason).after_migration
            )
    return []


def _is_silent(migration: Migration, case: Case) -> bool:
    """Return whether nothing was heard of a migration for too long.

    It goes by the times that Nova wrote, so that one which hung before this
    run is known at once.
    """
    guests = {guest.id: guest for guest in case.hv.guests or ()}
    guest = guests.get(migration.server_id)
    if migration.is_queued or migration.awaits_confirmation:
        return False
    # What is not on the host any more is copied.
    most = limits.COPY
    if guest is not None:
        most = limits.copying(guest.shape, live=migration.is_live)
    now = case.snapshot.compute_time
    return limits.is_over(migration.updated_at, most, now)


def _cold(case: Case) -> list[Migration]:
    """Return the drain's cold migrations that are under way or unconfirmed."""
    return [
        migration
        for migration in _open(case)
        if records.is_ours(case.hv, migration, case.snapshot.user_id)
        and not _is_given_up(migration, case)
        and not _is_silent(migration, case)
    ]


def _is_given_up(migration: Migration, case: Case) -> bool:
    """Return whether a confirmation was asked for, and for long enough."""
    confirm = ConfirmMigration(name=case.name, server_id=migration.server_id)
    since = case.ledger.changed_at.get(case.name, case.now)
    asked = (
        confirm in case.ledger.done
        or case.ledger.failed_since(confirm, None) is not None
    )
    return (
        asked
        and migration.awaits_confirmation
        and case.now - since >= limits.CONFIRM
    )


def _confirms(case: Case, cold: list[Migration]) -> list[ConfirmMigration]:
    """Confirm what is finished, as often as it takes."""
    found = [
        ConfirmMigration(name=case.name, server_id=migration.server_id)
        for migration in cold
        if migration.awaits_confirmation
    ]
    return [
        step
        for step in found
        if limits.may_confirm(step, case.ledger, case.now)
    ]


def _aborts(case: Case) -> list[AbortMigration]:
    """Drop the drain's migrations that have not begun to copy.

    What other operators asked for is theirs.
    """
    hv = case.hv
    mark = records.after_migration(hv)
    if mark is None:
        return []
    found = [
        AbortMigration(
            name=case.name,
            server_id=migration.server_id,
            migration_id=migration.id,
        )
        for migration in hv.migrations
        if migration.id > mark
        and migration.user_id == case.snapshot.user_id
        and migration.can_be_dropped
        and migration.source == hv.host
    ]
    return [step for step in found if step not in case.ledger.done]


#: How a drain is taken back; the first stage that answers gives the verdict.
STAGES: tuple[Stage[Case], ...] = (
    goal.FAILED_LANE,
    Stage('nothing', Kind.CHECK, 'refuse what is no hypervisor', _nothing),
    Stage(
        'enabled',
        Kind.CHECK,
        'end: it takes guests, and none leaves; not well when something was '
        'not undone',
        _enabled,
    ),
    Stage(
        'otherwise',
        Kind.CHECK,
        'refuse what is disabled for another reason',
        _otherwise,
    ),
    Stage('look', Kind.WAIT, 'until its migrations are known', _unseen),
    Stage('again', Kind.CHECK, 'end when it is drained again', _again),
    Stage(
        'stop',
        Kind.STEP,
        'stop a run of the drain, where some guests have left or leave',
        _stop,
    ),
    Stage(
        'confirm',
        Kind.STEP,
        "drop what is only queued, and confirm the drain's cold migrations",
        _unconfirmed,
    ),
    Stage('open', Kind.STEP, 'enable the compute service', _closed),
)
