# SPDX-License-Identifier: Apache-2.0
"""Tests of the text of configuration files."""

from __future__ import annotations

import configparser
import unittest

from hvctl_lab import ini


class TestRender(unittest.TestCase):
    """What is written can be read."""

    def test_round_trip(self):
        """Every section and option comes back."""
        sections = {
            'DEFAULT': {'a': 1, 'b': True},
            'other': {'url': 'http://x:1/?y=%s', 'empty': ''},
        }
        parser = configparser.RawConfigParser(default_section='')

        parser.read_string(ini.render(sections))

        self.assertEqual(
            {'DEFAULT': {'a': '1', 'b': 'True'}, 'other': sections['other']},
            {name: dict(parser.items(name)) for name in parser.sections()},
        )
