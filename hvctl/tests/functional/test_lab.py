# SPDX-License-Identifier: Apache-2.0
"""The embedded cloud's own command."""

from __future__ import annotations

import os

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import shell


class TestLab(base.FunctionalTestCase):
    def lab(self, *arguments: str) -> shell.Running:
        return shell.start('hvctl-lab', *arguments)

    def test_up_again_changes_nothing(self) -> None:
        before = [service['id'] for service in facts.services()]
        nodes = [node['uuid'] for node in facts.nodes()]
        self.succeed(self.lab('up'))
        self.assertEqual(
            before, [service['id'] for service in facts.services()]
        )
        self.assertEqual(nodes, [node['uuid'] for node in facts.nodes()])

    def test_status(self) -> None:
        status = self.succeed(self.lab('status'))
        lines = status.stdout.splitlines()
        states = {line.split()[0]: line.split()[1] for line in lines}
        self.assertEqual('up', states['nova-scheduler'])
        self.assertIn('ironic', states)
        for node in facts.nodes():
            line = next(ln for ln in lines if ln.startswith(node['name']))
            self.assertIn(node['provision_state'], line)
            self.assertIn('console.log', line)
        self.assertRegex(lines[-1], r'^total +\d+ MiB$')

    def test_env(self) -> None:
        env = self.succeed(self.lab('env'))
        for variable in (
            'OS_CLIENT_CONFIG_FILE',
            'OS_CLOUD',
            'HVCTL_LAB_NOVA_CONF',
        ):
            self.assertIn(
                f'export {variable}={os.environ[variable]}\n', env.stdout
            )

    def test_run_gives_the_status_of_what_it_runs(self) -> None:
        ran = self.lab(
            *('run', '--', 'sh', '-c'),
            'test -r "$HVCTL_LAB_NOVA_CONF" && echo "$OS_CLOUD" && exit 7',
        )
        self.assertEqual('lab\n', self.ends(ran, 7).stdout)
        missing = self.ends(self.lab('run', '--', 'no-such-program'), 1)
        self.assertIn(
            'hvctl-lab: no-such-program: No such file or directory',
            missing.stderr,
        )
