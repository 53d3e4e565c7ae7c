# SPDX-License-Identifier: Apache-2.0
"""Tests of what is said of a guest that waits for its turn."""

from __future__ import annotations

import unittest

from hvctl.decide.drain.moves import explaining
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import Guest
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.tests.fixtures import draining


class TestWaiting(unittest.TestCase):
    """Why a guest that can be moved is not."""

    def test_table(self):
        """Others are in the way or before it, unless more is known."""
        shelved, turn = GuestCode.IS_SHELVED, GuestCode.AWAITS_TURN
        for state, known, held_back, code in (
            (MoveState.PLANNED, None, True, GuestCode.HELD_BACK),
            (MoveState.PLANNED, None, False, turn),
            (MoveState.PLANNED, shelved, False, shelved),
            (MoveState.PLANNED, shelved, True, shelved),
            (MoveState.MOVED, None, False, None),
        ):
            with self.subTest(state=state, known=known):
                reason = None if known is None else Reason.of(known)
                move = Move(
                    hypervisor='hv1',
                    source='hv1',
                    guest=Guest(id='g'),
                    state=state,
                    reason=reason,
                )

                said = explaining.waiting(
                    move, held_back=held_back, ahead={}
                ).reason

                self.assertEqual(code, draining.code(said))
