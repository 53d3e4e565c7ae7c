# SPDX-License-Identifier: Apache-2.0
"""Tests of how migrations of the embedded cloud go."""

from __future__ import annotations

import threading
import unittest

from hvctl_lab.host import migrations


class Clock:
    """A clock that goes on by a second each time it is read."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1
        return self.now


class TestWish(unittest.TestCase):
    """What a guest's metadata asks for."""

    def test_wishes(self):
        """Each wish is understood, and what is none changes nothing."""
        usual = migrations.Wish(1.5)
        for text, expected in (
            (None, usual),
            ('slow:20', migrations.Wish(20.0)),
            ('slow:', usual),
            ('slow:-1', usual),
            ('hang', migrations.Wish(None)),
            ('fail', migrations.Wish(1.5, fails=True)),
            ('nonsense', usual),
        ):
            metadata = {} if text is None else {'lab_migration': text}
            with self.subTest(text=text):
                self.assertEqual(expected, migrations.wish(metadata, 1.5))


class TestMigration(unittest.TestCase):
    """A migration that is under way."""

    def _migration(self, wish, released=False):
        return migrations.Migration(wish, lambda: released, clock=Clock())

    def test_completes(self):
        """A migration reports how far it is and completes."""
        parts = []

        outcome = self._migration(migrations.Wish(0.004)).run(parts.append)

        self.assertIs(migrations.Outcome.COMPLETED, outcome)
        self.assertEqual(1.0, parts[-1])

    def test_takes_no_time(self):
        """A migration of no length is done at once."""
        outcome = self._migration(migrations.Wish(0)).run(lambda part: None)

        self.assertIs(migrations.Outcome.COMPLETED, outcome)

    def test_fails_half_way(self):
        """A migration that is to fail never gets to its end."""
        clock = iter((0.0, 1.0, 2.0)).__next__
        migration = migrations.Migration(
            migrations.Wish(4.0, fails=True), lambda: False, clock=clock
        )
        parts = []
        migration._wake.set()

        outcome = migration.run(parts.append)

        self.assertIs(migrations.Outcome.FAILED, outcome)
        self.assertEqual([0.25, 0.5], parts)

    def test_forced(self):
        """A hanging migration ends as somebody else says."""
        for outcome in (
            migrations.Outcome.CANCELLED,
            migrations.Outcome.COMPLETED,
        ):
            with self.subTest(outcome=outcome):
                migration = self._migration(migrations.Wish(None))
                threading.Timer(0.01, migration.force, [outcome]).start()

                self.assertIs(outcome, migration.run(lambda part: None))

    def test_released(self):
        """A hanging migration completes when its guest is released."""
        migration = self._migration(migrations.Wish(None), released=True)

        self.assertIs(
            migrations.Outcome.COMPLETED, migration.run(lambda part: None)
        )
