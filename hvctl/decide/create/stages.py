# SPDX-License-Identifier: Apache-2.0
"""The stages in which a name becomes an enabled hypervisor, in order."""

from __future__ import annotations

from collections.abc import Sequence

from hvctl.decide import goal
from hvctl.decide.create import checks
from hvctl.decide.create import closing
from hvctl.decide.create import duplicate_servers
from hvctl.decide.create import joining
from hvctl.decide.create import left_ports
from hvctl.decide.create import opening
from hvctl.decide.create import provision
from hvctl.decide.create import rollback
from hvctl.decide.create import waiting
from hvctl.decide.create.case import CreateCase
from hvctl.decide.goal import Kind
from hvctl.decide.goal import Stage
from hvctl.decide.hypervisor import absence
from hvctl.decide.hypervisor import phases
from hvctl.model.hypervisor import Hypervisor, Phase
from hvctl.model.request import CreateRequest


def _held(hv: Hypervisor, request: CreateRequest | None) -> bool:
    if request is None:
        return hv.compute_id is not None
    return request.hypervisors[hv.name].compute_id is not None


def _not_held(hv: Hypervisor, request: CreateRequest | None) -> bool:
    return not _held(hv, request)


def _trunk(_: Hypervisor, request: CreateRequest | None) -> bool | None:
    return None if request is None else bool(request.subnetworks)


def _agents(hv: Hypervisor, request: CreateRequest | None) -> bool:
    return (
        hv.agents is not None if request is None else request.agent_count != 0
    )


def _aggregates(_: Hypervisor, request: CreateRequest | None) -> bool | None:
    return None if request is None else bool(request.aggregates)


def _tested(_: Hypervisor, request: CreateRequest | None) -> bool | None:
    return None if request is None else request.health_test is not None


def _moved(_: Hypervisor, request: CreateRequest | None) -> bool | None:
    if request is None:
        return None
    return request.health_test is not None and bool(request.health_test.move)


