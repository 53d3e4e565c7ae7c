# SPDX-License-Identifier: Apache-2.0
"""The page of releases tells what each microversion is for."""

from __future__ import annotations

import re
import unittest

import drawings

from hvctl.cloud import ages
from hvctl.cloud import http

_PAGE = drawings.PAGES / 'user' / 'releases.rst'
_MICROVERSION = re.compile(r'\b[12]\.\d\d\b')


class TestMicroversions(unittest.TestCase):
    """Those that are asked for."""

    def test_have_rows(self):
        """Each has one that says what a cloud without it lacks."""
        asked = {
            value
            for module in (ages, http)
            for value in vars(module).values()
            if isinstance(value, str) and _MICROVERSION.fullmatch(value)
        }
        rows = _PAGE.read_text().split('   * - ')
        told = {
            version
            for row in rows
            for version in _MICROVERSION.findall(row.partition('\n')[0])
        }

        self.assertLessEqual({http.COMPUTE, http.PLACEMENT}, asked)
        self.assertEqual(set(), asked - told)
