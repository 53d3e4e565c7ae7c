# SPDX-License-Identifier: Apache-2.0
"""Tests of when a drain that is not waited for ends."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.model.codes import OutcomeCode
from hvctl.model.move import MoveState
from hvctl.tests.fixtures import draining
from hvctl.tests.unit.decide.drain import test_ends


class TestNoWait(unittest.TestCase):
    """When ``--no-wait`` has nothing left to do."""

    def test_sent(self):
        """Nova has every request that this run has sent."""
        look = draining.a_look(draining.MIGRATING)
        known = dataclasses.replace(look, **test_ends.RUNNING)
        stays = test_ends.a_move(test_ends.STUCK, state=MoveState.STAYED)
        answered = draining.under_way(draining.a_look(draining.GUEST))
        for seen, move, ledger, ended in (
            (look, test_ends.a_move(), {}, False),
            (known, test_ends.a_move(), {}, True),
            (look, test_ends.a_move(adopted=True), {}, True),
            (look, test_ends.a_move(attempt=0), {}, True),
            (
                look,
                test_ends.a_move(),
                {'done': answered.done, 'done_at': answered.done_at},
                True,
            ),
        ):
            for others in ((), (stays,)):
                with self.subTest(move=move, others=others):
                    here = (
                        (*seen.guests['hv1'], test_ends.STUCK)
                        if others
                        else None
                    )
                    if here:
                        seen = dataclasses.replace(seen, guests={'hv1': here})

                    outcome = test_ends.judge(
                        seen,
                        move,
                        *others,
                        ledger=ledger,
                        wait=False,
                        past_blocked=True,
                    ).outcome

                    if ended:
                        self.assertEqual(
                            OutcomeCode.UNDER_WAY, outcome.reason.code
                        )
                    else:
                        self.assertIsNone(outcome)
        self.assertIsNone(test_ends.judge(known, test_ends.a_move()).outcome)

    def test_nothing_to_send(self):
        """It ends as any other."""
        outcome = test_ends.judge(draining.a_look(), wait=False).outcome

        self.assertEqual(OutcomeCode.HAD_NO_GUESTS, outcome.reason.code)
