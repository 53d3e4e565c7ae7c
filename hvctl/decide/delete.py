# SPDX-License-Identifier: Apache-2.0
"""Decides how a hypervisor goes, so that nothing of it is left.

The machine goes first: a nova-compute that lives on brings its records back.
Then its records, the resource provider last, since its id proves that the
rest is ours.
"""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide import goal
from hvctl.decide import health_test
from hvctl.decide.case import Case
from hvctl.decide.goal import Goal
from hvctl.decide.goal import Kind
from hvctl.decide.goal import Stage
from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import emptiness
from hvctl.decide.hypervisor import ownership
from hvctl.decide.hypervisor import phases
from hvctl.decide.wording import text
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.records import Server
from hvctl.model.snapshot import Snapshot, WholeLook
from hvctl.model.steps import (
    DeleteAgent,
    DeletePort,
    DeleteProvider,
    DeleteServer,
    DeleteService,
    DeleteTrunk,
    DisableService,
    LeaveAggregate,
    Step,
)
from hvctl.model.verdict import Outcome, Verdict


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Goal[Case]):
    """The goal of ``delete``: nothing of the names is left."""

    names: tuple[str, ...]

    def scope(self, ledger: Ledger) -> WholeLook:
        """Return what the next look must reach."""
        if ledger.last is None:
            return WholeLook(
                server_names=frozenset(self.names), aggregates=True
            )
        found = self.hypervisors(ledger.last).values()
        return WholeLook(
            hosts=frozenset(hv.host for hv in found if hv.exists),
            provider_ids=frozenset(
                hv.provider.id for hv in found if hv.provider
            ),
            aggregates=True,
        )

    def hypervisors(self, snapshot: Snapshot) -> dict[str, Hypervisor]:
        """Return what a look has of each name."""
        return assemble.assemble(snapshot, self.names)

    def case(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> Case:
        """Build what the decision about one hypervisor may read."""
        return Case.of(snapshot, hv, ledger, now)

    def verdict(self, case: Case) -> Verdict:
        """Return what to do with one hypervisor, and what is waited for."""
        return goal.walk(STAGES, case)


def _not_ours(case: Case) -> Verdict | None:
    # Our own leftovers are done with before the last mark goes, so what has
    # the name then is somebody else's.
    if _is_there(case) or case.changed:
        return None
    taken = ownership.holders(case.snapshot, case.hv)
    if not taken:
        return None
    return Verdict.failed(
        case.status,
        Reason.of(OutcomeCode.NOT_OURS, name=case.name, holders=tuple(taken)),
    )


def _unseen(case: Case) -> Verdict | None:
    # The first look finds it, the second reaches into it.
    if not _is_there(case) or case.hv.guests is not None:
        return None
    return Verdict(status=case.status)


def _occupied(case: Case) -> Verdict | None:
    occupants = emptiness.occupants(case.hv) if _is_there(case) else ()
    if not occupants:
        return None
    return Verdict.failed(
        case.status,
        Reason.of(OutcomeCode.OCCUPIED, name=case.name, occupants=occupants),
    )


def _tested(case: Case) -> Verdict | None:
    return health_test.remove(case) if _is_there(case) else None


def _open(case: Case) -> Verdict | None:
    hv = case.hv
    if hv.server is None or hv.service is None or not hv.service.enabled:
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
        node_id=_node_id(hv, hv.server),
    )


def _driver_down(case: Case) -> Verdict | None:
    server = case.hv.server
    if server is None:
        return None
    for service in case.snapshot.metal_services:
        if service.host == server.host and not service.up:
            # Nova would only forget the server, and the machine run on.
            return Verdict.failed(
                case.status,
                Reason.of(OutcomeCode.DRIVER_DOWN, host=service.host),
            )
    return None


def _running(case: Case) -> Verdict | None:
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
        node_id=_node_id(hv, hv.server),
    )


def _reporting(case: Case) -> Verdict | None:
    if case.hv.service is None or not case.hv.service.up:
        return None
    return Verdict(status=_stopping(StatusCode.SERVICE_STILL_UP))


