# SPDX-License-Identifier: Apache-2.0
"""Decides when a host joins its aggregates.

It is tried out by a guest of our own project, which the metadata of an
aggregate may keep out: that of a tenant, or one that is isolated by a trait.
Such aggregates come after the test, when the hold still keeps it closed.
"""

from __future__ import annotations

from collections.abc import Collection

from hvctl.decide.create.case import CreateCase
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.reasons import Fact
from hvctl.model.reasons import Reason
from hvctl.model.steps import (
    DeleteTestGuest,
    JoinAggregate,
    LeaveAggregate,
)
from hvctl.model.verdict import Verdict


def join(case: CreateCase) -> Verdict | None:
    """Bring a host into its aggregates, in Nova and in Placement.

    Where it is to be tried out, those that may keep the test guest out wait.
    An earlier run may have joined them.
    """
    later = _later(case)
    found = _join(case, set(case.request.aggregates) - later)
    if found is not None or _is_tried(case):
        return found
    left = tuple(
        LeaveAggregate(
            name=case.name, aggregate_id=aggregate.id, host=case.hv.host
        )
        for aggregate in case.snapshot.aggregates
        if aggregate.uuid in later and case.hv.host in aggregate.hosts
    )
    # Nova lets no host leave a zone while guests are on it.
    if not left or case.hv.opened or case.hv.test_guests or case.hv.strangers:
        return None
    return Verdict(status=_ready(StatusCode.JOINING), steps=left)


def join_rest(case: CreateCase) -> Verdict | None:
    """Bring a host that is tried out into the rest of its aggregates."""
    return _join(case, set(case.request.aggregates))


def _later(case: CreateCase) -> set[str]:
    """Return the uuids of the aggregates that come after the test."""
    if case.request.health_test is None:
        return set()
    return {
        aggregate.uuid
        for aggregate in case.snapshot.aggregates
        if aggregate.uuid in case.request.aggregates
        and aggregate.may_refuse(case.snapshot.project_id)
    }


def _is_tried(case: CreateCase) -> bool:
    """Return whether the test guest of this run has been there."""
    return case.times(DeleteTestGuest) > 0


def _join(case: CreateCase, uuids: Collection[str]) -> Verdict | None:
    """Bring a host into some of its aggregates.

    Nova answers 200 although Placement did not take the host
    (nova/compute/api.py, add_host_to_aggregate), so both are looked at.
    """
    hv, aggregates = case.hv, case.request.aggregates
    if hv.provider is None:
        return None
    known = {a.uuid: a for a in case.snapshot.aggregates}
    gone = [uuid for uuid in aggregates if uuid not in known]
    if gone:
        return Verdict.failed(
            case.status,
            Reason.of(
                OutcomeCode.AGGREGATE_GONE,
                name=hv.name,
                aggregates=tuple(
                    f'{aggregates[uuid]} ({uuid})' for uuid in gone
                ),
            ),
        )
    todo = [
        JoinAggregate(name=hv.name, aggregate_id=number, host=hv.host)
        for uuid, number in aggregates.items()
        if uuid in uuids and hv.host not in known[uuid].hosts
    ]
    if todo:
        return Verdict(status=_ready(StatusCode.JOINING), steps=tuple(todo))
    waiting = [
        known[uuid].name
        for uuid in aggregates
        if uuid in uuids
        and hv.provider.id not in case.snapshot.members.get(uuid, frozenset())
    ]
    if waiting:
        return Verdict(
            status=_ready(
                StatusCode.NOT_IN_PLACEMENT, aggregates=tuple(waiting)
            )
        )
    return None


def _ready(code: StatusCode, **facts: Fact) -> Status:
    return Status(phase=Phase.READY, reason=Reason.of(code, **facts))
