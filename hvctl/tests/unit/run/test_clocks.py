# SPDX-License-Identifier: Apache-2.0
"""Tests of the machine's clock."""

from __future__ import annotations

from concurrent import futures
import unittest

from hvctl.run import clocks


class TestSystemClock(unittest.TestCase):
    """The clock of real runs."""

    def setUp(self):
        self.clock = clocks.SystemClock()

    def test_monotonic(self):
        """It never goes back."""
        self.assertLessEqual(self.clock.monotonic(), self.clock.monotonic())

    def test_waits_for_time(self):
        """Without work the time passes."""
        before = self.clock.monotonic()

        self.clock.wait([], 0.01)

        self.assertGreaterEqual(self.clock.monotonic() - before, 0.009)

    def test_waits_for_work(self):
        """What is done already is not waited for."""
        done: futures.Future = futures.Future()
        done.set_result(None)
        never: futures.Future = futures.Future()
        before = self.clock.monotonic()

        self.clock.wait([never, done], 60)

        self.assertLess(self.clock.monotonic() - before, 30)
