# SPDX-License-Identifier: Apache-2.0
"""The words for how a hypervisor's part of a run ended."""

from __future__ import annotations

from hvctl.decide.wording import commands
from hvctl.decide.wording import deploys
from hvctl.decide.wording import health_moves
from hvctl.decide.wording import holders
from hvctl.decide.wording import intentions
from hvctl.decide.wording import statuses
from hvctl.decide.wording import text
from hvctl.decide.wording.templates import Words
from hvctl.model.codes import Code, OutcomeCode
from hvctl.model.reasons import Facts

#: Where the packages of Debian and of RHEL let nova-compute log.
_LOG = '/var/log/nova/nova-compute.log'

_UNCHANGED = 'nothing changed for {seconds} s'


def _taken(facts: Facts) -> str:
    return (
        f'the name {facts["name"]} is taken by {holders.listed(facts)}; '
        'choose another name'
    )


def _if_left_over(facts: Facts) -> str:
    remedies = holders.remedies(facts)
    return f'or if that is left over: {remedies}' if remedies else ''


def _not_ours(facts: Facts) -> str:
    return (
        f'{facts["name"]} is not an ephemeral hypervisor of this project: it '
        f'is {holders.listed(facts)}'
    )


def _gone_but_taken(facts: Facts) -> str:
    return f'{facts["name"]} is gone, but there is {holders.listed(facts)}'


def _if_part_of_it(facts: Facts) -> str:
    remedies = holders.remedies(facts)
    return f'if it was part of it: {remedies}' if remedies else ''


def _empty_first(facts: Facts) -> str:
    """Return what empties a hypervisor; a drain moves guests, not records."""
    leaked = text.leaked(facts['occupants'])
    if not leaked:
        return f'empty it first: {commands.DRAIN.format(**facts)}'
    return (
        'a server that is being built becomes a guest soon; of one that is '
        'gone or on another host (openstack server show): '
        f'{text.unset(facts["provider_id"], leaked)}'
    )


def _where_it_is(facts: Facts) -> str:
    """Return what to do with one whose machine is not in this cloud."""
    delete = commands.DELETE.format(**facts)
    if facts['project'] is not None:
        return f'in that project: {delete}'
    there = f'in the cloud that has its server: {delete}'
    removing = holders.removing(facts['left'], facts['hold_id'])
    if facts['up'] or not removing:
        return there
    return f'{there}; or if its machine is gone for good: {removing}'


def _elsewhere(facts: Facts) -> str:
    if facts['project'] is not None:
        other = statuses.OTHER_PROJECT.format(**facts)
        return f'the machine of {facts["name"]} is {other}'
    left = ', '.join(text.things(facts['left']))
    return (
        f'neither a server nor a port of {facts["name"]} is in this '
        f'bare-metal cloud, only {left}: its machine may be in another one'
    )


def _find_node(facts: Facts) -> str:
    """Return how to end a machine that Nova and Ironic have lost."""
    nodes = ', '.join(text.each(facts['nodes']))
    known = f' (it may be {nodes}, whose tear-down failed)' if nodes else ''
    return (
        f'find its Ironic node{known} and end it there (openstack baremetal '
        'node undeploy <node>), and run delete again'
    )


def _never_registered(facts: Facts) -> str:
    addresses = ', '.join(text.each(facts['addresses']))
    return (
        f'the machine of {facts["name"]} is deployed and nova-compute never '
        f'registered as {" or ".join(text.each(facts["hosts"]))}, nothing '
        f'changed for {facts["seconds"]} s: it does not boot the image, or '
        'cloud-init failed; look at its console (openstack baremetal node '
        f'console show {facts["node"]}), or on it'
        f'{f" ({addresses})" if addresses else ""} at cloud-init status '
        f'--long and {_LOG}'
    )


def _hold_was_lost(facts: Facts) -> str:
    words = (
        f'the hold of {facts["name"]} was gone before it was proven good, as '
        'nova-manage placement audit --delete does it; it was closed again, '
        'and is proven now'
    )
    guests = len(text.each(facts['guests']))
    if not guests:
        return words
    return f'{words}; {text.counted(guests, "guest")} had landed on it'


