# SPDX-License-Identifier: Apache-2.0
"""Tests of drains that go on with another run, or are short of time."""

from __future__ import annotations

import collections

from hvctl.model.codes import OutcomeCode
from hvctl.tests.unit.run import simulated


class TestSecond(simulated.TestCase):
    """What an earlier run has sent away, and what nobody of a drain has."""

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')

    def test_confirms_beside_what_is_in_the_way(self):
        """The guest has its name, and the message tells that it moved."""
        self.cloud.add_guest('live', 'hv1')
        # The newest goes first.
        guest = self.cloud.add_guest('off', 'hv1', status='SHUTOFF')
        self.drain('hv1', wait=False, parallel=1)
        self.cloud.add_guest('rescued', 'hv1', status='RESCUE')
        self.cloud.pass_time(30)

        result = self.drain('hv1')

        self.assertEqual(OutcomeCode.REST_IN_THE_WAY, self.code(result))
        move = result.ledger.moves[guest.id]
        self.assertEqual('moved', move.state)
        self.assertEqual('off', move.guest.name)
        self.assertEqual(guest.project_id, move.guest.project_id)
        for each in result.ledger.moves.values():
            if each.state != 'moved':
                self.assertIsNotNone(each.reason, each)

    def test_create_of_a_drained_one(self):
        """It is called drained when it is empty, and draining when not."""
        for statuses, phase in (([], 'drained'), (['RESCUE'], 'draining')):
            with self.subTest(phase=phase):
                self.start()
                self.cloud.has_hypervisor('hv1')
                for status in statuses:
                    self.cloud.add_guest('g', 'hv1', status=status)
                self.drain('hv1')

                result = self.create('hv1')

                self.assertEqual(
                    OutcomeCode.CLOSED_FOR_DRAIN, self.code(result)
                )
                self.assertEqual(phase, result.verdicts['hv1'].status.phase)

    def test_resized_away(self):
        """Its row has the guest's name."""
        guest = self.cloud.add_guest('web', 'hv1')
        self.cloud.move(guest, 'resize')
        self.cloud.pass_time(30)

        result = self.drain('hv1')

        self.assertFalse(result.ok)
        self.assertEqual('web', result.ledger.moves[guest.id].guest.name)

    def test_comes_in_slowly(self):
        """A guest on its way here is waited for, while there is news."""
        self.cloud.has_hypervisor('hv2')
        guest = self.cloud.add_guest('big', 'hv2')
        self.cloud.moves_take(1500)
        self.cloud.move(guest, host='hv1', user_id='joe')
        self.clock.on_wait = self.cloud.moves.copy

        result = self.drain('hv1', timeout=7200)

        self.assertTrue(result.ok, self.message(result))
        self.assertNotEqual('hv1', self.cloud.server(guest.id).host)

    def test_short_of_time(self):
        """What would not end in time is not begun, and nothing is cut."""
        for number in range(8):
            self.cloud.add_guest(f'g{number}', 'hv1', status='SHUTOFF')
        self.cloud.moves_take(50)

        result = self.drain('hv1', timeout=140)

        self.assertEqual(OutcomeCode.TIME_SHORT, self.code(result))
        self.assertEqual(
            {'moved': 5, 'planned': 3},
            collections.Counter(
                str(move.state) for move in result.ledger.moves.values()
            ),
        )
        self.assertEqual(
            {'confirmed'},
            {m.status for m in self.cloud.migrations()},
        )
