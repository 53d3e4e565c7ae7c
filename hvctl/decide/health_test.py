# SPDX-License-Identifier: Apache-2.0
"""Decides how a closed hypervisor is tried out.

A test guest boots where nobody else can get in yet.  It and its port never
outlive the test: what ends a create early ends them too, and what a killed
one left goes with the next command on that name.
"""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide import goal
from hvctl.decide import health_moves
from hvctl.decide.case import Case
from hvctl.decide.goal import Kind
from hvctl.decide.goal import NamedGoal
from hvctl.decide.goal import Stage
from hvctl.decide.wording import text
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.health import Answer
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.request import HealthTest
from hvctl.model.results import Created, Located, Replied
from hvctl.model.snapshot import Part, WholeLook
from hvctl.model.steps import (
    AskWhere,
    CreateTestGuest,
    CreateTestPort,
    DeleteTestGuest,
    DeleteTestPort,
    PingTestGuest,
    ReadConsole,
    Step,
)
from hvctl.model.verdict import Outcome, Verdict

#: A test guest that does not answer yet is asked again after that.
_ASK_AGAIN = datetime.timedelta(seconds=3)


#: One that does not go is asked again after that: a host that has died in
#: between loses the request, and Nova itself lets the guest go once it sees
#: that host down (nova/compute/api.py, _delete).
_DELETE_AGAIN = datetime.timedelta(seconds=60)

#: Seconds for which one that is on its way to another host is left to that.
_SEEN_THROUGH = 60

#: Seconds in which it is gone, or never.
_HANGS = 300


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EndTests(NamedGoal):
    """The goal of what ends early: no test guest of the names is left."""

    def scope(self, ledger: Ledger) -> WholeLook:
        """Return what the next look must reach."""
        return WholeLook(
            names=frozenset(self.names), optional=frozenset({Part.NODES})
        )

    def verdict(self, case: Case) -> Verdict:
        """Return what to do with one hypervisor, and what is waited for."""
        return goal.walk(_STAGES, case)


def remove(case: Case) -> Verdict | None:
    """See the test guests go, and then their ports.

    :returns: None when nothing of them is left
    """
    hv = case.hv
    if hv.test_guests:
        return _delete(case)
    if hv.test_ports:
        return Verdict(
            status=_ready(StatusCode.TEST_PORT_GOES),
            steps=tuple(
                DeleteTestPort(
                    name=hv.name,
                    port_id=port.id,
                    revision=port.revision,
                    device_id=port.device_id,
                )
                for port in hv.test_ports
            ),
        )
    return None


def _delete(case: Case) -> Verdict:
    """Delete the test guests, and see them go."""
    hv, status = case.hv, _ready(StatusCode.TEST_GUEST_GOES)
    lasted = case.lasted(status)
    if lasted >= _HANGS:
        return Verdict.failed(
            status,
            Reason.of(
                OutcomeCode.TEST_GUEST_HANGS,
                name=hv.name,
                server_id=hv.test_guests[0].id,
                seconds=round(lasted),
            ),
        )
    wanted = (
        DeleteTestGuest(name=hv.name, server_id=guest.id)
        for guest in hv.test_guests
        # What Nova deletes half way may leave its place taken.
        if not guest.migrates or lasted >= _SEEN_THROUGH
    )
    return Verdict(
        status=status,
        steps=tuple(step for step in wanted if _may_delete(case, step)),
    )


def _may_delete(case: Case, step: DeleteTestGuest) -> bool:
    """Return whether a test guest is still, or again, to be asked to go."""
    asked_at = case.ledger.done_at.get(step, case.now)
    return step not in case.ledger.done or case.now - asked_at >= _DELETE_AGAIN


def _ended(_: Case) -> Verdict:
    return Verdict(
        status=_ready(StatusCode.TEST_ENDED),
        outcome=Outcome(ok=True, reason=Reason.of(OutcomeCode.DONE)),
    )


_STAGES: tuple[Stage[Case], ...] = (
    goal.FAILED_LANE,
    Stage('test-guest', Kind.STEP, 'delete a test guest and its port', remove),
    Stage('ended', Kind.CHECK, 'end: no test guest is left', _ended),
)


def try_out(case: Case, test: HealthTest | None) -> Verdict | None:
    """Boot a test guest on a host that nobody else can reach yet.

    :param test: how; None removes what an earlier run has left
    :returns: None when it was passed and nothing is left of it, or when the
        guest is good and is to be moved
    """
    hv, ended = case.hv, _has_ended(case)
    if hv.test_guests and test is not None and not ended:
        if test.move and health_moves.has_begun(case):
            return None
        return _follow(case, test)
    if test is None or ended or not _port_is_new(case):
        left = remove(case)
        if left is not None:
            return left
    failure = case.ledger.test_failures.get(hv.name)
    if failure is not None:
        return Verdict.failed(
            _ready(StatusCode.TEST_ENDED),
            failure
            if failure.code is OutcomeCode.TEST_MOVE_FAILED
            else Reason.of(
                OutcomeCode.HEALTH_TEST_FAILED, name=hv.name, why=failure
            ),
        )
    if ended or test is None:
        return None
    if case.ledger.times(case.hv.name, CreateTestGuest):
        questions = _whereabouts(case)
        if questions:
            return Verdict(
                status=_ready(StatusCode.TEST_GUEST_AWAITED), steps=questions
            )
        return Verdict.failed(
            _ready(StatusCode.TEST_ENDED),
            Reason.of(OutcomeCode.TEST_GUEST_GONE, name=hv.name),
        )
    return Verdict(
        status=_ready(StatusCode.TEST_GUEST_BOOTS), steps=_boot(hv, test)
    )