def _torn_down(case: Case) -> Verdict | None:
    """See that Ironic is done with the machine."""
    tried = case.ledger.nodes_tried.get(case.name, ())
    node_id = next(reversed(tried), None)
    nodes = case.snapshot.nodes or ()
    node = next((n for n in nodes if n.id == node_id), None)
    if node is None:
        # Ironic does not show it to this project any more: given back.
        return None
    label = node.name or node.id
    status = _stopping(StatusCode.TEARING_DOWN, node=label)
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


def _recorded(case: Case) -> Verdict | None:
    """Remove the records of a machine that is really gone."""
    hv = case.hv
    if not _is_there(case):
        return None
    todo: list[Step] = [
        DeleteAgent(name=hv.name, agent_id=agent.id)
        for agent in hv.agents or ()
    ]
    todo += [
        LeaveAggregate(name=hv.name, aggregate_id=aggregate.id, host=hv.host)
        for aggregate in hv.aggregates
    ]
    if hv.service is not None:
        todo.append(DeleteService(name=hv.name, service_id=hv.service.id))
    if hv.provider is not None:
        todo.append(DeleteProvider(name=hv.name, provider_id=hv.provider.id))
    # The machine's port goes last: it tells which compute cloud the rest is
    # in.  Neutron deletes no port that a trunk still has.
    todo += [
        DeleteTrunk(name=hv.name, trunk_id=trunk.id) for trunk in hv.trunks
    ]
    todo += [
        DeletePort(name=hv.name, port_id=port.id)
        for port in (*hv.subports, *hv.ports)
    ]
    return Verdict(
        status=_stopping(StatusCode.CLEARING),
        steps=tuple(todo),
    )


def _taken(case: Case) -> Verdict | None:
    taken = ownership.holders(case.snapshot, case.hv)
    if not taken:
        return None
    return Verdict.failed(
        case.status,
        Reason.of(
            OutcomeCode.GONE_BUT_TAKEN, name=case.name, holders=tuple(taken)
        ),
    )


def _gone(case: Case) -> Verdict | None:
    code = OutcomeCode.DONE if case.changed else OutcomeCode.ALREADY_GONE
    return Verdict(
        status=case.status, outcome=Outcome(ok=True, reason=Reason.of(code))
    )


def _is_there(case: Case) -> bool:
    """Return whether there is a server, or something that carries our mark."""
    return case.hv.server is not None or ownership.owned(case.hv)


def _node_id(hv: Hypervisor, server: Server) -> str | None:
    return hv.node.id if hv.node else server.node


def _stopping(code: StatusCode, **facts: str) -> Status:
    return Status(phase=Phase.STOPPING, reason=Reason.of(code, **facts))


#: How a hypervisor goes; the first stage that answers gives the verdict.
STAGES: tuple[Stage[Case], ...] = (
    goal.FAILED_LANE,
    Stage('not-ours', Kind.CHECK, 'refuse what hvctl did not make', _not_ours),
    Stage('look', Kind.WAIT, 'until it is known what is on it', _unseen),
    Stage('occupied', Kind.CHECK, 'refuse while guests are on it', _occupied),
    Stage(
        'test-guest',
        Kind.STEP,
        'delete a test guest and its port',
        _tested,
        when='when a create was killed',
    ),
    Stage('close', Kind.STEP, 'disable the compute service', _open),
    Stage(
        'driver-down',
        Kind.CHECK,
        'refuse while nothing can stop the machine',
        _driver_down,
    ),
    Stage(
        'stop',
        Kind.STEP,
        'delete the server, which ends the machine',
        _running,
        phases=(Phase.STOPPING,),
    ),
    Stage(
        'service-down',
        Kind.WAIT,
        'until Nova sees its nova-compute down',
        _reporting,
        phases=(Phase.ORPHANED,),
    ),
    Stage(
        'torn-down',
        Kind.WAIT,
        'until Ironic has torn down the machine',
        _torn_down,
    ),
    Stage(
        'records',
        Kind.STEP,
        'delete its agents, memberships, service, provider and ports',
        _recorded,
    ),
    Stage(
        'taken',
        Kind.CHECK,
        'refuse to call it gone while others have its name',
        _taken,
    ),
    Stage('gone', Kind.CHECK, 'end: nothing of it is left', _gone),
)


def remaining(hv: Hypervisor) -> list[Stage[Case]]:
    """Return what is left to do of a hypervisor that goes."""
    return goal.expected(goal.since(STAGES, phases.status(hv).phase), hv)
