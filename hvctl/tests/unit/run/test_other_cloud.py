# SPDX-License-Identifier: Apache-2.0
"""Tests of a hypervisor whose machine another bare-metal cloud has."""

from __future__ import annotations

import dataclasses

from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import phases
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase
from hvctl.model.snapshot import Snapshot, WholeLook
from hvctl.tests.fixtures import failures
from hvctl.tests.unit.run import base


class ComputeCloud(failures.Unreliable):
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


class TestOtherCloud(base.TestCase):
    """Nothing is done to it, and nobody is told to."""

    kind = ComputeCloud

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')

    def stop_machine(self):
        """Let it be off."""
        service = self.cloud.service_of('hv1')
        self.cloud.change_service(service.id, state='down')

    def test_listed(self):
        """It is listed as it is."""
        for stop, phase in (
            (lambda: None, Phase.ENABLED),
            (self.stop_machine, Phase.DOWN),
        ):
            with self.subTest(phase=phase):
                stop()
                look = self.cloud.observe(WholeLook(all_servers=True))

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
