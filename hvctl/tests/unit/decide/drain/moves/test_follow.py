# SPDX-License-Identifier: Apache-2.0
"""Tests of how moves go on, told as stories of several looks."""

import dataclasses
import datetime
import unittest

from hvctl.decide.drain import drain
from hvctl.decide.drain.moves import cold as resizes
from hvctl.model.drain_options import DrainOptions
from hvctl.model.ledger import Failure, Ledger
from hvctl.model.records import Shape
from hvctl.model.results import (
    Accepted,
    Explained,
    Located,
)
from hvctl.model.steps import (
    AskWhere,
    AskWhy,
    ColdMigrate,
    ConfirmMigration,
    LiveMigrate,
    Shelve,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks

CLOSED = builders.a_disabled_service(resizes.drain_reason(3))
GUEST = builders.a_guest('g1')
OFF = builders.a_guest('g1', status='SHUTOFF')
MIGRATING = builders.a_guest('g1', status='MIGRATING', task_state='migrating')
BUSY = builders.a_guest('g1', task_state='rebooting')
CONFIRM = ConfirmMigration(name='hv1', server_id=GUEST.id)
WHERE = AskWhere(name='hv1', server_id=GUEST.id)
THERE = {AskWhere: Located('ACTIVE', 'hv2')}


def live(status, **changes):
    """The record of a live migration of ours."""
    return builders.a_migration('g1', status=status, **{'id': 5, **changes})


def cold(status, **changes):
    """The record of a cold migration of ours."""
    return live(status, **{'migration_type': 'migration', **changes})


class TestCase(unittest.TestCase):
    """A drain of hv1 that looks again and again."""

    options: dict = {}

    def setUp(self):
        self.ledger = Ledger(started_at=clocks.START, looks=1)
        self.seconds = 0
        self.answers: dict = {}
        self.refused: dict = {}
        self.sent: list = []

    def see(self, *here, after=1, records=(), **options):
        """Look again after some seconds; the move of g1, as it is then."""
        self.seconds += after
        now = clocks.START + datetime.timedelta(seconds=self.seconds)
        look = dataclasses.replace(
            builders.a_snapshot('hv1'),
            services=(CLOSED,),
            guests={'hv1': here},
            migrations={'hv1': records},
        )
        goal = drain.Drain(
            names=('hv1',),
            options=DrainOptions(
                **{'past_blocked': True, **self.options, **options}
            ),
        )
        self.verdict = goal.decide(look, self.ledger, now)['hv1']
        self.ledger.last = look
        for move in self.verdict.moves:
            self.ledger.moves[move.server_id] = move
        for step in self.verdict.steps:
            self.sent.append(type(step).__name__)
            if type(step) in self.refused:
                self.ledger.failures[step.lane] = Failure(
                    step=step, message=self.refused[type(step)]
                )
                continue
            self.ledger.done[step] = True
            self.ledger.done_at[step] = now
            if type(step) in self.answers:
                self.ledger.answers[step] = self.answers[type(step)]
        return self.ledger.moves[GUEST.id]

    def assert_move(self, result, words, move):
        """How it stands, and why."""
        self.assertEqual((result, True), (move.result, words in move.reason))


class TestRecords(TestCase):
    """What Nova's records say."""

    def test_table(self):
        """The record tells how it went, with the guest's place."""
        for guest, migration, expected in (
            (MIGRATING, live('queued'), 'moving'),
            (MIGRATING, live('running'), 'moving'),
            (GUEST, live('completed'), 'moving'),
            (None, live('completed'), 'moved'),
            (None, cold('finished'), 'moving'),
            (None, cold('confirmed'), 'moved'),
            (GUEST, live('error'), 'failed'),
            (GUEST, live('failed'), 'failed'),
            (GUEST, live('cancelled'), 'failed'),
            (OFF, cold('reverted'), 'failed'),
        ):
            with self.subTest(status=migration.status, guest=guest):
                self.setUp()
                kind = migration.migration_type
                self.see(GUEST if kind == 'live-migration' else OFF)

                self.answers = THERE
                here = () if guest is None else (guest,)
                for _ in range(2):
                    move = self.see(*here, records=(migration,), retries=0)

                self.assertEqual(expected, move.result)
                if expected == 'moved':
                    self.assertEqual('hv2', move.destination)

    def test_completed_and_still_here(self):
        """That is not waited for without end, and said as it is."""
        for running in (False, True):
            with self.subTest(running=running):
                self.setUp()
                self.see(GUEST)
                if running:
                    self.see(MIGRATING, records=(live('running'),))

                self.see(GUEST, records=(live('completed'),))
                move = self.see(GUEST, records=(live('completed'),), after=60)

                self.assert_move('failed', 'says completed', move)
                self.assertNotIn('memory', move.reason)

    def test_without_record(self):
        """What was accepted and has no record is tried once more."""
        self.see(GUEST)
        self.assert_move('moving', '', self.see(GUEST, after=59))

        self.see(GUEST)
        self.assertEqual(['LiveMigrate'] * 2, self.sent)
        self.assert_move(
            'failed', 'no migration record', self.see(GUEST, after=60)
        )

    def test_migrating_without_record(self):
        """A guest that stays MIGRATING is a failure, and no busy guest."""
        self.see(GUEST)
        self.see(MIGRATING)

        move = self.see(MIGRATING, after=60)

        self.assert_move('failed', 'no migration record', move)
        self.assertIn('MIGRATING', move.reason)
        self.assertFalse(self.verdict.outcome.ok)

    def test_nothing_new(self):
        """A move of which nothing new is heard is given up in the end."""
        shape = Shape(1, 1024, 2)
        for guest, record, seconds in (
            # A GiB of memory, and two of a disk that may be copied.
            (GUEST, live('running'), 480),
            (GUEST, live('accepted'), 480),
            (OFF, cold('migrating'), 420),
        ):
            with self.subTest(status=record.status):
                self.setUp()
                guest = dataclasses.replace(guest, shape=shape)
                self.see(guest)
                # As a plan that knows no room yet does not begin it.
                self.ledger.moves[GUEST.id] = dataclasses.replace(
                    self.ledger.moves[GUEST.id],
                    result='moving',
                    attempt=1,
                    started_at=clocks.START,
                )
                here = dataclasses.replace(guest, task_state='migrating')

                self.see(here, records=(record,))
                before = self.see(here, records=(record,), after=seconds - 1)
                move = self.see(here, records=(record,), after=1)

                self.assertEqual('moving', before.result)
                self.assert_move('failed', f'is {record.status}', move)

    def test_forgotten(self):
        """A record that Nova has forgotten does not stop a guest."""
        for status in ('queued', 'preparing', 'accepted'):
            for user_id in (builders.US, 'joe'):
                with self.subTest(status=status, user_id=user_id):
                    self.setUp()
                    self.see(MIGRATING, records=(live(status, id=1),))
                    stale = live(status, user_id=user_id)
                    self.see(MIGRATING, records=(stale,))
                    self.see(GUEST, records=(stale,))
                    move = self.see(GUEST, records=(stale,), after=59)
                    self.assertEqual('moving', move.result)

                    self.see(GUEST, records=(stale,))
                    move = self.see(GUEST, records=(stale,))

                    self.assertEqual(['LiveMigrate'], self.sent)
                    self.assertEqual('moving', move.result)
                    self.assertFalse(move.adopted)

    def test_forgotten_of_ours(self):
        """That counts as one that failed."""
        self.see(GUEST)
        self.see(GUEST, records=(live('queued'),), retries=0)

        move = self.see(GUEST, records=(live('queued'),), after=60, retries=0)

        self.assert_move('failed', 'its migration 5 is queued', move)

    def test_forgotten_before(self):
        """A guest with which nothing is done is sent at once."""
        self.see(GUEST, records=(live('queued', user_id='joe'),))

        self.assertEqual(['LiveMigrate'], self.sent)

    def test_forgotten_and_named(self):
        """It keeps the host from being empty, and is named for that."""
        stale = live('queued', id=2)
        done = live('completed')
        self.answers = THERE
        self.see(GUEST, records=(stale,))
        self.ledger.changed_at['hv1'] = clocks.START
        for after in (1, 1, 1, 120):
            self.see(records=(done, stale), after=after)

        self.assertFalse(self.verdict.outcome.ok)
        self.assertIn('record: 2 (queued)', self.verdict.outcome.reason)
        self.assertIn('set to error', self.verdict.outcome.reason)

    def test_queue(self):
        """Its turn in Nova's queue is waited for."""
        self.see(GUEST)

        self.see(MIGRATING, records=(live('queued'),))
        move = self.see(MIGRATING, records=(live('queued'),), after=3000)

        self.assertEqual('moving', move.result)

    def test_reason(self):
        """Nova's reason is asked for, of a guest that was shelved, too."""
        shelved = {'metadata': {'hvctl:drain': 'shelve'}}
        guest = dataclasses.replace(GUEST, **shelved)
        self.answers = {
            Shelve: Accepted('req-1'),
            AskWhy: Explained('no image service'),
        }
        self.see(guest)

        broken = dataclasses.replace(guest, status='ERROR')
        self.see(broken, retries=0)
        move = self.see(broken, retries=0)

        self.assertEqual(['Shelve', 'AskWhy'], self.sent)
        self.assert_move('failed', 'no image service', move)

    def test_reason_that_is_not_told(self):
        """A question that fails does not keep the move for ever."""
        self.answers = {LiveMigrate: Accepted('req-1')}
        self.refused = {AskWhy: Explained('gone')}
        self.see(GUEST)

        self.see(GUEST, records=(live('error'),), retries=0)
        move = self.see(GUEST, records=(live('error'),), retries=0)

        self.assert_move('failed', 'ended as error', move)

    def test_stays_shelving(self):
        """A task that hangs is given up."""
        guest = dataclasses.replace(GUEST, metadata={'hvctl:drain': 'shelve'})
        busy = dataclasses.replace(guest, task_state='shelving')
        self.see(guest)
        self.see(busy)

        self.assertEqual('moving', self.see(busy, after=299).result)
        self.assert_move('failed', 'shelving', self.see(busy, after=1))


class TestText(TestCase):
    """What tenants write."""

    def test_escaped(self):
        """A terminal is not to obey it."""
        move = self.see(
            builders.a_guest(
                'g1',
                id=GUEST.id,
                metadata={
                    'hvctl:drain': 'x\x1b[2J',
                    'hvctl:drain-priority': '\x1b[2J',
                },
            ),
            dry_run=True,
        )
        named = self.see(
            dataclasses.replace(GUEST, id='other', name='\x1b[2J'), GUEST
        )

        self.assertIn('means nothing', move.reason)
        self.assertTrue(move.reason.isprintable())
        self.assertTrue(named.server_name.isprintable())
        other = self.ledger.moves['other']
        self.assertTrue(other.server_name.isprintable())


class TestForce(TestCase):
    """Halting a guest that is copied for too long."""

    options = {'force_complete': True}

    def record(self, status='running'):
        """A record that Nova writes to all the time."""
        at = clocks.START + datetime.timedelta(seconds=self.seconds)
        return live(status, updated_at=at)

    def test_only_once_and_bounded(self):
        """It is halted once; a limit later it is given up."""
        self.see(GUEST)
        self.see(MIGRATING, records=(self.record(),))
        self.see(MIGRATING, records=(self.record(),), after=300)
        self.assertEqual(['LiveMigrate', 'ForceComplete'], self.sent)

        before = self.see(MIGRATING, records=(self.record(),), after=299)
        move = self.see(MIGRATING, records=(self.record(),), after=1)

        self.assertEqual('moving', before.result)
        self.assert_move('failed', 'after Nova was asked to halt', move)
        self.assertEqual(['LiveMigrate', 'ForceComplete'], self.sent)

    def test_only_when_it_runs(self):
        """Nova would refuse it before."""
        self.see(GUEST)
        for _ in range(3):
            self.see(MIGRATING, records=(self.record('preparing'),), after=200)

        self.assertEqual(['LiveMigrate'], self.sent)

    def test_refused(self):
        """Nova does not halt a paused guest, and may refuse another."""
        paused = dataclasses.replace(GUEST, status='PAUSED')
        for guest, sent, words in (
            (paused, ['LiveMigrate'], 'it is paused'),
            (GUEST, ['LiveMigrate', 'ForceComplete'], 'Nova did not halt it'),
        ):
            with self.subTest(words=words):
                self.setUp()
                self.see(guest)
                for after in (1, 300, 300, 300):
                    move = self.see(
                        MIGRATING, records=(self.record(),), after=after
                    )
                    for step in self.verdict.steps:
                        self.ledger.done[step] = False

                self.assertEqual(sent, self.sent)
                self.assert_move('moving', words, move)

    def test_not_of_others(self):
        """What another operator has begun is theirs."""
        for seconds in (1, 300, 300):
            move = self.see(
                MIGRATING,
                records=(dataclasses.replace(self.record(), user_id='joe'),),
                after=seconds,
            )

        self.assertEqual([], self.sent)
        self.assertEqual('moving', move.result)


class TestConfirm(TestCase):
    """Confirming cold migrations, and resizes."""

    def test_again(self):
        """As long as it is finished, now and then, and not for ever."""
        self.see(OFF)
        for seconds in range(300):
            move = self.see(records=(cold('finished'),))
            if seconds == 16:
                self.assertEqual(
                    ['ColdMigrate'] + ['ConfirmMigration'] * 2, self.sent
                )
        move = self.see(records=(cold('finished'),))

        self.assert_move('failed', 'migration confirm', move)
        self.assertEqual(20, self.sent.count('ConfirmMigration'))
        # And when it is confirmed after all:
        self.assertEqual(
            'moved', self.see(records=(cold('confirmed'),)).result
        )

    def test_not_those_of_others(self):
        """Somebody else's cold migration that was faster than ours."""
        self.refused = {ColdMigrate: 'busy'}
        self.see(OFF)
        theirs = cold('migrating', user_id='joe')
        resizing = builders.a_guest(
            'g1', status='RESIZE', task_state='resize_migrating'
        )
        self.see(resizing, records=(theirs,))

        move = self.see(
            records=(dataclasses.replace(theirs, status='finished'),)
        )

        self.assertEqual(['ColdMigrate'], self.sent)
        self.assert_move('left', 'waits until its owner confirms', move)

    def test_resized_on_its_host(self):
        """After the confirmation it is a guest like others."""
        resized = builders.a_guest('g1', status='VERIFY_RESIZE')
        resize = live(
            'finished', migration_type='resize', destination='hv1', id=2
        )
        confirmed = dataclasses.replace(resize, status='confirmed')
        for guest, record in (
            (resized, resize),
            (GUEST, confirmed),
            (GUEST, confirmed),
        ):
            move = self.see(guest, records=(record,), confirm_resizes=True)

        self.assertEqual(['ConfirmResize', 'LiveMigrate'], self.sent)
        self.assertEqual('moving', move.result)

    def test_resizes_are_paced(self):
        """Here and from elsewhere they are confirmed now and then only."""
        resized = builders.a_guest('g1', status='VERIFY_RESIZE')
        self.options = {'confirm_resizes': True, 'retries': 0}
        for source in ('hv1', 'other'):
            for status, confirms in (('confirming', 1), ('finished', 21)):
                with self.subTest(source=source, status=status):
                    self.setUp()
                    resize = live(
                        'finished',
                        migration_type='resize',
                        source=source,
                        destination='hv1',
                        user_id='joe',
                    )
                    self.see(resized, records=(resize,))
                    resize = dataclasses.replace(resize, status=status)
                    for _ in range(300):
                        move = self.see(resized, records=(resize,))
                        self.assertEqual('moving', move.result)

                    move = self.see(resized, records=(resize,))

                    self.assertEqual(['ConfirmResize'] * confirms, self.sent)
                    self.assertEqual('failed', move.result)


class TestRefused(TestCase):
    """Requests that Nova does not take."""

    def test_tried_again(self):
        """When its owner has just begun something, it is waited for."""
        self.refused = {LiveMigrate: 'task_state rebooting'}
        self.see(GUEST)

        move = self.see(BUSY)
        self.assert_move('waiting', 'busy', move)
        self.refused.clear()
        move = self.see(GUEST, after=100)

        self.assertEqual('moving', move.result)
        self.assertEqual(['LiveMigrate'] * 2, self.sent)

    def test_bounded(self):
        """No oftener than is wanted."""
        self.refused = {LiveMigrate: 'pinned'}
        for _ in range(5):
            move = self.see(GUEST, retries=2)

        self.assert_move('failed', 'pinned', move)
        self.assertEqual(['LiveMigrate'] * 3, self.sent)

    def test_broken(self):
        """A guest that its move has put into ERROR here has failed."""
        self.answers = {
            LiveMigrate: Accepted('req-1'),
            AskWhy: Explained('no memory'),
        }
        broken = builders.a_guest('g1', status='ERROR')
        self.see(GUEST)
        for _ in range(3):
            move = self.see(broken, records=(live('error'),), retries=2)

        self.assert_move('failed', 'it is ERROR: no memory', move)

    def test_other_failures(self):
        """A question that failed is no failure of the request."""
        self.ledger.failures[GUEST.id] = Failure(
            step=WHERE, message='no answer'
        )
        self.see(GUEST)

        move = self.see(MIGRATING, records=(live('running'),))

        self.assertEqual('moving', move.result)


class TestAway(TestCase):
    """Guests that are not on the host any more."""

    def test_deleted_while_it_moved(self):
        """Its record says error, and it is nowhere."""
        self.see(GUEST)
        self.see(MIGRATING, records=(live('running'),))
        self.see(records=(live('error'),))
        move = self.see(records=(live('error'),))

        self.assertEqual(['LiveMigrate', 'AskWhere'], self.sent)
        self.assert_move('gone', 'deleted', move)

    def test_broken(self):
        """A guest that Nova broke on its way has not moved well."""
        broken, well = Located('ERROR', 'hv7'), Located('ACTIVE', 'hv7')
        for guest, record, answer, words in (
            # finish_resize failed on the destination.
            (OFF, cold('error'), broken, 'it is ERROR on hv7: no disk'),
            # post_live_migration_at_destination did.
            (GUEST, live('completed'), broken, 'it is ERROR on hv7: no disk'),
            (GUEST, live('error'), well, 'it is ACTIVE on hv7: no disk'),
        ):
            with self.subTest(words=words):
                self.setUp()
                self.answers = {
                    AskWhere: answer,
                    AskWhy: Explained('no disk'),
                    LiveMigrate: Accepted('req-1'),
                    ColdMigrate: Accepted('req-1'),
                }
                self.see(guest)
                for _ in range(4):
                    move = self.see(records=(record,))

                self.assert_move('failed', words, move)
                self.assertEqual('hv7', move.destination)
                self.assertEqual(1, self.sent.count('AskWhy'))
                self.assertFalse(self.verdict.outcome.ok)
                self.assertEqual(
                    '0 of 1 guest stayed on hv1, 1 left it and failed',
                    self.verdict.outcome.reason,
                )

    def test_was_broken_before(self):
        """That a guest in ERROR is so elsewhere too is not the drain's."""
        self.answers = {AskWhere: Located('ERROR', 'hv7')}
        self.see(builders.a_guest('g1', status='ERROR'))
        self.see()

        self.assertEqual('moved', self.see().result)

    def test_nova_does_not_say_where_it_is(self):
        """Then nobody knows that it is gone."""
        self.refused = {AskWhere: Located('no', 'answer')}
        self.see(builders.a_guest('g1', status='RESCUE'))
        self.see()

        self.assert_move('failed', 'did not say where', self.see())

    def test_leaves_twice(self):
        """The answer of the first time is not that of the second."""
        rescued = builders.a_guest('g1', status='RESCUE')
        self.answers = {AskWhere: Located('RESCUE', 'hv7')}
        self.see(rescued)
        self.see()
        self.assertEqual('moved', self.see().result)
        self.answers = {}
        self.see(rescued)
        self.see()

        self.assert_move('gone', 'deleted', self.see())

    def test_nova_does_not_say_how_it_is(self):
        """Then its record counts."""
        self.refused = {AskWhere: Located('no', 'answer')}
        self.see(GUEST)
        self.see(records=(live('completed'),))

        move = self.see(records=(live('completed'),))

        self.assertEqual(('moved', 'hv2'), (move.result, move.destination))

    def test_deleted_before_the_request(self):
        """Nova does not know it any more: it is gone."""
        self.refused = {LiveMigrate: 'HTTP 404'}
        self.see(GUEST)
        self.see()

        self.assert_move('gone', 'deleted', self.see())

    def test_left_in_the_end(self):
        """What could not be moved has left, and does not stay."""
        for first in (
            builders.a_guest('g1', status='RESCUE'),
            builders.a_guest('g1', status='SUSPENDED'),
        ):
            self.setUp()
            other = builders.a_guest('g2', task_state='rebooting')
            self.assertEqual('left', self.see(first, other).result)
            self.see(other)
            move = self.see()
            self.see()
            self.see()

            self.assertEqual('gone', move.result)
            self.assertTrue(self.verdict.outcome.ok)

    def test_given_up_and_completed(self):
        """A migration that was given up may come to its end."""
        other = builders.a_guest('g2', task_state='rebooting')
        self.see(GUEST)
        self.see(MIGRATING, records=(live('running'),))
        failed = self.see(MIGRATING, records=(live('running'),), after=400)
        self.answers = THERE
        for _ in range(2):
            move = self.see(other, records=(live('completed'),))

        self.assertEqual('failed', failed.result)
        self.assertEqual('moved', move.result)

    def test_cold_one_given_up_and_finished(self):
        """It is confirmed then."""
        other = builders.a_guest('g2', task_state='rebooting')
        resizing = dataclasses.replace(OFF, task_state='resize_migrating')
        self.see(OFF)
        self.see(resizing, records=(cold('migrating'),))
        self.see(resizing, records=(cold('migrating'),), after=400)
        move = self.see(other, records=(cold('finished'),))

        self.assertEqual('moving', move.result)
        self.assertEqual('ConfirmMigration', self.sent[-1])

    def test_being_confirmed(self):
        """What its owner is just confirming is waited for, not for ever."""
        resize = live('confirming', migration_type='resize', id=2)
        confirmed = dataclasses.replace(resize, status='confirmed')

        self.assertEqual('waiting', self.see(records=(resize,)).result)
        self.assertEqual('moved', self.see(records=(confirmed,)).result)

        self.setUp()
        self.see(records=(resize,))
        move = self.see(records=(resize,), after=120)
        self.assertEqual('left', move.result)

    def test_comes_back(self):
        """Reverted by its owner, it is moved again."""
        resize = live('finished', migration_type='resize', id=2)
        first = self.see(records=(resize,))
        reverted = dataclasses.replace(resize, status='reverted')
        move = self.see(GUEST, records=(reverted,))

        self.assertEqual('left', first.result)
        self.assertEqual('moving', move.result)


class TestOthers(TestCase):
    """Live migrations that somebody else has begun."""

    THEIRS = live('running', user_id='joe')

    def test_followed(self):
        """At first sight, and while it waits for its turn."""
        for before in ((), (BUSY,)):
            with self.subTest(before=before):
                self.setUp()
                if before:
                    self.see(*before)
                move = self.see(MIGRATING, records=(self.THEIRS,))
                done = dataclasses.replace(self.THEIRS, status='completed')

                self.assertEqual('moving', move.result)
                self.answers = THERE
                self.see(records=(done,))
                self.assertEqual('moved', self.see(records=(done,)).result)
                self.assertEqual(['AskWhere'], self.sent)

    def test_failed(self):
        """Then it is ours to send."""
        self.see(MIGRATING, records=(self.THEIRS,))
        broken = dataclasses.replace(self.THEIRS, status='error')
        move = self.see(GUEST, records=(broken,), retries=0)

        self.assertEqual(['LiveMigrate'], self.sent)
        self.assertEqual(('moving', 1), (move.result, move.attempt))

    def test_faster_than_ours(self):
        """Our request was refused, since theirs was there."""
        self.refused = {LiveMigrate: 'task_state migrating'}
        self.see(GUEST)

        move = self.see(MIGRATING, records=(self.THEIRS,), retries=0)

        self.assertEqual('moving', move.result)
        self.assertTrue(move.adopted)
