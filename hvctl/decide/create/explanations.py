# SPDX-License-Identifier: Apache-2.0
"""Explains why a hypervisor does not come up.

Each way to fail has a code of its own, and words with a next step.
"""

from __future__ import annotations

from collections.abc import Iterable

from hvctl.decide.case import Case
from hvctl.decide.create import preflight
from hvctl.decide.hypervisor import phases
from hvctl.decide.wording import text
from hvctl.model import host_name
from hvctl.model.codes import OutcomeCode
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.reasons import Fact
from hvctl.model.reasons import Reason
from hvctl.model.records import Provider, Server
from hvctl.model.results import Explained
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import AskNode, CreateServer, Step

#: How Nova says that Placement had no candidate at all, and that its filters
#: refused those it had (nova/scheduler/manager.py).
_NO_CANDIDATE = 'No valid host was found'
_FILTERED = 'There are not enough hosts available'


def lacks_hosts(look: Snapshot, hypervisors: Iterable[Hypervisor]) -> bool:
    """Return whether only a look at all hosts explains why a deploy failed.

    It is a question of all nodes and of what drives them, where Nova's
    scheduler has found none.
    """
    return not look.all_hosts and any(
        hv.server is not None
        and hv.server.status == 'ERROR'
        and _found_none(hv.server)
        for hv in hypervisors
    )


def deploy_failed(case: Case) -> Reason:
    """Explain why a bare-metal server is in ERROR."""
    assert case.hv.server is not None
    fault = text.fault(case.hv.server)
    tried = _tried(case)
    by_nova = (
        len(tried) > 1 and case.ledger.times(case.hv.name, CreateServer) <= 1
    )
    if _FILTERED in fault:
        return Reason.of(
            OutcomeCode.NODES_REFUSED,
            name=case.hv.name,
            capabilities=tuple(
                f'{key}={value}'
                for key, value in case.hv.server.extra_specs.items()
                if key.startswith('capabilities:')
            ),
            tried=tried,
            moved_on=by_nova,
        )
    if _found_none(case.hv.server) and _disabled(
        case.hv.server, case.snapshot
    ):
        return Reason.of(
            OutcomeCode.BARE_METAL_DISABLED,
            name=case.hv.name,
            nodes=len(_disabled(case.hv.server, case.snapshot)),
            hosts=_drivers(case),
            tried=tried,
            moved_on=by_nova,
        )
    if _found_none(case.hv.server):
        return Reason.of(
            OutcomeCode.NO_NODE_FREE,
            name=case.hv.name,
            nodes=_stock(case.hv.server, case.snapshot),
            tried=tried,
            moved_on=by_nova,
        )
    return Reason.of(
        OutcomeCode.DEPLOY_FAILED,
        name=case.hv.name,
        fault=fault,
        tried=tried,
        moved_on=by_nova,
    )


def _found_none(server: Server) -> bool:
    """Return whether Placement had no node at all for a server."""
    return text.fault(server) == _NO_CANDIDATE


def _stock(server: Server, snapshot: Snapshot) -> tuple[str, ...]:
    """Return what the nodes that the flavor asks for are doing."""
    return preflight.stock(snapshot.nodes or (), _class(server))


def _class(server: Server) -> str | None:
    """Return the resource class of the nodes that the flavor asks for."""
    asked = [
        key.partition(':')[2]
        for key in server.extra_specs
        if key.startswith('resources:CUSTOM_')
    ]
    return next(iter(asked), None)


def _disabled(server: Server, snapshot: Snapshot) -> frozenset[str]:
    """Return the ids of nodes that would do, but for their nova-compute."""
    return frozenset(
        node.id
        for node in snapshot.nodes or ()
        if node.placement_class == _class(server)
        and preflight.is_free(node)
        and node.id in snapshot.providers_disabled
    )


def _drivers(case: Case) -> tuple[str, ...]:
    """Return the disabled services that drive these nodes, where known."""
    assert case.hv.server is not None
    nodes = _disabled(case.hv.server, case.snapshot)
    driving = {
        node.service_host
        for node in case.snapshot.compute_nodes
        if node.id in nodes
    }
    return tuple(
        sorted(s.host for s in case.snapshot.services if s.host in driving)
    )


