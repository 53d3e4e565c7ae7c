# SPDX-License-Identifier: Apache-2.0
"""Goals that have nothing to do with OpenStack, and a cloud for them."""

from __future__ import annotations

from collections.abc import Callable
import datetime
import typing
import unittest

from hvctl import exceptions
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.events import Event
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.results import Done
from hvctl.model.snapshot import Scope, Snapshot, WholeLook
from hvctl.model.steps import DeletePort, Step
from hvctl.model.verdict import Outcome, Verdict
from hvctl.run import loop
from hvctl.tests.fixtures import clocks

FINE = Outcome(ok=True)
PASSING = exceptions.CloudError('busy', transient=True)
RAIN = Reason.of(StatusCode.DEPLOYING_ANEW, fault='rain')
WIND = Reason.of(StatusCode.DEPLOYING_ANEW, fault='wind')
LASTING = exceptions.CloudError('never', status=400)

#: What a goal decides of one name.
Decide = Callable[[Ledger], Verdict]


def a_step(label: str = 'x', name: str = 'hv1') -> Step:
    """A step that another label makes another one."""
    return DeletePort(name=name, port_id=label)


def a_verdict(
    *todo: Step,
    outcome: Outcome | None = None,
    phase: Phase = Phase.BOOTING,
    reason: Reason | None = None,
    **rest: typing.Any,
) -> Verdict:
    """A verdict."""
    return Verdict(
        status=Status(phase=phase, reason=reason),
        steps=todo,
        outcome=outcome,
        **rest,
    )


class Goal:
    """A goal whose decisions a function makes from the ledger."""

    def __init__(
        self, *functions: Decide, names: tuple[str, ...] = ('hv1',)
    ) -> None:
        self.functions = functions
        self.names = names

    def scope(self, ledger: Ledger) -> Scope:
        """What the next look must reach."""
        return WholeLook()

    def decide(
        self, snapshot: Snapshot, ledger: Ledger, now: datetime.datetime
    ) -> dict[str, Verdict]:
        """Let the functions decide."""
        return {
            name: function(ledger)
            for name, function in zip(self.names, self.functions, strict=True)
        }


class Cloud:
    """A cloud that does what functions say.

    :ivar log: every step that was begun
    """

    def __init__(
        self,
        act: Callable[[typing.Any], Done] | None = None,
        observe: Callable[[], None] | None = None,
    ) -> None:
        self._act = act or (lambda step: Done())
        self._observe = observe or (lambda: None)
        self.log: list[Step] = []

    def observe(self, scope: Scope) -> Snapshot:
        """Take one look."""
        self._observe()
        return Snapshot()

    def act(self, step: Step) -> Done:
        """Run one step."""
        self.log.append(step)
        return self._act(step)


def until_done(*todo: Step) -> Decide:
    """Do these steps, each look the next that is not done."""

    def decide(ledger: Ledger) -> Verdict:
        if 'hv1' in ledger.failures:
            message = ledger.failures['hv1'].message
            reason = Reason.of(OutcomeCode.REQUEST_FAILED, message=message)
            return a_verdict(outcome=Outcome(ok=False, reason=reason))
        for step in todo:
            if step not in ledger.done:
                return a_verdict(step)
        return a_verdict(outcome=FINE, phase=Phase.ENABLED)

    return decide


class TestCase(unittest.TestCase):
    """Runs the loop with a goal and a cloud of its own."""

    def setUp(self) -> None:
        self.clock: typing.Any = clocks.FakeClock()
        self.events: list[Event] = []

    def run_goal(
        self, goal: Goal, cloud: Cloud | None = None, timeout: float = 600
    ) -> loop.Result:
        """Run a goal to its end."""
        self.cloud = cloud or Cloud()
        return loop.Loop(self.cloud, self.events.append, self.clock).run(
            goal, timeout
        )