def move(case: Case, test: HealthTest | None) -> Verdict | None:
    """Move the test guest to another host and back, and then delete it.

    :returns: None when nothing is to be moved
    """
    if test is None or not test.move or not case.hv.test_guests:
        return None
    if _has_ended(case):
        return None
    delete = DeleteTestGuest(
        name=case.name, server_id=case.hv.test_guests[0].id
    )
    moving = health_moves.follow(case, test)
    if moving is None:
        return Verdict(
            status=_ready(StatusCode.TEST_GUEST_GOES), steps=(delete,)
        )
    ends = moving.failure is not None or moving.note is not None
    return Verdict(
        status=moving.status,
        steps=(delete,) if ends else moving.steps,
        test_failure=moving.failure,
        test_note=moving.note,
    )


def _has_ended(case: Case) -> bool:
    """Return whether this run has deleted a test guest."""
    return case.ledger.times(case.name, DeleteTestGuest) > 0


def _whereabouts(case: Case) -> tuple[Step, ...]:
    """Ask where a test guest is that no list has.

    A list lacks the guests of a cell that does not answer.

    :returns: nothing when Nova has called all of them gone
    """
    made = [
        AskWhere(name=case.name, server_id=answer.id)
        for step, answer in case.ledger.answers.items()
        if isinstance(step, CreateTestGuest)
        and step.name == case.name
        and isinstance(answer, Created)
    ]
    return tuple(
        question
        for question in made
        if question not in case.ledger.done
        or case.ledger.answer(question, Located) is not None
    )


def _port_is_new(case: Case) -> bool:
    """Return whether this run made a port whose guest is still to boot."""
    name, ledger = case.hv.name, case.ledger
    return (
        not case.hv.test_guests
        and ledger.times(name, CreateTestPort) > 0
        and not ledger.times(name, CreateTestGuest)
    )


def _boot(hv: Hypervisor, test: HealthTest) -> tuple[Step, ...]:
    """Boot the test guest; with a special port, once a look has seen it."""
    network_id, port_id = test.network_id, None
    if network_id is not None and test.vnic_type != 'normal':
        # Nova makes only normal ports.
        if not hv.test_ports:
            return (
                CreateTestPort(
                    name=hv.name,
                    network_id=network_id,
                    vnic_type=test.vnic_type,
                ),
            )
        network_id, port_id = None, hv.test_ports[0].id
    return (
        CreateTestGuest(
            name=hv.name,
            host=hv.host,
            zone=_zone(hv),
            flavor_id=test.flavor_id,
            image_id=test.image_id,
            network_id=network_id,
            port_id=port_id,
        ),
    )


def _zone(hv: Hypervisor) -> str | None:
    """Return the zone of a host, in which its test guest is to be.

    Else it would be in the cloud's ``default_schedule_zone``, where Nova does
    not find the host.  More than one zone is no zone, and a colon has a
    meaning of its own (nova/compute/api.py, parse_availability_zone).
    """
    zone = hv.service.zone if hv.service is not None else None
    return None if not zone or {',', ':'} & {*zone} else zone


def _follow(case: Case, test: HealthTest) -> Verdict | None:
    guest = case.hv.test_guests[0]
    status = _ready(StatusCode.TEST_GUEST_AWAITED)
    failure: Reason | None = None
    if guest.status == 'ERROR':
        failure = Reason.of(
            OutcomeCode.TEST_GUEST_FAULT,
            fault=text.fault(guest),
            host=case.hv.host,
            aggregates=tuple(
                aggregate.name
                for aggregate in case.snapshot.aggregates
                if case.hv.host in aggregate.hosts
                and aggregate.may_refuse(case.snapshot.project_id)
            ),
        )
    elif guest.status != 'ACTIVE' or not _answered(case, test):
        # It begins with the guest, however long that was refused.
        waited = case.lasted(status)
        refused = case.ledger.refusal(case.hv.name) is not None
        if waited <= test.timeout or refused:
            asked = guest.status == 'ACTIVE' and _may_ask(case, test)
            return Verdict(
                status=status, steps=_questions(case.hv, test) if asked else ()
            )
        silent = str(test.answer) if guest.status == 'ACTIVE' else None
        failure = Reason.of(
            OutcomeCode.TEST_GUEST_LATE,
            server_status=guest.status,
            task=guest.task_state,
            seconds=round(waited),
            silent=silent,
        )
    elif test.move:
        return None
    return Verdict(
        status=status,
        steps=(DeleteTestGuest(name=case.hv.name, server_id=guest.id),),
        test_failure=failure,
    )


def _answered(case: Case, test: HealthTest) -> bool:
    return test.answer is Answer.NONE or any(
        case.ledger.answer(question, Replied) is not None
        for question in _questions(case.hv, test)
    )


def _may_ask(case: Case, test: HealthTest) -> bool:
    """Return whether the last time was long enough ago."""
    before = [
        case.ledger.done_at[question]
        for question in _questions(case.hv, test)
        if question in case.ledger.done_at
    ]
    return not before or case.now - max(before) >= _ASK_AGAIN


def _questions(hv: Hypervisor, test: HealthTest) -> tuple[Step, ...]:
    """Build the questions that the profile's ``answer`` wants asked."""
    guest = hv.test_guests[0]
    match test.answer:
        case Answer.CONSOLE:
            return (ReadConsole(name=hv.name, server_id=guest.id),)
        case Answer.ADDRESS:
            return tuple(
                PingTestGuest(
                    name=hv.name, server_id=guest.id, address=address
                )
                for address in guest.addresses
            )
        case _:
            return ()


def _ready(code: StatusCode) -> Status:
    return Status(phase=Phase.READY, reason=Reason.of(code))
