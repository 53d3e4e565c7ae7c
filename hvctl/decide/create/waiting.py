# SPDX-License-Identifier: Apache-2.0
"""Decides how long is waited for a machine to come up."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses

from hvctl.decide.create import explanations
from hvctl.decide.create.case import CreateCase
from hvctl.model.codes import OutcomeCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.reasons import Reason
from hvctl.model.steps import RenameProvider, RestoreHold
from hvctl.model.verdict import Outcome, Verdict

#: After that many seconds nova-compute reads anew its provider, which may have
#: been renamed or deleted ([compute] resource_provider_association_refresh).
_REFRESH = 300


def while_in(phase: Phase) -> Callable[[CreateCase], Verdict | None]:
    """Build the stage that waits as long as a hypervisor is in a phase."""

    def wait(case: CreateCase) -> Verdict | None:
        if case.status.phase is not phase:
            return None
        return Verdict(status=case.status)

    return wait


def overdue(case: CreateCase) -> Verdict | None:
    """End when a phase has lasted too long without a change."""
    limits = case.request.timeouts
    limit = {
        Phase.BUILDING: None if _is_queued(case) else limits.deploy,
        Phase.BOOTING: limits.boot,
        Phase.READY: None,
        Phase.CLOSED: None,
        Phase.ENABLED: None,
    }.get(case.status.phase, limits.registration)
    since = case.ledger.changed_at.get(case.hv.name)
    if limit is None or since is None:
        return None
    # One that was deleted is made again with its hold.
    if case.times(RenameProvider) or case.times(RestoreHold):
        limit += _REFRESH
    if case.ledger.statuses.get(case.hv.name) != case.status:
        # It has just changed, and its new limit begins.
        return None
    unchanged = (case.now - since).total_seconds()
    return _too_long(case, case.status, unchanged, limit)


def _is_queued(case: CreateCase) -> bool:
    """Return whether Nova has not begun with a machine.

    A nova-compute builds only so many at once (``max_concurrent_builds``);
    the others have neither host nor node until it is their turn.
    """
    server = case.hv.server
    return server is not None and not server.host and not server.node


def limited(case: CreateCase, verdict: Verdict) -> Verdict:
    """End when a good host has waited too long to be opened.

    Its health test has a limit of its own.

    :param verdict: on that host, or on any other
    """
    if verdict.status.phase is not Phase.READY or case.hv.test_guests:
        return verdict
    ready = case.ledger.first_seen.get((case.hv.name, Phase.READY))
    since = case.ledger.changed_at.get(case.hv.name)
    if verdict.steps or verdict.outcome or ready is None or since is None:
        return verdict
    known = case.ledger.statuses.get(case.hv.name, verdict.status)
    if known != verdict.status:
        # What came before may have been refused for long.
        return verdict
    unchanged = (case.now - max(ready, since)).total_seconds()
    limit = case.request.timeouts.registration
    return _too_long(case, verdict.status, unchanged, limit) or verdict


def _too_long(
    case: CreateCase, status: Status, unchanged: float, limit: float
) -> Verdict | None:
    if unchanged <= limit:
        return None
    return Verdict.failed(
        status,
        explanations.overdue(case, status, round(unchanged)),
    )


def unattended(case: CreateCase, verdict: Verdict) -> Verdict:
    """End with ``--no-wait`` where there is only something to wait for."""
    if case.request.wait or verdict.steps or verdict.outcome:
        return verdict
    return dataclasses.replace(
        verdict,
        outcome=Outcome(
            ok=True,
            reason=Reason.of(OutcomeCode.REQUESTED, status=case.status.reason),
        ),
    )
