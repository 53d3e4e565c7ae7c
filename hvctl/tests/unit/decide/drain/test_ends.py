# SPDX-License-Identifier: Apache-2.0
"""Tests of what a drain says on its way, and of what it ends with."""

from __future__ import annotations

import dataclasses
import datetime
import typing
import unittest

from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.drain_options import Suspended
from hvctl.model.guest_codes import GuestCode
from hvctl.model.hypervisor import Phase
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Ties
from hvctl.model.results import Accepted, Explained, Located
from hvctl.model.steps import AskWhere, AskWhy, ColdMigrate
from hvctl.model.verdict import Outcome
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining

STUCK = builders.a_guest('g2', status='RESCUE')
DOWN = dataclasses.replace(draining.CLOSED, state='down')
ORPHAN: dict[str, typing.Any] = {
    'consumers': {draining.CHOSEN: {'orphan': {}}}
}
RUNNING: dict[str, typing.Any] = {
    'migrations': {'hv1': (draining.live('running'),)}
}


def a_move(guest=draining.GUEST, **progress) -> Move:
    """The move of a guest, which is under way unless that is said."""
    (move,) = draining.decide(draining.a_look(guest)).moves
    return dataclasses.replace(move, ties=Ties()).but(
        **{'state': MoveState.MOVING, 'attempt': 1, **progress}
    )


def judge(look, *moves: Move, ledger=None, **options):
    """What is said of a second look that is as the first."""
    known = draining.a_ledger(
        last=look,
        moves={move.guest.id: move for move in moves},
        **(ledger or {}),
    )
    return draining.decide(look, known, **options)


MOVED = a_move(state=MoveState.MOVED)


class TestStatus(unittest.TestCase):
    """What is said of a hypervisor on its way."""

    def test_table(self):
        """How many have gone; or what else is waited for."""
        away = draining.a_look()
        for look, moves, code, phase in (
            (away, (), None, Phase.DRAINED),
            (away, (MOVED,), StatusCode.GUESTS_MOVED, Phase.DRAINED),
            (
                draining.a_look(STUCK),
                (MOVED,),
                StatusCode.GUESTS_MOVED,
                Phase.DRAINING,
            ),
            (
                draining.a_look(draining.MIGRATING, **RUNNING),
                (a_move(),),
                StatusCode.GUESTS_MOVED,
                Phase.DRAINING,
            ),
            (
                draining.a_look(**RUNNING),
                (a_move(),),
                StatusCode.GUESTS_MOVED,
                Phase.DRAINING,
            ),
            (
                draining.a_look(
                    draining.MIGRATING, services=(DOWN,), **RUNNING
                ),
                (a_move(),),
                StatusCode.SOURCE_DOWN,
                Phase.DRAINING,
            ),
            (
                draining.a_look(services=(DOWN,)),
                (MOVED,),
                StatusCode.GUESTS_MOVED,
                None,
            ),
            (
                draining.a_look(**ORPHAN),
                (MOVED,),
                StatusCode.EMPTYING,
                Phase.DRAINING,
            ),
            (
                draining.a_look(**ORPHAN, **RUNNING),
                (a_move(),),
                StatusCode.GUESTS_MOVED,
                Phase.DRAINING,
            ),
        ):
            with self.subTest(look=look.guests, code=code):
                status = judge(look, *moves, past_blocked=True).status

                if code is not None:
                    self.assertEqual(code, draining.code(status.reason))
                if phase is not None:
                    self.assertEqual(phase, status.phase)

    def test_plan(self):
        """Who would leave, and who would stay."""
        look = draining.a_look(draining.GUEST, STUCK)

        status = draining.decide(look, dry_run=True).status

        self.assertEqual(
            {'leaving': 1, 'stayed': 1, 'guests': 2},
            draining.facts(status.reason),
        )

    def test_held_back(self):
        """Who could go and does not knows why, but for a mere plan."""
        look = draining.a_look(draining.GUEST, STUCK)
        for options, code in (
            ({}, GuestCode.HELD_BACK),
            ({'dry_run': True}, None),
        ):
            move = draining.decide(look, **options).moves[0]

            self.assertEqual(code, draining.code(move.reason))


class TestPlan(unittest.TestCase):
    """What a plan ends with, and what never goes beyond one."""

    def test_would_leave(self):
        """Those that may stay do not leave."""
        suspended = builders.a_guest('g2', status='SUSPENDED')

        outcome = draining.decide(
            draining.a_look(draining.GUEST, suspended),
            dry_run=True,
            suspended=Suspended.LEAVE,
        ).outcome

        self.assertEqual(OutcomeCode.WOULD_LEAVE, outcome.reason.code)
        self.assertEqual({'leaving': 1}, draining.facts(outcome.reason))

    def test_in_the_way(self):
        """Some may have left by themselves before."""
        for guests, moves, code in (
            ((STUCK,), (MOVED,), OutcomeCode.REST_IN_THE_WAY),
            ((STUCK,), (), OutcomeCode.IN_THE_WAY),
            ((draining.OFF,), (), OutcomeCode.WOULD_LEAVE),
            (
                (builders.a_guest('g3'),),
                (MOVED,),
                OutcomeCode.WOULD_LEAVE,
            ),
        ):
            with self.subTest(code=code):
                verdict = judge(draining.a_look(*guests), *moves, dry_run=True)

                self.assertEqual(code, verdict.outcome.reason.code)


