# SPDX-License-Identifier: Apache-2.0
"""Tests of what a new cloud is given, against a cloud in memory."""

from __future__ import annotations

import types
from unittest import mock

from hvctl_lab import credentials
from hvctl_lab import errors
from hvctl_lab.bootstrap import identity
from hvctl_lab.bootstrap import nodes
from hvctl_lab.tests import base


class FakeBaremetal:
    """Ironic: nodes that take one look for each step."""

    def __init__(self) -> None:
        """Have no nodes."""
        self.known: list[types.SimpleNamespace] = []
        self.known_ports: list[types.SimpleNamespace] = []
        self.actions: list[tuple[str, str]] = []
        self.next = {'manage': 'manageable', 'provide': 'available'}

    def nodes(self, **_):
        """List the nodes."""
        return list(self.known)

    def ports(self, **_):
        """List the ports."""
        return list(self.known_ports)

    def create_node(self, *, name, provision_state, owner=None, **_):
        """Enrol a node."""
        node = types.SimpleNamespace(
            id=f'id-{name}',
            name=name,
            owner=owner,
            provision_state=provision_state,
            target_provision_state=None,
            last_error=None,
        )
        self.known.append(node)
        return node

    def create_port(self, **attributes):
        """Make a port."""
        self.known_ports.append(types.SimpleNamespace(**attributes))

    def set_node_provision_state(self, node, action):
        """Take a step."""
        self.actions.append((node.name, action))
        node.provision_state = self.next[action]


class TestNodes(base.LabTestCase):
    """Enrolling nodes and making them available."""

    def setUp(self) -> None:
        """Have a cloud without nodes, and no time to lose."""
        super().setUp()
        self.ironic = FakeBaremetal()
        self.cloud = types.SimpleNamespace(baremetal=self.ironic)
        patcher = mock.patch('time.sleep', autospec=True)
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_enrol(self):
        """Every node has a port with an address of its own."""
        nodes.enrol(self.cloud, ['node-0', 'node-11'])

        self.assertEqual(
            {
                'id-node-0': '52:54:00:be:ef:00',
                'id-node-11': '52:54:00:be:ef:0b',
            },
            {port.node_id: port.address for port in self.ironic.known_ports},
        )

    def test_owner(self):
        """Nodes have an owner where they are to have one."""
        for name, owner in (('node-0', None), ('node-1', 'project')):
            nodes.enrol(self.cloud, [name], owner)

        self.assertEqual(
            [None, 'project'], [node.owner for node in self.ironic.known]
        )

    def test_enrol_again(self):
        """What a killed call has made is not made again."""
        nodes.enrol(self.cloud, ['node-0'])
        self.ironic.create_node(name='node-1', provision_state='enroll')

        nodes.enrol(self.cloud, ['node-0', 'node-1', 'node-2'])

        self.assertEqual(3, len(self.ironic.known))
        self.assertEqual(3, len(self.ironic.known_ports))

    def test_provide(self):
        """Nodes go their way, and those in use are left alone."""
        nodes.enrol(self.cloud, ['node-0', 'node-1', 'node-2'])
        self.ironic.known[1].provision_state = 'active'
        self.ironic.known[2].provision_state = 'clean failed'

        nodes.provide(self.cloud, ['node-0', 'node-1', 'node-2'])

        self.assertEqual(
            ['available', 'active', 'available'],
            [node.provision_state for node in self.ironic.known],
        )
        self.assertNotIn('node-1', [name for name, _ in self.ironic.actions])

    def test_provide_fails(self):
        """A node that gets nowhere is told with Ironic's reason."""
        nodes.enrol(self.cloud, ['node-0'])
        self.ironic.known[0].last_error = 'no network'
        self.ironic.next['provide'] = 'clean failed'

        with (
            mock.patch.object(nodes, '_TIMEOUT', 0),
            self.assertRaisesRegex(
                errors.LabError, 'node-0 is still in .*: no network'
            ),
        ):
            nodes.provide(self.cloud, ['node-0'])


class FakeIdentity:
    """Keystone, as ``keystone-manage bootstrap`` leaves it."""

    def __init__(self) -> None:
        """Have roles, and nothing else."""
        self.made: dict[str, list[types.SimpleNamespace]] = {
            'projects': [],
            'users': [],
            'services': [],
        }
        self.known_endpoints: list[types.SimpleNamespace] = []
        self.grants: set[tuple[str, ...]] = set()

    def roles(self):
        """List the roles."""
        return [
            types.SimpleNamespace(name=name, id=f'id-{name}')
            for name in ('admin', 'member', 'reader', 'service')
        ]

    def projects(self):
        """List the projects."""
        return self.made['projects']

    def users(self):
        """List the users."""
        return self.made['users']

    def services(self, **wanted):
        """List the services of a type."""
        return [
            found
            for found in self.made['services']
            if found.type == wanted['type']
        ]

    def endpoints(self, **wanted):
        """List the endpoints of a service."""
        return [
            found
            for found in self.known_endpoints
            if found.service_id == wanted['service_id']
        ]

    def _make(self, kind, name, **attributes):
        made = types.SimpleNamespace(name=name, id=f'id-{name}', **attributes)
        self.made[kind].append(made)
        return made

    def create_project(self, *, name, **_):
        """Make a project."""
        return self._make('projects', name)

    def create_user(self, *, name, password, **_):
        """Make a user."""
        return self._make('users', name, password=password)

    def create_service(self, *, name, type):
        """Make a service."""
        return self._make('services', name, type=type)

    def create_endpoint(self, **attributes):
        """Make an endpoint."""
        self.known_endpoints.append(types.SimpleNamespace(**attributes))

    def assign_project_role_to_user(self, *grant):
        """Grant a role."""
        self.grants.add(grant)


class TestIdentity(base.LabTestCase):
    """Users, roles and the catalogue."""

    def setUp(self) -> None:
        """Complete a new Keystone."""
        super().setUp()
        self.keystone = FakeIdentity()
        self.complete()

    def complete(self) -> None:
        """Make what is missing."""
        identity.complete(
            types.SimpleNamespace(identity=self.keystone),
            self.lab,
            credentials.load(self.lab),
        )

    def test_services(self):
        """Every service has a user with both roles, and an endpoint."""
        for user in ('nova', 'neutron', 'glance', 'placement', 'ironic'):
            for role in ('admin', 'service'):
                self.assertIn(
                    ('id-service', f'id-{user}', f'id-{role}'),
                    self.keystone.grants,
                )
        self.assertEqual(
            {
                f'http://127.0.0.1:{port}'
                for port in ('23001', '23002', '23003', '23004/v2.1', '23006')
            },
            {found.url for found in self.keystone.known_endpoints},
        )

    def test_tenant(self):
        """The tenant is no administrator."""
        self.assertEqual(
            {'id-member', 'id-reader'},
            {
                role
                for project, user, role in self.keystone.grants
                if user == 'id-demo'
            },
        )

    def test_compute_cloud(self):
        """The compute cloud's administrator has a project of its own."""
        self.assertEqual(
            {('id-compute', 'id-compute-admin', 'id-admin')},
            {grant for grant in self.keystone.grants if 'compute' in grant[0]},
        )

    def test_again(self):
        """What a killed call has made is completed, not made again."""
        del self.keystone.known_endpoints[-1]

        self.complete()

        self.assertEqual(5, len(self.keystone.known_endpoints))
        self.assertEqual(5, len(self.keystone.made['services']))
        self.assertEqual(7, len(self.keystone.made['users']))
        self.assertEqual(3, len(self.keystone.made['projects']))
