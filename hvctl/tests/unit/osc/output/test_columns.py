# SPDX-License-Identifier: Apache-2.0
"""Tests of columns."""

from __future__ import annotations

import unittest

from hvctl.osc.output import columns


class TestDuration(unittest.TestCase):
    """Durations."""

    def test_words(self):
        """The two largest units, whole."""
        for seconds, expected in (
            (0, '0s'),
            (0.9, '0s'),
            (59, '59s'),
            (60, '1m'),
            (192, '3m12s'),
            (3600, '1h'),
            (3605, '1h5s'),
            (3661, '1h1m'),
            (90061, '1d1h'),
        ):
            with self.subTest(seconds=seconds):
                self.assertEqual(expected, columns.words(seconds))

    def test_column(self):
        """People get units, programs seconds, and nobody an invention."""
        self.assertEqual('3m12s', columns.Duration(192).human_readable())
        self.assertEqual(192, columns.Duration(192).machine_readable())
        self.assertEqual('', columns.Duration(None).human_readable())


class TestNumber(unittest.TestCase):
    """Numbers that may not be known."""

    def test_column(self):
        """People see nothing where programs are told that it is unknown."""
        for value, human in ((5, '5'), (0, '0'), (None, '')):
            with self.subTest(value=value):
                column = columns.Number(value)

                self.assertEqual(human, column.human_readable())
                self.assertEqual(value, column.machine_readable())

    def test_order(self):
        """What is not known comes last, whatever else there is."""
        found = [columns.Number(value) for value in (7, None, 0)]

        self.assertEqual(
            [0, 7, None], [c.machine_readable() for c in sorted(found)]
        )


class TestShare(unittest.TestCase):
    """How much is used."""

    def test_column(self):
        """People see both numbers, programs have a column for each."""
        self.assertEqual('12/64', columns.Share(64, 12).human_readable())
        self.assertEqual(64, columns.Share(64, 12).machine_readable())
        self.assertEqual('', columns.Share(None, None).human_readable())
        self.assertEqual('?/64', columns.Share(64, None).human_readable())


class TestInstant(unittest.TestCase):
    """Moments."""

    def test_column(self):
        """People need no seconds, and no zone but one."""
        text = '2026-11-27T09:30:15+01:00'

        self.assertEqual(
            '2026-11-27T08:30Z', columns.Instant(text).human_readable()
        )
        self.assertEqual(text, columns.Instant(text).machine_readable())
        self.assertEqual('', columns.Instant('').human_readable())


class TestDay(unittest.TestCase):
    """Moments of which the day is enough."""

    def test_column(self):
        """People see the day in the one zone, programs the moment."""
        text = '2026-11-27T00:30:15+01:00'

        self.assertEqual('2026-11-26', columns.Day(text).human_readable())
        self.assertEqual(text, columns.Day(text).machine_readable())
        self.assertEqual('', columns.Day('').human_readable())
