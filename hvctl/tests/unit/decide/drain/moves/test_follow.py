# SPDX-License-Identifier: Apache-2.0
"""Tests of how moves go on, by Nova's records of them."""

from __future__ import annotations

import dataclasses

from hvctl.model.codes import OutcomeCode
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.model.records import Shape
from hvctl.model.results import Accepted, Explained, Located
from hvctl.model.steps import AskWhere, AskWhy, LiveMigrate, Shelve
from hvctl.osc.output import move_words
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining


class TestRecords(draining.Story):
    """What Nova's records say."""

    def test_table(self):
        """The record tells how it went, with the guest's place."""
        for guest, migration, expected in (
            (draining.MIGRATING, draining.live('queued'), 'moving'),
            (draining.MIGRATING, draining.live('running'), 'moving'),
            (draining.GUEST, draining.live('completed'), 'moving'),
            (None, draining.live('completed'), 'moved'),
            (None, draining.cold('finished'), 'moving'),
            (None, draining.cold('confirmed'), 'moved'),
            (draining.GUEST, draining.live('error'), 'failed'),
            (draining.GUEST, draining.live('failed'), 'failed'),
            (draining.GUEST, draining.live('cancelled'), 'failed'),
            (draining.OFF, draining.cold('reverted'), 'failed'),
        ):
            with self.subTest(status=migration.status, guest=guest):
                self.setUp()
                kind = migration.migration_type
                self.see(
                    draining.GUEST
                    if kind == 'live-migration'
                    else draining.OFF
                )

                self.answers = {AskWhere: Located('ACTIVE', 'hv2')}
                here = () if guest is None else (guest,)
                for _ in range(2):
                    move = self.see(*here, records=(migration,), retries=0)

                self.assertEqual(expected, move.state)
                if expected == 'moved':
                    self.assertEqual('hv2', move.progress.destination)

    def test_completed_and_still_here(self):
        """That is not waited for without end, and said as it is."""
        for running in (False, True):
            with self.subTest(running=running):
                self.setUp()
                self.see(draining.GUEST)
                if running:
                    self.see(
                        draining.MIGRATING, records=(draining.live('running'),)
                    )

                self.see(draining.GUEST, records=(draining.live('completed'),))
                move = self.see(
                    draining.GUEST,
                    records=(draining.live('completed'),),
                    after=60,
                )

                self.assert_move(
                    'failed', GuestCode.DONE_BUT_HERE, move, status='completed'
                )

    def test_without_record(self):
        """What was accepted and has no record is tried once more."""
        self.see(draining.GUEST)
        self.assert_move(
            'moving', GuestCode.ASKED_FOR, self.see(draining.GUEST, after=59)
        )

        self.see(draining.GUEST)
        self.see(draining.GUEST, after=15)
        self.assertEqual(['LiveMigrate'] * 2, self.sent)
        self.assert_move(
            'failed', GuestCode.NO_RECORD, self.see(draining.GUEST, after=60)
        )

    def test_migrating_without_record(self):
        """A guest that stays MIGRATING is a failure, and no busy guest."""
        self.see(draining.GUEST)
        self.see(draining.MIGRATING)

        move = self.see(draining.MIGRATING, after=60)

        self.assert_move(
            'failed', GuestCode.NO_RECORD, move, status='MIGRATING'
        )
        self.assertFalse(self.verdict.outcome.ok)

    def test_record_left_out(self):
        """A record that was there is waited for, and then counts again."""
        for seconds in (1, 100):
            with self.subTest(seconds=seconds):
                self.setUp()
                records = (draining.live('running'),)
                self.see(draining.GUEST)
                self.see(draining.MIGRATING, records=records, after=5)
                self.see(draining.MIGRATING, records=records, after=61)
                move = self.see(draining.MIGRATING, after=seconds)
                self.assertEqual('moving', move.state)

                self.see(draining.MIGRATING, records=records)
                self.answers = {AskWhere: Located('ACTIVE', 'hv2')}
                for _ in range(2):
                    move = self.see(records=(draining.live('completed'),))

                self.assert_move('moved', None, move)

    def test_given_up_and_goes_on(self):
        """What was given up is followed again when there is news of it."""
        migrating = builders.a_guest(
            'g1', status='RESIZE', task_state='resize_migrating'
        )
        going = draining.cold('migrating')
        for first, here, records, record in (
            (draining.GUEST, draining.MIGRATING, (), draining.live('running')),
            (draining.OFF, migrating, (), going),
            (
                draining.OFF,
                migrating,
                (going,),
                draining.cold('post-migrating'),
            ),
        ):
            with self.subTest(status=record.status, before=records):
                self.setUp()
                self.see(first)
                self.see(here, records=records)
                failed = self.see(here, records=records, after=400)
                same = self.see(here, records=records)
                move = self.see(here, records=(record,))

                self.assertEqual('failed', failed.state)
                self.assertEqual('failed', same.state)
                self.assertEqual('moving', move.state)
                self.assertFalse(move.progress.adopted)
                self.assertIsNone(self.verdict.outcome)

    def test_nothing_new(self):
        """A move of which nothing new is heard is given up in the end."""
        shape = Shape(1, 1024, 2)
        for guest, record, seconds in (
            # A GiB of memory, and two of a disk that may be copied.
            (draining.GUEST, draining.live('running'), 480),
            (draining.GUEST, draining.live('accepted'), 480),
            (draining.OFF, draining.cold('migrating'), 420),
        ):
            with self.subTest(status=record.status):
                self.setUp()
                guest = dataclasses.replace(guest, shape=shape)
                self.see(guest)
                # As a plan that knows no room yet does not begin it.
                move = self.ledger.moves[draining.GUEST.id]
                self.ledger.moves[draining.GUEST.id] = move.but(
                    state=MoveState.MOVING,
                    attempt=1,
                    started_at=clocks.START,
                )
                here = dataclasses.replace(guest, task_state='migrating')

                self.see(here, records=(record,))
                before = self.see(here, records=(record,), after=seconds - 1)
                move = self.see(here, records=(record,), after=1)

                self.assertEqual('moving', before.state)
                self.assert_move(
                    'failed',
                    GuestCode.SILENT,
                    move,
                    status=record.status,
                    seconds=seconds,
                )

    def test_forgotten(self):
        """A record that Nova has forgotten does not stop a guest."""
        for status in ('queued', 'preparing', 'accepted'):
            for user_id in (builders.US, 'joe'):
                with self.subTest(status=status, user_id=user_id):
                    self.setUp()
                    self.see(
                        draining.MIGRATING,
                        records=(draining.live(status, id=1),),
                    )
                    stale = draining.live(status, user_id=user_id)
                    self.see(draining.MIGRATING, records=(stale,))
                    self.see(draining.GUEST, records=(stale,))
                    move = self.see(draining.GUEST, records=(stale,), after=59)
                    self.assertEqual('moving', move.state)

                    self.see(draining.GUEST, records=(stale,))
                    move = self.see(draining.GUEST, records=(stale,), after=15)

                    self.assertEqual(['LiveMigrate'], self.sent)
                    self.assertEqual('moving', move.state)
                    self.assertFalse(move.progress.adopted)

    def test_forgotten_of_ours(self):
        """That counts as one that failed."""
        self.see(draining.GUEST)
        self.see(draining.GUEST, records=(draining.live('queued'),), retries=0)

        move = self.see(
            draining.GUEST,
            records=(draining.live('queued'),),
            after=60,
            retries=0,
        )

        self.assert_move(
            'failed',
            GuestCode.ABANDONED,
            move,
            migration_id=5,
            status='queued',
        )

    def test_forgotten_before(self):
        """A guest with which nothing is done is sent at once."""
        self.see(
            draining.GUEST, records=(draining.live('queued', user_id='joe'),)
        )

        self.assertEqual(['LiveMigrate'], self.sent)

    def test_forgotten_and_named(self):
        """It keeps the host from being empty, and is named for that."""
        stale = draining.live('queued', id=2)
        done = draining.live('completed')
        self.answers = {AskWhere: Located('ACTIVE', 'hv2')}
        self.see(draining.GUEST, records=(stale,))
        self.ledger.changed_at['hv1'] = clocks.START
        for after in (1, 1, 1, 120):
            self.see(records=(done, stale), after=after)

        self.assertFalse(self.verdict.outcome.ok)
        self.assertEqual(
            Reason.of(OutcomeCode.RECORDS_OPEN, migrations=((2, 'queued'),)),
            self.verdict.outcome.reason,
        )

    def test_queue(self):
        """Its turn in Nova's queue is waited for."""
        self.see(draining.GUEST)

        self.see(draining.MIGRATING, records=(draining.live('queued'),))
        move = self.see(
            draining.MIGRATING, records=(draining.live('queued'),), after=3000
        )

        self.assertEqual('moving', move.state)

    def test_reason(self):
        """Nova's reason is asked for, of a guest that was shelved, too."""
        shelved = {'metadata': {'hvctl:drain': 'shelve'}}
        guest = dataclasses.replace(draining.GUEST, **shelved)
        self.answers = {
            Shelve: Accepted('req-1'),
            AskWhy: Explained('no image service'),
        }
        self.see(guest)

        broken = dataclasses.replace(guest, status='ERROR')
        self.see(broken, retries=0)
        move = self.see(broken, retries=0)

        self.assertEqual(['Shelve', 'AskWhy'], self.sent)
        cause = Reason.of(GuestCode.NOVA_SAYS, message='no image service')
        self.assert_move('failed', GuestCode.BROKE_HERE, move, cause=cause)

    def test_reason_that_is_not_told(self):
        """A question that fails does not keep the move for ever."""
        self.answers = {LiveMigrate: Accepted('req-1')}
        self.refused = {AskWhy: 'gone'}
        self.see(draining.GUEST)

        self.see(draining.GUEST, records=(draining.live('error'),), retries=0)
        move = self.see(
            draining.GUEST, records=(draining.live('error'),), retries=0
        )

        self.assert_move(
            'failed', GuestCode.MIGRATION_ENDED, move, status='error'
        )

    def test_stays_shelving(self):
        """A task that hangs is given up."""
        guest = dataclasses.replace(
            draining.GUEST, metadata={'hvctl:drain': 'shelve'}
        )
        busy = dataclasses.replace(guest, task_state='shelving')
        self.see(guest)
        self.see(busy)

        self.assertEqual('moving', self.see(busy, after=299).state)
        move = self.see(busy, after=1)
        self.assert_move('failed', GuestCode.STAYS_BUSY, move, task='shelving')


class TestText(draining.Story):
    """What tenants write."""

    def test_escaped(self):
        """A terminal is not to obey it."""
        move = self.see(
            builders.a_guest(
                'g1',
                id=draining.GUEST.id,
                metadata={
                    'hvctl:drain': 'x\x1b[2J',
                    'hvctl:drain-priority': '\x1b[2J',
                },
            ),
            dry_run=True,
        )
        named = self.see(
            dataclasses.replace(draining.GUEST, id='other', name='\x1b[2J'),
            draining.GUEST,
        )

        said = move_words.why(move)
        self.assertIn('means nothing', said)
        self.assertTrue(said.isprintable())
        self.assertTrue(named.guest.name.isprintable())
        other = self.ledger.moves['other']
        self.assertTrue(other.guest.name.isprintable())
