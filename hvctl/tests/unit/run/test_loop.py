# SPDX-License-Identifier: Apache-2.0
"""Tests of the loop, with goals that have nothing to do with OpenStack."""

from __future__ import annotations

import threading

from hvctl import exceptions
from hvctl.model.codes import OutcomeCode
from hvctl.model.reasons import Reason
from hvctl.model.results import Done
from hvctl.model.steps import LiveMigrate
from hvctl.run import clocks
from hvctl.run import loop
from hvctl.tests.unit.run import goals


class TestLoop(goals.TestCase):
    """The loop."""

    def test_nothing_to_do(self):
        """A goal that is reached already takes one look and no time."""
        result = self.run_goal(
            goals.Goal(lambda ledger: goals.a_verdict(outcome=goals.FINE))
        )

        self.assertTrue(result.ok)
        self.assertEqual(1, result.ledger.looks)
        self.assertEqual([], self.cloud.log)
        self.assertEqual(0, self.clock.seconds)

    def test_steps_one_after_the_other(self):
        """Steps that are decided one by one are run one by one."""
        first, second = goals.a_step('a'), goals.a_step('b')

        result = self.run_goal(goals.Goal(goals.until_done(first, second)))

        self.assertTrue(result.ok)
        self.assertEqual([first, second], self.cloud.log)
        self.assertEqual({first: True, second: True}, result.ledger.done)

    def test_lane(self):
        """Steps of one lane run in order."""
        seen = []

        def act(step):
            seen.append(step.port_id)
            return Done()

        def decide(ledger):
            if ledger.done:
                return goals.a_verdict(outcome=goals.FINE)
            return goals.a_verdict(goals.a_step('a'), goals.a_step('b'))

        self.run_goal(goals.Goal(decide), goals.Cloud(act))

        self.assertEqual(['a', 'b'], seen)

    def test_lanes_beside_each_other(self):
        """Steps of different names run at the same time."""
        both = threading.Barrier(2, timeout=10)

        def act(step):
            both.wait()
            return Done()

        def decide(name):
            def of(ledger):
                if goals.a_step(name=name) in ledger.done:
                    return goals.a_verdict(outcome=goals.FINE)
                return goals.a_verdict(goals.a_step(name=name))

            return of

        result = self.run_goal(
            goals.Goal(decide('hv1'), decide('hv2'), names=('hv1', 'hv2')),
            goals.Cloud(act),
        )

        self.assertTrue(result.ok)

    def test_guests_beside_each_other(self):
        """Guests of one hypervisor have lanes of their own."""
        both = threading.Barrier(2, timeout=10)

        def act(step):
            both.wait()
            return Done()

        def decide(ledger):
            if len(ledger.done) == 2:
                return goals.a_verdict(outcome=goals.FINE)
            return goals.a_verdict(
                *(
                    LiveMigrate(name='hv1', server_id=guest)
                    for guest in ('g1', 'g2')
                )
            )

        self.assertTrue(self.run_goal(goals.Goal(decide), goals.Cloud(act)).ok)

    def test_busy_lane(self):
        """A lane that is not through gets no second chain."""
        release = threading.Event()

        def act(step):
            release.wait(10)
            return Done()

        def wait(work, seconds):
            self.clock.seconds += seconds
            if self.clock.seconds > 10:
                release.set()
                [future.result() for future in work]

        self.clock.wait = wait

        result = self.run_goal(
            goals.Goal(goals.until_done(goals.a_step())), goals.Cloud(act)
        )

        self.assertTrue(result.ok)
        self.assertEqual(1, len(self.cloud.log))
        self.assertGreater(result.ledger.looks, 3)

    def test_look_again(self):
        """What needs but another look gets it at once, yet once only."""
        for again, taken in (
            ((False, False, False), [0, 1, 2, 3]),
            ((True, False, False), [0, 0, 1, 2]),
            ((True, True, False), [0, 0, 1, 2]),
            ((True, True, True), [0, 0, 1, 1]),
        ):
            with self.subTest(again=again):
                self.setUp()
                at = []

                def decide(ledger, again=again, at=at):
                    at.append(self.clock.seconds)
                    if len(at) > len(again):
                        return goals.a_verdict(outcome=goals.FINE)
                    return goals.a_verdict(look_again=again[len(at) - 1])

                self.run_goal(goals.Goal(decide))

                self.assertEqual(taken, at)

    def test_timeout(self):
        """At the end of the time it says what it was waiting for."""
        result = self.run_goal(
            goals.Goal(lambda ledger: goals.a_verdict(reason=goals.RAIN)),
            timeout=30,
        )

        self.assertFalse(result.ok)
        self.assertEqual(
            Reason.of(OutcomeCode.TIMED_OUT, seconds=30, waited=goals.RAIN),
            result.verdicts['hv1'].outcome.reason,
        )
        self.assertAlmostEqual(30, self.clock.seconds)
        self.assertAlmostEqual(30, result.seconds['hv1'])

    def test_timeout_of_some(self):
        """Those that were through before keep what they reached."""
        result = self.run_goal(
            goals.Goal(
                lambda ledger: goals.a_verdict(outcome=goals.FINE),
                lambda ledger: goals.a_verdict(),
                names=('hv1', 'hv2'),
            ),
            timeout=5,
        )

        self.assertTrue(result.verdicts['hv1'].outcome.ok)
        self.assertFalse(result.verdicts['hv2'].outcome.ok)
        self.assertEqual(0, result.seconds['hv1'])

    def test_final_is_final(self):
        """A name that has ended is not decided again."""

        def once(ledger):
            if ledger.looks:
                return goals.a_verdict(goals.a_step('late'))
            return goals.a_verdict(outcome=goals.FINE)

        self.run_goal(
            goals.Goal(
                once,
                lambda ledger: goals.a_verdict(
                    outcome=goals.FINE if ledger.looks > 3 else None
                ),
                names=('hv1', 'hv2'),
            )
        )

        self.assertEqual([], self.cloud.log)

    def test_interrupt(self):
        """After Ctrl-C no further step is sent, and it ends."""
        begun = threading.Event()
        interrupted = threading.Event()

        def act(step):
            begun.set()
            interrupted.wait(10)
            return Done()

        def wait(work, seconds):
            begun.wait(10)
            # A moment later, when the loop is on its way out.
            threading.Timer(0.05, interrupted.set).start()
            raise KeyboardInterrupt

        self.clock.wait = wait
        cloud = goals.Cloud(act)
        goal = goals.Goal(
            lambda ledger: goals.a_verdict(
                goals.a_step('a'), goals.a_step('b')
            )
        )

        with self.assertRaises(KeyboardInterrupt):
            self.run_goal(goal, cloud)

        self.assertEqual([goals.a_step('a')], cloud.log)


