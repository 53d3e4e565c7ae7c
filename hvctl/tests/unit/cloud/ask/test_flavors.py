# SPDX-License-Identifier: Apache-2.0
"""Tests of how many nodes are free."""

from __future__ import annotations

from hvctl.tests.unit.cloud.ask import asking


class TestCandidates(asking.TestCase):
    """Free nodes."""

    def test_stock(self) -> None:
        """Placement is asked for as many as are wanted, and no more."""
        self.assertEqual(2, self.ask(3).candidates)

        (request,) = self.sent('GET', asking.CANDIDATES)
        self.assertEqual(
            {
                'resources': ['custom_baremetal:1'],
                'required': ['custom_fast'],
                'limit': ['3'],
            },
            request.qs,
        )
        self.assertIsNone(self.ask(0).candidates)
