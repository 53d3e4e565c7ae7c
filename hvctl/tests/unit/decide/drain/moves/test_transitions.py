# SPDX-License-Identifier: Apache-2.0
"""Tests of what a move becomes, how long it may take, and its record."""

from __future__ import annotations

import dataclasses
import datetime
import unittest

from hvctl.decide.drain.case import DrainCase
from hvctl.decide.drain.moves import limits
from hvctl.decide.drain.moves import records
from hvctl.decide.drain.moves import transitions
from hvctl.decide.hypervisor import assemble
from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import GuestVolumes
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Ties
from hvctl.model.move import Treatment
from hvctl.model.reasons import Reason
from hvctl.model.records import Shape
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining

NOW = clocks.START
LATER = NOW + datetime.timedelta(seconds=1)


def a_case(*here, records=(), at=NOW) -> DrainCase:
    """What a look at hv1 with these guests tells."""
    look = draining.a_look(*here, migrations={'hv1': records})
    hv = assemble.assemble(look, ['hv1'])['hv1']
    return draining.a_goal().case(look, hv, draining.a_ledger(), at)


def see(guest, *found) -> Move:
    """See a guest of hv1 for the first time."""
    case = a_case(guest, records=found)
    return transitions.rest(transitions.see(guest, case), guest, case)


def look_again(move, guest, at) -> Move:
    """See a guest that is not under way again."""
    return transitions.rest(move, guest, a_case(guest, at=at))


def a_move(method=None, shape=None, **changes) -> Move:
    """A move that is under way since now."""
    move = see(builders.a_guest())
    if method is not None:
        move = dataclasses.replace(move, treatment=Treatment(method=method))
    if shape is not None:
        guest = dataclasses.replace(move.guest, shape=shape)
        move = dataclasses.replace(move, guest=guest)
    return move.but(
        **{'state': MoveState.MOVING, 'started_at': NOW, **changes}
    )


class TestFirstSight(unittest.TestCase):
    """Guests that the drain has not seen before."""

    def test_statuses(self):
        """Each status of Nova has its method, or a reason to be left."""
        for status, method, state in (
            ('ACTIVE', 'live', 'planned'),
            ('PAUSED', 'live', 'planned'),
            ('SHUTOFF', 'cold', 'planned'),
            ('ERROR', None, 'stayed'),
            ('RESCUE', None, 'stayed'),
            ('SUSPENDED', None, 'stayed'),
            ('SHELVED', 'offload', 'planned'),
            ('SOFT_DELETED', None, 'stayed'),
            ('PASSWORD', None, 'stayed'),
            ('VERIFY_RESIZE', None, 'stayed'),
            ('UNKNOWN', None, 'stayed'),
            ('BUILD', None, 'waiting'),
            ('REBOOT', None, 'waiting'),
            ('MIGRATING', None, 'waiting'),
            ('RESIZE', None, 'waiting'),
        ):
            with self.subTest(status=status):
                guest = builders.a_guest(status=status)

                move = see(guest)

                self.assertEqual(
                    (method, state), (move.treatment.method, move.state)
                )
                if state == 'stayed':
                    self.assertEqual(NOW, move.progress.ended_at)

    def test_busy(self):
        """A guest that is busy waits, and is not touched."""
        guest = builders.a_guest(task_state='rebooting')

        move = see(guest)

        self.assertEqual('waiting', move.state)
        self.assertEqual(
            Reason.of(
                GuestCode.BUSY,
                server_id=guest.id,
                status='ACTIVE',
                task='rebooting',
            ),
            move.reason,
        )

    def test_old_records(self):
        """What a guest went through before is not its move."""
        for migration in (
            builders.a_migration(id=7, status='error'),
            builders.a_migration(id=7, source='elsewhere'),
            builders.a_migration(id=7, migration_type='resize'),
        ):
            with self.subTest(migration=migration):
                move = see(builders.a_guest(), migration)

                self.assertEqual('planned', move.state)
                self.assertEqual(7, move.progress.after)
                case = a_case(records=(migration,))
                self.assertIsNone(records.record(move, case))

    def test_what_was_before(self):
        """What goes on is the move's own; nothing is known of its ties."""
        for guest, found, after in (
            (draining.GUEST, (), 0),
            (draining.GUEST, (draining.live('running', id=7),), 7),
            (draining.MIGRATING, (draining.live('running', id=7),), 6),
            (draining.MIGRATING, (draining.live('error', id=7),), 7),
        ):
            with self.subTest(guest=guest, found=found):
                case = a_case(guest, records=found)

                move = transitions.see(guest, case)

                self.assertEqual(after, move.progress.after)
                self.assertFalse(move.ties.known)

    def test_locked(self):
        """That is said; an administrator may move it all the same."""
        for locked, notes in ((True, (GuestCode.LOCKED,)), (False, ())):
            guest = builders.a_guest(locked=locked)

            move = transitions.see(guest, a_case(guest))

            self.assertEqual(notes, tuple(note.code for note in move.notes))


