# SPDX-License-Identifier: Apache-2.0
"""Decides what a drain does with a guest in a given state.

What Nova can do in which state is said in nova/compute/api.py (the decorators
of live_migrate, resize, shelve, shelve_offload and confirm_resize).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
import dataclasses
import typing

from hvctl.decide.drain.plan import devices
from hvctl.model.drain_options import DrainOptions, Method, Suspended, Wish
from hvctl.model.records import Server

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
    guest: Server,
    options: DrainOptions,
    ports: Iterable[str] = (),
    bound: str | None = None,
) -> Treatment:
    """Say what is to be done with a guest.

    :param guest: the guest, as it is now
    :param options: what the user wants
    :param ports: VNIC types of its ports that are a device of the host, where
        they are known
    :param bound: id of its affinity group, where it is known and has one
    """
    treated = _treat(guest, options, ports)
    if bound is not None and treated.method and treated.method.migrates:
        treated = Treatment(
            why='its server group has the policy affinity, so Nova lets it be '
            'only on the host where the others are',
            lift=f'openstack server group delete {bound}, or '
            f'{WISH_KEY}=shelve in its metadata',
        )
    why = '; '.join(filter(None, (treated.why, *_remarks(guest))))
    return dataclasses.replace(treated, why=why)


def _treat(
    guest: Server, options: DrainOptions, ports: Iterable[str]
) -> Treatment:
    if guest.task_state is not None or guest.status in PASSING:
        task = guest.task_state or 'no task'
        return Treatment(
            why=f'busy: {guest.status}, {task}',
            lift=f'openstack server show {guest.id} says whether it still '
            'is; when not, the same command again',
            passing=True,
        )
    treated = _BY_STATUS.get(guest.status, _no_way)(guest, options)
    if (
        guest.status in _BY_STATUS
        and _wanted(guest, options) is Wish.STAY
        and not treated.accepted
    ):
        return Treatment(
            why=f'its owner wants it to stay ({WISH_KEY}=stay)',
            lift='--method live or --method cold, when that has been talked '
            'over',
        )
    if treated.method is not None:
        refusal = devices.refusal(guest, treated.method, ports)
        if refusal is not None:
            return Treatment(why=refusal[0], lift=refusal[1])
    return treated


def _remarks(guest: Server) -> list[str]:
    """What its owner said of it, followed or not."""
    said = _said(guest)
    remarks = []
    if said and wish(guest) is None:
        remarks.append(f'{WISH_KEY}={shown(said)} means nothing')
    elif said and said != Wish.STAY:
        remarks.append(f'its owner wants {WISH_KEY}={said}')
    first = guest.metadata.get(PRIORITY_KEY)
    if first is not None:
        unknown = ' is no whole number' if _number(first) is None else ''
        remarks.append(f'{PRIORITY_KEY}={shown(first)}{unknown}')
    return remarks


def shown(text: str) -> str:
    """What a tenant wrote, without what a terminal would obey."""
    return text if text.isprintable() else repr(text)


def priority(guest: Server) -> int:
    """How early a guest's owner wants it moved; 0 unless they say."""
    return _number(guest.metadata.get(PRIORITY_KEY, '')) or 0


def wish(guest: Server) -> Wish | None:
    """What a guest's owner wants: by metadata, else by a tag."""
    said = _said(guest)
    return next((each for each in Wish if each == said), None)


def _said(guest: Server) -> str:
    """A guest's owner's wish as it is written."""
    tagged = (
        tag.removeprefix(f'{WISH_KEY}=')
        for tag in sorted(guest.tags)
        if tag.startswith(f'{WISH_KEY}=')
    )
    return guest.metadata.get(WISH_KEY) or next(tagged, '')


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _wanted(guest: Server, options: DrainOptions) -> Wish | None:
    """The wish of a guest's owner; the user's --method counts more."""
    return wish(guest) if options.method is None else None


def _active(guest: Server, options: DrainOptions) -> Treatment:
    obstacle = _not_live(guest)
    method = _chosen(guest, options, Method.LIVE)
    if method is not Method.LIVE or obstacle is None:
        return Treatment(method=method)
    if options.allow_cold and options.method is None:
        return Treatment(method=Method.COLD, why=obstacle)
    auto = '' if options.method is None else '--method auto '
    return Treatment(
        why=f'it cannot be live-migrated: {obstacle}',
        lift=f'{auto}--allow-cold switches it off for the move',
    )


def _paused(guest: Server, options: DrainOptions) -> Treatment:
    method = _chosen(guest, options, Method.LIVE)
    if method is Method.SHELVE:
        return Treatment(method=method)
    why = ''
    if method is Method.COLD:
        why = 'a paused guest can only be live-migrated'
    if options.method is Method.COLD:
        return Treatment(why=why, lift='--method auto')
    obstacle = _not_live(guest)
    if obstacle is None:
        return Treatment(method=Method.LIVE, why=why)
    return Treatment(
        why=f'it is paused and cannot be live-migrated: {obstacle}',
        lift=f'openstack server unpause {guest.id}',
    )


def _stopped(guest: Server, options: DrainOptions) -> Treatment:
    method = _chosen(guest, options, Method.COLD)
    if method is Method.SHELVE:
        return Treatment(method=method)
    why = ''
    if method is Method.LIVE:
        why = 'a stopped guest can only be cold-migrated'
    if options.method is Method.LIVE:
        return Treatment(why=why, lift='--method auto')
    return Treatment(method=Method.COLD, why=why)


def _suspended(guest: Server, options: DrainOptions) -> Treatment:
    if options.suspended is Suspended.LEAVE:
        return Treatment(why='suspended guests are left', accepted=True)
    if (
        options.suspended is Suspended.SHELVE
        or _wanted(guest, options) is Wish.SHELVE
    ):
        return Treatment(method=Method.SHELVE, why='it is suspended')
    return Treatment(
        why='Nova cannot migrate a guest that is SUSPENDED',
        lift='--suspended shelve (the content of its memory is lost) or '
        '--suspended leave',
    )


def _shelved(guest: Server, options: DrainOptions) -> Treatment:
    del guest, options
    return Treatment(method=Method.OFFLOAD, why='it is shelved already')


def _resized(guest: Server, options: DrainOptions) -> Treatment:
    del guest
    if options.confirm_resizes:
        return Treatment(method=Method.CONFIRM)
    return Treatment(
        why='VERIFY_RESIZE: its resize waits until its owner confirms or '
        'reverts it',
        lift='--confirm-resizes',
    )


def _no_way(guest: Server, options: DrainOptions) -> Treatment:
    del options
    return Treatment(
        why=f'Nova cannot migrate a guest that is {guest.status}',
        lift=_BY_HAND.get(
            guest.status, 'openstack server show {id} tells more'
        ).format(id=guest.id),
    )


_BY_STATUS: dict[str, Callable[[Server, DrainOptions], Treatment]] = {
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


def _chosen(guest: Server, options: DrainOptions, usual: Method) -> Method:
    """The method that the user, the owner or the state asks for."""
    if options.method is not None:
        return options.method
    wanted = wish(guest)
    if wanted is None or wanted is Wish.STAY:
        return usual
    return Method(wanted.value)


def _not_live(guest: Server) -> str | None:
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
