# SPDX-License-Identifier: Apache-2.0
"""The words for why a hypervisor is in its phase."""

from __future__ import annotations

from hvctl.decide.wording import commands
from hvctl.decide.wording import text
from hvctl.decide.wording.templates import Words
from hvctl.model.codes import Code, StatusCode
from hvctl.model.reasons import Facts

#: Whose a machine is by its compute node id.
OTHER_PROJECT = (
    'that of another project, whose id begins with {project}, of this '
    'bare-metal cloud or another one'
)

#: The command for that, by the server's status.
_REVIVING = {
    'SHUTOFF': 'start',
    'PAUSED': 'unpause',
    'SUSPENDED': 'resume',
    'RESCUE': 'unrescue',
}


def _failed(facts: Facts) -> str:
    return str(facts['fault'] or 'the server is in ERROR')


def _deploying(facts: Facts) -> str:
    doing = f'the server is {facts["task"] or "being scheduled"}'
    if facts['node_state'] is not None:
        return f'{doing}, Ironic node {facts["node"]} is {facts["node_state"]}'
    if facts['node'] is not None:
        return f'{doing} on Ironic node {facts["node"]}'
    return f"{doing}, and waits in Nova's queue for a node"


def revive(facts: Facts) -> str:
    """Return what brings a server back to ACTIVE."""
    action = _REVIVING.get(str(facts['server_status']), 'show')
    return f'openstack server {action} {facts["server_id"]}'


def _registering(facts: Facts) -> str:
    return (
        'the machine is deployed; waiting for nova-compute to register as '
        + ' or '.join(text.each(facts['hosts']))
    )


def _draining(facts: Facts) -> str:
    if facts['guests'] is None:
        return 'closed for a drain'
    guests = text.counted(text.number(facts['guests']), 'guest')
    return f'closed for a drain, {guests} left'


def _agents_missing(facts: Facts) -> str:
    registered = text.each(facts['registered'])
    if not registered:
        return f'no network agent of host {facts["host"]} has registered'
    return (
        f'{len(registered)} of {facts["expected"]} network agents of host '
        f'{facts["host"]} have registered: {", ".join(registered)}'
    )


def _agents_remedy(facts: Facts) -> str:
    if facts['opened']:
        return f'openstack network agent list --host {facts["host"]}'
    return commands.CREATE.format(**facts)


def _disabled(facts: Facts) -> str:
    reason = facts['reason'] or 'no reason given'
    return f'the compute service is disabled ({reason})'


def _unlisted(facts: Facts) -> str:
    servers = text.each(facts['servers'])
    if not servers:
        return (
            f'Nova lists no server of it, but does not call its nova-compute '
            f'on {facts["host"]} down; looking again'
        )
    return (
        f'Nova does not list server {", ".join(servers)}, but does not call '
        'it gone: a cell may not answer, or somebody has '
        'taken hvctl:made_by out of its metadata; looking again'
    )


def _port_differs(facts: Facts) -> str:
    ports = ', '.join(text.each(facts['ports'])) or f'of {facts["name"]}'
    differences = ' and '.join(text.each(facts['differences']))
    return (
        f'port {ports}, which an earlier create has left, has another '
        f'{differences} than is wanted now; it is made anew, unless that '
        'create is still at it'
    )


def _unseen(facts: Facts) -> str:
    servers = text.each(facts['servers'])
    why = f'its port is that of server {", ".join(servers)}'
    if not servers:
        silent = ', '.join(text.each(facts['silent']))
        why = f'the cell of {silent} does not answer'
    return f'Nova lists no server of it, but {why}'


def _unseen_remedy(facts: Facts) -> str:
    for server_id in text.each(facts['servers']):
        return f'openstack server show {server_id}'
    return 'openstack compute service list --service nova-compute'


def _disabled_by_others(facts: Facts) -> str:
    return f'somebody else than hvctl has closed it: {_disabled(facts)}'


