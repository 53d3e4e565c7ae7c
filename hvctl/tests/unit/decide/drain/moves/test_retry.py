# SPDX-License-Identifier: Apache-2.0
"""Tests of moves that came to nothing, and of those of others."""

from __future__ import annotations

import dataclasses

from hvctl.model.guest_codes import GuestCode
from hvctl.model.ledger import Failure
from hvctl.model.reasons import Reason
from hvctl.model.results import Accepted, Explained, Located
from hvctl.model.steps import AskWhere, AskWhy, LiveMigrate
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
        self.assert_move('failed', GuestCode.BROKE_HERE, move, cause=cause)

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
