# SPDX-License-Identifier: Apache-2.0
"""Tests of health tests whose guest is moved to another host and back."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools

from hvctl.decide import health_test
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode
from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.steps import ConfirmMigration
from hvctl.tests.fixtures import failures
from hvctl.tests.simulation import clock
from hvctl.tests.simulation import fates
from hvctl.tests.unit.run import opening

BOTH = dataclasses.replace(opening.TEST, move=(Method.LIVE, Method.COLD))
#: So that the time of a run beside it does not count.
PATIENT = dataclasses.replace(BOTH, timeout=600)


class TestMoves(opening.TestCase):
    """Creates with a test guest that is moved."""

    def setUp(self):
        """Let there be another host that takes one test guest."""
        super().setUp()
        self.begin()

    def begin(self):
        """Begin anew, with that other host."""
        self.start()
        self.prepare()
        self.cloud.take_test_guests(self.cloud.other, 1)
        self.cloud.moves_take(1)

    def moved(self):
        """How and where to the test guest was sent, in order."""
        return [
            (
                type(step).__name__,
                'other'
                if step.destination == self.cloud.other
                else step.destination,
            )
            for step in self.cloud.changes
            if type(step).__name__ in ('LiveMigrate', 'ColdMigrate')
        ]

    def test_both(self):
        """It goes there and back by each method, and only then is opened."""
        result = self.open(health_test=BOTH)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(OutcomeCode.DONE, self.code(result))
        self.assertEqual(
            [
                ('LiveMigrate', 'other'),
                ('LiveMigrate', 'hv1'),
                ('ColdMigrate', 'other'),
                ('ColdMigrate', 'hv1'),
            ],
            self.moved(),
        )
        self.assertEqual(2, self.kinds().count('ConfirmMigration'))
        self.assertEqual('LiftHold', self.kinds()[-1])
        self.assertEqual([], self.trying())
        self.assert_open()

    def test_nobody_gets_in(self):
        """No tenant lands on the host while its guest is on another."""
        during = []
        self.clock.on_wait = lambda: (
            during.extend(self.cloud.landed) if self.trying() else None
        )

        self.assertTrue(self.open(health_test=BOTH).ok)

        self.assertEqual([], during)

    def test_no_other_host(self):
        """The first hypervisor of a cloud is opened, and that is said."""
        self.start()
        self.prepare()

        result = self.open(health_test=BOTH)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(OutcomeCode.TEST_NOT_MOVED, self.code(result))
        self.assertEqual([], self.moved())
        self.assertEqual([], self.trying())
        self.assert_open()

    def test_only_closed_ones(self):
        """Hosts that are closed, down, held or of another zone take none."""
        for changes in (
            {'disabled': True},
            {'silent_since': clock.START},
            {'zone': 'elsewhere'},
        ):
            with self.subTest(changes=changes):
                self.begin()
                other = self.cloud.other
                if 'zone' in changes:
                    self.cloud.add_aggregate(
                        'z', other, availability_zone='elsewhere'
                    )
                else:
                    self.cloud.change_service(other, **changes)

                result = self.open(health_test=BOTH)

                self.assertEqual(OutcomeCode.TEST_NOT_MOVED, self.code(result))

    def test_several(self):
        """Hypervisors of one create take turns on the other host."""
        result = self.open('hv1', 'hv2', 'hv3', health_test=BOTH)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(
            {OutcomeCode.DONE},
            {self.code(result, name) for name in result.verdicts},
        )
        self.assertGreaterEqual(len(self.moved()), 12)
        self.assertEqual([], self.trying())

    def test_no_visits_to_each_other(self):
        """Hosts that are themselves tried out take no test guests."""
        self.cloud.change_service(self.cloud.other, disabled=True)
        self.cloud.has_hypervisor('hv3')
        self.cloud.take_test_guests('hv3', 1)
        self.clock.on_wait = lambda: self.assertEqual(
            set(),
            {
                (guest.metadata[identity.TEST_KEY], guest.host)
                for guest in self.trying()
                if guest.host in ('hv1', 'hv2')
            }
            & {('hv1', 'hv2'), ('hv2', 'hv1')},
        )

        result = self.open('hv1', 'hv2', health_test=BOTH)

        self.assertTrue(result.ok, self.message(result))
        places = {place for _, place in self.moved()}
        self.assertEqual({'hv1', 'hv2', 'hv3'}, places)
        self.assertEqual(
            {OutcomeCode.DONE},
            {self.code(result, name) for name in result.verdicts},
        )

    def test_two_creates(self):
        """What another create does with its own guest does no harm."""
        for seconds in range(0, 27, 9):
            with self.subTest(seconds=seconds):
                self.begin()
                # The first one stands still while the other one runs.
                self.cloud.take_test_guests(self.cloud.other, 2)
                rival = self.run_beside(seconds)

                result = self.open('hv1', health_test=PATIENT)

                self.assertTrue(result.ok, self.message(result))
                self.assertTrue(rival[0].ok)
                self.assertEqual([], self.trying())

    def run_beside(self, seconds):
        """Let another create of hv2 run at once, when so much has passed."""
        results = []

        def begin():
            if self.clock.seconds >= seconds and not results:
                self.clock.on_wait = lambda: None
                results.append(None)
                results[0] = self.open('hv2', health_test=BOTH)

        self.clock.on_wait = begin
        return results

    def test_drained_meanwhile(self):
        """A guest whose other host is drained comes back from the next."""
        for kind in ('live-migration', 'migration'):
            with self.subTest(kind=kind):
                self.begin()
                self.cloud.has_hypervisor('hv3')
                self.cloud.change_service('hv3', disabled=True)
                self.cloud.take_test_guests('hv3', 1)
                drained = []

                def drain(kind=kind, drained=drained):
                    for guest in self.trying():
                        if (
                            not drained
                            and guest.host == self.cloud.other
                            and guest.vm_state == 'active'
                            and guest.task_state is None
                        ):
                            drained.append(guest.id)
                            self.cloud.move(guest, kind, 'hv3')

                self.clock.on_wait = drain

                result = self.open(health_test=BOTH)

                self.assertTrue(result.ok, self.message(result))
                self.assertEqual(1, len(drained))
                self.assertEqual(4, len(self.moved()))
                self.assertEqual([], self.trying())
                self.assert_open()

    def test_fails(self):
        """A host from which the guest cannot leave stays closed."""
        for words, code in (
            ('Host key verification failed.', GuestCode.NO_WAY),
            ('Unexpected API Error.', GuestCode.NOVA_SAYS),
            (None, GuestCode.NO_WORDS),
        ):
            with self.subTest(words=words):
                self.begin()
                self.fail_moves(words)

                result = self.open(health_test=BOTH)

                self.assertFalse(result.ok)
                reason = result.verdicts['hv1'].outcome.reason
                self.assertEqual(OutcomeCode.TEST_MOVE_FAILED, reason.code)
                self.assertEqual(code, reason.facts['why'].code)
                self.assertEqual('hv1', reason.facts['source'])
                self.assertEqual([], self.trying())
                self.assertEqual([], self.cloud.landed)

    def fail_moves(self, words):
        """Let each move fail, and Nova say why, or not."""
        self.end_moves(fates.Fate(fates.End.FAILS, words))

    def end_moves(self, fate):
        """Let each move of a test guest end so."""

        def doom():
            for guest in self.cloud.test_guests():
                self.cloud.world.fates[guest.id] = fate

        self.clock.on_wait = doom

    def test_hangs(self):
        """A move that does not end has a limit."""
        self.end_moves(fates.HANGS)

        result = self.open(health_test=BOTH, timeout=1200)

        self.assertFalse(result.ok)
        reason = result.verdicts['hv1'].outcome.reason
        self.assertEqual(OutcomeCode.HEALTH_TEST_FAILED, reason.code)
        self.assertEqual(OutcomeCode.TEST_MOVE_LATE, reason.facts['why'].code)
        self.assertEqual([], self.trying())

    def test_refused(self):
        """A request that Nova refuses for good ends the test."""
        self.end_moves(fates.REFUSED)

        result = self.open(health_test=BOTH)

        self.assertFalse(result.ok)
        self.assertEqual(OutcomeCode.TEST_MOVE_FAILED, self.code(result))
        self.assertEqual([], self.trying())

    def test_killed(self):
        """Killed anywhere, it ends open, and nothing of the test is left."""
        for lives in range(5, 20, 2):
            with self.subTest(lives=lives):
                self.begin()
                self.cloud.lives = lives
                self.cloud.unanswered = lives % 4 == 1
                with contextlib.suppress(failures.Killed):
                    self.open(health_test=BOTH)
                self.cloud.lives = None

                result = self.open(life=2, health_test=BOTH)

                self.assertTrue(result.ok, self.message(result))
                self.assertEqual([], self.trying())
                guests = {
                    step.server_id
                    for step in self.cloud.changes
                    if isinstance(step, ConfirmMigration)
                }
                self.assertLessEqual(len(self.moved()), 4 * len(guests))
                self.assert_open()

    def test_ended_on_the_other_host(self):
        """What ends early removes the guest wherever it is."""
        for lives, verb in zip(
            range(8, 14), itertools.cycle(('end', 'delete')), strict=False
        ):
            with self.subTest(lives=lives, verb=verb):
                self.begin()
                self.cloud.lives = lives
                with contextlib.suppress(failures.Killed):
                    self.open(health_test=BOTH)
                self.cloud.lives = None

                result = (
                    self.delete('hv1')
                    if verb == 'delete'
                    else self.run_goal(health_test.EndTests(names=('hv1',)))
                )

                self.assertTrue(result.ok, self.message(result))
                self.assertEqual([], self.trying())