class TestHangs(goals.TestCase):
    """What never answers, in the time of a real clock."""

    def setUp(self) -> None:
        super().setUp()
        self.never = threading.Event()
        self.addCleanup(self.never.set)
        self.clock = clocks.SystemClock()

    def hang(self, *_):
        """Answer when the test is over."""
        self.never.wait()

    def test_first_look(self):
        """Nothing is known, so there is no result."""
        with self.assertRaises(exceptions.CloudError) as caught:
            self.run_goal(
                goals.Goal(goals.until_done()),
                goals.Cloud(observe=self.hang),
                0.1,
            )

        self.assertIn('not answered', str(caught.exception))

    def test_look(self):
        """At the end of the time the others keep what they reached."""
        looks = []

        def observe():
            looks.append(1)
            if len(looks) > 1:
                self.hang()

        result = self.run_goal(
            goals.Goal(
                lambda ledger: goals.a_verdict(outcome=goals.FINE),
                lambda ledger: goals.a_verdict(reason=goals.RAIN),
                names=('hv1', 'hv2'),
            ),
            goals.Cloud(observe=observe),
            1.5,
        )

        self.assertTrue(result.verdicts['hv1'].outcome.ok)
        self.assertEqual(
            OutcomeCode.TIMED_OUT, result.verdicts['hv2'].outcome.reason.code
        )

    def test_step(self):
        """A step that hangs is left alone at the end of the time."""
        result = self.run_goal(
            goals.Goal(goals.until_done(goals.a_step())),
            goals.Cloud(self.hang),
            0.1,
        )

        self.assertEqual(
            OutcomeCode.TIMED_OUT, result.verdicts['hv1'].outcome.reason.code
        )

    def test_time_of_the_command(self):
        """What the command took before counts."""
        with self.assertRaises(exceptions.CloudError):
            loop.Loop(
                goals.Cloud(observe=self.hang), self.events.append, self.clock
            ).run(
                goals.Goal(goals.until_done()),
                3600,
                began=self.clock.monotonic() - 3600,
            )
