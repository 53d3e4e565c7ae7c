# SPDX-License-Identifier: Apache-2.0
"""Tests of what is shown while guests move."""

import dataclasses
import io
import time
import unittest

from rich import console

from hvctl.model.drain_options import Method
from hvctl.model.events import MoveChanged, PhaseReached
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.move import Move
from hvctl.model.records import Shape
from hvctl.osc.output import live

MOVE = Move(
    server_id='g1',
    server_name='web',
    project_id='p',
    hypervisor='hv1',
    state='ACTIVE',
    method=Method.LIVE,
    result='waiting',
    source='hv1',
    shape=Shape(1, 2048, 1),
)


class TestMoves(unittest.TestCase):
    """How far the guests of a hypervisor have got."""

    def test_words(self):
        """Guests, memory, rate and the time that is left."""
        moves = live._Moves()
        for number in range(3):
            moves.take(dataclasses.replace(MOVE, server_id=str(number)))
        self.assertEqual('0 of 3 guests, 0.0 of 6.0 GiB', moves.words(0))

        moves.take(dataclasses.replace(MOVE, server_id='0', result='moving'))
        moves.take(dataclasses.replace(MOVE, server_id='0', result='moved'))
        moves.take(dataclasses.replace(MOVE, server_id='9', result='left'))

        words = moves.words(time.monotonic() + 30)
        self.assertIn('1 of 3 guests, 2.0 of 6.0 GiB, 2.0 a minute', words)
        self.assertIn('left', words)

    def test_what_stays_is_not_done(self):
        """Only what has left counts."""
        moves = live._Moves()
        for number, result in enumerate(('moved', 'gone', 'failed')):
            moves.take(
                dataclasses.replace(MOVE, server_id=str(number), result=result)
            )

        self.assertEqual((2, 3), (moves.done, moves.all))

    def test_where_to(self):
        """A host, or why there is none."""
        for changes, words in (
            ({'destination': 'hv2'}, 'guest web moved to hv2'),
            ({'reason': 'shelved'}, 'guest web left its host: shelved'),
        ):
            move = dataclasses.replace(MOVE, result='moved', **changes)

            line = live.plain(MoveChanged(name='hv1', move=move))

            self.assertEqual(f'hv1: {words}', line)

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
