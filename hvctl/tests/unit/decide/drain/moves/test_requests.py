# SPDX-License-Identifier: Apache-2.0
"""Tests of the requests of a move, and of what became of them."""

from __future__ import annotations

import datetime
import unittest

from hvctl.decide.drain.moves import requests
from hvctl.model.drain_options import DrainOptions, Method
from hvctl.model.ledger import Refusal
from hvctl.model.move import Guest
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Progress
from hvctl.model.move import Treatment
from hvctl.model.results import Accepted
from hvctl.model.steps import AskWhere, AskWhy, LiveMigrate
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining

MINUTE = datetime.timedelta(minutes=1)
SECOND = datetime.timedelta(seconds=1)
SENT = LiveMigrate(name='hv1', server_id='g')


def a_move(method=Method.LIVE, attempt=1, adopted=False) -> Move:
    """A move that was begun now."""
    return Move(
        hypervisor='hv1',
        source='hv1',
        guest=Guest(id='g'),
        treatment=Treatment(method=method),
        state=MoveState.MOVING,
        progress=Progress(
            attempt=attempt,
            adopted=adopted,
            started_at=clocks.START,
        ),
    )


def a_case(**ledger):
    """What a look at hv1 tells, with what this run did."""
    look = draining.a_look()
    goal = draining.a_goal()
    hv = goal.hypervisors(look)['hv1']
    return goal.case(look, hv, draining.a_ledger(**ledger), clocks.START)


class TestRequest(unittest.TestCase):
    """The request that begins a move."""

    def test_table(self):
        """A destination is named only where Nova chooses one."""
        for method, kind, destination in (
            ('live', 'LiveMigrate', 'hv9'),
            ('cold', 'ColdMigrate', 'hv9'),
            ('shelve', 'Shelve', None),
            ('offload', 'OffloadShelved', None),
            ('confirm', 'ConfirmResize', None),
        ):
            step = requests.request(
                a_move(Method(method)), DrainOptions(destination='hv9')
            )

            self.assertEqual(
                (kind, destination), (type(step).__name__, step.destination)
            )


class TestRefused(unittest.TestCase):
    """Steps that are refused for now."""

    def test_table(self):
        """It is this step, and not another one of the same guest."""
        other = AskWhere(name='hv1', server_id='g')
        for step, refused in ((SENT, True), (other, False), (None, False)):
            refusals = {}
            if step is not None:
                refusals[step.lane] = Refusal(
                    step=step,
                    message='503',
                    since=clocks.START,
                    tries=1,
                    again_at=clocks.START,
                )

            self.assertEqual(
                refused, requests.is_refused(SENT, a_case(refusals=refusals))
            )

    def test_again(self):
        """When the pause is over, and the request is still wanted."""
        at = clocks.START + MINUTE
        for state, looked_at, due in (
            (MoveState.MOVING, at - SECOND, False),
            (MoveState.MOVING, at, True),
            (MoveState.PLANNED, at, False),
        ):
            refused = Refusal(
                step=SENT,
                message='503',
                since=clocks.START,
                tries=1,
                again_at=at,
            )
            ledger = draining.a_ledger(
                looked_at=looked_at,
                moves={'g': a_move().but(state=state)},
                refusals={SENT.lane: refused},
            )

            self.assertEqual(
                due, requests.may_be_sent_again(DrainOptions(), ledger)
            )


class TestQuestion(unittest.TestCase):
    """Asking Nova what became of a request."""

    def test_table(self):
        """It is about the last one of this run that Nova has answered."""
        answers = {SENT: Accepted('req-1')}
        after = clocks.START + MINUTE
        for move, at, answered, asks in (
            (a_move(), after, answers, True),
            (a_move(adopted=True), after, answers, False),
            (a_move(attempt=0), after, answers, False),
            (a_move(method=None), after, answers, False),
            (a_move(), None, answers, False),
            (a_move(), clocks.START - MINUTE, answers, False),
            (a_move(), after, {}, False),
        ):
            with self.subTest(move=move, at=at):
                case = a_case(
                    done_at={SENT: at} if at else {}, answers=answered
                )

                self.assertEqual(
                    AskWhy(name='hv1', server_id='g', request_id='req-1')
                    if asks
                    else None,
                    requests.question(move, case),
                )
