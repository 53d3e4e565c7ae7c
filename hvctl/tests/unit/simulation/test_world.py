# SPDX-License-Identifier: Apache-2.0
"""Tests of what a simulated cloud has at first."""

from __future__ import annotations

import typing
import unittest

from hvctl.model import identity
from hvctl.tests.simulation import clock
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import tables
from hvctl.tests.simulation import world

_SIZE = numbers.Size(hosts=7, ours=3, guests=4, free_nodes=2)


def _tables(of: world.World) -> dict[str, tables.Table[typing.Any]]:
    return {
        name: table
        for name, table in vars(of).items()
        if isinstance(table, tables.Table)
    }


class TestWorld(unittest.TestCase):
    """What is there at first."""

    def setUp(self) -> None:
        self.world = world.World(5, clock.Clock(), _SIZE)

    def test_indexes(self) -> None:
        """What an index finds by arithmetic is what has the value."""
        for name, table in _tables(self.world).items():
            everything = list(table.rising())
            for index, how in table.indexes.items():
                if index in ('mac', 'address'):
                    continue
                by_value: dict[str, list[int]] = {}
                for number, record in everything:
                    for value in how.values(record):
                        by_value.setdefault(value, []).append(number)
                by_value.pop('', None)
                by_value['of nothing'] = []
                for value, found in by_value.items():
                    with self.subTest(table=name, index=index, value=value):
                        self.assertEqual(
                            found, [n for n, _ in table.having(index, value)]
                        )
                        self.assertEqual(
                            found[::-1],
                            [n for n, _ in table.having_before(index, value)],
                        )

    def test_usage(self) -> None:
        """What is used of a provider is what its consumers have."""
        for number, provider in self.world.providers.rising():
            used: dict[str, int] = {}
            having = self.world.consumers.having('provider', provider.uuid)
            for _, consumer in having:
                for name, amount in consumer.has[provider.uuid].items():
                    used[name] = used.get(name, 0) + amount

            self.assertEqual(used, dict(self.world.first.used(number)))

    def test_same_seed(self) -> None:
        """Two clouds of one seed have the same, those of two have not."""
        same = world.World(5, clock.Clock(), _SIZE)
        other = world.World(6, clock.Clock(), _SIZE)

        for name, table in _tables(self.world).items():
            mine = list(table.rising())
            with self.subTest(name):
                self.assertEqual(mine, list(_tables(same)[name].rising()))
                if mine:
                    self.assertNotEqual(
                        mine, list(_tables(other)[name].rising())
                    )

    def test_ours(self) -> None:
        """The ids of our hypervisors prove that they are ours."""
        for number in range(_SIZE.ours):
            machine = self.world.servers.get(number)
            assert machine is not None

            self.assertTrue(
                identity.is_ours(
                    machine.name, machine.metadata[identity.COMPUTE_ID_KEY]
                )
            )
