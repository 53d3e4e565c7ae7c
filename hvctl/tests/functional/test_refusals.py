# SPDX-License-Identifier: Apache-2.0
"""What cannot work is refused in one sentence, before anything is made."""

from __future__ import annotations

from collections.abc import Callable
import os
import pathlib
import typing
import uuid

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

    def holders(self) -> dict[str, str]:
        """Make a foreign thing of each kind.

        :returns: the name that each holds, by the word for it
        """
        server, provider, agent = (
            hypervisors.name(f'foreign{n}') for n in (1, 2, 3)
        )
        compute = facts.connection().compute
        server_id = self.boot(cloud='lab-demo')
        guests.wait(server_id, 'ACTIVE', 'ERROR')
        compute.update_server(server_id, name=server)
        provider_id = str(uuid.uuid4())
        placement = facts.connection().placement
        placement.post(
            '/resource_providers',
            json={'name': provider, 'uuid': provider_id},
            microversion='1.20',
        ).raise_for_status()
        self.addCleanup(placement.delete, f'/resource_providers/{provider_id}')
        self.agent(agent)
        # The host whose nova-compute drives Ironic.
        (driver,) = {
            service['host']
            for service in facts.services()
            if not base.is_hypervisor(service['host'])
            and service['state'] == 'up'
        }
        return {
            'server': server,
            'resource provider': provider,
            'network agent': agent,
            'compute service': driver,
        }

    def agent(self, host: str) -> None:
        """Let an agent of a host register, and end."""
        config = pathlib.Path(os.environ['HVCTL_LAB_NOVA_CONF']).read_text()
        transport = next(
            line
            for line in config.splitlines()
            if line.startswith('transport_url')
        )
        running = shell.start(
            *('python', '-m', 'hvctl_lab.host.agent', 'openvswitch'),
            '--config-file',
            self.file(
                'neutron.conf', f'[DEFAULT]\nhost={host}\n{transport}\n'
            ),
        )

        def found() -> dict[str, typing.Any] | None:
            agents = facts.get('network', '/agents')['agents']
            return next((a for a in agents if a['host'] == host), None)

        try:
            agent_id = facts.wait(found, f'the agent of {host}')['id']
        finally:
            running.kill()
            running.result()
        self.addCleanup(
            facts.connection().network.delete, f'/agents/{agent_id}'
        )

    def test_foreign_names_are_refused_and_stay(self) -> None:
        """What somebody else made under a name is refused, and stays."""
        holders = self.holders()
        before = self.stable()
        for verb, options, words in (
            ('create', shell.recipe(), 'taken by'),
            ('delete', [], 'which hvctl did not make'),
            ('drain', [], 'hvctl'),
        ):
            # One by one: a batch could be refused for its size.
            running = {
                kind: shell.ephemeral(verb, name, *options)
                for kind, name in holders.items()
            }
            for kind, command in running.items():
                with self.subTest(verb, kind=kind):
                    result = self.fail_with(command, words)
                    self.assertRegex(
                        result.stderr,
                        f'{holders[kind]}: failed: .*{kind}',
                        result,
                    )
            self.assertEqual(before, self.stable())

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
        before = self.stable()

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
        self.assertEqual(before, self.stable())

        # What is ours of a name goes, and nothing else.
        self.succeed(hypervisors.delete(ours))
        after = self.stable()
        for kind in (0, 1):
            left = {item if kind else item[0] for item in before[kind]}
            gone = left - {item if kind else item[0] for item in after[kind]}
            self.assertEqual(1, len(gone), gone)

    @staticmethod
    def stable() -> list[typing.Any]:
        """Write down what must not change."""
        return [
            sorted((s['id'], s['name'], s['status']) for s in facts.servers()),
            sorted(p['id'] for p in facts.ports()),
            sorted((p['uuid'], p['name']) for p in facts.providers()),
            sorted(a['id'] for a in facts.get('network', '/agents')['agents']),
            sorted(
                (s['id'], s['status'], str(s['disabled_reason']))
                for s in facts.services()
            ),
        ]
