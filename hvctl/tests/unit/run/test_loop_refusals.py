# SPDX-License-Identifier: Apache-2.0
"""Tests of what the loop does when something is refused for now."""

from __future__ import annotations

import datetime
import itertools

from hvctl import exceptions
from hvctl.model.codes import OutcomeCode
from hvctl.model.events import Blind, Refused
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.results import Done
from hvctl.model.snapshot import Snapshot
from hvctl.model.verdict import Verdict
from hvctl.run import looks
from hvctl.run import loop
from hvctl.run import pace
from hvctl.tests.fixtures import errors
from hvctl.tests.unit.run import goals

LATE = Reason.of(OutcomeCode.REQUEST_FAILED, message='busy')


def refusal(status: int, retry_after: float | None = None):
    """A refusal that passes."""
    return exceptions.CloudError(
        'busy', status=status, transient=True, retry_after=retry_after
    )


class Timed(goals.Goal):
    """A goal that notes the time of each of its decisions."""

    def __init__(self, *functions: goals.Decide) -> None:
        super().__init__(*functions)
        self.times: list[datetime.datetime] = []

    def decide(
        self, snapshot: Snapshot, ledger: Ledger, now: datetime.datetime
    ) -> dict[str, Verdict]:
        """Let the functions decide."""
        self.times.append(now)
        return super().decide(snapshot, ledger, now)


class TestSteps(goals.TestCase):
    """Steps that are refused for now."""

    def refuse(self, error, seconds, goal=None, **options):
        """Refuse a step for some seconds from the first time on.

        :returns: when it was tried, and the result
        """
        tries: list[float] = []

        def act(step):
            if step.port_id != 'x':
                return Done()
            tries.append(self.clock.seconds)
            if self.clock.seconds < tries[0] + seconds:
                raise error
            return Done()

        result = self.run_goal(
            goal or goals.Goal(goals.until_done(goals.a_step('x'))),
            goals.Cloud(act),
            **options,
        )
        return tries, result

    def test_as_long_as_there_is_time(self) -> None:
        """A refusal may last for most of the time that there is."""
        for status in (429, 500, 503, 401):
            with self.subTest(status=status):
                self.setUp()
                error = exceptions.CloudError(
                    'busy', status=status, transient=status != 401
                )

                tries, result = self.refuse(error, 500)

                self.assertTrue(result.ok)
                self.assertLess(len(tries), 30)

    def test_pauses_grow(self) -> None:
        """Each pause is longer than the last, to a bound."""
        tries, _ = self.refuse(goals.PASSING, 200)

        pauses = [b - a for a, b in itertools.pairwise(tries)]
        for pause, least in zip(pauses, (1, 2, 4, 8, 16, 30), strict=False):
            self.assertGreaterEqual(pause, least)
            self.assertLess(pause, least + pace.LONGEST + 1)

    def test_asked_to_wait(self) -> None:
        """It is not tried before the time that the service has named."""
        tries, result = self.refuse(refusal(429, retry_after=70), 60)

        self.assertTrue(result.ok)
        self.assertEqual(2, len(tries))
        self.assertGreaterEqual(tries[1] - tries[0], 70)

    def test_out_of_time(self) -> None:
        """At the end of the time it says what was refused."""
        _, result = self.refuse(goals.PASSING, 9999)

        self.assertEqual(
            Reason.of(OutcomeCode.TIMED_OUT, seconds=600, waited=LATE),
            result.verdicts['hv1'].outcome.reason,
        )
        self.assertAlmostEqual(600, self.clock.seconds, delta=1)

    def test_conflict(self) -> None:
        """One that lasts is none that passes."""
        passing, result = self.refuse(errors.conflict('busy'), 200)
        self.assertTrue(result.ok)

        self.setUp()
        lasting, result = self.refuse(errors.conflict('busy'), 9999)

        self.assertEqual(LATE, result.verdicts['hv1'].outcome.reason)
        self.assertGreaterEqual(len(lasting), len(passing))
        self.assertGreaterEqual(lasting[-1] - lasting[0], loop.CONFLICT)
        self.assertLess(self.clock.seconds, 400)

    def test_no_longer_wanted(self) -> None:
        """A refusal is forgotten when nobody wants the step any more."""

        def decide(ledger):
            if self.clock.seconds > 20:
                self.assertEqual({}, ledger.refusals)
                return goals.a_verdict(outcome=goals.FINE)
            if self.clock.seconds > 10:
                return goals.a_verdict()
            return goals.a_verdict(goals.a_step('x'))

        _, result = self.refuse(goals.PASSING, 9999, goals.Goal(decide))

        self.assertTrue(result.ok)

    def test_another_trouble(self) -> None:
        """The pauses of another step of the lane begin anew."""
        tries: dict[str, list[float]] = {'a': [], 'b': []}

        def act(step):
            times = tries[step.port_id]
            times.append(self.clock.seconds)
            if len(times) < 5:
                raise goals.PASSING
            return Done()

        result = self.run_goal(
            goals.Goal(goals.until_done(goals.a_step('a'), goals.a_step('b'))),
            goals.Cloud(act),
        )

        self.assertTrue(result.ok)
        self.assertLess(tries['b'][1] - tries['b'][0], 3)

    def test_others_go_on(self) -> None:
        """The pauses of one stop neither looks nor the steps of others."""

        def other(ledger):
            step = goals.a_step(str(ledger.looks), name='hv2')
            if len(ledger.done) > 20:
                return goals.a_verdict(outcome=goals.FINE)
            return goals.a_verdict(step)

        goal = goals.Goal(
            goals.until_done(goals.a_step('x')), other, names=('hv1', 'hv2')
        )

        _, result = self.refuse(goals.PASSING, 300, goal)

        self.assertTrue(result.ok)
        self.assertLess(result.seconds['hv2'], 40)
        self.assertGreater(result.seconds['hv1'], 300)

    def test_told(self) -> None:
        """The listener learns what was refused, and of the next try."""
        self.refuse(refusal(503, retry_after=7), 3)

        (event,) = [e for e in self.events if isinstance(e, Refused)]
        self.assertEqual(('hv1', 'busy'), (event.name, event.message))
        self.assertEqual(8, event.seconds)


