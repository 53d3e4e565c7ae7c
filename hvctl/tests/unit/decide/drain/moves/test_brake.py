# SPDX-License-Identifier: Apache-2.0
"""Tests of the brake on a cloud that is full."""

from __future__ import annotations

import datetime
import unittest

from hvctl.decide.drain.moves import brake
from hvctl.model.move import Guest
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Progress
from hvctl.tests.fixtures import clocks


def at(seconds):
    """So long after the start."""
    return clocks.START + datetime.timedelta(seconds=seconds)


def a_move(state=MoveState.PLANNED, **progress):
    """The move of some guest."""
    return Move(
        hypervisor='hv1',
        source='hv1',
        guest=Guest(id='g'),
        state=state,
        progress=Progress(**progress),
    )


def refused(*seconds):
    """Moves for which no host was found, at these times."""
    return [a_move(tried_at=at(each), no_host=True) for each in seconds]


class TestBrake(unittest.TestCase):
    """How many may begin."""

    def test_free(self):
        """All places, or one guest now and then."""
        four = refused(0, 0, 0, 0)
        for moves, seconds, free in (
            ([], 0, 9),
            (refused(0, 0, 0), 0, 9),
            (four, 14, 0),
            (four, 15, 1),
            (refused(0, 0, 0, 0, 20), 49, 0),
            (refused(0, 0, 0, 0, 20), 50, 1),
            (refused(*[0] * 99), 119, 0),
            (refused(*[0] * 99), 120, 1),
            # One is under way and may find a host.
            (
                [*four, a_move(MoveState.MOVING, started_at=at(15))],
                60,
                0,
            ),
            ([*four, a_move(MoveState.MOVING, started_at=at(0))], 60, 0),
            ([*four, a_move(MoveState.MOVING, started_at=at(-5))], 60, 1),
            ([*four, a_move(MoveState.MOVED, ended_at=at(1))], 2, 9),
            ([*four, a_move(MoveState.MOVED, ended_at=at(0))], 2, 9),
            ([*four, a_move(MoveState.FAILED, ended_at=at(1))], 2, 0),
            ([*four, a_move(MoveState.MOVED, ended_at=at(-1))], 2, 0),
            # Other failures say nothing of the cloud.
            ([a_move(tried_at=at(0))] * 9, 0, 9),
        ):
            with self.subTest(moves=moves, seconds=seconds):
                self.assertEqual(free, brake.free(moves, 9, at(seconds)))

    def test_full(self):
        """After enough guests, and not in a moment."""
        for moves, full in (
            ([], False),
            (refused(0, 0, 0, 0, 15, 45, 120), False),
            (refused(0, 0, 0, 0, 15, 45, 105, 225), True),
            (refused(*[0] * 20), False),
            (refused(*[0] * 20, 119), False),
            (refused(*[0] * 20, 120), True),
        ):
            with self.subTest(moves=moves):
                self.assertEqual(full, brake.is_full(moves))

    def test_again(self):
        """Not at once."""
        for tried_at, seconds, may in (
            (None, 0, True),
            (at(0), 14, False),
            (at(0), 15, True),
        ):
            move = a_move(tried_at=tried_at)

            self.assertEqual(may, brake.may_try(move, at(seconds)))
