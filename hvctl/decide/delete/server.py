# SPDX-License-Identifier: Apache-2.0
"""Decides how the bare-metal server of a hypervisor goes.

It goes first: a nova-compute that lives on brings its records back.
"""

from __future__ import annotations

import datetime

from hvctl.decide.case import Case
from hvctl.decide.delete import machine
from hvctl.decide.hypervisor import phases
from hvctl.decide.wording import text
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Hypervisor, Status
from hvctl.model.reasons import Reason
from hvctl.model.records import Node, Server
from hvctl.model.steps import DeleteServer, DisableService, Step
from hvctl.model.verdict import Verdict

#: Nova's tasks of a server that goes.
_DELETING = ('deleting', 'soft-deleting')

#: What Nova says of a server whose tear-down took longer than it waits
#: (nova/virt/ironic/driver.py, _unprovision).
_OVERTIME = 'Provision state still'

#: How often a server is asked to go.
_TRIES = 3

#: An answer that old is not of a copy of the database that lags behind.
_COPIED = datetime.timedelta(seconds=10)

#: A server that is well is being deleted within that time.
_TAKEN_UP = datetime.timedelta(seconds=60)

#: A server that is being deleted for that long, and Ironic does nothing, stays
#: so for ever: Nova takes no other request to delete it.
_HANGS = datetime.timedelta(minutes=10)

#: A scheduler that has chosen a host claims it within that time.
_SETTLED = datetime.timedelta(seconds=5)


def close(case: Case) -> Verdict | None:
    """Disable the compute service, so that no guest comes any more.

    The machine may run on though its server is gone.
    """
    hv = case.hv
    if hv.service is None or not hv.service.enabled:
        return None
    return Verdict(
        status=case.status,
        steps=(
            DisableService(
                name=hv.name,
                service_id=hv.service.id,
                reason=identity.REASON_DELETE,
            ),
        ),
        node_id=_node_id(hv),
    )


def settle(case: Case) -> Verdict | None:
    """Look once more some seconds after this run has closed it.

    A scheduler that had chosen the host just before may still claim it.
    """
    hv = case.hv
    if hv.server is None or hv.service is None:
        return None
    at = case.ledger.done_at.get(
        DisableService(
            name=hv.name,
            service_id=hv.service.id,
            reason=identity.REASON_DELETE,
        )
    )
    if at is None or case.now - at >= _SETTLED:
        return None
    return Verdict(status=case.status)


def undriven(case: Case) -> Verdict | None:
    """Refuse where Nova would only forget the server."""
    hv = case.hv
    if hv.server is None or hv.server.host is None:
        return None
    host = hv.server.host
    states = {
        service.host: service.up for service in case.snapshot.metal_services
    }
    if states.get(host) or (
        hv.node is not None and machine.is_given_back(hv.node)
    ):
        return None
    # The machine would run on.
    if host in states:
        why = Reason.of(OutcomeCode.DRIVER_DOWN, host=host)
    else:
        why = Reason.of(
            OutcomeCode.DRIVER_GONE, host=host, node=phases.node(hv)
        )
    return Verdict.failed(case.status, why)


def running(case: Case) -> Verdict | None:
    """Delete the server, and see it go."""
    hv = case.hv
    if hv.server is None:
        return None
    todo: list[Step] = []
    status = case.status
    for doomed in (hv.server, *hv.duplicates):
        step = DeleteServer(
            name=hv.name,
            server_id=doomed.id,
            soft_deleted=doomed.status == 'SOFT_DELETED',
        )
        if step not in case.ledger.done:
            todo.append(step)
            continue
        status = _going(case, doomed)
        if _is_left_alone(case, doomed, step):
            if not _may_ask_again(case, doomed, step):
                return Verdict.failed(status, _not_deleted(doomed))
            todo.append(step)
        elif _hangs(case, doomed, step):
            return Verdict.failed(status, _hanging(case, doomed, step))
    return Verdict(status=status, steps=tuple(todo), node_id=_node_id(hv))


def _going(case: Case, doomed: Server) -> Status:
    """Return the status of a server that was asked to go."""
    node = _node_of(case, doomed)
    if machine.is_being_torn_down(node):
        return machine.stopping(
            StatusCode.TEARING_DOWN, node=node.name or node.id
        )
    return machine.stopping(
        StatusCode.BEING_DELETED, name=case.name, host=case.hv.host
    )


def _is_left_alone(case: Case, doomed: Server, step: DeleteServer) -> bool:
    """Return whether Nova has stopped deleting a server that is there.

    Just after the request another copy of Nova's database may answer.  Nova
    waits some two minutes for Ironic, and gives up then; while Ironic tears
    down, another request would only disturb it.
    """
    if doomed.task_state in _DELETING:
        return False
    node = _node_of(case, doomed)
    if machine.is_being_torn_down(node):
        return False
    passed = _since(case, step)
    return passed >= (_COPIED if doomed.status == 'ERROR' else _TAKEN_UP)


def _may_ask_again(case: Case, doomed: Server, step: DeleteServer) -> bool:
    """Return whether another request may delete a server."""
    node = _node_of(case, doomed)
    if _OVERTIME in (doomed.fault or ''):
        tries = _TRIES
    elif case.snapshot.nodes is None:
        tries = 2
    elif node is None or machine.is_given_back(node):
        tries = _TRIES
    else:
        return False
    return case.ledger.runs.get(step, 1) < tries


def _hangs(case: Case, doomed: Server, step: DeleteServer) -> bool:
    node = _node_of(case, doomed)
    if machine.is_being_torn_down(node):
        return _since(case, step) >= machine.TEAR_DOWN
    return doomed.task_state in _DELETING and _since(case, step) >= _HANGS


def _hanging(case: Case, doomed: Server, step: DeleteServer) -> Reason:
    node = _node_of(case, doomed)
    seconds = round(_since(case, step).total_seconds())
    if machine.is_being_torn_down(node):
        return machine.endless(node, seconds)
    return Reason.of(
        OutcomeCode.DELETION_HANGS, server_id=doomed.id, seconds=seconds
    )


def _not_deleted(doomed: Server) -> Reason:
    return Reason.of(
        OutcomeCode.NOT_DELETED,
        server_id=doomed.id,
        fault=text.fault(doomed),
    )


def _since(case: Case, step: DeleteServer) -> datetime.timedelta:
    """Return how long ago a server was asked to go last."""
    return case.now - case.ledger.done_at.get(step, case.now)


def _node_of(case: Case, doomed: Server) -> Node | None:
    for node in case.snapshot.nodes or ():
        if node.instance_id == doomed.id or node.id == doomed.node:
            return node
    return None


def _node_id(hv: Hypervisor) -> str | None:
    if hv.node is not None:
        return hv.node.id
    return hv.server.node if hv.server is not None else None
