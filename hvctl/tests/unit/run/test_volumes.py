# SPDX-License-Identifier: Apache-2.0
"""Tests of drain on guests whose volumes only their owner can open."""

from __future__ import annotations

from hvctl.model.guest_codes import GuestCode
from hvctl.model.steps import ColdMigrate
from hvctl.tests.fixtures import draining
from hvctl.tests.simulation import records
from hvctl.tests.unit.run import simulated


class TestDrain(simulated.TestCase):
    """A whole drain with such guests."""

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')

    def cold(self) -> list[str]:
        """The guests that were cold-migrated."""
        return [
            self.cloud.server(step.server_id).name
            for step in self.cloud.asked
            if isinstance(step, ColdMigrate)
        ]

    def test_volumes(self):
        """Nothing moves before Cinder has told, and what it keeps stays."""
        for told, moved, code in (
            ((True,), [], GuestCode.ONLY_OWNER),
            ((False,), ['off'], None),
            ((), ['off'], None),
            (None, ['off'], None),
        ):
            with self.subTest(told=told):
                self.start()
                self.cloud.has_hypervisor('hv1')
                off = self.cloud.add_guest(
                    'off', 'hv1', status='SHUTOFF', volumes=('v',)
                )
                self.cloud.add_guest('on', 'hv1', volumes=('a', 'b', 'c'))
                self.cloud.world.volumes = (
                    None
                    if told is None
                    else [a_volume(off, encrypted) for encrypted in told]
                )

                result = self.drain('hv1', past_blocked=True)

                self.assertEqual(moved, self.cold())
                self.assertEqual(bool(moved), result.ok)
                move = result.ledger.moves[off.id]
                self.assertEqual(code, draining.code(move.reason))

    def test_asked_once(self):
        """Only of the projects that have such guests, and not again."""
        self.cloud.add_guest('off', 'hv1', status='SHUTOFF', volumes=('v',))
        self.cloud.add_guest('diskless', 'hv1', status='SHUTOFF')

        self.assertTrue(self.drain('hv1').ok)

        asked = [s.volumes_of for s in self.cloud.scopes if asks(s)]
        self.assertEqual({frozenset({self.cloud.demo.id})}, set(asked))
        self.assertLess(len(asked), 4)

    def test_late(self):
        """A guest that comes late is asked about as well."""
        self.cloud.add_guest('first', 'hv1')

        def come():
            if 'LiveMigrate' not in self.kinds():
                return
            self.clock.on_wait = lambda: None
            late = self.cloud.add_guest(
                'late', 'hv1', status='SHUTOFF', volumes=('v',)
            )
            self.cloud.world.volumes = [a_volume(late, encrypted=True)]

        self.clock.on_wait = come

        result = self.drain('hv1')

        self.assertFalse(result.ok)
        self.assertEqual([], self.cold())


def a_volume(guest, encrypted):
    """A volume that a guest has."""
    return records.Volume(
        id='v',
        project_id=guest.project_id,
        server_id=guest.id,
        encrypted=encrypted,
    )


def asks(scope) -> bool:
    """Whether a look asks for volumes."""
    return bool(getattr(scope, 'volumes_of', ()))
