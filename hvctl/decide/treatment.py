# SPDX-License-Identifier: Apache-2.0
"""Decides what a drain does with a guest in a given state.

What Nova can do in which state is said in nova/compute/api.py (the decorators
of live_migrate, resize, shelve, shelve_offload and confirm_resize).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
import dataclasses
import typing

from hvctl.decide import devices
from hvctl.model import draining
from hvctl.model import records
from hvctl.model.draining import Method
from hvctl.model.draining import Wish

#: Metadata with which the owner of a guest says what is to become of it ...
WISH_KEY = 'hvctl:drain'
#: ... and when: greater numbers first.
PRIORITY_KEY = 'hvctl:drain-priority'

#: A guest in one of these is on its way to another state.
PASSING = frozenset(
    {'BUILD', 'HARD_REBOOT', 'MIGRATING', 'REBOOT', 'REBUILD', 'RESIZE'}
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What is to be done with a guest.

    :ivar method: how it leaves; None when it does not
    :ivar why: why so, in words; '' where there is nothing to say
    :ivar lift: for a guest that is in the way: what to type so that it no
        longer is
    :ivar accepted: it stays, and the user has said that it may
    :ivar passing: it is busy, and to be looked at again
    """

    method: Method | None = None
    why: str = ''
    lift: str = ''
    accepted: bool = False
    passing: bool = False

    @property
    def blocked(self) -> bool:
        """Whether it cannot leave, and nobody has said that it may stay."""
        return self.method is None and not (self.accepted or self.passing)


def treat(
    guest: records.Server,
    options: draining.Options,
    ports: Iterable[str] = (),
) -> Treatment:
    """Say what is to be done with a guest.

    :param guest: the guest, as it is now
    :param options: what the user wants
    :param ports: VNIC types of its ports that are a device of the host, where
        they are known
    """
    if guest.task_state is not None or guest.status in PASSING:
        task = guest.task_state or 'no task'
        return Treatment(why=f'busy: {guest.status}, {task}', passing=True)
    treated = _BY_STATUS.get(guest.status, _no_way)(guest, options)
    if treated.method is not None:
        refusal = devices.refusal(guest, treated.method, ports)
        if refusal is not None:
            return Treatment(why=refusal[0], lift=refusal[1])
    return treated


def priority(guest: records.Server) -> int:
    """How early a guest's owner wants it moved; 0 unless they say."""
    try:
        return int(guest.metadata.get(PRIORITY_KEY, '0'))
    except ValueError:
        return 0


def wish(guest: records.Server) -> Wish | None:
    """What a guest's owner wants: by metadata, else by a tag."""
    said = guest.metadata.get(WISH_KEY, '')
    found = [each for each in Wish if each == said]
    found += [each for each in Wish if f'{WISH_KEY}={each}' in guest.tags]
    return found[0] if found else None


def _active(guest: records.Server, options: draining.Options) -> Treatment:
    obstacle = _not_live(guest)
    method, why = _chosen(guest, options, Method.LIVE)
    match method:
        case None:
            return _wants_to_stay()
        case Method.LIVE if obstacle is None:
            return Treatment(method=Method.LIVE, why=why)
        case Method.LIVE if options.allow_cold and options.method is None:
            return Treatment(method=Method.COLD, why=obstacle or '')
        case Method.LIVE:
            return Treatment(
                why=f'it cannot be live-migrated: {obstacle}',
                lift='--allow-cold switches it off for the move',
            )
        case _:
            return Treatment(method=method, why=why)


def _paused(guest: records.Server, options: draining.Options) -> Treatment:
    method, why = _chosen(guest, options, Method.LIVE)
    match method:
        case None:
            return _wants_to_stay()
        case Method.COLD if options.method is not None:
            return Treatment(
                why='a paused guest can only be live-migrated',
                lift='--method auto',
            )
        case Method.SHELVE:
            return Treatment(method=method, why=why)
    obstacle = _not_live(guest)
    if obstacle is None:
        return Treatment(method=Method.LIVE)
    return Treatment(
        why=f'it is paused and cannot be live-migrated: {obstacle}',
        lift=f'openstack server unpause {guest.id}',
    )


