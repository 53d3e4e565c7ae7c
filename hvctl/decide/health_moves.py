# SPDX-License-Identifier: Apache-2.0
"""Decides how a test guest is moved to another host and back.

How far it is follows from its place and from Nova's records, so that a create
that was killed goes on where it was.  The hold stays: the test guest asks for
nothing but the resource class of the test, of which every hypervisor of ours
has some, and so Nova's scheduler lets it out of a held host, and in again.
"""

from __future__ import annotations

from collections.abc import Iterable
import datetime
import typing

from hvctl.decide import health_destinations
from hvctl.decide.case import Case
from hvctl.decide.drain.moves import transports
from hvctl.decide.wording import text
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.migration import Migration
from hvctl.model.migration import MigrationType
from hvctl.model.reasons import Reason
from hvctl.model.records import Server
from hvctl.model.request import HealthTest
from hvctl.model.results import Accepted, Explained
from hvctl.model.steps import (
    AskWhy,
    ColdMigrate,
    ConfirmMigration,
    LiveMigrate,
    MoveStep,
    Step,
)

#: A request of which nothing is seen is made again after that.
_ASK_AGAIN = datetime.timedelta(seconds=10)

#: A guest in one of these is on its way.
_ON_ITS_WAY = frozenset({'MIGRATING', 'RESIZE', 'VERIFY_RESIZE'})

_TYPES = {
    Method.LIVE: MigrationType.LIVE,
    Method.COLD: MigrationType.COLD,
}

_STEPS: dict[Method, type[MoveStep]] = {
    Method.LIVE: LiveMigrate,
    Method.COLD: ColdMigrate,
}


class Moving(typing.NamedTuple):
    """How the moves of a test guest stand.

    :ivar failure: why its host does not pass
    :ivar note: why it is not moved, where that is no failure
    """

    status: Status
    steps: tuple[Step, ...] = ()
    failure: Reason | None = None
    note: Reason | None = None


class _Leg(typing.NamedTuple):
    """One move that is still to be made.

    :ivar back: to the host that is tried out
    """

    method: Method
    back: bool


def has_begun(case: Case) -> bool:
    """Return whether the test guest was sent away, by whichever run."""
    guest = case.hv.test_guests[0]
    return (
        guest.status in _ON_ITS_WAY
        or guest.host not in (None, case.hv.host)
        or bool(_records(case, guest))
    )


def follow(case: Case, test: HealthTest) -> Moving | None:
    """Move the test guest away and back, by each method.

    :returns: None when that is done
    """
    guest = case.hv.test_guests[0]
    records = _records(case, guest)
    newest = records[-1] if records else None
    leg = _next_leg(case, guest, test, records)
    if _is_under_way(guest, newest) or _differs(guest, newest):
        return _see_through(case, guest, test, newest, leg)
    if leg is None:
        return None
    status = _status(leg)
    if guest.id not in case.snapshot.test_migrations:
        return Moving(status)  # the next look reads them
    if guest.status == 'ERROR' and (newest is None or newest.done):
        fault = Reason.of(
            OutcomeCode.TEST_GUEST_FAULT,
            fault=text.fault(guest),
            host=guest.host or case.hv.host,
            aggregates=(),
        )
        return Moving(status, failure=fault)
    refused = case.ledger.failures.get(guest.id)
    if refused is not None and not isinstance(refused.step, AskWhy):
        why = Reason.of(GuestCode.NOVA_SAYS, message=refused.message)
        return Moving(
            status, failure=_failed(case, guest, leg, why, refused.step)
        )
    if newest is not None and newest.over and not newest.done:
        return _came_to_nothing(case, guest, test, newest, leg)
    return _send(case, guest, test, leg)


def _records(case: Case, guest: Server) -> list[Migration]:
    """Return Nova's records of a test guest, the oldest first."""
    return sorted(
        case.snapshot.test_migrations.get(guest.id, ()),
        key=lambda each: each.id,
    )


def _next_leg(
    case: Case, guest: Server, test: HealthTest, records: Iterable[Migration]
) -> _Leg | None:
    """Return the move that is to be made next, or is being made."""
    host = case.hv.host
    done = [each for each in records if each.done]
    for method in test.move:
        own = [e for e in done if e.migration_type == _TYPES[method]]
        went = any(each.source == host for each in own)
        if not went or not any(each.destination == host for each in own):
            return _Leg(method, back=guest.host not in (None, host))
    if guest.host not in (None, host) and test.move:
        return _Leg(test.move[-1], back=True)
    return None


def _is_under_way(guest: Server, newest: Migration | None) -> bool:
    return (
        guest.task_state is not None
        or guest.status in _ON_ITS_WAY
        or (newest is not None and not newest.over)
    )


def _differs(guest: Server, newest: Migration | None) -> bool:
    """Return whether list and record are not of the same moment."""
    return (
        newest is not None
        and newest.done
        and guest.host not in (None, newest.destination)
    )


def _see_through(
    case: Case,
    guest: Server,
    test: HealthTest,
    newest: Migration | None,
    leg: _Leg | None,
) -> Moving:
    """Wait for a move that is under way, and confirm it where needed."""
    if newest is not None and not newest.over:
        live = newest.migration_type == MigrationType.LIVE
        leg = _Leg(
            Method.LIVE if live else Method.COLD,
            back=newest.source != case.hv.host,
        )
    status = _status(leg or _Leg(test.move[-1], back=True))
    waited = case.lasted(status)
    if waited > test.timeout and case.ledger.refusal(case.name) is None:
        return Moving(status, failure=_late(guest, status, waited))
    if (
        newest is not None
        and newest.awaits_confirmation
        and guest.status == 'VERIFY_RESIZE'
        and guest.task_state is None
    ):
        # Nova answers 409 where that is done: the record tells.
        confirm = ConfirmMigration(name=case.name, server_id=guest.id)
        return Moving(status, steps=(confirm,))
    return Moving(status)


