# SPDX-License-Identifier: Apache-2.0
"""The words for what is to be done with a guest, and what keeps it here."""

from __future__ import annotations

import typing

from hvctl.decide.wording import commands
from hvctl.decide.wording import templates
from hvctl.decide.wording import text
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


WORDS: dict[Code, Words] = {
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
    GuestCode.TEST_UNFINISHED: Words(
        '{status}: the create of {name} is to go on with its test guest',
        'when no create of it is running, '
        f'{commands.CREATE} goes on, and {commands.DELETE} removes it',
        ('name',),
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
    GuestCode.TRIES_OUT: Words(
        'test guest of {name}, whose create goes on wherever it is'
    ),
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
    GuestCode.HAS_CONFIG_DRIVE: Words(
        'config drive: empty afterwards if hosts do not share disks, unless '
        'its format is vfat; --method cold makes it anew'
    ),
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
