# SPDX-License-Identifier: Apache-2.0
"""Tests of how many nodes are free."""

from __future__ import annotations

from hvctl.tests.unit.cloud.ask import asking


class TestCandidates(asking.TestCase):
    """Free nodes."""

    def test_stock(self) -> None:
        """Placement is asked for as many as are wanted, and no more.

        It is asked as nova-scheduler asks it: nodes with a forbidden trait,
        or whose nova-compute is disabled, are not among them.
        """
        self.assertEqual(2, self.ask(2).candidates)

        (request,) = self.sent('GET', asking.CANDIDATES)
        self.assertEqual(
            {
                'resources': ['custom_baremetal:1'],
                'required': [
                    'custom_fast,!custom_slow,!compute_status_disabled'
                ],
                'limit': ['2'],
            },
            request.qs,
        )
        self.assertIsNone(self.ask(0).candidates)

    def test_disabled(self) -> None:
        """Where nodes are missing, those that are disabled are counted."""

        def answer(request, context):
            (required,) = request.qs['required']
            free = required.endswith(',!compute_status_disabled')
            return {'allocation_requests': [{}] * (1 if free else 4)}

        self.mock.get(asking.CANDIDATES, json=answer)

        facts = self.ask(3)

        self.assertEqual((1, 4), (facts.candidates, facts.disabled))
        self.assertEqual(2, len(self.sent('GET', asking.CANDIDATES)))
        self.assertEqual(0, self.ask(1).disabled)
