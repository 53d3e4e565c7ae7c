# SPDX-License-Identifier: Apache-2.0
"""Decides which phase a hypervisor is in, and why.

One ordered table: the first row whose condition holds is the phase.
"""

from __future__ import annotations

from collections.abc import Callable
import typing

from hvctl.decide.hypervisor import emptiness
from hvctl.decide.hypervisor import ownership
from hvctl.decide.wording import commands
from hvctl.model import host_name
from hvctl.model import text
from hvctl.model.codes import StatusCode
from hvctl.model.disabled_reason import DisabledBy
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.reasons import Fact
from hvctl.model.reasons import Reason

COMMAND = commands.COMMAND


def status(hv: Hypervisor) -> Status:
    """Return the phase that a hypervisor is in, and why.

    :param hv: all that a look has of it
    :returns: the phase and its reason
    """
    for row in _TABLE:
        if row.holds(hv):
            reason = row.reason(hv)
            if hv.elsewhere:
                reason = Reason.of(
                    StatusCode.ELSEWHERE,
                    name=hv.name,
                    status=reason,
                    project=hv.elsewhere,
                )
            elif ownership.may_be_elsewhere(hv):
                reason = Reason.of(
                    StatusCode.MAY_BE_ELSEWHERE, name=hv.name, status=reason
                )
            return Status(phase=row.phase, reason=reason)
    raise AssertionError('the last row of the table holds always')


def closed_for_drain(hv: Hypervisor) -> bool:
    """Return whether the service is disabled because of a drain of ours."""
    return hv.service is not None and hv.service.is_drained


def may_enable(hv: Hypervisor) -> bool:
    """Return whether a disabled service is waiting for create to enable it.

    What somebody disabled for a reason of their own stays disabled.
    """
    return hv.service is None or hv.service.disabled.by in (
        DisabledBy.NOTHING,
        DisabledBy.NOVA,
        DisabledBy.CREATE,
    )


class _Row(typing.NamedTuple):
    phase: Phase
    holds: Callable[[Hypervisor], bool]
    reason: Callable[[Hypervisor], Reason]


def _because(code: StatusCode) -> Callable[[Hypervisor], Reason]:
    """Build the reason for which the names of a hypervisor are enough."""

    def reason(hv: Hypervisor) -> Reason:
        return Reason.of(code, name=hv.name, host=hv.host)

    return reason


def _server_is(*states: str) -> Callable[[Hypervisor], bool]:
    def holds(hv: Hypervisor) -> bool:
        return hv.server is not None and hv.server.status in states

    return holds


def _stopping(hv: Hypervisor) -> bool:
    return hv.server is not None and (
        hv.server.task_state in ('deleting', 'soft-deleting')
        or hv.server.status in ('DELETED', 'SOFT_DELETED')
    )


def left(hv: Hypervisor) -> tuple[tuple[str, str], ...]:
    """List what is there of a hypervisor.

    :returns: of each thing its kind, in the field's words, and its id; of an
        aggregate membership the aggregate's name
    """
    kinds = (
        ('server', (hv.server, *hv.duplicates)),
        ('compute service', (hv.service,)),
        ('hypervisor', (hv.compute_node,)),
        ('resource provider', (hv.provider,)),
        ('test guest', hv.test_guests),
        ('port', (*hv.test_ports, *hv.ports)),
        ('trunk', hv.trunks),
        ('sub-port', hv.subports),
        ('network agent', hv.agents or ()),
    )
    return (
        *((kind, one.id) for kind, found in kinds for one in found if one),
        *(('aggregate membership', each.name) for each in hv.aggregates),
    )


def goes(hv: Hypervisor, phase: Phase) -> bool:
    """Return whether a hypervisor can only be deleted."""
    if phase is Phase.ORPHANED:
        # Only one that never registered can be taken up again.
        return bool(hv.service or hv.agents)
    return phase is Phase.STOPPING


def _without_machine(hv: Hypervisor) -> bool:
    """Return whether there is no machine, in whichever bare-metal cloud.

    A service whose machine may be in one that was not looked at is as it is.
    """
    return (
        hv.server is None
        and not hv.elsewhere
        and not (hv.service is not None and ownership.may_be_elsewhere(hv))
    )


def _orphaned(hv: Hypervisor) -> Reason:
    code = StatusCode.UNFINISHED
    if goes(hv, Phase.ORPHANED):
        code = StatusCode.LEFT_OVER
    return Reason.of(code, name=hv.name, left=left(hv))


def _failed(hv: Hypervisor) -> Reason:
    fault = hv.server.fault if hv.server is not None else None
    return Reason.of(
        StatusCode.SERVER_FAILED,
        name=hv.name,
        fault=text.one_line(fault) if fault else None,
    )


def _building(hv: Hypervisor) -> Reason:
    return Reason.of(
        StatusCode.DEPLOYING,
        name=hv.name,
        task=hv.server.task_state if hv.server is not None else None,
        node=node(hv),
        node_state=hv.node.provision_state if hv.node is not None else None,
    )


def node(hv: Hypervisor) -> str | None:
    """Return the Ironic node, by its name where that may be read."""
    if hv.node is not None:
        return hv.node.name or hv.node.id
    return hv.server.node if hv.server is not None else None


