# SPDX-License-Identifier: Apache-2.0
"""Tests of guests that are copied for too long."""

from __future__ import annotations

import dataclasses
import datetime
import typing
import unittest

from hvctl.model.guest_codes import GuestCode
from hvctl.model.records import Shape
from hvctl.model.steps import ForceComplete
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining


class TestTime(unittest.TestCase):
    """Guests that are copied for longer than their size explains."""

    def look(self, seconds, gib=2, timeout=None, state='up', **options):
        """A look at a guest that has been copied for so long."""
        look = draining.a_look(
            draining.GUEST,
            migrations={'hv1': (builders.a_migration('g1'),)},
            services=(dataclasses.replace(draining.CLOSED, state=state),),
        )
        ledger = draining.under_way(draining.a_look(draining.GUEST))
        since = clocks.START - datetime.timedelta(seconds=seconds)
        if timeout is not None:
            ledger.ends_at = clocks.START + datetime.timedelta(seconds=timeout)
        for server_id, move in ledger.moves.items():
            ledger.moves[server_id] = dataclasses.replace(
                move.but(copied_since=since),
                guest=dataclasses.replace(
                    move.guest, shape=Shape(1, gib * 1024, 1)
                ),
            )
        return draining.decide(look, ledger, **options)

    def test_waits(self):
        """Five minutes, and one for each GiB."""
        (move,) = self.look(479).moves

        self.assertEqual('moving', move.state)
        self.assertEqual(GuestCode.UNDER_WAY, draining.code(move.reason))

    def test_reported(self):
        """Then it is said what may help, as long as Nova tells news."""
        verdict = self.look(481)

        self.assertEqual((), verdict.steps)
        (move,) = verdict.moves
        self.assertEqual('moving', move.state)
        self.assertEqual(GuestCode.COPIED_LONG, move.reason.code)

    def test_forced(self):
        """Or it is halted, when that is wanted."""
        verdict = self.look(481, force_complete=True)

        (step,) = verdict.steps
        self.assertIsInstance(step, ForceComplete)
        self.assertEqual('moving', verdict.moves[0].state)

    def test_host_is_down(self):
        """Nobody is there to halt it, and that is what is said."""
        verdict = self.look(481, state='down', force_complete=True)

        self.assertEqual((), verdict.steps)
        self.assertEqual(
            GuestCode.HOST_DOWN, draining.code(verdict.moves[0].reason)
        )

    def test_within_the_timeout(self):
        """A large guest is halted while that can still help."""
        for gib, timeout, seconds, halted in (
            # What is copied has begun so long before the drain here.
            (512, 3600, 3599, False),
            (512, 3600, 3601, True),
            (55, 3600, 3601, True),
            (512, None, 3601, False),
            (512, 36000, 30000, False),
            (2, 3600, 479, False),
            (2, 3600, 481, True),
            (2, 400, 399, False),
            (2, 400, 401, True),
        ):
            with self.subTest(gib=gib, timeout=timeout, seconds=seconds):
                verdict = self.look(seconds, gib, timeout, force_complete=True)

                self.assertEqual(halted, bool(verdict.steps))


class TestForce(draining.Story):
    """Halting a guest that is copied for too long."""

    options: typing.ClassVar[dict] = {'force_complete': True}

    def record(self, status='running'):
        """A record that Nova writes to all the time."""
        at = clocks.START + datetime.timedelta(seconds=self.seconds)
        return draining.live(status, updated_at=at)

    def test_only_once_and_bounded(self):
        """It is halted once; a limit later it is given up."""
        self.see(draining.GUEST)
        self.see(draining.MIGRATING, records=(self.record(),))
        self.see(draining.MIGRATING, records=(self.record(),), after=300)
        self.assertEqual(['LiveMigrate', 'ForceComplete'], self.sent)

        before = self.see(
            draining.MIGRATING, records=(self.record(),), after=299
        )
        move = self.see(draining.MIGRATING, records=(self.record(),), after=1)

        self.assertEqual('moving', before.state)
        self.assert_move('failed', GuestCode.HALTED_IN_VAIN, move, seconds=300)
        self.assertEqual(['LiveMigrate', 'ForceComplete'], self.sent)

    def test_only_when_it_runs(self):
        """Nova would refuse it before."""
        self.see(draining.GUEST)
        for _ in range(3):
            self.see(
                draining.MIGRATING,
                records=(self.record('preparing'),),
                after=200,
            )

        self.assertEqual(['LiveMigrate'], self.sent)

    def test_refused(self):
        """Nova does not halt a paused guest, and may refuse another."""
        paused = dataclasses.replace(draining.GUEST, status='PAUSED')
        forced = ['LiveMigrate', 'ForceComplete']
        for guest, sent, code in (
            (paused, ['LiveMigrate'], GuestCode.COPIED_LONG_PAUSED),
            (draining.GUEST, forced, GuestCode.NOT_HALTED),
        ):
            with self.subTest(code=code):
                self.setUp()
                self.unchanged = {ForceComplete}
                self.see(guest)
                for after in (1, 300, 300, 300):
                    move = self.see(
                        draining.MIGRATING,
                        records=(self.record(),),
                        after=after,
                    )

                self.assertEqual(sent, self.sent)
                self.assert_move('moving', code, move)

    def test_not_of_others(self):
        """What another operator has begun is theirs."""
        for seconds in (1, 300, 300):
            move = self.see(
                draining.MIGRATING,
                records=(dataclasses.replace(self.record(), user_id='joe'),),
                after=seconds,
            )

        self.assertEqual([], self.sent)
        self.assertEqual('moving', move.state)
