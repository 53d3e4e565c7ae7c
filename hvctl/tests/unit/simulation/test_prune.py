# SPDX-License-Identifier: Apache-2.0
"""Tests of prune against a simulated cloud."""

from __future__ import annotations

import dataclasses
import datetime
import random
import typing
import unittest
from unittest import mock

from hvctl.cloud import cloud_time
from hvctl.model import identity
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import operators
from hvctl.tests.simulation import records
from hvctl.tests.simulation import rivals

_SIZE = numbers.Size(hosts=6, ours=3, guests=2, free_nodes=2)


class TestPrune(unittest.TestCase):
    """Expired hypervisors go, and nothing else."""

    def setUp(self) -> None:
        self.cloud = cloud.Cloud(1, _SIZE)

    def server(self, name: str) -> tuple[int, records.Server]:
        """Return a server by its name."""
        return next(
            (number, server)
            for number, server in self.cloud.world.servers.rising()
            if server.name == name
        )

    def note(self, name: str, **metadata: str) -> None:
        """Write into the metadata of a server."""
        number, server = self.server(name)
        self.cloud.world.servers.put(
            number,
            dataclasses.replace(
                server, metadata={**server.metadata, **metadata}
            ),
        )

    def expire(self, name: str, hours: int = -1) -> None:
        """Let one expire."""
        at = self.cloud.clock.now() + datetime.timedelta(hours=hours)
        self.note(name, **{identity.EXPIRES_KEY: at.isoformat()})

    def names(self) -> list[str]:
        """Return the hypervisors that there are."""
        listed = self.type('list')
        return [row['Name'] for row in listed.json()]

    def there(self) -> list[str]:
        """Return those of which there is a server."""
        return sorted(
            server.name
            for _, server in self.cloud.world.servers.rising()
            if server.name.startswith('hv')
        )

    def type(self, *words: str) -> typing.Any:
        """Type a command once."""
        return commands.run(
            self.cloud, 'hypervisor', 'ephemeral', *words, '-fjson'
        )

    def hosts(self) -> dict[str, str | None]:
        """Return where each guest is."""
        ours = {f'hv{number:05}' for number in range(1, 4)}
        return {
            server.id: server.host
            for _, server in self.cloud.world.servers.rising()
            if server.name not in ours
        }

    def test_expired(self) -> None:
        """They go and their guests live on; what is protected stays."""
        self.expire('hv00001')
        self.expire('hv00002')
        self.note('hv00002', **{identity.PROTECTED_KEY: 'never'})
        self.expire('hv00003', hours=1)
        before = self.hosts()

        pruned = self.type('prune')

        self.assertEqual(0, pruned.status, pruned.stderr)
        self.assertEqual(
            [('hv00001', 'done')],
            [(row['Name'], row['Result']) for row in pruned.json()],
        )
        self.assertTrue(
            pruned.stderr.startswith('To be deleted: hv00001\n'),
            pruned.stderr,
        )
        self.assertEqual(['hv00002', 'hv00003'], self.names())
        after = self.hosts()
        self.assertEqual(before.keys(), after.keys())
        self.assertNotIn('hv00001', after.values())

        again = self.type('prune')
        self.assertEqual(
            (0, [], ''), (again.status, again.json(), again.stderr)
        )

    def test_quiet(self) -> None:
        """Where nothing has expired, not even a table is printed."""
        found = commands.run(self.cloud, 'hypervisor', 'ephemeral', 'prune')

        self.assertEqual(
            (0, '', ''), (found.status, found.stdout, found.stderr)
        )

    def test_grace(self) -> None:
        """What has expired a short while ago may stay a while longer."""
        self.expire('hv00001')

        self.assertEqual([], self.type('prune', '--grace', '2h').json())
        self.cloud.clock.advance(3600)
        self.assertEqual(1, len(self.type('prune', '--grace', '2h').json()))

    def test_dry_run(self) -> None:
        """It says what would be done, and what stays; nothing changes."""
        self.expire('hv00001')
        self.expire('hv00002')
        self.note('hv00002', **{identity.PROTECTED_KEY: 'never'})
        self.expire('hv00003', hours=1)
        before = self.hosts()
        asked = len(self.cloud.application.asked)

        planned = self.type('prune', '--dry-run')

        self.assertEqual(0, planned.status, planned.stderr)
        self.assertEqual(
            {'GET'},
            {
                request.method
                for request in self.cloud.application.asked[asked:]
                if not request.path.startswith('/identity')
            },
        )
        found = planned.json()
        self.assertEqual(
            [
                ('hv00002', 'stays'),
                ('hv00003', 'stays'),
                ('hv00001', 'planned'),
            ],
            [(row['Name'], row['Result']) for row in found[:3]],
        )
        self.assertEqual('drain: 2 guests would leave', found[2]['What'])
        self.assertEqual(before, self.hosts())
        self.assertEqual(3, len(self.names()))

    def test_foreign(self) -> None:
        """Whoever may call a server so, with the same metadata."""
        self.expire('hv00001')
        number, server = self.server('hv00001')
        self.cloud.world.servers.put(
            number, dataclasses.replace(server, project_id='somebody')
        )

        self.assertEqual([], self.type('prune').json())

        self.assertEqual(server.id, self.server('hv00001')[1].id)

    def test_two_at_once(self) -> None:
        """Two who prune at once end well, and the expired are gone."""
        for seed in range(3):
            with self.subTest(seed=seed):
                self.setUp()
                self.expire('hv00001')
                chance = random.Random(seed)

                results = rivals.type_at_once(
                    self.cloud, chance, ('prune',), ('prune',)
                )

                for result in results:
                    self.assertEqual(0, result.status, result)
                self.assertEqual(['hv00002', 'hv00003'], self.there())

    def test_whose_clock(self) -> None:
        """Where the cloud tells no time, nobody knows what has expired."""
        self.expire('hv00001')

        with mock.patch.object(
            cloud_time.CloudTime, 'hear', lambda *_, **__: None
        ):
            pruned = self.type('prune')

        self.assertEqual(1, pruned.status)
        self.assertIn('tells the time', pruned.stderr)
        self.assertEqual(3, len(self.names()))

    def test_whatever_happens(self) -> None:
        """Killed, or with answers lost: the same command gets there."""
        for seed in range(4):
            with self.subTest(seed=seed):
                self.cloud = cloud.Cloud(seed, _SIZE)
                for name in ('hv00001', 'hv00002'):
                    self.note(name, **{identity.EXPIRES_KEY: '2001-01-01'})
                self.note('hv00002', **{identity.PROTECTED_KEY: 'never'})
                operator = operators.Operator(self.cloud, random.Random(seed))

                operator.succeed('prune', '--max-draining', '100%')

                self.assertEqual(['hv00002', 'hv00003'], self.there())
