# SPDX-License-Identifier: Apache-2.0
"""Tests of drains whose looks lack records, as when a cell is late."""

from __future__ import annotations

import collections

from hypothesis import strategies as st

from hvctl.model.drain_options import Suspended
from hvctl.model.guest_codes import GuestCode
from hvctl.model.migration import FINAL_STATUSES
from hvctl.model.steps import AskWhere
from hvctl.tests.fixtures import failures
from hvctl.tests.fixtures import properties
from hvctl.tests.fixtures.failures import Cut
from hvctl.tests.simulation import stepping
from hvctl.tests.unit.run import simulated

#: How many guests may be under way.
MOST = 2

GUESTS = st.lists(
    st.sampled_from(['ACTIVE', 'ACTIVE', 'SHUTOFF', 'SHUTOFF', 'SUSPENDED']),
    min_size=3,
    max_size=6,
)
#: What looks one after the other lack; most of them are whole.
CUTS = st.lists(
    st.one_of(
        st.just(frozenset()),
        st.frozensets(st.sampled_from(Cut), min_size=1, max_size=4),
    ),
    min_size=4,
    max_size=40,
)


class Forgetful(failures.Forgetfulness, stepping.Unreliable):
    """The simulated cloud, whose looks lack something."""


class TestIncomplete(simulated.TestCase):
    """One look that lacks something ends nothing, and loses nobody."""

    kind = Forgetful

    def begin(self, *statuses, seconds=5):
        """Let there be a hypervisor with guests."""
        self.start()
        self.cloud.has_hypervisor('hv1')
        self.cloud.moves_take(seconds)
        for number, status in enumerate(statuses):
            self.cloud.add_guest(f'g{number}', 'hv1', status=status)

    def drain_all(self, parallel=MOST):
        """Drain it, of suspended guests too."""
        return self.drain('hv1', parallel=parallel, suspended=Suspended.SHELVE)

    def assert_all_gone(self, result, statuses):
        """Every guest is away and reported so, and nothing is open."""
        self.assertTrue(result.ok, self.message(result))
        found = collections.Counter(
            move.state for move in result.ledger.moves.values()
        )
        shelved = statuses.count('SUSPENDED')
        self.assertEqual(
            {'moved': len(statuses) - shelved, 'shelved': shelved},
            {'moved': 0, 'shelved': 0} | found,
        )
        self.assertEqual(
            set(),
            {m.status for m in self.cloud.migrations()} - FINAL_STATUSES,
        )
        self.assertEqual([], self.users())

    @properties.reaching(
        GUESTS, CUTS, st.sampled_from([2, 9]), branches=('cut',), examples=20
    )
    def test_whatever_is_cut(self, reached, statuses, cuts, seconds):
        """Every guest is moved, once, and never are too many under way."""
        self.begin(*statuses, seconds=seconds)
        # The first look finds the names, and fails where it cannot.
        self.cloud.cuts = [frozenset(), *cuts]

        result = self.drain_all()

        if any(cuts):
            reached('cut')
        self.assert_all_gone(result, statuses)
        self.assertLessEqual(self.cloud.most, MOST)
        self.assertEqual(
            {1},
            set(
                collections.Counter(
                    m.server_id for m in self.cloud.migrations()
                ).values()
            )
            or {1},
        )

    def test_in_the_middle(self):
        """Whatever one look, or three, lack while guests are under way."""
        for cut in Cut:
            for looks in (1, 3):
                with self.subTest(cut=cut, looks=looks):
                    statuses = ['ACTIVE'] * 4 + ['SHUTOFF'] * 2
                    self.begin(*statuses, seconds=40)
                    began = self.clock.seconds

                    def spoil(cut=cut, looks=looks, began=began):
                        if 50 < self.clock.seconds - began < 80:
                            self.cloud.cuts = [frozenset({cut})] * looks
                            self.clock.on_wait = lambda: None

                    self.clock.on_wait = spoil

                    result = self.drain_all(parallel=3)

                    self.assert_all_gone(result, statuses)
                    self.assertEqual(3, self.cloud.most)

    def test_no_storm(self):
        """When all guests are missing once, Nova is not asked for each."""
        self.begin(*['ACTIVE'] * 12)

        def spoil():
            if self.clock.seconds - began > 10:
                self.cloud.cuts = [frozenset({Cut.GUESTS})]
                self.clock.on_wait = lambda: None

        began = self.clock.seconds
        self.clock.on_wait = spoil

        result = self.drain_all()

        self.assertTrue(result.ok)
        asked = [s for s in self.cloud.asked if isinstance(s, AskWhere)]
        # Once for each live migration that is over.
        self.assertLessEqual(len(asked), 13)
        self.assertEqual(
            {None}, {move.reason for move in result.ledger.moves.values()}
        )

    def test_silent_for_long(self):
        """A cell that stays silent ends it, when nothing is under way."""
        self.begin('ACTIVE')
        self.cloud.cuts = [frozenset()] * 2
        self.cloud.cuts += [frozenset({Cut.STATUS})] * 500

        result = self.drain_all()

        self.assertFalse(result.ok)
        self.assertIn('does not answer', self.message(result))
        self.assertLess(self.clock.seconds, 300)

    def test_silent_while_guests_move(self):
        """They are followed when it answers again, however late."""
        for cuts, seconds in (
            ({Cut.STATUS}, 100),
            ({Cut.STATUS, Cut.GUESTS, Cut.MIGRATIONS}, 1000),
        ):
            with self.subTest(cuts=cuts):
                statuses = ['ACTIVE', 'SHUTOFF', 'SUSPENDED']
                self.begin(*statuses, seconds=20)
                self.cloud.cuts = [frozenset()] * 3
                self.cloud.cuts += [frozenset(cuts)] * 250

                result = self.drain_all(parallel=4)

                self.assertGreater(self.clock.seconds, seconds)
                self.assert_all_gone(result, statuses)

    def test_lost_for_long(self):
        """A record that is never told of again is given up in the end."""
        self.begin('ACTIVE', seconds=5000)
        self.cloud.cuts = [frozenset()] * 8
        self.cloud.cuts += [frozenset({Cut.MIGRATIONS})] * 2000

        result = self.drain_all()

        self.assertFalse(result.ok)
        (move,) = result.ledger.moves.values()
        self.assertEqual(GuestCode.NO_RECORD, move.reason.code)
