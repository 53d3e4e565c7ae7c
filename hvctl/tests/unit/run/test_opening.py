# SPDX-License-Identifier: Apache-2.0
"""Tests of what a hypervisor goes through before guests may come."""

from __future__ import annotations

import contextlib
import dataclasses

from hvctl.decide import health_test
from hvctl.model.health import Answer
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import failures
from hvctl.tests.simulation import numbers
from hvctl.tests.unit.run import opening


class TestOpening(opening.TestCase):
    """Aggregates and the health test."""

    def test_both(self):
        """It joins, is tried out, and only then is opened."""
        self.prepare()

        result = self.open()

        self.assertTrue(result.ok, self.message(result))
        kinds = self.kinds()
        self.assertEqual(
            [
                'JoinAggregate',
                'CreateTestGuest',
                'DeleteTestGuest',
                'NoteTimes',
                'LiftHold',
            ],
            kinds[5:],
        )
        self.assertEqual([], self.trying())
        self.assertEqual(
            {builders.a_compute_id()}, self.cloud.members(self.aggregate)
        )
        self.assert_open()

    def test_zone(self):
        """The test guest goes to the zone of its host, and to no other."""
        for metadata in ({}, {'availability_zone': 'az1'}):
            with self.subTest(metadata=metadata):
                self.start()
                self.prepare()
                self.cloud.world.default_zone = 'somewhere'
                self.cloud.add_aggregate(
                    'z', numbers.IRONIC, availability_zone='somewhere'
                )
                self.wish('b', **metadata)

                result = self.open()

                self.assertTrue(result.ok, self.message(result))

    def test_isolated(self):
        """What keeps the test guest out is joined after it, under the hold."""
        for metadata in (
            {'filter_tenant_id': 'theirs'},
            {'filter_tenant_id_7': 'theirs', 'availability_zone': 'az1'},
            {'trait__CUSTOM_GPU': 'required'},
        ):
            with self.subTest(metadata=metadata):
                self.start()
                self.prepare()
                other = self.wish('b', **metadata)

                result = self.open()

                self.assertTrue(result.ok, self.message(result))
                self.assertEqual(
                    [
                        'JoinAggregate',
                        'CreateTestGuest',
                        'DeleteTestGuest',
                        'JoinAggregate',
                        'NoteTimes',
                        'LiftHold',
                    ],
                    self.kinds()[5:],
                )
                self.assertIn('hv1', self.cloud.aggregate(other).hosts)
                self.assert_open()

    def test_own_tenant(self):
        """An aggregate of our own project is joined before the test."""
        self.prepare()
        self.aggregates.clear()
        self.wish('b', filter_tenant_id=self.cloud.admin.id)

        self.assertTrue(self.open().ok)

        kinds = self.kinds()
        self.assertLess(
            kinds.index('JoinAggregate'), kinds.index('CreateTestGuest')
        )

    def test_isolated_before(self):
        """What an earlier run has joined too early is left for the test."""
        self.prepare()
        other = self.wish('b', 'hv1', trait__X='required')

        result = self.open()

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(1, self.kinds().count('LeaveAggregate'))
        self.assertIn('hv1', self.cloud.aggregate(other).hosts)

    def test_isolated_by_others(self):
        """An aggregate that is not asked for is named where it is fatal."""
        self.prepare()
        gpu = self.cloud.add_aggregate('gpu', 'hv1', trait__X='required')

        result = self.open()

        self.assertFalse(result.ok)
        self.assertIn('aggregate gpu may keep it out', self.message(result))
        self.assertIn('hv1', self.cloud.aggregate(gpu).hosts)

    def test_own_user_data(self):
        """Without a hold it joins before its service is enabled."""
        self.prepare()

        result = self.open(own=True, health_test=None)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(
            ['DisableService', 'JoinAggregate', 'NoteTimes', 'EnableService'],
            self.kinds()[2:],
        )

    def test_direct_port(self):
        """The port comes before the test guest and goes after it."""
        self.prepare()

        result = self.open(health_test=opening.DIRECT)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(
            [
                'CreateTestPort',
                'CreateTestGuest',
                'DeleteTestGuest',
                'DeleteTestPort',
                'NoteTimes',
                'LiftHold',
            ],
            self.kinds()[6:],
        )
        self.assertEqual([], self.trying())
        self.assert_open()

    def test_ended(self):
        """What ends early leaves no test guest, and is closed."""
        for test in (opening.TEST, opening.DIRECT):
            with self.subTest(test=test):
                self.start()
                self.prepare()
                self.cloud.never('booted')
                patient = dataclasses.replace(test, timeout=9999)
                self.open(timeout=120, health_test=patient)
                self.assertNotEqual([], self.trying())

                result = self.run_goal(
                    health_test.EndTests(names=('hv1', 'hv2'))
                )

                self.assertTrue(result.ok, self.message(result))
                self.assertEqual([], self.trying())
                self.assertEqual([], self.cloud.landed)
                self.assertIn('provider', self.cloud.traces('hv1'))

    def test_not_ended(self):
        """A test guest that cannot be deleted is named."""
        self.prepare()
        self.cloud.never('booted')
        patient = dataclasses.replace(opening.TEST, timeout=9999)
        self.open(timeout=120, health_test=patient)
        self.cloud.world.losing_deletes = True

        result = self.run_goal(
            health_test.EndTests(names=('hv1',)), timeout=60
        )

        self.assertIn('waiting for the test guest', self.message(result))

    def test_not_open_while_it_is_tried(self):
        """No tenant lands there while the test guest is on it."""
        self.prepare()
        self.cloud.pace(booted=30)
        during = []
        self.clock.on_wait = lambda: (
            during.extend(self.cloud.landed) if self.trying() else None
        )

        self.assertTrue(self.open().ok)

        self.assertEqual([], during)

    def test_full(self):
        """One that is open and full is not taken for a held one."""
        self.prepare()
        self.cloud.tenants = False
        self.open()
        memory = self.provider().inventories['MEMORY_MB']
        self.cloud.use(
            builders.an_id('guest'),
            builders.a_compute_id(),
            MEMORY_MB=int(memory.capacity),
        )
        self.cloud.changes.clear()

        result = self.open(life=2)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual([], self.kinds())

    def test_failed(self):
        """A test guest that fails keeps it closed, and is removed."""
        self.prepare()
        self.cloud.fail_guests('hv1', 'Binding failed for port')

        result = self.open()

        self.assertFalse(result.ok)
        self.assertIn('health test of hv1 failed', self.message(result))
        self.assertIn('Binding failed for port', self.message(result))
        self.assertEqual([], self.trying())
        self.assertEqual([], self.cloud.landed)

    def test_answers(self):
        """It is opened when its console or its address has answered."""
        for answer in (Answer.CONSOLE, Answer.ADDRESS):
            with self.subTest(answer=answer):
                self.start()
                self.prepare()
                self.cloud.pace(answers=4)
                test = dataclasses.replace(
                    opening.DIRECT, vnic_type='normal', answer=answer
                )

                result = self.open(health_test=test)

                self.assertTrue(result.ok, self.message(result))
                self.assertEqual([], self.trying())
                self.assert_open()

    def test_never_answers(self):
        """Without an answer it stays closed, and the guest goes."""
        self.prepare()
        self.cloud.never('answers')
        test = dataclasses.replace(opening.TEST, answer=Answer.CONSOLE)

        result = self.open(health_test=test)

        self.assertFalse(result.ok)
        self.assertIn('its console did not answer', self.message(result))
        self.assertEqual([], self.trying())
        self.assertEqual([], self.cloud.landed)

    def test_never_boots(self):
        """So does one that does not boot in its time."""
        self.prepare()
        self.cloud.never('booted')

        result = self.open()

        self.assertFalse(result.ok)
        self.assertIn('was BUILD for', self.message(result))
        self.assertEqual([], self.trying())

    def test_placement_does_not_know(self):
        """Nova's yes is not enough: Placement must have it as well."""
        self.prepare()
        self.cloud.world.mirrored = False

        result = self.open(timeout=200)

        self.assertFalse(result.ok)
        self.assertIn('aggregate a', self.message(result))
        self.assertIn('sync_aggregates', self.message(result))
        self.assertEqual([], self.cloud.landed)

    def test_aggregate_that_is_deleted(self):
        """A host is not opened outside of what it is to be in."""
        for own, after in (
            (False, 'CreateServer'),
            (False, 'CreateTestGuest'),
            (True, 'CreateServer'),
        ):
            with self.subTest(own=own, after=after):
                self.start()
                self.prepare()
                self.cloud.tenants = not own
                self.cloud.pace(booted=30)
                gone = self.cloud.aggregate(self.aggregate)

                def remove(after=after):
                    if after in self.kinds():
                        self.cloud.world.aggregates.remove(self.aggregate)

                self.clock.on_wait = remove

                result = self.open(
                    own=own, health_test=None if own else opening.TEST
                )

                self.assertFalse(result.ok)
                self.assertIn(
                    f'aggregate 1 ({gone.uuid}) is deleted',
                    self.message(result),
                )
                self.assertEqual([], self.cloud.landed)

    def test_killed(self):
        """Killed anywhere, it ends open, tried out, and clean."""
        for lives in range(1, 14):
            with self.subTest(lives=lives):
                self.start()
                self.prepare()
                self.cloud.lives = lives
                self.cloud.unanswered = bool(lives % 2)
                with contextlib.suppress(failures.Killed):
                    self.open(health_test=opening.DIRECT)
                self.cloud.lives = None

                result = self.open(life=2, health_test=opening.DIRECT)

                self.assertTrue(result.ok, self.message(result))
                self.assertEqual([], self.trying())
                self.assertNotIn('bad', [how for _, how in self.cloud.landed])
                self.assert_open()

    def test_deleted_with_its_test_guest(self):
        """A delete removes the test guest that a killed create left."""
        self.prepare()
        self.cloud.lives = 7
        self.cloud.unanswered = True
        with self.assertRaises(failures.Killed):
            self.open()
        self.cloud.lives = None
        self.assertEqual(1, len(self.trying()))

        result = self.delete('hv1')

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual([], self.trying())
        self.assert_nothing_left()

    def test_leaves_nothing_of_the_aggregate(self):
        """A delete takes it out of the aggregate again."""
        self.prepare()
        self.open()

        self.assertTrue(self.delete('hv1').ok)

        self.assertEqual(
            (self.cloud.other,), self.cloud.aggregate(self.aggregate).hosts
        )
