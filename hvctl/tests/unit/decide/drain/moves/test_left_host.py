# SPDX-License-Identifier: Apache-2.0
"""Tests of guests that are not on the host any more."""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.model.codes import OutcomeCode
from hvctl.model.guest_codes import GuestCode
from hvctl.model.reasons import Reason
from hvctl.model.records import Shape
from hvctl.model.results import Accepted, Explained, Located
from hvctl.model.steps import AskWhere, AskWhy, ColdMigrate, LiveMigrate
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining


class TestAway(draining.Story):
    """Guests that are not on the host any more."""

    def test_deleted_while_it_moved(self):
        """Its record says error, and it is nowhere."""
        self.see(draining.GUEST)
        self.see(draining.MIGRATING, records=(draining.live('running'),))
        self.see(records=(draining.live('error'),))
        move = self.see(records=(draining.live('error'),))

        self.assertEqual(['LiveMigrate', 'AskWhere'], self.sent)
        self.assert_move('deleted', GuestCode.IS_DELETED, move)

    def test_broken(self):
        """A guest that Nova broke on its way has not moved well."""
        broken, well = Located('ERROR', 'hv7'), Located('ACTIVE', 'hv7')
        for guest, record, answer, status in (
            # finish_resize failed on the destination.
            (draining.OFF, draining.cold('error'), broken, 'ERROR'),
            # post_live_migration_at_destination did.
            (draining.GUEST, draining.live('completed'), broken, 'ERROR'),
            (draining.GUEST, draining.live('error'), well, 'ACTIVE'),
        ):
            with self.subTest(record=record, status=status):
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

                self.assert_move(
                    'failed',
                    GuestCode.BROKE_ELSEWHERE,
                    move,
                    status=status,
                    host='hv7',
                    cause=Reason.of(GuestCode.NOVA_SAYS, message='no disk'),
                    server_id=draining.GUEST.id,
                )
                self.assertEqual('hv7', move.progress.destination)
                self.assertEqual(1, self.sent.count('AskWhy'))
                self.assertFalse(self.verdict.outcome.ok)
                self.assertEqual(
                    Reason.of(
                        OutcomeCode.GUESTS_STAYED,
                        name='hv1',
                        stayed=0,
                        left_broken=1,
                        guests=1,
                    ),
                    self.verdict.outcome.reason,
                )

    def test_broken_without_a_word(self):
        """Where Nova is not to be asked, its record may tell something."""
        theirs = draining.live('error', user_id='joe')
        ended = Reason.of(
            GuestCode.MIGRATION_ENDED, migration_id=5, status='error'
        )
        for records, cause in (
            ((), Reason.of(GuestCode.NO_REASON)),
            ((theirs,), ended),
        ):
            with self.subTest(records=records):
                self.setUp()
                self.answers = {AskWhere: Located('ERROR', 'hv7')}
                self.see(draining.BUSY)
                for _ in range(2):
                    move = self.see(records=records)

                self.assert_move(
                    'failed', GuestCode.BROKE_ELSEWHERE, move, cause=cause
                )

    def test_who_has_moved_it(self):
        """Others have, where nothing was ever heard of a migration."""
        self.answers = {AskWhere: Located('ACTIVE', 'hv2')}
        running = draining.live('running')
        done = draining.live('completed', user_id='joe')
        for before, record, code in (
            ((draining.BUSY, ()), (), GuestCode.MOVED_BY_OTHERS),
            ((draining.BUSY, ()), (done,), None),
            ((draining.MIGRATING, (running,)), (), None),
        ):
            with self.subTest(before=before, record=record):
                self.ledger = draining.a_ledger()
                guest, records = before
                self.see(guest, records=records)
                for _ in range(2):
                    move = self.see(records=record)

                self.assert_move('moved', code, move)

    def test_name(self):
        """What a list has told of a guest is not what it is asked for."""
        self.answers = {
            AskWhere: Located('ACTIVE', 'hv2', name='new', project_id='p')
        }
        away = draining.live(
            'finished', migration_type='resize', user_id='joe'
        )
        for here, records, name in (
            ((draining.BUSY,), (), 'g1'),
            ((), (away,), 'new'),
        ):
            with self.subTest(name=name):
                self.ledger = draining.a_ledger()
                self.see(*here, records=records)
                for _ in range(2):
                    move = self.see(records=records)

                self.assertEqual(name, move.guest.name)

    def test_was_broken_before(self):
        """That a guest in ERROR is so elsewhere too is not the drain's."""
        self.answers = {AskWhere: Located('ERROR', 'hv7')}
        self.see(builders.a_guest('g1', status='ERROR'))
        self.see()

        self.assertEqual('moved', self.see().state)

    def test_nova_does_not_say_where_it_is(self):
        """Then nobody knows that it is gone."""
        self.refused = {AskWhere: 'no answer'}
        self.see(builders.a_guest('g1', status='RESCUE'))
        self.see()

        self.assert_move('failed', GuestCode.PLACE_UNKNOWN, self.see())

    def test_on_no_host(self):
        """Only what is offloaded is shelved; a boot that failed is no loss."""
        building = builders.a_guest(
            'g1', status='BUILD', task_state='spawning'
        )
        for status, state, code in (
            ('SHELVED_OFFLOADED', 'shelved', GuestCode.SHELVED_BY_OTHERS),
            ('ERROR', 'gone', GuestCode.ON_NO_HOST),
            ('DELETED', 'deleted', GuestCode.IS_DELETED),
        ):
            with self.subTest(status=status):
                self.setUp()
                self.answers = {AskWhere: Located(status, None)}
                self.see(building)
                self.see()
                move = self.see()
                self.see()

                self.assert_move(state, code, move)
                self.assertTrue(self.verdict.outcome.ok)

    def test_not_told(self):
        """A cell that does not answer, or a guest without a place yet."""
        wants = {'metadata': {'hvctl:drain': 'shelve'}}
        for first in (
            draining.GUEST,
            draining.BUSY,
            builders.a_guest('g1', status='SUSPENDED', **wants),
        ):
            for status in ('UNKNOWN', 'BUILD'):
                with self.subTest(first=first.status, status=status):
                    self.setUp()
                    self.answers = {AskWhere: Located(status, None)}
                    self.see(first)
                    for _ in range(10):
                        move = self.see()
                        self.assertFalse(move.state.ended)
                    self.assertEqual(2, self.sent.count('AskWhere'))
                    self.answers = {AskWhere: Located('ACTIVE', 'hv2')}
                    self.see(after=5)

                    self.assertEqual('moved', self.see().state)

    def test_never_told(self):
        """It is not asked for ever."""
        self.answers = {AskWhere: Located('UNKNOWN', None)}
        self.see(draining.GUEST)
        self.see()
        self.see(after=119)

        self.assert_move('failed', GuestCode.PLACE_UNKNOWN, self.see())

    def test_left_out(self):
        """A guest that a list left out is where it was, and goes on."""
        self.answers = {AskWhere: Located('MIGRATING', 'hv1')}
        records = (draining.live('running'),)
        self.see(draining.GUEST)
        self.see(draining.MIGRATING, records=records)
        for _ in range(3):
            self.assertEqual('moving', self.see().state)
        move = self.see(draining.MIGRATING, records=records)

        self.assertEqual('moving', move.state)
        self.assertIsNone(move.progress.left_at)
        self.assertEqual(1, move.progress.attempt)
        self.assertEqual(1, self.sent.count('AskWhere'))

    def test_confirmation_left_out(self):
        """A cold migration is not over before it is confirmed."""
        self.answers = {AskWhere: Located('VERIFY_RESIZE', 'hv2')}
        self.see(draining.OFF)
        for _ in range(3):
            self.assertEqual('moving', self.see().state)
        self.see(records=(draining.cold('finished'),))

        self.assertEqual('ConfirmMigration', self.sent[-1])

    def test_leaves_twice(self):
        """The answer of the first time is not that of the second."""
        rescued = builders.a_guest('g1', status='RESCUE')
        self.answers = {AskWhere: Located('RESCUE', 'hv7')}
        self.see(rescued)
        self.see()
        self.assertEqual('moved', self.see().state)
        self.answers = {}
        self.see(rescued)
        self.see()

        self.assert_move('deleted', GuestCode.IS_DELETED, self.see())

    def test_nova_does_not_say_how_it_is(self):
        """Then its record counts."""
        self.refused = {AskWhere: 'no answer'}
        self.see(draining.GUEST)
        self.see(records=(draining.live('completed'),))

        move = self.see(records=(draining.live('completed'),))

        self.assertEqual(
            ('moved', 'hv2'), (move.state, move.progress.destination)
        )

    def test_deleted_before_the_request(self):
        """Nova does not know it any more: it is gone."""
        self.refused = {LiveMigrate: 'HTTP 404'}
        self.see(draining.GUEST)
        self.see()

        self.assert_move('deleted', GuestCode.IS_DELETED, self.see())

    def test_left_in_the_end(self):
        """What could not be moved has left, and does not stay."""
        for first in (
            builders.a_guest('g1', status='RESCUE'),
            builders.a_guest('g1', status='SUSPENDED'),
        ):
            self.setUp()
            other = builders.a_guest('g2', task_state='rebooting')
            self.assertEqual('stayed', self.see(first, other).state)
            self.see(other)
            move = self.see()
            self.see()
            self.see()

            self.assertEqual('deleted', move.state)
            self.assertTrue(self.verdict.outcome.ok)

    def test_given_up_and_completed(self):
        """A migration that was given up may come to its end."""
        other = builders.a_guest('g2', task_state='rebooting')
        self.see(draining.GUEST)
        self.see(draining.MIGRATING, records=(draining.live('running'),))
        failed = self.see(
            draining.MIGRATING, records=(draining.live('running'),), after=400
        )
        self.answers = {AskWhere: Located('ACTIVE', 'hv2')}
        for _ in range(2):
            move = self.see(other, records=(draining.live('completed'),))

        self.assertEqual('failed', failed.state)
        self.assertEqual('moved', move.state)

    def test_cold_one_given_up_and_finished(self):
        """It is confirmed then."""
        other = builders.a_guest('g2', task_state='rebooting')
        resizing = dataclasses.replace(
            draining.OFF, task_state='resize_migrating'
        )
        self.see(draining.OFF)
        self.see(resizing, records=(draining.cold('migrating'),))
        self.see(resizing, records=(draining.cold('migrating'),), after=400)
        move = self.see(other, records=(draining.cold('finished'),))

        self.assertEqual('moving', move.state)
        self.assertEqual('ConfirmMigration', self.sent[-1])

    def test_being_confirmed(self):
        """What its owner is just confirming is waited for, not for ever."""
        resize = draining.live('confirming', migration_type='resize', id=2)
        confirmed = dataclasses.replace(resize, status='confirmed')

        self.assert_move(
            'waiting',
            GuestCode.UNDER_WAY,
            self.see(records=(resize,)),
            status='confirming',
        )
        self.assertEqual('moved', self.see(records=(confirmed,)).state)

        self.setUp()
        self.see(records=(resize,))
        move = self.see(records=(resize,), after=120)
        self.assertEqual('stayed', move.state)

    def test_news_of_a_resize_away(self):
        """An owner's resize that goes on is waited for."""
        resize = draining.live('migrating', migration_type='resize', id=2)
        for seconds in range(0, 600, 60):
            at = clocks.START + datetime.timedelta(seconds=seconds)
            told = dataclasses.replace(resize, updated_at=at)
            move = self.see(records=(told,), after=60)
            self.assertEqual('waiting', move.state)

        self.assertEqual('stayed', self.see(records=(told,), after=120).state)

    def test_sent_by_others(self):
        """What others resize or migrate away may take as long as ours."""
        guest = builders.a_guest(
            'g1',
            status='RESIZE',
            task_state='resize_migrating',
            shape=Shape(memory=4096, disk=10),
        )
        for kind in ('resize', 'migration'):
            with self.subTest(kind=kind):
                self.setUp()
                going = draining.live(
                    'migrating', migration_type=kind, user_id='joe'
                )
                for _ in range(9):
                    move = self.see(guest, records=(going,), after=100)
                    self.assert_move('waiting', GuestCode.BUSY, move)
                later = dataclasses.replace(going, status='post-migrating')
                move = self.see(guest, records=(later,), after=100)
                self.assertEqual('waiting', move.state)

                move = self.see(guest, records=(later,), after=901)

                self.assert_move('stayed', GuestCode.BUSY, move)

    def test_sent_here_by_others(self):
        """A disk that is made here may take as long as one that leaves."""
        guest = builders.a_guest(
            'g1',
            status='RESIZE',
            task_state='resize_finish',
            shape=Shape(disk=10),
        )
        coming = draining.cold(
            'post-migrating', source='x', destination='hv1', user_id='joe'
        )
        self.see(guest, records=(coming,))

        for after, state in ((890, 'waiting'), (20, 'stayed')):
            move = self.see(guest, records=(coming,), after=after)
            self.assert_move(state, GuestCode.BUSY, move)

    def test_busy_beside_an_open_record(self):
        """A record that Nova has forgotten makes a reboot no migration."""
        forgotten = draining.cold('migrating', user_id='joe')
        self.see(draining.BUSY, records=(forgotten,))

        move = self.see(draining.BUSY, records=(forgotten,), after=121)

        self.assert_move('stayed', GuestCode.BUSY, move)

    def test_comes_back(self):
        """Reverted by its owner, it is moved again."""
        resize = draining.live('finished', migration_type='resize', id=2)
        first = self.see(records=(resize,))
        reverted = dataclasses.replace(resize, status='reverted')
        move = self.see(draining.GUEST, records=(reverted,))

        self.assertEqual('stayed', first.state)
        self.assertEqual('moving', move.state)
