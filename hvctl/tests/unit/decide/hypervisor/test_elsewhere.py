# SPDX-License-Identifier: Apache-2.0
"""Tests of what is said where another cloud may have the machine."""

from __future__ import annotations

import typing
import unittest

from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import elsewhere
from hvctl.decide.hypervisor import phases
from hvctl.decide.wording import rendering
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Hypervisor, Phase
from hvctl.model.snapshot import Snapshot
from hvctl.tests.fixtures import builders

DOWN = builders.a_service(state='down')
GONE: dict[str, typing.Any] = {'server': None, 'ports': ()}
HELD: dict[str, typing.Any] = {
    'service': None,
    'compute_node': None,
    'agents': (),
    'reported': False,
    'has_room': False,
}


def one(snapshot: Snapshot) -> Hypervisor:
    """What a look has of hv1."""
    return assemble.assemble(snapshot, ['hv1'])['hv1']


class TestElsewhere(unittest.TestCase):
    """One that has registered, and whose machine is not seen."""

    def test_phase(self):
        """It is as its service is, and is not offered for deletion."""
        for changes, phase, code in (
            # What a create has proven stands with the server.
            ({}, Phase.ENABLED, StatusCode.ENABLED),
            (
                {'has_room': False, 'consumers': None},
                Phase.READY,
                StatusCode.HELD,
            ),
            ({'agents': ()}, Phase.NO_AGENT, StatusCode.AGENTS_MISSING),
            ({'service': DOWN}, Phase.DOWN, StatusCode.SERVICE_DOWN),
            ({'service': None}, Phase.ORPHANED, StatusCode.LEFT_OVER),
        ):
            with self.subTest(changes=changes):
                hv = builders.a_hypervisor(server=None, ports=(), **changes)

                found = phases.status(hv)

                self.assertEqual(phase, found.phase)
                self.assertEqual(code, found.reason.facts['status'].code)
                self.assertIn(
                    'may be in another one', rendering.reason(found.reason)
                )
                remedy = rendering.remedy(found.reason)
                self.assertIn('show hv1', remedy)
                self.assertNotIn('delete', remedy)

    def test_told(self):
        """The compute node id tells of another project: never orphaned."""
        for changes, phase in (
            ({}, Phase.ENABLED),
            ({'has_room': False, 'consumers': None}, Phase.READY),
            ({'service': DOWN}, Phase.DOWN),
            # Held before it registers, and as the last records go.
            ({**HELD}, Phase.UNKNOWN),
            ({**HELD, 'reported': True}, Phase.UNKNOWN),
            ({**HELD, 'agents': (builders.an_agent(),)}, Phase.UNKNOWN),
            # A port of the same name proves nothing.
            ({**HELD, 'ports': (builders.a_port(),)}, Phase.UNKNOWN),
        ):
            with self.subTest(changes=changes):
                hv = builders.a_hypervisor(
                    elsewhere='3f2a9c', **{**GONE, **changes}
                )

                found = phases.status(hv)

                self.assertEqual(phase, found.phase)
                self.assertEqual(StatusCode.ELSEWHERE, found.reason.code)
                self.assertIn('3f2a9c', rendering.reason(found.reason))
                remedy = rendering.remedy(found.reason)
                self.assertIn('show hv1', remedy)
                self.assertNotIn('delete', remedy)

    def test_left_over(self):
        """What has a port here is of this cloud."""
        hv = builders.a_hypervisor(server=None)

        self.assertEqual(Phase.ORPHANED, phases.status(hv).phase)

    def test_refusal(self):
        """Nothing is done to it, and it is said whether it reports."""
        for service, up in (
            (builders.a_service(), True),
            (DOWN, False),
            (None, False),
        ):
            with self.subTest(service=service):
                hv = builders.a_hypervisor(server=None, service=service)

                why = elsewhere.refusal(hv)

                self.assertEqual(OutcomeCode.MACHINE_ELSEWHERE, why.code)
                self.assertIs(up, why.facts['up'])

    def test_refusal_told(self):
        """It names the project, and removes nothing of a machine that is."""
        for service in (None, DOWN, builders.a_service()):
            with self.subTest(service=service):
                hv = builders.a_hypervisor(
                    elsewhere='3f2a9c', **{**GONE, **HELD, 'service': service}
                )

                why = elsewhere.refusal(hv)

                self.assertEqual(
                    'the machine of hv1 is that of another project, whose id '
                    'begins with 3f2a9c, of this bare-metal cloud or another '
                    'one',
                    rendering.reason(why),
                )
                self.assertEqual(
                    'in that project: openstack hypervisor ephemeral delete '
                    'hv1',
                    rendering.remedy(why),
                )


class TestWhose(unittest.TestCase):
    """Whose the machine is, as far as a look tells."""

    def test_by_id(self):
        """The id tells of another project, unless the server is here."""
        theirs = builders.a_compute_id(project_id='3f2a9c00')
        ours = builders.a_compute_id(project_id='91d4e000')
        server = builders.a_server(metadata={identity.COMPUTE_ID_KEY: theirs})
        for found, servers, expected in (
            (theirs, (), '3f2a9c'),
            (ours, (), None),
            (builders.a_compute_id(), (), None),
            (theirs, (server,), None),
        ):
            with self.subTest(found=found, servers=len(servers)):
                snapshot = builders.a_snapshot(
                    metal_project_id='91d4e0ff',
                    servers=servers,
                    providers=(builders.a_provider(id=found),),
                )

                hv = one(snapshot)

                self.assertEqual(found, hv.compute_id)
                self.assertEqual(expected, hv.elsewhere)

    def test_ours_before_others(self):
        """Of two clouds that have a name in two domains, ours counts."""
        providers = [
            builders.a_provider(
                id=builders.a_compute_id(project_id=project),
                name=f'hv1.{domain}.org',
            )
            for project, domain in (('3f2a9c00', 'a'), ('91d4e000', 'b'))
        ]
        for order in (providers, providers[::-1]):
            with self.subTest(first=order[0].name):
                snapshot = builders.a_snapshot(
                    metal_project_id='91d4e0ff', providers=tuple(order)
                )

                self.assertEqual(providers[1].id, one(snapshot).compute_id)
