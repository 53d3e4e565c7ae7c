# SPDX-License-Identifier: Apache-2.0
"""Tests of the documentation's generated tables."""

import enum
import re
import unittest

import drawings
import tables


class Colour(enum.StrEnum):
    """For the tests."""

    RED = 'red'
    """Like a
    rose."""
    BLUE = 'blue'
    """Like the sea."""


class TestTables(unittest.TestCase):
    """All of them."""

    def test_written(self):
        """A table is what a person could have written."""
        table = tables.Table(
            header=('Key', 'Meaning'),
            widths=(20, 80),
            rows=[('``a``', 'the first'), ('``b``', '')],
        )

        self.assertEqual(
            [
                '.. list-table::',
                '   :class: generated',
                '   :header-rows: 1',
                '   :widths: 20 80',
                '',
                '   * - Key',
                '     - Meaning',
                '   * - ``a``',
                '     - the first',
                '   * - ``b``',
                '     -',
            ],
            list(tables.written(table)),
        )

    def test_explained(self):
        """What stands below a member is its explanation."""
        self.assertEqual(
            {'red': 'Like a rose.', 'blue': 'Like the sea.'},
            tables.explained(Colour),
        )

    def test_facts(self):
        """The facts of words are found in templates and in functions."""
        self.assertEqual({'host', 'n'}, tables.facts('{host} has {n}'))
        self.assertEqual(set(), tables.facts('nothing'))
        self.assertEqual(
            {'host'}, tables.facts(lambda facts: f'on {facts["host"]}')
        )

    def test_whole(self):
        """Each row has a cell for each column, and a first one."""
        for name, make in tables.TABLES.items():
            table = make()
            for row in table.rows:
                with self.subTest(table=name, row=row[0]):
                    self.assertEqual(len(table.header), len(row))
                    self.assertEqual(len(table.widths), len(row))
                    self.assertTrue(row[0])

    def test_used(self):
        """Each table is on a page, and each that a page wants is there."""
        used = {
            name
            for page in drawings.PAGES.rglob('*.rst')
            for name in re.findall(
                r'\.\. generated-table:: (\S+)', page.read_text()
            )
        }

        self.assertEqual(set(tables.TABLES), used)