def questions(case: Case) -> tuple[Step, ...]:
    """Return what to ask Ironic before a failed deploy is explained."""
    return tuple(q for q in _questions(case) if q not in case.ledger.done)


def _questions(case: Case) -> list[AskNode]:
    """Build one for each node tried, in whichever deploy of this run."""
    assert case.hv.server is not None
    started = case.ledger.started_at
    # An earlier run may have made the server, and a later try this one.
    since = min(case.hv.server.created_at or started, started)
    return [
        AskNode(name=case.hv.name, node_id=node_id, since=since)
        for node_id in dict.fromkeys(
            case.ledger.nodes_tried.get(case.hv.name, ())
        )
    ]


def _tried(case: Case) -> tuple[tuple[str, str | None], ...]:
    """Return which nodes were tried, and what Ironic says of each."""
    names = {node.id: node.name for node in case.snapshot.nodes or ()}
    found = []
    for question in _questions(case):
        answer = case.ledger.answer(question, Explained)
        label = names.get(question.node_id) or question.node_id
        found.append((label, answer.text if answer else None))
    return tuple(found)


def overdue(case: Case, status: Status, seconds: int) -> Reason:
    """Explain what to look at when nothing has changed for too long.

    :param status: the phase that has lasted too long
    """
    hv = case.hv
    code, facts = _overdue(case, status)
    return Reason.of(
        code,
        name=hv.name,
        host=hv.host,
        addresses=hv.server.addresses if hv.server else (),
        seconds=seconds,
        **facts,
    )


def _overdue(
    case: Case, status: Status
) -> tuple[OutcomeCode, dict[str, Fact]]:
    """Return what a phase that lasts too long means, and what tells it."""
    hv = case.hv
    match status.phase:
        case Phase.BUILDING:
            return OutcomeCode.NOT_DEPLOYED_IN_TIME, {
                'status': status.reason,
                'node': _node(hv),
            }
        case Phase.BOOTING:
            return OutcomeCode.NEVER_REGISTERED, {
                'hosts': tuple(host_name.host_names(hv.name, hv.domain)),
                'node': _node(hv),
            }
        case Phase.DOWN if hv.server and hv.server.status != 'ACTIVE':
            return OutcomeCode.MACHINE_DOWN, {
                'server_id': hv.server.id,
                'server_status': hv.server.status,
            }
        case Phase.DOWN:
            return OutcomeCode.SERVICE_DIED, {}
        case Phase.UNMAPPED:
            return OutcomeCode.NOT_MAPPED_IN_TIME, {}
        case Phase.REGISTERED | Phase.NO_INVENTORY:
            stale = stale_provider(hv, case.snapshot.providers)
            if stale is None:
                return OutcomeCode.NO_INVENTORY_IN_TIME, {}
            return OutcomeCode.STALE_PROVIDER, {'provider_id': stale.id}
        case Phase.NO_AGENT:
            other = _other_host(hv, case.snapshot)
            if other is None:
                return OutcomeCode.NO_AGENT_IN_TIME, {'status': status.reason}
            return OutcomeCode.AGENT_OF_OTHER_HOST, {
                'status': status.reason,
                'agent_host': other,
            }
        case _:
            return OutcomeCode.NOT_OPENED_IN_TIME, {
                'phase': str(status.phase),
                'status': status.reason,
            }


def _other_host(hv: Hypervisor, snapshot: Snapshot) -> str | None:
    """Return the other name of the host, if the agents call it by that."""
    others = hv.hosts - {hv.host}
    return next(
        (a.host for a in snapshot.agents or () if a.host in others), None
    )


def stale_provider(
    hv: Hypervisor, providers: tuple[Provider, ...]
) -> Provider | None:
    """Return a provider that has the host's name and another id."""
    chosen = hv.compute_id or (hv.compute_node and hv.compute_node.id)
    names = {hv.host}
    if hv.compute_node is not None:
        names.add(hv.compute_node.hostname)
    return next(
        (p for p in providers if p.name in names and p.id != chosen), None
    )


def _node(hv: Hypervisor) -> str:
    return phases.node(hv) or '<node>'
