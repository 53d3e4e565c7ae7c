# SPDX-License-Identifier: Apache-2.0
"""The words for what becomes of a guest."""

from __future__ import annotations

import typing

from hvctl.decide.wording import templates
from hvctl.decide.wording import text
from hvctl.decide.wording import transports
from hvctl.decide.wording.templates import Words
from hvctl.model.codes import Code
from hvctl.model.guest_codes import GuestCode
from hvctl.model.reasons import Facts
from hvctl.model.reasons import Reason

_STAY_BY_STATE = 'Nova cannot migrate a guest that is {status}'
_ONLY_LIVE = 'a paused guest can only be live-migrated'
_ONLY_COLD = 'a stopped guest can only be cold-migrated'


def _allow_cold(facts: Facts) -> str:
    """``--allow-cold`` counts only where no method is chosen."""
    auto = '' if facts['method'] is None else '--method auto '
    return f'{auto}--allow-cold switches it off for the move'


def _with_owner(facts: Facts) -> str:
    """Return the remedy; with a secret of the host anybody can start it."""
    agreed = (
        'when its owner agrees to start it again, openstack server set '
        '--property {key}=cold {server_id}'
    ).format(**facts)
    secret = facts['secret']
    on_host = (
        isinstance(secret, Reason) and secret.code is GuestCode.VTPM_OF_HOST
    )
    if on_host and facts['status'] == 'SHUTOFF':
        return (
            f'openstack server start {facts["server_id"]}, and it is '
            f'live-migrated; or, {agreed}'
        )
    return agreed


def _instead(facts: Facts) -> str:
    if not facts['only_owner']:
        return _allow_cold(facts)
    return (
        "moved cold, only its owner's token could start it again: when its "
        'owner agrees to that, openstack server set --property {key}=cold '
        '{server_id}'
    ).format(**facts)


def _overrule(facts: Facts) -> str:
    """Return how to overrule the owner of this guest, and of no other."""
    said = '--tag {key}=stay' if facts['tagged'] else '--property {key}'
    command = f'openstack server unset {said} {{server_id}}'
    return f'when that has been talked over, {command}'.format(**facts)


def _vtpm(facts: Facts) -> str:
    if facts['status'] == 'SUSPENDED':
        return f'openstack server resume {facts["server_id"]}'
    return '--method live or --method cold'


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


def _no_room(facts: Facts) -> str:
    only = facts['destination']
    zone, traits = facts['zone'], text.each(facts['traits'])
    kind = '' if zone is None else f' of zone {zone}'
    required = [trait for trait in traits if not trait.startswith('!')]
    forbidden = [trait[1:] for trait in traits if trait.startswith('!')]
    if required:
        kind += f' with {" and ".join(required)}'
    if forbidden:
        kind += f' without {" and ".join(forbidden)}'
    if only is None:
        nobody = f'no host{kind} has room for it'
    else:
        nobody = f'{only} has no room for it'
        nobody += f' as a host{kind}' if kind else ''
    need = ', '.join(text.each(facts['need']))
    return f'{nobody} (Placement: {need}){_closed(facts)}'


def _closed(facts: Facts) -> str:
    """Name the hosts that would have room, and why they take no guest."""
    closed = typing.cast('tuple[tuple[str, str], ...]', facts['closed'])
    return ''.join(
        f'; {host} would have, but it {why}' for host, why in closed
    )


def _hosts(facts: Facts) -> str:
    number = text.number(facts['hosts'])
    have = 'has' if number == 1 else 'have'
    return f'{text.counted(number, "host")} {have} room for it'


def _volumes(facts: Facts) -> str:
    return f'with {text.counted(text.number(facts["volumes"]), "volume")}'


def _boots(facts: Facts) -> str:
    others = text.number(facts['volumes']) - 1
    also = f' and {text.counted(others, "other")}' if others > 0 else ''
    return f'boots from a volume{also}'


def _has(what: str, live: str) -> Words:
    """Build the words for a device, by how its guest moves."""

    def words(facts: Facts) -> str:
        name = what.format(**facts)
        match facts['method']:
            case 'live':
                return f'{name}: {live}'
            case 'cold' | 'shelve':
                return f'{name}: gets another one where it goes'
            case _:
                return name

    return Words(words, facts=('method', *templates.facts(Words(what))))


