# SPDX-License-Identifier: Apache-2.0
"""The embedded cloud's own command."""

from __future__ import annotations

from concurrent import futures
import functools
import os
import uuid

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import shell


class TestLab(base.FunctionalTestCase):
    def lab(self, *arguments: str) -> shell.Running:
        return shell.start('hvctl-lab', *arguments)

    def test_up_again_changes_nothing(self) -> None:
        """A lab that is up is left as it is by another up."""
        before = [service['id'] for service in facts.services()]
        nodes = [node['uuid'] for node in facts.nodes()]
        self.succeed(self.lab('up'))
        self.assertEqual(
            before, [service['id'] for service in facts.services()]
        )
        self.assertEqual(nodes, [node['uuid'] for node in facts.nodes()])

    def test_status(self) -> None:
        """The status names every service, and says that it runs."""
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
        """What env prints makes the client of the lab."""
        root = {'SUDO_UID': '0'}
        env = self.succeed(shell.start('hvctl-lab', 'env', environment=root))
        for variable in (
            'OS_CLIENT_CONFIG_FILE',
            'OS_CLOUD',
            'HVCTL_LAB_NOVA_CONF',
        ):
            self.assertIn(
                f'export {variable}={os.environ[variable]}\n', env.stdout
            )

    def test_run_gives_the_status_of_what_it_runs(self) -> None:
        """The exit status of run is that of the command."""
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

    def test_one_gets_the_last(self) -> None:
        """Of servers that are made at once, two never get the same node."""
        provider = str(uuid.uuid4())
        rivals = [f'/allocations/{uuid.uuid4()}' for _ in range(4)]
        placement('POST', '/resource_providers', name=provider, uuid=provider)
        try:
            placement(
                'PUT',
                f'/resource_providers/{provider}/inventories',
                resource_provider_generation=0,
                inventories={'VCPU': {'total': 1}},
            )
            for _ in range(10):
                with futures.ThreadPoolExecutor(len(rivals)) as pool:
                    got = list(
                        pool.map(functools.partial(take, provider), rivals)
                    )
                self.assertEqual([204, 409, 409, 409], sorted(got))
                placement('DELETE', rivals[got.index(204)])
        finally:
            for rival in rivals:
                placement('DELETE', rival)
            placement('DELETE', f'/resource_providers/{provider}')


def take(provider: str, consumer: str) -> int:
    """Ask Placement for all that a provider has."""
    cloud = facts.connection()
    return placement(
        'PUT',
        consumer,
        allocations={provider: {'resources': {'VCPU': 1}}},
        project_id=cloud.current_project_id,
        user_id=cloud.current_user_id,
        consumer_generation=None,
        consumer_type='TEST',
    )


def placement(method: str, url: str, **body: object) -> int:
    """Change something in Placement.

    :returns: the status of its answer
    """
    answer = facts.connection().placement.request(
        url, method, json=body or None, microversion='1.38'
    )
    return int(answer.status_code)
