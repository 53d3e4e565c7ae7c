# SPDX-License-Identifier: Apache-2.0
"""Tests of delete on the simulated cloud."""

from __future__ import annotations

import dataclasses

from hvctl.model import identity
from hvctl.model.codes import OutcomeCode
from hvctl.model.results import Done
from hvctl.model.snapshot import Scope, Snapshot
from hvctl.model.steps import (
    DeleteAgent,
    DeletePort,
    DeleteProvider,
    DeleteServer,
    DeleteService,
    DisableService,
    Step,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import failures
from hvctl.tests.simulation import records
from hvctl.tests.simulation import stepping
from hvctl.tests.unit.run import simulated


class TestDelete(simulated.TestCase):
    """From a hypervisor to nothing."""

    def test_whole(self):
        """The machine first, and the provider last of all."""
        self.create('hv1')
        self.cloud.changes.clear()
        aggregate = self.cloud.add_aggregate('a', 'hv1', 'other')

        self.assertTrue(self.delete('hv1').ok)

        self.assertEqual(['DisableService', 'DeleteServer'], self.kinds()[:2])
        self.assert_nothing_left()
        left = self.cloud.world.aggregates.get(aggregate)
        self.assertEqual(('other',), left.hosts)

    def test_provider_that_nova_could_not_delete(self):
        """A provider that Nova leaves, with its hold, is removed by us."""
        self.create('hv1', wait=False)
        self.cloud.pass_time(4.2)

        result = self.delete('hv1')

        self.assertTrue(result.ok)
        self.assert_nothing_left()
        self.assertIn('DeleteProvider', self.kinds())

    def test_children_of_the_provider(self):
        """Those that Nova leaves go first; Neutron makes some early."""
        for seconds in (0, 1, 3.7, 4.2, 7):
            with self.subTest(seconds=seconds):
                self.start()
                self.create('hv1', wait=False)
                self.cloud.pass_time(seconds)
                agent = self.nest('agent', below=builders.a_compute_id())
                self.nest('port', below=agent)

                result = self.delete('hv1')

                self.assertTrue(result.ok, self.message(result))
                self.assertIsNone(self.provider())
                for child in ('port', 'agent'):
                    found = self.cloud.stock.provider(builders.an_id(child))
                    self.assertIsNone(found)

    def test_child_in_use(self):
        """One that somebody uses is named, and the hold stays."""
        self.create('hv1', wait=False)
        self.cloud.pass_time(4.2)
        gpu = self.nest('gpu', below=builders.a_compute_id())
        self.cloud.use('guest', gpu, VGPU=1)

        result = self.delete('hv1')

        self.assertEqual(OutcomeCode.REQUEST_FAILED, self.code(result))
        self.assertIn(
            f'Unable to delete resource provider {gpu}: Resource provider '
            'has allocations',
            self.message(result),
        )
        hold = identity.hold_id(builders.a_compute_id())
        self.assertEqual([hold], self.users())

    def nest(self, name, below):
        """Let there be a provider below another one."""
        child = records.Provider(
            uuid=builders.an_id(name),
            name=name,
            root=builders.a_compute_id(),
            parent=below,
            inventories={'VGPU': records.Inventory(1, max_unit=1)},
        )
        self.cloud.stock.add(child)
        return child.uuid

    def test_at_every_age(self):
        """However far its machine has come, nothing is left."""
        for seconds in (0, 1, 2.5, 3.7, 4.2, 4.7, 7):
            with self.subTest(seconds=seconds):
                self.start()
                self.create('hv1', wait=False)
                self.cloud.pass_time(seconds)

                result = self.delete('hv1')

                self.assertTrue(result.ok, self.message(result))
                self.assert_nothing_left()

    def test_that_never_deployed(self):
        """One whose deployment failed is removed as well."""
        self.cloud.fail_deploys('no power')
        self.assertFalse(self.create('hv1').ok)

        self.assertTrue(self.delete('hv1').ok)

        self.assert_nothing_left()

    def test_twice(self):
        """Deleted twice is a success."""
        self.create('hv1')
        self.delete('hv1')

        result = self.delete('hv1')

        self.assertTrue(result.ok)
        self.assertEqual('was gone already', self.message(result))

    def test_with_guests(self):
        """Nothing changes while there are guests."""
        self.create('hv1')
        self.cloud.add_guest('g1', 'hv1')
        self.cloud.asked.clear()

        result = self.delete('hv1')

        self.assertFalse(result.ok)
        self.assertEqual([], self.cloud.asked)

    def test_evacuated(self):
        """A host that is lost goes once its guests live elsewhere."""
        self.create('hv1')
        guest = self.cloud.add_guest('g1', 'hv1')
        self.cloud.evacuate(guest)

        result = self.delete('hv1')

        self.assertTrue(result.ok, self.message(result))
        self.assert_nothing_left()

    def test_teardown_fails(self):
        """What Ironic could not tear down is said, not hidden."""
        self.create('hv1')
        self.cloud.keep_nodes('power off failed')

        result = self.delete('hv1')

        self.assertFalse(result.ok)
        self.assertIn('power off failed', self.message(result))
        self.assertNotIn('DeleteService', self.kinds())

    def test_passing_trouble(self):
        """A request that fails once, whichever, is made good."""
        for step in (
            DisableService,
            DeleteServer,
            DeleteService,
            DeleteAgent,
            DeletePort,
            DeleteProvider,
        ):
            for happened in (False, True):
                with self.subTest(step=step.__name__, happened=happened):
                    self.start()
                    self.create('hv1')
                    self.cloud.trouble[step] = (
                        1,
                        failures.no_answer(),
                        happened,
                    )

                    result = self.delete('hv1')

                    self.assertTrue(result.ok, self.message(result))
                    self.assert_nothing_left()

    def test_conflict_that_lasts(self):
        """A provider that stays in use is said in the end."""
        self.create('hv1')

        def use():
            if self.cloud.ours('hv1') == []:
                self.cloud.use('late', builders.a_compute_id(), VCPU=1)

        self.clock.on_wait = use

        result = self.delete('hv1')

        self.assertFalse(result.ok)
        self.assertIn('allocations of late', self.message(result))

    def test_and_create_again(self):
        """The name can be used again at once, with another id."""
        self.create('hv1')
        self.delete('hv1')

        self.assertTrue(self.create('hv1', life=2).ok)

        self.assert_one_of_each()
        self.assertIsNone(self.provider())
        self.assertIsNotNone(self.provider(life=2))


class Forgetful(stepping.Unreliable):
    """Nova only forgets servers, as when nothing drives their machine."""

    def act(self, step: Step) -> Done:
        """Run one step; the machine runs on after a local delete."""
        if not isinstance(step, DeleteServer):
            return super().act(step)
        self.asked.append(step)
        self.forget(step.server_id)
        return Done()


class TestForgotten(simulated.TestCase):
    """Of a machine that nobody drives any more."""

    kind = Forgetful

    def test_is_named(self):
        """The node is named in time, by the first run and by the next."""
        self.create('hv1')

        for _ in range(2):
            began = self.clock.seconds
            result = self.delete('hv1')

            self.assertEqual(OutcomeCode.MACHINE_LIVES_ON, self.code(result))
            self.assertIn('node undeploy node-', self.message(result))
            self.assertLess(self.clock.seconds - began, 120)
            self.assertTrue(self.cloud.service_of('hv1').disabled)
            self.assertIn('provider', self.cloud.traces('hv1'))


class Elsewhere(stepping.Unreliable):
    """The cloud that hypervisors register in, without their machines.

    :ivar apart: whether it is so by now
    """

    apart = False

    def observe(self, scope: Scope) -> Snapshot:
        """Look where neither servers nor ports of hypervisors are."""
        seen = super().observe(scope)
        if not self.apart:
            return seen
        return dataclasses.replace(
            seen,
            servers=(),
            ports=(),
            nodes=None,
            guests=dict.fromkeys(seen.guests, ()),
        )


class TestElsewhere(simulated.TestCase):
    """Of a machine that is in another bare-metal cloud."""

    kind = Elsewhere

    def test_left_alone(self):
        """Whether it runs or has lost its power, nothing changes."""
        for state in ('up', 'down'):
            with self.subTest(state=state):
                self.start()
                self.create('hv1')
                if state == 'down':
                    self.cloud.machines.registration.stop('hv1')
                    self.cloud.pass_time(10)
                self.cloud.asked.clear()
                self.cloud.apart = True

                result = self.delete('hv1', timeout=120)

                self.assertFalse(result.ok)
                self.assertEqual(
                    OutcomeCode.MACHINE_ELSEWHERE, self.code(result)
                )
                self.assertEqual([], self.cloud.asked)
