# SPDX-License-Identifier: Apache-2.0
"""Tests of hypervisors that register in another cloud than their metal's."""

from __future__ import annotations

from unittest import mock

from hvctl import exceptions
from hvctl.cloud import clients
from hvctl.decide.hypervisor import assemble
from hvctl.model import identity
from hvctl.model.snapshot import MachinesLook, WholeLook
from hvctl.model.steps import (
    AskNode,
    CreatePort,
    CreateProvider,
    CreateTestPort,
    DeleteAgent,
    DeleteServer,
    DeleteTestGuest,
    DeleteTestPort,
    EnableService,
    JoinAggregate,
    LiftHold,
    LiveMigrate,
    NoteTimes,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.act import acting

FAR = 'far'
THEIRS = builders.an_id('project in the far cloud')


def far(url: str) -> str:
    """The same URL in the compute cloud."""
    return url.replace('https://', 'https://far-')


class TestCase(base.TestCase):
    """A bare-metal cloud and a compute cloud."""

    def setUp(self) -> None:
        super().setUp()
        self.far = self.connect('far-', project_id=THEIRS)
        for name, value in (('connect', self.far), ('known', (FAR,))):
            patch = mock.patch(
                f'hvctl.cloud.clouds.{name}',
                autospec=True,
                return_value=value,
            )
            self.connected = patch.start()
            self.addCleanup(patch.stop)
        self.near = clients.Client.connect(self.conn)
        self.client = self.near.within(FAR)

    def answer(self, *, servers=(), ports=(), beyond=None):
        """Let the lists have these."""
        nothing = {
            f'{base.COMPUTE}/os-services': 'services',
            f'{base.COMPUTE}/os-hypervisors': 'hypervisors',
            f'{base.PLACEMENT}/resource_providers': 'resource_providers',
            f'{base.NETWORK}/agents': 'agents',
            f'{base.BAREMETAL}/nodes': 'nodes',
        }
        for url, key in nothing.items():
            self.mock.get(url, json={key: []})
            self.mock.get(far(url), json={key: (beyond or {}).get(key, [])})
        self.mock.get(
            f'{base.COMPUTE}/servers/detail',
            **base.listed('servers', *servers),
        )
        self.mock.get(
            far(f'{base.COMPUTE}/servers/detail'),
            **base.listed('servers', *(beyond or {}).get('servers', [])),
        )
        self.mock.get(f'{base.NETWORK}/ports', **base.listed('ports', *ports))
        self.mock.get(
            far(f'{base.NETWORK}/ports'),
            **base.listed('ports', *(beyond or {}).get('ports', [])),
        )


def a_server(name: str, cloud: str | None = None, **metadata) -> dict:
    """A server of ours, as Nova tells it."""
    ours = {identity.MARK_KEY: identity.MARK, **metadata}
    if cloud is not None:
        ours[identity.COMPUTE_CLOUD_KEY] = cloud
    return {
        'id': builders.an_id(name),
        'name': name,
        'status': 'ACTIVE',
        'tenant_id': builders.OURS,
        'metadata': ours,
    }


def a_port(name: str, mark: str) -> dict:
    """A port, as Neutron tells it."""
    return {
        'id': builders.an_id(f'port {name} {mark}'),
        'name': name,
        'description': mark,
        'network_id': 'n',
    }


class TestObserve(TestCase):
    """Looks."""

    def test_cloud_without_a_name(self) -> None:
        """What somebody has emptied by hand names no cloud."""
        self.answer(servers=[a_server('hv1', '')])

        look = self.near.observe(WholeLook())

        self.assertEqual(['hv1'], [server.name for server in look.servers])

    def test_view(self) -> None:
        """Machines are one cloud's, all the rest is the other's."""
        theirs = identity.port_mark(FAR)
        trying = a_server('hvctl-test-hv2', **{identity.TEST_KEY: 'hv2'})
        self.answer(
            servers=[a_server('hv1'), a_server('hv2', FAR)],
            ports=[
                a_port('hv1', identity.PORT_MARK),
                a_port('hv1', identity.SUBPORT_MARK),
                a_port('hv2', theirs),
                a_port('hv2', identity.SUBPORT_MARK),
                a_port('hv3', theirs),
            ],
            beyond={
                'servers': [trying | {'tenant_id': THEIRS}],
                'ports': [a_port('hv2', identity.TEST_PORT_MARK)],
                'services': [
                    {
                        'host': 'hv2',
                        'id': 's2',
                        'status': 'enabled',
                        'state': 'up',
                    }
                ],
            },
        )

        near = self.near.observe(WholeLook())
        look = self.client.observe(WholeLook())

        self.assertEqual(['hv1'], assemble.names(near))
        self.assertEqual({'hv2': FAR, 'hv3': FAR}, near.other_clouds)
        self.assertEqual((), near.services)
        self.assertEqual(['hv2', 'hv3'], assemble.names(look))
        self.assertEqual(builders.OURS, look.metal_project_id)
        self.assertEqual(THEIRS, look.project_id)
        self.assertEqual({'hv1': None}, look.other_clouds)
        (hv, orphan) = assemble.assemble(look, ['hv2', 'hv3']).values()
        assert hv.server is not None
        assert hv.service is not None
        self.assertEqual('hv2', hv.server.name)
        self.assertEqual('s2', hv.service.id)
        self.assertEqual(
            [1, 1, 1, 1],
            [
                len(found)
                for found in (
                    hv.ports,
                    hv.subports,
                    hv.test_ports,
                    hv.test_guests,
                )
            ],
        )
        self.assertEqual((), look.metal_services)
        self.assertIsNone(orphan.server)
        self.assertEqual(1, len(orphan.ports))

    def test_clocks(self) -> None:
        """Each cloud's own: that of a server, and that of a migration."""
        self.answer()
        for url, hour in (
            (f'{base.COMPUTE}/os-services', 9),
            (far(f'{base.COMPUTE}/os-services'), 12),
        ):
            self.mock.get(
                url,
                json={'services': []},
                headers={'Date': f'Wed, 21 Oct 2015 {hour:02}:00:00 GMT'},
            )

        look = self.client.observe(WholeLook())

        self.assertEqual((9, 12), (look.taken_at.hour, look.compute_time.hour))

    def test_machines_only(self) -> None:
        """A look at the machines alone keeps to the cloud as well."""
        self.answer(servers=[a_server('hv1'), a_server('hv2', FAR)])
        whole = self.client.observe(WholeLook())

        look = self.client.observe(
            MachinesLook(last=whole, names=frozenset({'hv1', 'hv2'}))
        )

        self.assertEqual(['hv2'], [s.name for s in look.servers])

    def test_one_cloud_seen_twice(self) -> None:
        """Our own server is no foreign one from the other side."""
        self.answer(
            servers=[a_server('hv2', FAR)],
            beyond={'servers': [a_server('hv2', FAR) | {'tenant_id': 'x'}]},
        )

        look = self.client.observe(WholeLook(server_names=frozenset({'hv2'})))

        self.assertEqual((), look.namesakes)

    def test_of(self) -> None:
        """A name leads to its cloud; a new one stays where it is asked."""
        self.answer(
            servers=[a_server('hv1'), a_server('hv2', FAR)],
            ports=[a_port('hv3', identity.port_mark(FAR))],
        )

        for names, expected in (
            (['hv1'], None),
            (['hv2', 'hv3'], FAR),
            (['hv3', 'hv9'], FAR),
            (['hv9'], None),
        ):
            with self.subTest(names=names):
                self.assertEqual(expected, self.near.of(names).compute_cloud)
        with self.assertRaisesRegex(
            exceptions.InvalidRequest, 'hv2 in far.*a command of its own'
        ):
            self.near.of(['hv1', 'hv2'])

    def test_within(self) -> None:
        """The same cloud is the same client."""
        self.assertIs(self.client, self.client.within(FAR))
        self.assertIs(self.near, self.near.within(None))
        with mock.patch(
            'hvctl.cloud.clouds.name', autospec=True, return_value=FAR
        ):
            self.assertIs(self.near, self.near.within(FAR))

    def test_own_name(self) -> None:
        """What somebody made by the name of the cloud itself is there."""
        self.answer(
            servers=[a_server('hv2', FAR)],
            ports=[a_port('hv2', identity.port_mark(FAR))],
        )
        with mock.patch(
            'hvctl.cloud.clouds.name', autospec=True, return_value=FAR
        ):
            near = clients.Client.connect(self.conn)

            look = near.observe(WholeLook())

            self.assertIsNone(near.of(['hv2']).compute_cloud)
        self.assertEqual(['hv2'], assemble.names(look))
        self.assertEqual(1, len(look.ports))

    def test_port_of_an_unknown_cloud(self) -> None:
        """It takes its name, though nobody here can reach that cloud."""
        lost = a_port('hv3', identity.port_mark('lost'))
        self.answer(ports=[lost])

        look = self.near.observe(WholeLook(server_names=frozenset({'hv3'})))

        self.assertEqual({lost['id']: 'hv3'}, look.namesake_ports)


class TestAct(TestCase):
    """Steps."""

    def test_machine(self) -> None:
        """Its server and its port are made where the metal is."""
        self.mock.post(f'{base.NETWORK}/ports', json={'port': {'id': 'p'}})
        self.mock.post(f'{base.COMPUTE}/servers', json={'server': {'id': 's'}})

        self.client.act(
            CreatePort(
                name='hv1',
                network_id='n',
                vnic_type='baremetal',
                mac_address='02:00:00:00:00:01',
                compute_cloud=FAR,
            ),
        )

        sent = self.last().json()['port']
        self.assertEqual(identity.port_mark(FAR), sent['description'])
        self.assertEqual(FAR, identity.port_cloud(sent['description']))
        self.client.act(builders.a_creation())
        self.assertEqual(
            [{'port': 'p'}],
            self.last().json()['server']['networks'],
        )

    def test_rest_of_the_machine(self) -> None:
        """So is all else that is done with the server and its node."""
        server = f'{base.COMPUTE}/servers/s'
        self.mock.delete(server)
        self.mock.get(server, json={'server': acting.a_server()})
        self.mock.post(f'{server}/metadata', json={})
        self.mock.get(
            f'{base.BAREMETAL}/nodes/n/history', **base.listed('history')
        )
        for step, url in (
            (DeleteServer(name='hv1', server_id='s'), server),
            (
                NoteTimes(name='hv1', server_id='s', metadata={}),
                f'{server}/metadata',
            ),
            (
                AskNode(name='hv1', node_id='n', since=clocks.START),
                f'{base.BAREMETAL}/nodes/n/history',
            ),
        ):
            with self.subTest(step=step):
                self.client.act(step)

                self.assertEqual(url, self.last().url.partition('?')[0])

    def test_everything_else(self) -> None:
        """Where the hypervisor registers."""
        self.mock.put(far(f'{base.COMPUTE}/os-services/s'), json={})
        agent = {'id': 'a', 'host': 'hv1', 'agent_type': 't', 'alive': False}
        self.mock.get(far(f'{base.NETWORK}/agents/a'), json={'agent': agent})
        self.mock.delete(far(f'{base.NETWORK}/agents/a'), json={})
        self.mock.post(far(f'{base.PLACEMENT}/resource_providers'), json={})
        hold = identity.hold_id(builders.a_compute_id())
        self.mock.get(
            far(f'{base.PLACEMENT}/allocations/{hold}'),
            json={'allocations': {}},
        )
        self.mock.post(far(f'{base.COMPUTE}/os-aggregates/3/action'), json={})
        guest = acting.a_server(
            metadata={
                identity.MARK_KEY: identity.MARK,
                identity.TEST_KEY: 'hv1',
            }
        )
        self.mock.get(far(f'{base.COMPUTE}/servers/g'), json={'server': guest})
        self.mock.post(far(f'{base.COMPUTE}/servers/g/action'), json={})
        self.mock.post(
            far(f'{base.NETWORK}/ports'), json={'port': {'id': 'p'}}
        )
        self.mock.delete(far(f'{base.NETWORK}/ports/p'), json={})
        for step in (
            CreateProvider(
                name='hv1',
                provider_id=builders.a_compute_id(),
                provider_name='hv1',
            ),
            LiftHold(name='hv1', provider_id=builders.a_compute_id()),
            EnableService(name='hv1', service_id='s'),
            JoinAggregate(name='hv1', aggregate_id=3, host='hv1'),
            DeleteAgent(name='hv1', agent_id='a', host='hv1'),
            LiveMigrate(name='hv1', server_id='g'),
            DeleteTestGuest(name='hv1', server_id='g'),
            CreateTestPort(name='hv1', network_id='n', vnic_type='direct'),
            DeleteTestPort(name='hv1', port_id='p', revision=1),
        ):
            with self.subTest(step=step):
                self.client.act(step)

                self.assertIn('https://far-', self.last().url)
