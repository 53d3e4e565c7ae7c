# SPDX-License-Identifier: Apache-2.0
"""Tests of what is shown while guests move."""

from __future__ import annotations

import dataclasses
import io
import time
import unittest
from unittest import mock

from rich import console

from hvctl.model.codes import StatusCode
from hvctl.model.drain_options import Method
from hvctl.model.events import Blind, MoveChanged, PhaseReached, Refused
from hvctl.model.guest_codes import GuestCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.move import Guest
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Treatment
from hvctl.model.reasons import Reason
from hvctl.model.records import Shape
from hvctl.osc.output import live

GUEST = Guest(
    id='g1',
    name='web',
    project_id='p',
    status='ACTIVE',
    shape=Shape(1, 2048, 1),
)
MOVE = Move(
    hypervisor='hv1',
    source='hv1',
    guest=GUEST,
    treatment=Treatment(method=Method.LIVE),
    state=MoveState.PLANNED,
)


def a_move(server_id, state=MoveState.PLANNED) -> Move:
    """The move of another guest."""
    guest = dataclasses.replace(GUEST, id=server_id)
    return dataclasses.replace(MOVE, guest=guest).but(state=state)


class TestMoves(unittest.TestCase):
    """How far the guests of a hypervisor have got."""

    def test_words(self):
        """Guests, memory, rate and the time that is left."""
        moves = live._Moves()
        for number in range(3):
            moves.take(a_move(str(number)))
        self.assertEqual('0 of 3 guests, 0.0 of 6.0 GiB', moves.words(0))

        moves.take(a_move('0', MoveState.MOVING))
        moves.take(a_move('0', MoveState.MOVED))
        moves.take(a_move('9', MoveState.STAYED))

        words = moves.words(time.monotonic() + 30)
        self.assertIn('1 of 3 guests, 2.0 of 6.0 GiB, 2.0 a minute', words)
        self.assertIn('left', words)

    def test_what_stays_is_not_done(self):
        """Only what has left counts."""
        moves = live._Moves()
        for number, state in enumerate(
            (MoveState.MOVED, MoveState.DELETED, MoveState.FAILED)
        ):
            moves.take(a_move(str(number), state))

        self.assertEqual((2, 3), (moves.done, moves.all))

    def test_alarm(self):
        """What needs somebody is said within a phase, too."""
        for code, said in (
            (StatusCode.SOURCE_DOWN, True),
            (StatusCode.DRAINING, False),
        ):
            reason = Reason.of(code, name='hv1', host='hv1')
            event = PhaseReached(
                name='hv1',
                status=Status(phase=Phase.DRAINING, reason=reason),
                before=Phase.DRAINING,
                seconds=1.0,
            )

            line = live.plain(event)

            self.assertEqual(said, line is not None)
            if line is not None:
                self.assertIn('openstack server evacuate', line)

    def test_ways_of_test_guests(self):
        """Where one is sent is said within a phase, too."""
        for code, words in (
            (
                StatusCode.TEST_GUEST_MOVES,
                'hv1: moving the test guest to another host (live)',
            ),
            (
                StatusCode.TEST_GUEST_RETURNS,
                'hv1: moving the test guest back (live)',
            ),
            (StatusCode.TEST_GUEST_GOES, None),
        ):
            reason = Reason.of(code, method=Method.LIVE)
            event = PhaseReached(
                name='hv1',
                status=Status(phase=Phase.READY, reason=reason),
                before=Phase.READY,
                seconds=1.0,
            )

            self.assertEqual(words, live.plain(event))

    def test_where_to(self):
        """A host, or why there is none."""
        shelved = Reason.of(GuestCode.SHELVED_BY_DRAIN)
        stayed = Reason.of(GuestCode.RESIZE_UNCONFIRMED)
        for changes, words in (
            (
                {'state': MoveState.MOVED, 'destination': 'hv2'},
                'guest web moved to hv2',
            ),
            (
                {'state': MoveState.SHELVED, 'reason': shelved},
                'guest web left its host: shelved',
            ),
            (
                {
                    'state': MoveState.RETURNED,
                    'reason': Reason.of(GuestCode.IS_BACK, host='hv1'),
                },
                'guest web is back on hv1',
            ),
            (
                {'state': MoveState.STAYED, 'reason': stayed},
                'guest web stays: VERIFY_RESIZE: its resize waits until its '
                'owner confirms or reverts it (--confirm-resizes)',
            ),
            ({}, None),
            ({'reason': Reason.of(GuestCode.AWAITS_TURN)}, None),
        ):
            move = MOVE.but(**changes)

            line = live.plain(MoveChanged(name='hv1', move=move))

            self.assertEqual(words and f'hv1: {words}', line)

    def test_drawn(self):
        """A bar in the line of the hypervisor."""
        view = live._Live()
        view.take(
            PhaseReached(
                name='hv1',
                status=Status(phase=Phase.DRAINING),
                before=None,
                seconds=None,
            )
        )
        view.take(MoveChanged(name='hv1', move=MOVE))
        stream = io.StringIO()

        console.Console(file=stream, width=100).print(view)

        self.assertIn('draining', stream.getvalue())
        self.assertIn('0 of 1 guests', stream.getvalue())


class TestRefusals(unittest.TestCase):
    """What is refused for now, and when it is tried again."""

    def test_plain(self):
        """One line, with the name where it is about one."""
        for event, words in (
            (
                Refused(name='hv1', message='no', seconds=7),
                'hv1: no; trying again in 7 s',
            ),
            (Blind(message='no', seconds=7), 'no; looking again in 7 s'),
        ):
            self.assertEqual(words, live.plain(event))

    def test_drawn(self):
        """It stands in the lines that it is about, until the next try."""
        for event, words, lines in (
            (Refused(name='hv1', message='no', seconds=7), 'trying again', 1),
            (Blind(message='no', seconds=7), 'looking again', 2),
        ):
            view = live._Live()
            for name in ('hv1', 'hv2'):
                view.take(
                    PhaseReached(
                        name=name,
                        status=Status(phase=Phase.DRAINING),
                        before=None,
                        seconds=None,
                    )
                )

            view.take(event)

            self.assertEqual(lines, self.drawn(view).count(words))
            later = time.monotonic() + 8
            with mock.patch(
                'time.monotonic', autospec=True, return_value=later
            ):
                self.assertNotIn(words, self.drawn(view))

    def drawn(self, view) -> str:
        """The text of a view."""
        stream = io.StringIO()
        console.Console(file=stream, width=100).print(view)
        return stream.getvalue()
