# SPDX-License-Identifier: Apache-2.0
"""Tests of machines with further networks, on the simulated cloud."""

from __future__ import annotations

import base64
import contextlib

from hvctl.model.steps import CreateServer, DeletePort, DeleteTrunk
from hvctl.tests.fixtures import errors
from hvctl.tests.fixtures import failures
from hvctl.tests.simulation import stepping
from hvctl.tests.unit.run import simulated


class TestCase(simulated.TestCase):
    """Has sub-networks unless a test says otherwise."""

    def create(self, *names, **changes):
        """Run create with two sub-networks."""
        subnetworks = (
            self.a_subnetwork('storage'),
            self.a_subnetwork('tunnels', segmentation_id=7),
        )
        return super().create(*names, subnetworks=subnetworks, **changes)

    def assert_wired(self, name='hv1', *, bound=True):
        """The machine's port has one trunk with both sub-ports.

        :param bound: it is its server's; Nova unbinds it when a build fails
        """
        self.assertEqual(
            ['port', 'sub-port', 'sub-port', 'trunk'],
            sorted(
                t
                for t in self.cloud.traces(name)
                if 'port' in t or t == 'trunk'
            ),
        )
        ((parent, trunk),) = self.parents()
        self.assertEqual(name, parent.name)
        self.assertEqual({102, 7}, {*trunk.subports.values()})
        (server,) = self.cloud.ours(name)
        self.assertEqual(server.id if bound else '', parent.device_id)

    def parents(self):
        """Return the ports that have trunks, with these."""
        found = [(p, self.cloud.trunk_of(p)) for p in self.cloud.ports()]
        return [(port, trunk) for port, trunk in found if trunk]


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
        self.assertRegex(told, r"addresses=\('12\.0\.0\.\d+/20',\)")

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
        self.cloud.fail_deploys('no luck')

        result = self.create('hv1', retries=1)

        self.assertFalse(result.ok)
        self.assertEqual(2, self.kinds().count('CreateServer'))
        self.assertEqual(1, self.kinds().count('CreatePort'))
        self.assert_wired(bound=False)

    def test_taken_back(self):
        """Whatever was made of it goes again."""
        self.cloud.fail_deploys('no luck')

        self.assertFalse(self.create('hv1', delete_on_failure=True).ok)

        self.assert_nothing_left()

    def test_sub_port_lost(self):
        """One that somebody has deleted comes into the trunk that is there."""
        self.cloud.fail_deploys('no luck')
        self.create('hv1')
        self.cloud.world.failing.clear()
        self.cloud.end('hv1')
        self.cloud.pass_time(60)
        ((_, trunk),) = self.parents()
        self.cloud.lose_subport(trunk)

        result = self.create('hv1')

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(1, self.kinds().count('AddSubports'))
        self.assert_wired()


class TestKilled(TestCase):
    """Killed anywhere, the same command again is the recovery."""

    kind = stepping.Mortal

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