_BEFORE: dict[Code, Words] = {
    GuestCode.BUSY: Words(
        lambda facts: f'busy: {facts["status"]}, {facts["task"] or "no task"}',
        'openstack server show {server_id} says whether it still is; when '
        'not, the same command again',
        ('status', 'task'),
    ),
    GuestCode.MAY_STAY: Words('suspended guests are left'),
    GuestCode.OWNER_WANTS_STAY: Words(
        'its owner wants it to stay ({key}=stay)',
        _overrule,
        ('key', 'tagged', 'server_id'),
    ),
    GuestCode.IN_ERROR: Words(
        _STAY_BY_STATE,
        'openstack server show {server_id} says why; mend or delete it',
    ),
    GuestCode.IN_RESCUE: Words(
        _STAY_BY_STATE, 'openstack server unrescue {server_id}'
    ),
    GuestCode.SOFT_DELETED: Words(
        _STAY_BY_STATE,
        'openstack server restore {server_id}, or openstack server delete '
        '--force {server_id}',
    ),
    GuestCode.NOT_MIGRATABLE: Words(
        _STAY_BY_STATE, 'openstack server show {server_id} tells more'
    ),
    GuestCode.RESIZE_UNCONFIRMED: Words(
        'VERIFY_RESIZE: its resize waits until its owner confirms or reverts '
        'it',
        '--confirm-resizes',
    ),
    GuestCode.SUSPENDED: Words(
        'Nova cannot migrate a guest that is SUSPENDED',
        '--suspended shelve (the content of its memory is lost) or '
        '--suspended leave',
    ),
    GuestCode.ONLY_LIVE: Words(_ONLY_LIVE, '--method auto'),
    GuestCode.ONLY_COLD: Words(_ONLY_COLD, '--method auto'),
    GuestCode.NOT_LIVE: Words(
        'it cannot be live-migrated: {obstacle}',
        _instead,
        ('method', 'only_owner', 'server_id', 'key'),
    ),
    GuestCode.ONLY_OWNER: Words(
        "{secret}: moved cold, only its owner's token could start it again",
        _with_owner,
        ('secret', 'server_id', 'status', 'key'),
    ),
    GuestCode.PAUSED_NOT_LIVE: Words(
        'it is paused and cannot be live-migrated: {obstacle}',
        'openstack server unpause {server_id}',
    ),
    GuestCode.ACCELERATOR_PORT: Words(
        'Nova neither moves a guest with a port of type {port} nor unplugs '
        'the port',
        'its owner can make it anew and delete this one',
    ),
    GuestCode.ACCELERATOR: Words(
        'Nova does not migrate a guest with an accelerator ({profile})',
        'openstack server shelve {server_id}, when its owner agrees',
    ),
    GuestCode.VTPM_NOT_SHELVED: Words(
        'Nova does not shelve a guest with a vTPM',
        _vtpm,
        ('server_id', 'status'),
    ),
    GuestCode.AFFINITY: Words(
        'its server group has the policy affinity, so Nova lets it be only '
        'on the host where the others are',
        'openstack server group delete {group}, or {key}=shelve in its '
        'metadata',
    ),
    GuestCode.NO_ROOM: Words(
        _no_room,
        '--on-blocked continue tries all the same',
        ('destination', 'need', 'zone', 'traits', 'closed'),
    ),
    GuestCode.LIVE_INSTEAD: Words(_ONLY_LIVE),
    GuestCode.COLD_INSTEAD: Words(_ONLY_COLD),
    GuestCode.IS_SUSPENDED: Words('it is suspended'),
    GuestCode.IS_SHELVED: Words('it is shelved already'),
    GuestCode.VTPM_OF_OWNER: Words(
        "it has a vTPM whose secret is its owner's"
    ),
    GuestCode.VTPM_OF_HOST: Words(
        'it has a vTPM whose secret is on this host only'
    ),
    GuestCode.VTPM_OF_NOVA: Words(
        "it has a vTPM whose secret is Nova's, and not its host's"
    ),
    GuestCode.ENCRYPTED_VOLUMES: Words(
        "it has encrypted volumes whose keys are its owner's"
    ),
    GuestCode.ENCRYPTION_UNKNOWN: Words(
        'whether its volumes are encrypted is not known (Cinder does not '
        'tell); if they are, only its owner can start it again',
    ),
    GuestCode.MEMORY_ENCRYPTED: Words('its memory is encrypted'),
    GuestCode.PCI_DEVICE: Words(
        'it has a PCI device ({alias}), which only an alias with '
        'live_migratable permits; {key}=live in its metadata says that it '
        'does'
    ),
    GuestCode.WISH: Words('its owner wants {key}={wish}'),
    GuestCode.WISH_UNKNOWN: Words('{key}={wish} means nothing'),
    GuestCode.PRIORITY: Words('{key}={priority}'),
    GuestCode.PRIORITY_UNKNOWN: Words('{key}={priority} is no whole number'),
    GuestCode.LOCKED: Words('locked by its owner'),
    GuestCode.HAS_PORT: _has(
        '{port} port', 'unplugged for the move, and plugged again'
    ),
    GuestCode.HAS_PCI_DEVICE: _has(
        'PCI device ({alias})', 'migrated if its alias says live_migratable'
    ),
    GuestCode.HAS_VIRTUAL_GPU: _has(
        'virtual GPU',
        'migrated if libvirt, QEMU and driver of both hosts can',
    ),
    GuestCode.HAS_VTPM: Words('vTPM'),
    GuestCode.HAS_VOLUMES: Words(_volumes, facts=('volumes',)),
    GuestCode.BOOTS_FROM_VOLUME: Words(_boots, facts=('volumes',)),
    GuestCode.HOSTS_WITH_ROOM: Words(_hosts, facts=('hosts',)),
    GuestCode.ROOM_DOUBTFUL: Words(
        lambda facts: (
            f'{_hosts(facts)}, but perhaps not when all the others go, too'
        ),
        facts=('hosts',),
    ),
    GuestCode.ROOM_UNKNOWN: Words(
        'Placement tells only of some of the hosts that have room'
    ),
}

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
    GuestCode.BROKE_HERE: Words('it is ERROR: {cause}'),
    GuestCode.BROKE_ELSEWHERE: Words('it is {status} on {host}: {cause}'),
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

WORDS: dict[Code, Words] = _BEFORE | _MOVING | _GONE
