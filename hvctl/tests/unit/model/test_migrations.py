# SPDX-License-Identifier: Apache-2.0
"""Tests of Nova's migration records."""

from __future__ import annotations

import ast
from collections.abc import Iterator
import datetime
import pathlib
import unittest

import hvctl
from hvctl.model.migration import MigrationStatus
from hvctl.model.migration import MigrationType
from hvctl.tests.fixtures import builders

ROOT = pathlib.Path(hvctl.__file__).parent

#: Where the words of Nova are turned into what is decided by.
HOMES = {'model/migration.py', 'cloud/observe/parse.py'}


def literals(path: pathlib.Path) -> Iterator[str]:
    """The strings of a module that are no docstrings."""
    tree = ast.parse(path.read_text(), str(path))
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in said
        ):
            yield node.value


class TestLiterals(unittest.TestCase):
    """Nobody compares a record with a word of their own."""

    def test_types(self):
        """The types are named by their enum, wherever it is."""
        words = {str(MigrationType.LIVE), str(MigrationType.EVACUATION)}
        for path in sorted(ROOT.rglob('*.py')):
            name = str(path.relative_to(ROOT))
            if name not in HOMES and not name.startswith('tests/'):
                self.assertEqual(set(), words & set(literals(path)), name)

    def test_statuses(self):
        """Decisions read properties of a record."""
        words = {str(each) for each in (*MigrationType, *MigrationStatus)}
        for path in sorted((ROOT / 'decide' / 'drain').rglob('*.py')):
            self.assertEqual(set(), words & set(literals(path)), path.name)


class TestMigration(unittest.TestCase):
    """What a record tells."""

    def test_table(self):
        """By its type and its status."""
        for kind, status, expected in (
            ('live-migration', 'queued', {'is_live', 'can_be_dropped'}),
            ('live-migration', 'preparing', {'is_live', 'can_be_dropped'}),
            ('live-migration', 'running', {'is_live', 'copying', 'runs'}),
            ('live-migration', 'running (post-copy)', {'is_live', 'copying'}),
            ('live-migration', 'completed', {'is_live', 'done', 'over'}),
            ('live-migration', 'of a newer Nova', {'is_live'}),
            ('migration', 'queued', {'is_cold'}),
            ('migration', 'finished', {'is_cold', 'awaits_confirmation'}),
            ('migration', 'confirmed', {'is_cold', 'done', 'over'}),
            ('resize', 'finished', {'awaits_confirmation'}),
            ('resize', 'reverted', {'over'}),
            ('evacuation', 'done', {'over'}),
        ):
            with self.subTest(kind=kind, status=status):
                record = builders.a_migration(
                    migration_type=kind, status=status
                )

                self.assertEqual(
                    expected,
                    {
                        name
                        for name in (
                            'is_live',
                            'is_cold',
                            'can_be_dropped',
                            'copying',
                            'runs',
                            'awaits_confirmation',
                            'done',
                            'over',
                        )
                        if getattr(record, name)
                    },
                )

    def test_took(self):
        """From its begin to what Nova wrote last, once it is over."""
        begun = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        for status, seconds, expected in (
            ('completed', 7, 7),
            ('error', 2, 2),
            ('running', 7, None),
            ('finished', 7, None),
            ('completed', None, None),
            # Whose clock is behind.
            ('completed', -1, 0),
        ):
            with self.subTest(status=status, seconds=seconds):
                record = builders.a_migration(
                    status=status,
                    created_at=begun,
                    updated_at=None
                    if seconds is None
                    else begun + datetime.timedelta(seconds=seconds),
                )

                self.assertEqual(expected, record.took)
