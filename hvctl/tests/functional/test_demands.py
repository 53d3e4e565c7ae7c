# SPDX-License-Identifier: Apache-2.0
"""Versions that others ask for are of no concern to hvctl."""

from __future__ import annotations

import os
import pathlib

import yaml

from hvctl.tests.functional import base
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell

#: No cloud has these.
_FILE = {
    'baremetal_default_microversion': '1.999',
    'compute_default_microversion': '2.999',
    'placement_default_microversion': '1.999',
}

#: Nor these, but for Ironic's: python-ironicclient takes no version that it
#: does not know.  The clouds of 2025.1 and 2024.1 do not have it.
_ENVIRONMENT = {
    'OS_BAREMETAL_API_VERSION': '1.99',
    'OS_COMPUTE_API_VERSION': '2.999',
    'OS_PLACEMENT_API_VERSION': '1.999',
}


class TestDemands(base.FunctionalTestCase):
    """Where clouds.yaml and the environment want what there is not."""

    def environment(self) -> dict[str, str]:
        source = pathlib.Path(os.environ['OS_CLIENT_CONFIG_FILE'])
        written = yaml.safe_load(source.read_text())
        for cloud in written['clouds'].values():
            cloud.update(_FILE)
        clouds = self.file('clouds.yaml', yaml.safe_dump(written))
        return {'OS_CLIENT_CONFIG_FILE': clouds, **_ENVIRONMENT}

    def test_every_verb(self) -> None:
        """Each does as it does without."""
        environment = self.environment()

        def run(verb: str, *arguments: str) -> shell.Result:
            return self.succeed(
                shell.ephemeral(verb, *arguments, environment=environment)
            )

        name = hypervisors.name('demand')
        (target,) = hypervisors.enabled(1)
        hypervisors.make_room(1)
        made = run('create', name, *shell.recipe())
        self.assertEqual('enabled', made.json()[0]['Phase'])
        listed = self.rows(run('list', '--long'))
        self.assertRegex(listed[name]['Node'], r'^node-\d+$')
        self.assertEqual('enabled', run('show', name).json()['phase'])
        with base.only(name, target):
            guest = self.boot(host=name)
            guests.wait(guest, 'ACTIVE')
            (moved,) = run('drain', name).json()
        self.assertEqual(
            (guest, 'moved', target),
            (moved['Guest ID'], moved['Result'], moved['Destination']),
        )
        self.assertEqual('drained', run('show', name).json()['phase'])
        run('delete', name)
        hypervisors.forget(name)
        self.assert_nothing_left(name)
