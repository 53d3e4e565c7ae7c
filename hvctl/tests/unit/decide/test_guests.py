# SPDX-License-Identifier: Apache-2.0

"""Tests of what a drain does with one guest."""

import dataclasses
import datetime
import unittest

from hvctl.decide import guests
from hvctl.model import draining
from hvctl.model import progress
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clock

NOW = clock.START
LATER = NOW + datetime.timedelta(seconds=1)


def see(guest, *migrations) -> progress.Move:
    """See a guest of hv1 for the first time."""
    return guests.first_sight(
        guest, 'hv1', 'hv1', migrations, draining.Options(), NOW
    )


def a_move(**changes) -> progress.Move:
    """A move that is under way since now."""
    move = see(builders.a_guest())
    return dataclasses.replace(
        move, **{'result': 'moving', 'started_at': NOW, **changes}
    )


class TestFirstSight(unittest.TestCase):
    """Guests that the drain has not seen before."""

    def test_statuses(self):
        """Each status of Nova has its method, or a reason to be left."""
        for status, method, result in (
            ('ACTIVE', 'live', 'waiting'),
            ('PAUSED', 'live', 'waiting'),
            ('SHUTOFF', 'cold', 'waiting'),
            ('ERROR', None, 'left'),
            ('RESCUE', None, 'left'),
            ('SUSPENDED', None, 'left'),
            ('SHELVED', 'offload', 'waiting'),
            ('SOFT_DELETED', None, 'left'),
            ('PASSWORD', None, 'left'),
            ('VERIFY_RESIZE', None, 'left'),
            ('UNKNOWN', None, 'left'),
            ('BUILD', None, 'waiting'),
            ('REBOOT', None, 'waiting'),
            ('MIGRATING', None, 'waiting'),
            ('RESIZE', None, 'waiting'),
        ):
            with self.subTest(status=status):
                guest = builders.a_guest(status=status)

                move = see(guest)

                self.assertEqual((method, result), (move.method, move.result))
                self.assertEqual(method is not None, guests.ready(move, guest))
                if result == 'left':
                    self.assertIn(status, move.reason)
                    self.assertEqual(NOW, move.ended_at)

    def test_busy(self):
        """A guest that is busy waits, and is not touched."""
        guest = builders.a_guest(task_state='rebooting')

        move = see(guest)

        self.assertEqual('waiting', move.result)
        self.assertIn('rebooting', move.reason)
        self.assertFalse(guests.ready(move, guest))

    def test_live_migration_of_another(self):
        """A live migration that is under way is followed, not repeated."""
        move = see(
            builders.a_guest(task_state='migrating'),
            builders.a_migration(id=7),
        )

        self.assertEqual('moving', move.result)
        self.assertEqual(6, move.after)

    def test_old_records(self):
        """What a guest went through before is not its move."""
        for migration in (
            builders.a_migration(id=7, status='error'),
            builders.a_migration(id=7, source='elsewhere'),
            builders.a_migration(id=7, migration_type='resize'),
        ):
            with self.subTest(migration=migration):
                move = see(builders.a_guest(), migration)

                self.assertEqual('waiting', move.result)
                self.assertEqual(7, move.after)
                self.assertIsNone(guests.record(move, (migration,)))


class TestWaiting(unittest.TestCase):
    """Guests that are not under way."""

    def test_becomes_ready(self):
        """What was busy can be moved when it no longer is."""
        move = see(builders.a_guest(task_state='rebooting'))
        guest = builders.a_guest()

        move = guests.waiting(move, guest, draining.Options(), LATER)

        self.assertTrue(guests.ready(move, guest))
        self.assertEqual('', move.reason)

    def test_follows_the_status(self):
        """A guest that its owner stopped meanwhile is moved cold."""
        move = guests.waiting(
            see(builders.a_guest()),
            builders.a_guest(status='SHUTOFF'),
            draining.Options(),
            LATER,
        )

        self.assertEqual('cold', move.method)

    def test_busy_for_too_long(self):
        """A guest that stays busy is left in the end."""
        guest = builders.a_guest(status='REBOOT', task_state='rebooting')

        move = guests.waiting(
            see(guest), guest, draining.Options(), NOW + guests.BUSY_LIMIT
        )

        self.assertEqual('left', move.result)
        self.assertIn('busy: REBOOT, rebooting', move.reason)


class TestFollow(unittest.TestCase):
    """Guests that are under way."""

    def test_table(self):
        """The record tells how it went, with the guest's place."""
        here = builders.a_guest()
        for guest, status, expected in (
            (here, 'queued', 'moving'),
            (here, 'running', 'moving'),
            (here, 'finished', 'moving'),
            (None, 'finished', 'moving'),
            (here, 'completed', 'moving'),
            (None, 'completed', 'moved'),
            (here, 'confirmed', 'moving'),
            (None, 'confirmed', 'moved'),
            (here, 'error', 'failed'),
            (here, 'failed', 'failed'),
            (here, 'cancelled', 'failed'),
            (here, 'reverted', 'failed'),
        ):
            with self.subTest(status=status, here=guest is not None):
                migration = builders.a_migration(status=status)

                move = guests.follow(a_move(), guest, migration, LATER)

                self.assertEqual(expected, move.result)
                ended = LATER if expected != 'moving' else None
                self.assertEqual(ended, move.ended_at)

    def test_says_where(self):
        """A guest that moved is said to be where its record says."""
        move = guests.follow(
            a_move(), None, builders.a_migration(status='completed'), LATER
        )

        self.assertEqual('hv2', move.destination)

    def test_says_how_it_failed(self):
        """A failure names the status of the record."""
        move = guests.follow(
            a_move(),
            builders.a_guest(),
            builders.a_migration(status='cancelled'),
            LATER,
        )

        self.assertIn('cancelled', move.reason)

    def test_without_record(self):
        """Nova has a while to make the record, unless the guest is gone."""
        guest = builders.a_guest()
        soon = NOW + guests.BEGIN_LIMIT - datetime.timedelta(seconds=1)
        late = NOW + guests.BEGIN_LIMIT
        for found, at, expected in (
            (guest, soon, 'moving'),
            (guest, late, 'failed'),
            (None, soon, 'gone'),
        ):
            with self.subTest(expected=expected):
                move = guests.follow(a_move(), found, None, at)

                self.assertEqual(expected, move.result)


class TestRecord(unittest.TestCase):
    """Which record a move is about."""

    def test_newest_of_the_guest(self):
        """The newest of this guest, if it came after the move began."""
        records = (
            builders.a_migration('other', id=9),
            builders.a_migration(id=8),
            builders.a_migration(id=5),
        )

        self.assertEqual(8, guests.record(a_move(after=5), records).id)
        self.assertIsNone(guests.record(a_move(after=8), records))
