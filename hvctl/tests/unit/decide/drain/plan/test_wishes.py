# SPDX-License-Identifier: Apache-2.0
"""Tests of what the owner of a guest wants."""

from __future__ import annotations

import unittest

from hvctl.decide.drain.plan import wishes
from hvctl.model.drain_options import Wish
from hvctl.tests.fixtures import builders


class TestWishes(unittest.TestCase):
    """Metadata and tags."""

    def test_table(self):
        """Metadata count more, and it is known which of them said it."""
        in_metadata = {wishes.WISH_KEY: 'cold'}
        in_tag = frozenset({f'{wishes.WISH_KEY}=stay'})
        for metadata, tags, wish, tagged in (
            (in_metadata, frozenset(), Wish.COLD, False),
            ({}, in_tag, Wish.STAY, True),
            (in_metadata, in_tag, Wish.COLD, False),
        ):
            with self.subTest(metadata=metadata, tags=tags):
                found = wishes.of(
                    builders.a_guest(metadata=metadata, tags=tags)
                )

                self.assertEqual((wish, tagged), (found.wish, found.tagged))
