# SPDX-License-Identifier: Apache-2.0
"""Tests of what becomes of simulated machines."""

from __future__ import annotations

import typing

from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import pace
from hvctl.tests.unit.simulation import base


class TestFailedDeploys(base.TestCase):
    """Nodes whose deploys fail."""

    service = 'compute'
    version = '2.80'

    def build(self, failing: int, attempts: int) -> dict[str, typing.Any]:
        """Build a machine, while the deploys of some of two nodes fail."""
        self.cloud = cloud.Cloud(1, base.SIZE, pace.Pace(attempts=attempts))
        self.world = self.cloud.world
        self.session = self.cloud.login()
        first = self.world.first
        for number in range(failing):
            self.world.failing[first.nodes.id(base.SIZE.ours + number)] = 'hot'
        body = {
            'name': 'new1',
            'flavorRef': 'metal',
            'imageRef': first.image_id,
            'networks': 'none',
        }
        answer = self.answer('/servers', 'POST', json={'server': body})
        self.cloud.clock.advance(99)
        server = self.answer(f'/servers/{answer["server"]["id"]}')['server']
        assert isinstance(server, dict)
        return server

    def test_another_node(self) -> None:
        """Nova tries the next node, and leaves the first as it is."""
        server = self.build(failing=1, attempts=3)

        self.assertEqual('ACTIVE', server['status'])
        states = [
            (node.provision_state, node.last_error, node.instance_uuid)
            for _, node in self.world.nodes.rising(base.SIZE.ours - 1)
        ]
        self.assertEqual(
            [('deploy failed', 'hot', None), ('active', None, server['id'])],
            states,
        )

    def test_no_other_node(self) -> None:
        """Nova gives up when it has tried often enough, or everything."""
        for failing, attempts, words in (
            (1, 1, 'Failed to provision instance'),
            (2, 2, 'Exceeded max scheduling attempts 2'),
            (2, 3, 'Exhausted all hosts'),
        ):
            with self.subTest(failing=failing, attempts=attempts):
                server = self.build(failing, attempts)

                self.assertEqual('ERROR', server['status'])
                self.assertIn(words, server['fault']['message'])
                self.assertIsNone(server['OS-EXT-SRV-ATTR:host'])
                self.assertIsNone(self.cloud.stock.consumer(server['id']))
