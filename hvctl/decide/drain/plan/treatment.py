# SPDX-License-Identifier: Apache-2.0
"""Decides what a drain does with a guest in a given state: one ordered table.

The first rule of :data:`RULES` that answers is the treatment.  The rules that
keep a guest come first; those at the end say how it leaves.

What Nova can do in which state is said in nova/compute/api.py (the decorators
of live_migrate, resize, shelve, shelve_offload and confirm_resize).
"""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import typing

from hvctl.decide.drain.plan import devices
from hvctl.decide.drain.plan import secrets
from hvctl.decide.drain.plan import wishes
from hvctl.decide.drain.plan.guest_case import GuestCase
from hvctl.model.drain_options import DrainOptions, Method, Suspended, Wish
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import Ties
from hvctl.model.move import Treatment
from hvctl.model.reasons import Reason
from hvctl.model.records import Server

#: A guest in one of these is on its way to another state.
PASSING = frozenset(
    {'BUILD', 'HARD_REBOOT', 'MIGRATING', 'REBOOT', 'REBUILD', 'RESIZE'}
)


#: Why a guest in one of these stays, whatever anybody wants.
_STUCK = {
    'ERROR': GuestCode.IN_ERROR,
    'RESCUE': GuestCode.IN_RESCUE,
    'SOFT_DELETED': GuestCode.SOFT_DELETED,
}
#: A test guest in one of these is confirmed or deleted by its create.
_UNFINISHED = frozenset({'VERIFY_RESIZE', 'ERROR'})
#: A guest in one of these can leave, one way or the other.
_MOVABLE = frozenset(
    {'ACTIVE', 'PAUSED', 'SHUTOFF', 'SUSPENDED', 'SHELVED', 'VERIFY_RESIZE'}
)


class Rule(typing.NamedTuple):
    """One row of the table.

    :ivar name: short and stable
    :ivar words: what the rule says
    :ivar decide: gives the treatment, and None where it is not about a guest
    """

    name: str
    words: str
    decide: Callable[[GuestCase], Treatment | None]


def _busy(case: GuestCase) -> Treatment | None:
    guest = case.guest
    passing = guest.status in PASSING or guest.is_leaving
    if guest.task_state is None and not passing:
        return None
    reason = Reason.of(
        GuestCode.BUSY,
        server_id=guest.id,
        status=guest.status,
        task=guest.task_state,
    )
    return Treatment(reason=reason, busy=True)


def _may_stay(case: GuestCase) -> Treatment | None:
    if (
        case.status != 'SUSPENDED'
        or case.options.suspended is not Suspended.LEAVE
    ):
        return None
    return Treatment(reason=Reason.of(GuestCode.MAY_STAY), accepted=True)


def _stuck(case: GuestCase) -> Treatment | None:
    if case.status in _MOVABLE:
        return None
    code = _STUCK.get(case.status, GuestCode.NOT_MIGRATABLE)
    return case.stays(code, server_id=case.guest.id, status=case.status)


def _wants_to_stay(case: GuestCase) -> Treatment | None:
    if case.wanted is not Wish.STAY:
        return None
    return case.stays(
        GuestCode.OWNER_WANTS_STAY,
        key=wishes.WISH_KEY,
        tagged=wishes.of(case.guest).tagged,
        server_id=case.guest.id,
    )


def _test_unfinished(case: GuestCase) -> Treatment | None:
    name = case.ties.tries_out
    if name is None or case.status not in _UNFINISHED:
        return None
    if case.status == 'VERIFY_RESIZE' and case.options.confirm_resizes:
        return None
    reason = Reason.of(
        GuestCode.TEST_UNFINISHED, name=name, status=case.status
    )
    return Treatment(reason=reason, busy=True)


def _resize_unconfirmed(case: GuestCase) -> Treatment | None:
    if case.status != 'VERIFY_RESIZE' or case.options.confirm_resizes:
        return None
    return case.stays(GuestCode.RESIZE_UNCONFIRMED)


def _suspended(case: GuestCase) -> Treatment | None:
    if (
        case.status != 'SUSPENDED'
        or case.options.suspended is Suspended.SHELVE
        or case.wanted is Wish.SHELVE
    ):
        return None
    return case.stays(GuestCode.SUSPENDED)


def _paused_only_live(case: GuestCase) -> Treatment | None:
    if case.status != 'PAUSED' or case.options.method is not Method.COLD:
        return None
    return case.stays(GuestCode.ONLY_LIVE)


def _paused_not_live(case: GuestCase) -> Treatment | None:
    if (
        case.status != 'PAUSED'
        or case.method is not Method.LIVE
        or case.obstacle is None
    ):
        return None
    return case.stays(
        GuestCode.PAUSED_NOT_LIVE,
        server_id=case.guest.id,
        obstacle=case.obstacle,
    )


def _stopped_only_cold(case: GuestCase) -> Treatment | None:
    if case.status != 'SHUTOFF' or case.options.method is not Method.LIVE:
        return None
    return case.stays(GuestCode.ONLY_COLD)


def _running_not_live(case: GuestCase) -> Treatment | None:
    if (
        case.status != 'ACTIVE'
        or case.method is not Method.LIVE
        or case.obstacle is None
    ):
        return None
    return case.stays(
        GuestCode.NOT_LIVE,
        obstacle=case.obstacle,
        method=case.options.method,
        only_owner=case.secret is not None,
        server_id=case.guest.id,
        key=wishes.WISH_KEY,
    )


def _of_owner(case: GuestCase) -> Treatment | None:
    if case.method is not Method.COLD or not case.only_owner:
        return None
    return case.stays(
        GuestCode.ONLY_OWNER,
        secret=case.secret,
        server_id=case.guest.id,
        status=case.status,
        key=wishes.WISH_KEY,
    )


