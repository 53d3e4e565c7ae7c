# SPDX-License-Identifier: Apache-2.0
"""Tests of drain on guests whose volumes only their owner can open."""

from __future__ import annotations

from hvctl.model.guest_codes import GuestCode
from hvctl.model.records import Volume
from hvctl.model.steps import ColdMigrate
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining
from hvctl.tests.unit.run import base


class TestDrain(base.TestCase):
    """A whole drain with such guests."""

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')

    def cold(self) -> list[str]:
        """The guests that were cold-migrated."""
        return [
            self.cloud.servers[step.server_id].name
            for step in self.cloud.asked
            if isinstance(step, ColdMigrate)
        ]

    def test_volumes(self):
        """Nothing moves before Cinder has told, and what it keeps stays."""
        for told, moved, code in (
            (((True, 1),), [], GuestCode.ONLY_OWNER),
            (((False, 1),), ['off'], None),
            ((), ['off'], None),
            (None, ['off'], None),
        ):
            with self.subTest(told=told):
                self.start()
                self.cloud.has_hypervisor('hv1')
                off = self.cloud.add_guest(
                    'off', 'hv1', status='SHUTOFF', volumes=1
                )
                self.cloud.add_guest('on', 'hv1', volumes=3)
                self.cloud.volumes = (
                    None
                    if told is None
                    else tuple(
                        Volume(
                            id='v',
                            server_ids=frozenset({off.id}),
                            encrypted=encrypted,
                        )
                        for encrypted, _ in told
                    )
                )

                result = self.drain('hv1', past_blocked=True)

                self.assertEqual(moved, self.cold())
                self.assertEqual(bool(moved), result.ok)
                move = result.ledger.moves[off.id]
                self.assertEqual(code, draining.code(move.reason))

    def test_asked_once(self):
        """Only of the projects that have such guests, and not again."""
        self.cloud.add_guest('off', 'hv1', status='SHUTOFF', volumes=1)
        self.cloud.add_guest('diskless', 'hv1', status='SHUTOFF')

        self.assertTrue(self.drain('hv1').ok)

        asked = [s.volumes_of for s in self.cloud.scopes if asks(s)]
        self.assertEqual({frozenset({builders.THEIRS})}, set(asked))
        self.assertLess(len(asked), 4)

    def test_late(self):
        """A guest that comes late is asked about as well."""
        self.cloud.add_guest('first', 'hv1')
        self.cloud.volumes = ()

        def come():
            if 'LiveMigrate' not in self.kinds():
                return
            self.clock.on_wait = lambda: None
            late = self.cloud.add_guest(
                'late', 'hv1', status='SHUTOFF', volumes=1
            )
            self.cloud.volumes = (
                Volume(
                    id='v', server_ids=frozenset({late.id}), encrypted=True
                ),
            )

        self.clock.on_wait = come

        result = self.drain('hv1')

        self.assertFalse(result.ok)
        self.assertEqual([], self.cold())


def asks(scope) -> bool:
    """Whether a look asks for volumes."""
    return bool(getattr(scope, 'volumes_of', ()))
