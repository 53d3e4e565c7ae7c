# SPDX-License-Identifier: Apache-2.0
"""Tests of moves that came to nothing, and of those of others."""

from __future__ import annotations

import dataclasses

from hvctl.model.guest_codes import GuestCode
from hvctl.model.ledger import Failure
from hvctl.model.reasons import Reason
from hvctl.model.results import Accepted, Explained, Located
from hvctl.model.steps import AskWhere, AskWhy, LiveMigrate, OffloadShelved
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining


class TestRefused(draining.Story):
    """Requests that Nova does not take."""

    def test_tried_again(self):
        """When its owner has just begun something, it is waited for."""
        self.refused = {LiveMigrate: 'task_state rebooting'}
        self.see(draining.GUEST)

        move = self.see(draining.BUSY)
        self.assert_move('waiting', GuestCode.BUSY, move)
        self.refused.clear()
        move = self.see(draining.GUEST, after=100)

        self.assertEqual('moving', move.state)
        self.assertEqual(['LiveMigrate'] * 2, self.sent)

    def test_bounded(self):
        """No oftener than is wanted."""
        self.refused = {LiveMigrate: 'pinned'}
        for _ in range(40):
            move = self.see(draining.GUEST, retries=2)

        self.assert_move(
            'failed', GuestCode.REQUEST_REFUSED, move, message='pinned'
        )
        self.assertEqual(['LiveMigrate'] * 3, self.sent)

    def test_not_at_once(self):
        """What was refused now is not asked for again in a moment."""
        self.refused = {LiveMigrate: 'pinned'}
        self.see(draining.GUEST)
        for after, sent in ((1, 1), (13, 1), (2, 2)):
            self.see(draining.GUEST, after=after)

            self.assertEqual(['LiveMigrate'] * sent, self.sent)

    def test_reason(self):
        """Why it is tried again is said, unless there is more to say."""
        shelved = builders.a_guest('g1', status='SHELVED')
        cause = Reason.of(GuestCode.REQUEST_REFUSED, message='pinned')
        self.refused = {LiveMigrate: 'pinned', OffloadShelved: 'pinned'}
        for guest, code, facts in (
            (draining.GUEST, GuestCode.TRIED_AGAIN, {'cause': cause}),
            (shelved, GuestCode.IS_SHELVED, {}),
        ):
            with self.subTest(status=guest.status):
                self.ledger = draining.a_ledger()
                self.see(guest)
                move = self.see(guest)

                self.assert_move('planned', code, move, **facts)
                self.assertFalse(move.progress.no_host)

    def test_counts_anew(self):
        """A guest in another state needs another request, its first."""
        wants = {'metadata': {'hvctl:drain': 'shelve'}}
        self.see(builders.a_guest('g1', **wants))
        shelved = builders.a_guest('g1', status='SHELVED', **wants)
        move = self.see(shelved)

        self.assertEqual(['Shelve', 'OffloadShelved'], self.sent)
        self.assertEqual(1, move.progress.attempt)

    def test_broken(self):
        """A guest that its move has put into ERROR here has failed."""
        self.answers = {
            LiveMigrate: Accepted('req-1'),
            AskWhy: Explained('no memory'),
        }
        broken = builders.a_guest('g1', status='ERROR')
        self.see(draining.GUEST)
        for _ in range(3):
            move = self.see(
                broken, records=(draining.live('error'),), retries=2
            )

        cause = Reason.of(GuestCode.NOVA_SAYS, message='no memory')
        self.assert_move(
            'failed',
            GuestCode.BROKE_HERE,
            move,
            cause=cause,
            server_id=broken.id,
        )

    def test_other_failures(self):
        """A question that failed is no failure of the request."""
        self.ledger.failures[draining.GUEST.id] = Failure(
            step=AskWhere(name='hv1', server_id=draining.GUEST.id),
            message='no answer',
        )
        self.see(draining.GUEST)

        move = self.see(
            draining.MIGRATING, records=(draining.live('running'),)
        )

        self.assertEqual('moving', move.state)


class TestUnanswered(draining.Story):
    """Requests of which nobody knows whether Nova took them."""

    def test_once_more(self):
        """What has not happened is sent again, as if it had not been."""
        self.see(draining.GUEST)
        self.ledger.done.clear()
        self.ledger.done_at.clear()

        for after, sent in ((59, 1), (2, 2)):
            move = self.see(draining.GUEST, after=after)

            self.assertEqual(['LiveMigrate'] * sent, self.sent)
            self.assertEqual(1, move.progress.attempt)
        self.assertIsNone(move.progress.tried_at)

    def test_fault(self):
        """What Nova says of a guest counts where it cannot be asked."""
        wants = {'metadata': {'hvctl:drain': 'shelve'}}
        for fault, cause in (
            ('no disk', Reason.of(GuestCode.NOVA_SAYS, message='no disk')),
            (None, Reason.of(GuestCode.NO_REASON)),
        ):
            with self.subTest(fault=fault):
                self.setUp()
                self.see(builders.a_guest('g1', **wants))
                broken = builders.a_guest(
                    'g1', status='ERROR', fault=fault, **wants
                )

                move = self.see(broken)

                self.assert_move(
                    'failed', GuestCode.BROKE_HERE, move, cause=cause
                )


