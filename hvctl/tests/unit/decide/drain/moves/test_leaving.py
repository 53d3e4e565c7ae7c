# SPDX-License-Identifier: Apache-2.0
"""Tests of guests whose end Nova has saved, and which are still listed."""

from __future__ import annotations

from hvctl.model.drain_options import Suspended
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import MoveState
from hvctl.model.results import Located
from hvctl.model.steps import AskWhere, LiveMigrate
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining

OTHER = builders.a_guest('g2', status='PAUSED')


class TestLeaving(draining.Story):
    """Nova saves the end of a guest before it lets go of the host."""

    def test_before_the_first_moves(self):
        """A guest that is just deleted is not in the way of the others."""
        move = self.see(draining.DELETED, OTHER, past_blocked=False)

        self.assertEqual(MoveState.WAITING, move.state)
        self.assertEqual(['LiveMigrate'], self.sent)

    def test_last_one(self):
        """The last guest is waited for, and no failure."""
        for first in (
            draining.BUSY,
            draining.GUEST,
            draining.MIGRATING,
            builders.a_guest('g1', status='RESCUE'),
        ):
            with self.subTest(status=first.status, task=first.task_state):
                self.setUp()
                self.see(first)
                self.see(draining.DELETED, after=5)
                self.assertIsNone(self.verdict.outcome)

                for _ in range(3):
                    move = self.see()

                self.assert_move('deleted', GuestCode.IS_DELETED, move)
                self.assertTrue(self.verdict.outcome.ok)

    def test_while_it_moves(self):
        """What its migration comes to does not matter any more."""
        for status in ('running', 'error', 'completed'):
            with self.subTest(status=status):
                self.setUp()
                record = draining.live(status)
                self.see(draining.GUEST, retries=0)
                self.see(
                    draining.MIGRATING, records=(draining.live('running'),)
                )
                self.see(draining.DELETED, records=(record,), retries=0)
                self.assertIsNone(self.verdict.outcome)
                self.see(retries=0)

                self.assert_move(
                    'deleted', GuestCode.IS_DELETED, self.see(retries=0)
                )

    def test_after_it_failed(self):
        """One that could not be moved may be deleted."""
        self.refused = {LiveMigrate: 'no'}
        self.see(draining.GUEST, retries=0)
        failed = self.see(draining.BUSY, retries=0)
        deleting = builders.a_guest('g1', task_state='deleting')

        for here in (deleting, draining.DELETED):
            move = self.see(here, retries=0)
            self.assertEqual(MoveState.WAITING, move.state)
            self.assertIsNone(self.verdict.outcome)
        self.see(retries=0)

        self.assertEqual(MoveState.FAILED, failed.state)
        self.assertEqual(MoveState.DELETED, self.see(retries=0).state)

    def test_shelved_by_us(self):
        """A guest that is offloaded goes on being followed as such."""
        for first, options in (
            (
                builders.a_guest('g1', status='SUSPENDED'),
                {'suspended': Suspended.SHELVE},
            ),
            (builders.a_guest('g1', status='SHELVED'), {}),
            (builders.a_guest('g1', metadata={'hvctl:drain': 'shelve'}), {}),
        ):
            with self.subTest(status=first.status):
                self.setUp()
                self.answers = {AskWhere: Located('SHELVED_OFFLOADED', None)}
                self.options = options
                method = self.see(first).treatment.method
                offloaded = builders.a_guest('g1', status='SHELVED_OFFLOADED')
                move = self.see(offloaded, after=5)

                self.assertEqual(MoveState.MOVING, move.state)
                self.assertEqual(method, move.treatment.method)
                self.assertIsNone(self.verdict.outcome)
                self.see()
                self.assert_move(
                    'shelved', GuestCode.SHELVED_BY_DRAIN, self.see()
                )

    def test_not_for_ever(self):
        """What Nova never lets go of is reported in the end."""
        for first, state in (
            (draining.GUEST, MoveState.FAILED),
            (draining.BUSY, MoveState.STAYED),
        ):
            with self.subTest(task=first.task_state):
                self.setUp()
                self.see(first)
                self.see(draining.DELETED)
                before = self.see(draining.DELETED, after=118)
                move = self.see(draining.DELETED, after=2)

                self.assertFalse(before.state.ended)
                self.assertEqual(state, move.state)
                self.assertEqual(state, self.see(draining.DELETED).state)
                self.assertFalse(self.verdict.outcome.ok)
