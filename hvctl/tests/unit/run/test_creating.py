# SPDX-License-Identifier: Apache-2.0
"""Tests of create on the simulated cloud."""

from __future__ import annotations

from hvctl.model import identity
from hvctl.model.events import Blind
from hvctl.model.snapshot import MachinesLook
from hvctl.model.steps import (
    CreatePort,
    CreateProvider,
    CreateServer,
    EnableService,
    LiftHold,
    NoteTimes,
    PlaceHold,
    SetHoldInventory,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import errors
from hvctl.tests.fixtures import failures
from hvctl.tests.simulation import population
from hvctl.tests.simulation import records
from hvctl.tests.unit.run import simulated

#: Whatever create changes for one hypervisor that comes up as it should.
STEPS = [
    'CreateProvider',
    'SetHoldInventory',
    'PlaceHold',
    'CreatePort',
    'CreateServer',
    'NoteTimes',
    'LiftHold',
]


class TestCreate(simulated.TestCase):
    """From nothing to enabled hypervisors."""

    def setUp(self):
        super().setUp()
        self.cloud.tenants = True

    def test_one(self):
        """One name becomes one enabled hypervisor."""
        result = self.create('hv1')

        self.assertTrue(result.ok)
        self.assertEqual(STEPS, self.kinds())
        self.assert_one_of_each()
        self.assert_open()

    def test_never_open_before_it_is_good(self):
        """No tenant's guest lands while anything is missing."""
        for first_enabled in (True, False):
            with self.subTest(enabled=first_enabled):
                self.start()
                self.cloud.tenants = True
                self.cloud.world.enable_new_services = first_enabled

                self.assertTrue(self.create('hv1').ok)

                self.cloud.pass_time(1)
                self.assertEqual(('hv1', 'good'), self.cloud.landed[0])

    def test_comes_disabled(self):
        """What comes disabled is enabled before the hold is lifted."""
        self.cloud.world.enable_new_services = False

        result = self.create('hv1')

        self.assertTrue(result.ok)
        self.assertEqual(
            [*STEPS[:5], 'EnableService', *STEPS[5:]], self.kinds()
        )
        self.assert_open()

    def test_cost(self):
        """At most eight changes for each, and looks shared by all."""
        names = [f'hv{number}' for number in range(5)]

        result = self.create(*names)

        self.assertTrue(result.ok)
        for name in names:
            self.assertLessEqual(len(self.kinds(name)), 8)
        self.start()
        self.assertLessEqual(
            result.ledger.looks - 2, self.create('hv1').ledger.looks
        )

    def test_looks_at_machines_while_they_are_deployed(self):
        """And at everything before and after."""
        self.cloud.pace(deployed=20)

        self.assertTrue(self.create('hv1', 'hv2').ok)

        sparse = [
            isinstance(scope, MachinesLook) for scope in self.cloud.scopes
        ]
        first = sparse.index(True)
        last = len(sparse) - sparse[::-1].index(True)
        self.assertTrue(all(sparse[first:last]))
        self.assertGreater(len(sparse), last)

    def test_all_at_once(self):
        """Several take no longer than one."""
        self.create('hv1')
        alone = self.clock.seconds
        self.start()

        self.create('hv1', 'hv2', 'hv3', 'hv4')

        self.assertAlmostEqual(alone, self.clock.seconds, delta=5)

    def test_twice(self):
        """The second create is a success that changes nothing."""
        self.create('hv1')
        before = list(self.cloud.changes)

        result = self.create('hv1', life=2)

        self.assertTrue(result.ok)
        self.assertEqual(before, self.cloud.changes)
        self.assertEqual('was enabled already', self.message(result))

    def test_after_no_wait(self):
        """After --no-wait the same command goes on."""
        self.cloud.pace(deployed=20)

        result = self.create('hv1', wait=False)

        self.assertTrue(result.ok)
        self.assertEqual(STEPS[:5], self.kinds())
        self.assertLess(self.clock.seconds, 10)
        self.assertTrue(self.create('hv1', life=2).ok)
        self.assert_one_of_each()
        self.assertEqual(STEPS, self.kinds())

    def test_own_user_data(self):
        """Without a hold the service is closed until it is known good."""
        self.cloud.tenants = False

        result = self.create('hv1', own=True)

        self.assertTrue(result.ok)
        self.assertEqual(
            [
                'CreatePort',
                'CreateServer',
                'DisableService',
                'NoteTimes',
                'EnableService',
            ],
            self.kinds(),
        )
        self.assert_one_of_each()
        self.assert_open()

    def test_own_user_data_with_domain(self):
        """It may register with the domain, and is found exactly."""
        self.cloud.world.domain = 'example.org'
        self.cloud.add_service('hv1.example.com')

        result = self.create('hv1', own=True, domain='example.org')

        self.assertTrue(result.ok)
        self.assertIsNone(
            self.cloud.service_of('hv1.example.com').disabled_reason
        )

    def test_beside_others(self):
        """Neighbours of similar names are left alone."""
        self.create('hv10')
        self.cloud.add_service('hv1.example.org')
        before = self.cloud.traces('hv10')

        self.assertTrue(self.create('hv1').ok)
        self.assertTrue(self.delete('hv1').ok)

        self.assertEqual(before, self.cloud.traces('hv10'))
        self.assertIsNotNone(self.cloud.service_of('hv1.example.org'))


class TestFailures(simulated.TestCase):
    """What can go wrong on the way."""

    def test_batch_with_one_that_is_taken(self):
        """One name that is taken does not keep the others."""
        self.cloud.add_service('hv2')

        result = self.create('hv1', 'hv2', 'hv3')

        self.assertFalse(result.ok)
        self.assertIn('is taken by', self.message(result, 'hv2'))
        self.assertEqual([], self.kinds('hv2'))
        self.assert_one_of_each('hv1')
        self.assert_one_of_each('hv3')

    def test_deploy_error(self):
        """A failed deployment is said in Nova's words, with a way out."""
        self.cloud.fail_deploys('no power')

        result = self.create('hv1')

        self.assertFalse(result.ok)
        self.assertIn('Exceeded maximum number of', self.message(result))
        self.assertIn('delete hv1', self.message(result))

    def test_stages_that_never_come(self):
        """What never comes is named when the time is over."""
        for stage, words in (
            ('deployed', 'the server is spawning'),
            ('registered', 'waiting for nova-compute to register as hv1'),
            ('mapped', 'not mapped to a cell'),
            ('agents', 'no network agent of host hv1'),
        ):
            with self.subTest(stage=stage):
                self.start()
                self.cloud.tenants = True
                self.cloud.never(stage)

                result = self.create('hv1', timeout=300)

                self.assertFalse(result.ok)
                self.assertIn('not finished after 300 s', self.message(result))
                self.assertIn(words, self.message(result))
                self.assertEqual([], self.cloud.landed)

    def test_leftover_provider_of_another(self):
        """A provider of the name that is not ours is found beforehand."""
        stranger = builders.an_id('stranger')
        self.cloud.stock.add(
            records.Provider(uuid=stranger, name='hv1', root=stranger)
        )

        result = self.create('hv1')

        self.assertIn(stranger, self.message(result))
        self.assertEqual([], self.cloud.changes)

    def test_passing_trouble(self):
        """A request that fails once, whichever, is made good."""
        self.cloud.world.enable_new_services = False
        for step in (
            CreateProvider,
            SetHoldInventory,
            PlaceHold,
            CreatePort,
            CreateServer,
            EnableService,
            NoteTimes,
            LiftHold,
        ):
            for happened in (False, True):
                with self.subTest(step=step.__name__, happened=happened):
                    self.start()
                    self.cloud.world.enable_new_services = False
                    self.cloud.trouble[step] = (
                        1,
                        failures.no_answer(),
                        happened,
                    )

                    result = self.create('hv1')

                    self.assertTrue(result.ok, self.message(result))
                    self.assert_one_of_each()
                    self.assert_open()

    def test_lasting_trouble(self):
        """A quota is said in the cloud's words, and nothing is repeated."""
        error = errors.refusal('Quota exceeded for instances', 403)
        self.cloud.trouble[CreateServer] = (9, error, False)

        result = self.create('hv1')

        self.assertIn('Quota exceeded', self.message(result))
        self.assertEqual(1, self.kinds(changed=False).count('CreateServer'))

    def test_after_trouble(self):
        """When the trouble is over the same command goes on."""
        error = errors.refusal('Quota exceeded for instances', 403)
        self.cloud.trouble[CreateServer] = (1, error, False)
        self.create('hv1')

        result = self.create('hv1', life=2)

        self.assertTrue(result.ok)
        self.assert_one_of_each()

    def test_blind_for_a_while(self):
        """Looks that fail for a while do no harm."""
        self.cloud.blind = [failures.no_answer() for _ in range(5)]

        result = self.create('hv1')

        self.assertTrue(result.ok)
        blind = [event for event in self.events if isinstance(event, Blind)]
        self.assertEqual(5, len(blind))
        self.assert_one_of_each()

    def test_server_deleted_by_somebody(self):
        """A server that vanishes meanwhile is not made a second time."""

        def vanish():
            if 3 < self.clock.seconds < 10:
                self.cloud.end('hv1')

        self.cloud.pace(deployed=20)
        self.clock.on_wait = vanish

        result = self.create('hv1')

        self.assertFalse(result.ok)
        self.assertEqual(1, self.kinds().count('CreateServer'))

    def test_id_of_an_orphan(self):
        """A provider without a server is built upon, and held.

        So is one of which somebody has deleted the service, and whose
        inventory is still that of its nova-compute.
        """
        earlier = builders.a_compute_id(life=9)
        for left in ({}, population.HOST_INVENTORIES):
            with self.subTest(left=left):
                self.start()
                self.cloud.tenants = True
                self.cloud.act(
                    CreateProvider(
                        name='hv1', provider_id=earlier, provider_name='hv1'
                    )
                )
                self.cloud.stock.set_inventories(self.provider(life=9), left)

                result = self.create('hv1')

                self.assertTrue(result.ok, self.message(result))
                (server,) = self.cloud.ours('hv1')
                self.assertEqual(
                    earlier, server.metadata[identity.COMPUTE_ID_KEY]
                )
                self.assertEqual([earlier], self.node_ids('hv1'))
