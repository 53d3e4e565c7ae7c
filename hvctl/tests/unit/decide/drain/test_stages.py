# SPDX-License-Identifier: Apache-2.0
"""Tests of what comes before the first guest moves."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.drain import stages
from hvctl.model import disabled_reason
from hvctl.model.codes import OutcomeCode
from hvctl.model.move import Guest
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Progress
from hvctl.model.steps import DisableService
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining

OPEN = draining.a_look(services=(builders.a_service(),))
UNDONE = builders.a_disabled_service(disabled_reason.of_undo(3))


def a_case(look, **options):
    """What there is to decide about hv1, by a ledger that has to be added."""
    goal = draining.a_goal(**options)
    hv = goal.hypervisors(look)['hv1']
    return goal.case(look, hv, draining.a_ledger(), clocks.START)


def closed(name='hv1'):
    """Steps of a run that has disabled one."""
    return {DisableService(name=name, service_id='s', reason='r'): True}


def a_move(state, attempt=0, hypervisor='hv1'):
    """Moves of a run that has one guest."""
    return {
        'g': Move(
            hypervisor=hypervisor,
            source=hypervisor,
            guest=Guest(id='g'),
            state=state,
            progress=Progress(attempt=attempt),
        )
    }


class TestInterruption(unittest.TestCase):
    """Hypervisors that are not closed any more."""

    def test_was_closed(self):
        """This run has closed it, or has found it so."""
        shut = builders.a_disabled_service
        for ledger, was_closed in (
            ({}, False),
            ({'done': closed()}, True),
            ({'done': closed('hv2')}, False),
            ({'moves': a_move(MoveState.MOVING)}, True),
            ({'moves': a_move(MoveState.PLANNED, attempt=1)}, True),
            ({'moves': a_move(MoveState.PLANNED)}, False),
            (
                {'moves': a_move(MoveState.MOVING, hypervisor='hv2')},
                False,
            ),
            ({'last': draining.a_look(services=(shut('joe'),))}, True),
            ({'last': OPEN}, False),
            ({'last': draining.a_look(services=(UNDONE,))}, False),
            ({'last': draining.a_look(services=(shut(host='hv2'),))}, False),
        ):
            with self.subTest(ledger=ledger):
                case = dataclasses.replace(
                    a_case(OPEN), ledger=draining.a_ledger(**ledger)
                )

                reason = stages.interruption(case)

                self.assertEqual(
                    OutcomeCode.ENABLED_AGAIN if was_closed else None,
                    draining.code(reason),
                )

    def test_undone(self):
        """Somebody takes the drain back."""
        case = dataclasses.replace(
            a_case(draining.a_look(services=(UNDONE,))),
            ledger=draining.a_ledger(done=closed()),
        )

        self.assertEqual(
            OutcomeCode.BEING_UNDONE, stages.interruption(case).code
        )

    def test_under_way(self):
        """It goes on as long as one of its own guests is under way."""
        for moves, goes_on in (
            (a_move(MoveState.MOVING), True),
            (a_move(MoveState.PLANNED), False),
            (a_move(MoveState.MOVING, hypervisor='hv2'), False),
        ):
            with self.subTest(moves=moves):
                case = dataclasses.replace(
                    a_case(OPEN),
                    ledger=draining.a_ledger(done=closed(), moves=moves),
                )

                verdict = stages.before(case)

                self.assertEqual(goes_on, verdict is None)


class TestCommitted(unittest.TestCase):
    """A run that has begun does not end for what was to be right before."""

    def test_table(self):
        """It has closed a host, this or another, or follows a guest."""
        look = draining.a_look(draining.GUEST)
        for ledger, begun in (
            ({}, False),
            ({'done': closed()}, True),
            ({'done': closed('hv2')}, True),
            ({'moves': a_move(MoveState.MOVING)}, True),
            ({'moves': a_move(MoveState.PLANNED, attempt=1)}, True),
            ({'moves': a_move(MoveState.PLANNED)}, False),
        ):
            with self.subTest(ledger=ledger):
                case = dataclasses.replace(
                    a_case(look, destination='nowhere'),
                    ledger=draining.a_ledger(**ledger),
                )

                self.assertEqual(begun, stages.before(case) is None)


class TestClose(unittest.TestCase):
    """What is written when one is closed."""

    def test_number(self):
        """Of the newest migration, or of the drain that was taken back."""
        old = builders.a_migration(id=17, status='error')
        undone = builders.a_disabled_service
        for service, records, number in (
            (builders.a_service(), (), 0),
            (builders.a_service(), (old,), 17),
            (UNDONE, (old,), 3),
            (undone(disabled_reason.of_undo(None)), (old,), 17),
        ):
            with self.subTest(service=service.disabled_reason):
                look = draining.a_look(
                    draining.GUEST,
                    services=(service,),
                    migrations={'hv1': records},
                )

                (step,) = draining.decide(look).steps

                self.assertEqual(disabled_reason.of_drain(number), step.reason)
