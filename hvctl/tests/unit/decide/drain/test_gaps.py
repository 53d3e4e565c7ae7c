# SPDX-License-Identifier: Apache-2.0
"""Tests of looks that lack what was there, and are taken again."""

from __future__ import annotations

import dataclasses
import datetime
import unittest

from hvctl.decide.drain import gaps
from hvctl.model.codes import StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining

INCOMPLETE = Status(
    phase=Phase.DRAINING,
    reason=Reason.of(StatusCode.LOOK_INCOMPLETE, host='hv1'),
)
SILENT = dataclasses.replace(draining.CLOSED, status='UNKNOWN')
SECOND = builders.a_guest('g2')


def judge(look, *moves: Move, seconds: float = 0, **ledger):
    """What a look after another one is taken for."""
    known = draining.a_ledger(
        **{
            'last': draining.a_look(),
            'moves': {move.guest.id: move for move in moves},
            **ledger,
        }
    )
    goal = draining.a_goal()
    hv = goal.hypervisors(look)['hv1']
    now = clocks.START + datetime.timedelta(seconds=seconds)
    return gaps.verdict(goal.case(look, hv, known, now))


def a_move(guest=draining.GUEST, hypervisor='hv1', **progress) -> Move:
    """The move of a guest, which is under way unless that is said."""
    (move,) = draining.decide(draining.a_look(guest)).moves
    return dataclasses.replace(move, hypervisor=hypervisor).but(**progress)


class TestHypervisor(unittest.TestCase):
    """Hypervisors of which something was there at the last look."""

    def test_table(self):
        """What is missing for once may be in a cell that is silent."""
        other = builders.a_service('other')
        others = (builders.a_server('other'),)
        neither = {'services': (), 'servers': ()}
        for before, now, lacks in (
            ({}, {}, False),
            ({}, {'services': ()}, True),
            ({}, {'services': (SILENT,)}, True),
            ({}, {'servers': ()}, True),
            ({}, neither, True),
            ({'servers': ()}, {'servers': ()}, False),
            ({'servers': others}, {'servers': others}, False),
            ({'services': ()}, {'services': ()}, False),
            ({'services': (SILENT,)}, {'services': ()}, False),
            ({'services': (other,)}, {'services': (other,)}, False),
        ):
            with self.subTest(before=before, now=now):
                verdict = judge(
                    draining.a_look(**now), last=draining.a_look(**before)
                )

                self.assertEqual(lacks, verdict is not None)

    def test_first_look(self):
        """It has nothing to be compared with."""
        for service in ((), (SILENT,)):
            look = draining.a_look(services=service)

            self.assertIsNone(judge(look, last=None))

    def test_limit(self):
        """That it was so before is not believed for a while."""
        gone = draining.a_look(services=())
        for seconds, reason, lacks in (
            (0, INCOMPLETE.reason, True),
            (119, INCOMPLETE.reason, True),
            (120, INCOMPLETE.reason, False),
            (0, Reason.of(StatusCode.DRAINED), False),
            (0, None, False),
        ):
            with self.subTest(seconds=seconds, reason=reason):
                status = dataclasses.replace(INCOMPLETE, reason=reason)

                verdict = judge(
                    gone,
                    seconds=seconds,
                    last=gone,
                    statuses={'hv1': status},
                    changed_at={'hv1': clocks.START},
                )

                self.assertEqual(lacks, verdict is not None)

    def test_guest_under_way(self):
        """A silent cell is waited for as long as it hides one of these."""
        for service, move, here, records, lacks in (
            (SILENT, a_move(), (), (), True),
            (SILENT, a_move(record=4), (), (draining.live('error'),), True),
            (SILENT, a_move(record=5), (), (draining.live('error'),), False),
            (SILENT, a_move(), (draining.GUEST,), (), False),
            (SILENT, a_move(state=MoveState.PLANNED), (), (), False),
            (SILENT, a_move(hypervisor='other'), (), (), False),
            (draining.CLOSED, a_move(), (), (), False),
        ):
            with self.subTest(service=service.status, move=move):
                look = draining.a_look(
                    *here, services=(service,), migrations={'hv1': records}
                )

                verdict = judge(
                    look,
                    move,
                    seconds=500,
                    last=draining.a_look(services=(SILENT,)),
                    statuses={'hv1': INCOMPLETE},
                    changed_at={'hv1': clocks.START},
                )

                self.assertEqual(lacks, verdict is not None)


class TestGuests(unittest.TestCase):
    """Guests of which none is there any more."""

    def test_table(self):
        """One may have left; several at once have to be explained."""
        left = draining.live('completed', id=7, server_id=SECOND.id)
        for move, lacks in (
            (a_move(SECOND), True),
            (a_move(SECOND, state=MoveState.STAYED), True),
            (a_move(SECOND, state=MoveState.MOVED), False),
            (a_move(SECOND, state=MoveState.RETURNED), False),
            (a_move(SECOND, hypervisor='other'), False),
            (a_move(builders.a_guest('never here')), False),
        ):
            with self.subTest(move=move):
                self.assertEqual(lacks, self.lacks(move))
        for record, lacks in (
            (left, False),
            (dataclasses.replace(left, status='finished'), False),
            (dataclasses.replace(left, status='running'), True),
            (dataclasses.replace(left, status='error'), True),
            (dataclasses.replace(left, source='other'), True),
            (dataclasses.replace(left, server_id='another'), True),
        ):
            with self.subTest(record=record):
                self.assertEqual(lacks, self.lacks(a_move(SECOND), record))

    def lacks(self, move, *records, **changes):
        """Whether it is lacking after it had g1, which has gone, and g2."""
        look = draining.a_look(migrations={'hv1': records}, **changes)
        before = draining.a_look(draining.GUEST, SECOND)
        return judge(look, a_move(), move, last=before) is not None

    def test_one(self):
        """It is looked for, and the look counts."""
        before = draining.a_look(draining.GUEST)

        self.assertIsNone(judge(draining.a_look(), a_move(), last=before))

    def test_not_all(self):
        """Where one is told of, its cell has answered."""
        before = draining.a_look(
            draining.GUEST, SECOND, builders.a_guest('g3')
        )
        for look in (
            draining.a_look(builders.a_guest('g3')),
            draining.a_look(guests={}),
        ):
            self.assertIsNone(
                judge(look, a_move(), a_move(SECOND), last=before)
            )


class TestVerdict(unittest.TestCase):
    """What is done upon such a look."""

    def test_nothing(self):
        """It is said, and the time of what is under way stands still."""
        look = draining.a_look(services=())
        moving = a_move()
        planned = a_move(SECOND, state=MoveState.PLANNED, news_at=None)
        others = a_move(builders.a_guest('g3'), hypervisor='other')

        verdict = judge(look, moving, planned, others, seconds=9)

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)
        self.assertEqual(INCOMPLETE.reason, verdict.status.reason)
        now = clocks.START + datetime.timedelta(seconds=9)
        self.assertEqual((moving.but(news_at=now), planned), verdict.moves)

    def test_phase(self):
        """It is that of the last look."""
        look = draining.a_look(services=())
        for before, phase in (
            ({'hv1': Status(phase=Phase.DRAINING)}, Phase.DRAINING),
            ({'hv2': Status(phase=Phase.DRAINING)}, Phase.BOOTING),
        ):
            verdict = judge(look, statuses=before)

            self.assertEqual(phase, verdict.status.phase)
