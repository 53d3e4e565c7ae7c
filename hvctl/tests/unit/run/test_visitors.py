# SPDX-License-Identifier: Apache-2.0
"""Tests of a drain where the test guest of another hypervisor is."""

from __future__ import annotations

from hvctl.decide.wording import rendering
from hvctl.model import identity
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.tests.unit.run import simulated


class TestVisitors(simulated.TestCase):
    """It is a guest, and its create is to go on with it."""

    def visits(self, **changes):
        """Let the test guest of hv2 be on hv1."""
        self.start()
        self.cloud.has_hypervisor('hv1')
        return self.cloud.add_guest(
            'hvctl-test-hv2',
            'hv1',
            project_id=self.cloud.admin.id,
            metadata={
                identity.TEST_KEY: 'hv2',
                identity.MARK_KEY: identity.MARK,
            },
            **changes,
        )

    def test_visitor(self):
        """The test guest of another one is moved, and the plan says whose."""
        guest = self.visits()

        result = self.drain('hv1')

        self.assertTrue(result.ok, self.message(result))
        move = result.ledger.moves[guest.id]
        self.assertEqual(MoveState.MOVED, move.state)
        self.assertEqual(
            [Reason.of(GuestCode.TRIES_OUT, name='hv2')], list(move.notes)
        )

    def test_visitor_that_its_create_goes_on_with(self):
        """It is waited for while its create may still confirm it."""
        guest = self.visits(status='VERIFY_RESIZE')

        def confirm():
            if self.clock.seconds > 20:
                self.cloud.change_server(guest.id, vm_state='active')

        self.clock.on_wait = confirm

        result = self.drain('hv1')

        self.assertTrue(result.ok, self.message(result))

    def test_visitor_that_is_left(self):
        """One whose create was killed is named, and how to remove it."""
        for status in ('VERIFY_RESIZE', 'ERROR'):
            with self.subTest(status=status):
                guest = self.visits(status=status)

                result = self.drain('hv1')

                self.assertFalse(result.ok)
                move = result.ledger.moves[guest.id]
                self.assertEqual(MoveState.STAYED, move.state)
                self.assertEqual(GuestCode.TEST_UNFINISHED, move.reason.code)
                self.assertIn('delete hv2', rendering.sentence(move.reason))
