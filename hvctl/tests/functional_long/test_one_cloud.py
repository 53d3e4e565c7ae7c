# SPDX-License-Identifier: Apache-2.0
"""Bare metal and virtual machines in one cloud, by the examples' scripts."""

from __future__ import annotations

import os
import pathlib
import typing

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell
from hvctl_lab.services import neutron

_SCRIPTS = pathlib.Path(__file__).parents[3] / 'examples' / 'one-cloud'

#: What the scripts call them.
_HYPERVISORS = ('supercloud04', 'supercloud05')
_NETWORK = 'sigdemo01'
_KEY = 'sigtest'

#: Who has the virtual machines and the bare metal beside them.
_TENANT = 'lab-demo'


class TestOneCloud(base.FunctionalTestCase):
    """Two hypervisors, eight guests on them, and two machines beside these."""

    def setUp(self) -> None:
        super().setUp()
        hypervisors.make_room(4)
        self.addCleanup(hypervisors.delete, *_HYPERVISORS)
        network = facts.connection().network
        made = network.create_network(
            name=_NETWORK,
            shared=True,
            **{
                'provider:network_type': 'vlan',
                'provider:physical_network': neutron.PHYSICAL_NETWORK,
            },
        )
        self.addCleanup(network.delete_network, made)
        network.create_subnet(
            network_id=made.id, ip_version=4, cidr='10.40.0.0/20'
        )
        compute = facts.connection(_TENANT).compute
        compute.create_keypair(name=_KEY)
        self.addCleanup(compute.delete_keypair, _KEY)
        self.addCleanup(self.end)

    def end(self) -> None:
        """Remove what the scripts have made for the tenant."""
        tenant = facts.connection(_TENANT)
        for server in self.servers().values():
            tenant.compute.delete_server(server['id'])
        facts.wait(lambda: not self.servers(), 'the servers to be gone')
        for port in tenant.network.ports():
            if port.name.startswith('sigtest'):
                tenant.network.delete_port(port)

    def script(self, name: str, *arguments: str, cloud: str = 'lab') -> str:
        """Run one of the scripts as it is, and return what it prints."""
        ran = shell.start(
            str(_SCRIPTS / name),
            *arguments,
            environment={
                'PATH': f'{shell.BIN}:{os.environ["PATH"]}',
                'OS_CLOUD': cloud,
                'IMAGE': 'guest',
            },
        )
        return self.succeed(ran).stdout

    def servers(self) -> dict[str, dict[str, typing.Any]]:
        """Return the tenant's servers by their names."""
        return {
            server['name']: server
            for server in facts.servers()
            if server['name'].startswith('sigdemo')
        }

    def test_from_bare_metal_and_back(self) -> None:
        """Both are on one network, and a hypervisor gives its metal back."""
        listed = self.script('hypervisors.sh')
        for host in _HYPERVISORS:
            self.assertRegex(listed, rf'{host} .* enabled +\| up ')
        with base.only(*_HYPERVISORS):
            self.script('sigtest.sh', cloud=_TENANT)
            servers = self.servers()
            machines = {'sigdemo-bm1', 'sigdemo-bm2'}
            self.assertEqual(
                {f'sigdemo{number}' for number in range(1, 9)} | machines,
                {*servers},
            )
            self.assertEqual(
                {'ACTIVE'}, {server['status'] for server in servers.values()}
            )
            self.assertEqual(
                {(_NETWORK,)},
                {tuple(server['addresses']) for server in servers.values()},
            )
            self.assertLessEqual(
                {
                    self.host(servers[name])
                    for name in servers.keys() - machines
                },
                {*_HYPERVISORS},
            )
            self.assert_virtual_functions(8)

            again = self.script('sigtest.sh', cloud=_TENANT)
            self.assertNotIn('server sigdemo', again)
            self.assertEqual(servers.keys(), self.servers().keys())
            for line in self.script('stackstats.sh', '1', '2').splitlines():
                self.assertRegex(line, r'Z ACTIVE=\d+ BUILD=0 ERROR=0$')

            self.script('leave.sh', _HYPERVISORS[1])
        left = self.servers()
        self.assertEqual(
            {_HYPERVISORS[0]},
            {self.host(left[name]) for name in left.keys() - machines},
        )
        self.assertEqual(
            {'ACTIVE'}, {server['status'] for server in left.values()}
        )
        self.assert_virtual_functions(8)
        self.assert_nothing_left(_HYPERVISORS[1])

    @staticmethod
    def host(server: dict[str, typing.Any]) -> str:
        return str(server['OS-EXT-SRV-ATTR:host'])

    def assert_virtual_functions(self, count: int) -> None:
        """See that each guest has one, and none is anybody else's."""
        functions = {
            (port['binding:host_id'], port['binding:profile']['pci_slot'])
            for port in facts.ports()
            if port['name'].startswith('sigtest')
        }
        self.assertEqual(count, len(functions))
