# SPDX-License-Identifier: Apache-2.0
"""Decides what a good but closed hypervisor does before guests may come.

Each stage may say that there is something to do or to wait for.
"""

from __future__ import annotations

from hvctl.decide import health_test
from hvctl.decide.create import closing
from hvctl.decide.create import phase_times
from hvctl.decide.create.case import CreateCase
from hvctl.decide.hypervisor import phases
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.disabled_reason import DisabledBy
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.reasons import Reason
from hvctl.model.steps import (
    EnableService,
    LiftHold,
    RenameProvider,
    RestoreHold,
    Step,
)
from hvctl.model.verdict import Outcome, Verdict


def others(case: CreateCase) -> Verdict | None:
    """Refuse to enable what somebody disabled for a reason of their own."""
    if not _is_disabled(case.hv) or phases.may_enable(case.hv):
        return None
    service = case.hv.service
    if service is not None and service.disabled.by is DisabledBy.HVCTL:
        # To enable it would be wrong: its machine is about to end.
        why = Reason.of(OutcomeCode.CLOSED_BY_DELETE, name=case.name)
    else:
        why = Reason.of(
            OutcomeCode.DISABLED_BY_SOMEBODY,
            host=case.hv.host,
            reason=service.disabled_reason if service is not None else None,
        )
    return Verdict.failed(case.status, why)


def first_report(case: CreateCase) -> Verdict | None:
    """Wait until the service listens: enabling it would hang in Nova.

    And guests would be lost.  A new service counts as up from when it is made,
    which is before it listens (nova/service.py, Service.start), and a build
    that nobody waits for is thrown away: its guest is in BUILD for ever.
    """
    service = case.hv.service
    if service is None or service.updated_at:
        return None
    return Verdict(status=_ready(StatusCode.FIRST_REPORT))


def enable_held(case: CreateCase) -> Verdict | None:
    """Enable a service that the hold keeps closed all the same."""
    if not case.hv.compute_id or not _is_disabled(case.hv):
        return None
    if not case.hv.closed_by_hold and not closing.is_proven(case):
        # Only its service keeps it closed.
        return None
    return Verdict(status=case.status, steps=_enable(case.hv))


def hold_seen(case: CreateCase) -> Verdict | None:
    """See whether it is held, or full of the guests of an earlier create."""
    if case.status.phase is Phase.ENABLED:
        return None
    if not case.hv.opened or case.hv.consumers is not None:
        return None
    if _is_disabled(case.hv):
        return None
    return Verdict(status=_ready(StatusCode.HOLD_UNKNOWN))


def trait(case: CreateCase) -> Verdict | None:
    """Wait until Placement knows that the service is enabled."""
    if _is_disabled(case.hv) or not case.hv.disabled_trait:
        return None
    return Verdict(status=_ready(StatusCode.TRAIT_LEFT))


def enabled(case: CreateCase) -> Verdict | None:
    """End when it is enabled; one that is full looks as if it were held."""
    if case.status.phase is not Phase.ENABLED and not case.ledger.times(
        case.hv.name, LiftHold
    ):
        return None
    if not closing.is_proven(case):
        return None
    code = OutcomeCode.DONE if case.changed else OutcomeCode.ALREADY_ENABLED
    reason = case.ledger.test_notes.get(case.name) or Reason.of(code)
    if case.times(RestoreHold):
        reason = Reason.of(
            OutcomeCode.HOLD_WAS_LOST,
            name=case.name,
            host=case.hv.host,
            guests=tuple(sorted(case.hv.strangers)),
        )
    return Verdict(
        status=Status(
            phase=Phase.ENABLED, reason=Reason.of(StatusCode.ENABLED)
        ),
        outcome=Outcome(ok=True, reason=reason),
    )


def rename(case: CreateCase) -> Verdict | None:
    """See that the provider has the name of the hypervisor.

    nova-compute finds it by its id, but writes its inventory by its name:
    under another one it writes nothing, until it has read the providers anew
    (nova/compute/resource_tracker.py, _update_to_placement).
    """
    provider, node = case.hv.provider, case.hv.compute_node
    if not case.hv.compute_id or provider is None or node is None:
        return None
    if provider.name == node.hostname:
        return None
    return Verdict(
        status=Status(
            phase=case.status.phase, reason=Reason.of(StatusCode.RENAMING)
        ),
        steps=(
            RenameProvider(
                name=case.hv.name,
                provider_id=provider.id,
                provider_name=node.hostname,
            ),
        ),
    )


def try_out(case: CreateCase) -> Verdict | None:
    """Boot a test guest where nobody else can get in yet."""
    hv = case.hv
    if case.request.health_test and hv.held_in_vain:
        return Verdict.failed(
            case.status, Reason.of(OutcomeCode.HOLD_TOO_SMALL, name=hv.name)
        )
    return health_test.try_out(case, case.request.health_test)


def move(case: CreateCase) -> Verdict | None:
    """Move the test guest to another host and back."""
    return health_test.move(case, case.request.health_test)


def lift(case: CreateCase) -> Verdict | None:
    """Let guests in, where a hold keeps them out."""
    if not case.hv.compute_id or case.hv.provider is None:
        return None
    hold = LiftHold(name=case.hv.name, provider_id=case.hv.provider.id)
    # Where the hold is too small, the service is what keeps it closed.
    enable = _enable(case.hv) if _is_disabled(case.hv) else ()
    return Verdict(
        status=case.status, steps=(*phase_times.note(case), hold, *enable)
    )


def enable(case: CreateCase) -> Verdict | None:
    """Let guests in, where only the service keeps them out."""
    return Verdict(
        status=case.status,
        steps=(*phase_times.note(case), *_enable(case.hv)),
    )


def _is_disabled(hv: Hypervisor) -> bool:
    return hv.service is not None and not hv.service.enabled


def _enable(hv: Hypervisor) -> tuple[Step, ...]:
    if hv.service is None:
        return ()
    return (EnableService(name=hv.name, service_id=hv.service.id),)


def _ready(code: StatusCode) -> Status:
    return Status(phase=Phase.READY, reason=Reason.of(code))
