# SPDX-License-Identifier: Apache-2.0
"""Tests of what is said where another cloud may have the machine."""

from __future__ import annotations

import unittest

from hvctl.decide.hypervisor import elsewhere
from hvctl.decide.hypervisor import phases
from hvctl.decide.wording import rendering
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase
from hvctl.tests.fixtures import builders

DOWN = builders.a_service(state='down')


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
