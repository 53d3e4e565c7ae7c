# SPDX-License-Identifier: Apache-2.0
"""Tests of what the services say."""

from __future__ import annotations

import unittest

from hvctl.model import text


class TestOneLine(unittest.TestCase):
    """A service's words within a sentence of ours."""

    def test_one_line(self):
        """It ends without a full stop, since a sentence goes on after it."""
        self.assertEqual('no disk left', text.one_line(' no\n disk  left. '))
