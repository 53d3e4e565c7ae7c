# SPDX-License-Identifier: Apache-2.0
"""Decides when ``create`` goes no further with a name."""

from __future__ import annotations

import dataclasses

from hvctl.decide.create import explanations
from hvctl.decide.create import opening
from hvctl.decide.create import rollback
from hvctl.decide.create.case import CreateCase
from hvctl.decide.hypervisor import ownership
from hvctl.decide.hypervisor import phases
from hvctl.model.hypervisor import Phase
from hvctl.model.verdict import Verdict


def name_taken(case: CreateCase) -> Verdict | None:
    """Refuse a name that something has which is not ours."""
    taken = ownership.holders(case.snapshot, case.hv)
    if not taken:
        return None
    return Verdict.failed(case.status, ownership.refusal(case.name, taken))


def wrong_id(case: CreateCase) -> Verdict | None:
    """Refuse a nova-compute that did not take the id chosen for it."""
    strange = explanations.other_id(case.hv, case.snapshot)
    if strange is None:
        return None
    # The hold is on the id that was chosen, so it closes nothing.
    return dataclasses.replace(
        Verdict.failed(
            case.status, f'{strange}; {phases.remove_first(case.hv)}'
        ),
        steps=() if case.hv.opened else opening.disable(case.hv),
    )


def deploy_failed(case: CreateCase) -> Verdict | None:
    """Ask Ironic why a deploy failed, and then say so."""
    if case.status.phase is not Phase.FAILED:
        return None
    questions = explanations.questions(case.hv, case.ledger)
    if questions:
        return Verdict(status=case.status, steps=questions)
    words = explanations.server_failed(case.hv, case.snapshot, case.ledger)
    if not case.request.delete_on_failure:
        words += f'; {phases.remove_first(case.hv)}'
    return Verdict.failed(case.status, words)


def stopping(case: CreateCase) -> Verdict | None:
    """Refuse what is being deleted, unless this run does so to try anew."""
    if case.status.phase is not Phase.STOPPING:
        return None
    if rollback.between_tries(case.name, case.ledger):
        return Verdict(status=case.status)
    return Verdict.failed(
        case.status, f'{case.status.reason}; {phases.remove_first(case.hv)}'
    )


def drained(case: CreateCase) -> Verdict | None:
    """Refuse what is closed for a drain."""
    if not phases.closed_for_drain(case.hv):
        return None
    return Verdict.failed(
        case.status,
        f'{case.name} is closed for a drain; to use it again: '
        f'{phases.COMMAND} drain --undo {case.name}',
    )
