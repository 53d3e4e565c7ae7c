# SPDX-License-Identifier: Apache-2.0
"""Tests of the pauses between looks."""

from __future__ import annotations

import unittest

from hypothesis import given
from hypothesis import strategies as st

from hvctl.run import pace

SECONDS = st.floats(0, 10**5)


class TestPace(unittest.TestCase):
    """How long a pause is."""

    def test_since_anything_changed(self) -> None:
        """It grows with the time, within bounds."""
        for quiet, expected in ((0, 1), (9, 1), (30, 3), (50, 5), (999, 5)):
            with self.subTest(quiet=quiet):
                paced = pace.Pace(100)
                paced.changed(200)

                self.assertAlmostEqual(expected, paced.pause(200 + quiet, 0))

    def test_under_way(self) -> None:
        """It is long while nobody can be through, and then as they take."""
        for took, since, expected in (
            # The next is due in as many seconds as are left.
            (60, 0, 15),
            (60, 40, 15),
            (60, 52, 9),
            (60, 60, 1),
            # It may be through any time: a twentieth of what it takes.
            (60, 61, 3),
            (600, 601, 5),
            (2, 0, 3),
            (2, 2, 1),
        ):
            with self.subTest(took=took, since=since):
                paced = pace.Pace(0)
                paced.began('g1', 0)
                paced.ended('g1', took)
                paced.began('g2', 100)
                paced.changed(100 + since)

                self.assertAlmostEqual(expected, paced.pause(100 + since, 0))

    def test_noticed_late(self) -> None:
        """Nova tells that one was quicker than those before it."""
        for took, seen, expected in (
            (4, 60, 5),
            (0, 60, 1),
            # Somebody else had sent it long before.
            (500, 60, 15),
            (None, 60, 15),
        ):
            with self.subTest(took=took, seen=seen):
                paced = pace.Pace(0)
                paced.began('g1', 0)
                paced.ended('g1', 100)
                paced.began('g2', 100)
                paced.ended('g2', 100 + seen, took)
                paced.began('g3', 200)
                paced.changed(200)

                self.assertAlmostEqual(expected, paced.pause(200, 0))

    def test_all_places_are_taken(self) -> None:
        """It is not long where another one may begin."""
        paced = pace.Pace(0)
        for guest in ('g1', 'g2', 'g3'):
            paced.began(guest, 0)
        paced.ended('g1', 60)
        paced.changed(60)

        self.assertEqual(1, paced.pause(60, 0))

        paced.began('g4', 61)

        self.assertEqual(3, paced.pause(61, 0))
        paced.ended('g2', 61)
        paced.ended('g3', 61)
        paced.began('g5', 62)
        paced.began('g6', 62)
        self.assertEqual(15, paced.pause(63, 0))

    def test_first(self) -> None:
        """How long one takes is not known before one was through."""
        paced = pace.Pace(0)
        paced.began('g1', 0)
        paced.ended('never began', 0)

        self.assertEqual(1, paced.pause(5, 0))

    def test_slow_looks(self) -> None:
        """They come no closer while guests move, and as soon otherwise."""
        paced = pace.Pace(0)
        self.assertEqual(1, paced.pause(0, 12))

        paced.began('g1', 0)

        self.assertEqual(12, paced.pause(0, 12))

    def test_nobody_under_way(self) -> None:
        """What guests took counts no more when all are through."""
        paced = pace.Pace(0)
        paced.began('g1', 0)
        paced.ended('g1', 60)
        paced.changed(60)

        self.assertEqual(1, paced.pause(60, 0))

    @given(SECONDS, SECONDS, SECONDS, SECONDS)
    def test_bounds(
        self, took: float, began: float, passed: float, last: float
    ) -> None:
        """Whatever has happened, it is neither too short nor too long."""
        paced = pace.Pace(0)
        paced.began('g1', 0)
        paced.ended('g1', took)
        paced.began('g2', began)

        found = paced.pause(began + passed, last)

        self.assertLessEqual(max(pace.SHORTEST, last), found)
        self.assertLessEqual(found, max(15, last))
