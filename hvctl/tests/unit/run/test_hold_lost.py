# SPDX-License-Identifier: Apache-2.0
"""Tests of holds that are lost before the hypervisor is proven good."""

from __future__ import annotations

from collections.abc import Callable
import contextlib

from hvctl.cloud.act import hold
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode
from hvctl.model.hypervisor import Phase
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import failures
from hvctl.tests.simulation import records
from hvctl.tests.unit.run import opening

CHOSEN = builders.a_compute_id()
HOLD = identity.hold_id(CHOSEN)

#: How long machines take to come up, and a moment in each phase, in seconds
#: after the server was requested.
PACE = {
    'deployed': 2,
    'registered': 2,
    'inventory': 3.5,
    'mapped': 5,
    'agents': 6.5,
    'booted': 5,
}
MOMENTS = (1, 3.5, 5.3, 6.8, 8.3, 10, 13)
#: After the inventory, and with the test guest.
MAPPING, TRYING = MOMENTS[3], MOMENTS[6]


class TestHoldLost(opening.TestCase):
    """Whatever becomes of the hold, nothing unproven is called done."""

    def prepare(self):
        """Begin with a host that takes a while to be tried out."""
        super().prepare()
        self.cloud.pace(**PACE)

    def at(self, moment: float, change: Callable[[], None]) -> None:
        """Let something happen at a moment after the server was requested."""
        made: list[float] = []

        def look() -> None:
            if self.cloud.ours('hv1') and not made:
                made.append(self.clock.seconds)
            if made and self.clock.seconds >= made[0] + moment:
                self.clock.on_wait = lambda: None
                change()

        self.clock.on_wait = look

    def audit(self) -> None:
        """Do as ``nova-manage placement audit --delete`` does."""
        self.cloud.stock.release(HOLD)

    def shrink(self) -> None:
        """Give the hold another amount."""
        self.cloud.use(HOLD, CHOSEN, MEMORY_MB=1)

    def anew(self) -> None:
        """Delete the provider; nova-compute makes it anew in its time."""
        self.audit()
        self.cloud.stock.delete(CHOSEN)

    def overwrite(self) -> None:
        """Write an inventory that is larger than what the hold takes."""
        large = records.Inventory(
            hold.LARGEST, max_unit=hold.LARGEST, allocation_ratio=2.0
        )
        provider = self.provider()
        self.cloud.stock.set_inventories(
            provider, {**provider.inventories, 'MEMORY_MB': large}
        )

    def assert_proven(self, result) -> None:
        """It was closed, has gone through everything, and is open."""
        self.assertTrue(result.ok, self.message(result))
        kinds = self.kinds()
        for needed in ('JoinAggregate', 'DeleteTestGuest', 'NoteTimes'):
            self.assertIn(needed, kinds)
        self.assertLess(kinds.index('NoteTimes'), kinds.index('LiftHold'))
        (server,) = self.cloud.ours('hv1')
        self.assertIn(identity.ENABLED_KEY, server.metadata)
        self.assertIn(CHOSEN, self.cloud.members(self.aggregate))
        self.assert_open()

    def test_lost_in_each_phase(self):
        """It is closed and held again, and goes through the rest."""
        for lose in (self.audit, self.shrink, self.anew):
            # Later it loses its aggregates as well.
            for moment in MOMENTS[:4] if lose == self.anew else MOMENTS:
                with self.subTest(lose=lose.__name__, moment=moment):
                    self.start()
                    self.prepare()
                    self.at(moment, lose)

                    result = self.open()

                    self.assert_proven(result)
                    self.assertIn('RestoreHold', self.kinds(changed=False))

    def test_made_anew_without_its_aggregates(self):
        """Placement forgets them with it, and Nova is to be told so."""
        self.prepare()

        def lose():
            if 'JoinAggregate' in self.kinds():
                self.clock.on_wait = lambda: None
                self.anew()

        self.clock.on_wait = lose

        result = self.open()

        self.assertFalse(result.ok)
        self.assertIn('sync_aggregates', self.message(result))
        self.cloud.sync_aggregates()
        self.assert_proven(self.open(life=2))

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
                tenant = self.cloud._try_to_boot

                def watch(tenant=tenant, when=when):
                    before = len(self.cloud.landed)
                    tenant()
                    if len(self.cloud.landed) > before:
                        when.append(self.clock.seconds)

                self.cloud._try_to_boot = watch
                result = self.open()

                end = self.clock.seconds
                self.assertTrue(result.ok, self.message(result))
                # Until the look, or after it was opened.
                late = [at for at in when if lost[0] + 6 < at < end - 4]
                self.assertEqual([], late)

    def test_ratio_is_kept(self):
        """nova-compute keeps the ratio that came with the hold."""
        self.prepare()
        self.at(MAPPING, self.audit)

        result = self.open(ram_ratio=1.5)

        self.assertTrue(result.ok, self.message(result))
        memory = self.provider().inventories['MEMORY_MB']
        self.assertEqual(1.5, memory.allocation_ratio)
        self.assertEqual(262144, memory.total)

    def test_guests_that_landed(self):
        """It says so when guests were faster."""
        self.prepare()

        def lose():
            self.audit()
            self.cloud.add_guest('g1', 'hv1')

        self.at(TRYING, lose)

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
            guest = self.cloud.add_guest('g1', 'hv1')
            memory = self.provider().inventories['MEMORY_MB']
            self.cloud.use(guest.id, CHOSEN, MEMORY_MB=int(memory.capacity))

        self.at(TRYING, lose)

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
                    self.cloud.world.ram_ratio = 99999.0
                else:
                    self.at(MAPPING, self.overwrite)

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
        self.cloud.world.ram_ratio = 99999.0

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
        for lives in range(5, 15, 2):
            with self.subTest(lives=lives):
                self.start()
                self.prepare()
                self.at(MAPPING, self.audit)
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
        self.cloud.never('agents')
        self.at(MAPPING, self.audit)

        result = self.open()

        self.assertFalse(result.ok)
        self.assertEqual(Phase.NO_AGENT, result.verdicts['hv1'].status.phase)
        used = self.cloud.stock.used(self.provider())
        self.assertGreater(used['MEMORY_MB'], 262144)
