# SPDX-License-Identifier: Apache-2.0
"""What cannot work is refused in one sentence, before anything is made."""

from __future__ import annotations

from collections.abc import Callable
import os
import pathlib

from hvctl.model import identity
from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell

#: Commands that run at once.
_AT_ONCE = 4


class TestRefusals(base.FunctionalTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.before = self.inventory()

    def inventory(self) -> set[str]:
        """Name everything that a create could have made."""
        return {
            *(server['id'] for server in facts.servers()),
            *(port['id'] for port in facts.ports()),
            *(provider['uuid'] for provider in facts.providers()),
        }

    def refused(
        self, cases: dict[str, tuple[Callable[[], shell.Running], str]]
    ) -> None:
        """See each command refused with its words, in one line."""
        waiting = list(cases.items())
        while waiting:
            batch, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
            running = [(case, start(), word) for case, (start, word) in batch]
            for case, command, word in running:
                with self.subTest(case):
                    result = self.fail_with(command, word)
                    self.assertEqual('', result.stdout)
                    lines = result.stderr.strip().splitlines()
                    self.assertEqual(1, len(lines), result)
        self.assertEqual(self.before, self.inventory())

    def create(
        self,
        *arguments: str,
        environment: dict[str, str] | None = None,
        **changes: str | None,
    ) -> Callable[[], shell.Running]:
        return lambda: shell.ephemeral(
            'create',
            *arguments,
            *shell.recipe(**changes),
            environment=environment,
        )

    def test_create(self) -> None:
        """What create cannot do is refused before anything is made."""
        name = hypervisors.name('refused')
        large = self.file('large', '#cloud-config\n' + 49152 * '#')
        self.refused(
            {
                'image': (self.create(name, image='no-such-image'), 'image'),
                'flavor': (
                    self.create(name, flavor='no-such-flavor'),
                    'flavor',
                ),
                'network': (
                    self.create(name, network='no-such-network'),
                    'network',
                ),
                'key': (
                    self.create(name, key_name='no-such-key'),
                    'no-such-key',
                ),
                'unreadable user-data': (
                    self.create(
                        name,
                        config=None,
                        user_data='/nonexistent/user-data',
                    ),
                    'cannot be read: No such file or directory',
                ),
                'large user-data': (
                    self.create(name, config=None, user_data=large),
                    'too large',
                ),
                'unreadable config': (
                    self.create(name, config='/etc'),
                    'cannot be read',
                ),
                'config that is none': (
                    self.create(name, config=self.file('bad', 'hello\n')),
                    'neither a [section] nor an option',
                ),
                'config with a host': (
                    self.create(
                        name,
                        config=self.file('host', '[DEFAULT]\nhost = me\n'),
                    ),
                    'sets host',
                ),
                'bad name': (self.create(name, 'Not_A_Name'), 'Not_A_Name'),
                'bad domain': (
                    self.create(name, '--domain', 'under_score'),
                    'under_score',
                ),
                'more than there are nodes': (
                    self.create(*(f'{name}{n}' for n in range(20))),
                    '20 nodes for flavor my-baremetal-flavor are asked for',
                ),
                'our property': (
                    self.create(name, '--property', 'hvctl:x=y'),
                    'hvctl:x',
                ),
                'ordinary user': (
                    self.create(name, environment={'OS_CLOUD': 'lab-demo'}),
                    'admin role',
                ),
            }
        )

    def test_ironic_that_is_not_to_be_seen(self) -> None:
        """Nova may have one all the same: it is said, and stops nothing."""
        name = hypervisors.name('refused')
        environment = {'OS_CLIENT_CONFIG_FILE': self.without_ironic()}
        planned = self.create(name, '--dry-run', environment=environment)()
        self.assertIn('bare-metal endpoint', self.succeed(planned).stdout)
        self.assertEqual(self.before, self.inventory())

    def without_ironic(self) -> str:
        """Write a clouds.yaml for a region that has no Ironic."""
        source = pathlib.Path(os.environ['OS_CLIENT_CONFIG_FILE'])
        clouds = source.read_text().replace(
            '"interface": "public"',
            '"interface": "public", "baremetal_service_type": "none"',
        )
        return self.file('clouds.yaml', clouds)

    def test_other_verbs(self) -> None:
        """Other verbs refuse in one sentence as well."""
        name = hypervisors.name('refused')
        demo = {'OS_CLOUD': 'lab-demo'}
        self.refused(
            {
                'show nothing': (
                    lambda: shell.ephemeral('show', name),
                    f'there is no ephemeral hypervisor {name}',
                ),
                'list as an ordinary user': (
                    lambda: shell.ephemeral('list', environment=demo),
                    'admin role',
                ),
                'delete as an ordinary user': (
                    lambda: shell.ephemeral('delete', name, environment=demo),
                    'admin role',
                ),
                'drain a bad name': (
                    lambda: shell.ephemeral('drain', 'Not_A_Name'),
                    'Not_A_Name',
                ),
            }
        )


class TestForeign(base.FunctionalTestCase):
    """Names that somebody else holds."""

    def imitate(self, name: str, original: str) -> None:
        """Let another project make what looks like a hypervisor of ours."""
        metadata = facts.server(original)['metadata']
        # It stays in ERROR: nobody's hypervisor is needed for it.
        with base.only():
            server_id = self.boot(cloud='lab-demo', metadata=metadata)
            guests.wait(server_id, 'ERROR')
        facts.connection().compute.update_server(server_id, name=name)
        network = facts.connection('lab-demo').network
        port = network.create_port(
            name=name,
            network_id=network.find_network('tenant-vxlan').id,
            description=identity.PORT_MARK,
        )
        self.addCleanup(network.delete_port, port.id)

    def test_look_alikes(self) -> None:
        """What another project marks as ours is no hypervisor, and stays."""
        (ours,) = hypervisors.enabled(1)
        alone = hypervisors.name('alike')
        (original,) = facts.ours(ours)['servers']
        for name in (ours, alone):
            self.imitate(name, original)
        before = facts.stable()

        listed = self.succeed(shell.ephemeral('list')).json()
        names = [row['Name'] for row in listed]
        self.assertEqual(1, names.count(ours), listed)
        self.assertNotIn(alone, names)
        shown = self.succeed(shell.ephemeral('show', ours)).json()
        self.assertEqual(
            (original, 'enabled'), (shown['server_id'], shown['phase'])
        )
        for verb, options, words in (
            ('create', shell.recipe(), 'taken by'),
            ('delete', [], 'which hvctl did not make'),
            ('drain', [], 'hvctl'),
        ):
            with self.subTest(verb):
                self.fail_with(shell.ephemeral(verb, alone, *options), words)
        self.assertEqual(before, facts.stable())

        # What is ours of a name goes, and nothing else.
        self.succeed(hypervisors.delete(ours))
        after = facts.stable()
        for kind in (0, 1):
            left = {item if kind else item[0] for item in before[kind]}
            gone = left - {item if kind else item[0] for item in after[kind]}
            self.assertEqual(1, len(gone), gone)
