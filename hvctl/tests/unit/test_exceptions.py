# SPDX-License-Identifier: Apache-2.0
"""Tests of what errors say of themselves."""

from __future__ import annotations

import unittest

from hvctl import exceptions


class TestPasses(unittest.TestCase):
    """What is tried again."""

    def test_table(self) -> None:
        """What is transient, and a 401 of somebody who was let in before."""
        for status, transient, expected in (
            (503, True, True),
            (None, True, True),
            (None, False, False),
            (401, False, True),
            (403, False, False),
        ):
            with self.subTest(status=status, transient=transient):
                error = exceptions.CloudError(
                    'no', status=status, transient=transient
                )

                self.assertEqual(expected, error.passes)
