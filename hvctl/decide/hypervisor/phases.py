# SPDX-License-Identifier: Apache-2.0
"""Decides which phase a hypervisor is in, why, and what to type next.

One ordered table: the first row whose condition holds is the phase.
"""

from __future__ import annotations

from collections.abc import Callable
import typing

from hvctl.decide.wording import text
from hvctl.model import host_name
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor, Phase, Status

COMMAND = 'openstack hypervisor ephemeral'

#: The disabled_reason that Nova itself gives a new service where
#: ``[DEFAULT] enable_new_services`` is false (nova/db/main/api.py).
NOVA_DISABLED_NEW = 'New compute service disabled due to config option.'


def status(hv: Hypervisor) -> Status:
    """Tell where a hypervisor is.

    :param hv: all that a look has of it
    :returns: the phase, its reason in words and the next command to type
    """
    for row in _TABLE:
        if row.holds(hv):
            return Status(
                phase=row.phase, reason=row.reason(hv), hint=row.hint(hv)
            )
    raise AssertionError('the last row of the table holds always')


def closed_for_drain(hv: Hypervisor) -> bool:
    """Whether the service is disabled because of a drain of ours."""
    return (
        hv.service is not None
        and not hv.service.enabled
        and (hv.service.disabled_reason or '').startswith(
            identity.REASON_DRAIN
        )
    )


def may_enable(hv: Hypervisor) -> bool:
    """Whether a disabled service is waiting for create to enable it.

    What somebody disabled for a reason of their own stays disabled.
    """
    reason = hv.service.disabled_reason if hv.service else None
    return reason in (None, '', identity.REASON_CREATE, NOVA_DISABLED_NEW)


class _Row(typing.NamedTuple):
    phase: Phase
    holds: Callable[[Hypervisor], bool]
    reason: Callable[[Hypervisor], str]
    hint: Callable[[Hypervisor], str | None]


def _nothing(_: Hypervisor) -> None:
    return None


def _create(hv: Hypervisor) -> str:
    return f'{COMMAND} create {hv.name} ...'


def _delete(hv: Hypervisor) -> str:
    return f'{COMMAND} delete {hv.name}'


def _drain(hv: Hypervisor) -> str:
    return f'{COMMAND} drain {hv.name}'


def _enable(hv: Hypervisor) -> str:
    return f'openstack compute service set --enable {hv.host} nova-compute'


def _server_is(*states: str) -> Callable[[Hypervisor], bool]:
    def holds(hv: Hypervisor) -> bool:
        return hv.server is not None and hv.server.status in states

    return holds


def _stopping(hv: Hypervisor) -> bool:
    return hv.server is not None and (
        hv.server.task_state in ('deleting', 'soft-deleting')
        or hv.server.status in ('DELETED', 'SOFT_DELETED')
    )


def remove_first(hv: Hypervisor) -> str:
    """What to type where only a new beginning helps."""
    return f'remove it first: {_delete(hv)}'


def left(hv: Hypervisor) -> list[str]:
    """Name what is there of a hypervisor, in the field's words."""
    things = []
    if hv.server:
        things.append(f'server {hv.server.id}')
    things += [f'server {server.id}' for server in hv.duplicates]
    if hv.service:
        things.append(f'compute service {hv.service.id}')
    if hv.compute_node:
        things.append(f'hypervisor {hv.compute_node.id}')
    if hv.provider:
        things.append(f'resource provider {hv.provider.id}')
    things += [f'test guest {guest.id}' for guest in hv.test_guests]
    things += [f'port {port.id}' for port in (*hv.test_ports, *hv.ports)]
    things += [f'trunk {trunk.id}' for trunk in hv.trunks]
    things += [f'sub-port {port.id}' for port in hv.subports]
    things += [f'network agent {agent.id}' for agent in hv.agents or ()]
    things += [f'aggregate membership {a.name}' for a in hv.aggregates]
    return things


def _orphaned(hv: Hypervisor) -> str:
    return 'there is no server, but: ' + ', '.join(left(hv))


def goes(hv: Hypervisor, phase: Phase) -> bool:
    """Whether all that is left to do with a hypervisor is to delete it."""
    if phase is Phase.ORPHANED:
        # Only one that never registered can be taken up again.
        return bool(hv.service or hv.agents)
    return phase is Phase.STOPPING


def _orphan_hint(hv: Hypervisor) -> str:
    goes_away = goes(hv, Phase.ORPHANED)
    return _delete(hv) if goes_away else _create(hv)


def _building(hv: Hypervisor) -> str:
    assert hv.server is not None
    doing = hv.server.task_state or 'being scheduled'
    if hv.node is not None:
        return (
            f'the server is {doing}, Ironic node '
            f'{hv.node.name or hv.node.id} is {hv.node.provision_state}'
        )
    if hv.server.node:
        return f'the server is {doing} on Ironic node {hv.server.node}'
    return f'the server is {doing}'


def expected_hosts(hv: Hypervisor) -> str:
    """The names by which its nova-compute may register."""
    return ' or '.join(host_name.host_names(hv.name, hv.domain))


