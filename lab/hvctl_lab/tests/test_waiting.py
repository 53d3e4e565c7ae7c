# SPDX-License-Identifier: Apache-2.0
"""Tests of waiting."""

from __future__ import annotations

import unittest

from hvctl_lab import waiting


class TestUntil(unittest.TestCase):
    """Waiting for a fact."""

    def test_true(self):
        """It ends with the first true answer."""
        answers = iter([False, None, [1]])

        waiting.until(lambda: next(answers), timeout=5, what='it', interval=0)

        self.assertEqual([], list(answers))

    def test_timeout(self):
        """It gives up and says what it waited for."""
        with self.assertRaisesRegex(
            waiting.Timeout, 'gave up waiting for it after 0 s'
        ):
            waiting.until(lambda: False, timeout=0, what='it', interval=0)
