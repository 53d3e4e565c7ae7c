# SPDX-License-Identifier: Apache-2.0
"""Tests of the figures of a simulated cloud, against its services' own."""

from __future__ import annotations

import dataclasses
import math
import typing
import unittest

from hvctl import exceptions
from hvctl.cloud import clients
from hvctl.model import identity
from hvctl.model.stats import Stats
from hvctl.osc.output import stats
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import population
from hvctl.tests.simulation import records

_FEW = numbers.Size(hosts=6, ours=3, guests=4, free_nodes=2)
#: More than are asked for by themselves.
_MANY = numbers.Size(hosts=60, ours=55, guests=2, free_nodes=2)


class TestStats(unittest.TestCase):
    """What ``stats show`` counts."""

    def of(self, simulated: cloud.Cloud, *flavors: str) -> Stats:
        """Take the figures."""
        failures: list[str] = []
        with commands.inside(simulated):
            client = clients.Client.connect(simulated.connect())
            found = stats.look(client, flavors, failures.append)
        self.assertEqual([], failures)
        return found

    def ours(self, simulated: cloud.Cloud) -> list[records.Provider]:
        """Return the providers of our hosts."""
        return [
            provider
            for _, provider in simulated.world.providers.rising()
            if identity.TRAIT in provider.traits
        ]

    def assert_agrees(self, simulated: cloud.Cloud, found: Stats) -> None:
        """What is used and what is there is as Placement has it."""
        for name, amount in found.amounts.items():
            has = [
                (
                    int(provider.inventories[name].capacity),
                    simulated.stock.used(provider).get(name, 0),
                )
                for provider in self.ours(simulated)
            ]
            self.assertEqual(tuple(map(sum, zip(*has, strict=True))), amount)

    def test_agrees(self) -> None:
        """Figures are those of the services, for few and for many."""
        for size in (_FEW, _MANY):
            with self.subTest(size):
                simulated = cloud.Cloud(1, size)

                found = self.of(simulated, 'small')

                self.assert_agrees(simulated, found)
                self.assertEqual({'enabled': size.ours}, found.phases)
                self.assertEqual(size.ours * size.guests, found.guests)
                self.assertEqual(size.guests, found.density)
                self.assertEqual(
                    {'free': size.free_nodes, 'in use': size.ours},
                    found.metal,
                )
                self.assertEqual(
                    {'ACTIVE': found.guests} if size is _FEW else None,
                    found.statuses,
                )
                self.assertEqual({'small': self.room(simulated)}, found.seats)

    def room(self, simulated: cloud.Cloud) -> int:
        """Count the seats for a small guest, host by host."""
        wanted = population.SMALL.resources
        return sum(
            min(
                math.floor(
                    (
                        provider.inventories[name].capacity
                        - simulated.stock.used(provider).get(name, 0)
                    )
                    / amount
                )
                for name, amount in wanted.items()
            )
            for provider in self.ours(simulated)
        )

    def test_full(self) -> None:
        """A host without room counts, too."""
        simulated = cloud.Cloud(1, _FEW)
        full = self.ours(simulated)[0]
        few: dict[str, typing.Any] = {'total': 4 * 2048 + 512}
        simulated.stock.set_inventories(
            full,
            {
                **full.inventories,
                'MEMORY_MB': full.inventories['MEMORY_MB']._replace(
                    **few, allocation_ratio=1.0, reserved=512
                ),
            },
        )

        found = self.of(simulated, 'small')

        self.assert_agrees(simulated, found)
        self.assertEqual({'small': self.room(simulated)}, found.seats)

    def test_without_trait(self) -> None:
        """Those that were made without a profile have none of ours."""
        simulated = cloud.Cloud(1, _FEW)
        expected = self.of(simulated, 'small')
        for provider in self.ours(simulated)[:2]:
            simulated.stock.change(
                dataclasses.replace(
                    provider, traits=provider.traits - {identity.TRAIT}
                )
            )

        found = self.of(simulated, 'small')
        self.assertEqual(dataclasses.replace(expected, at=found.at), found)

    def test_none_of_ours(self) -> None:
        """Where nothing is ours yet, nothing is counted but metal."""
        found = self.of(cloud.Cloud(1, numbers.Size(hosts=2, free_nodes=3)))

        self.assertEqual({}, found.phases)
        self.assertIsNone(found.density)
        self.assertEqual({'free': 3}, found.metal)

    def test_no_flavor(self) -> None:
        """A flavor that there is not is refused before anything is read."""
        simulated = cloud.Cloud(1, _FEW)

        with self.assertRaisesRegex(
            exceptions.InvalidRequest, 'there is no flavor huge'
        ):
            self.of(simulated, 'huge')
