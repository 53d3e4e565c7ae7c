# SPDX-License-Identifier: Apache-2.0
"""Tests of the zone that machines are taken from."""

from __future__ import annotations

import typing

from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.ask import asking

ZONES = f'{base.COMPUTE}/os-availability-zone'
AGGREGATES = f'{base.COMPUTE}/os-aggregates'


def a_zone(name: str, available: bool = True) -> dict[str, typing.Any]:
    """A zone as Nova lists it."""
    return {'zoneName': name, 'zoneState': {'available': available}}


class TestZones(asking.TestCase):
    """A zone is checked, and free nodes are counted in it."""

    def setUp(self) -> None:
        super().setUp()
        zones = [a_zone('metal'), a_zone('nova'), a_zone('old', False)]
        self.mock.get(ZONES, json={'availabilityZoneInfo': zones})
        self.mock.get(
            AGGREGATES,
            json={
                'aggregates': [
                    {
                        'id': number,
                        'uuid': f'u{number}',
                        'name': f'a{number}',
                        'hosts': [],
                        'availability_zone': zone,
                    }
                    for number, zone in enumerate(('metal', None, 'metal'))
                ]
            },
        )

    def test_free_nodes(self) -> None:
        """Those of another zone do not count; the default one has no mark."""
        for zone, members in (
            ('metal', ['in:u0,u2']),
            ('nova', None),
            (None, None),
        ):
            with self.subTest(zone=zone):
                facts = self.ask(machine_zone=zone)

                self.assertEqual((), facts.problems + facts.unknown)
                request = self.sent('GET', asking.CANDIDATES)[-1]
                self.assertEqual(members, request.qs.get('member_of'))

    def test_wrong(self) -> None:
        """Nova would refuse a zone without an enabled service."""
        for zone, words in (
            (
                'wood',
                'there is no availability zone wood; there are: metal, nova, '
                'old',
            ),
            ('old', 'no service in availability zone old is enabled'),
        ):
            with self.subTest(zone=zone):
                self.assertEqual(
                    (words,), self.ask(machine_zone=zone).problems
                )

    def test_unknown(self) -> None:
        """What cannot be read stops nothing, and no wrong nodes count."""
        self.mock.get(ZONES, status_code=403, json={})
        self.mock.get(AGGREGATES, status_code=503, json={})

        facts = self.ask(machine_zone='metal')

        self.assertEqual((), facts.problems)
        first, second = facts.unknown
        self.assertIn('could not list the availability zones', first)
        self.assertIn('could not list the aggregates', second)
        self.assertIsNone(facts.candidates)