def _booting(hv: Hypervisor) -> Reason:
    return Reason.of(
        StatusCode.REGISTERING,
        name=hv.name,
        hosts=tuple(host_name.host_names(hv.name, hv.domain)),
    )


def server_down(hv: Hypervisor) -> bool:
    """Return whether the machine is not running, as far as Nova tells."""
    return hv.server is not None and hv.server.status != 'ACTIVE'


def _not_active(hv: Hypervisor) -> Reason:
    return Reason.of(
        StatusCode.SERVER_DOWN,
        server_id=hv.server.id if hv.server is not None else None,
        server_status=hv.server.status if hv.server is not None else None,
    )


def _service_down(hv: Hypervisor) -> bool:
    return hv.service is not None and not hv.service.up


def _unregistered(hv: Hypervisor) -> bool:
    return hv.compute_node is None and hv.compute_node_seen


def _no_live_agent(hv: Hypervisor) -> Reason:
    agents = sorted(hv.agents or (), key=lambda agent: agent.agent_type)
    names: dict[str, Fact] = {
        'name': hv.name,
        'host': hv.host,
        'opened': hv.opened,
    }
    dead = tuple(a.agent_type for a in agents if not a.alive)
    if dead:
        return Reason.of(StatusCode.AGENTS_DEAD, agents=dead, **names)
    return Reason.of(
        StatusCode.AGENTS_MISSING,
        registered=tuple(agent.agent_type for agent in agents),
        expected=hv.agents_expected,
        **names,
    )


def _closed(hv: Hypervisor) -> bool:
    return hv.closed_by_hold or (
        hv.service is not None and not hv.service.enabled
    )


def _closed_by_others(hv: Hypervisor) -> bool:
    return (
        hv.service is not None
        and not hv.service.enabled
        and hv.service.disabled.by is DisabledBy.OTHERS
    )


def _disabled(hv: Hypervisor) -> Reason:
    code = StatusCode.DISABLED
    if _closed_by_others(hv):
        code = StatusCode.DISABLED_BY_OTHERS
    elif not may_enable(hv):
        code = StatusCode.CLOSED_FOR_DELETION
    return Reason.of(
        code,
        name=hv.name,
        host=hv.host,
        reason=hv.service.disabled_reason if hv.service else None,
    )


def _closed_reason(hv: Hypervisor) -> Reason:
    if hv.service is None or hv.service.enabled:
        return Reason.of(StatusCode.HELD, name=hv.name)
    return _disabled(hv)


def _enabled(hv: Hypervisor) -> Reason:
    proven = hv.server is None or hv.opened
    code = StatusCode.ENABLED if proven else StatusCode.UNPROVEN
    return Reason.of(code, name=hv.name, host=hv.host)


def _draining(hv: Hypervisor) -> bool:
    if not closed_for_drain(hv):
        return False
    if hv.guests is None and hv.consumers is not None:
        # A look that did not reach the guests: they have allocations.
        return bool(emptiness.consumers_beside_hold(hv))
    return hv.guests != ()


def _draining_reason(hv: Hypervisor) -> Reason:
    return Reason.of(
        StatusCode.DRAINING,
        name=hv.name,
        guests=None if hv.guests is None else len(hv.guests),
    )


_TABLE: tuple[_Row, ...] = (
    _Row(
        Phase.MISSING,
        lambda hv: not hv.exists,
        _because(StatusCode.NOTHING_THERE),
    ),
    _Row(Phase.ORPHANED, _without_machine, _orphaned),
    _Row(
        Phase.UNKNOWN,
        lambda hv: bool(hv.elsewhere) and hv.service is None,
        _because(StatusCode.NOT_REGISTERED),
    ),
    _Row(Phase.STOPPING, _stopping, _because(StatusCode.BEING_DELETED)),
    _Row(Phase.FAILED, _server_is('ERROR'), _failed),
    _Row(Phase.BUILDING, _server_is('BUILD'), _building),
    _Row(Phase.DOWN, server_down, _not_active),
    _Row(Phase.BOOTING, lambda hv: hv.service is None, _booting),
    _Row(Phase.DOWN, _service_down, _because(StatusCode.SERVICE_DOWN)),
    _Row(Phase.DRAINING, _draining, _draining_reason),
    _Row(Phase.DRAINED, closed_for_drain, _because(StatusCode.DRAINED)),
    _Row(
        Phase.REGISTERED,
        lambda hv: _unregistered(hv) and not hv.reported,
        _because(StatusCode.NO_COMPUTE_NODE),
    ),
    _Row(
        Phase.UNMAPPED,
        _unregistered,
        _because(StatusCode.NOT_MAPPED),
    ),
    _Row(
        Phase.NO_INVENTORY,
        lambda hv: not hv.reported,
        _because(StatusCode.NO_INVENTORY),
    ),
    _Row(Phase.NO_AGENT, lambda hv: not hv.agents_alive, _no_live_agent),
    _Row(Phase.CLOSED, _closed_by_others, _disabled),
    _Row(Phase.READY, _closed, _closed_reason),
    _Row(Phase.ENABLED, lambda hv: True, _enabled),
)
