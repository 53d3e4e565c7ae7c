# SPDX-License-Identifier: Apache-2.0
"""The stages of a drain before the first guest moves: one ordered table.

The first stage of :data:`STAGES` that answers gives the verdict on a
hypervisor; when none does, it is the turn of its guests
(:mod:`hvctl.decide.drain.outcome`).
"""

from __future__ import annotations

from collections.abc import Callable

from hvctl.decide import goal
from hvctl.decide.drain import gaps
from hvctl.decide.drain.case import DrainCase
from hvctl.decide.drain.plan import budget
from hvctl.decide.goal import Kind
from hvctl.decide.goal import Stage
from hvctl.decide.hypervisor import ownership
from hvctl.decide.hypervisor import protection
from hvctl.model import disabled_reason
from hvctl.model import host_name
from hvctl.model.codes import OutcomeCode
from hvctl.model.ledger import Ledger
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.model.steps import DisableService
from hvctl.model.verdict import Verdict


def before(case: DrainCase) -> Verdict | None:
    """Return what comes before the guests; None when it is their turn."""
    for stage in STAGES:
        verdict = stage.decide(case)
        if verdict is not None:
            return verdict
    return None


def closed_by_us(case: DrainCase) -> bool:
    """Return whether this run has disabled the hypervisor."""
    return case.times(DisableService) > 0


def interruption(case: DrainCase) -> Reason | None:
    """Return why no guest of a hypervisor can be sent away now.

    Those that are under way are followed all the same.
    """
    service = case.hv.service
    if service is None:
        return None
    if gaps.is_silent(case):
        return Reason.of(OutcomeCode.CELL_SILENT, host=case.hv.host)
    protected = protection.refusal(case, case.options.expired)
    if protected is not None:
        return protected
    if not service.up and case.hv.guests:
        return Reason.of(
            OutcomeCode.NOT_REPORTING, name=case.name, host=case.hv.host
        )
    if not is_closed(case) and _was_closed(case):
        code = OutcomeCode.ENABLED_AGAIN
        if not service.enabled:
            code = OutcomeCode.BEING_UNDONE
        return Reason.of(code, name=case.name)
    return None


def is_closed(case: DrainCase) -> bool:
    """Return whether a hypervisor is disabled, and stays so."""
    service = case.hv.service
    return (
        service is not None
        and not service.enabled
        and not service.disabled.undone
    )


def _was_closed(case: DrainCase) -> bool:
    """Return whether this run has found it closed, or has closed it."""
    last = case.ledger.last
    return (
        closed_by_us(case)
        or any(
            move.hypervisor == case.name
            and (move.state is MoveState.MOVING or move.progress.attempt)
            for move in case.ledger.moves.values()
        )
        or (
            last is not None
            and any(
                service.host == case.hv.host
                and service.status == 'disabled'
                and not service.disabled.undone
                for service in last.services
            )
        )
    )


def _not_ours(case: DrainCase) -> Reason | None:
    if ownership.owned(case.hv):
        return None
    taken = ownership.holders(case.snapshot, case.hv)
    if not taken:
        return Reason.of(OutcomeCode.NOTHING_TO_DRAIN, name=case.name)
    return Reason.of(
        OutcomeCode.NOT_OURS, name=case.name, holders=tuple(taken)
    )


def _protected(case: DrainCase) -> Reason | None:
    if _is_under_way(case):
        return None
    return protection.refusal(case, case.options.expired)


def _no_service(case: DrainCase) -> Reason | None:
    if case.hv.service is not None:
        return None
    return Reason.of(
        OutcomeCode.NO_SERVICE, name=case.name, why=case.status.reason
    )


def _cell_silent(case: DrainCase) -> Reason | None:
    if not gaps.is_silent(case) or _is_under_way(case):
        return None
    return Reason.of(OutcomeCode.CELL_SILENT, host=case.hv.host)


