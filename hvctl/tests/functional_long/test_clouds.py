# SPDX-License-Identifier: Apache-2.0
"""Hypervisors register in another cloud than the one that has their metal.

The embedded cloud plays both: the compute cloud is seen by another project,
and without bare metal.
"""

from __future__ import annotations

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell

#: See lab/hvctl_lab/services/clients.py.
COMPUTE_CLOUD = 'lab-compute'


class TestClouds(base.FunctionalTestCase):
    def test_another_compute_cloud(self) -> None:
        """Only create is told; the others find out by themselves."""
        name = hypervisors.name('far')
        hypervisors.make_room(1)
        self.addCleanup(hypervisors.delete, name)
        profiles = self.profiles(
            far={
                'compute_cloud': COMPUTE_CLOUD,
                'health_test': {'enabled': True, 'image': 'guest'},
            }
        )
        create = ('create', name, '--profile', 'far')

        through = recorder.Recorder(cloud=COMPUTE_CLOUD)
        self.addCleanup(through.close)
        made = self.succeed(
            shell.ephemeral(
                *create, environment=profiles | through.environment
            )
        )

        self.assertEqual('enabled', self.rows(made)[name]['Phase'])
        self.assert_enabled(name)
        self.assert_one_of_each(name)
        kinds = [request.kind for request in through.changes]
        self.assertIn('POST placement /resource_providers', kinds)
        # That of the test guest; the machine's is in the other cloud.
        self.assertEqual(1, kinds.count('POST compute /v2.1/servers'), kinds)
        self.assertNotIn('POST network /v2.0/ports', kinds)
        self.assertNotIn(
            'baremetal', {request.service for request in through.requests}
        )
        again = self.succeed(shell.ephemeral(*create, environment=profiles))
        self.assertEqual('unchanged', self.rows(again)[name]['Result'])
        self.fail_with(
            shell.ephemeral('create', name, '--profile', 'plain'),
            f'of compute cloud {COMPUTE_CLOUD}',
        )
        listed = self.rows(self.succeed(shell.ephemeral('list')))
        self.assertEqual('enabled', listed[name]['Phase'])
        shown = self.succeed(shell.ephemeral('show', name)).json()
        self.assertEqual(COMPUTE_CLOUD, shown['compute_cloud'])
        self.succeed(shell.ephemeral('drain', name))

        # Killed when the server is gone, and with it its metadata.
        delete = shell.ephemeral('delete', name)
        facts.wait(lambda: not facts.ours(name)['servers'], f'{name} to go')
        delete.kill()
        delete.result()
        self.succeed(hypervisors.delete(name))
        self.assert_nothing_left(
            name, shown['compute_id'], shown['server_id'], *shown['ports']
        )
