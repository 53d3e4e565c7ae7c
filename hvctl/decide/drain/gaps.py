# SPDX-License-Identifier: Apache-2.0
"""Decides whether a look lacks what was there, and is to be taken again.

Nova answers 200 and leaves out the records of a cell that did not answer in
time (nova/compute/multi_cell_list.py).  So nothing follows from that the
hypervisor, or all of its guests, are missing once.
"""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide.drain.case import DrainCase
from hvctl.model.codes import StatusCode
from hvctl.model.ledger import Ledger
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.model.verdict import Verdict

#: How long looks that lack the hypervisor or its service are not believed.
#: They never are while a silent cell hides a guest that is under way.
LIMIT = datetime.timedelta(seconds=120)


def verdict(case: DrainCase) -> Verdict | None:
    """Change nothing upon a look that lacks something; None upon another."""
    if not (_lacks_service(case) or _lacks_guests(case)):
        return None
    status = case.ledger.statuses.get(case.name, case.status)
    reason = Reason.of(StatusCode.LOOK_INCOMPLETE, host=case.name)
    return Verdict(
        status=dataclasses.replace(status, reason=reason),
        moves=tuple(
            # No news could be had of it.
            move.but(news_at=case.now)
            if move.state is MoveState.MOVING
            else move
            for move in case.ledger.moves.values()
            if move.hypervisor == case.name
        ),
    )


def is_silent(case: DrainCase) -> bool:
    """Return whether Nova does not know the service: its cell is silent."""
    service = case.hv.service
    return service is not None and service.status == 'UNKNOWN'


def was_incomplete(ledger: Ledger, name: str) -> bool:
    """Return whether the last look at a hypervisor has lacked something."""
    status = ledger.statuses.get(name)
    return (
        status is not None
        and status.reason is not None
        and status.reason.code is StatusCode.LOOK_INCOMPLETE
    )


def _lacks_service(case: DrainCase) -> bool:
    """Return whether the hypervisor or its service are missing for once."""
    hv, ledger = case.hv, case.ledger
    known = hv.service is not None and not is_silent(case)
    if known and hv.server is not None:
        return False
    if is_silent(case) and _lacks_moves(case):
        return True
    if was_incomplete(ledger, case.name):
        return case.now - ledger.changed_at[case.name] < LIMIT
    last = ledger.last
    if last is None:
        return False
    service_before = any(
        service.host == hv.host and service.status != 'UNKNOWN'
        for service in last.services
    )
    server_before = any(server.name == case.name for server in last.servers)
    return service_before and (not known or server_before)


def _lacks_moves(case: DrainCase) -> bool:
    """Return whether nothing is told of a guest that is under way."""
    told = {migration.id for migration in case.hv.migrations}
    return any(
        move.hypervisor == case.name
        and move.state is MoveState.MOVING
        and move.guest.id not in case.here
        and move.progress.record not in told
        for move in case.ledger.moves.values()
    )


def _lacks_guests(case: DrainCase) -> bool:
    """Return whether several guests have gone at once, and nothing tells why.

    When the next look has none of them either, Nova is asked for each.
    """
    last = case.ledger.last
    if last is None or case.hv.guests != ():
        return False
    before = {guest.id for guest in last.guests.get(case.hv.host, ())}
    unexplained = [
        move
        for move in case.ledger.moves.values()
        if move.hypervisor == case.name
        and move.guest.id in before
        and not (move.state.has_left or move.state is MoveState.RETURNED)
        and not _is_explained(move.guest.id, case)
    ]
    return len(unexplained) > 1


def _is_explained(server_id: str, case: DrainCase) -> bool:
    newest = case.newest.get(server_id)
    return (
        newest is not None
        and newest.source == case.hv.host
        and (newest.done or newest.awaits_confirmation)
    )
