# SPDX-License-Identifier: Apache-2.0
"""Tests of what a decision about one hypervisor may read."""

from __future__ import annotations

import unittest

from hvctl.decide.case import Case
from hvctl.model.codes import StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks

JOINING = Status(phase=Phase.READY, reason=Reason.of(StatusCode.JOINING))
RENAMING = Status(phase=Phase.READY, reason=Reason.of(StatusCode.RENAMING))


class TestCase(unittest.TestCase):
    """The case of one hypervisor."""

    def test_lasted(self):
        """A status counts from its last change, and any other not at all."""
        then = clocks.ago(70)
        for statuses, changed_at, status, expected in (
            ({'hv1': JOINING}, {'hv1': then}, JOINING, 70),
            # It would begin with this look.
            ({'hv1': JOINING}, {'hv1': then}, RENAMING, 0),
            ({}, {'hv1': then}, JOINING, 0),
            # This is the first look.
            ({'hv1': JOINING}, {}, JOINING, 0),
            ({'hv2': JOINING}, {'hv2': then}, JOINING, 0),
        ):
            with self.subTest(statuses=statuses, status=status):
                case = Case.of(
                    builders.a_snapshot('hv1'),
                    builders.a_hypervisor(),
                    Ledger(statuses=statuses, changed_at=changed_at),
                    clocks.START,
                )

                self.assertEqual(expected, case.lasted(status))
