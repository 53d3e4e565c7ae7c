# SPDX-License-Identifier: Apache-2.0
"""Tests of which guests a drain sends away, and when."""

from __future__ import annotations

import unittest

from hvctl.decide.drain.plan import wishes
from hvctl.model import drain_options
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode
from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.ledger import Failure
from hvctl.model.reasons import Reason
from hvctl.model.results import Accepted, Explained
from hvctl.model.snapshot import WholeLook
from hvctl.model.steps import AskWhere, AskWhy, ColdMigrate, LiveMigrate
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining


class TestMoves(unittest.TestCase):
    """Sending guests away."""

    def test_methods(self):
        """Running ones live, stopped ones cold, others not at all."""
        verdict = draining.decide(
            draining.a_later_look(
                draining.GUEST,
                builders.a_guest('g2', status='PAUSED'),
                builders.a_guest('g3', status='SHUTOFF'),
                builders.a_guest('g4', status='RESCUE'),
                builders.a_guest('g5', task_state='rebooting'),
            ),
            past_blocked=True,
        )

        self.assertEqual(
            ['LiveMigrate', 'LiveMigrate', 'ColdMigrate'],
            draining.kinds(verdict),
        )
        self.assertEqual(
            ['moving', 'moving', 'moving', 'stayed', 'waiting'],
            [move.state for move in verdict.moves],
        )

    def test_limit(self):
        """No more than the limit are under way at once."""
        guests = [
            builders.a_guest(f'g{n}')
            for n in range(drain_options.PARALLEL + 2)
        ]

        verdict = draining.decide(draining.a_later_look(*guests))

        self.assertEqual(drain_options.PARALLEL, len(verdict.steps))
        self.assertEqual(
            ['planned'] * 2, [m.state for m in verdict.moves][-2:]
        )

    def test_no_way(self):
        """Where the first finds no way to another host, no other is sent."""
        guests = [
            builders.a_guest(f'g{n}', status='SHUTOFF') for n in range(3)
        ]
        look = draining.a_look(*guests)
        ledger = draining.under_way(
            look, {ColdMigrate: Accepted('req-1')}, parallel=1
        )
        failed = draining.a_look(
            *guests,
            migrations={
                'hv1': (
                    builders.a_migration(
                        'g0', status='error', migration_type='migration'
                    ),
                )
            },
        )
        words = 'not able to execute ssh command: Connection refused'

        first = draining.decide(failed, ledger, parallel=1)
        draining.take(ledger, first, {AskWhy: Explained(words)})
        second = draining.decide(failed, ledger, parallel=1)

        self.assertEqual((), second.steps)
        cause = Reason.of(GuestCode.NO_WAY, kind='refused', message=words)
        block = Reason.of(
            GuestCode.NOT_SENT, server_id=guests[0].id, cause=cause
        )
        self.assertEqual(
            [('failed', cause), ('failed', block), ('failed', block)],
            [(move.state, move.reason) for move in second.moves],
        )

    def test_not_sent_twice(self):
        """A guest that is under way is not sent again."""
        look = draining.a_look(draining.GUEST)

        verdict = draining.decide(look, draining.under_way(look))

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)

    def test_asks_why(self):
        """The reason of a failure is asked for, once, and then said."""
        look = draining.a_look(draining.GUEST)
        ledger = draining.under_way(look, {LiveMigrate: Accepted('req-1')})
        failed = draining.a_look(
            draining.GUEST,
            migrations={'hv1': (builders.a_migration('g1', status='error'),)},
        )
        ask = AskWhy(
            name='hv1', server_id=draining.GUEST.id, request_id='req-1'
        )

        first = draining.decide(failed, ledger, retries=0)
        why = Explained('No valid host was found')
        draining.take(ledger, first, {AskWhy: why})
        second = draining.decide(failed, ledger, retries=0)

        self.assertEqual((ask,), first.steps)
        self.assertEqual('moving', first.moves[0].state)
        self.assertEqual((), second.steps)
        self.assertEqual('failed', second.moves[0].state)
        self.assertEqual(
            Reason.of(GuestCode.NOVA_SAYS, message=why.text),
            second.moves[0].reason,
        )
        self.assertFalse(second.outcome.ok)

    def test_refused_request(self):
        """A guest that Nova would not move failed, with Nova's words."""
        look = draining.a_look(draining.GUEST)
        request = LiveMigrate(name='hv1', server_id=draining.GUEST.id)
        ledger = draining.under_way(look)
        ledger.done.clear()
        ledger.done_at.clear()
        ledger.failures[draining.GUEST.id] = Failure(
            step=request, message='pinned'
        )

        verdict = draining.decide(look, ledger, retries=0)

        self.assertEqual('failed', verdict.moves[0].state)
        self.assertEqual(
            Reason.of(GuestCode.REQUEST_REFUSED, message='pinned'),
            verdict.moves[0].reason,
        )
        self.assertEqual(
            OutcomeCode.GUESTS_STAYED, verdict.outcome.reason.code
        )

    def test_left_by_itself(self):
        """A guest that went before its turn is looked for."""
        look = draining.a_look(builders.a_guest('g1', task_state='deleting'))
        ledger = draining.under_way(look)
        ask = AskWhere(name='hv1', server_id=draining.GUEST.id)

        verdict = draining.decide(draining.a_look(), ledger)
        draining.take(ledger, verdict)
        (move,) = draining.decide(draining.a_look(), ledger).moves

        self.assertEqual((ask,), verdict.steps)
        self.assertEqual('deleted', move.state)


