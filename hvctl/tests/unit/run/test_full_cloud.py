# SPDX-License-Identifier: Apache-2.0
"""Tests of drain on a cloud that has no room for the guests."""

from __future__ import annotations

import collections

from hvctl.model.guest_codes import GuestCode
from hvctl.model.snapshot import WholeLook
from hvctl.model.steps import AskWhy, LiveMigrate
from hvctl.tests.simulation import fates
from hvctl.tests.unit.run import simulated


class TestDrain(simulated.TestCase):
    """A whole drain."""

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')
        self.cloud.moves_take(2)

    def test_full_cloud(self):
        """Of thirty guests some are tried, and it ends in time."""
        for fate in (fates.NOWHERE, fates.FAILS):
            for retries in (0, 3):
                with self.subTest(fate=fate, retries=retries):
                    self.start()
                    self.setUp()
                    for number in range(30):
                        guest = self.cloud.add_guest(f'g{number}', 'hv1')
                        self.cloud.world.fates[guest.id] = fate

                    result = self.drain('hv1', retries=retries)

                    sent = collections.Counter(map(type, self.cloud.asked))
                    self.assertLessEqual(sent[LiveMigrate], 12)
                    self.assertLessEqual(sent[AskWhy], 12)
                    self.assertLess(self.clock.seconds, 600)
                    codes = collections.Counter(
                        move.reason.code
                        for move in result.ledger.moves.values()
                    )
                    self.assertGreater(codes[GuestCode.CLOUD_FULL], 15)
                    self.assertFalse(result.ok)

    def test_looks(self):
        """While nobody is sent, a look reads what is on the host only."""
        for number in range(7):
            guest = self.cloud.add_guest(f'g{number}', 'hv1')
            self.cloud.world.fates[guest.id] = fates.NOWHERE

        self.drain('hv1', retries=1)

        whole = [s for s in self.cloud.scopes if isinstance(s, WholeLook)]
        sent = [s for s in self.cloud.asked if isinstance(s, LiveMigrate)]
        self.assertGreater(self.clock.seconds, 300)
        # Each that is sent follows a whole look; so do every ten others.
        most = len(sent) + len(self.cloud.scopes) / 10 + 8
        self.assertLess(len(whole), most)

    def test_room_comes(self):
        """When one has found a host, the others go as fast as before."""
        for number in range(12):
            guest = self.cloud.add_guest(f'g{number}', 'hv1')
            self.cloud.world.fates[guest.id] = fates.NOWHERE

        def make_room():
            if self.clock.seconds > 20:
                self.cloud.world.fates.clear()

        self.clock.on_wait = make_room

        result = self.drain('hv1', retries=3)

        self.assertTrue(result.ok, self.message(result))
        self.assertLess(self.clock.seconds, 120)

    def test_last_one(self):
        """The last guest is not tried again at once."""
        guest = self.cloud.add_guest('g', 'hv1')
        self.cloud.world.fates[guest.id] = fates.FAILS

        result = self.drain('hv1', retries=2)

        self.assertFalse(result.ok)
        sent = [s for s in self.cloud.asked if isinstance(s, LiveMigrate)]
        self.assertEqual(3, len(sent))
        self.assertGreater(self.clock.seconds, 2 * 15)