_PHASES: dict[Code, Words] = {
    StatusCode.NOTHING_THERE: Words('nothing of it is there', commands.CREATE),
    StatusCode.UNFINISHED: Words(
        'there is no server, but: {left:things}', commands.CREATE
    ),
    StatusCode.LEFT_OVER: Words(
        'there is no server, but: {left:things}', commands.DELETE
    ),
    StatusCode.BEING_DELETED: Words(
        'the server is being deleted', commands.DELETE
    ),
    StatusCode.SERVER_FAILED: Words(_failed, commands.DELETE, ('fault',)),
    StatusCode.DEPLOYING: Words(
        _deploying, commands.CREATE, ('task', 'node', 'node_state')
    ),
    StatusCode.SERVER_DOWN: Words(
        'the server is {server_status}', revive, ('server_id',)
    ),
    StatusCode.REGISTERING: Words(_registering, commands.CREATE, ('hosts',)),
    StatusCode.SERVICE_DOWN: Words(
        'nova-compute on {host} does not report to Nova',
        'openstack compute service list --long --host {host}',
    ),
    StatusCode.DRAINING: Words(_draining, commands.DRAIN, ('guests',)),
    StatusCode.DRAINED: Words('closed for a drain and empty', commands.DELETE),
    StatusCode.NO_COMPUTE_NODE: Words(
        'waiting for the compute node and its inventory', commands.CREATE
    ),
    StatusCode.NOT_MAPPED: Words(
        'host {host} is not mapped to a cell: Nova maps it when [scheduler] '
        'discover_hosts_in_cells_interval is set, or with nova-manage cell_v2 '
        'discover_hosts',
        commands.CREATE,
    ),
    StatusCode.NO_INVENTORY: Words(
        'nova-compute has not written its inventory to Placement',
        commands.CREATE,
    ),
    StatusCode.AGENTS_DEAD: Words(
        'not alive: {agents}', _agents_remedy, ('name', 'host', 'opened')
    ),
    StatusCode.AGENTS_MISSING: Words(
        _agents_missing,
        _agents_remedy,
        ('name', 'host', 'opened', 'registered', 'expected'),
    ),
    StatusCode.DISABLED: Words(_disabled, commands.CREATE, ('reason',)),
    StatusCode.CLOSED_FOR_DELETION: Words(
        'closed by a delete that has not ended', commands.DELETE
    ),
    StatusCode.DISABLED_BY_OTHERS: Words(
        _disabled_by_others,
        'openstack compute service list --long --host {host}',
        ('reason',),
    ),
    StatusCode.HELD: Words('the hold still keeps guests out', commands.CREATE),
    StatusCode.ENABLED: Words('guests can be scheduled to it'),
    StatusCode.ELSEWHERE: Words(
        f'{{status}}; its machine is {OTHER_PROJECT}',
        'in that project: ' + commands.SHOW,
    ),
    StatusCode.NOT_REGISTERED: Words('nova-compute has not registered yet'),
    StatusCode.MAY_BE_ELSEWHERE: Words(
        '{status}; neither its server nor its port is in this bare-metal '
        'cloud, so its machine may be in another one',
        'in the cloud that has its server: ' + commands.SHOW,
    ),
    StatusCode.SERVER_UNSEEN: Words(
        _unseen, _unseen_remedy, ('servers', 'silent')
    ),
    StatusCode.SERVICE_UNKNOWN: Words(
        'the cell of {host} does not answer, so nobody knows how its '
        'nova-compute is, and what is on it',
        'openstack compute service list --host {host}',
    ),
    StatusCode.UNPROVEN: Words(
        'guests can be scheduled to it, though no create has proven it good',
        commands.CREATE,
    ),
}

_VERBS: dict[Code, Words] = {
    StatusCode.MAKING: Words('making what the machine needs, and its server'),
    StatusCode.SERVER_UNLISTED: Words(_unlisted, facts=('host', 'servers')),
    StatusCode.PORT_DIFFERS: Words(
        _port_differs, facts=('name', 'ports', 'differences')
    ),
    StatusCode.OTHERS_TURN: Words(
        'there is its port; seeing whether another run is about to make the '
        'server'
    ),
    StatusCode.DUPLICATE_GOES: Words(
        'a second server of its name, {server_id}, is being deleted'
    ),
    StatusCode.DEPLOYING_ANEW: Words(
        'the deploy failed ({fault}) and is tried anew'
    ),
    StatusCode.FIRST_REPORT: Words(
        'waiting for the first report of nova-compute'
    ),
    StatusCode.HOLD_UNKNOWN: Words(
        'looking whether it is held or full of guests'
    ),
    StatusCode.TRAIT_LEFT: Words(
        'waiting until Placement no longer has it as disabled'
    ),
    StatusCode.RENAMING: Words('renaming the resource provider'),
    StatusCode.JOINING: Words('joining its aggregates'),
    StatusCode.NOT_IN_PLACEMENT: Words(
        'waiting until Placement has it in aggregate {aggregates} '
        '(nova-manage placement sync_aggregates mends what Nova could not '
        'write)'
    ),
    StatusCode.TEST_GUEST_BOOTS: Words('booting the test guest'),
    StatusCode.TEST_GUEST_AWAITED: Words('waiting for the test guest'),
    StatusCode.TEST_GUEST_MOVES: Words(
        'moving the test guest to another host ({method})'
    ),
    StatusCode.TEST_GUEST_RETURNS: Words(
        'moving the test guest back ({method})'
    ),
    StatusCode.TEST_GUEST_GOES: Words('waiting for the test guest to go'),
    StatusCode.TEST_PORT_GOES: Words("removing the test guest's port"),
    StatusCode.TEST_ENDED: Words('its health test is ended'),
    StatusCode.CELL_AWAITED: Words(
        'the cell of {host} does not answer; looking again'
    ),
    StatusCode.SERVICE_STILL_UP: Words(
        'the server is gone; waiting until Nova sees its nova-compute down'
    ),
    StatusCode.MACHINE_SOUGHT: Words(
        'the server is gone; looking on which Ironic node its machine is'
    ),
    StatusCode.MACHINE_RUNS: Words(
        'the server is gone, and Ironic node {node} is still {state}'
    ),
    StatusCode.AGENTS_ALIVE: Words(
        'the server is gone; waiting until Neutron sees its agents dead '
        '({agents})'
    ),
    StatusCode.TEARING_DOWN: Words('Ironic still tears down node {node}'),
    StatusCode.CLEARING: Words('removing what the machine left behind'),
}

WORDS: dict[Code, Words] = _PHASES | _VERBS
