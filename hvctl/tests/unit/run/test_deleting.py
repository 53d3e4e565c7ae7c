# SPDX-License-Identifier: Apache-2.0
"""Tests of delete on a cloud that lives in memory."""

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
from hvctl.tests.fixtures import errors
from hvctl.tests.fixtures import failures
from hvctl.tests.fixtures import placement
from hvctl.tests.unit.run import base


class TestDelete(base.TestCase):
    """From a hypervisor to nothing."""

    def test_whole(self):
        """The machine first, and the provider last of all."""
        self.create('hv1')
        self.cloud.changes.clear()
        self.cloud.aggregates.add(7, 'a', 'hv1', 'other')

        self.assertTrue(self.delete('hv1').ok)

        self.assertEqual(['DisableService', 'DeleteServer'], self.kinds()[:2])
        self.assert_nothing_left()
        self.assertEqual(
            frozenset({'other'}), self.cloud.aggregates.all[7].hosts
        )

    def test_provider_that_nova_could_not_delete(self):
        """A provider that Nova leaves, with its hold, is removed by us."""
        self.create('hv1', wait=False)
        self.cloud.pass_time(47)

        result = self.delete('hv1')

        self.assertTrue(result.ok)
        self.assert_nothing_left()
        self.assertIn('DeleteProvider', self.kinds())

    def test_children_of_the_provider(self):
        """Those that Nova leaves go first; Neutron makes some early."""
        for seconds in (41, 47, 60):
            with self.subTest(seconds=seconds):
                self.start()
                self.create('hv1', wait=False)
                self.cloud.pass_time(seconds)
                self.nest('port', below='agent')
                self.nest('agent', below=builders.a_compute_id())

                result = self.delete('hv1')

                self.assertTrue(result.ok, self.message(result))
                self.assertEqual({}, self.cloud.providers)

    def test_child_in_use(self):
        """One that somebody uses is named, and the hold stays."""
        self.create('hv1', wait=False)
        self.cloud.pass_time(47)
        self.nest('gpu', below=builders.a_compute_id())
        self.cloud.providers['gpu'].used['guest'] = 1

        result = self.delete('hv1')

        self.assertEqual(OutcomeCode.REQUEST_FAILED, self.code(result))
        self.assertIn('gpu has allocations', self.message(result))
        self.assertEqual(
            {identity.hold_id(builders.a_compute_id())},
            self.cloud.providers[builders.a_compute_id()].used.keys(),
        )

    def nest(self, name, below):
        """Let there be a provider below another one."""
        self.cloud.providers[name] = placement.Provider(
            builders.a_provider(name, id=name), parent=below
        )

    def test_at_every_age(self):
        """However far its machine has come, nothing is left."""
        for seconds in (0, 10, 25, 41, 43, 45, 51, 60):
            with self.subTest(seconds=seconds):
                self.start()
                self.create('hv1', wait=False)
                self.cloud.pass_time(seconds)

                result = self.delete('hv1')

                self.assertTrue(result.ok, self.message(result))
                self.assert_nothing_left()

    def test_that_never_deployed(self):
        """One whose deployment failed is removed as well."""
        self.cloud.machines.deploy_error = 'Exceeded maximum number'
        self.create('hv1')

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
        self.cloud.has_hypervisor('hv1')
        self.cloud.add_guest('g1', 'hv1')

        result = self.delete('hv1')

        self.assertFalse(result.ok)
        self.assertEqual([], self.cloud.asked)

    def test_evacuated(self):
        """A host that is lost goes once its guests live elsewhere."""
        self.cloud.has_hypervisor('hv1')
        guest = self.cloud.add_guest('g1', 'hv1')
        self.cloud.migrations.evacuate(guest)

        result = self.delete('hv1')

        self.assertTrue(result.ok, self.message(result))
        self.assert_nothing_left()

    def test_teardown_fails(self):
        """What Ironic could not tear down is said, not hidden."""
        self.create('hv1')
        self.cloud.machines.teardown_error = 'power off failed'

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
        self.cloud.trouble[DeleteProvider] = (
            99,
            errors.conflict('the resource provider is in use'),
            False,
        )
        provider = self.cloud.providers[builders.a_compute_id()]

        def use():
            if self.cloud.ours('hv1') == []:
                provider.used['late'] = 1

        self.clock.on_wait = use

        result = self.delete('hv1')

        self.assertFalse(result.ok)

    def test_and_create_again(self):
        """The name can be used again at once, with another id."""
        self.create('hv1')
        self.delete('hv1')

        self.assertTrue(self.create('hv1', life=2).ok)

        self.assert_one_of_each()
        self.assertEqual(
            {builders.a_compute_id(life=2)}, set(self.cloud.providers)
        )


class Forgetful(failures.Unreliable):
    """Nova only forgets servers, as when nothing drives their machine."""

    def act(self, step: Step) -> Done:
        """Run one step; the machine runs on after a local delete."""
        with self.lock:
            if not isinstance(step, DeleteServer):
                return super().act(step)
            self.asked.append(step)
            del self.servers[step.server_id]
            for port in list(self.ports.values()):
                if port.device_id == step.server_id:
                    self.ports[port.id] = dataclasses.replace(
                        port, device_id=''
                    )
            return Done()


class TestForgotten(base.TestCase):
    """Of a machine that nobody drives any more."""

    kind = Forgetful

    def test_is_named(self):
        """The node is named in time, by the first run and by the next."""
        self.cloud.has_hypervisor('hv1')

        for _ in range(2):
            began = self.clock.seconds
            result = self.delete('hv1')

            self.assertEqual(OutcomeCode.MACHINE_LIVES_ON, self.code(result))
            self.assertIn('node undeploy node-', self.message(result))
            self.assertLess(self.clock.seconds - began, 120)
            self.assertFalse(self.cloud.service_of('hv1').enabled)
            self.assertIn('provider', self.cloud.traces('hv1'))


class Elsewhere(failures.Unreliable):
    """The cloud that hypervisors register in, without their machines."""

    def observe(self, scope: Scope) -> Snapshot:
        """Look where neither servers nor ports of hypervisors are."""
        seen = super().observe(scope)
        return dataclasses.replace(
            seen,
            servers=(),
            ports=(),
            nodes=None,
            guests=dict.fromkeys(seen.guests, ()),
        )


class TestElsewhere(base.TestCase):
    """Of a machine that is in another bare-metal cloud."""

    kind = Elsewhere

    def test_left_alone(self):
        """Whether it runs or has lost its power, nothing changes."""
        for state in ('up', 'down'):
            with self.subTest(state=state):
                self.start()
                self.cloud.has_hypervisor('hv1')
                service = self.cloud.service_of('hv1')
                self.cloud.change_service(service.id, state=state)

                result = self.delete('hv1', timeout=120)

                self.assertFalse(result.ok)
                self.assertEqual(
                    OutcomeCode.MACHINE_ELSEWHERE, self.code(result)
                )
                self.assertEqual([], self.cloud.asked)