class TestNoHost(draining.Story):
    """Whether Nova found no host for a guest."""

    def test_table(self):
        """Its record has no destination, or Nova says so when asked."""
        nowhere = draining.live('error', destination=None)
        for record, told, no_host in (
            (nowhere, None, True),
            (nowhere, Explained('pinned'), True),
            (draining.live('error'), None, False),
            (
                draining.live('error'),
                Explained('No valid host was found'),
                True,
            ),
            (draining.live('error'), Explained('pinned'), False),
            # It was forgotten before it got one.
            (draining.live('queued', destination=None), None, False),
            (None, None, False),
        ):
            with self.subTest(record=record, told=told):
                self.setUp()
                if told is not None:
                    self.answers = {
                        LiveMigrate: Accepted('req-1'),
                        AskWhy: told,
                    }
                self.see(draining.GUEST)
                for after in (1, 60):
                    move = self.see(
                        draining.GUEST,
                        records=(record,) if record else (),
                        after=after,
                    )

                self.assertIsNotNone(move.progress.tried_at)
                self.assertEqual(no_host, move.progress.no_host)


class TestOthers(draining.Story):
    """Live migrations that somebody else has begun."""

    THEIRS = draining.live('running', user_id='joe')

    def test_followed(self):
        """At first sight, and while it waits for its turn."""
        for before in ((), (draining.BUSY,)):
            with self.subTest(before=before):
                self.setUp()
                if before:
                    self.see(*before)
                move = self.see(draining.MIGRATING, records=(self.THEIRS,))
                done = dataclasses.replace(self.THEIRS, status='completed')

                self.assertEqual('moving', move.state)
                self.answers = {AskWhere: Located('ACTIVE', 'hv2')}
                self.see(records=(done,))
                self.assertEqual('moved', self.see(records=(done,)).state)
                self.assertEqual(['AskWhere'], self.sent)

    def test_failed(self):
        """Then it is ours to send."""
        self.see(draining.MIGRATING, records=(self.THEIRS,))
        broken = dataclasses.replace(self.THEIRS, status='error')
        move = self.see(draining.GUEST, records=(broken,), retries=0)

        self.assertEqual(['LiveMigrate'], self.sent)
        self.assertEqual(('moving', 1), (move.state, move.progress.attempt))

    def test_faster_than_ours(self):
        """Our request was refused, since theirs was there."""
        self.refused = {LiveMigrate: 'task_state migrating'}
        self.see(draining.GUEST)

        move = self.see(draining.MIGRATING, records=(self.THEIRS,), retries=0)

        self.assertEqual('moving', move.state)
        self.assertTrue(move.progress.adopted)

    def test_after_ours_has_failed(self):
        """A live one of theirs is followed, a cold one left to them."""
        self.options = {'retries': 0}
        self.refused = {LiveMigrate: 'pinned'}
        cold = draining.cold('migrating', user_id='joe')
        for record, state in ((self.THEIRS, 'moving'), (cold, 'failed')):
            with self.subTest(record=record):
                self.ledger = draining.a_ledger()
                self.see(draining.GUEST)
                self.assertEqual('failed', self.see(draining.GUEST).state)

                move = self.see(draining.MIGRATING, records=(record,))

                self.assertEqual(state, move.state)


class TestOldRecords(draining.Story):
    """Records from before the drain that Nova has forgotten to close."""

    OLD = draining.live('queued', user_id='joe')

    def test_busy(self):
        """They do not make a migration of whatever a guest does next."""
        self.see(builders.a_guest('g1', status='RESCUE'), records=(self.OLD,))
        busy = builders.a_guest('g1', task_state='unrescuing')

        move = self.see(busy, records=(self.OLD,))

        self.assert_move('waiting', GuestCode.BUSY, move)

    def test_sent(self):
        """Nor of ours that of somebody else."""
        self.see(draining.GUEST, records=(self.OLD,))

        move = self.see(draining.MIGRATING, records=(self.OLD,))

        self.assertEqual(('moving', 1), (move.state, move.progress.attempt))

    def test_gone(self):
        """Nor do they tell where a guest went that has left since."""
        old = draining.cold('confirmed')
        self.see(builders.a_guest('g1', status='RESCUE'), records=(old,))

        self.see(records=(old,))

        self.assertEqual(['AskWhere'], self.sent)
