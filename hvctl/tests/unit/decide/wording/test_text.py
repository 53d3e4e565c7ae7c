# SPDX-License-Identifier: Apache-2.0
"""Tests of the small pieces of text."""

from __future__ import annotations

import unittest

from hvctl.decide.wording import text
from hvctl.tests.fixtures import builders


class TestText(unittest.TestCase):
    """Numbers and what Nova says."""

    def test_counted(self):
        """One is one, and none and many have an s."""
        self.assertEqual(
            ['0 guests', '1 guest', '2 guests'],
            [text.counted(number, 'guest') for number in range(3)],
        )

    def test_fault(self):
        """Where Nova says nothing, that is said."""
        said = builders.a_server(status='ERROR', fault='No valid host.')
        silent = builders.a_server(status='ERROR')

        self.assertEqual('No valid host', text.fault(said))
        self.assertEqual('Nova gives no reason', text.fault(silent))
