# SPDX-License-Identifier: Apache-2.0
"""Tests of what looks cost in simulated clouds of two sizes.

What is the same in both follows what is ours.
"""

from __future__ import annotations

import datetime
import pathlib
import statistics
import tempfile
import typing
import unittest

from hvctl.model.snapshot import Scope, WholeLook
from hvctl.tests.fixtures import requests
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import looks
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import pace

_SMALL = numbers.Size(hosts=20, ours=3, guests=6, free_nodes=2)
_LARGE = numbers.Size(hosts=300, ours=3, guests=6, free_nodes=2)

#: Requests and bytes of a look that waits, in whatever cloud.
_REQUESTS = 10
_READ = 100_000

#: GETs of a drain of sixty guests that take a minute each, four at a time.
_OF_SIXTY = 500

#: Within so many seconds half of the ends of moves are noticed.
_LATE = 3


class TestCost(unittest.TestCase):
    """Requests and bytes of each look of a command."""

    def run_verb(
        self, size: numbers.Size, verb: str, *arguments: str
    ) -> list[looks.Look]:
        """Run a command to a good end; return its looks."""
        with tempfile.TemporaryDirectory() as directory:
            config = pathlib.Path(directory) / 'nova.conf'
            config.write_text(requests.NOVA_CONF)
            found, result = looks.run(
                cloud.Cloud(1, size),
                *('hypervisor', 'ephemeral', verb),
                *(each.replace('CONFIG', str(config)) for each in arguments),
            )
        self.assertEqual(0, result.status, result.stderr)
        return found

    def in_both(
        self,
        verb: str,
        *arguments: str,
        is_counted: typing.Callable[[Scope], bool],
    ) -> list[looks.Look]:
        """Return the looks that count, which cost the same in both."""
        small, large = (
            [
                look
                for look in self.run_verb(size, verb, *arguments)
                if is_counted(look.scope)
            ]
            for size in (_SMALL, _LARGE)
        )
        self.assertEqual(
            sorted({look.requests for look in small}),
            sorted({look.requests for look in large}),
        )
        return large

    def test_create(self) -> None:
        """While a machine comes up, a look asks for it only."""
        found = self.in_both(
            'create',
            'new1',
            *('--image', 'debian', '--flavor', 'metal'),
            *('--network', 'internalapi', '--config', 'CONFIG'),
            is_counted=lambda scope: (
                isinstance(scope, WholeLook) and scope.known is not None
            ),
        )

        self.assertGreater(len(found), 9)
        # Two see what has come: the service, and then its compute node.
        self.assert_cheap(found, but=2)

    def test_drain(self) -> None:
        """Once the first guest has gone, a look asks for the host only."""
        found = self.in_both(
            'drain',
            'hv00001',
            is_counted=lambda scope: (
                isinstance(scope, WholeLook) and scope.services_of is not None
            ),
        )

        self.assertGreater(len(found), 2)
        self.assert_cheap(found)
        self.assertLessEqual(max(look.requests for look in found), 8)

    def test_drain_of_many(self) -> None:
        """Sixty guests that take a minute each, four at a time."""
        size = numbers.Size(hosts=100, ours=3, guests=60)
        simulated = cloud.Cloud(
            1, size, pace.Pace(scheduled=1, copied=59, at_once=4)
        )
        began = simulated.clock.now()

        found, result = looks.run(
            simulated,
            *('hypervisor', 'ephemeral', 'drain', 'hv00001'),
            *('--max-parallel', '4'),
        )

        self.assertEqual(0, result.status, result.stderr)
        asked = [each.method for each in simulated.application.asked]
        self.assertLessEqual(asked.count('GET'), _OF_SIXTY)
        migrations = simulated.world.migrations
        ended = [record.updated_at for _, record in migrations.rising()]
        self.assertEqual(60, len(ended))
        self.assertLessEqual(
            statistics.median(
                min(
                    (look.at - at).total_seconds()
                    for look in found
                    if look.at >= at
                )
                for at in ended
            ),
            _LATE,
        )
        took = simulated.clock.now() - began
        # The first goes alone; its destination is chosen anew for each.
        self.assertLess(took, (1 + 60 / 4) * datetime.timedelta(seconds=66))

    def assert_cheap(self, found: list[looks.Look], but: int = 0) -> None:
        """Hardly any look costs more than a few short requests."""
        dear = [
            look
            for look in found
            if look.requests > _REQUESTS or look.read > _READ
        ]
        self.assertLessEqual(len(dear), but, dear)
