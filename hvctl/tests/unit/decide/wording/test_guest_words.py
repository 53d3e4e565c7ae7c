# SPDX-License-Identifier: Apache-2.0
"""Tests of the words for what becomes of a guest: two tables of them."""

from __future__ import annotations

import unittest

from hvctl.decide.wording import moves
from hvctl.decide.wording import rendering
from hvctl.decide.wording import templates
from hvctl.decide.wording import treatments
from hvctl.model.guest_codes import GuestCode
from hvctl.tests.unit.decide.wording import moves_table
from hvctl.tests.unit.decide.wording import plan_words

GUESTS = (*plan_words.ROWS, *moves_table.MOVES)


class TestWords(unittest.TestCase):
    """What each code says, and what to type next."""

    def test_table(self):
        """Word for word."""
        for why, words in GUESTS:
            with self.subTest(code=why.code):
                known = templates.facts(rendering.WORDS[why.code])

                self.assertLessEqual({*known}, {*why.facts})
                self.assertEqual(words, rendering.sentence(why))

    def test_whole(self):
        """Every code has words, and they stand in the table."""
        self.assertEqual(set(GuestCode), {*treatments.WORDS, *moves.WORDS})
        self.assertEqual(set(GuestCode), {why.code for why, _ in GUESTS})
