# SPDX-License-Identifier: Apache-2.0
"""Tests of holds that are lost before the hypervisor is proven good."""

from __future__ import annotations

from collections.abc import Callable
import contextlib

from hvctl.model import identity
from hvctl.model.codes import OutcomeCode
from hvctl.model.hypervisor import Phase
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import failures
from hvctl.tests.fixtures import placement
from hvctl.tests.unit.run import opening

CHOSEN = builders.a_compute_id()
HOLD = identity.hold_id(CHOSEN)

#: A moment in each phase, in seconds after the server was requested.
MOMENTS = (5, 25, 41, 43, 46, 51, 53, 58)


class TestHoldLost(opening.TestCase):
    """Whatever becomes of the hold, nothing unproven is called done."""

    def prepare(self):
        """Begin with a host that takes a while to be tried out."""
        super().prepare()
        self.cloud.test_guests.seconds = 10
        # In the first period after the refresh.
        self.cloud.machines.refresh_seconds = 350

    @property
    def provider(self):
        """That of hv1."""
        return self.cloud.providers[CHOSEN]

    def at(self, moment: float, change: Callable[[], None]) -> None:
        """Let something happen at a moment after the server was requested."""
        done: list[bool] = []

        def look() -> None:
            made = [
                machine.made for machine in self.cloud.machines.all.values()
            ]
            if made and self.clock.seconds >= made[0] + moment and not done:
                done.append(True)
                change()

        self.clock.on_wait = look

    def audit(self) -> None:
        """Do as ``nova-manage placement audit --delete`` does."""
        self.provider.used.pop(HOLD, None)

    def shrink(self) -> None:
        """Give the hold another amount."""
        self.provider.used[HOLD] = 1

    def anew(self) -> None:
        """Delete the provider; nova-compute makes it anew in its time."""
        del self.cloud.providers[CHOSEN]

    def overwrite(self) -> None:
        """Write an inventory that is larger than what the hold takes."""
        self.provider.total = 2 * 2**31
        self.provider.reported = True

    def assert_proven(self, result) -> None:
        """It was closed, has gone through everything, and is open."""
        self.assertTrue(result.ok, self.message(result))
        kinds = self.kinds()
        for needed in ('JoinAggregate', 'DeleteTestGuest', 'NoteTimes'):
            self.assertIn(needed, kinds)
        self.assertLess(kinds.index('NoteTimes'), kinds.index('LiftHold'))
        (server,) = self.cloud.ours('hv1')
        self.assertIn(identity.ENABLED_KEY, server.metadata)
        self.assertIn(CHOSEN, self.cloud.aggregates.members[self.uuid])
        self.assert_open()

    def test_lost_in_each_phase(self):
        """It is closed and held again, and goes through the rest."""
        for lose in (self.audit, self.shrink, self.anew):
            for moment in MOMENTS:
                with self.subTest(lose=lose.__name__, moment=moment):
                    self.start()
                    self.prepare()
                    self.at(moment, lose)

                    result = self.open()

                    self.assert_proven(result)
                    self.assertIn('RestoreHold', self.kinds(changed=False))

    def test_closed_at_once(self):
        """No guest lands once the next look has seen it."""
        for moment in MOMENTS:
            with self.subTest(moment=moment):
                self.start()
                self.prepare()
                lost: list[float] = []

                def lose(lost=lost):
                    self.audit()
                    lost.append(self.clock.seconds)

                self.at(moment, lose)
                when: list[float] = []
                tenant = self.cloud._tenant

                def watch(tenant=tenant, when=when):
                    before = len(self.cloud.landed)
                    tenant()
                    if len(self.cloud.landed) > before:
                        when.append(self.clock.seconds)

                self.cloud._tenant = watch
                result = self.open()

                end = self.clock.seconds
                self.assertTrue(result.ok, self.message(result))
                # Until the look, or after it was opened.
                late = [at for at in when if lost[0] + 6 < at < end - 4]
                self.assertEqual([], late)

    def test_ratio_is_kept(self):
        """nova-compute keeps the ratio that came with the hold."""
        self.prepare()
        self.at(46, self.audit)

        result = self.open(ram_ratio=1.5)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(1.5, self.provider.ratio)
        self.assertEqual(placement.REAL, self.provider.total)

    def test_guests_that_landed(self):
        """It says so when guests were faster."""
        self.prepare()

        def lose():
            self.audit()
            self.cloud.add_guest('g1', 'hv1')

        self.at(53, lose)

        result = self.open()

        self.assertTrue(result.ok)
        self.assertEqual(OutcomeCode.HOLD_WAS_LOST, self.code(result))
        self.assertIn('1 guest had landed', self.message(result))
        self.assertIn('--host hv1', self.message(result))

    def test_full_of_guests(self):
        """Guests that take all of it are not taken for the hold."""
        self.prepare()

        def lose():
            self.audit()
            self.cloud.add_guest('g1', 'hv1')
            self.provider.used[builders.an_id('server g1')] = placement.REAL

        self.at(58, lose)

        result = self.open()

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(OutcomeCode.HOLD_WAS_LOST, self.code(result))

    def test_too_small(self):
        """With a huge ratio its service closes it, and it cannot be tried."""
        for lose in ('ratio', 'overwritten'):
            with self.subTest(lose=lose):
                self.start()
                self.prepare()
                if lose == 'ratio':
                    self.cloud.machines.ram_ratio = 99999.0
                else:
                    self.at(46, self.overwrite)

                result = self.open()

                self.assertFalse(result.ok)
                self.assertEqual(OutcomeCode.HOLD_TOO_SMALL, self.code(result))
                service = self.cloud.service_of('hv1')
                self.assertEqual(
                    identity.REASON_CREATE, service.disabled_reason
                )
                self.assertNotIn('NoteTimes', self.kinds())

    def test_too_small_and_not_tried(self):
        """Without a health test it is enabled as the last step."""
        self.prepare()
        self.cloud.machines.ram_ratio = 99999.0

        result = self.open(health_test=None)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(
            ['JoinAggregate', 'NoteTimes', 'LiftHold', 'EnableService'],
            self.kinds()[-4:],
        )
        self.assert_open()

    def test_notes_are_gone(self):
        """What is open and has no notes is closed, and proven anew."""
        self.prepare()
        self.open()
        (server,) = self.cloud.ours('hv1')
        metadata = dict(server.metadata)
        del metadata[identity.ENABLED_KEY]
        self.cloud.change_server(server.id, metadata=metadata)
        self.cloud.changes.clear()

        result = self.open(life=2)

        self.assertTrue(result.ok, self.message(result))
        kinds = self.kinds()
        self.assertEqual(['DisableService', 'RestoreHold'], kinds[:2])
        self.assertIn('DeleteTestGuest', kinds)
        self.assert_open()

    def test_killed(self):
        """Killed anywhere while the hold is lost, it ends open and proven."""
        for lives in range(5, 15):
            with self.subTest(lives=lives):
                self.start()
                self.prepare()
                self.at(46, self.audit)
                self.cloud.lives = lives
                with contextlib.suppress(failures.Killed):
                    self.open()
                self.cloud.lives = None

                result = self.open(life=2)

                self.assert_proven(result)
                self.assertEqual([], self.trying())

    def test_fails_later(self):
        """What fails afterwards leaves it closed."""
        self.prepare()
        del self.cloud.machines.stages['agents']
        self.at(46, self.audit)

        result = self.open()

        self.assertFalse(result.ok)
        self.assertEqual(Phase.NO_AGENT, result.verdicts['hv1'].status.phase)
        self.assertFalse(self.provider.room)