class TestStops(unittest.TestCase):
    """When nothing new is begun."""

    def test_table(self):
        """What is left then ends it, and not what has left."""
        look = draining.a_look(draining.GUEST)
        soon = clocks.START + datetime.timedelta(seconds=10)
        for seen, moves, ledger, outcome, steps in (
            (look, (), {}, None, 1),
            (
                look,
                (),
                {'winding_down': True},
                OutcomeCode.NOT_MOVED,
                0,
            ),
            (
                draining.a_look(),
                (),
                {'winding_down': True},
                OutcomeCode.HAD_NO_GUESTS,
                0,
            ),
            (dataclasses.replace(look, partial=True), (), {}, None, 0),
            (
                dataclasses.replace(draining.a_look(), partial=True),
                (),
                {},
                None,
                0,
            ),
            (draining.a_look(draining.BUSY), (), {}, None, 0),
            (
                look,
                (self.slow(),),
                {'ends_at': soon},
                OutcomeCode.TIME_SHORT,
                0,
            ),
            (
                draining.a_look(draining.BUSY),
                (self.slow(),),
                {'ends_at': soon},
                None,
                0,
            ),
        ):
            with self.subTest(ledger=ledger, outcome=outcome):
                verdict = judge(seen, *moves, ledger=ledger)

                ended = verdict.outcome
                self.assertEqual(outcome, ended and ended.reason.code)
                self.assertEqual(steps, len(verdict.steps))

    def slow(self) -> Move:
        """One that took a minute, so that no other ends in ten seconds."""
        return a_move(
            builders.a_guest('g7'),
            state=MoveState.MOVED,
            started_at=clocks.START - datetime.timedelta(seconds=60),
            ended_at=clocks.START,
        )


class TestEnd(draining.Story):
    """How it ends when no guest is under way."""

    def test_moved(self):
        """All have left: there is nothing to say."""
        self.assertEqual(
            Outcome(ok=True), judge(draining.a_look(), MOVED).outcome
        )

    def test_left_broken(self):
        """Guests that stay, and one that left and is broken elsewhere."""
        self.answers = {
            AskWhere: Located('ERROR', 'hv7'),
            AskWhy: Explained('no disk'),
            ColdMigrate: Accepted('req-1'),
        }
        self.see(draining.OFF, STUCK)
        for _ in range(4):
            self.see(STUCK, records=(draining.cold('error'),))

        facts = draining.facts(self.verdict.outcome.reason)
        self.assertEqual(
            (1, 1, 2),
            (facts['stayed'], facts['left_broken'], facts['guests']),
        )

    def test_left_well(self):
        """Who has moved did not leave it broken."""
        outcome = judge(
            draining.a_look(STUCK), MOVED, past_blocked=True
        ).outcome

        facts = draining.facts(outcome.reason)
        self.assertEqual(
            (1, 0, 2),
            (facts['stayed'], facts['left_broken'], facts['guests']),
        )

    def test_names(self):
        """Whoever is only known by a record is asked for at last."""
        resize = draining.live(
            'finished', migration_type='resize', user_id='joe'
        )
        self.see(records=(resize,))
        self.assertEqual(['AskWhere'], self.sent)
        self.assertIsNone(self.verdict.outcome)

        self.see(records=(resize,))
        self.assertEqual(
            OutcomeCode.GUESTS_STAYED, self.verdict.outcome.reason.code
        )
        self.assertEqual(['AskWhere'], self.sent)

    def test_names_last(self):
        """As long as somebody is under way, nobody is asked for that."""
        resize = draining.live(
            'finished',
            migration_type='resize',
            user_id='joe',
            server_id=STUCK.id,
        )
        self.see(draining.GUEST)
        self.see(
            draining.MIGRATING, records=(draining.live('running'), resize)
        )

        self.assertEqual(['LiveMigrate'], self.sent)

    def test_test_guest(self):
        """One of a health test is left on it, and no other host's."""
        test = builders.a_guest('t', metadata={identity.TEST_KEY: 'hv1'})
        for host, code in (
            ('hv1', OutcomeCode.TEST_GUEST_LEFT),
            ('hv2', OutcomeCode.HAD_NO_GUESTS),
        ):
            guest = dataclasses.replace(test, host=host)
            look = draining.a_look(test_guests=(guest,))

            self.assertEqual(code, judge(look).outcome.reason.code)

    def test_allocations(self):
        """Who may stay explains their own, and nobody else's."""
        suspended = builders.a_guest('g2', status='SUSPENDED')
        allocations = {suspended.id: {}, 'orphan': {}}
        look = draining.a_look(
            suspended, consumers={draining.CHOSEN: allocations}
        )

        verdict = judge(look, suspended=Suspended.LEAVE)

        self.assertIsNone(verdict.outcome)

    def test_what_stays(self):
        """A forgotten record counts as one only beside none that goes on."""
        long_ago = clocks.START - datetime.timedelta(seconds=9000)
        stale = draining.live('queued', id=2, source='x', destination='hv1')
        done = draining.live('completed', source='x', destination='hv1')
        going = dataclasses.replace(stale, id=7, server_id='other')
        for changes, code in (
            (
                {'migrations': {'hv1': (done, stale)}},
                OutcomeCode.RECORDS_OPEN,
            ),
            (
                {'migrations': {'hv1': (done, stale, going)}},
                OutcomeCode.MIGRATIONS_STAYED,
            ),
            ({'consumers': {}}, OutcomeCode.ALLOCATIONS_UNKNOWN),
            (ORPHAN, OutcomeCode.ALLOCATIONS_STAYED),
        ):
            with self.subTest(code=code):
                verdict = judge(
                    draining.a_look(**changes),
                    ledger={'changed_at': {'hv1': long_ago}},
                )

                self.assertEqual(code, verdict.outcome.reason.code)
