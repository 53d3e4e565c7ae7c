# SPDX-License-Identifier: Apache-2.0
"""Tests of the documentation's generated tables."""

from __future__ import annotations

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
        """The facts of a code are those that are given with it anywhere."""
        source = (
            'a = Reason.of(GuestCode.BUSY, task=1, status=2)\n'
            'b = case.stays(GuestCode.BUSY, host=f(GuestCode.AFFINITY))\n'
            'c = Reason.of(GuestCode.NO_ROOM, **more)\n'
            'd = Other.of(Colour.RED, host=1)\n'
        )

        self.assertEqual(
            {
                'GuestCode.BUSY': {'task', 'status', 'host'},
                'GuestCode.AFFINITY': set(),
                'GuestCode.NO_ROOM': set(),
            },
            tables.given_facts(source),
        )

    def test_shown(self):
        """Words are shown with the names of the facts that fill them in."""
        for template, expected in (
            ('{host} is full', ('<host> is full', {'host'})),
            ('on it{ips:brackets} at', ('on it (<ips>) at', {'ips'})),
            ('but: {left:things}', ('but: <left>', {'left'})),
            (lambda f: f'on {f["host"]}', ('on <host>', {'host'})),
            (lambda f: ', '.join(f['hosts']), ('<hosts>', {'hosts'})),
            (lambda f: f'{int(f["n"])} left', ('...', {'n'})),
            ('', ('', set())),
        ):
            with self.subTest(expected=expected):
                self.assertEqual(expected, tables.shown(template))

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
        """Each table is on one page, and each that a page wants is there."""
        used = [
            name
            for page in drawings.PAGES.rglob('*.rst')
            for name in re.findall(
                r'\.\. generated-table:: (\S+)', page.read_text()
            )
        ]

        self.assertEqual(sorted(tables.TABLES), sorted(used))