def _landed(facts: Facts) -> str:
    if not facts['guests']:
        return ''
    return f'openstack server list --all-projects --host {facts["host"]}'


def _guest_fault(facts: Facts) -> str:
    aggregates = text.each(facts['aggregates'])
    if not aggregates:
        return str(facts['fault'])
    return (
        f'{facts["fault"]} (aggregate {", ".join(aggregates)} may keep it '
        'out, by its metadata: openstack aggregate remove host <aggregate> '
        f'{facts["host"]})'
    )


def _guest_late(facts: Facts) -> str:
    words = (
        f'the test guest was {facts["server_status"]} for '
        f'{facts["seconds"]} s ({facts["task"] or "no task"})'
    )
    if facts['silent']:
        words += f', and its {facts["silent"]} did not answer'
    return words


def _half_gone(facts: Facts) -> str:
    left = ', '.join(text.things(facts['left']))
    words = f'{facts["name"]} is half gone ({left})'
    if facts['reports']:
        words += '; its nova-compute reports, so its machine may still run'
    return words


def _port_taken(facts: Facts) -> str:
    words = f'port {facts["port_id"]}, made for {facts["name"]}, is in use by '
    if facts['server'] is None:
        return f'{words}{facts["device_id"]}, which is no server of Nova'
    return f'{words}server {facts["device_id"]} ({facts["server"]})'


def _free_port(facts: Facts) -> str:
    if facts['server'] is None:
        free = f'openstack port delete {facts["port_id"]}'
    else:
        free = (
            f'openstack server remove port {facts["device_id"]} '
            f'{facts["port_id"]}'
        )
    return f'{free}, and then the same command again'


_RUN: dict[Code, Words] = {
    OutcomeCode.DONE: Words(''),
    OutcomeCode.REQUEST_FAILED: Words('{message}'),
    OutcomeCode.TIMED_OUT: Words(
        'not finished after {seconds} s: {waited}',
        'run the same command again to go on',
    ),
    OutcomeCode.CANNOT_LOOK: Words(
        '{message}', 'run the same command again to go on'
    ),
}

