# SPDX-License-Identifier: Apache-2.0
"""Decides whether the machine of a hypervisor has ended.

That its server is gone does not tell: Nova only forgets a server whose
nova-compute is down, and one whose tear-down failed.
"""

from __future__ import annotations

from collections.abc import Iterator
import datetime
import typing

from hvctl.decide.case import Case
from hvctl.decide.hypervisor import absence
from hvctl.decide.hypervisor import ownership
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.reasons import Fact
from hvctl.model.reasons import Reason
from hvctl.model.records import Node
from hvctl.model.results import Hosting
from hvctl.model.snapshot import Part
from hvctl.model.steps import AskServer, FindNodes
from hvctl.model.verdict import Verdict

#: States of a node after its tear-down, as Nova takes them
#: (nova/virt/ironic/driver.py, _unprovision).
_GIVEN_BACK = frozenset(
    {'available', 'cleaning', 'clean wait', 'clean failed', 'manageable'}
)

#: The state of a node while Ironic ends what is deployed on it.
_TEARING_DOWN = 'deleting'

#: Ironic tears down a machine within that time.
TEAR_DOWN = datetime.timedelta(minutes=30)

#: Seconds in which Ironic is seen to begin the tear-down.
_BEGUN = 60

#: Seconds in which what has ended is seen down.  Nova's ``service_down_time``
#: and Neutron's ``agent_down_time`` are about a minute unless they are set.
_SEEN_DOWN = 300


def ended(case: Case) -> Verdict | None:
    """See that Ironic has ended the machine."""
    hv = case.hv
    if hv.server is not None or not ownership.owned(hv):
        return None
    if Part.NODES in case.snapshot.unseen:
        # The next look insists on them.
        return Verdict(status=stopping(StatusCode.MACHINE_SOUGHT))
    questions = _questions(case)
    if questions:
        return Verdict(
            status=stopping(StatusCode.MACHINE_SOUGHT), steps=questions
        )
    gone = _gone(case)
    tried = case.ledger.nodes_tried.get(case.name, ())[-1:]
    for node in case.snapshot.nodes or ():
        if node.id in tried or node.instance_id in gone:
            verdict = _of_node(case, node, gone)
            if verdict is not None:
                return verdict
    return None


def _of_node(
    case: Case, node: Node, gone: frozenset[str | None]
) -> Verdict | None:
    """See that Ironic has ended what hvctl had on one node."""
    label = node.name or node.id
    tearing_down = stopping(StatusCode.TEARING_DOWN, node=label)
    if is_being_torn_down(node):
        # Nova forgets the server before Ironic has ended the machine.
        lasted = case.lasted(tearing_down)
        if lasted >= TEAR_DOWN.total_seconds():
            return Verdict.failed(tearing_down, endless(node, round(lasted)))
        return Verdict(status=tearing_down)
    if node.provision_state == 'error' and node.instance_id in {None, *gone}:
        return Verdict.failed(
            tearing_down,
            Reason.of(
                OutcomeCode.TEAR_DOWN_FAILED,
                node=label,
                error=node.last_error or 'it gives no reason',
            ),
        )
    if node.instance_id not in gone:
        return None
    status = stopping(
        StatusCode.MACHINE_RUNS, node=label, state=node.provision_state
    )
    if case.lasted(status) < _BEGUN:
        return Verdict(status=status)
    return Verdict.failed(
        status,
        Reason.of(
            OutcomeCode.MACHINE_LIVES_ON,
            name=case.name,
            node=label,
            state=node.provision_state,
        ),
    )


def _questions(case: Case) -> tuple[FindNodes | AskServer, ...]:
    """Build the questions that tell which node the machine is on.

    After a local delete only the node itself tells it.
    """
    if case.snapshot.nodes is None or case.ledger.nodes_tried.get(case.name):
        return ()
    find = FindNodes(name=case.name)
    if find not in case.ledger.done:
        return (find,)
    return tuple(
        question
        for server_id in _found(case)
        if (question := AskServer(name=case.name, server_id=server_id))
        not in case.ledger.done
        and question.lane not in case.ledger.failures
    )


def _found(case: Case) -> tuple[str, ...]:
    """Return the servers that nodes have under the hypervisor's name."""
    answer = case.ledger.answer(FindNodes(name=case.name), Hosting)
    if answer is None:
        return ()
    others = {server.id for server in case.snapshot.namesakes}
    return tuple(s for s in answer.server_ids if s not in others)


def _gone(case: Case) -> frozenset[str | None]:
    """Return the servers of the hypervisor that Nova has no more.

    Those that this run has deleted have been asked for by now.
    """
    return frozenset(
        step.server_id
        for step in case.ledger.done
        if isinstance(step, AskServer)
        and step.name == case.name
        and absence.is_gone(case, step.server_id)
    )


def is_given_back(node: Node) -> bool:
    """Return whether Ironic has ended what was deployed on a node."""
    return node.instance_id is None and node.provision_state in _GIVEN_BACK


def is_being_torn_down(node: Node | None) -> typing.TypeGuard[Node]:
    """Return whether Ironic is about to end what is on a node."""
    return node is not None and node.provision_state == _TEARING_DOWN


def endless(node: Node, seconds: int) -> Reason:
    """Explain that a tear-down has lasted too long."""
    return Reason.of(
        OutcomeCode.TEAR_DOWN_HANGS,
        node=node.name or node.id,
        seconds=seconds,
    )


def reporting(case: Case) -> Verdict | None:
    """See that nova-compute reports no more."""
    service = case.hv.service
    if service is None or not service.up:
        return None
    status = stopping(StatusCode.SERVICE_STILL_UP)
    lasted = case.lasted(status)
    if lasted < _SEEN_DOWN:
        return Verdict(status=status)
    return Verdict.failed(
        status,
        Reason.of(
            OutcomeCode.STILL_REPORTING,
            name=case.name,
            host=service.host,
            seconds=round(lasted),
            nodes=tuple(_suspects(case)),
        ),
    )


def _suspects(case: Case) -> Iterator[str]:
    """Give the nodes whose tear-down has failed; the machine may be there."""
    for node in case.snapshot.nodes or ():
        if node.provision_state == 'error' and node.instance_id is None:
            yield node.name or node.id


def connected(case: Case) -> Verdict | None:
    """See that its network agents report no more."""
    alive = tuple(agent for agent in case.hv.agents or () if agent.alive)
    if not alive or not ownership.owned(case.hv):
        return None
    kinds = tuple(sorted(agent.agent_type for agent in alive))
    status = stopping(StatusCode.AGENTS_ALIVE, agents=kinds)
    lasted = case.lasted(status)
    if lasted < _SEEN_DOWN:
        return Verdict(status=status)
    return Verdict.failed(
        status,
        Reason.of(
            OutcomeCode.AGENTS_STILL_ALIVE,
            host=alive[0].host,
            seconds=round(lasted),
            agents=kinds,
        ),
    )


def stopping(code: StatusCode, **facts: Fact) -> Status:
    """Build the status of a hypervisor whose machine goes."""
    return Status(phase=Phase.STOPPING, reason=Reason.of(code, **facts))
