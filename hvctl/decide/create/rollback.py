# SPDX-License-Identifier: Apache-2.0
"""Decides what becomes of what a create made and could not finish.

A failed deploy is tried anew; what failed for good is taken back, if that is
wanted, and only what this very run made.
"""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide import delete
from hvctl.decide import interrupted
from hvctl.decide.wording import rendering
from hvctl.decide.wording import text
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.records import Server
from hvctl.model.results import Created
from hvctl.model.snapshot import Snapshot, WholeLook
from hvctl.model.steps import (
    CreatePort,
    CreateProvider,
    CreateServer,
    DeleteServer,
)
from hvctl.model.verdict import Outcome, Verdict


def may_retry(hv: Hypervisor, retries: int, ledger: Ledger) -> bool:
    """Whether the deploy of a server that this run made goes anew."""
    return _made(hv, ledger) and ledger.times(hv.name, CreateServer) <= retries


def between_tries(name: str, ledger: Ledger) -> bool:
    """Whether this run has deleted the server that it made, to try anew."""
    ended = sum(
        isinstance(step, DeleteServer) and step.name == name and step.retry
        for step in ledger.done
    )
    return 0 < ledger.times(name, CreateServer) <= ended


def retry(name: str, server: Server, status: Status) -> Verdict:
    """Delete a server whose deploy failed, to make another."""
    fault = text.fault(server)
    return Verdict(
        status=Status(
            phase=Phase.FAILED,
            reason=f'the deploy failed ({fault}) and is tried anew',
            hint=status.hint,
        ),
        steps=(DeleteServer(name=name, server_id=server.id, retry=True),),
        node_id=server.node,
    )


def out_of_time(verdict: Verdict, seconds: float) -> Verdict:
    """Turn what is not finished in time into a failure.

    :param seconds: the time that there was
    """
    if verdict.outcome is not None:
        return verdict
    return Verdict.failed(
        verdict.status, interrupted.late(verdict.status, seconds)
    )


def _made(hv: Hypervisor, ledger: Ledger) -> bool:
    """Whether this run made a hypervisor, as far as there is one."""
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


def give_up(
    hv: Hypervisor,
    verdict: Verdict,
    ledger: Ledger,
) -> Verdict:
    """Turn a failure into a removal, if this run made what failed."""
    if (
        verdict.outcome is None
        or verdict.outcome.ok
        or hv.name in ledger.given_up
        or not _made(hv, ledger)
    ):
        return verdict
    return dataclasses.replace(
        verdict, outcome=None, giving_up=verdict.outcome.reason
    )


def scope(ledger: Ledger, usual: WholeLook) -> WholeLook:
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
    snapshot: Snapshot,
    ledger: Ledger,
    now: datetime.datetime,
) -> Verdict:
    """Remove what this run made of a hypervisor that failed."""
    goal = delete.Delete(names=(name,))
    verdict = goal.decide(snapshot, ledger, now)[name]
    if verdict.outcome is None:
        return verdict
    message = rendering.reason(ledger.given_up[name])
    if verdict.outcome.ok:
        message += '; what was made of it is removed again'
    else:
        why = rendering.reason(verdict.outcome.reason)
        message += f'; and it could not be removed: {why}'
    return dataclasses.replace(
        verdict, outcome=Outcome(ok=False, reason=message)
    )
