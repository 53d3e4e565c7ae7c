# SPDX-License-Identifier: Apache-2.0
"""Tests of the real command against a simulated cloud."""

from __future__ import annotations

import pathlib
import tempfile
import typing
import unittest

from hvctl.tests.fixtures import requests
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import meter
from hvctl.tests.simulation import numbers

_SIZE = numbers.Size(hosts=5, ours=2, guests=2, free_nodes=2)


class TestCommands(unittest.TestCase):
    """Whole commands, in this process."""

    def setUp(self) -> None:
        self.cloud = cloud.Cloud(1, _SIZE)

    def run_verb(self, verb: str, *arguments: str) -> typing.Any:
        """Run a verb to a good end; return what it prints."""
        result = commands.run(
            self.cloud, 'hypervisor', 'ephemeral', verb, *arguments, '-fjson'
        )
        self.assertEqual(0, result.status, result.stderr)
        return result.json()

    def test_life(self) -> None:
        """A hypervisor is made, another one drained, and both deleted."""
        with tempfile.TemporaryDirectory() as directory:
            config = pathlib.Path(directory) / 'nova.conf'
            config.write_text(requests.NOVA_CONF)
            created = self.run_verb(
                'create',
                'new1',
                *('--image', 'debian', '--flavor', 'metal'),
                *('--network', 'internalapi', '--config', str(config)),
            )
        self.assertEqual(['done'], [row['Result'] for row in created])

        drained = self.run_verb('drain', 'hv00001')
        self.assertEqual(['moved'] * 2, [row['Result'] for row in drained])

        deleted = self.run_verb('delete', 'hv00001', 'new1')
        self.assertEqual(['done'] * 2, [row['Result'] for row in deleted])
        left = self.run_verb('list')
        self.assertEqual(['hv00002'], [row['Name'] for row in left])
        states = {
            n.provision_state for _, n in self.cloud.world.nodes.rising()
        }
        self.assertEqual({'active', 'available'}, states)

    def test_list_and_show(self) -> None:
        """They show what there is; what they cost is measured."""
        rows = self.run_verb('list')
        self.assertEqual(
            [('hv00001', 'enabled', 2), ('hv00002', 'enabled', 2)],
            [(row['Name'], row['Phase'], row['Guests']) for row in rows],
        )
        shown = self.run_verb('show', 'hv00001')
        self.assertEqual(
            self.cloud.world.first.compute_id(0), shown['compute_id']
        )

        figures = meter.measure(self.cloud, 'hypervisor', 'ephemeral', 'list')
        self.assertEqual(0, figures.status)
        self.assertEqual(
            figures.requests, sum(n for n, _ in figures.by_kind.values())
        )
