# SPDX-License-Identifier: Apache-2.0
"""Tests of the brake on a cloud that is full."""

from __future__ import annotations

import collections
import datetime
import unittest

from hvctl.decide.drain.moves import brake
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import Guest
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Progress
from hvctl.model.snapshot import WholeLook
from hvctl.model.steps import AskWhy, LiveMigrate
from hvctl.tests.fixtures import clocks
from hvctl.tests.unit.run import base


def at(seconds):
    """So long after the start."""
    return clocks.START + datetime.timedelta(seconds=seconds)


def a_move(state=MoveState.PLANNED, **progress):
    """The move of some guest."""
    return Move(
        hypervisor='hv1',
        source='hv1',
        guest=Guest(id='g'),
        progress=Progress(state=state, **progress),
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
            ([*four, a_move(MoveState.MOVING, started_at=at(-5))], 60, 1),
            ([*four, a_move(MoveState.MOVED, ended_at=at(1))], 2, 9),
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


class TestDrain(base.TestCase):
    """A whole drain."""

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')
        self.cloud.migrations.seconds = 2

    def test_full_cloud(self):
        """Of a hundred guests some are tried, and it ends in time."""
        for fate in ('no host', 'fails'):
            for retries in (0, 1, 3):
                with self.subTest(fate=fate, retries=retries):
                    self.start()
                    self.setUp()
                    for number in range(100):
                        guest = self.cloud.add_guest(f'g{number}', 'hv1')
                        self.cloud.migrations.fates[guest.id] = fate

                    result = self.drain('hv1', retries=retries)

                    sent = collections.Counter(map(type, self.cloud.asked))
                    self.assertLessEqual(sent[LiveMigrate], 12)
                    self.assertLessEqual(sent[AskWhy], 12)
                    self.assertLess(self.clock.seconds, 600)
                    codes = collections.Counter(
                        move.reason.code
                        for move in result.ledger.moves.values()
                    )
                    self.assertGreater(codes[GuestCode.CLOUD_FULL], 80)
                    self.assertFalse(result.ok)

    def test_looks(self):
        """While nobody is sent, a look reads what is on the host only."""
        for number in range(7):
            guest = self.cloud.add_guest(f'g{number}', 'hv1')
            self.cloud.migrations.fates[guest.id] = 'no host'

        self.drain('hv1', retries=1)

        whole = [s for s in self.cloud.scopes if isinstance(s, WholeLook)]
        sent = [s for s in self.cloud.asked if isinstance(s, LiveMigrate)]
        self.assertGreater(self.clock.seconds, 300)
        # Each that is sent follows a whole look; so do every ten others.
        most = len(sent) + len(self.cloud.scopes) / 10 + 8
        self.assertLess(len(whole), most)

    def test_room_comes(self):
        """When one has found a host, the others go as fast as before."""
        for number in range(12):
            guest = self.cloud.add_guest(f'g{number}', 'hv1')
            self.cloud.migrations.fates[guest.id] = 'no host'

        def make_room():
            if self.clock.seconds > 20:
                self.cloud.migrations.fates.clear()

        self.clock.on_wait = make_room

        result = self.drain('hv1', retries=3)

        self.assertTrue(result.ok, self.message(result))
        self.assertLess(self.clock.seconds, 120)

    def test_last_one(self):
        """The last guest is not tried again at once."""
        guest = self.cloud.add_guest('g', 'hv1')
        self.cloud.migrations.fates[guest.id] = 'fails'

        result = self.drain('hv1', retries=2)

        self.assertFalse(result.ok)
        sent = [s for s in self.cloud.asked if isinstance(s, LiveMigrate)]
        self.assertEqual(3, len(sent))
        self.assertGreater(self.clock.seconds, 2 * 15)
