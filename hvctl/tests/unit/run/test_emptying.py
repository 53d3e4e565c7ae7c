# SPDX-License-Identifier: Apache-2.0
"""Tests of drain on the simulated cloud."""

from __future__ import annotations

import collections

from hvctl import exceptions
from hvctl.model import drain_options
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.events import PhaseReached
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import MoveState
from hvctl.model.snapshot import GuestsLook
from hvctl.model.steps import (
    ColdMigrate,
    ConfirmMigration,
    LiveMigrate,
)
from hvctl.osc.output import drain_rows
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining
from hvctl.tests.fixtures import failures
from hvctl.tests.simulation import fates
from hvctl.tests.unit.run import simulated


class TestDrain(simulated.TestCase):
    """From a hypervisor with guests to an empty one."""

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')

    def results(self, result) -> dict[str, str]:
        """How each guest's move ended, by the guest's name."""
        return {
            move.guest.name: move.state
            for move in result.ledger.moves.values()
        }

    def test_every_kind(self):
        """Live ones and cold ones are moved, and the cold ones confirmed."""
        self.cloud.add_guest('g1', 'hv1')
        self.cloud.add_guest('g2', 'hv1', status='PAUSED')
        self.cloud.add_guest('g3', 'hv1', status='SHUTOFF')

        result = self.drain('hv1')

        self.assertTrue(result.ok)
        self.assertEqual({'moved'}, set(self.results(result).values()))
        self.assertEqual(
            {'completed', 'confirmed'},
            {m.status for m in self.cloud.migrations()},
        )
        self.assertEqual([], self.users())
        service = self.cloud.service_of('hv1')
        self.assertTrue(
            service.disabled_reason.startswith(identity.REASON_DRAIN)
        )

    def test_limit(self):
        """Never more than the limit are under way."""
        for number in range(12):
            self.cloud.add_guest(f'g{number}', 'hv1')

        self.assertTrue(self.drain('hv1').ok)

        self.assertEqual(drain_options.PARALLEL, self.cloud.most)

    def test_ends_of_guests(self):
        """What fails, hangs or is refused does not keep the others."""
        for fate, code in (
            (fates.FAILS, GuestCode.NOVA_SAYS),
            (fates.REFUSED, GuestCode.REQUEST_REFUSED),
            (fates.UNRECORDED, GuestCode.NO_RECORD),
        ):
            with self.subTest(fate=fate):
                self.start()
                self.cloud.has_hypervisor('hv1')
                bad = self.cloud.add_guest('bad', 'hv1')
                self.cloud.add_guest('good', 'hv1')
                self.cloud.world.fates[bad.id] = fate

                result = self.drain('hv1')

                self.assertFalse(result.ok)
                self.assertEqual(
                    {'bad': 'failed', 'good': 'moved'}, self.results(result)
                )
                self.assertEqual(code, result.ledger.moves[bad.id].reason.code)

    def test_hangs(self):
        """A migration that hangs is waited for until the time is over."""
        bad = self.cloud.add_guest('bad', 'hv1')
        self.cloud.add_guest('good', 'hv1')
        self.cloud.world.fates[bad.id] = fates.HANGS

        result = self.drain('hv1', timeout=300)

        self.assertFalse(result.ok)
        self.assertEqual(
            {'bad': 'moving', 'good': 'moved'}, self.results(result)
        )
        self.assertIn('1 of 2 guests moved', self.message(result))

    def test_source_dies(self):
        """That is said at the next look, whatever is under way."""
        guests = [
            self.cloud.add_guest(name, 'hv1') for name in ('g1', 'g2', 'g3')
        ]
        self.cloud.have_left('hv1')
        self.cloud.moves_take(100)
        died = []

        def die():
            if self.clock.seconds - began > 20 and not died:
                died.append(len(self.cloud.scopes))
                self.cloud.machines.registration.stop('hv1')
                for guest in guests:
                    self.cloud.world.fates[guest.id] = fates.HANGS

        began = self.clock.seconds
        self.clock.on_wait = die

        result = self.drain('hv1', parallel=2, timeout=150)

        looks = len(self.cloud.scopes)
        said = [
            event
            for event in self.events
            if isinstance(event, PhaseReached)
            and draining.code(event.status.reason) is StatusCode.SOURCE_DOWN
        ]
        self.assertEqual(1, len(said))
        self.assertGreater(looks, died[0] + 2)
        self.assertIn('does not report', self.message(result))
        self.assertEqual(
            {'host-down': 2, 'awaits-turn': 1},
            collections.Counter(
                str(draining.code(move.reason))
                for move in result.ledger.moves.values()
            ),
        )
        self.assertEqual(2, self.kinds().count('LiveMigrate'))

    def test_reason_of_each_row(self):
        """What is not done says why, whenever the time is over."""
        statuses = ['ACTIVE', 'SHUTOFF', 'SUSPENDED', 'ACTIVE', 'SHUTOFF']
        for timeout in range(0, 40, 6):
            with self.subTest(timeout=timeout):
                self.start()
                self.cloud.has_hypervisor('hv1')
                self.cloud.moves_take(20)
                for number, status in enumerate(statuses):
                    self.cloud.add_guest(f'g{number}', 'hv1', status=status)

                result = self.drain(
                    'hv1',
                    timeout=timeout,
                    parallel=2,
                    suspended=drain_options.Suspended.SHELVE,
                )

                for move in result.ledger.moves.values():
                    if move.state is not MoveState.MOVED:
                        self.assertIsNotNone(move.reason, move)

    def test_turn_that_did_not_come(self):
        """A guest that still waits when the time is over was planned."""
        for name in ('g1', 'g2'):
            guest = self.cloud.add_guest(name, 'hv1')
            self.cloud.world.fates[guest.id] = fates.HANGS

        result = self.drain('hv1', parallel=1, timeout=60)

        column = drain_rows.DRAINED.index('Result')
        self.assertEqual(
            ['moving', 'planned'],
            [row[column] for row in drain_rows.drained(result)],
        )

    def test_untouchable(self):
        """What drain must not touch is reported, and not touched."""
        self.cloud.add_guest('g1', 'hv1', status='RESCUE')
        self.cloud.add_guest('g2', 'hv1', status='SUSPENDED')

        result = self.drain('hv1')

        self.assertFalse(result.ok)
        self.assertEqual({'stayed'}, set(self.results(result).values()))
        self.assertEqual(['DisableService'], self.kinds(changed=False))

    def test_test_guest(self):
        """One that create has left there is a guest, too."""
        metadata = {identity.TEST_KEY: 'hv1', identity.MARK_KEY: identity.MARK}
        guest = self.cloud.add_guest(
            'hvctl-test-hv1',
            'hv1',
            project_id=self.cloud.admin.id,
            metadata=metadata,
        )

        result = self.drain('hv1')

        self.assertFalse(result.ok)
        self.assertEqual(OutcomeCode.TEST_GUEST_LEFT, self.code(result))
        self.assertIn(guest.id, self.message(result))

    def test_several_at_once(self):
        """All are closed before the first guest is sent away."""
        self.cloud.has_hypervisor('hv2')
        self.cloud.add_guest('g1', 'hv1')
        self.cloud.add_guest('g2', 'hv2')

        self.assertTrue(self.drain('hv1', 'hv2', most_draining_share=1.0).ok)

        self.assertEqual(
            ['DisableService', 'DisableService', 'LiveMigrate', 'LiveMigrate'],
            self.kinds(),
        )

    def test_from_one_to_the_other(self):
        """Another operator's guest arrives on the other, and goes on."""
        for names in (('hv1', 'hv2'), ('hv2', 'hv1')):
            with self.subTest(names=names):
                self.start()
                self.cloud.has_hypervisor('hv1')
                self.cloud.has_hypervisor('hv2')
                guest = self.cloud.add_guest('g1', 'hv1')
                slow = self.cloud.add_guest('slow', 'hv1')
                self.cloud.move(guest, host='hv2', user_id='joe')
                self.cloud.world.fates[slow.id] = fates.HANGS

                result = self.drain(*names, most_draining_share=1.0)

                self.assertEqual(
                    {'g1': 'moved', 'slow': 'failed'}, self.results(result)
                )
                self.assertEqual(
                    self.cloud.other, self.cloud.server(guest.id).host
                )
                sent = [
                    step.server_id
                    for step in self.cloud.asked
                    if isinstance(step, LiveMigrate)
                ]
                self.assertEqual([slow.id, guest.id], sent)
                self.assertLess(len(self.events), 30)

    def test_cost(self):
        """While guests move, a look is two lists for each hypervisor."""
        for number in range(6):
            self.cloud.add_guest(f'g{number}', 'hv1')

        self.assertTrue(self.drain('hv1').ok)

        sparse = [
            scope
            for scope in self.cloud.scopes
            if isinstance(scope, GuestsLook)
        ]
        self.assertGreater(len(sparse), 5)
        self.assertEqual({frozenset({'hv1'})}, {s.hosts for s in sparse})
        # Before, after it is closed, when the first has shown that there is a
        # way, and to see twice that it is empty.
        self.assertLess(len(self.cloud.scopes) - len(sparse), 9)

    def test_enabled_again(self):
        """When somebody enables it, no further guest is sent away."""
        for number in range(3):
            self.cloud.add_guest(f'g{number}', 'hv1')

        def enable():
            if 'LiveMigrate' in self.kinds():
                self.cloud.change_service(
                    'hv1', disabled=False, disabled_reason=None
                )

        self.clock.on_wait = enable

        result = self.drain('hv1', parallel=1)

        self.assertEqual(1, self.kinds().count('LiveMigrate'))
        self.assertEqual(OutcomeCode.ENABLED_AGAIN, self.code(result))

    def test_ties_of_nobody(self):
        """Without guests, ports and groups are read once."""
        self.cloud.use('late', builders.a_compute_id(), VCPU=1)

        self.drain('hv1')

        self.assertGreater(len(self.cloud.scopes), 5)
        self.assertEqual(1, sum(each.ties for each in self.cloud.scopes))

    def test_twice(self):
        """Drained twice is a success that changes nothing."""
        self.cloud.add_guest('g1', 'hv1')
        self.drain('hv1')
        before = list(self.cloud.changes)

        result = self.drain('hv1')

        self.assertTrue(result.ok)
        self.assertEqual(before, self.cloud.changes)

    def test_lost_answer(self):
        """A request whose answer was lost is found by its record."""
        self.cloud.add_guest('g1', 'hv1')
        self.cloud.add_guest('g2', 'hv1', status='SHUTOFF')
        for step in (
            LiveMigrate,
            ColdMigrate,
            ConfirmMigration,
        ):
            self.cloud.trouble[step] = (1, failures.no_answer(), True)

        result = self.drain('hv1')

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(2, len(self.cloud.migrations()))

    def test_not_waited_for(self):
        """--no-wait ends when Nova has the requests, and not before."""
        self.cloud.add_guest('g1', 'hv1')
        unavailable = exceptions.CloudError('503', status=503, transient=True)
        self.cloud.trouble[LiveMigrate] = (1, unavailable, False)

        result = self.drain('hv1', wait=False)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(1, len(self.cloud.migrations()))

    def test_guest_that_comes_late(self):
        """A guest that was being built when it was closed is moved too."""
        self.cloud.add_guest('g1', 'hv1')

        def come():
            if self.clock.seconds > 3:
                self.cloud.add_guest('g2', 'hv1')
                self.clock.on_wait = lambda: None

        self.clock.on_wait = come

        result = self.drain('hv1')

        self.assertTrue(result.ok)
        self.assertEqual({'g1': 'moved', 'g2': 'moved'}, self.results(result))

    def test_drained_is_not_made_again(self):
        """create does not open what a drain has closed."""
        self.drain('hv1')

        result = self.create('hv1')

        self.assertFalse(result.ok)
        self.assertIn('closed for a drain', self.message(result))
