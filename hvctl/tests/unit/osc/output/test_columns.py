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
