# SPDX-License-Identifier: Apache-2.0
"""Tests of whether a drain goes on, and how it ends."""

from __future__ import annotations

import datetime
import unittest

from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.drain_options import Suspended
from hvctl.model.guest_codes import GuestCode
from hvctl.model.hypervisor import Phase
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.model.verdict import Outcome
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining


class TestOutcome(unittest.TestCase):
    """When a drain ends."""

    def test_twice(self):
        """An empty one is a success, after a second look."""
        look = draining.a_look()

        self.assertIsNone(draining.decide(look).outcome)
        self.assertEqual(
            Outcome(ok=True, reason=Reason.of(OutcomeCode.HAD_NO_GUESTS)),
            draining.decide(look, draining.a_ledger(last=look)).outcome,
        )

    def test_looks_again(self):
        """At once, where only a whole look is needed to go on or to end."""
        both = draining.GUEST, builders.a_guest('g2')
        ledger = draining.under_way(
            draining.a_later_look(*both), parallel=1, past_blocked=True
        )
        left = (draining.live('completed'), *draining.PROOF)
        for guests, records, partial, again in (
            (both, draining.PROOF, True, False),
            (both[1:], left, True, True),
            (both[1:], left, False, False),
            ((), left, True, False),
        ):
            with self.subTest(guests=guests, partial=partial):
                look = draining.a_look(
                    *guests, migrations={'hv1': records}, partial=partial
                )

                verdict = draining.decide(look, ledger, parallel=1)

                self.assertEqual(again, verdict.look_again)

    def test_looks_again_at_the_end(self):
        """That all have left is told by a whole look."""
        ledger = draining.under_way(draining.a_later_look(draining.GUEST))
        ((guest_id, move),) = ledger.moves.items()
        for state, partial, again in (
            (MoveState.MOVING, True, False),
            (MoveState.MOVED, True, True),
            (MoveState.MOVED, False, False),
        ):
            with self.subTest(state=state, partial=partial):
                ledger.moves[guest_id] = move.but(state=state)
                look = draining.a_later_look(partial=partial)

                verdict = draining.decide(look, ledger)

                self.assertEqual(again, verdict.look_again)

    def test_waits_for_what_is_left(self):
        """No end while a migration or an allocation is left."""
        for changes in (
            {'consumers': {draining.CHOSEN: {'somebody': {}}}},
            {'consumers': {}},
            {'migrations': {'hv1': (builders.a_migration(id=1),)}},
        ):
            with self.subTest(changes=changes):
                look = draining.a_look(**changes)

                self.assertIsNone(
                    draining.decide(look, draining.a_ledger(last=look)).outcome
                )

    def test_does_not_wait_for_ever(self):
        """What stays without a guest is named in the end."""
        for changes, seconds, code, occupants, *more in (
            (
                {'consumers': {draining.CHOSEN: {'orphan': {'MEMORY_MB': 1}}}},
                120,
                OutcomeCode.ALLOCATIONS_STAYED,
                ('allocation', 'orphan'),
                ('provider_id', draining.CHOSEN),
            ),
            (
                {'migrations': {'hv1': (builders.a_migration(source='x'),)}},
                600,
                OutcomeCode.MIGRATIONS_STAYED,
                ('unfinished migration', 1),
                (
                    'travellers',
                    ((builders.an_id('server guest'), 'x', 'hv2', None),),
                ),
            ),
        ):
            with self.subTest(code=code):
                look = draining.a_look(**changes)
                since = clocks.START - datetime.timedelta(seconds=seconds)
                soon = since + datetime.timedelta(seconds=1)

                waits = draining.decide(
                    look,
                    draining.a_ledger(last=look, changed_at={'hv1': soon}),
                )
                ends = draining.decide(
                    look,
                    draining.a_ledger(last=look, changed_at={'hv1': since}),
                )

                self.assertIsNone(waits.outcome)
                self.assertFalse(ends.outcome.ok)
                self.assertEqual(
                    Reason.of(
                        code,
                        occupants=(occupants,),
                        seconds=seconds,
                        **dict(more),
                    ),
                    ends.outcome.reason,
                )

    def test_news_of_one_on_its_way_here(self):
        """As long as its record changes it is waited for."""
        since = clocks.START - datetime.timedelta(seconds=700)

        def look(seconds):
            record = builders.a_migration(
                source='x',
                updated_at=clocks.START + datetime.timedelta(seconds=seconds),
            )
            return draining.a_look(migrations={'hv1': (record,)})

        verdicts = [
            draining.decide(
                look(5),
                draining.a_ledger(
                    last=look(before), changed_at={'hv1': since}
                ),
            )
            for before in (0, 5)
        ]

        self.assertIsNone(verdicts[0].outcome)
        self.assertEqual(
            OutcomeCode.MIGRATIONS_STAYED, verdicts[1].outcome.reason.code
        )
        self.assertIn(str(look(5).migrations['hv1'][0].id), verdicts[0].news)

    def test_size_of_one_on_its_way_here(self):
        """Nova tells nothing while a disk is copied, and it may be large."""
        for kind, has, most in (
            ('migration', {'DISK_GB': 20, 'MEMORY_MB': 99}, 1800),
            ('resize', {'DISK_GB': 20}, 1800),
            ('resize', {'MEMORY_MB': 99}, 600),
            ('resize', None, 600),
        ):
            with self.subTest(kind=kind, has=has):
                record = builders.a_migration(
                    'g9', source='x', destination='hv1', migration_type=kind
                )
                holds = {} if has is None else {record.server_id: has}
                look = draining.a_look(
                    migrations={'hv1': (record,)},
                    consumers={draining.CHOSEN: holds},
                )
                ledgers = [
                    draining.a_ledger(
                        last=look,
                        changed_at={
                            'hv1': clocks.START
                            - datetime.timedelta(seconds=seconds)
                        },
                    )
                    for seconds in (most - 1, most)
                ]

                waits, ends = (draining.decide(look, each) for each in ledgers)

                self.assertIsNone(waits.outcome)
                self.assertEqual(
                    Reason.of(
                        OutcomeCode.MIGRATIONS_STAYED,
                        occupants=(('unfinished migration', 1),),
                        travellers=(
                            (record.server_id, record.source, 'hv1', None),
                        ),
                        seconds=most,
                    ),
                    ends.outcome.reason,
                )

    def test_no_provider(self):
        """What nobody can count is not empty."""
        look = draining.a_look(providers=(), consumers={})
        since = clocks.START - datetime.timedelta(seconds=120)

        waits = draining.decide(look, draining.a_ledger(last=look))
        ends = draining.decide(
            look, draining.a_ledger(last=look, changed_at={'hv1': since})
        )

        self.assertIsNone(waits.outcome)
        self.assertEqual(
            Reason.of(OutcomeCode.ALLOCATIONS_UNKNOWN, name='hv1'),
            ends.outcome.reason,
        )

    def test_hold_is_not_left(self):
        """The hold of one that never opened is no guest's."""
        hold = {identity.hold_id(draining.CHOSEN): {'MEMORY_MB': 2**31 - 1}}
        look = draining.a_look(consumers={draining.CHOSEN: hold})

        self.assertTrue(
            draining.decide(look, draining.a_ledger(last=look)).outcome.ok
        )

    def test_not_everything(self):
        """What stays makes it fail, and says how many."""
        look = draining.a_look(builders.a_guest(status='RESCUE'))

        verdict = draining.decide(look, past_blocked=True)

        self.assertEqual(
            Outcome(
                ok=False,
                reason=Reason.of(
                    OutcomeCode.GUESTS_STAYED,
                    name='hv1',
                    stayed=1,
                    left_broken=0,
                    guests=1,
                ),
            ),
            verdict.outcome,
        )

    def test_goes_on_beside_what_stays(self):
        """One that cannot be moved does not keep the others."""
        look = draining.a_look(
            builders.a_guest('g2', status='RESCUE'), draining.GUEST
        )

        verdict = draining.decide(look, past_blocked=True)

        self.assertIsNone(verdict.outcome)
        self.assertEqual(draining.GUEST.id, verdict.steps[0].server_id)

    def test_stops_at_what_is_in_the_way(self):
        """Nothing moves, on no host, and what is in the way is told."""
        suspended = builders.a_guest('g2', status='SUSPENDED')

        verdict = draining.decide(draining.a_look(suspended, draining.GUEST))

        self.assertEqual((), verdict.steps)
        self.assertEqual(
            Reason.of(OutcomeCode.IN_THE_WAY, in_the_way=1, guests=2),
            verdict.outcome.reason,
        )
        self.assertEqual(
            {'g2': 'stayed', 'g1': 'planned'}, draining.states(verdict)
        )
        self.assertEqual(GuestCode.SUSPENDED, verdict.moves[0].reason.code)

    def test_left_as_asked(self):
        """What may stay does not count."""
        suspended = builders.a_guest('g2', status='SUSPENDED')
        look = draining.a_look(
            suspended, consumers={draining.CHOSEN: {suspended.id: {}}}
        )

        verdict = draining.decide(
            look, draining.a_ledger(last=look), suspended=Suspended.LEAVE
        )

        self.assertTrue(verdict.outcome.ok)
        self.assertEqual(
            Reason.of(OutcomeCode.LEFT_AS_ASKED, guests=1),
            verdict.outcome.reason,
        )

    def test_dry_run(self):
        """The plan closes nothing and moves nothing."""
        look = draining.a_look(
            draining.GUEST, services=(builders.a_service(),)
        )

        verdict = draining.decide(look, dry_run=True)

        self.assertEqual((), verdict.steps)
        self.assertTrue(verdict.outcome.ok)
        (move,) = verdict.moves
        self.assertEqual(
            ('live', 'planned'), (move.treatment.method, move.state)
        )
        self.assertEqual(Phase.ENABLED, verdict.status.phase)
        self.assertEqual(
            Reason.of(
                StatusCode.GUESTS_PLANNED, leaving=1, stayed=0, guests=1
            ),
            verdict.status.reason,
        )

    def test_expected(self):
        """A plan says how many hosts have room, of those it may go to."""
        need = builders.a_need(MEMORY_MB=512)
        hosts = ('hv1', 'a', 'b')
        look = draining.a_look(
            draining.GUEST,
            services=(
                draining.CLOSED,
                builders.a_service('a'),
                builders.a_service('b'),
            ),
            compute_nodes=tuple(map(builders.a_compute_node, hosts)),
            consumers={
                draining.CHOSEN: {draining.GUEST.id: {'MEMORY_MB': 512}}
            },
            room={
                need: tuple(
                    builders.a_candidate(builders.a_compute_id(host), need)
                    for host in hosts
                )
            },
        )
        for destination, number in ((None, 2), ('a', 1)):
            verdict = draining.decide(
                look, dry_run=True, destination=destination
            )

            self.assertEqual(
                (Reason.of(GuestCode.HOSTS_WITH_ROOM, hosts=number),),
                verdict.moves[0].notes,
            )


class TestNoWait(unittest.TestCase):
    """What ``--no-wait`` ends with."""

    def test_no_wait(self):
        """What can be begun is begun, and that is all."""
        guests = [builders.a_guest(f'g{n}') for n in range(6)]
        look = draining.a_later_look(*guests)

        first = draining.decide(look, wait=False)
        then = draining.decide(look, draining.under_way(look), wait=False)

        self.assertIsNone(first.outcome)
        self.assertTrue(then.outcome.ok)
        self.assertEqual(
            Reason.of(OutcomeCode.UNDER_WAY, moving=4, guests=6, stayed=0),
            then.outcome.reason,
        )

    def test_no_wait_with_what_stays(self):
        """It is no success when some guests will not go."""
        look = draining.a_look(
            draining.GUEST, builders.a_guest('g2', status='RESCUE')
        )

        ledger = draining.under_way(look, wait=False, past_blocked=True)
        then = draining.decide(look, ledger, wait=False, past_blocked=True)

        self.assertFalse(then.outcome.ok)
        self.assertEqual(1, then.outcome.reason.facts['stayed'])
