# SPDX-License-Identifier: Apache-2.0
"""The words for how the move of a guest goes, and how it ended."""

from __future__ import annotations

from hvctl.decide.wording import text
from hvctl.decide.wording import transports
from hvctl.decide.wording.templates import Words
from hvctl.model.codes import Code
from hvctl.model.guest_codes import GuestCode
from hvctl.model.reasons import Facts


def _no_record(facts: Facts) -> str:
    if facts['task'] is None:
        return 'no migration record of it appeared in Nova'
    return f'no migration record of it appeared in Nova, and {_stays(facts)}'


def _stays(facts: Facts) -> str:
    # Nova ends its task before it lets go of the host.
    task = f' ({facts["task"]})' if facts['task'] is not None else ''
    return f'it stays {facts["status"]}{task}'


#: Seconds without news after which a migration may hang.
_LATE = 60

_HUNG_FACTS = ('live', 'server_id', 'migration_id')


def _is_late(facts: Facts) -> bool:
    return text.number(facts['seconds']) >= _LATE


def _under_way(facts: Facts) -> str:
    late = f', nothing new for {facts["seconds"]} s' if _is_late(facts) else ''
    return f'its migration {facts["migration_id"]} is {facts["status"]}{late}'


def hung(facts: Facts) -> str:
    """Say what to do about a migration that nothing is heard of.

    Nova can stop a live one only (2.22, 2.24).
    """
    server_id, migration_id = facts['server_id'], facts['migration_id']
    if not facts['live']:
        return f'openstack server event list {server_id} tells more'
    command = 'openstack --os-compute-api-version 2.24 server migration'
    return (
        f'{command} abort {server_id} {migration_id} leaves it here, or '
        f'{command} force complete {server_id} {migration_id} halts it for '
        'the rest'
    )


#: Nova 34 calls a guest broken whose live migration libvirt refused, and that
#: runs on (nova/compute/manager.py, _do_live_migration): then only its state
#: is wrong.  A hard reboot is among what Nova lets be done to one in ERROR.
_BROKEN = (
    'where openstack server show {server_id} has power_state Running, '
    'openstack server set --state active {server_id}; else openstack server '
    'reboot --hard {server_id}'
)


def _left(facts: Facts) -> str:
    """Return what to do about one that has left, and perhaps broke."""
    if facts['status'] == 'ERROR':
        return _BROKEN.format(server_id=facts['server_id'])
    return f'openstack server show {facts["server_id"]} tells how it is'


_MOVING: dict[Code, Words] = {
    GuestCode.AWAITS_TURN: Words('its turn has not come'),
    GuestCode.HELD_BACK: Words('not sent away, since others are in the way'),
    GuestCode.ASKED_FOR: Words('Nova was asked to move it'),
    GuestCode.REFUSED_NOW: Words('{message}; Nova is asked again'),
    GuestCode.UNDER_WAY: Words(
        _under_way,
        lambda facts: hung(facts) if _is_late(facts) else '',
        ('migration_id', 'status', 'seconds', *_HUNG_FACTS),
    ),
    GuestCode.HOST_DOWN: Words(
        'nova-compute on {host} does not report to Nova, so nothing is heard '
        'of it',
        'when the machine is dead, openstack server evacuate {server_id}',
    ),
    GuestCode.TRIED_AGAIN: Words('to be tried again: {cause}'),
    GuestCode.COPIED_LONG: Words(
        'still being copied: the guest may write its memory faster than that',
        '--force-complete halts it for the rest',
    ),
    GuestCode.COPIED_LONG_PAUSED: Words(
        'still being copied, though it is paused'
    ),
    GuestCode.NOT_HALTED: Words(
        'still being copied, and Nova did not halt it for that'
    ),
    GuestCode.REQUEST_REFUSED: Words('{message}'),
    GuestCode.NOVA_SAYS: Words('{message}'),
    **transports.WORDS,
    GuestCode.MIGRATION_ENDED: Words('the migration ended as {status}'),
    GuestCode.ABANDONED: Words(
        'Nova does nothing with it, though its migration {migration_id} is '
        '{status}'
    ),
    GuestCode.DONE_BUT_HERE: Words(
        "Nova's record of it says {status}, but Nova still has it on {host}"
    ),
    GuestCode.SILENT: Words(
        'its migration {migration_id} is {status}, with nothing new for '
        '{seconds} s, and Nova goes on with it',
        hung,
        _HUNG_FACTS,
    ),
    GuestCode.HALTED_IN_VAIN: Words(
        'still being copied {seconds} s after Nova was asked to halt it for '
        'that',
        hung,
        _HUNG_FACTS,
    ),
    GuestCode.NOT_CONFIRMED: Words(
        'it is on {host}, but Nova does not confirm its migration',
        'openstack server migration confirm {server_id}',
    ),
    GuestCode.RESIZE_NOT_CONFIRMED: Words(
        'it is on {host}, but Nova does not confirm its resize',
        'openstack server resize confirm {server_id}',
    ),
    GuestCode.CLOUD_FULL: Words(
        'not tried any more: Nova found no host for {guests} guests in a row',
        'make room, and the same command again goes on',
    ),
    GuestCode.NO_RECORD: Words(_no_record, facts=('status', 'task')),
    GuestCode.NOTHING_CAME: Words('nothing came of the request'),
    GuestCode.STAYS_BUSY: Words(_stays, facts=('status', 'task')),
    GuestCode.BROKE_HERE: Words(
        'it is ERROR: {cause}', f'{{cause:remedy}}{_BROKEN}'
    ),
    GuestCode.BROKE_ELSEWHERE: Words(
        'it is {status} on {host}: {cause}',
        _left,
        ('status', 'server_id'),
    ),
    GuestCode.NO_REASON: Words('Nova gives no reason'),
    GuestCode.PLACE_UNKNOWN: Words(
        'no longer on {host}; Nova did not say where it is'
    ),
}

_GONE: dict[Code, Words] = {
    GuestCode.RESIZED_AWAY: Words(
        'resized away; waits until its owner confirms or reverts that',
        '--confirm-resizes',
    ),
    GuestCode.MIGRATED_AWAY: Words(
        'cold-migrated away by user {user_id}, who is to confirm that',
        'openstack server migration confirm {server_id}, or --confirm-resizes',
    ),
    GuestCode.IS_DELETED: Words('deleted'),
    GuestCode.SHELVED_BY_DRAIN: Words('shelved'),
    GuestCode.SHELVED_BY_OTHERS: Words('shelved, and not by this drain'),
    GuestCode.ON_NO_HOST: Words(
        'it is {status} and on no host: its boot failed',
        'openstack server show {server_id} says why',
    ),
    GuestCode.IS_BACK: Words('back on {host}'),
    GuestCode.MOVED_BY_OTHERS: Words('not by the request of this drain'),
}

WORDS: dict[Code, Words] = _MOVING | _GONE
