# SPDX-License-Identifier: Apache-2.0
"""Tests of the aggregates to join."""

from __future__ import annotations

from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.ask import asking


class TestAggregates(asking.TestCase):
    """Aggregates."""

    def test_aggregates(self) -> None:
        """Aggregates are found by name, or by the zone that they make."""
        zone = {'availability_zone': 'az1'}
        self.mock.get(
            f'{base.COMPUTE}/os-aggregates',
            json={
                'aggregates': [
                    {
                        'id': 1,
                        'uuid': 'u1',
                        'name': 'a',
                        'hosts': [],
                        'availability_zone': 'az1',
                        'metadata': zone,
                    },
                    {
                        'id': 2,
                        'uuid': 'u2',
                        'name': 'b',
                        'hosts': [],
                        'availability_zone': None,
                        'metadata': {},
                    },
                ]
            },
        )

        self.assertEqual({'u2': 2}, self.ask(aggregates=('b',)).aggregates)
        self.assertEqual(
            {'u1': 1}, self.ask(availability_zone='az1').aggregates
        )
        (message,) = self.ask(aggregates=('c',)).problems
        self.assertEqual('there is no aggregate c', message)
        (message,) = self.ask(availability_zone='az3').problems
        self.assertIn('availability zone az3: none', message)

    def test_aggregates_that_cannot_be_read(self) -> None:
        """None of them is said not to be there."""
        self.mock.get(
            f'{base.COMPUTE}/os-aggregates', status_code=503, json={}
        )

        (message,) = self.ask(aggregates=('a',)).problems

        self.assertIn('could not list the aggregates', message)

    def test_two_zones(self) -> None:
        """Nova lets no host be in aggregates of two zones."""
        self.mock.get(
            f'{base.COMPUTE}/os-aggregates',
            json={
                'aggregates': [
                    {
                        'id': number,
                        'uuid': f'u{number}',
                        'name': f'a{number}',
                        'hosts': [],
                        'availability_zone': zone,
                    }
                    for number, zone in enumerate(('az1', 'az2', None))
                ]
            },
        )

        for wanted in (
            {'aggregates': ('a0', 'a1')},
            {'aggregates': ('a0', 'a2'), 'availability_zone': 'az2'},
        ):
            (message,) = self.ask(**wanted).problems
            self.assertIn('a0 (az1), a1 (az2)', message)
        wanted = {'aggregates': ('a0', 'a2'), 'availability_zone': 'az1'}
        self.assertEqual((), self.ask(**wanted).problems)