class TestLooks(goals.TestCase):
    """Looks that fail for now."""

    def blind(self, error, begin, end, *decide, timeout=600):
        """Let looks fail for some time."""
        self.tries: list[float] = []

        def observe():
            if begin <= self.clock.seconds < end:
                self.tries.append(self.clock.seconds)
                raise error

        return self.run_goal(
            goals.Goal(
                *decide,
                names=tuple(f'hv{n + 1}' for n in range(len(decide))),
            ),
            goals.Cloud(observe=observe),
            timeout,
        )

    def wait(self, ledger):
        """Wait for 550 seconds."""
        if self.clock.seconds > 550:
            return goals.a_verdict(outcome=goals.FINE)
        return goals.a_verdict(reason=goals.RAIN)

    def test_taken_again(self) -> None:
        """They are taken again after pauses that grow."""
        for error in (goals.PASSING, exceptions.CloudError('', status=401)):
            self.setUp()

            result = self.blind(error, 0.5, 500, self.wait)

            self.assertTrue(result.ok)
            self.assertLess(len(self.tries), 25)

    def test_asked_to_wait(self) -> None:
        """Not before the time that the service has named."""
        self.blind(refusal(429, retry_after=100), 0.5, 50, self.wait)

        self.assertEqual(1, len(self.tries))

    def test_told(self) -> None:
        """The listener learns of the trouble and the next look."""
        self.blind(refusal(503, retry_after=7), 0.5, 5, self.wait)

        self.assertIn(Blind(message='busy', seconds=8), self.events)

    def test_out_of_time(self) -> None:
        """At the end of the time it says why nothing was seen."""
        result = self.blind(goals.PASSING, 0.5, 9999, self.wait)

        self.assertEqual(
            Reason.of(OutcomeCode.TIMED_OUT, seconds=600, waited=LATE),
            result.verdicts['hv1'].outcome.reason,
        )

    def test_no_limit_while_blind(self) -> None:
        """What a decision limits does not go on while nobody looks."""
        goal = Timed(self.wait)

        def observe():
            if 100 < self.clock.seconds < 400:
                raise goals.PASSING

        self.run_goal(goal, goals.Cloud(observe=observe))

        steps = [
            (after - before).total_seconds()
            for before, after in itertools.pairwise(goal.times)
        ]
        self.assertGreaterEqual(min(steps), 0)
        self.assertLess(max(steps), pace.LONGEST + 1)
        self.assertGreater(self.clock.seconds, 500)

    def test_first(self) -> None:
        """The first is what shows a wrong password, so that ends it."""
        for error in (
            goals.LASTING,
            exceptions.CloudError('who are you?', status=401),
        ):
            self.setUp()
            with self.assertRaises(exceptions.CloudError):
                self.blind(error, 0, 9999, self.wait)

            self.assertEqual(0, self.clock.seconds)

    def test_first_for_now(self) -> None:
        """It is taken again for a while when that may help."""
        self.assertTrue(self.blind(goals.PASSING, 0, 20, self.wait).ok)
        self.setUp()

        with self.assertRaises(exceptions.CloudError):
            self.blind(goals.PASSING, 0, 9999, self.wait)

        self.assertLess(self.clock.seconds, 2 * looks.FIRST_LOOK)

    def test_first_not_for_long(self) -> None:
        """A cloud that asks to come again tomorrow is not waited for."""
        tomorrow = exceptions.CloudError(
            'busy', status=429, transient=True, retry_after=86400
        )

        with self.assertRaises(exceptions.CloudError) as caught:
            self.blind(tomorrow, 0, 9999, self.wait)

        self.assertIs(tomorrow, caught.exception)
        self.assertEqual(0, self.clock.seconds)

    def test_no_grace_while_blind(self) -> None:
        """Nobody takes anything back for an outage at the end."""

        def observe():
            if self.clock.seconds > 50:
                raise goals.PASSING

        cloud = goals.Cloud(observe=observe)
        result = loop.Loop(cloud, self.events.append, self.clock).run(
            goals.Goal(self.wait), 100, grace=900
        )

        self.assertIsNone(result.ledger.out_of_time)
        self.assertFalse(result.ok)
        self.assertAlmostEqual(100, self.clock.seconds, delta=1)
