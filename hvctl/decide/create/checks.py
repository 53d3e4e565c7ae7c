# SPDX-License-Identifier: Apache-2.0
"""Decides when ``create`` goes no further with a name."""

from __future__ import annotations

import dataclasses

from hvctl.decide.create import closing
from hvctl.decide.create import explanations
from hvctl.decide.create import rollback
from hvctl.decide.create.case import CreateCase
from hvctl.decide.delete import server
from hvctl.decide.hypervisor import absence
from hvctl.decide.hypervisor import elsewhere
from hvctl.decide.hypervisor import ownership
from hvctl.decide.hypervisor import phases
from hvctl.model.codes import OutcomeCode
from hvctl.model.hypervisor import Phase
from hvctl.model.reasons import Reason
from hvctl.model.verdict import Verdict

#: Seconds in which Ironic tells why a deploy failed; it may be down.
_EXPLAINED = 300


def name_taken(case: CreateCase) -> Verdict | None:
    """Refuse a name that something has which is not ours."""
    if case.hv.elsewhere:
        return Verdict.failed(case.status, elsewhere.refusal(case.hv))
    taken = ownership.holders(case.snapshot, case.hv)
    if not taken:
        return None
    return Verdict.failed(
        case.status,
        Reason.of(
            OutcomeCode.NAME_TAKEN, name=case.hv.name, holders=tuple(taken)
        ),
    )


def wrong_id(case: CreateCase) -> Verdict | None:
    """Refuse a nova-compute that did not take the id chosen for it."""
    hv = case.hv
    if hv.service is None or hv.compute_id is None:
        return None
    for node in case.snapshot.compute_nodes:
        if node.host in hv.hosts and node.id != hv.compute_id:
            verdict = Verdict.failed(
                case.status,
                Reason.of(
                    OutcomeCode.WRONG_ID,
                    name=hv.name,
                    id=node.id,
                    chosen=hv.compute_id,
                ),
            )
            # The hold is on the id that was chosen, so it closes nothing.
            steps = () if hv.opened else closing.disable(hv)
            return dataclasses.replace(verdict, steps=steps)
    return None


def port_taken(case: CreateCase) -> Verdict | None:
    """Refuse a port that something else has: Nova would answer 409.

    By now Nova has been asked whether that is a server of the hypervisor.
    """
    if case.hv.server is not None:
        return None
    for port in case.hv.ports:
        if port.device_id:
            found = absence.found(case, port.device_id)
            other = found.name if found is not None else None
            return absence.port_taken(case, port, other)
    return None


def deploy_failed(case: CreateCase) -> Verdict | None:
    """Ask Ironic why a deploy failed, and then say so."""
    if case.status.phase is not Phase.FAILED:
        return None
    questions = explanations.questions(case)
    in_time = (
        case.ledger.out_of_time is None
        and case.lasted(case.status) < _EXPLAINED
    )
    if questions and in_time:
        return Verdict(status=case.status, steps=questions)
    if explanations.lacks_hosts(case.snapshot, [case.hv]) and in_time:
        return Verdict(status=case.status)
    return Verdict.failed(case.status, explanations.deploy_failed(case))


def stopping(case: CreateCase) -> Verdict | None:
    """Refuse what is being deleted, unless this run does so to try anew."""
    if case.status.phase is not Phase.STOPPING:
        return None
    if rollback.is_between_attempts(case.hv.name, case.ledger):
        return server.running(case)
    return Verdict.failed(
        case.status, Reason.of(OutcomeCode.IS_BEING_DELETED, name=case.hv.name)
    )


def drained(case: CreateCase) -> Verdict | None:
    """Refuse what is closed for a drain."""
    hv = case.hv
    if not phases.closed_for_drain(hv):
        return None
    if hv.provider and hv.consumers is None and case.ledger.last is None:
        # The next look tells whether it is empty.
        return Verdict(status=case.status)
    return Verdict.failed(
        case.status,
        Reason.of(OutcomeCode.CLOSED_FOR_DRAIN, name=case.hv.name),
    )
