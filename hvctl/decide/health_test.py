# SPDX-License-Identifier: Apache-2.0
"""Decides how a closed hypervisor is tried out.

A test guest boots where nobody else can get in yet.  It and its port never
outlive the test: what ends a create early ends them too, and what a killed
one left goes with the next command on that name.
"""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide.hypervisor import assemble
from hvctl.model.health import Answer
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.request import HealthTest
from hvctl.model.snapshot import Snapshot, WholeLook
from hvctl.model.steps import (
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


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EndTests:
    """The goal of what ends early: no test guest of the names is left."""

    names: tuple[str, ...]

    def scope(self, _ledger: Ledger) -> WholeLook:
        """What the next look must reach: nothing beyond the usual."""
        return WholeLook()

    def decide(
        self,
        snapshot: Snapshot,
        ledger: Ledger,
        _now: datetime.datetime,
    ) -> dict[str, Verdict]:
        """Say for each name what to do and what is waited for."""
        found = assemble.assemble(snapshot, self.names)
        return {name: self._one(hv, ledger) for name, hv in found.items()}

    @staticmethod
    def _one(hv: Hypervisor, ledger: Ledger) -> Verdict:
        status = _ready('its test is ended')
        failure = ledger.failures.get(hv.name)
        if failure is not None:
            return Verdict.failed(status, failure.message)
        return remove(hv, ledger) or Verdict(
            status=status, outcome=Outcome(ok=True, reason='')
        )


def remove(hv: Hypervisor, ledger: Ledger) -> Verdict | None:
    """See the test guests go, and then their ports.

    :returns: None when nothing of them is left
    """
    if hv.test_guests:
        asked = {
            step.server_id
            for step in ledger.done
            if isinstance(step, DeleteTestGuest)
        }
        return Verdict(
            status=_ready('waiting for the test guest to go'),
            steps=tuple(
                DeleteTestGuest(name=hv.name, server_id=guest.id)
                for guest in hv.test_guests
                if guest.id not in asked
            ),
        )
    if hv.test_ports:
        return Verdict(
            status=_ready("removing the test guest's port"),
            steps=tuple(
                DeleteTestPort(name=hv.name, port_id=port.id)
                for port in hv.test_ports
            ),
        )
    return None


def try_out(
    hv: Hypervisor,
    test: HealthTest | None,
    ledger: Ledger,
    now: datetime.datetime,
) -> Verdict | None:
    """Boot a test guest on a host that nobody else can reach yet.

    :param test: how; None removes what an earlier run has left
    :returns: None when the test was passed and nothing of it is left
    """
    ended = [
        step
        for step in ledger.done
        if isinstance(step, DeleteTestGuest) and step.name == hv.name
    ]
    if hv.test_guests and test is not None and not ended:
        return _follow(hv, test, ledger, now)
    left = remove(hv, ledger)
    if left is not None:
        return left
    if ended and ended[-1].failure is not None:
        return Verdict.failed(
            _ready('the health test failed'),
            f'the health test of {hv.name} failed: {ended[-1].failure}; it '
            'stays closed',
        )
    if ended or test is None:
        return None
    if ledger.times(hv.name, CreateTestGuest):
        return Verdict.failed(
            _ready('the test guest is gone'),
            f'the test guest of {hv.name} was deleted by somebody; it stays '
            'closed',
        )
    return Verdict(
        status=_ready('booting the test guest'), steps=_boot(hv, test)
    )


def _boot(hv: Hypervisor, test: HealthTest) -> tuple[Step, ...]:
    guest = CreateTestGuest(
        name=hv.name,
        host=hv.host,
        flavor_id=test.flavor_id,
        image_id=test.image_id,
        network_id=test.network_id,
    )
    if test.network_id is None or test.vnic_type == 'normal':
        return (guest,)
    # Nova makes only normal ports.
    port = CreateTestPort(
        name=hv.name, network_id=test.network_id, vnic_type=test.vnic_type
    )
    return (port, guest)


def _follow(
    hv: Hypervisor,
    test: HealthTest,
    ledger: Ledger,
    now: datetime.datetime,
) -> Verdict:
    guest = hv.test_guests[0]
    status = _ready('waiting for the test guest')
    failure: str | None = None
    if guest.status == 'ERROR':
        failure = (guest.fault or 'Nova gives no reason').rstrip('. ')
    elif guest.status != 'ACTIVE' or not _answered(hv, test, ledger):
        since = ledger.changed_at.get(hv.name, now)
        waited = (now - since).total_seconds()
        if waited <= test.timeout:
            asked = guest.status == 'ACTIVE' and _may_ask(
                hv, test, ledger, now
            )
            return Verdict(
                status=status, steps=_questions(hv, test) if asked else ()
            )
        failure = (
            f'the test guest was {guest.status} for {waited:.0f} s '
            f'({guest.task_state or "no task"})'
        )
        if guest.status == 'ACTIVE':
            failure += f', and its {test.answer} did not answer'
    return Verdict(
        status=status,
        steps=(
            DeleteTestGuest(name=hv.name, server_id=guest.id, failure=failure),
        ),
    )


def _answered(
    hv: Hypervisor,
    test: HealthTest,
    ledger: Ledger,
) -> bool:
    return test.answer is Answer.NONE or any(
        ledger.answers.get(question) for question in _questions(hv, test)
    )


def _may_ask(
    hv: Hypervisor,
    test: HealthTest,
    ledger: Ledger,
    now: datetime.datetime,
) -> bool:
    """Whether the last time was long enough ago."""
    before = [
        ledger.done_at[question]
        for question in _questions(hv, test)
        if question in ledger.done_at
    ]
    return not before or now - max(before) >= _ASK_AGAIN


def _questions(hv: Hypervisor, test: HealthTest) -> tuple[Step, ...]:
    """How to find out whether the test guest does more than to be ACTIVE."""
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


def _ready(reason: str) -> Status:
    return Status(phase=Phase.READY, reason=reason)
