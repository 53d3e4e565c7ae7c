# SPDX-License-Identifier: Apache-2.0
"""Tests of what a drain confirms, and how often."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.model.guest_codes import GuestCode
from hvctl.model.steps import ColdMigrate, ConfirmMigration
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining


class TestOnce(unittest.TestCase):
    """What one look at finished migrations leads to."""

    def test_confirms_once(self):
        """A cold migration that is finished is confirmed, once."""
        look = draining.a_look(builders.a_guest('g1', status='SHUTOFF'))
        ledger = draining.under_way(look)
        finished = draining.a_look(
            migrations={
                'hv1': (
                    builders.a_migration(
                        'g1', status='finished', migration_type='migration'
                    ),
                )
            }
        )
        confirm = ConfirmMigration(name='hv1', server_id=draining.GUEST.id)

        self.assertEqual((confirm,), draining.decide(finished, ledger).steps)
        draining.take(ledger, draining.decide(finished, ledger))
        self.assertEqual((), draining.decide(finished, ledger).steps)

    def test_confirms_what_an_earlier_run_left(self):
        """Only cold migrations of this drain are confirmed for others."""
        for expected, changes in (
            (1, {}),
            (0, {'id': 3}),
            (0, {'migration_type': 'resize'}),
            (0, {'source': 'hv2', 'destination': 'hv1'}),
            (0, {'status': 'confirmed'}),
            (0, {'user_id': 'joe'}),
        ):
            with self.subTest(changes=changes):
                migration = builders.a_migration(
                    'g1',
                    **{
                        'id': 4,
                        'status': 'finished',
                        'migration_type': 'migration',
                        **changes,
                    },
                )

                verdict = draining.decide(
                    draining.a_look(migrations={'hv1': (migration,)})
                )

                confirms = draining.kinds(verdict).count('ConfirmMigration')
                self.assertEqual(expected, confirms)
                self.assertLessEqual(
                    set(draining.kinds(verdict)),
                    {'ConfirmMigration', 'AskWhere'},
                )

    def test_never_confirms_without_its_mark(self):
        """A service that somebody else disabled says nothing of them."""
        migration = builders.a_migration(
            'g1', id=4, status='finished', migration_type='migration'
        )

        verdict = draining.decide(
            draining.a_look(
                services=(builders.a_disabled_service('joe'),),
                migrations={'hv1': (migration,)},
            )
        )

        self.assertEqual(['AskWhere'], draining.kinds(verdict))


class TestConfirm(draining.Story):
    """Confirming cold migrations, and resizes."""

    def test_again(self):
        """As long as it is finished, now and then, and not for ever."""
        self.see(draining.OFF)
        for seconds in range(0, 300, 5):
            move = self.see(records=(draining.cold('finished'),), after=5)
            if seconds == 20:
                self.assertEqual(
                    ['ColdMigrate'] + ['ConfirmMigration'] * 2, self.sent
                )
        move = self.see(records=(draining.cold('finished'),), after=5)

        self.assert_move(
            'failed',
            GuestCode.NOT_CONFIRMED,
            move,
            host='hv2',
        )
        self.assertEqual(20, self.sent.count('ConfirmMigration'))
        # And when it is confirmed after all:
        self.assertEqual(
            'moved', self.see(records=(draining.cold('confirmed'),)).state
        )

    def test_refused(self):
        """What Nova refuses for a while is asked for until it does it."""
        for seconds, state in ((100, 'moved'), (400, 'failed')):
            with self.subTest(seconds=seconds):
                self.setUp()
                self.see(draining.OFF)
                self.refused = {ConfirmMigration: '503'}
                for _ in range(0, seconds, 5):
                    move = self.see(
                        records=(draining.cold('finished'),), after=5
                    )
                if state == 'moved':
                    self.assertEqual('moving', move.state)
                    self.refused = {}
                    self.see(records=(draining.cold('finished'),), after=15)
                    move = self.see(records=(draining.cold('confirmed'),))

                self.assertEqual(state, move.state)
                if state == 'failed':
                    self.assert_move(
                        'failed',
                        GuestCode.REQUEST_REFUSED,
                        move,
                        message='503',
                    )

    def test_not_those_of_others(self):
        """Somebody else's cold migration that was faster than ours."""
        self.refused = {ColdMigrate: 'busy'}
        self.see(draining.OFF)
        theirs = draining.cold('migrating', user_id='joe')
        resizing = builders.a_guest(
            'g1', status='RESIZE', task_state='resize_migrating'
        )
        self.see(resizing, records=(theirs,))

        move = self.see(
            records=(dataclasses.replace(theirs, status='finished'),)
        )

        self.assertEqual(['ColdMigrate'], self.sent)
        self.assert_move(
            'stayed', GuestCode.MIGRATED_AWAY, move, user_id='joe'
        )

    def test_resized_on_its_host(self):
        """After the confirmation it is a guest like others."""
        resized = builders.a_guest('g1', status='VERIFY_RESIZE')
        resize = draining.live(
            'finished', migration_type='resize', destination='hv1', id=2
        )
        confirmed = dataclasses.replace(resize, status='confirmed')
        for guest, record in (
            (resized, resize),
            (draining.GUEST, confirmed),
            (draining.GUEST, confirmed),
        ):
            move = self.see(guest, records=(record,), confirm_resizes=True)

        self.assertEqual(['ConfirmResize', 'LiveMigrate'], self.sent)
        self.assertEqual('moving', move.state)

    def test_resizes_are_paced(self):
        """Here and from elsewhere they are confirmed now and then only."""
        resized = builders.a_guest('g1', status='VERIFY_RESIZE')
        self.options = {'confirm_resizes': True, 'retries': 0}
        for source in ('hv1', 'other'):
            for status, confirms in (('confirming', 1), ('finished', 21)):
                with self.subTest(source=source, status=status):
                    self.setUp()
                    resize = draining.live(
                        'finished',
                        migration_type='resize',
                        source=source,
                        destination='hv1',
                        user_id='joe',
                    )
                    self.see(resized, records=(resize,))
                    resize = dataclasses.replace(resize, status=status)
                    for _ in range(0, 300, 5):
                        move = self.see(resized, records=(resize,), after=5)
                        self.assertEqual('moving', move.state)

                    move = self.see(resized, records=(resize,), after=5)

                    self.assertEqual(['ConfirmResize'] * confirms, self.sent)
                    self.assertEqual('failed', move.state)
