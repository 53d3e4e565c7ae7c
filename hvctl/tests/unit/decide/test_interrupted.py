# SPDX-License-Identifier: Apache-2.0
"""Tests of what is said of a run that stops before its end."""

from __future__ import annotations

import unittest

from hvctl import exceptions
from hvctl.decide import interrupted
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.verdict import Outcome

DEPLOYING = Reason.of(StatusCode.DEPLOYING)
NO = Reason.of(OutcomeCode.DEPLOY_FAILED, name='hv1')
LATE = Reason.of(OutcomeCode.TIMED_OUT, seconds=3, waited='booting')


class TestLate(unittest.TestCase):
    """What is said at the end of the time."""

    def test_what_was_waited_for(self) -> None:
        """It is what was refused, else the reason, else the phase."""
        refused = Reason.of(OutcomeCode.REQUEST_FAILED, message='busy')
        for reason, refusal, waited in (
            (None, None, 'building'),
            (DEPLOYING, None, DEPLOYING),
            (DEPLOYING, 'busy', refused),
        ):
            with self.subTest(reason=reason, refusal=refusal):
                status = Status(phase=Phase.BUILDING, reason=reason)

                self.assertEqual(
                    Reason.of(OutcomeCode.TIMED_OUT, seconds=3, waited=waited),
                    interrupted.late(status, 3.4, refusal),
                )


class TestUnfinished(unittest.TestCase):
    """What has no end of its own."""

    def test_fails(self) -> None:
        """It failed, with what stopped it as the reason."""
        self.assertEqual(
            Outcome(ok=False, reason=LATE),
            interrupted.unfinished('hv1', LATE, Ledger(given_up={'hv2': NO})),
        )

    def test_while_it_is_taken_back(self) -> None:
        """It failed before, and its removal has no end."""
        self.assertEqual(
            Outcome(
                ok=False,
                reason=NO,
                afterwards=Reason.of(
                    OutcomeCode.REMOVAL_UNFINISHED, name='hv1', why=LATE
                ),
            ),
            interrupted.unfinished('hv1', LATE, Ledger(given_up={'hv1': NO})),
        )

    def test_blind(self) -> None:
        """What no look could tell is said as the cloud said it."""
        self.assertEqual(
            Reason.of(OutcomeCode.CANNOT_LOOK, message='no route'),
            interrupted.cannot_look(exceptions.CloudError('no route')),
        )
