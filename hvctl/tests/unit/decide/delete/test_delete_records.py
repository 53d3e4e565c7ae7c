# SPDX-License-Identifier: Apache-2.0
"""Tests of what goes of what a machine has left behind."""

from __future__ import annotations

import unittest

from hvctl.decide.case import Case
from hvctl.decide.delete import records
from hvctl.model.records import Trunk
from hvctl.model.steps import DeletePort, Step
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding

SUBPORT = builders.a_port('hv1-storage', revision=3)


def _what(step: Step) -> object:
    """What a step does, and to what state of a port."""
    if isinstance(step, DeletePort):
        return step.port_id, step.revision
    return type(step).__name__


class TestRemove(unittest.TestCase):
    """The order, and which changes of a port are expected."""

    def test_ports(self) -> None:
        """A trunk goes before its ports, and changes the sub-ports."""
        for trunk, steps in (
            (
                Trunk(id='t'),
                ['DeleteTrunk', (SUBPORT.id, None)],
            ),
            (None, [(SUBPORT.id, 3)]),
        ):
            with self.subTest(trunk=trunk):
                port = builders.a_port(revision=7, trunk=trunk)
                hv = builders.a_hypervisor(
                    server=None,
                    service=None,
                    provider=None,
                    ports=(port,),
                    subports=(SUBPORT,),
                    agents=(),
                )

                verdict = records.remove(
                    Case.of(
                        builders.a_snapshot(),
                        hv,
                        deciding.a_ledger(),
                        clocks.START,
                    )
                )

                assert verdict is not None
                self.assertEqual(
                    [*steps, (port.id, 7)], list(map(_what, verdict.steps))
                )