def _destination(case: DrainCase) -> Reason | None:
    host = case.options.destination
    if host is None or _committed(case.ledger):
        return None
    service = next((s for s in case.snapshot.services if s.host == host), None)
    if service is None:
        return Reason.of(OutcomeCode.DESTINATION_UNKNOWN, host=host)
    if host_name.short(host) in case.names:
        return Reason.of(OutcomeCode.DESTINATION_DRAINED, host=host)
    if service.enabled and service.up:
        return None
    return Reason.of(
        OutcomeCode.DESTINATION_CLOSED,
        host=host,
        status=service.status,
        state=service.state,
    )


def _over_budget(case: DrainCase) -> Reason | None:
    # The first look does not tell how large other hosts are.
    if _committed(case.ledger) or not case.snapshot.all_hosts:
        return None
    named = {
        service.host
        for service in case.snapshot.services
        if host_name.short(service.host) in case.names
    }
    return budget.refusal(case.snapshot, named, case.options)


def _interrupted(case: DrainCase) -> Reason | None:
    return None if _is_under_way(case) else interruption(case)


def _is_under_way(case: DrainCase) -> bool:
    return any(
        move.hypervisor == case.name and move.state is MoveState.MOVING
        for move in case.ledger.moves.values()
    )


def _committed(ledger: Ledger) -> bool:
    """Return whether this run has closed a host, or follows a guest."""
    return any(
        isinstance(step, DisableService) for step in ledger.done
    ) or any(
        move.state is MoveState.MOVING or move.progress.attempt
        for move in ledger.moves.values()
    )


def _unseen(case: DrainCase) -> Verdict | None:
    # The first look finds it, the second reaches into it.
    if case.hv.guests is not None:
        return None
    return Verdict(status=case.status, look_again=True)


def _stopped(case: DrainCase) -> Reason | None:
    if not (case.ledger.winding_down and _is_to_close(case)):
        return None
    return Reason.of(OutcomeCode.STOPPED, name=case.name)


def _close(case: DrainCase) -> Verdict | None:
    service = case.hv.service
    if service is None or not _is_to_close(case):
        return None
    newest = max((m.id for m in case.hv.migrations), default=0)
    if service.disabled.undone:
        # Whoever was taking the drain back has gone, or is told by this.
        newest = service.disabled.after_migration or newest
    close = DisableService(
        name=case.name,
        service_id=service.id,
        reason=disabled_reason.of_drain(
            newest, for_scale=case.options.for_scale
        ),
    )
    return Verdict(status=case.status, steps=(close,))


def _is_to_close(case: DrainCase) -> bool:
    return (
        case.hv.service is not None
        and not is_closed(case)
        and not gaps.is_silent(case)
        and not case.options.dry_run
        and not _was_closed(case)
    )


def _refuse(
    name: str, words: str, reason: Callable[[DrainCase], Reason | None]
) -> Stage[DrainCase]:
    """Build a stage that ends with a reason, where there is one."""

    def decide(case: DrainCase) -> Verdict | None:
        why = reason(case)
        return None if why is None else Verdict.failed(case.status, why)

    return Stage(name, Kind.CHECK, words, decide)


#: The first that answers gives the verdict.
STAGES: tuple[Stage[DrainCase], ...] = (
    goal.FAILED_LANE,
    Stage(
        'incomplete',
        Kind.WAIT,
        'look again, when Nova left out what had been there',
        gaps.verdict,
    ),
    _refuse('not-ours', 'refuse what hvctl did not make', _not_ours),
    _refuse(
        'protected',
        'refuse one that is protected, unless guests are under way',
        _protected,
    ),
    _refuse('no-service', 'refuse what has no compute service', _no_service),
    _refuse('cell', 'refuse while its cell does not answer', _cell_silent),
    _refuse('destination', 'refuse a --to that takes no guests', _destination),
    _refuse('budget', 'refuse more than --max-draining', _over_budget),
    _refuse(
        'interrupted',
        'refuse while nothing can be sent away, unless guests are under way',
        _interrupted,
    ),
    Stage(
        'look', Kind.WAIT, 'until it is known which guests are on it', _unseen
    ),
    _refuse('stopped', 'disable nothing after Ctrl-C', _stopped),
    Stage('close', Kind.STEP, 'disable the compute service', _close),
)
