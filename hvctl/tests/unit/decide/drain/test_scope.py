# SPDX-License-Identifier: Apache-2.0
"""Tests of how far the looks of a drain reach."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.model.codes import StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Ties
from hvctl.model.reasons import Reason
from hvctl.model.snapshot import GuestsLook, WholeLook
from hvctl.model.steps import LiveMigrate
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining

LOOK = draining.a_later_look(
    draining.GUEST,
    consumers={draining.CHOSEN: {draining.GUEST.id: {'MEMORY_MB': 512}}},
)


def a_move(guest=draining.GUEST, ties=None, **progress) -> Move:
    """The move of a guest, which is under way unless that is said."""
    (move,) = draining.decide(draining.a_look(guest)).moves
    return dataclasses.replace(move, ties=ties or Ties()).but(
        **{'state': MoveState.MOVING, **progress}
    )


UNPROVEN = dataclasses.replace(LOOK, migrations={'hv1': ()})


def scope(*moves, options=None, **ledger):
    """How far the look after that at a closed hv1 reaches."""
    known = {'last': LOOK, 'looks': 3, 'looked_at': clocks.START, **ledger}
    return draining.a_goal(**(options or {})).scope(
        draining.a_ledger(
            moves={move.guest.id: move for move in moves}, **known
        )
    )


class TestWhole(unittest.TestCase):
    """Looks that read everything."""

    def test_reaches_into_what_was_found(self):
        """The second look reads guests and consumers of what exists."""
        goal = draining.a_goal('hv1', 'hv2')
        ledger = Ledger(started_at=clocks.START)

        first = goal.scope(ledger)
        ledger.last = builders.a_snapshot('hv1')
        second = goal.scope(ledger)

        self.assertEqual(frozenset({'hv1', 'hv2'}), first.server_names)
        self.assertEqual(frozenset({'hv1'}), second.hosts)
        self.assertEqual(frozenset({draining.CHOSEN}), second.provider_ids)

    def test_ties(self):
        """They are read until those of every guest are known."""
        unknown = a_move(ties=Ties(known=False))
        for moves, looks, ties in (
            ((), 1, True),
            # A guest has been seen that has no move yet.
            ((), 2, True),
            ((unknown,), 2, True),
            ((a_move(state=MoveState.STAYED),), 2, False),
        ):
            with self.subTest(moves=moves, looks=looks):
                self.assertEqual(ties, scope(*moves, looks=looks).ties)

    def test_before_the_first_has_gone(self):
        """What others have counts until then."""
        sent = LiveMigrate(name='hv1', server_id=draining.GUEST.id)
        need = builders.a_need(MEMORY_MB=512)
        for done, needs in (({}, {need}), ({sent: True}, set())):
            found = scope(done=done)

            self.assertEqual(not done, found.aggregates)
            self.assertEqual(needs, found.needs)
            self.assertEqual(
                frozenset({'hv1'}) if done else None, found.services_of
            )

    def test_all_hosts(self):
        """How large the others are is read once, and now and then anew."""
        sent = LiveMigrate(name='hv1', server_id=draining.GUEST.id)
        for known, looks, done, sizes in (
            (False, 1, {}, True),
            (True, 2, {}, False),
            (True, 10, {}, True),
            (False, 2, {sent: True}, False),
        ):
            with self.subTest(known=known, looks=looks, done=done):
                last = dataclasses.replace(LOOK, all_hosts=known)

                found = scope(last=last, looks=looks, done=done)

                self.assertEqual(sizes, found.sizes)

    def test_needs(self):
        """Those of guests that are to migrate, and wait for their turn."""
        shelved = builders.a_guest('g1', metadata={'hvctl:drain': 'shelve'})
        for guest, moves, number in (
            (draining.GUEST, (), 1),
            (draining.GUEST, (a_move(state=MoveState.STAYED),), 0),
            (shelved, (), 0),
        ):
            with self.subTest(guest=guest.metadata, moves=moves):
                look = dataclasses.replace(LOOK, guests={'hv1': (guest,)})

                found = scope(*moves, last=look)

                self.assertEqual(number, len(found.needs))


class TestGuests(unittest.TestCase):
    """Looks that read what is on the host, and how that goes."""

    def test_table(self):
        """While guests are under way or held, and no other may begin."""
        held = a_move(state=MoveState.PLANNED, tried_at=clocks.START)
        waits = a_move(builders.a_guest('g2'), state=MoveState.PLANNED)
        incomplete = Status(
            phase=Phase.DRAINING,
            reason=Reason.of(StatusCode.LOOK_INCOMPLETE, host='hv1'),
        )
        opened = dataclasses.replace(LOOK, services=(builders.a_service(),))
        for moves, changes, whole in (
            ((a_move(),), {}, False),
            ((held,), {}, False),
            ((), {}, True),
            ((a_move(state=MoveState.STAYED),), {}, True),
            ((a_move(), waits), {}, True),
            ((a_move(), waits), {'options': {'parallel': 1}}, False),
            ((a_move(), waits), {'last': UNPROVEN}, False),
            ((a_move(), waits), {'winding_down': True}, False),
            ((a_move(ties=Ties(known=False)),), {}, True),
            ((a_move(),), {'last': opened}, True),
            ((a_move(),), {'statuses': {'hv1': incomplete}}, True),
            ((a_move(),), {'partial_looks': 8, 'looks': 20}, False),
            ((a_move(),), {'partial_looks': 9}, True),
        ):
            with self.subTest(moves=moves, changes=changes):
                found = scope(*moves, **changes)

                self.assertIsInstance(
                    found, WholeLook if whole else GuestsLook
                )
                self.assertEqual({'hv1'}, found.hosts)


class TestPlan(unittest.TestCase):
    """What is known of all names before the first guest moves."""

    def test_volumes(self):
        """How a plan ends depends on what Cinder tells."""
        off = builders.a_guest('g1', status='SHUTOFF', volumes=1)
        look = draining.a_look(off)
        told = dataclasses.replace(look, volumes={off.project_id: ()})

        asks = draining.decide(look, dry_run=True)
        knows = draining.decide(told, dry_run=True)

        self.assertIsNone(asks.outcome)
        self.assertTrue(knows.outcome.ok)

    def test_one_that_was_closed(self):
        """Who opens a name again interrupts that one, and no other."""
        step = draining.decide(
            dataclasses.replace(
                builders.a_snapshot('hv2'), guests={'hv2': ()}
            ),
            names=('hv2',),
        ).steps[0]
        look = dataclasses.replace(
            builders.a_snapshot('hv1', 'hv2'),
            services=(draining.CLOSED, builders.a_service('hv2')),
            guests={'hv1': (draining.GUEST,), 'hv2': ()},
        )

        verdict = draining.decide(
            look,
            draining.a_ledger(done={step: True}),
            names=('hv1', 'hv2'),
        )

        self.assertEqual(['LiveMigrate'], draining.kinds(verdict))
