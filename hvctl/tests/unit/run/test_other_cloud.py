# SPDX-License-Identifier: Apache-2.0
"""Tests of a hypervisor whose machine another bare-metal cloud has."""

from __future__ import annotations

import dataclasses

from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import phases
from hvctl.decide.wording import rendering
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.snapshot import OwnLook, Snapshot
from hvctl.model.steps import CreatePort, CreateProvider, CreateServer
from hvctl.tests.fixtures import requests
from hvctl.tests.simulation import population
from hvctl.tests.simulation import stepping
from hvctl.tests.unit.run import simulated

#: Projects of two bare-metal clouds.
NEAR = '3f2a9c5e8d1b4706a2c9e4f7b8d03516'
FAR = '91d4e07ab35c4f28861f0c7d2e9ab543'


class ComputeCloud(stepping.Stepped):
    """A compute cloud that is seen without its bare-metal cloud."""

    def observe(self, scope) -> Snapshot:
        """Take a look that reaches no machine."""
        seen = super().observe(scope)
        return dataclasses.replace(
            seen,
            servers=(),
            namesakes=(),
            ports=(),
            nodes=None,
            guests=dict.fromkeys(seen.guests, ()),
        )


class TestOtherCloud(simulated.TestCase):
    """Nothing is done to it, and nobody is told to."""

    kind = ComputeCloud

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')

    def stop_machine(self):
        """Let it be off."""
        self.cloud.machines.registration.stop('hv1')
        self.cloud.pass_time(10)

    def test_listed(self):
        """It is listed as it is."""
        for stop, phase in (
            (lambda: None, Phase.ENABLED),
            (self.stop_machine, Phase.DOWN),
        ):
            with self.subTest(phase=phase):
                stop()
                look = self.cloud.observe(OwnLook())

                self.assertEqual(['hv1'], assemble.names(look))
                hv = assemble.assemble(look, ['hv1'])['hv1']
                status = phases.status(hv)
                self.assertEqual(phase, status.phase)
                self.assertEqual(
                    StatusCode.MAY_BE_ELSEWHERE, status.reason.code
                )

    def test_refused(self):
        """Neither create nor delete changes anything, up or down."""
        for stop in (lambda: None, self.stop_machine):
            stop()
            for verb in (self.create, self.delete):
                with self.subTest(verb=verb.__name__):
                    result = verb('hv1', timeout=1000)

                    self.assertFalse(result.ok)
                    self.assertEqual(
                        OutcomeCode.MACHINE_ELSEWHERE, self.code(result)
                    )
                    self.assertEqual([], self.kinds())


class TwoClouds(stepping.Stepped):
    """A compute cloud in which two bare-metal clouds have their machines.

    Whose eyes look is told by ``metal_project_id``.
    """

    def __init__(self, clock) -> None:
        super().__init__(clock)
        self.metal_project_id = NEAR
        self.homes: dict[str, str] = {}
        self.world.image_traits = frozenset({population.EPHEMERAL})

    def act(self, step):
        """Run a step, and remember which bare-metal cloud made a machine."""
        if isinstance(step, (CreatePort, CreateServer)):
            self.homes[step.name] = self.metal_project_id
        return super().act(step)

    def observe(self, scope) -> Snapshot:
        """Take a look that sees one cloud's machines."""
        seen = super().observe(scope)
        near = [
            name
            for name, project in self.homes.items()
            if project == self.metal_project_id
        ]
        return dataclasses.replace(
            seen,
            metal_project_id=self.metal_project_id,
            servers=tuple(s for s in seen.servers if s.name in near),
            namesakes=(),
            ports=tuple(p for p in seen.ports if p.name in near),
            nodes=seen.nodes if near else (),
            # The machines are no servers of the compute cloud.
            guests={
                host: tuple(g for g in found if g.name not in self.homes)
                for host, found in seen.guests.items()
            },
        )


class TestTwoClouds(simulated.TestCase):
    """Each knows the other's hypervisors from their first moment on."""

    kind = TwoClouds

    def at(self, where, verb, *names, **options):
        """Run a verb at one of the bare-metal clouds."""
        self.cloud.metal_project_id = where
        return verb(*names, **options)

    def seen(self, project_id, name='hv1') -> Status:
        """How a hypervisor is, seen from there."""
        self.cloud.metal_project_id = project_id
        look = self.cloud.observe(OwnLook())
        self.assertEqual([name], assemble.names(look))
        hv = assemble.assemble(look, [name])[name]
        return phases.status(hv)

    def assert_refused(self):
        """The other cloud neither takes it up nor removes it."""
        status = self.seen(FAR)
        self.assertEqual(StatusCode.ELSEWHERE, status.reason.code)
        self.assertNotIn('delete', rendering.remedy(status.reason))
        before = self.kinds()
        for verb, options in (
            (self.create, {'project_id': FAR, 'delete_on_failure': True}),
            (self.delete, {}),
        ):
            result = self.at(FAR, verb, 'hv1', timeout=1000, **options)

            self.assertEqual(OutcomeCode.MACHINE_ELSEWHERE, self.code(result))
            self.assertIn(NEAR[:6], self.message(result))
        self.assertEqual(before, self.kinds())
        return status.phase

    def in_pieces(self, verb, **options):
        """Run a verb of the near cloud, and look from the far one."""
        reached = []
        for _ in range(1000):
            result = self.at(NEAR, verb, 'hv1', timeout=1, **options)
            if result.ok and verb == self.delete:
                return reached
            reached.append(self.assert_refused())
            if result.ok:
                return reached
        self.fail('it comes to no end')

    def test_life(self):
        """From the hold to the last record, whatever has registered."""
        created = self.in_pieces(self.create, project_id=NEAR)

        self.assertEqual(Phase.UNKNOWN, created[0])
        self.assertEqual(Phase.ENABLED, created[-1])
        self.assertEqual(Phase.ENABLED, self.seen(NEAR).phase)
        ended = self.in_pieces(self.delete)
        self.assertNotIn(Phase.ORPHANED, ended)
        self.assert_nothing_left('hv1')

    def test_killed(self):
        """What a killed create has left is unfinished in its own cloud."""
        self.cloud.metal_project_id = NEAR
        goal = requests.a_create('hv1', project_id=NEAR)
        provider = goal.request.hypervisors['hv1'].compute_id
        self.cloud.act(
            CreateProvider(
                name='hv1', provider_id=provider, provider_name='hv1'
            )
        )

        self.assertEqual(Phase.UNKNOWN, self.assert_refused())
        status = self.seen(NEAR)
        self.assertEqual(Phase.ORPHANED, status.phase)
        self.assertEqual(StatusCode.UNFINISHED, status.reason.code)
        self.assertTrue(self.at(NEAR, self.delete, 'hv1').ok)
        self.assert_nothing_left('hv1')

    def test_records_left(self):
        """Also where the near cloud has lost the server and the port."""
        self.at(NEAR, self.create, 'hv1', project_id=NEAR)
        self.cloud.homes['hv1'] = 'nowhere'

        self.assertEqual(Phase.ENABLED, self.assert_refused())
        self.assertEqual(
            StatusCode.MAY_BE_ELSEWHERE, self.seen(NEAR).reason.code
        )

    def test_guests(self):
        """A drain there is the compute cloud's own affair."""
        self.at(NEAR, self.create, 'hv1', project_id=NEAR)
        self.assertTrue(self.at(FAR, self.drain, 'hv1').ok)
