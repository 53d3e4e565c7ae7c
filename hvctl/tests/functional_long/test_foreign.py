# SPDX-License-Identifier: Apache-2.0
"""Names that somebody else holds."""

from __future__ import annotations

import typing
import uuid

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell


class TestForeign(base.FunctionalTestCase):
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
        running = shell.start(
            *('python', '-m', 'hvctl_lab.host.agent', 'openvswitch'),
            '--config-file',
            self.file(
                'neutron.conf',
                f'[DEFAULT]\nhost={host}\n{shell.transport()}\n',
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
        before = facts.stable()
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
            self.assertEqual(before, facts.stable())
