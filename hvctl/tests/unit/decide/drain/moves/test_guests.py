# SPDX-License-Identifier: Apache-2.0
"""Tests of what a drain does with one guest."""

import dataclasses
import datetime
import unittest

from hvctl.decide.drain.moves import guests
from hvctl.decide.drain.plan import treatment
from hvctl.model.drain_options import DrainOptions, Method
from hvctl.model.move import Move
from hvctl.model.records import Shape
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks

NOW = clocks.START
LATER = NOW + datetime.timedelta(seconds=1)


def see(guest, *migrations) -> Move:
    """See a guest of hv1 for the first time."""
    treated = treatment.treat(guest, DrainOptions())
    return guests.first_sight(guest, 'hv1', 'hv1', migrations, treated, NOW)


def look_again(move, guest, at) -> Move:
    """See a guest that is not under way again."""
    treated = treatment.treat(guest, DrainOptions())
    return guests.waiting(move, guest, treated, at)


def a_move(**changes) -> Move:
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
                self.assertEqual(method is not None, guests.ready(move))
                if result == 'left':
                    self.assertIn(status, move.reason)
                    self.assertEqual(NOW, move.ended_at)

    def test_busy(self):
        """A guest that is busy waits, and is not touched."""
        guest = builders.a_guest(task_state='rebooting')

        move = see(guest)

        self.assertEqual('waiting', move.result)
        self.assertIn('rebooting', move.reason)
        self.assertFalse(guests.ready(move))

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
                self.assertIsNone(
                    guests.record(move, (migration,), builders.US)
                )


class TestWaiting(unittest.TestCase):
    """Guests that are not under way."""

    def test_becomes_ready(self):
        """What was busy can be moved when it no longer is."""
        move = see(builders.a_guest(task_state='rebooting'))
        guest = builders.a_guest()

        move = look_again(move, guest, LATER)

        self.assertTrue(guests.ready(move))
        self.assertEqual('', move.reason)

    def test_follows_the_status(self):
        """A guest that its owner stopped meanwhile is moved cold."""
        move = look_again(
            see(builders.a_guest()),
            builders.a_guest(status='SHUTOFF'),
            LATER,
        )

        self.assertEqual('cold', move.method)

    def test_busy_for_too_long(self):
        """A guest that stays busy is left in the end."""
        guest = builders.a_guest(status='REBOOT', task_state='rebooting')

        move = look_again(see(guest), guest, NOW + guests.BUSY_LIMIT)

        self.assertEqual('left', move.result)
        self.assertIn('busy: REBOOT, rebooting', move.reason)
        self.assertIn('openstack server show', move.lift)

    def test_busy_since(self):
        """The time counts from when it became busy, and anew each time."""
        idle = builders.a_guest()
        busy = builders.a_guest(status='REBOOT', task_state='rebooting')
        move = see(idle)
        seen = []
        for guest, seconds in (
            (busy, 1000),
            (busy, 1100),
            (idle, 1110),
            (busy, 1200),
            (busy, 1310),
            (busy, 1320),
            (idle, 1330),
        ):
            at = NOW + datetime.timedelta(seconds=seconds)
            move = look_again(move, guest, at)
            seen.append(move.result)

        self.assertEqual(['waiting'] * 5 + ['left', 'waiting'], seen)


class TestLimit(unittest.TestCase):
    """How long nothing may be heard of a move."""

    def test_table(self):
        """By its size; only its turn in Nova's queue has no limit."""
        shape = Shape(1, 1536, 3)
        for method, status, expected in (
            ('live', 'queued', None),
            ('live', 'accepted', 600),
            ('live', 'preparing', 600),
            ('live', 'running', 600),
            ('live', 'completed', 60),
            ('cold', 'migrating', 480),
            ('cold', 'finished', 300),
            ('cold', 'confirming', 480),
            ('cold', 'confirmed', 60),
            ('shelve', None, 480),
        ):
            with self.subTest(method=method, status=status):
                move = a_move(method=Method(method), shape=shape)
                migration = status and builders.a_migration(status=status)

                limit = guests.limit(move, migration)

                self.assertEqual(expected, limit and limit.total_seconds())

    def test_news(self):
        """Whatever is new of it starts the time anew."""
        guest = builders.a_guest()
        migration = builders.a_migration()
        move = guests.heard(a_move(), guest, migration, NOW)
        late = NOW + guests.COPY_LIMIT + guests.COPY_LIMIT_PER_GIB
        again = dataclasses.replace(migration, updated_at=late)

        same = guests.heard(move, guest, migration, late)
        newer = guests.heard(move, guest, again, late)

        self.assertTrue(guests.silent(same, migration, late))
        self.assertFalse(guests.silent(newer, again, late))


class TestRecord(unittest.TestCase):
    """Which record a move is about."""

    def test_newest_of_the_guest(self):
        """The newest of this guest, if it came after the move began."""
        found = (
            builders.a_migration('other', id=9),
            builders.a_migration(id=8),
            builders.a_migration(id=5),
        )

        self.assertEqual(
            8, guests.record(a_move(after=5), found, builders.US).id
        )
        self.assertIsNone(guests.record(a_move(after=8), found, builders.US))

    def test_of_others(self):
        """What somebody else asked for is no record of our request."""
        found = (builders.a_migration(user_id='joe'),)

        self.assertIsNone(guests.record(a_move(), found, builders.US))
        self.assertIsNotNone(
            guests.record(a_move(adopted=True), found, builders.US)
        )
