# SPDX-License-Identifier: Apache-2.0
"""Tests of when a drain sends its guests, on the simulated cloud."""

from __future__ import annotations

import collections

from hvctl.model.guest_codes import GuestCode
from hvctl.tests.fixtures import draining
from hvctl.tests.simulation import fates
from hvctl.tests.unit.run import simulated


class TestSending(simulated.TestCase):
    """One after the other, or no more."""

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')

    def test_slow_first(self):
        """The others do not wait as long as the first one took."""
        self.cloud.moves_take(60)
        for number in range(21):
            self.cloud.add_guest(f'g{number}', 'hv1')

        def hurry():
            records = self.cloud.migrations()
            if any(record.status == 'completed' for record in records):
                self.cloud.moves_take(3)

        self.clock.on_wait = hurry
        began = self.clock.seconds

        self.assertTrue(self.drain('hv1', parallel=1).ok)

        self.assertLess(self.clock.seconds - began, 60 + 20 * (3 + 3))

    def test_way_that_is_shut_since(self):
        """A way that was open before breaks no more than some guests."""
        for most in (1, 4):
            with self.subTest(most=most):
                self.start()
                self.cloud.has_hypervisor('hv1')
                self.cloud.have_left('hv1')
                for number in range(12):
                    guest = self.cloud.add_guest(f'g{number}', 'hv1')
                    self.cloud.world.fates[guest.id] = fates.BREAKS

                result = self.drain('hv1', parallel=most)

                self.assertFalse(result.ok)
                self.assertEqual(4, self.kinds().count('LiveMigrate'))
                self.assertEqual(
                    {GuestCode.BROKE_HERE: 4, GuestCode.NOT_SENT: 8},
                    collections.Counter(
                        draining.code(move.reason)
                        for move in result.ledger.moves.values()
                    ),
                )