def _server_down(hv: Hypervisor) -> bool:
    return hv.server is not None and hv.server.status != 'ACTIVE'


#: What brings a server back to ACTIVE.
_UP = {
    'SHUTOFF': 'start',
    'PAUSED': 'unpause',
    'SUSPENDED': 'resume',
    'RESCUE': 'unrescue',
}


def _up_hint(hv: Hypervisor) -> str:
    assert hv.server is not None
    verb = _UP.get(hv.server.status, 'show')
    return f'openstack server {verb} {hv.server.id}'


def _service_down(hv: Hypervisor) -> bool:
    return hv.service is not None and not hv.service.up


def _no_live_agent(hv: Hypervisor) -> str:
    dead = [a.agent_type for a in hv.agents or () if not a.alive]
    if dead:
        return 'not alive: ' + ', '.join(sorted(dead))
    if hv.agents:
        return (
            f'{len(hv.agents)} of {hv.agents_expected} network agents of host '
            f'{hv.host} have registered: '
            + ', '.join(sorted(a.agent_type for a in hv.agents))
        )
    return f'no network agent of host {hv.host} has registered'


def _agent_hint(hv: Hypervisor) -> str:
    if hv.opened:
        return f'openstack network agent list --host {hv.host}'
    return _create(hv)


def _closed(hv: Hypervisor) -> bool:
    return hv.closed_by_hold or (
        hv.service is not None and not hv.service.enabled
    )


def _closed_reason(hv: Hypervisor) -> str:
    if hv.service is not None and not hv.service.enabled:
        reason = hv.service.disabled_reason or 'no reason given'
        return f'the compute service is disabled ({reason})'
    return 'the hold still keeps guests out'


def _ready_hint(hv: Hypervisor) -> str:
    if hv.service is not None and not hv.service.enabled:
        return _create(hv) if may_enable(hv) else _enable(hv)
    return _create(hv)


def _draining(hv: Hypervisor) -> bool:
    return closed_for_drain(hv) and hv.guests != ()


def _draining_reason(hv: Hypervisor) -> str:
    if hv.guests is None:
        return 'closed for a drain'
    guests = text.counted(len(hv.guests), 'guest')
    return f'closed for a drain, {guests} left'


_TABLE: tuple[_Row, ...] = (
    _Row(
        Phase.MISSING,
        lambda hv: not hv.exists,
        lambda hv: 'nothing of it is there',
        _create,
    ),
    _Row(
        Phase.ORPHANED,
        lambda hv: hv.server is None,
        _orphaned,
        _orphan_hint,
    ),
    _Row(
        Phase.STOPPING,
        _stopping,
        lambda hv: 'the server is being deleted',
        _delete,
    ),
    _Row(
        Phase.FAILED,
        _server_is('ERROR'),
        lambda hv: (
            (hv.server and hv.server.fault) or 'the server is in ERROR'
        ).rstrip('. '),
        _delete,
    ),
    _Row(Phase.BUILDING, _server_is('BUILD'), _building, _create),
    _Row(
        Phase.DOWN,
        _server_down,
        lambda hv: f'the server is {hv.server.status if hv.server else "?"}',
        _up_hint,
    ),
    _Row(
        Phase.BOOTING,
        lambda hv: hv.service is None,
        lambda hv: (
            'the machine is deployed; waiting for nova-compute to register '
            f'as {expected_hosts(hv)}'
        ),
        _create,
    ),
    _Row(
        Phase.DOWN,
        _service_down,
        lambda hv: f'nova-compute on {hv.host} does not report to Nova',
        lambda hv: f'openstack compute service list --long --host {hv.host}',
    ),
    _Row(Phase.DRAINING, _draining, _draining_reason, _drain),
    _Row(
        Phase.DRAINED,
        closed_for_drain,
        lambda hv: 'closed for a drain and empty',
        _delete,
    ),
    _Row(
        Phase.REGISTERED,
        lambda hv: hv.compute_node is None and not hv.reported,
        lambda hv: 'waiting for the compute node and its inventory',
        _create,
    ),
    _Row(
        Phase.UNMAPPED,
        lambda hv: hv.compute_node is None,
        lambda hv: (
            f'host {hv.host} is not mapped to a cell: Nova maps it when '
            '[scheduler] discover_hosts_in_cells_interval is set, or with '
            'nova-manage cell_v2 discover_hosts'
        ),
        _create,
    ),
    _Row(
        Phase.NO_INVENTORY,
        lambda hv: not hv.reported,
        lambda hv: 'nova-compute has not written its inventory to Placement',
        _create,
    ),
    _Row(
        Phase.NO_AGENT,
        lambda hv: not hv.agents_alive,
        _no_live_agent,
        _agent_hint,
    ),
    _Row(Phase.READY, _closed, _closed_reason, _ready_hint),
    _Row(
        Phase.ENABLED,
        lambda hv: True,
        lambda hv: 'guests can be scheduled to it',
        _nothing,
    ),
)
