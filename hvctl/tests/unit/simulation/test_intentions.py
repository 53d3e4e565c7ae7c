# SPDX-License-Identifier: Apache-2.0
"""Tests of what create and list do with what operators intend."""

from __future__ import annotations

import datetime
import typing
import unittest

from hvctl.model import identity
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import numbers
from hvctl.tests.unit.simulation import recipe

_SIZE = numbers.Size(hosts=4, ours=2, guests=0, free_nodes=2)


class TestIntentions(unittest.TestCase):
    """What is noted as a hypervisor is made, and what list makes of it."""

    def setUp(self) -> None:
        self.cloud = cloud.Cloud(1, _SIZE)

    def type(self, *words: str) -> typing.Any:
        """Type a command."""
        return commands.run(
            self.cloud, 'hypervisor', 'ephemeral', *words, '-fjson'
        )

    def create(self, *words: str) -> typing.Any:
        """Type a create."""
        return self.type('create', 'new', *recipe.options(self), *words)

    def metadata(self) -> dict[str, str]:
        """Return what the new server's metadata has of this."""
        (server,) = (
            server
            for _, server in self.cloud.world.servers.rising()
            if server.name == 'new'
        )
        return {
            key: value
            for key, value in server.metadata.items()
            if key in (identity.EXPIRES_KEY, identity.DESCRIPTION_KEY)
        }

    def test_create(self) -> None:
        """A moment is kept as it is, a time counts from the start."""
        now = self.cloud.clock.now()
        later = (now + datetime.timedelta(days=3)).replace(microsecond=0)
        for said in ('3d', later.isoformat(), f'{later:%Y-%m-%dT%H:%M:%S}'):
            with self.subTest(said=said):
                self.setUp()
                made = self.create(
                    *('--expires', said, '--description', 'for  A')
                )

                self.assertEqual(0, made.status, made)
                found = self.metadata()
                self.assertEqual('for A', found[identity.DESCRIPTION_KEY])
                expires = datetime.datetime.fromisoformat(
                    found[identity.EXPIRES_KEY]
                )
                self.assertLess(
                    abs(expires - later), datetime.timedelta(seconds=5)
                )

    def test_past(self) -> None:
        """What would have expired already is refused, and nothing made."""
        for said in ('2001-01-01T00:00', '2001-01-01T01:00+01:00'):
            with self.subTest(said=said):
                refused = self.create('--expires', said)

                self.assertEqual(1, refused.status, refused)
                self.assertIn('has passed: by the cloud', refused.stderr)
                self.assertEqual(2, len(self.type('list').json()))

    def test_phases(self) -> None:
        """Those are listed that are in one of the phases."""
        self.create('--no-wait')
        for words, count in (
            (('--phase', 'enabled'), 2),
            (('--phase', 'building'), 1),
            (('--phase', 'building', '--phase', 'enabled'), 3),
            (('--phase', 'no agent'), 0),
            ((), 3),
        ):
            with self.subTest(words=words):
                self.assertEqual(count, len(self.type('list', *words).json()))
