# SPDX-License-Identifier: Apache-2.0
"""Tests of where a test guest may be moved."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.model import identity
from hvctl.model.steps import LiveMigrate
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.decide import moving


class TestFull(unittest.TestCase):
    """Hosts that are full for now."""

    def test_of_others(self) -> None:
        """That one of others takes test guests is seen by those there."""
        look = builders.a_snapshot('hv1')
        node = builders.a_compute_node('other', id=builders.an_id('other'))
        to_other = LiveMigrate(**moving.NAMES, destination='other')
        guest = builders.a_guest(
            'hvctl-test-hv2', 'other', metadata={identity.TEST_KEY: 'hv2'}
        )
        for guests, ledger, waits in (
            ((), {}, False),
            ((guest,), {}, True),
            ((), moving.sent(to_other), True),
        ):
            with self.subTest(guests=guests, ledger=ledger):
                changed = dataclasses.replace(
                    look,
                    test_guests=guests,
                    services=(*look.services, builders.a_service('other')),
                    compute_nodes=(*look.compute_nodes, node),
                )

                found = moving.follow(
                    moving.a_case(ledger=ledger, look=changed)
                )

                self.assertEqual(waits, found.note is None)
                self.assertEqual(((), None), (found.steps, found.failure))