class TestOrder(unittest.TestCase):
    """Which guests go when."""

    def test_priority(self):
        """Their owners may say who goes first."""
        first = builders.a_guest('g2', metadata={wishes.PRIORITY_KEY: '5'})

        verdict = draining.decide(
            draining.a_look(draining.GUEST, first), parallel=1
        )

        self.assertEqual(
            [first.id], [step.server_id for step in verdict.steps]
        )

    def test_affinity(self):
        """Nova would find no host: in the way, unless it is shelved."""
        shelved = builders.a_guest('g2', metadata={'hvctl:drain': 'shelve'})
        look = draining.a_look(
            draining.GUEST,
            shelved,
            ties_known=True,
            affinity={draining.GUEST.id: 'group', shelved.id: 'group'},
        )

        first, second = draining.decide(
            look, draining.a_ledger(), dry_run=True
        ).moves

        self.assertEqual('stayed', first.state)
        self.assertEqual(GuestCode.AFFINITY, first.reason.code)
        self.assertEqual('group', first.reason.facts['group'])
        self.assertEqual(Method.SHELVE, second.treatment.method)

    def test_anti_affinity(self):
        """Members of a group go one by one."""
        other, free = builders.a_guest('g2'), builders.a_guest('g3')
        look = draining.a_later_look(
            draining.GUEST,
            other,
            free,
            anti_affinity={draining.GUEST.id: 'group', other.id: 'group'},
        )

        first = draining.decide(look)
        ledger = draining.under_way(look)
        second = draining.decide(look, ledger)

        self.assertEqual(
            {draining.GUEST.id, free.id},
            {step.server_id for step in first.steps},
        )
        self.assertEqual((), second.steps)

    def test_twin_that_is_under_way(self):
        """It counts at once, whoever has sent it."""
        migrating = builders.a_guest(
            'g1', status='MIGRATING', task_state='migrating'
        )
        look = draining.a_look(
            migrating,
            builders.a_guest('g2'),
            anti_affinity={
                builders.an_id(f'server {name}'): 'group'
                for name in ('g1', 'g2')
            },
            migrations={'hv1': (builders.a_migration('g1', user_id='joe'),)},
        )

        self.assertEqual((), draining.decide(look).steps)

    def test_late_arrival(self):
        """A guest is not sent before it is known what it is tied to."""
        ledger = draining.under_way(draining.a_later_look(draining.GUEST))
        late = builders.a_guest('g2')
        look = draining.a_later_look(
            draining.GUEST, late, ties_known=False, partial=True
        )
        goal = draining.a_goal()

        verdict = draining.decide(look, ledger)
        draining.take(ledger, verdict)
        ledger.last = look
        scope = goal.scope(ledger)
        then = draining.decide(
            draining.a_later_look(
                draining.GUEST, late, anti_affinity={late.id: 'group'}
            ),
            ledger,
        )

        self.assertEqual((), verdict.steps)
        self.assertIsInstance(scope, WholeLook)
        self.assertTrue(scope.ties)
        self.assertEqual([late.id], [step.server_id for step in then.steps])
        self.assertEqual('group', then.moves[1].ties.anti_affinity)

    def test_tried_again(self):
        """What failed goes after the others, as often as is wanted."""
        look = draining.a_later_look(draining.GUEST)
        ledger = draining.under_way(look)
        failed = draining.a_look(
            draining.GUEST,
            builders.a_guest('g2'),
            migrations={
                'hv1': (
                    builders.a_migration('g1', id=3, status='error'),
                    *draining.PROOF,
                )
            },
        )

        again = draining.decide(failed, ledger, parallel=1)
        draining.take(ledger, again)
        then = draining.decide(failed, ledger, parallel=2, seconds=15)

        self.assertEqual(
            {'g1': 'planned', 'g2': 'moving'}, draining.states(again)
        )
        (step,) = then.steps
        self.assertEqual(draining.GUEST.id, step.server_id)
        self.assertEqual(2, then.moves[0].progress.attempt)

    def test_winding_down(self):
        """After Ctrl-C nothing new is begun."""
        ledger = draining.a_ledger(winding_down=True)

        verdict = draining.decide(draining.a_look(draining.GUEST), ledger)

        self.assertEqual((), verdict.steps)
        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(
            Reason.of(OutcomeCode.NOT_MOVED, waiting=1),
            verdict.outcome.reason,
        )

    def test_guests_at_once(self):
        """As many as the machine's profile says."""
        guests = [builders.a_guest(f'g{n}') for n in range(6)]
        for said, options, number in (
            (None, {}, 4),
            ('2', {}, 2),
            ('0', {}, 4),
            ('2', {'parallel': 5}, 5),
        ):
            metadata = {identity.COMPUTE_ID_KEY: draining.CHOSEN}
            if said is not None:
                metadata[identity.MIGRATIONS_KEY] = said
            server = builders.a_server(metadata=metadata)

            verdict = draining.decide(
                draining.a_later_look(*guests, servers=(server,)), **options
            )

            self.assertEqual(number, len(verdict.steps))
