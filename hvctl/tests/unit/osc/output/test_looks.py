# SPDX-License-Identifier: Apache-2.0
"""Tests of the looks that show hypervisors."""

from __future__ import annotations

import dataclasses

from hvctl.decide.hypervisor import assemble
from hvctl.model import identity
from hvctl.model.snapshot import GuestsLook, OwnLook, Snapshot
from hvctl.osc.output import looks
from hvctl.tests.unit.osc import base
from hvctl.tests.unit.run import simulated


class ManyOfOurs(base.Cloud):
    """A cloud whose lists are read: they tell how many guests there are."""

    def observe(self, scope) -> Snapshot:
        """Take a look that reaches no guests, where there are many hosts."""
        seen = super().observe(scope)
        if not isinstance(scope, OwnLook):
            return seen
        return dataclasses.replace(
            seen,
            guests={},
            compute_nodes=tuple(
                dataclasses.replace(node, guests=len(seen.guests[node.host]))
                for node in seen.compute_nodes
            ),
        )


class TestLooks(simulated.TestCase):
    """Guests that a look has not reached."""

    kind = ManyOfOurs

    def setUp(self) -> None:
        super().setUp()
        for name in ('hv1', 'hv2'):
            self.cloud.has_hypervisor(name)
            self.cloud.add_guest(f'guest of {name}', name)

    def close(self, name: str) -> None:
        """Begin a drain of one."""
        self.cloud.change_service(
            name, disabled=True, disabled_reason=identity.REASON_DRAIN
        )

    def reached(self) -> list[frozenset[str]]:
        """Of which hosts the guests were read."""
        return [
            scope.hosts
            for scope in self.cloud.scopes
            if isinstance(scope, GuestsLook)
        ]

    def test_counted(self) -> None:
        """Nova's count is enough for one that is not drained."""
        look = looks.every(self.cloud)

        found = assemble.assemble(look, assemble.names(look))
        self.assertEqual(
            {'hv1': 1, 'hv2': 1},
            {name: hv.guests_count for name, hv in found.items()},
        )
        self.assertEqual([], self.reached())

    def test_drained(self) -> None:
        """Those of one that is closed for a drain are read."""
        self.close('hv2')

        look = looks.every(self.cloud)

        hv = assemble.assemble(look, ['hv2'])['hv2']
        assert hv.guests is not None
        self.assertEqual(1, len(hv.guests))
        self.assertEqual([frozenset({'hv2'})], self.reached())

    def test_silent_cell(self) -> None:
        """Nothing is asked of a cell that does not answer."""
        self.close('hv2')
        self.cloud.world.fall_silent(9999)

        with self.assertLogs():
            looks.every(self.cloud)

        self.assertEqual([], self.reached())

    def test_one(self) -> None:
        """The guests of one that is shown are read."""
        look = looks.one(self.cloud, 'hv1')

        hv = assemble.assemble(look, ['hv1'])['hv1']
        assert hv.guests is not None
        self.assertEqual(['guest of hv1'], [g.name for g in hv.guests])
        self.assertEqual([frozenset({'hv1'})], self.reached())
