# SPDX-License-Identifier: Apache-2.0
"""Machines that never become hypervisors are reported, and go away."""

from __future__ import annotations

import functools

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell

#: Seconds in which a machine of the lab would boot and register.
_BOOT = 30


class TestFailures(base.FunctionalTestCase):
    def test_what_never_registers(self) -> None:
        """Each way not to come up has an explanation of its own."""
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
        environment = self.profiles(hasty={'timeouts': {'boot': _BOOT}})
        machines = [
            shell.ephemeral(
                'create',
                name,
                *('--profile', 'hasty'),
                *option,
                environment=environment,
            )
            for name, option in (
                # An image without an operating system that could be told.
                (silent, ('--image', 'guest')),
                (broken, ('--user-data', user_data)),
            )
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
            (row,) = self.fail_with(create).json()
            self.assertEqual('booting', row['Phase'])
            self.assertIn(f'never registered as {name}', row['Message'])
            self.assertIn('cloud-init status --long', row['Message'])
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
