# SPDX-License-Identifier: Apache-2.0
"""Tests of which hypervisors are deleted once they have been drained."""

from __future__ import annotations

import unittest

from hvctl.decide.delete import after_drain
from hvctl.model.codes import OutcomeCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.reasons import Reason
from hvctl.model.verdict import Outcome, Verdict

STATUS = Status(phase=Phase.DRAINED)


class TestThoseThatStay(unittest.TestCase):
    """What is not deleted, and why."""

    def test_table(self) -> None:
        """What was drained, or has nothing on it, goes unless that stops."""
        for ok, code, stopped, why in (
            (True, None, False, None),
            (True, OutcomeCode.DONE, False, None),
            (True, None, True, OutcomeCode.DRAINED_ONLY),
            (False, OutcomeCode.NO_SERVICE, False, None),
            (False, OutcomeCode.NOTHING_TO_DRAIN, False, None),
            (False, OutcomeCode.NO_SERVICE, True, OutcomeCode.DRAINED_ONLY),
            (False, OutcomeCode.NOT_OURS, False, OutcomeCode.NOT_OURS),
            (False, OutcomeCode.STOPPED, True, OutcomeCode.STOPPED),
            (False, OutcomeCode.CELL_SILENT, False, OutcomeCode.CELL_SILENT),
        ):
            with self.subTest(ok=ok, code=code, stopped=stopped):
                reason = None if code is None else Reason.of(code, name='hv1')
                verdict = Verdict(
                    status=STATUS, outcome=Outcome(ok=ok, reason=reason)
                )

                stay = after_drain.those_that_stay(
                    {'hv1': verdict}, stopped=stopped
                )

                self.assertEqual(
                    {} if why is None else {'hv1': why},
                    {
                        name: each.outcome.reason.code
                        for name, each in stay.items()
                        if each.outcome and each.outcome.reason
                    },
                )
                self.assertFalse(
                    any(v.outcome and v.outcome.ok for v in stay.values())
                )

    def test_no_outcome(self) -> None:
        """What is not known to be empty stays."""
        stay = after_drain.those_that_stay(
            {'hv1': Verdict(status=STATUS)}, stopped=False
        )

        self.assertEqual(['hv1'], [*stay])
