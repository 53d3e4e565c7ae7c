# SPDX-License-Identifier: Apache-2.0
"""Tests of what is begun once more: a request, or a guest that is back."""

from __future__ import annotations

import datetime

from hvctl.decide.drain.moves import follow
from hvctl.decide.drain.moves import requests
from hvctl.model.drain_options import DrainOptions
from hvctl.model.ledger import Refusal
from hvctl.model.move import MoveState
from hvctl.model.steps import AskWhere
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining

SECOND = datetime.timedelta(seconds=1)


class TestRefusedForNow(draining.Story):
    """A request that was refused for now."""

    def test_table(self):
        """It comes anew once a whole look shows that it did not happen."""
        (seen,) = draining.decide(draining.a_look(draining.GUEST)).moves
        move = seen.but(
            state=MoveState.MOVING, attempt=1, started_at=clocks.START
        )
        sent = requests.request(move, DrainOptions())
        refused = Refusal(
            step=sent,
            message='503',
            since=clocks.START,
            tries=1,
            again_at=clocks.START,
        )
        for guest, partial, refusals, state in (
            (draining.GUEST, False, {sent.lane: refused}, MoveState.PLANNED),
            (draining.GUEST, False, {}, MoveState.MOVING),
            (draining.GUEST, True, {sent.lane: refused}, MoveState.MOVING),
            (
                draining.MIGRATING,
                False,
                {sent.lane: refused},
                MoveState.MOVING,
            ),
        ):
            with self.subTest(
                task=guest.task_state, partial=partial, refusals=refusals
            ):
                look = draining.a_look(guest, partial=partial)
                goal = draining.a_goal()
                case = goal.case(
                    look,
                    goal.hypervisors(look)['hv1'],
                    draining.a_ledger(refusals=refusals),
                    clocks.START + SECOND,
                )

                after, step = follow.follow(move, case)

                self.assertEqual((state, None), (after.state, step))


class TestReturned(draining.Story):
    """A guest that had left, and is on the host again."""

    def test_left_out(self):
        """While Nova's list leaves it out, it is asked for once more."""
        (seen,) = draining.decide(draining.a_look(draining.GUEST)).moves
        self.ledger.moves = {seen.guest.id: seen.but(state=MoveState.RETURNED)}

        move = self.see()

        self.assertNotEqual(MoveState.RETURNED, move.state)
        self.assertFalse(move.state.ended)
        self.assertEqual([AskWhere.__name__], self.sent)
