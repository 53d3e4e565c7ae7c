# SPDX-License-Identifier: Apache-2.0
"""Tests of the pauses before another try."""

from __future__ import annotations

import unittest

import hypothesis
from hypothesis import strategies as st

from hvctl.run import pauses

CHANCES = st.floats(0, 1)
TRIES = st.integers(1, 10**6)


class TestPause(unittest.TestCase):
    """How long a pause is."""

    def test_table(self) -> None:
        """It doubles to a bound, and what a service asks for counts more."""
        for tries, asked, chance, expected in (
            (1, None, 1.0, 1),
            (2, None, 1.0, 2),
            (3, None, 1.0, 4),
            (3, None, 0.5, 2),
            (5, None, 1.0, 16),
            (6, None, 1.0, 30),
            (900, None, 1.0, 30),
            (1, None, 0.0, 0),
            (1, 60.0, 0.0, 60),
            (9, 60.0, 1.0, 61),
            (9, 0.0, 1.0, 1),
            (1, 3600.0, 0.5, 3600.5),
        ):
            with self.subTest(tries=tries, asked=asked, chance=chance):
                self.assertEqual(expected, pauses.pause(tries, asked, chance))

    @hypothesis.given(TRIES, CHANCES)
    def test_bounds(self, tries: int, chance: float) -> None:
        """None is too long, and none becomes shorter with more tries."""
        pause = pauses.pause(tries, None, chance)

        self.assertLessEqual(0, pause)
        self.assertLessEqual(pause, pauses.LONGEST)
        self.assertLessEqual(pause, pauses.pause(tries + 1, None, chance))

    @hypothesis.given(TRIES, st.floats(0, 10**6), CHANCES)
    def test_asked(self, tries: int, asked: float, chance: float) -> None:
        """No service is asked again before it wants to be."""
        self.assertGreaterEqual(pauses.pause(tries, asked, chance), asked)
