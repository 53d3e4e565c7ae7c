# SPDX-License-Identifier: Apache-2.0
"""Decides how the machine of a hypervisor goes.

It goes first: a nova-compute that lives on brings its records back.
"""

from __future__ import annotations

import datetime

from hvctl.decide.case import Case
from hvctl.decide.hypervisor import phases
from hvctl.decide.wording import text
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.reasons import Fact
from hvctl.model.reasons import Reason
from hvctl.model.records import Node
from hvctl.model.snapshot import Part
from hvctl.model.steps import DeleteServer, DisableService, Step
from hvctl.model.verdict import Verdict

#: States of a node after its tear-down, as Nova takes them
#: (nova/virt/ironic/driver.py, _unprovision).
_GIVEN_BACK = frozenset(
    {'available', 'cleaning', 'clean wait', 'clean failed', 'manageable'}
)

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
    if states.get(host) or (hv.node is not None and is_given_back(hv.node)):
        return None
    # The machine would run on.
    if host in states:
        why = Reason.of(OutcomeCode.DRIVER_DOWN, host=host)
    else:
        why = Reason.of(
            OutcomeCode.DRIVER_GONE, host=host, node=phases.node(hv)
        )
    return Verdict.failed(case.status, why)


def is_given_back(node: Node) -> bool:
    """Return whether Ironic has ended what was deployed on a node."""
    return node.instance_id is None and node.provision_state in _GIVEN_BACK


def running(case: Case) -> Verdict | None:
    """Delete the server, and see it go."""
    hv = case.hv
    if hv.server is None:
        return None
    todo: list[Step] = []
    for doomed in (hv.server, *hv.duplicates):
        delete = DeleteServer(
            name=hv.name,
            server_id=doomed.id,
            soft_deleted=doomed.status == 'SOFT_DELETED',
        )
        if delete not in case.ledger.done:
            todo.append(delete)
        elif doomed.status == 'ERROR' and doomed.task_state is None:
            return Verdict.failed(
                case.status,
                Reason.of(OutcomeCode.NOT_DELETED, fault=text.fault(doomed)),
            )
    return Verdict(
        status=case.status,
        steps=tuple(todo),
        node_id=_node_id(hv),
    )


def reporting(case: Case) -> Verdict | None:
    """See that nova-compute reports no more."""
    if case.hv.service is None or not case.hv.service.up:
        return None
    return Verdict(status=stopping(StatusCode.SERVICE_STILL_UP))


def torn_down(case: Case) -> Verdict | None:
    """See that Ironic is done with the machine."""
    tried = case.ledger.nodes_tried.get(case.name, ())
    node_id = next(reversed(tried), None)
    if node_id is not None and Part.NODES in case.snapshot.unseen:
        # The next look insists on them.
        return Verdict(status=stopping(StatusCode.TEARING_DOWN, node=node_id))
    nodes = case.snapshot.nodes or ()
    node = next((n for n in nodes if n.id == node_id), None)
    if node is None:
        # Ironic does not show it to this project any more: given back.
        return None
    label = node.name or node.id
    status = stopping(StatusCode.TEARING_DOWN, node=label)
    if node.provision_state == 'error':
        return Verdict.failed(
            status,
            Reason.of(
                OutcomeCode.TEAR_DOWN_FAILED,
                node=label,
                error=node.last_error or 'it gives no reason',
            ),
        )
    # Nova forgets the server before Ironic has ended the machine.
    deleting = node.provision_state == 'deleting'
    return Verdict(status=status) if deleting else None


def stopping(code: StatusCode, **facts: Fact) -> Status:
    """Build the status of a hypervisor whose machine goes."""
    return Status(phase=Phase.STOPPING, reason=Reason.of(code, **facts))


def _node_id(hv: Hypervisor) -> str | None:
    if hv.node is not None:
        return hv.node.id
    return hv.server.node if hv.server is not None else None