_CREATE: dict[Code, Words] = {
    OutcomeCode.ALREADY_ENABLED: Words('was enabled already'),
    OutcomeCode.REQUESTED: Words('{status}'),
    OutcomeCode.NAME_TAKEN: Words(_taken, _if_left_over, ('name', 'holders')),
    OutcomeCode.WRONG_ID: Words(
        'nova-compute of {name} took the id {id} instead of {chosen}: it is '
        'older than 2023.1, or another compute_id lies on its disk',
        commands.REMOVE_FIRST,
    ),
    OutcomeCode.DUPLICATE_STAYS: Words(
        'there is a second server {server_id}, which cannot be deleted: '
        '{fault}'
    ),
    OutcomeCode.DUPLICATE_HANGS: Words(
        'there is a second server {server_id}, and Nova has been deleting it '
        'for {seconds} s',
        'openstack server set --state error {server_id}, openstack server '
        'delete {server_id}, and run create again',
    ),
    OutcomeCode.VANISHED: Words(
        'the server of {name} was made and is gone again: somebody deletes it '
        'at the same time'
    ),
    OutcomeCode.HALF_GONE: Words(
        _half_gone, commands.REMOVE_FIRST, ('name', 'left', 'reports')
    ),
    OutcomeCode.PORT_TAKEN: Words(
        _port_taken, _free_port, ('name', 'port_id', 'device_id', 'server')
    ),
    OutcomeCode.USER_DATA_REFUSED: Words('{message}'),
    OutcomeCode.IS_BEING_DELETED: Words(
        'the server is being deleted', commands.REMOVE_FIRST
    ),
    OutcomeCode.CLOSED_FOR_DRAIN: Words(
        '{name} is closed for a drain', f'to use it again: {commands.UNDO}'
    ),
    OutcomeCode.CLOSED_BY_DELETE: Words(
        '{name} is closed by a delete that has not ended',
        commands.REMOVE_FIRST,
    ),
    OutcomeCode.DISABLED_BY_SOMEBODY: Words(
        'the compute service is disabled ({reason}) by somebody else',
        'when that reason is gone: openstack compute service set --enable '
        '{host} nova-compute',
    ),
    OutcomeCode.AGGREGATE_GONE: Words(
        'aggregate {aggregates} is deleted, and {name} is to join it; it '
        'stays closed',
        'see openstack aggregate list, and run create again with another one',
    ),
    OutcomeCode.HOLD_WAS_LOST: Words(
        _hold_was_lost, _landed, ('name', 'host', 'guests')
    ),
    OutcomeCode.HOLD_TOO_SMALL: Words(
        'no hold can keep {name} closed for its health test: with its '
        'ram_allocation_ratio guests find room beside all that Placement '
        'takes as one allocation; it stays disabled',
        'set a smaller ratio, or run create with --no-health-test',
    ),
    OutcomeCode.HEALTH_TEST_FAILED: Words(
        'the health test of {name} failed: {why}; it stays closed'
    ),
    OutcomeCode.TEST_GUEST_FAULT: Words(
        _guest_fault, facts=('fault', 'host', 'aggregates')
    ),
    OutcomeCode.TEST_GUEST_LATE: Words(
        _guest_late, facts=('server_status', 'task', 'seconds', 'silent')
    ),
    OutcomeCode.TEST_GUEST_GONE: Words(
        'the test guest of {name} was deleted by somebody; it stays closed'
    ),
    OutcomeCode.TEST_GUEST_HANGS: Words(
        'Nova has been deleting the test guest {server_id} of {name} for '
        '{seconds} s',
        'openstack server set --state error {server_id}, openstack server '
        'delete {server_id}, and run the same command again',
    ),
    OutcomeCode.REMOVED: Words('what was made of it is removed again'),
    OutcomeCode.NOT_REMOVED: Words('and it could not be removed: {why}'),
    OutcomeCode.REMOVAL_UNFINISHED: Words(
        'and its removal has not ended ({why})', commands.DELETE
    ),
}

_IN_TIME: dict[Code, Words] = {
    OutcomeCode.NOT_DEPLOYED_IN_TIME: Words(
        f'{{name}} is not deployed, {_UNCHANGED}: {{status}}; see openstack '
        'baremetal node show {node}'
    ),
    OutcomeCode.NEVER_REGISTERED: Words(
        _never_registered,
        facts=('name', 'hosts', 'addresses', 'node', 'seconds'),
    ),
    OutcomeCode.MACHINE_DOWN: Words(
        f'the machine of {{name}} is {{server_status}}, {_UNCHANGED}',
        statuses.revive,
        ('server_id',),
    ),
    OutcomeCode.SERVICE_DIED: Words(
        f'nova-compute on {{host}} registered and then died, {_UNCHANGED}; '
        f'look on it{{addresses:brackets}} at {_LOG}'
    ),
    OutcomeCode.NOT_MAPPED_IN_TIME: Words(
        f'host {{host}} is registered but not mapped to a cell, {_UNCHANGED}; '
        'on a controller run nova-manage cell_v2 discover_hosts, or set '
        '[scheduler] discover_hosts_in_cells_interval in its nova.conf'
    ),
    OutcomeCode.NO_INVENTORY_IN_TIME: Words(
        f'{{host}} is registered and has no inventory in Placement, '
        f'{_UNCHANGED}; look on it{{addresses:brackets}} at {_LOG}: does the '
        '[placement] section of its nova.conf work?'
    ),
    OutcomeCode.STALE_PROVIDER: Words(
        f'{{host}} has no inventory, {_UNCHANGED}: Placement has another '
        'resource provider of that name, {provider_id}, left over from '
        'earlier; when it has no allocations, openstack resource provider '
        'delete {provider_id}'
    ),
    OutcomeCode.NO_AGENT_IN_TIME: Words(
        f'{{status}}, {_UNCHANGED}; look on {{host}}{{addresses:brackets}} at '
        "the agent's service and its log in /var/log/neutron/ (OVN's own: "
        '/var/log/ovn/)'
    ),
    OutcomeCode.AGENT_OF_OTHER_HOST: Words(
        f'{{status}}, {_UNCHANGED}; Nova knows it as {{host}} and Neutron as '
        '{agent_host}: give both the same host in section [DEFAULT]; look on '
        "{host}{addresses:brackets} at the agent's service and its log in "
        "/var/log/neutron/ (OVN's own: /var/log/ovn/)"
    ),
    OutcomeCode.NOT_OPENED_IN_TIME: Words(
        f'{{name}} is {{phase}}, {_UNCHANGED}: {{status}}'
    ),
}

