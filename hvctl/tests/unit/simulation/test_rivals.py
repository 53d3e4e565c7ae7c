# SPDX-License-Identifier: Apache-2.0
"""Tests of several people who type commands for one name at once."""

from __future__ import annotations

import collections
import dataclasses
import json
import pathlib
import random
import tempfile
import typing
import unittest

from werkzeug import datastructures

from hvctl.tests.fixtures import requests
from hvctl.tests.simulation import candidates
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import operators
from hvctl.tests.simulation import pace
from hvctl.tests.simulation import perils
from hvctl.tests.simulation import pictures
from hvctl.tests.simulation import rivals

_SIZE = numbers.Size(hosts=2, guests=1, free_nodes=3)

#: How often each test is done, with turns of its own.
_SEEDS = range(3)

#: What a hypervisor is made of.
_ONE_OF_EACH = {
    'servers': 1,
    'consumers': 1,
    'ports': 1,
    'services': 1,
    'compute_nodes': 1,
    'providers': 1,
    'agents': 1,
}

_DELETE = ('delete', 'new1')


class TestRivals(unittest.TestCase):
    """Two commands, mixed in any order."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        path = pathlib.Path(directory.name)
        (path / 'nova.conf').write_text(requests.NOVA_CONF)
        (path / 'own').write_text('#!/bin/sh\n')
        machine = (
            *('create', 'new1', '--image', 'debian', '--flavor', 'metal'),
            *('--network', 'internalapi'),
        )
        self.create = (*machine, f'--config={path}/nova.conf')
        self.create_own = (*machine, f'--user-data={path}/own')
        self.start(0)

    def start(self, seed: int) -> None:
        """Begin with a cloud that has no hypervisor of ours."""
        self.chance = random.Random(seed)
        # Until then no server has the port.
        scheduled = self.chance.choice((1, 5, 12))
        pace_ = dataclasses.replace(pace.QUICK, scheduled=scheduled)
        self.cloud = cloud.Cloud(seed, _SIZE, pace_)
        self.before = pictures.picture(self.cloud.world)

    def race(
        self, *typed: tuple[str, ...], **how: typing.Any
    ) -> list[commands.Result]:
        """Type commands at once."""
        return rivals.type_at_once(self.cloud, self.chance, *typed, **how)

    def assert_well(self, *results: commands.Result) -> None:
        """All have ended well."""
        for result in results:
            self.assertEqual(0, result.status, result)

    def assert_one_of_each(self) -> None:
        """There is one hypervisor, and it takes guests."""
        now = pictures.picture(self.cloud.world)
        new = collections.Counter(
            table for table, _ in now.keys() - self.before.keys()
        )
        self.assertEqual(_ONE_OF_EACH, new)
        self.assertEqual(['new1'], self.open())

    def assert_nothing_left(self) -> None:
        """All is as it was before."""
        self.cloud.clock.advance(60)
        now = pictures.picture(self.cloud.world)
        self.assertEqual([], pictures.differences(self.before, now))

    def open(self) -> list[str]:
        """Return the new hosts that take guests."""
        of, world = self.cloud.stock, self.cloud.world
        query = datastructures.MultiDict(
            {
                'resources': 'VCPU:1,MEMORY_MB:2048',
                'required': '!COMPUTE_STATUS_DISABLED',
            }
        )
        found = []
        for provider in candidates.providers(world, of, query):
            service = world.services.find('host', provider.name)
            if provider.name.startswith('new') and service is not None:
                found.append(provider.name)
        return found

    def assert_good_where_open(self) -> None:
        """Nothing takes guests of which a part is not there yet."""
        for name in self.open():
            ((_, of),) = self.cloud.world.services.having('host', name)
            self.assertTrue(of.mapped)
            self.assertIsNotNone(self.cloud.world.agents.find('host', name))
            self.seen.add(name)

    def test_creates(self) -> None:
        """Two creates of one name make one of each, and both succeed.

        Neither opens what the other has not finished.
        """
        for seed in _SEEDS:
            for create in (self.create, self.create_own):
                with self.subTest(seed=seed, create=create):
                    self.start(seed)
                    self.seen: set[str] = set()

                    results = self.race(
                        create, create, watch=self.assert_good_where_open
                    )

                    self.assert_well(*results)
                    self.assert_one_of_each()
                    self.assertEqual({'new1'}, self.seen)

    def test_taking_over(self) -> None:
        """Where who made the port is dead, both may make a server."""
        for seed in _SEEDS:
            with self.subTest(seed=seed):
                self.kill_after_port(seed)

                self.assert_well(*self.race(self.create, self.create))

                self.assert_one_of_each()

    def kill_after_port(self, seed: int) -> None:
        """Begin anew, and kill a create after it has made the port."""
        verb, *words = self.create
        for number in range(3, 20):
            self.start(seed)
            operators.Operator(self.cloud, self.chance).type(
                verb,
                *words,
                peril=perils.Peril(
                    what=perils.What.KILLED,
                    when=perils.When.AFTER_WRITE,
                    number=number,
                ),
            )
            now = pictures.picture(self.cloud.world)
            new = {table for table, _ in now.keys() - self.before.keys()}
            if 'ports' in new:
                self.assertNotIn('servers', new)
                return
        self.fail('no port was made')

    def test_deletes(self) -> None:
        """Two deletes of one name leave nothing, and both succeed."""
        for seed in _SEEDS:
            with self.subTest(seed=seed):
                self.start(seed)
                self.assert_well(*self.race(self.create))

                self.assert_well(*self.race(_DELETE, _DELETE))

                self.assert_nothing_left()

    def test_create_against_delete(self) -> None:
        """Whoever wins, a delete afterwards leaves nothing."""
        for seed in _SEEDS:
            with self.subTest(seed=seed):
                self.start(seed)
                self.race(self.create, _DELETE)

                self.assert_well(*self.race(_DELETE))

                self.assert_nothing_left()

    def test_drains(self) -> None:
        """Two drains of one host move each guest once, and both succeed."""
        for seed in _SEEDS:
            with self.subTest(seed=seed):
                size = numbers.Size(hosts=3, ours=1, guests=3)
                self.cloud = cloud.Cloud(seed, size, pace.QUICK)
                self.chance = random.Random(seed)
                drain = ('drain', 'hv00001', '--format', 'json')

                results = self.race(drain, drain)

                self.assert_well(*results)
                rows = [json.loads(each.stdout) for each in results]
                self.assertEqual([3, 3], [*map(len, rows)])
                migrations = self.cloud.world.migrations.rising()
                moved = [each.server_id for _, each in migrations]
                self.assertEqual(len(set(moved)), len(moved))
                self.assertEqual(3, len(moved))
