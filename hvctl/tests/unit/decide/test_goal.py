# SPDX-License-Identifier: Apache-2.0
"""Tests of what the decisions of all verbs have in common."""

from __future__ import annotations

import unittest

from hvctl.decide import goal
from hvctl.decide.case import Case
from hvctl.model.codes import OutcomeCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.ledger import Failure, Ledger
from hvctl.model.reasons import Reason
from hvctl.model.steps import LiftHold
from hvctl.model.verdict import Outcome, Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks

OH = Reason.of(OutcomeCode.REQUEST_FAILED, message='oh')
LIFT = LiftHold(name='hv1', provider_id=builders.a_compute_id())


def a_case(**changes) -> Case:
    """The case of hv1, which is enabled."""
    ledger = Ledger(started_at=clocks.START, **changes)
    hv = builders.a_hypervisor()
    return Case.of(builders.a_snapshot('hv1'), hv, ledger, clocks.START)


def a_verdict(phase: Phase) -> Verdict:
    """A verdict that is told by its phase."""
    return Verdict(status=Status(phase=phase))


def a_stage(name: str, decide) -> goal.Stage[Case]:
    """A stage that is told by its name."""
    return goal.Stage(name, goal.Kind.STEP, name, decide)


class TestWalk(unittest.TestCase):
    """From stage to stage."""

    def test_first_that_answers(self):
        """What stands first in the table counts."""
        stages = (
            a_stage('past', lambda case: None),
            a_stage('now', lambda case: a_verdict(Phase.BUILDING)),
            a_stage('later', lambda case: a_verdict(Phase.BOOTING)),
        )

        self.assertEqual(
            a_verdict(Phase.BUILDING), goal.walk(stages, a_case())
        )
        self.assertEqual('now', goal.first(stages, a_case()).name)

    def test_none_answers(self):
        """A table without an end is a mistake, and no verdict."""
        stages = (a_stage('past', lambda case: None),)

        with self.assertRaisesRegex(AssertionError, 'no stage .* hv1'):
            goal.walk(stages, a_case())


class TestFailedLane(unittest.TestCase):
    """The first stage of every verb."""

    def test_fails_with_the_step(self):
        """A step that failed for good ends its hypervisor's part."""
        case = a_case(failures={'hv1': Failure(step=LIFT, message='oh')})

        self.assertEqual(
            Verdict(status=case.status, outcome=Outcome(ok=False, reason=OH)),
            goal.FAILED_LANE.decide(case),
        )

    def test_leaves_others_alone(self):
        """Neither a guest's lane nor another hypervisor's ends it."""
        failure = Failure(step=LIFT, message='oh')
        case = a_case(failures={'hv2': failure, 'guest': failure})

        self.assertIsNone(goal.FAILED_LANE.decide(case))