def _device(case: GuestCase) -> Treatment | None:
    refusal = devices.refusal(case.guest, case.method, case.ties)
    return None if refusal is None else Treatment(reason=refusal)


def _affinity(case: GuestCase) -> Treatment | None:
    if case.ties.affinity is None or not case.method.migrates:
        return None
    return case.stays(
        GuestCode.AFFINITY, group=case.ties.affinity, key=wishes.WISH_KEY
    )


def _active(case: GuestCase) -> Treatment | None:
    if case.status != 'ACTIVE':
        return None
    forced = case.method is Method.COLD and case.chosen(Method.LIVE) is (
        Method.LIVE
    )
    return Treatment(
        method=case.method, reason=case.obstacle if forced else None
    )


def _paused(case: GuestCase) -> Treatment | None:
    if case.status != 'PAUSED':
        return None
    instead = case.chosen(Method.LIVE) is Method.COLD
    return case.goes(GuestCode.LIVE_INSTEAD if instead else None)


def _stopped(case: GuestCase) -> Treatment | None:
    if case.status != 'SHUTOFF':
        return None
    instead = case.chosen(Method.COLD) is Method.LIVE
    return case.goes(GuestCode.COLD_INSTEAD if instead else None)


def _shelve(case: GuestCase) -> Treatment | None:
    if case.status != 'SUSPENDED':
        return None
    return case.goes(GuestCode.IS_SUSPENDED)


def _offload(case: GuestCase) -> Treatment | None:
    return (
        case.goes(GuestCode.IS_SHELVED) if case.status == 'SHELVED' else None
    )


def _confirm(case: GuestCase) -> Treatment | None:
    return case.goes() if case.status == 'VERIFY_RESIZE' else None


#: The first that answers is the treatment.
RULES: tuple[Rule, ...] = (
    Rule('busy', 'with a task, or BUILD, DELETED ...: looked at again', _busy),
    Rule(
        'test-unfinished',
        'test guest of another hypervisor in VERIFY_RESIZE or ERROR: its '
        'create goes on with it, and it is looked at again',
        _test_unfinished,
    ),
    Rule('may-stay', 'SUSPENDED with --suspended leave: may stay', _may_stay),
    Rule('stuck', 'RESCUE, ERROR, SOFT_DELETED, UNKNOWN ...: stays', _stuck),
    Rule('owner', 'its owner wants it to stay: stays', _wants_to_stay),
    Rule(
        'resize-unconfirmed',
        'VERIFY_RESIZE without --confirm-resizes: stays',
        _resize_unconfirmed,
    ),
    Rule('suspended', 'SUSPENDED and not to be shelved: stays', _suspended),
    Rule(
        'paused-only-live',
        'PAUSED with --method cold: stays',
        _paused_only_live,
    ),
    Rule(
        'paused-not-live',
        'PAUSED, and Nova cannot live-migrate it: stays',
        _paused_not_live,
    ),
    Rule(
        'stopped-only-cold',
        'SHUTOFF with --method live: stays',
        _stopped_only_cold,
    ),
    Rule(
        'running-not-live',
        'ACTIVE, and Nova cannot live-migrate it: stays, or with '
        '--allow-cold goes cold',
        _running_not_live,
    ),
    Rule(
        'of-owner',
        'would go cold, with a vTPM or encrypted volumes of which only its '
        'owner may read the secret: stays, unless cold is wanted',
        _of_owner,
    ),
    Rule('device', 'with a device that Nova does not move: stays', _device),
    Rule('affinity', 'in an affinity group: stays', _affinity),
    Rule('active', 'ACTIVE: live, or as its owner wants', _active),
    Rule('paused', 'PAUSED: live, and stays paused', _paused),
    Rule('stopped', 'SHUTOFF: cold, and stays off', _stopped),
    Rule('shelve', 'SUSPENDED and to be shelved: shelved', _shelve),
    Rule('offload', 'SHELVED: taken off the host', _offload),
    Rule('confirm', 'VERIFY_RESIZE: confirmed, then seen anew', _confirm),
)

_NO_TIES = Ties()


def treat(
    guest: Server, options: DrainOptions, ties: Ties = _NO_TIES
) -> Treatment:
    """Return what is to be done with a guest.

    :param guest: the guest, as it is now
    :param options: what the user wants
    :param ties: what ties it to its host, as far as that is known
    """
    said = wishes.of(guest)
    vtpm = secrets.vtpm(guest, ties)
    case = GuestCase(
        guest,
        options,
        ties,
        wanted=said.wish if options.method is None else None,
        obstacle=devices.not_live(guest, said.wish, ties, vtpm),
        secret=secrets.of_owner(vtpm, ties),
    )
    for rule in RULES:
        treatment = rule.decide(case)
        if treatment is not None:
            return dataclasses.replace(
                _with_doubts(treatment, case), wishes=said.remarks
            )
    raise AssertionError(f'no rule is about a guest that is {guest.status}')


def _with_doubts(treatment: Treatment, case: GuestCase) -> Treatment:
    """Add what may go wrong in a cold migration, or is to be asked first."""
    if treatment.method is not Method.COLD:
        return treatment
    if case.secret is not None:
        return dataclasses.replace(treatment, doubts=(case.secret,))
    if case.cold_is_wanted or not case.guest.volumes:
        return treatment
    volumes = case.ties.volumes
    if volumes is None:
        return dataclasses.replace(treatment, asks=True)
    if volumes.encrypted is None:
        unknown = Reason.of(GuestCode.ENCRYPTION_UNKNOWN)
        return dataclasses.replace(treatment, doubts=(unknown,))
    return treatment
