# SPDX-License-Identifier: Apache-2.0
"""Tests of who goes first by each method."""

from __future__ import annotations

import dataclasses
import datetime
import unittest

from hvctl.decide.drain.moves import first
from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.migration import MigrationType
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.model.results import Accepted
from hvctl.model.steps import AskWhy, LiveMigrate
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining
from hvctl.tests.unit.decide.drain.moves import test_transports


class TestProven(unittest.TestCase):
    """By which methods a host got to another one."""

    def test_moves(self) -> None:
        """A guest has left so, or was copied for long enough."""
        hv = builders.a_hypervisor()
        copied = test_transports.a_move('g1', MoveState.FAILED).but(
            reached=Method.LIVE
        )
        for move, expected in (
            (test_transports.a_move('g1', MoveState.MOVED), {Method.COLD}),
            (test_transports.a_move('g1', MoveState.MOVING), set()),
            (test_transports.a_move('g1', MoveState.DELETED), set()),
            (
                test_transports.a_move(
                    'g1', MoveState.MOVED, method=Method.SHELVE
                ),
                set(),
            ),
            (copied, {Method.LIVE}),
        ):
            with self.subTest(move=move):
                self.assertEqual(expected, first.proven([move], hv))

    def test_records(self) -> None:
        """Guests have left this very machine before, whoever sent them."""
        earlier = clocks.START - datetime.timedelta(days=9)
        for changes, expected in (
            ({'status': 'completed'}, {Method.LIVE}),
            ({'status': 'failed'}, set()),
            ({'status': 'running'}, set()),
            (
                {'status': 'finished', 'migration_type': MigrationType.COLD},
                {Method.COLD},
            ),
            (
                {
                    'status': 'confirmed',
                    'migration_type': MigrationType.RESIZE,
                },
                {Method.COLD},
            ),
            (
                {
                    'status': 'confirmed',
                    'migration_type': MigrationType.RESIZE,
                    'destination': 'hv1',
                },
                set(),
            ),
            (
                {'status': 'completed', 'source': 'x', 'destination': 'hv1'},
                set(),
            ),
            ({'status': 'completed', 'updated_at': clocks.START}, {'live'}),
            ({'status': 'completed', 'updated_at': earlier}, set()),
        ):
            with self.subTest(changes=changes):
                hv = builders.a_hypervisor(
                    migrations=(builders.a_migration(**changes),)
                )
                assert hv.server is not None
                made = dataclasses.replace(hv.server, created_at=clocks.START)
                hv = dataclasses.replace(hv, server=made)

                self.assertEqual(expected, first.proven([], hv))

    def test_reached(self) -> None:
        """What goes on for longer than any attempt to connect does."""
        for status, seconds, expected in (
            ('running', 150, True),
            ('running', 149, False),
            ('migrating', 300, True),
            ('migrating', 299, False),
            ('preparing', 900, False),
            ('running (post-copy)', 0, True),
            ('post-migrating', 900, False),
            ('finished', 900, False),
            ('failed', 900, False),
        ):
            with self.subTest(status=status, seconds=seconds):
                now = clocks.START + datetime.timedelta(seconds=seconds)

                found = first.has_reached(
                    builders.a_migration(status=status), clocks.START, now
                )

                self.assertEqual(expected, found)
        self.assertFalse(
            first.has_reached(builders.a_migration(), None, clocks.START)
        )


class TestAhead(unittest.TestCase):
    """Whom the others wait for."""

    def test_table(self) -> None:
        """Who is under way, or is tried again and nobody says why."""
        hv = builders.a_hypervisor()
        other = test_transports.a_move('g2')
        for move, more, expected in (
            (
                test_transports.a_move('g1', MoveState.MOVING),
                (),
                {Method.COLD: 'g1'},
            ),
            (
                test_transports.a_move('g1', MoveState.MOVING),
                (test_transports.a_move('g3', MoveState.MOVED),),
                {},
            ),
            (
                test_transports.a_move('g1', MoveState.MOVING),
                (
                    test_transports.a_move(
                        'g3', MoveState.MOVED, method=Method.LIVE
                    ),
                ),
                {Method.COLD: 'g1'},
            ),
            (
                test_transports.a_move(
                    'g1', MoveState.MOVING, method=Method.SHELVE
                ),
                (),
                {},
            ),
            (
                test_transports.a_move('g1').but(unexplained=True),
                (),
                {Method.COLD: 'g1'},
            ),
            (
                test_transports.a_move('g1', MoveState.FAILED).but(
                    unexplained=True
                ),
                (),
                {},
            ),
            (test_transports.a_move('g1'), (), {}),
        ):
            with self.subTest(move=move, more=more):
                moves = [move, other, *more]

                ahead = first.ahead(moves, first.proven(moves, hv))

                self.assertEqual(expected, ahead)
                self.assertEqual(
                    expected.get(Method.COLD), first.awaited(other, ahead)
                )
                self.assertIsNone(first.awaited(move, ahead))


