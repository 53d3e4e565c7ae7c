# SPDX-License-Identifier: Apache-2.0
"""Tests of who may begin to move now, each condition by itself."""

from __future__ import annotations

import dataclasses
import datetime
import unittest

from hvctl.decide.drain.moves import queue
from hvctl.model.drain_options import DrainOptions, Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import Guest
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Progress
from hvctl.model.move import Ties
from hvctl.model.move import Treatment
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining

IN_A = Ties(anti_affinity='a')
UNKNOWN = Ties(known=False)
ASKS = Treatment(method=Method.COLD, asks=True)


def at(seconds: float) -> datetime.datetime:
    """So long after the start."""
    return clocks.START + datetime.timedelta(seconds=seconds)


def a_move(
    name='g1',
    state=MoveState.PLANNED,
    method=Method.LIVE,
    hypervisor='hv1',
    ties=None,
    treatment=None,
    **progress,
) -> Move:
    """The move of a guest that waits for its turn unless that is said."""
    return Move(
        hypervisor=hypervisor,
        source=hypervisor,
        guest=Guest(id=builders.an_id(f'server {name}'), name=name),
        treatment=treatment or Treatment(method=method),
        ties=ties or Ties(),
        state=state,
        progress=Progress(**progress),
    )


def refused(*seconds):
    """Moves of other names for which Nova found no host, at these times."""
    return [
        a_move(f'r{n}', hypervisor='hv2', tried_at=at(each), no_host=True)
        for n, each in enumerate(seconds)
    ]


SLOW = a_move(
    'slow', MoveState.MOVED, started_at=at(-60), ended_at=clocks.START
)


def a_case(*here, moves=(), records=draining.PROOF, **ledger):
    """What a look at hv1 with these guests tells."""
    look = draining.a_look(*here, migrations={'hv1': records})
    goal = draining.a_goal(parallel=1)
    hv = goal.hypervisors(look)['hv1']
    known = draining.a_ledger(
        moves={move.guest.id: move for move in moves}, **ledger
    )
    return goal.case(look, hv, known, clocks.START)


class TestBegin(unittest.TestCase):
    """Who is sent away now."""

    def begun(self, *moves, others=(), parallel=1, busy=(), **more):
        """The names of those that are, and what else is so then.

        :param others: moves of other names
        :param more: of the ledger; or ``g1``, as it is, None where it is not
        """
        here = {m.guest.name: builders.a_guest(m.guest.name) for m in moves}
        if 'g1' in more:
            here['g1'] = more.pop('g1')
        case = a_case(*filter(None, here.values()), moves=others, **more)
        case = dataclasses.replace(
            case, options=DrainOptions(parallel=parallel)
        )
        begun = queue.begin(
            case,
            {move.guest.id: move for move in moves},
            frozenset(busy),
        )
        sent = {step.server_id for step in begun.steps}
        names = [move.guest.name for move in moves if move.guest.id in sent]
        return names, begun

    def test_first(self):
        """Whoever may not go leaves the one place to the next."""
        for first, more in (
            (a_move(ties=UNKNOWN), {}),
            (a_move(treatment=ASKS), {}),
            (a_move(tried_at=clocks.START), {}),
            (a_move(ties=IN_A), {'busy': ('a',)}),
            (a_move(state=MoveState.STAYED), {}),
            (a_move(), {'g1': None}),
            (a_move(), {'others': (SLOW,), 'ends_at': at(59)}),
        ):
            with self.subTest(first=first):
                other = a_move('g2', method=Method.SHELVE)

                names, _ = self.begun(first, other, **more)

                self.assertEqual(['g2'], names)
        shelved = a_move('g2', method=Method.SHELVE)
        self.assertEqual(['g1'], self.begun(a_move(), shelved)[0])

    def test_places(self):
        """Whoever migrates has one, and who was given up for a while."""
        going, rebooting = draining.MIGRATING, draining.BUSY
        moving, waiting = MoveState.MOVING, MoveState.WAITING
        failed = MoveState.FAILED
        for first, guest, free in (
            (a_move(state=moving), going, False),
            (a_move(state=moving), draining.GUEST, False),
            (a_move(state=waiting), going, False),
            (a_move(state=waiting), rebooting, True),
            (a_move(state=failed, ended_at=at(-119)), going, False),
            (a_move(state=failed, ended_at=at(-120)), going, True),
            (a_move(state=failed, ended_at=at(0)), rebooting, True),
            (a_move(state=MoveState.STAYED), going, True),
            (a_move(state=failed, ended_at=at(0)), None, True),
        ):
            with self.subTest(state=first.state, guest=guest):
                names, _ = self.begun(first, a_move('g2'), g1=guest)

                self.assertEqual(['g2'] if free else [], names)

    def test_groups(self):
        """One of each at a time, and the next name knows of it."""
        names, begun = self.begun(
            a_move(ties=IN_A),
            a_move('g2', ties=IN_A),
            a_move('g3'),
            parallel=9,
        )

        self.assertEqual(['g1', 'g3'], names)
        self.assertEqual({'a'}, begun.busy)

    def test_braked(self):
        """Where Nova finds no hosts, what needs none goes all the same."""
        shelved = a_move('g2', method=Method.SHELVE)
        others = (a_move('g1'), shelved, a_move('g3'))
        for seconds, expected in (
            ((0, 0, 0), ['g1', 'g2', 'g3']),
            ((0, 0, 0, 0), ['g2']),
            ((-15, -15, -15, -15), ['g1', 'g2']),
        ):
            with self.subTest(seconds=seconds):
                names, _ = self.begun(
                    *others, others=refused(*seconds), parallel=9
                )

                self.assertEqual(expected, names)

    def test_full(self):
        """In the end nobody else tries."""
        moves = (
            a_move(),
            a_move('g2', method=Method.SHELVE),
            a_move('g3', MoveState.MOVING),
        )

        names, begun = self.begun(
            *moves, others=refused(*[-200] * 7, 0), parallel=9
        )

        self.assertEqual(['g2'], names)
        first, _, third = begun.moves.values()
        self.assertEqual(
            (MoveState.FAILED, GuestCode.CLOUD_FULL),
            (first.state, first.reason.code),
        )
        self.assertEqual(MoveState.MOVING, third.state)

    def test_order(self):
        """What has failed before goes after the others."""
        names, begun = self.begun(a_move(attempt=1), a_move('g2'), parallel=2)

        self.assertEqual(['g1', 'g2'], names)
        self.assertEqual(
            [builders.an_id('server g2'), builders.an_id('server g1')],
            [step.server_id for step in begun.steps],
        )


