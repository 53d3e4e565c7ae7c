# SPDX-License-Identifier: Apache-2.0
"""Tests of what the loop does when something fails."""

from __future__ import annotations

from hvctl.model.codes import OutcomeCode
from hvctl.model.reasons import Reason
from hvctl.model.results import Done
from hvctl.model.verdict import Outcome
from hvctl.tests.unit.run import goals


class TestFailures(goals.TestCase):
    """Steps and looks that fail."""

    def test_passing_failure(self):
        """After a passing failure it looks and decides again."""
        troubles = [goals.PASSING, goals.PASSING]

        def act(step):
            if troubles:
                raise troubles.pop()
            return Done()

        result = self.run_goal(
            goals.Goal(goals.until_done(goals.a_step())), goals.Cloud(act)
        )

        self.assertTrue(result.ok)
        self.assertEqual(3, len(self.cloud.log))
        self.assertGreaterEqual(result.ledger.looks, 4)

    def test_happened_all_the_same(self):
        """What the next look shows as done is not done again."""
        done = []

        def act(step):
            done.append(step)
            raise goals.PASSING

        def decide(ledger):
            return (
                goals.a_verdict(outcome=goals.FINE)
                if done
                else goals.a_verdict(goals.a_step())
            )

        result = self.run_goal(goals.Goal(decide), goals.Cloud(act))

        self.assertTrue(result.ok)
        self.assertEqual(1, len(self.cloud.log))

    def test_lasting_failure(self):
        """What will never do is tried once, and ends the lane."""

        def act(step):
            raise goals.LASTING

        def decide(ledger):
            if ledger.failures:
                return goals.a_verdict(outcome=Outcome(ok=False))
            return goals.a_verdict(goals.a_step('a'), goals.a_step('b'))

        result = self.run_goal(goals.Goal(decide), goals.Cloud(act))

        self.assertEqual([goals.a_step('a')], self.cloud.log)
        failure = result.ledger.failures['hv1']
        self.assertEqual(
            (goals.a_step('a'), 'never'), (failure.step, failure.message)
        )
        self.assertIsNone(
            result.ledger.failed_since(goals.a_step('a'), failure.at)
        )
        self.assertIs(
            failure,
            result.ledger.failed_since(
                goals.a_step('a'), result.ledger.started_at
            ),
        )

    def test_one_of_two_fails(self):
        """The others go on when one has failed."""

        def act(step):
            if step.name == 'hv1':
                raise goals.LASTING
            return Done()

        def other(ledger):
            if goals.a_step(name='hv2') in ledger.done:
                return goals.a_verdict(outcome=goals.FINE)
            return goals.a_verdict(goals.a_step(name='hv2'))

        result = self.run_goal(
            goals.Goal(
                goals.until_done(goals.a_step()), other, names=('hv1', 'hv2')
            ),
            goals.Cloud(act),
        )

        self.assertFalse(result.ok)
        self.assertFalse(result.verdicts['hv1'].outcome.ok)
        self.assertTrue(result.verdicts['hv2'].outcome.ok)

    def test_look_fails_for_good(self):
        """A look that will never succeed again ends what is not finished."""
        looks = []

        def observe():
            looks.append(1)
            if len(looks) > 1:
                raise goals.LASTING

        result = self.run_goal(
            goals.Goal(
                lambda ledger: goals.a_verdict(outcome=goals.FINE),
                goals.until_done(goals.a_step()),
                names=('hv1', 'hv2'),
            ),
            goals.Cloud(observe=observe),
        )

        self.assertTrue(result.verdicts['hv1'].outcome.ok)
        self.assertFalse(result.verdicts['hv2'].outcome.ok)
        self.assertEqual(
            Reason.of(OutcomeCode.CANNOT_LOOK, message='never'),
            result.verdicts['hv2'].outcome.reason,
        )

    def test_unexpected_error(self):
        """A mistake in a worker is said, and the others go on."""

        def act(step):
            if step.name == 'hv1':
                raise ZeroDivisionError('by zero')
            return Done()

        with self.assertLogs('hvctl', 'DEBUG') as log:
            result = self.run_goal(
                goals.Goal(
                    goals.until_done(goals.a_step()),
                    lambda ledger: goals.a_verdict(
                        outcome=goals.FINE if ledger.looks > 3 else None
                    ),
                    names=('hv1', 'hv2'),
                ),
                goals.Cloud(act),
            )

        self.assertTrue(result.verdicts['hv2'].outcome.ok)
        self.assertIn(
            'DeletePort of hv1 failed unexpectedly (ZeroDivisionError: by',
            dict(result.verdicts['hv1'].outcome.reason.facts)['message'],
        )
        self.assertIn('Traceback', ''.join(log.output))