class TestOthers(unittest.TestCase):
    """Migrations that somebody else has begun."""

    def test_record(self):
        """It is the one that was found, and none before it."""
        found = draining.cold('finished', id=7)
        case = a_case(records=(found,))
        away = transitions.see_away(found, case)

        self.assertFalse(away.ties.known)
        for move in (
            transitions.adopt(away, found, case),
            transitions.leave_to_owner(away, found, case),
        ):
            self.assertEqual(6, move.progress.after)


class TestEnd(unittest.TestCase):
    """When a move has ended."""

    def test_time(self):
        """That is when it was seen first."""
        found = draining.cold('finished', id=7)
        case = a_case(records=(found,), at=LATER)
        away = transitions.see_away(found, case)
        why = Reason.of(GuestCode.NO_REASON)
        for before, ended_at in ((None, LATER), (NOW, NOW)):
            move = away.but(ended_at=before)
            for ended in (
                transitions.fail(move, why, LATER),
                transitions.leave_to_owner(move, found, case),
            ):
                self.assertEqual(ended_at, ended.progress.ended_at)


class TestWaiting(unittest.TestCase):
    """Guests that are not under way."""

    def test_becomes_ready(self):
        """What was busy can be moved when it no longer is."""
        move = see(builders.a_guest(task_state='rebooting'))
        guest = builders.a_guest()

        move = look_again(move, guest, LATER)

        self.assertEqual('planned', move.state)
        self.assertIsNone(move.reason)

    def test_follows_the_status(self):
        """A guest that its owner stopped meanwhile is moved cold."""
        move = look_again(
            see(builders.a_guest()),
            builders.a_guest(status='SHUTOFF'),
            LATER,
        )

        self.assertEqual('cold', move.treatment.method)

    def test_busy_for_too_long(self):
        """A guest that stays busy is left in the end."""
        guest = builders.a_guest(status='REBOOT', task_state='rebooting')

        move = look_again(see(guest), guest, NOW + limits.BUSY)

        self.assertEqual('stayed', move.state)
        self.assertEqual(GuestCode.BUSY, move.reason.code)

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
            seen.append(move.state)

        self.assertEqual(
            [
                'waiting',
                'waiting',
                'planned',
                'waiting',
                'waiting',
                'stayed',
                'planned',
            ],
            seen,
        )


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

                limit = limits.without_news(move, migration)

                self.assertEqual(expected, limit and limit.total_seconds())

    def test_shutdown(self):
        """An image may let its guest take long to shut down."""
        for said, method, status, expected in (
            ('900', 'cold', 'migrating', 1200),
            ('900', 'shelve', None, 1200),
            ('900', 'cold', 'finished', 300),
            ('900', 'live', 'running', 360),
            ('soon', 'cold', 'migrating', 300),
        ):
            with self.subTest(said=said, method=method, status=status):
                image = {'os_shutdown_timeout': said}
                of_image = see(builders.a_guest(image=image))
                of_volume = dataclasses.replace(
                    see(builders.a_guest()),
                    ties=Ties(volumes=GuestVolumes(image=image)),
                )
                migration = status and builders.a_migration(status=status)
                for move in (of_image, of_volume):
                    move = dataclasses.replace(
                        move,
                        guest=dataclasses.replace(
                            move.guest, shape=Shape(1, 1024, 0)
                        ),
                        treatment=Treatment(method=Method(method)),
                    )

                    limit = limits.without_news(move, migration)

                    self.assertEqual(expected, limit.total_seconds())

    def test_news(self):
        """Whatever is new of it starts the time anew."""
        guest = builders.a_guest()
        migration = builders.a_migration()
        move = transitions.note_progress(a_move(), guest, migration, NOW)
        late = NOW + limits.COPY + limits.COPY_PER_GIB
        again = dataclasses.replace(migration, updated_at=late)

        same = transitions.note_progress(move, guest, migration, late)
        newer = transitions.note_progress(move, guest, again, late)

        self.assertTrue(limits.is_silent(same, migration, late))
        self.assertFalse(limits.is_silent(newer, again, late))


class TestRecord(unittest.TestCase):
    """Which record a move is about."""

    def test_newest_of_the_guest(self):
        """The newest of this guest, if it came after the move began."""
        found = (
            builders.a_migration('other', id=9),
            builders.a_migration(id=8),
            builders.a_migration(id=5),
        )

        case = a_case(records=found)
        self.assertEqual(8, records.record(a_move(after=5), case).id)
        self.assertIsNone(records.record(a_move(after=8), case))

    def test_of_others(self):
        """What somebody else asked for is no record of our request."""
        found = (builders.a_migration(user_id='joe'),)

        case = a_case(records=found)
        self.assertIsNone(records.record(a_move(), case))
        self.assertIsNotNone(records.record(a_move(adopted=True), case))