class TestTime(unittest.TestCase):
    """Moves that end before the time does."""

    def test_table(self):
        """As long as the longest of its kind so far has taken."""
        cold = dataclasses.replace(
            SLOW, treatment=Treatment(method=Method.COLD)
        )
        quick = dataclasses.replace(
            a_move('quick'),
            progress=dataclasses.replace(SLOW.progress, started_at=at(-5)),
        )
        for others, seconds, may in (
            ((), 1, True),
            ((SLOW,), None, True),
            ((SLOW,), 60, True),
            ((SLOW,), 59, False),
            ((SLOW, quick), 59, False),
            ((cold,), 1, True),
            ((SLOW.but(state=MoveState.FAILED),), 1, True),
            ((SLOW.but(started_at=None),), 1, True),
            ((SLOW.but(ended_at=None),), 1, True),
        ):
            with self.subTest(others=others, seconds=seconds):
                case = a_case(
                    moves=others,
                    ends_at=None if seconds is None else at(seconds),
                )

                self.assertEqual(may, queue.may_end(a_move(), case))


class TestMore(unittest.TestCase):
    """Whether the next look has to read all, since more may begin."""

    def test_table(self):
        """There is a place, and somebody who may take it."""
        going = a_move('g2', MoveState.MOVING)
        third = a_move('g3', MoveState.MOVING)
        shelved = a_move(method=Method.SHELVE)
        for moves, more in (
            ((), False),
            ((a_move(),), True),
            ((a_move(), going), True),
            ((a_move(), going, third), False),
            ((shelved, going, third), False),
            (
                (a_move(), going, a_move('x', hypervisor='hv2')),
                True,
            ),
            ((a_move(hypervisor='hv2'),), False),
            ((a_move(state=MoveState.STAYED),), False),
            ((a_move(ties=IN_A), going), True),
            (
                (a_move(ties=IN_A), dataclasses.replace(going, ties=IN_A)),
                False,
            ),
            ((a_move(ties=UNKNOWN),), True),
            ((a_move(tried_at=at(-14)),), False),
            ((a_move(tried_at=at(-15)),), True),
            ((a_move(), *refused(0, 0, 0)), True),
            ((a_move(), *refused(0, 0, 0, 0)), False),
            ((shelved, *refused(0, 0, 0, 0)), True),
            # They are given up then.
            ((a_move(), *refused(*[-200] * 7, 0)), True),
        ):
            with self.subTest(moves=moves):
                case = a_case(moves=moves, looked_at=clocks.START)

                found = queue.may_begin_more(
                    case.hv, DrainOptions(parallel=2), case.ledger
                )

                self.assertEqual(more, found)

    def test_held(self):
        """Who was tried waits for a second try."""
        for move, held in (
            (a_move(tried_at=clocks.START), True),
            (a_move(), False),
            (a_move(state=MoveState.MOVING, tried_at=clocks.START), False),
        ):
            self.assertEqual(held, queue.is_held(move))

    def test_busy_groups(self):
        """Those of guests that are under way."""
        moves = (
            a_move('g1', MoveState.MOVING, ties=IN_A),
            a_move('g2', MoveState.PLANNED, ties=Ties(anti_affinity='b')),
            a_move('g3', MoveState.MOVING),
        )

        self.assertEqual({'a'}, queue.busy_groups(moves))