#: How a name becomes an enabled hypervisor; the first stage that answers gives
#: the verdict.
STAGES: tuple[Stage[CreateCase], ...] = (
    goal.FAILED_LANE,
    Stage(
        'name-taken',
        Kind.CHECK,
        'refuse a name that something else has',
        checks.name_taken,
    ),
    Stage(
        'wrong-id',
        Kind.CHECK,
        'refuse a nova-compute that did not take the id chosen for it',
        checks.wrong_id,
    ),
    Stage(
        'duplicates',
        Kind.STEP,
        'delete servers that lost a race',
        duplicate_servers.delete_duplicates,
        when='when two runs made one each',
    ),
    # There is no server yet.
    Stage(
        'unlisted',
        Kind.WAIT,
        'until its server is listed, or Nova calls it gone',
        absence.unlisted,
        when='when a list lacks it',
    ),
    Stage(
        'vanished',
        Kind.CHECK,
        'refuse to make a server again that somebody deletes',
        provision.vanished,
    ),
    Stage(
        'half-gone',
        Kind.CHECK,
        'refuse to build on what an earlier life has left',
        provision.half_gone,
    ),
    Stage(
        'port-taken',
        Kind.CHECK,
        'refuse a port that something else has',
        checks.port_taken,
    ),
    Stage(
        'port-differs',
        Kind.STEP,
        'delete ports that are not what is wanted now',
        left_ports.replace,
        when='when an earlier create has left them',
    ),
    Stage(
        'ports',
        Kind.STEP,
        'place the hold and create the ports',
        provision.ports,
        phases=(Phase.MISSING, Phase.ORPHANED),
    ),
    Stage(
        'trunk',
        Kind.STEP,
        'create the trunk',
        provision.tie,
        when='with sub-networks',
        asked=_trunk,
    ),
    Stage(
        'others-turn',
        Kind.WAIT,
        'until another run has made the server, or does not',
        provision.others_turn,
        when='when another run made the port',
    ),
    Stage('server', Kind.STEP, 'create the server', provision.server),
    # There is a server.
    Stage(
        'retry',
        Kind.STEP,
        'delete the server, to deploy another',
        rollback.retry,
        when='with --retries, when the deploy failed',
    ),
    Stage(
        'deploy-failed',
        Kind.CHECK,
        'ask Ironic why the deploy failed, and say so',
        checks.deploy_failed,
    ),
    Stage(
        'stopping',
        Kind.CHECK,
        'refuse what is being deleted',
        checks.stopping,
    ),
    Stage(
        'overdue',
        Kind.CHECK,
        'end when nothing has changed for too long',
        waiting.overdue,
    ),
    Stage(
        'drained',
        Kind.CHECK,
        'refuse what is closed for a drain',
        checks.drained,
    ),
    Stage(
        'keep-closed',
        Kind.STEP,
        'disable the compute service as soon as it shows',
        closing.keep_closed,
        when='without a hold, or when that is lost',
        asked=_not_held,
    ),
    Stage(
        'rename',
        Kind.STEP,
        'rename the resource provider',
        opening.rename,
        when='when libvirt has another name for the host',
    ),
    Stage(
        'deployed',
        Kind.WAIT,
        'until the machine is deployed',
        waiting.while_in(Phase.BUILDING),
        phases=(Phase.BUILDING,),
    ),
    Stage(
        'up',
        Kind.WAIT,
        'until the machine and its nova-compute are up',
        waiting.while_in(Phase.DOWN),
        when='when it is down',
        phases=(Phase.DOWN,),
    ),
    Stage(
        'registered',
        Kind.WAIT,
        'until nova-compute has registered',
        waiting.while_in(Phase.BOOTING),
        phases=(Phase.BOOTING,),
    ),
    Stage(
        'compute-node',
        Kind.WAIT,
        'until its compute node is there',
        waiting.while_in(Phase.REGISTERED),
        phases=(Phase.REGISTERED,),
    ),
    Stage(
        'mapped',
        Kind.WAIT,
        'until its host is mapped to a cell',
        waiting.while_in(Phase.UNMAPPED),
        phases=(Phase.UNMAPPED,),
    ),
    Stage(
        'inventory',
        Kind.WAIT,
        'until its inventory is in Placement',
        waiting.while_in(Phase.NO_INVENTORY),
        phases=(Phase.NO_INVENTORY,),
    ),
    Stage(
        'agents',
        Kind.WAIT,
        'until its network agents are alive',
        waiting.while_in(Phase.NO_AGENT),
        when='with network agents',
        asked=_agents,
        phases=(Phase.NO_AGENT,),
    ),
    # It is good.
    Stage(
        'disabled',
        Kind.CHECK,
        'refuse what somebody else has disabled',
        opening.others,
        phases=(Phase.READY, Phase.CLOSED, Phase.ENABLED),
    ),
    Stage(
        'first-report',
        Kind.WAIT,
        'until nova-compute has reported for the first time',
        opening.first_report,
        when='when it is up and has not',
    ),
    Stage(
        'enable-held',
        Kind.STEP,
        'enable the compute service, which the hold keeps closed',
        opening.enable_held,
        when='with a hold, when the service is disabled',
    ),
    Stage(
        'hold-seen',
        Kind.WAIT,
        'until it is known whether it is held or full of guests',
        opening.hold_seen,
        when='when an earlier run has opened it',
    ),
    Stage(
        'trait',
        Kind.WAIT,
        'until Placement no longer has it as disabled',
        opening.trait,
        when='when it was disabled',
    ),
    Stage('enabled', Kind.CHECK, 'end: it is enabled', opening.enabled),
    Stage(
        'join',
        Kind.STEP,
        'join its aggregates',
        joining.join,
        when='with aggregates',
        asked=_aggregates,
    ),
    Stage(
        'health-test',
        Kind.STEP,
        'boot a test guest on it, and delete it',
        opening.try_out,
        when='with a health test',
        asked=_tested,
    ),
    Stage(
        'test-moves',
        Kind.STEP,
        'move the test guest to another host and back before that',
        opening.move,
        when='with a health test whose guest is to move',
        asked=_moved,
    ),
    Stage(
        'join-rest',
        Kind.STEP,
        'join aggregates that might have kept the test guest out',
        joining.join_rest,
        when='with a health test, when the metadata of one is more than a '
        'zone',
    ),
    Stage(
        'lift',
        Kind.STEP,
        'lift the hold: guests can land there',
        opening.lift,
        when='with a hold',
        asked=_held,
    ),
    Stage(
        'enable',
        Kind.STEP,
        'enable the compute service: guests can land there',
        opening.enable,
        when='without a hold',
        asked=_not_held,
    ),
)


def after(
    stage: Stage[CreateCase], hv: Hypervisor, request: CreateRequest
) -> list[Stage[CreateCase]]:
    """Return what comes after the stage that a hypervisor is at."""
    later: Sequence[Stage[CreateCase]] = STAGES[STAGES.index(stage) + 1 :]
    if hv.server is not None:
        # It may have been further on, before something went wrong.
        later = goal.since(later, phases.status(hv).phase) or later
    return goal.expected(later, hv, request)


def remaining(hv: Hypervisor) -> list[Stage[CreateCase]]:
    """Return what the same create still has to do, as far as can be told."""
    phase = phases.status(hv).phase
    if phase is Phase.ENABLED and hv.opened:
        return []
    if hv.opened and not hv.closed_by_hold:
        return []
    if phase is Phase.CLOSED:
        # It refuses.
        return []
    return goal.expected(goal.since(STAGES, phase), hv)
