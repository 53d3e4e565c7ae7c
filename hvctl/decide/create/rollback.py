# SPDX-License-Identifier: Apache-2.0
"""Decides what becomes of what a create made and could not finish.

A failed deploy is tried anew; what failed for good is taken back, if that is
wanted, and only what this very run made.
"""

from __future__ import annotations

import dataclasses

from hvctl.decide import interrupted
from hvctl.decide.create.case import CreateCase
from hvctl.decide.delete import delete
from hvctl.decide.delete import server
from hvctl.decide.hypervisor import absence
from hvctl.decide.wording import text
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.results import Created
from hvctl.model.snapshot import WholeLook
from hvctl.model.steps import (
    AskNode,
    CreatePort,
    CreateProvider,
    CreateServer,
    DeleteServer,
)
from hvctl.model.verdict import Outcome, Verdict


def is_between_attempts(name: str, ledger: Ledger) -> bool:
    """Return whether this run has deleted its server, to try anew."""
    abandoned = len(ledger.abandoned.get(name, ()))
    return 0 < ledger.times(name, CreateServer) <= abandoned


def retry(case: CreateCase) -> Verdict | None:
    """Delete a server of this run whose deploy failed, to make another."""
    doomed = case.hv.server
    if doomed is None or case.status.phase is not Phase.FAILED:
        return None
    if doomed.id in case.ledger.abandoned.get(case.name, ()):
        # Its tear-down may fail as well.
        return server.running(case)
    if not _made_by_this_run(case.hv, case.ledger):
        return None
    if case.ledger.times(case.hv.name, CreateServer) > case.request.retries:
        return None
    return Verdict(
        status=Status(
            phase=Phase.FAILED,
            reason=Reason.of(
                StatusCode.DEPLOYING_ANEW, fault=text.fault(doomed)
            ),
        ),
        steps=(
            DeleteServer(
                name=case.hv.name, server_id=doomed.id, status=doomed.status
            ),
        ),
        abandoned=doomed.id,
        node_id=doomed.node,
    )


def out_of_time(case: CreateCase, verdict: Verdict) -> Verdict:
    """Turn what is not finished in time into a failure."""
    seconds = case.ledger.out_of_time
    if seconds is None or case.hv.name in case.ledger.given_up:
        return verdict
    if verdict.outcome is not None:
        return verdict
    return Verdict.failed(
        verdict.status,
        interrupted.late(
            verdict.status, seconds, case.ledger.refusal(case.hv.name)
        ),
    )


def _made_by_this_run(hv: Hypervisor, ledger: Ledger) -> bool:
    """Return whether this run made a hypervisor, as far as there is one."""
    if hv.server is not None:
        return any(
            isinstance(step, CreateServer) and answer == Created(hv.server.id)
            for step, answer in ledger.answers.items()
        )
    # What is made first.
    kind = CreateProvider if hv.compute_id else CreatePort
    return any(
        isinstance(step, kind) and step.name == hv.name and changed
        for step, changed in ledger.done.items()
    )


def start_rollback(case: CreateCase, verdict: Verdict) -> Verdict:
    """Turn a failure into a removal, if this run made what failed.

    What only a refusal keeps from its end is no failure of what was made: the
    same command goes on with it.
    """
    if (
        verdict.outcome is None
        or verdict.outcome.ok
        or case.hv.name in case.ledger.given_up
        or _is_held_up(case)
        or not _made_by_this_run(case.hv, case.ledger)
    ):
        return verdict
    return dataclasses.replace(
        verdict, outcome=None, giving_up=verdict.outcome.reason
    )


def _is_held_up(case: CreateCase) -> bool:
    """Return whether a step is refused that it needs.

    Why its deploy failed is only for people to know.
    """
    return any(
        refusal.step.name == case.name
        and not isinstance(refusal.step, AskNode)
        for refusal in case.ledger.refusals.values()
    )


def scope(ledger: Ledger, usual: WholeLook) -> WholeLook:
    """Return what the next look must reach where something is taken back.

    :param usual: what it must reach for the others
    """
    found = delete.Delete(names=tuple(ledger.given_up)).scope(ledger)
    return dataclasses.replace(
        usual,
        hosts=found.hosts,
        provider_ids=usual.provider_ids | found.provider_ids,
        aggregates=found.aggregates,
        optional=usual.optional & found.optional,
        known=found.known and usual.known,
        drivers=found.drivers,
        nodes=found.nodes,
        node_ids=usual.node_ids | found.node_ids,
    )


def roll_back(case: CreateCase) -> Verdict:
    """Remove what this run made of a hypervisor that failed."""
    unlisted = absence.unlisted(case)
    if unlisted is not None:
        # Nothing is taken from under a machine that may be there.
        return unlisted
    goal = delete.Delete(names=(case.hv.name,))
    verdict = goal.decide(case.snapshot, case.ledger, case.now)[case.hv.name]
    if verdict.outcome is None:
        return verdict
    afterwards = Reason.of(OutcomeCode.REMOVED)
    if not verdict.outcome.ok:
        afterwards = Reason.of(
            OutcomeCode.NOT_REMOVED, why=verdict.outcome.reason
        )
    return dataclasses.replace(
        verdict,
        outcome=Outcome(
            ok=False,
            reason=case.ledger.given_up[case.hv.name],
            afterwards=afterwards,
        ),
    )
