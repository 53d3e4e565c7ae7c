# SPDX-License-Identifier: Apache-2.0
"""Machines that never become hypervisors are reported, and go away."""

from __future__ import annotations

import functools

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell

#: Enough for a machine to be deployed, and to boot if it would.
_TIMEOUT = '60'


class TestFailures(base.FunctionalTestCase):
    def test_what_never_registers(self) -> None:
        silent, broken, undeployed = (
            hypervisors.name(word)
            for word in ('silent', 'broken', 'undeployed')
        )
        hypervisors.make_room(3)
        self.addCleanup(hypervisors.delete, silent, broken, undeployed)
        user_data = self.file(
            'user-data',
            '#cloud-config\nruncmd: [[systemctl, start, nothing]]\n',
        )
        machines = [
            # An image without an operating system that could be told.
            shell.ephemeral(
                'create',
                silent,
                *shell.recipe(image='guest'),
                *('--timeout', _TIMEOUT),
            ),
            shell.ephemeral(
                'create',
                broken,
                *shell.recipe(config=None, user_data=user_data),
                *('--timeout', _TIMEOUT),
            ),
        ]
        # These two have their nodes; every other node fails.
        for name in (silent, broken):
            facts.wait(
                functools.partial(self.node_of, name),
                f'{name} to have a node',
            )
        with base.failing_deploys():
            failed = self.fail_with(
                shell.ephemeral('create', undeployed, *shell.recipe()),
            )
        (row,) = failed.json()
        self.assertEqual('failed', row['Phase'])
        self.assertIn(f'ephemeral delete {undeployed}', row['Message'])
        for name, create in zip((silent, broken), machines, strict=True):
            result = self.fail_with(create, f'not finished after {_TIMEOUT} s')
            (row,) = result.json()
            self.assertEqual('booting', row['Phase'])
            self.assertIn('waiting for nova-compute', row['Message'])
            self.assertIn(f'as {name}', row['Message'])
        shown = self.succeed(shell.ephemeral('show', silent)).json()
        self.assertEqual('ACTIVE', shown['server_status'])
        listed = self.rows(self.succeed(shell.ephemeral('list')))
        self.assertEqual(
            ['booting', 'booting', 'failed'],
            [listed[n]['Phase'] for n in (silent, broken, undeployed)],
        )

        ids = [
            found
            for name in (silent, broken, undeployed)
            for found in facts.ours(name)['servers']
        ]
        self.succeed(hypervisors.delete(silent, broken, undeployed))
        self.assert_nothing_left(silent, broken, undeployed, *ids)

    @staticmethod
    def node_of(name: str) -> bool:
        held = {node['instance_uuid'] for node in facts.nodes()}
        return any(each in held for each in facts.ours(name)['servers'])