def _stopped(guest: records.Server, options: draining.Options) -> Treatment:
    method, why = _chosen(guest, options, Method.COLD)
    match method:
        case None:
            return _wants_to_stay()
        case Method.LIVE if options.method is not None:
            return Treatment(
                why='a stopped guest can only be cold-migrated',
                lift='--method auto',
            )
        case Method.SHELVE:
            return Treatment(method=method, why=why)
    return Treatment(method=Method.COLD)


def _suspended(guest: records.Server, options: draining.Options) -> Treatment:
    if options.suspended is draining.Suspended.SHELVE:
        return Treatment(method=Method.SHELVE, why='it is suspended')
    if options.suspended is draining.Suspended.LEAVE:
        return Treatment(why='suspended guests are left', accepted=True)
    return Treatment(
        why='Nova cannot migrate a guest that is SUSPENDED',
        lift='--suspended shelve (the content of its memory is lost) or '
        '--suspended leave',
    )


def _shelved(guest: records.Server, options: draining.Options) -> Treatment:
    del guest, options
    return Treatment(method=Method.OFFLOAD, why='it is shelved already')


def _resized(guest: records.Server, options: draining.Options) -> Treatment:
    if options.confirm_resizes:
        return Treatment(method=Method.CONFIRM)
    return Treatment(
        why='VERIFY_RESIZE: its resize waits until its owner confirms or '
        'reverts it',
        lift='--confirm-resizes',
    )


def _no_way(guest: records.Server, options: draining.Options) -> Treatment:
    del options
    return Treatment(
        why=f'Nova cannot migrate a guest that is {guest.status}',
        lift=_BY_HAND.get(
            guest.status, 'openstack server show {id} tells more'
        ).format(id=guest.id),
    )


_BY_STATUS: dict[
    str, Callable[[records.Server, draining.Options], Treatment]
] = {
    'ACTIVE': _active,
    'PAUSED': _paused,
    'SHUTOFF': _stopped,
    'SUSPENDED': _suspended,
    'SHELVED': _shelved,
    'VERIFY_RESIZE': _resized,
}

#: What removes the cause, where no option of a drain does.
_BY_HAND = {
    'ERROR': 'openstack server show {id} says why; mend or delete it',
    'RESCUE': 'openstack server unrescue {id}',
    'SOFT_DELETED': 'openstack server restore {id}, or openstack server '
    'delete --force {id}',
}


def _chosen(
    guest: records.Server, options: draining.Options, usual: Method
) -> tuple[Method | None, str]:
    """The method that the user, the owner or the state asks for.

    :returns: the method, None when the owner wants it to stay, and why
    """
    if options.method is not None:
        return options.method, ''
    wanted = wish(guest)
    if wanted is None:
        return usual, ''
    if wanted is Wish.STAY:
        return None, ''
    return Method(wanted.value), f'its owner wants it ({WISH_KEY}={wanted})'


def _wants_to_stay() -> Treatment:
    return Treatment(
        why=f'its owner wants it to stay ({WISH_KEY}=stay)',
        lift='--method live or --method cold, when that has been talked over',
    )


def _not_live(guest: records.Server) -> str | None:
    """Why Nova would refuse to live-migrate a guest, if it is known."""
    specs: typing.Mapping[str, str] = guest.extra_specs
    security = specs.get('hw:tpm_secret_security', 'user')
    if 'hw:tpm_version' in specs and security != 'host':
        return "it has a vTPM whose secret is its owner's"
    if specs.get('hw:mem_encryption', '').lower() == 'true':
        return 'its memory is encrypted'
    if devices.PCI in specs and wish(guest) is not Wish.LIVE:
        return (
            f'it has a PCI device ({specs[devices.PCI]}), which only an alias '
            f'with live_migratable permits; {WISH_KEY}=live in its metadata '
            'says that it does'
        )
    return None
