# SPDX-License-Identifier: Apache-2.0
"""Decides what becomes of what a create made and could not finish.

A failed deploy is tried anew; what failed for good is taken back, if that is
wanted, and only what this very run made.
"""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide import delete
from hvctl.decide import interrupted as ending
from hvctl.model import hypervisor
from hvctl.model import progress
from hvctl.model import records
from hvctl.model import snapshot as snapshot_model
from hvctl.model import steps
from hvctl.model.hypervisor import Phase


def may_retry(
    hv: hypervisor.Hypervisor, retries: int, ledger: progress.Ledger
) -> bool:
    """Whether the deploy of a server that this run made goes anew."""
    return (
        _made(hv, ledger)
        and ledger.times(hv.name, steps.CreateServer) <= retries
    )


def between_tries(name: str, ledger: progress.Ledger) -> bool:
    """Whether this run has deleted the server that it made, to try anew."""
    ended = sum(
        isinstance(step, steps.DeleteServer)
        and step.name == name
        and step.retry
        for step in ledger.done
    )
    return 0 < ledger.times(name, steps.CreateServer) <= ended


def retry(
    name: str, server: records.Server, status: hypervisor.Status
) -> progress.Verdict:
    """Delete a server whose deploy failed, to make another."""
    fault = (server.fault or 'no reason given').rstrip('. ')
    return progress.Verdict(
        status=hypervisor.Status(
            phase=Phase.FAILED,
            reason=f'the deploy failed ({fault}) and is tried anew',
            hint=status.hint,
        ),
        steps=(
            steps.DeleteServer(name=name, server_id=server.id, retry=True),
        ),
        node_id=server.node,
    )


def out_of_time(verdict: progress.Verdict, seconds: float) -> progress.Verdict:
    """Turn what is not finished in time into a failure.

    :param seconds: the time that there was
    """
    if verdict.outcome is not None:
        return verdict
    return progress.failed(
        verdict.status, ending.late(verdict.status, seconds)
    )


def _made(hv: hypervisor.Hypervisor, ledger: progress.Ledger) -> bool:
    """Whether this run made a hypervisor, as far as there is one."""
    if hv.server is not None:
        return any(
            isinstance(step, steps.CreateServer) and answer == hv.server.id
            for step, answer in ledger.answers.items()
        )
    # What is made first.
    kind = steps.CreateProvider if hv.compute_id else steps.CreatePort
    return any(
        isinstance(step, kind) and step.name == hv.name and changed
        for step, changed in ledger.done.items()
    )


def give_up(
    hv: hypervisor.Hypervisor,
    verdict: progress.Verdict,
    ledger: progress.Ledger,
) -> progress.Verdict:
    """Turn a failure into a removal, if this run made what failed."""
    if (
        verdict.outcome is None
        or verdict.outcome.ok
        or hv.name in ledger.given_up
        or not _made(hv, ledger)
    ):
        return verdict
    return dataclasses.replace(
        verdict, outcome=None, giving_up=verdict.outcome.message
    )


def scope(
    ledger: progress.Ledger, usual: snapshot_model.Scope
) -> snapshot_model.Scope:
    """What the next look must reach where something is taken back.

    :param usual: what it must reach for the others
    """
    found = delete.Delete(names=tuple(ledger.given_up)).scope(ledger)
    return dataclasses.replace(
        usual,
        hosts=found.hosts,
        provider_ids=usual.provider_ids | found.provider_ids,
        aggregates=found.aggregates,
    )


def take_back(
    name: str,
    snapshot: snapshot_model.Snapshot,
    ledger: progress.Ledger,
    now: datetime.datetime,
) -> progress.Verdict:
    """Remove what this run made of a hypervisor that failed."""
    goal = delete.Delete(names=(name,))
    verdict = goal.decide(snapshot, ledger, now)[name]
    if verdict.outcome is None:
        return verdict
    message = ledger.given_up[name]
    if verdict.outcome.ok:
        message += '; what was made of it is removed again'
    else:
        message += f'; and it could not be removed: {verdict.outcome.message}'
    return dataclasses.replace(
        verdict, outcome=progress.Outcome(ok=False, message=message)
    )
