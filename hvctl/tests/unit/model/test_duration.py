# SPDX-License-Identifier: Apache-2.0
"""Tests of durations."""

import unittest

from hvctl.model import duration


class TestSeconds(unittest.TestCase):
    """Durations as people write them."""

    def test_table(self):
        """A number, with or without a unit."""
        for text, seconds in (
            ('90', 90),
            ('90s', 90),
            ('45m', 2700),
            ('8h', 28800),
            ('2d', 172800),
        ):
            self.assertEqual(seconds, duration.seconds(text))

    def test_none(self):
        """Everything else is refused in one sentence."""
        for text in ('', '0', '-1', '1.5h', '8 h', '1w', 'h', '٣m'):
            with self.subTest(text=text):
                self.assertRaisesRegex(
                    ValueError, 'is not a duration', duration.seconds, text
                )
