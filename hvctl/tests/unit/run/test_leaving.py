# SPDX-License-Identifier: Apache-2.0
"""Tests of drains beside guests whose end Nova has saved already."""

from __future__ import annotations

from hvctl.model import drain_options
from hvctl.model.guest_codes import GuestCode
from hvctl.tests.unit.run import simulated


class TestLeaving(simulated.TestCase):
    """Guests whose end Nova saves before it lets go of the host."""

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')

    def test_shelved(self):
        """What the drain shelves is gone only a moment later."""
        shelved = self.cloud.add_guest('g1', 'hv1', status='SHELVED')
        other = self.cloud.add_guest('g2', 'hv1', status='SUSPENDED')

        result = self.drain('hv1', suspended=drain_options.Suspended.SHELVE)

        self.assertTrue(result.ok, self.message(result))
        for guest in (shelved, other):
            move = result.ledger.moves[guest.id]
            self.assertEqual('shelved', move.state)
            self.assertEqual(GuestCode.SHELVED_BY_DRAIN, move.reason.code)

    def test_deleted(self):
        """What its owner deletes is not in the way, whenever that is."""
        for at in range(12):
            with self.subTest(at=at):
                self.start()
                self.cloud.has_hypervisor('hv1')
                guest = self.cloud.add_guest('g1', 'hv1')
                self.cloud.add_guest('g2', 'hv1')
                began = self.clock.seconds

                def delete(guest=guest, at=began + at):
                    found = self.cloud.server(guest.id)
                    if (
                        self.clock.seconds >= at
                        and found is not None
                        and found.host == 'hv1'
                    ):
                        self.cloud.machines.end(found)

                self.clock.on_wait = delete

                result = self.drain('hv1')

                self.assertTrue(result.ok, self.message(result))