class TestDrain(unittest.TestCase):
    """Drains whose first guests show whether there is a way."""

    def test_first_alone(self) -> None:
        """One by each method goes before the others do, and they know."""
        guests = [
            draining.GUEST,
            builders.a_guest('g2'),
            builders.a_guest('g3', status='SHUTOFF'),
            builders.a_guest('g4', status='SHUTOFF'),
        ]
        look = draining.a_look(*guests)

        verdict = draining.decide(look)
        ledger = draining.take(draining.a_ledger(last=look), verdict)
        then = draining.decide(look, ledger)
        left = draining.a_look(
            *guests[1:],
            migrations={
                'hv1': (builders.a_migration('g1', status='completed'),)
            },
        )
        at_last = draining.decide(left, ledger)

        self.assertEqual(
            {guests[0].id, guests[2].id},
            {step.lane for step in verdict.steps},
        )
        self.assertEqual(
            Reason.of(
                GuestCode.AWAITS_FIRST,
                server_id=guests[0].id,
                method=Method.LIVE,
            ),
            verdict.moves[1].reason,
        )
        self.assertEqual(
            GuestCode.AWAITS_FIRST, draining.code(verdict.moves[3].reason)
        )
        self.assertEqual((), then.steps)
        self.assertIn(
            LiveMigrate(name='hv1', server_id=guests[1].id), at_last.steps
        )

    def test_killed_and_again(self) -> None:
        """A drain that goes on sends no first one again, by Nova's records."""
        guests = [builders.a_guest(name) for name in ('g2', 'g3')]
        for status, here, expected in (
            ('completed', guests, [None, None]),
            (
                'running',
                [draining.MIGRATING, *guests],
                [None, GuestCode.AWAITS_FIRST, GuestCode.AWAITS_FIRST],
            ),
            ('failed', guests, [None, GuestCode.AWAITS_FIRST]),
        ):
            with self.subTest(status=status):
                record = builders.a_migration('g1', status=status)
                look = draining.a_look(*here, migrations={'hv1': (record,)})

                verdict = draining.decide(look)

                waits = GuestCode.AWAITS_FIRST
                self.assertEqual(
                    expected,
                    [
                        waits if draining.code(move.reason) is waits else None
                        for move in verdict.moves
                    ],
                )

    def test_no_words(self) -> None:
        """One that fails without words is tried again before others go."""
        guests = [draining.GUEST, builders.a_guest('g2')]
        look = draining.a_look(*guests)
        ledger = draining.under_way(look, {LiveMigrate: Accepted('req-1')})
        reasons = []
        for seconds, number in ((1, 1), (20, 2)):
            failed = draining.a_look(
                *guests,
                migrations={
                    'hv1': (
                        builders.a_migration('g1', id=number, status='failed'),
                    )
                },
            )
            ledger.done = {
                step: changed
                for step, changed in ledger.done.items()
                if not isinstance(step, AskWhy)
            }
            for _ in range(2):
                verdict = draining.decide(failed, ledger, seconds=seconds)
                draining.take(
                    ledger,
                    verdict,
                    {LiveMigrate: Accepted(f'req-{number}')},
                    clocks.START + datetime.timedelta(seconds=seconds),
                )
            reasons.append(
                [
                    (move.state, draining.code(move.reason))
                    for move in verdict.moves
                ]
            )
            again = draining.decide(failed, ledger, seconds=seconds + 15)
            draining.take(
                ledger,
                again,
                {LiveMigrate: Accepted('req-2')},
                clocks.START + datetime.timedelta(seconds=seconds + 15),
            )
            if number == 1:
                self.assertEqual(
                    [guests[0].id], [step.lane for step in again.steps]
                )

        self.assertEqual(
            [
                [
                    ('planned', GuestCode.TRIED_AGAIN),
                    ('planned', GuestCode.AWAITS_FIRST),
                ],
                [
                    ('failed', GuestCode.NO_WORDS),
                    ('failed', GuestCode.NOT_SENT),
                ],
            ],
            reasons,
        )

    def test_broke_without_words(self) -> None:
        """One that is in ERROR since is the last."""
        broken = builders.a_guest('g1', status='ERROR')
        guests = [draining.GUEST, builders.a_guest('g2')]
        ledger = draining.under_way(
            draining.a_look(*guests), {LiveMigrate: Accepted('req-1')}
        )
        look = draining.a_look(
            broken,
            guests[1],
            migrations={'hv1': (builders.a_migration('g1', status='error'),)},
        )

        draining.take(ledger, draining.decide(look, ledger))
        verdict = draining.decide(look, ledger)

        self.assertEqual(
            [GuestCode.BROKE_HERE, GuestCode.NOT_SENT],
            [draining.code(move.reason) for move in verdict.moves],
        )
        self.assertEqual((), verdict.steps)
