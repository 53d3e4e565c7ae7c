# SPDX-License-Identifier: Apache-2.0
"""Tests of which guests' moves a look at a hypervisor has."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.drain.moves import queue
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining


def look(name, state) -> list[str]:
    """The guests that are seen to move off a hypervisor.

    :param state: how g1 stands, which goes off hv1 and is listed on hv2
    """
    seen = dataclasses.replace(
        builders.a_snapshot('hv1', 'hv2'),
        guests={
            'hv1': (),
            'hv2': (draining.GUEST, builders.a_guest('g2')),
        },
    )
    (known,) = draining.decide(draining.a_look(draining.GUEST)).moves
    ledger = draining.a_ledger(moves={known.guest.id: known.but(state=state)})
    goal = draining.a_goal('hv1', 'hv2')
    hv = goal.hypervisors(seen)[name]
    looked = queue.look(goal.case(seen, hv, ledger, clocks.START))
    return sorted(move.guest.name for move in looked.moves.values())


class TestTwo(unittest.TestCase):
    """Guests that go from one that is drained to another."""

    def test_table(self):
        """They are of the first until their way from it has ended."""
        moving, moved = MoveState.MOVING, MoveState.MOVED
        for name, state, expected in (
            ('hv1', moving, ['g1']),
            ('hv2', moving, ['g2']),
            ('hv1', moved, []),
            ('hv2', moved, ['g1', 'g2']),
        ):
            with self.subTest(name=name, state=state):
                self.assertEqual(expected, look(name, state))


class TestNotes(draining.Story):
    """What a guest has."""

    def test_once(self):
        """It is noted at the first look that knows, and not again."""
        guest = builders.a_guest('g1', volumes=1)
        for _ in range(2):
            move: Move = self.see(guest)

        self.assertEqual(1, len(move.notes))