_DELETE: dict[Code, Words] = {
    OutcomeCode.ALREADY_GONE: Words('was gone already'),
    OutcomeCode.NOT_OURS: Words(_not_ours, facts=('name', 'holders')),
    OutcomeCode.OCCUPIED: Words(
        '{name} still has {occupants:occupants}',
        _empty_first,
        ('name', 'occupants', 'provider_id'),
    ),
    OutcomeCode.MACHINE_ELSEWHERE: Words(
        _elsewhere,
        _where_it_is,
        ('name', 'project', 'up', 'hold_id', 'left'),
    ),
    OutcomeCode.DRIVER_DOWN: Words(
        'nova-compute on {host}, which drives Ironic, is down: the machine '
        'cannot be stopped now',
        'start it and run delete again',
    ),
    OutcomeCode.DRIVER_GONE: Words(
        'nova-compute on {host}, which drove Ironic node {node}, is not '
        'registered any more: Nova would only forget the server, and the '
        'machine run on',
        'start one of that host name, or openstack baremetal node undeploy '
        '{node}, and run delete again',
    ),
    OutcomeCode.NOT_DELETED: Words(
        'the server could not be deleted: {fault}',
        'see openstack server event list {server_id}, mend the cause and run '
        'delete again',
    ),
    OutcomeCode.DELETION_HANGS: Words(
        'Nova has been deleting server {server_id} for {seconds} s, and takes '
        'no other request to delete it',
        'openstack server set --state error {server_id}, and run delete again',
    ),
    OutcomeCode.TEAR_DOWN_HANGS: Words(
        'Ironic has been tearing down node {node} for {seconds} s',
        'see openstack baremetal node show {node}, and run delete again',
    ),
    OutcomeCode.NOT_KNOWN_GONE: Words(
        'for {seconds} s it was not known whether the machine is gone: '
        '{status}',
        'see openstack compute service list, and run delete again',
    ),
    OutcomeCode.MACHINE_LIVES_ON: Words(
        'the server of {name} is gone, and its machine is not: Ironic node '
        '{node} is {state}, and Nova does not drive it any more',
        'openstack baremetal node undeploy {node}, and run delete again',
    ),
    OutcomeCode.STILL_REPORTING: Words(
        'the server of {name} is gone, and nova-compute on {host} still '
        'reports after {seconds} s: its machine runs on',
        _find_node,
        ('nodes',),
    ),
    OutcomeCode.AGENTS_STILL_ALIVE: Words(
        'the server is gone, and network agents of host {host} still report '
        'after {seconds} s ({agents}): its machine runs on, or another one '
        'has its name',
        'see openstack network agent list --host {host}',
    ),
    OutcomeCode.TEAR_DOWN_FAILED: Words(
        'Ironic could not tear down node {node}: {error}',
        'mend the node and run delete again',
    ),
    OutcomeCode.GONE_BUT_TAKEN: Words(
        _gone_but_taken, _if_part_of_it, ('name', 'holders')
    ),
}

WORDS: dict[Code, Words] = (
    _RUN
    | intentions.WORDS
    | _CREATE
    | deploys.WORDS
    | health_moves.WORDS
    | _IN_TIME
    | _DELETE
)