def _came_to_nothing(
    case: Case, guest: Server, test: HealthTest, newest: Migration, leg: _Leg
) -> Moving:
    """Ask Nova why a move failed; where it found no host, try again."""
    status = _status(leg)
    ask = _question(case, guest)
    if ask is not None and not (
        case.ledger.done_since(ask, None)
        or case.ledger.failed_since(ask, None) is not None
    ):
        return Moving(status, steps=(ask,))
    told = case.ledger.answer(ask, Explained) if ask is not None else None
    # The record of a live one has the host that was asked for.
    no_host = newest.destination is None or (told is not None and told.no_host)
    in_time = case.lasted(status) <= test.timeout
    if guest.status != 'ERROR' and (
        not _requests(case, guest)  # that was an earlier run's
        or (no_host and in_time)
    ):
        # Another test guest may have been faster, and will be gone soon.
        return _send(case, guest, test, leg)
    if told is not None:
        why = _told(told.text)
    elif leg.method is Method.LIVE and newest.destination is not None:
        source = newest.source or case.hv.host
        why = Reason.of(
            GuestCode.NO_WORDS,
            migration_id=newest.id,
            status=newest.status,
            host=source,
        )
    else:
        why = Reason.of(
            GuestCode.MIGRATION_ENDED,
            migration_id=newest.id,
            status=newest.status,
        )
    return Moving(status, failure=_failed(case, guest, leg, why, None))


def _told(words: str) -> Reason:
    kind = transports.kind(words)
    if kind is None:
        return Reason.of(GuestCode.NOVA_SAYS, message=words)
    return Reason.of(GuestCode.NO_WAY, kind=str(kind), message=words)


def _send(case: Case, guest: Server, test: HealthTest, leg: _Leg) -> Moving:
    """Send the test guest away, or back."""
    status = _status(leg)
    waited = case.lasted(status)
    late = waited > test.timeout and case.ledger.refusal(case.name) is None
    if leg.back:
        destination: str | None = case.hv.host
    else:
        hosts = health_destinations.find(case)
        if not hosts.free and not hosts.full:
            return Moving(status, note=Reason.of(OutcomeCode.TEST_NOT_MOVED))
        if late and not hosts.free:
            why = Reason.of(
                OutcomeCode.TEST_MOVE_NO_ROOM,
                hosts=hosts.full,
                seconds=round(waited),
            )
            return Moving(status, failure=why)
        destination = health_destinations.choose(hosts.free, case)
    if late:
        return Moving(status, failure=_late(guest, status, waited))
    if destination is None or not _may_send(case, guest):
        return Moving(status)
    step = _STEPS[leg.method](
        name=case.name, server_id=guest.id, destination=destination
    )
    return Moving(status, steps=(step,))


def _may_send(case: Case, guest: Server) -> bool:
    """Return whether the last request was long enough ago to ask again.

    Not where the guest has moved since: that was not in vain.
    """
    sent = _requests(case, guest)
    if not sent:
        return True
    at = case.ledger.done_at[sent[-1]]
    changed = case.ledger.changed_at.get(case.name)
    return case.now - at >= _ASK_AGAIN or (
        changed is not None and changed > at
    )


def _requests(case: Case, guest: Server) -> list[MoveStep]:
    """Return what this run has asked of Nova to move a guest, in order."""
    found = [
        step
        for step in case.ledger.done_at
        if isinstance(step, MoveStep) and step.server_id == guest.id
    ]
    return sorted(found, key=lambda step: case.ledger.done_at[step])


def _question(case: Case, guest: Server) -> AskWhy | None:
    """Return how to ask what became of the last request of this run."""
    sent = _requests(case, guest)
    accepted = case.ledger.answer(sent[-1], Accepted) if sent else None
    if accepted is None:
        return None
    return AskWhy(
        name=case.name, server_id=guest.id, request_id=accepted.request_id
    )


def _failed(
    case: Case, guest: Server, leg: _Leg, why: Reason, refused: Step | None
) -> Reason:
    """Say why a move failed.

    :param refused: the request, where Nova has refused that
    """
    host = case.hv.host
    sent = _requests(case, guest)
    last = refused if isinstance(refused, MoveStep) else None
    if last is None and sent:
        last = sent[-1]
    away = last.destination if last is not None else None
    return Reason.of(
        OutcomeCode.TEST_MOVE_FAILED,
        name=case.name,
        method=leg.method,
        source=guest.host or host,
        destination=host if leg.back else away,
        why=why,
    )


def _late(guest: Server, status: Status, waited: float) -> Reason:
    return Reason.of(
        OutcomeCode.TEST_MOVE_LATE,
        status=status.reason,
        server_status=guest.status,
        task=guest.task_state,
        seconds=round(waited),
    )


def _status(leg: _Leg) -> Status:
    code = (
        StatusCode.TEST_GUEST_RETURNS
        if leg.back
        else StatusCode.TEST_GUEST_MOVES
    )
    return Status(phase=Phase.READY, reason=Reason.of(code, method=leg.method))
