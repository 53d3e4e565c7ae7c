# SPDX-License-Identifier: Apache-2.0
"""Tests of durations."""

from __future__ import annotations

import unittest

from hvctl.model import duration

#: What is no date any more, or hardly was meant.
TOO_LONG = ('10000d', '9' * 9, '9' * 5000 + 'h')


class TestSeconds(unittest.TestCase):
    """Durations as people write them."""

    def test_table(self) -> None:
        """A number, with or without a unit."""
        for text, seconds in (
            ('90', 90),
            ('90s', 90),
            ('45m', 2700),
            ('8h', 28800),
            ('2d', 172800),
            ('9999d', 863913600),
            (str(duration.LONGEST), 99999999),
        ):
            self.assertEqual(seconds, duration.seconds(text))

    def test_none(self) -> None:
        """Everything else is refused in one sentence."""
        for text in ('', '0', '-1', '1.5h', '8 h', '1w', 'h', '٣m', *TOO_LONG):
            with self.subTest(text=text):
                self.assertRaisesRegex(
                    ValueError, 'is not a duration', duration.seconds, text
                )
