# SPDX-License-Identifier: Apache-2.0
"""Tests of machines with further networks, on a cloud in memory."""

from __future__ import annotations

import base64
import contextlib

from hvctl.model.steps import CreateServer, DeletePort, DeleteTrunk
from hvctl.tests.fixtures import errors
from hvctl.tests.fixtures import failures
from hvctl.tests.fixtures import requests
from hvctl.tests.unit.run import base

SUBNETWORKS = (
    requests.a_subnetwork('storage'),
    requests.a_subnetwork('tunnels', segmentation_id=7),
)


class TestCase(base.TestCase):
    """Has sub-networks unless a test says otherwise."""

    def create(self, *names, **changes):
        """Run create with two sub-networks."""
        return super().create(
            *names, **{'subnetworks': SUBNETWORKS, **changes}
        )

    def assert_wired(self, name='hv1'):
        """The machine's port has one trunk with both sub-ports."""
        self.assertEqual(
            ['port', 'sub-port', 'sub-port', 'trunk'],
            sorted(
                t
                for t in self.cloud.traces(name)
                if 'port' in t or t == 'trunk'
            ),
        )
        (parent,) = (
            p for p in self.cloud.ports.values() if p.name == name and p.trunk
        )
        self.assertEqual({102, 7}, {*parent.trunk.segmentation_ids.values()})
        (server,) = self.cloud.ours(name)
        self.assertEqual(server.id, parent.device_id)


class TestTrunks(TestCase):
    """Ports and trunk before the server, and after it."""

    def test_create(self):
        """The server is made when there is all that it must be told."""
        result = self.create('hv1')

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(
            [
                'CreateProvider',
                'SetHoldInventory',
                'PlaceHold',
                'CreatePort',
                'CreateSubport',
                'CreateSubport',
                'CreateTrunk',
                'CreateServer',
                'NoteTimes',
                'LiftHold',
            ],
            self.kinds(),
        )
        self.assert_wired()
        (server,) = (
            s for s in self.cloud.changes if isinstance(s, CreateServer)
        )
        told = base64.b64decode(server.user_data).decode()
        self.assertIn("'storage': Subport(segmentation_id=102", told)
        self.assertIn("'tunnels': Subport(segmentation_id=7", told)
        self.assertIn("addresses=('10.0.0.9/20',)", told)

    def test_delete(self):
        """The trunk goes before its ports, and nothing is left."""
        self.create('hv1')

        self.assertTrue(self.delete('hv1').ok)

        self.assert_nothing_left()
        kinds = self.kinds()
        self.assertEqual(
            ['DeleteTrunk', *['DeletePort'] * 3],
            kinds[kinds.index('DeleteTrunk') :][:4],
        )

    def test_unbound_late(self):
        """Neutron may keep both in use for a while after the server went."""
        for kind in (DeleteTrunk, DeletePort):
            with self.subTest(kind=kind.__name__):
                self.start()
                self.create('hv1')
                in_use = errors.conflict('it is in use')
                self.cloud.trouble[kind] = (7, in_use, False)

                result = self.delete('hv1')

                self.assertTrue(result.ok, self.message(result))
                self.assert_nothing_left()

    def test_failed_deploy(self):
        """Another server gets the same ports."""
        self.cloud.machines.deploy_error = 'no luck'

        result = self.create('hv1', retries=1)

        self.assertFalse(result.ok)
        self.assertEqual(2, self.kinds().count('CreateServer'))
        self.assert_wired()

    def test_taken_back(self):
        """Whatever was made of it goes again."""
        self.cloud.machines.deploy_error = 'no luck'

        self.assertFalse(self.create('hv1', delete_on_failure=True).ok)

        self.assert_nothing_left()

    def test_sub_port_lost(self):
        """One that somebody has deleted comes into the trunk that is there."""
        self.cloud.machines.deploy_error = 'no luck'
        self.create('hv1')
        self.cloud.machines.deploy_error = None
        self.delete_server('hv1')
        (parent,) = (p for p in self.cloud.ports.values() if p.trunk)
        lost = next(iter(parent.trunk.segmentation_ids))
        del parent.trunk.segmentation_ids[lost]
        del self.cloud.ports[lost]

        result = self.create('hv1')

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(1, self.kinds().count('AddSubports'))
        self.assert_wired()

    def delete_server(self, name):
        """Delete the server and nothing else."""
        (server,) = self.cloud.ours(name)
        self.cloud.machines.end(server.id)
        self.cloud.pass_time(60)


class TestKilled(TestCase):
    """Killed anywhere, the same command again is the recovery."""

    kind = failures.Mortal

    def test_create_and_delete(self):
        """One trunk in the end, and none after that."""
        for unanswered in (False, True):
            for lives in range(1, 12):
                with self.subTest(lives=lives, unanswered=unanswered):
                    self.start()
                    self.cloud.lives = lives
                    self.cloud.unanswered = unanswered
                    with contextlib.suppress(failures.Killed):
                        self.create('hv1')
                    self.cloud.lives = None

                    result = self.create('hv1', life=2)

                    self.assertTrue(result.ok, self.message(result))
                    self.assert_wired()
                    self.assertTrue(self.delete('hv1').ok)
                    self.assert_nothing_left()
