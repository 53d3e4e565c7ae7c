# SPDX-License-Identifier: Apache-2.0
"""Tests of the requests that the steps send."""

from unittest import mock

from hvctl import exceptions
from hvctl.cloud import clients
from hvctl.cloud.act import placement
from hvctl.model import identity
from hvctl.model.results import (
    Accepted,
    Explained,
    Located,
    Replied,
)
from hvctl.model.steps import (
    AbortMigration,
    AddSubports,
    AskNode,
    AskWhere,
    AskWhy,
    ColdMigrate,
    ConfirmMigration,
    ConfirmResize,
    CreatePort,
    CreateProvider,
    CreateServer,
    CreateSubport,
    CreateTestGuest,
    CreateTestPort,
    CreateTrunk,
    DeleteAgent,
    DeletePort,
    DeleteProvider,
    DeleteServer,
    DeleteService,
    DeleteTestGuest,
    DeleteTestPort,
    DeleteTrunk,
    DisableService,
    EnableService,
    ForceComplete,
    JoinAggregate,
    LeaveAggregate,
    LiftHold,
    LiveMigrate,
    NoteTimes,
    OffloadShelved,
    PingTestGuest,
    PlaceHold,
    ReadConsole,
    RenameProvider,
    SetHoldInventory,
    Shelve,
    Tagged,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.unit.cloud import base

CHOSEN = builders.a_compute_id()
HOLD = f'{base.PLACEMENT}/allocations/{identity.hold_id(CHOSEN)}'
PROVIDERS = f'{base.PLACEMENT}/resource_providers'
PROVIDER = f'{PROVIDERS}/{CHOSEN}'
INVENTORIES = f'{PROVIDER}/inventories'
NOTHING = {'resource_provider_generation': 4, 'inventories': {}}
OURS = {
    'resource_provider_generation': 5,
    'inventories': {'MEMORY_MB': {'total': placement.HOLD_TOTAL}},
}
CONFLICT = {'status_code': 409, 'json': {}}


class TestCase(base.TestCase):
    """Acts on a cloud that is not there."""

    def setUp(self):
        super().setUp()
        self.client = clients.Client.connect(self.conn)

    def act(self, step):
        return self.client.act(step)

    def last(self):
        """The request that was sent last."""
        return self.mock.last_request

    def assert_fails(self, step, *, transient, words=''):
        with self.assertRaisesRegex(exceptions.CloudError, words) as caught:
            self.act(step)
        self.assertEqual(transient, caught.exception.transient)


class TestPlacement(TestCase):
    """Providers and holds."""

    def test_create_provider(self):
        """It has the chosen id and the hypervisor's name."""
        self.mock.post(PROVIDERS, json={})

        done = self.act(
            CreateProvider(name='hv1', provider_id=CHOSEN, provider_name='hv1')
        )

        self.assertTrue(done.changed)
        self.assertEqual({'uuid': CHOSEN, 'name': 'hv1'}, self.last().json())
        self.assertEqual(
            'placement 1.38', self.last().headers['OpenStack-API-Version']
        )

    def test_create_provider_twice(self):
        """One of the same id is as good; one of the name only is not."""
        step = CreateProvider(
            name='hv1', provider_id=CHOSEN, provider_name='hv1'
        )
        self.mock.post(PROVIDERS, **base.answer('placement409'))
        self.mock.get(PROVIDER, json={})
        self.assertFalse(self.act(step).changed)

        self.mock.get(PROVIDER, **base.answer('placement404'))
        self.assert_fails(step, transient=True, words='another')

    def test_rename_provider(self):
        """The name is all that changes."""
        self.mock.put(PROVIDER, json={})

        self.act(
            RenameProvider(
                name='hv1', provider_id=CHOSEN, provider_name='hv1.a.org'
            )
        )

        self.assertEqual({'name': 'hv1.a.org'}, self.last().json())

    def test_set_hold_inventory(self):
        """A provider without inventory gets the hold's."""
        self.mock.get(INVENTORIES, json=NOTHING)
        self.mock.put(INVENTORIES, json={})

        done = self.act(SetHoldInventory(name='hv1', provider_id=CHOSEN))

        self.assertTrue(done.changed)
        self.assertEqual(
            {
                'resource_provider_generation': 4,
                'inventories': {'MEMORY_MB': {'total': 2147483647}},
            },
            self.last().json(),
        )

    def test_keeps_the_inventory_of_nova(self):
        """An inventory that is there is never overwritten."""
        self.mock.get(INVENTORIES, **base.answer('inventories'))

        done = self.act(SetHoldInventory(name='hv1', provider_id=CHOSEN))

        self.assertFalse(done.changed)

    def test_place_hold(self):
        """A new consumer of ours takes everything."""
        self.mock.put(HOLD, status_code=204)

        done = self.act(PlaceHold(name='hv1', provider_id=CHOSEN))

        self.assertTrue(done.changed)
        body = self.last().json()
        self.assertEqual(
            {CHOSEN: {'resources': {'MEMORY_MB': 2147483647}}},
            body['allocations'],
        )
        self.assertIsNone(body['consumer_generation'])
        self.assertEqual(identity.HOLD_CONSUMER_TYPE, body['consumer_type'])
        self.assertEqual(builders.OURS, body['project_id'])
        self.assertEqual('me', body['user_id'])

    def test_place_hold_twice(self):
        """A hold that stands is a success, another conflict is none."""
        step = PlaceHold(name='hv1', provider_id=CHOSEN)
        self.mock.put(HOLD, **CONFLICT)
        self.mock.get(HOLD, json={'allocations': {CHOSEN: {}}})
        self.assertFalse(self.act(step).changed)

        self.mock.get(HOLD, **base.answer('hold404'))
        self.assert_fails(step, transient=True, words='could not place')

    def test_lift_hold(self):
        """It is lifted when the inventory is nova-compute's own."""
        self.mock.get(HOLD, json={'allocations': {CHOSEN: {}}})
        self.mock.get(INVENTORIES, **base.answer('inventories'))
        self.mock.delete(HOLD, status_code=204)

        done = self.act(LiftHold(name='hv1', provider_id=CHOSEN))

        self.assertTrue(done.changed)
        self.assertEqual('DELETE', self.last().method)

    def test_lift_hold_too_early(self):
        """With the hold's own inventory everybody would land there."""
        step = LiftHold(name='hv1', provider_id=CHOSEN)
        self.mock.get(HOLD, json={'allocations': {CHOSEN: {}}})
        for inventory in (OURS, NOTHING):
            with self.subTest(inventory=inventory):
                self.mock.get(INVENTORIES, json=inventory)

                self.assert_fails(step, transient=True, words='yet')

    def test_lift_hold_twice(self):
        """No hold, nothing to lift."""
        self.mock.get(HOLD, **base.answer('hold404'))

        done = self.act(LiftHold(name='hv1', provider_id=CHOSEN))

        self.assertFalse(done.changed)

    def test_delete_provider(self):
        """The hold goes first; what is gone already is no error."""
        step = DeleteProvider(name='hv1', provider_id=CHOSEN)
        for hold, provider, changed in (
            (204, 204, True),
            (404, 204, True),
            (204, 404, True),
            (404, 404, False),
        ):
            with self.subTest(hold=hold, provider=provider):
                self.mock.delete(HOLD, status_code=hold, json={})
                self.mock.delete(PROVIDER, status_code=provider, json={})

                self.assertEqual(changed, self.act(step).changed)
                self.assertEqual(PROVIDER, self.last().url)

    def test_provider_in_use(self):
        """One that is in use is worth another look."""
        self.mock.delete(HOLD, status_code=404, json={})
        self.mock.delete(PROVIDER, **CONFLICT)

        self.assert_fails(
            DeleteProvider(name='hv1', provider_id=CHOSEN),
            transient=True,
        )


class TestNetwork(TestCase):
    """Ports, trunks and agents."""

    step = CreatePort(
        name='hv1',
        network_id='n',
        vnic_type='baremetal',
        mac_address='02:00:00:00:00:01',
    )

    def test_create_port(self):
        """It carries our mark from its first moment."""
        self.mock.post(f'{base.NETWORK}/ports', json={'port': {'id': 'p'}})

        self.act(self.step)

        self.assertEqual(
            {
                'name': 'hv1',
                'description': identity.PORT_MARK,
                'network_id': 'n',
                'binding:vnic_type': 'baremetal',
                'mac_address': '02:00:00:00:00:01',
            },
            self.last().json()['port'],
        )

    def test_create_port_of_a_rival(self):
        """A port of the same address is worth another look."""
        self.mock.post(f'{base.NETWORK}/ports', **base.answer('neutron409'))

        self.assert_fails(self.step, transient=True, words='is in use')

    def test_create_subport(self):
        """Its mark tells it from the machine's own; no address is said so."""
        self.mock.post(f'{base.NETWORK}/ports', json={'port': {'id': 'p'}})
        body = {
            'name': 'hv1',
            'description': identity.SUBPORT_MARK,
            'network_id': 'n',
        }
        for given, addresses in (
            ({}, {}),
            ({'subnet_id': 's'}, {'fixed_ips': [{'subnet_id': 's'}]}),
            ({'addressed': False}, {'fixed_ips': []}),
        ):
            with self.subTest(given=given):
                self.act(
                    CreateSubport(
                        name='hv1', network_id='n', mac_address=None, **given
                    )
                )

                self.assertEqual(body | addresses, self.last().json()['port'])

    def test_trunk(self):
        """A sub-port has its own VLAN or takes over its network's."""
        subports = (Tagged('a'), Tagged('b', 7))
        tagged = [
            {'port_id': 'a', 'segmentation_type': 'inherit'},
            {
                'port_id': 'b',
                'segmentation_type': 'vlan',
                'segmentation_id': 7,
            },
        ]
        self.mock.post(f'{base.NETWORK}/trunks', json={'trunk': {'id': 't'}})
        self.mock.put(f'{base.NETWORK}/trunks/t/add_subports', json={})

        self.act(CreateTrunk(name='hv1', port_id='p', subports=subports))

        self.assertEqual(
            {
                'name': 'hv1',
                'description': identity.TRUNK_MARK,
                'port_id': 'p',
                'sub_ports': tagged,
            },
            self.last().json()['trunk'],
        )
        self.act(AddSubports(name='hv1', trunk_id='t', subports=subports))
        self.assertEqual({'sub_ports': tagged}, self.last().json())

    def test_delete(self):
        """What is gone already is no error."""
        for step, url in (
            (DeleteTrunk(name='hv1', trunk_id='i'), 'trunks/i'),
            (DeletePort(name='hv1', port_id='i'), 'ports/i'),
            (DeleteAgent(name='hv1', agent_id='i'), 'agents/i'),
        ):
            for status in (204, 404):
                with self.subTest(url=url, status=status):
                    self.mock.delete(
                        f'{base.NETWORK}/{url}', status_code=status, json={}
                    )

                    self.assertEqual(status != 404, self.act(step).changed)


class TestServers(TestCase):
    """The bare-metal server."""

    def a_step(self, **changes) -> CreateServer:
        return CreateServer(
            **{
                'name': 'hv1',
                'image_id': 'i',
                'flavor_id': 'f',
                'key_name': 'k',
                'metadata': {'a': 'b'},
                'user_data': 'c2VjcmV0',
                'port_id': 'p',
                **changes,
            }
        )

    def create(self, step):
        self.mock.post(f'{base.COMPUTE}/servers', json={'server': {'id': 's'}})
        self.act(step)
        return self.last().json()['server']

    def test_create(self):
        """Everything that was asked for, with our tag and a config drive."""
        self.assertEqual(
            {
                'name': 'hv1',
                'hostname': 'hv1',
                'imageRef': 'i',
                'flavorRef': 'f',
                'networks': [{'port': 'p'}],
                'config_drive': True,
                'metadata': {'a': 'b', identity.MARK_KEY: identity.MARK},
                'tags': [identity.TAG],
                'user_data': 'c2VjcmV0',
                'key_name': 'k',
            },
            self.create(self.a_step()),
        )

    def test_create_without_keypair(self):
        """A server needs none."""
        self.assertNotIn('key_name', self.create(self.a_step(key_name=None)))

    def test_user_data_is_not_logged(self):
        """The user-data is in no log, at any level."""
        with self.assertLogs(level='DEBUG') as logs:
            self.create(self.a_step())

        self.assertNotIn('c2VjcmV0', '\n'.join(logs.output))

    def test_delete(self):
        """What is gone already is no error."""
        for status in (204, 404):
            with self.subTest(status=status):
                self.mock.delete(
                    f'{base.COMPUTE}/servers/s', status_code=status, json={}
                )

                done = self.act(DeleteServer(name='hv1', server_id='s'))

                self.assertEqual(status != 404, done.changed)

    def test_delete_for_good(self):
        """A put off deletion takes an action of its own."""
        self.mock.post(f'{base.COMPUTE}/servers/s/action', status_code=202)

        self.act(DeleteServer(name='hv1', server_id='s', soft_deleted=True))

        self.assertEqual({'forceDelete': None}, self.last().json())

    def test_note_times(self):
        """The metadata is added to."""
        self.mock.post(f'{base.COMPUTE}/servers/s/metadata', json={})

        self.act(NoteTimes(name='hv1', server_id='s', metadata={'a': 'b'}))

        self.assertEqual({'metadata': {'a': 'b'}}, self.last().json())


class TestBaremetal(TestCase):
    """What Ironic knows of a deploy."""

    STEP = AskNode(name='hv1', node_id='n1', since=clocks.START)
    HISTORY = f'{base.BAREMETAL}/nodes/n1/history'

    @staticmethod
    def event(minute, text, **changes):
        """An entry of a node's history."""
        return {
            'created_at': f'2026-11-23T12:0{minute}:00+00:00',
            'severity': 'ERROR',
            'event_type': 'deploying',
            'event': text,
            **changes,
        }

    def test_newest_error(self):
        """The newest error of the deploy counts, not what follows from it."""
        events = [
            self.event(2, 'no  power.'),
            self.event(1, 'no image'),
            self.event(3, 'cleaning failed', event_type='cleaning'),
            self.event(4, 'all is well', severity='INFO'),
            self.event(5, 'aborted at step', event_type='deployment_end'),
        ]
        self.mock.get(self.HISTORY, json={'history': events})

        self.assertEqual(Explained('no power'), self.act(self.STEP).answer)
        headers = self.last().headers
        self.assertEqual('1.78', headers['X-OpenStack-Ironic-API-Version'])

    def test_earlier_deploys(self):
        """What went wrong before the server was made is not told."""
        old = self.event(0, 'x') | {'created_at': '2026-11-23T11:59:00+00:00'}
        self.mock.get(self.HISTORY, json={'history': [old]})

        self.assertIsNone(self.act(self.STEP).answer)

    def test_may_not_be_read(self):
        """An Ironic that does not tell is no failure of its own."""
        for status in (403, 404, 406, 503):
            with self.subTest(status=status):
                self.mock.get(self.HISTORY, status_code=status, json={})

                self.assertIsNone(self.act(self.STEP).answer)


class TestServices(TestCase):
    """Compute services and aggregates."""

    def test_enable_and_disable(self):
        """By the service's id, with our reason."""
        url = f'{base.COMPUTE}/os-services/s'
        self.mock.put(url, json={})

        self.act(EnableService(name='hv1', service_id='s'))
        self.assertEqual({'status': 'enabled'}, self.last().json())

        self.act(DisableService(name='hv1', service_id='s', reason='why'))
        self.assertEqual(
            {'status': 'disabled', 'disabled_reason': 'why'},
            self.last().json(),
        )

    def test_delete(self):
        """What is gone already is no error."""
        for status in (204, 404):
            with self.subTest(status=status):
                self.mock.delete(
                    f'{base.COMPUTE}/os-services/s',
                    status_code=status,
                    json={},
                )

                done = self.act(DeleteService(name='hv1', service_id='s'))

                self.assertEqual(status != 404, done.changed)

    def test_join_aggregate(self):
        """A host that is in already is no error; one that may not be is."""
        step = JoinAggregate(name='hv1', aggregate_id=7, host='hv1')
        action = f'{base.COMPUTE}/os-aggregates/7/action'
        self.mock.post(action, json={})
        self.assertTrue(self.act(step).changed)
        self.assertEqual({'add_host': {'host': 'hv1'}}, self.last().json())

        self.mock.post(
            action,
            status_code=409,
            json={'conflictingRequest': {'message': 'is in zone az1'}},
        )
        for hosts in (['hv1'], ['hv2']):
            aggregate = {'id': 7, 'uuid': 'u', 'name': 'a', 'hosts': hosts}
            self.mock.get(
                f'{base.COMPUTE}/os-aggregates/7',
                json={'aggregate': aggregate},
            )
            if hosts == ['hv1']:
                self.assertFalse(self.act(step).changed)
        self.assert_fails(step, transient=False, words='is in zone az1')

    def test_leave_aggregate(self):
        """A host that has left already is no error."""
        step = LeaveAggregate(name='hv1', aggregate_id=7, host='hv1')
        for status in (200, 404):
            with self.subTest(status=status):
                self.mock.post(
                    f'{base.COMPUTE}/os-aggregates/7/action',
                    status_code=status,
                    json={},
                )

                done = self.act(step)

                self.assertEqual(status != 404, done.changed)
                self.assertEqual(
                    {'remove_host': {'host': 'hv1'}}, self.last().json()
                )


class TestTestGuest(TestCase):
    """The guest that tries a hypervisor out."""

    def test_boot(self):
        """On this host and no other, with the mark of what it tries."""
        self.mock.post(f'{base.COMPUTE}/servers', json={'server': {'id': 's'}})
        for network, networks in ((None, 'none'), ('n', [{'uuid': 'n'}])):
            with self.subTest(network=network):
                self.act(
                    CreateTestGuest(
                        name='hv1',
                        host='hv1.a.org',
                        flavor_id='f',
                        image_id='i',
                        network_id=network,
                    )
                )

                body = self.last().json()['server']
                self.assertEqual('hv1.a.org', body['host'])
                self.assertEqual(networks, body['networks'])
                self.assertEqual('hv1', body['metadata'][identity.TEST_KEY])

    def test_port(self):
        """A port of another kind is made for it, with a mark of its own."""
        self.mock.post(f'{base.NETWORK}/ports', json={'port': {'id': 'p'}})
        self.mock.post(f'{base.COMPUTE}/servers', json={'server': {'id': 's'}})

        self.act(
            CreateTestPort(name='hv1', network_id='n', vnic_type='direct')
        )

        port = self.last().json()['port']
        self.assertEqual('direct', port['binding:vnic_type'])
        self.assertEqual(identity.TEST_PORT_MARK, port['description'])
        self.act(
            CreateTestGuest(
                name='hv1',
                host='hv1',
                flavor_id='f',
                image_id='i',
                port_id='p',
            )
        )
        self.assertEqual(
            [{'port': 'p'}], self.last().json()['server']['networks']
        )

    def test_delete_port(self):
        """What is gone already is no error."""
        for status in (204, 404):
            with self.subTest(status=status):
                self.mock.delete(
                    f'{base.NETWORK}/ports/p', status_code=status, json={}
                )

                done = self.act(DeleteTestPort(name='hv1', port_id='p'))

                self.assertEqual(status != 404, done.changed)

    def test_delete(self):
        """For good; what is gone already is no error."""
        for status in (202, 404):
            with self.subTest(status=status):
                self.mock.post(
                    f'{base.COMPUTE}/servers/s/action',
                    status_code=status,
                    json={},
                )

                done = self.act(DeleteTestGuest(name='hv1', server_id='s'))

                self.assertEqual(status != 404, done.changed)
                self.assertEqual({'forceDelete': None}, self.last().json())


class TestAnswers(TestCase):
    """What a test guest shows."""

    def test_console(self):
        """Anything on it is an answer; none yet is none."""
        step = ReadConsole(name='hv1', server_id='s')
        for answer, expected in (
            ({'json': {'output': 'login:'}}, Replied()),
            ({'json': {'output': ''}}, None),
            ({'status_code': 404, 'json': {}}, None),
        ):
            with self.subTest(answer=answer):
                self.mock.post(f'{base.COMPUTE}/servers/s/action', **answer)

                done = self.act(step)

                self.assertEqual(expected, done.answer)
                self.assertFalse(done.changed)

    def test_address(self):
        """This machine answers; an address for documentation does not."""
        for address, expected in (('127.0.0.1', 0), ('192.0.2.1', 1)):
            with mock.patch('subprocess.run', autospec=True) as run:
                run.return_value.returncode = expected
                done = self.act(
                    PingTestGuest(name='hv1', server_id='s', address=address)
                )

                self.assertEqual(None if expected else Replied(), done.answer)
                self.assertEqual(address, run.call_args[0][0][-1])
        with mock.patch(
            'subprocess.run', autospec=True, side_effect=FileNotFoundError
        ):
            self.assert_fails(
                PingTestGuest(name='h', server_id='s', address='::1'),
                transient=False,
                words='no program ping',
            )


class TestGuests(TestCase):
    """Migrations."""

    url = f'{base.COMPUTE}/servers/g/action'

    def test_requests(self):
        """To wherever there is room; Nova's request id is kept."""
        for kind, body in (
            (
                LiveMigrate,
                {'os-migrateLive': {'host': None, 'block_migration': 'auto'}},
            ),
            (ColdMigrate, {'migrate': None}),
            (Shelve, {'shelve': None}),
            (OffloadShelved, {'shelveOffload': None}),
            (ConfirmMigration, {'confirmResize': None}),
            (ConfirmResize, {'confirmResize': None}),
        ):
            with self.subTest(kind=kind):
                self.mock.post(
                    self.url,
                    status_code=202,
                    headers={'x-openstack-request-id': 'req-1'},
                )

                done = self.act(kind(name='hv1', server_id='g'))

                self.assertEqual(body, self.last().json())
                self.assertEqual(Accepted('req-1'), done.answer)
                self.assertTrue(done.changed)

    def test_destination(self):
        """To the one host that was named."""
        self.mock.post(self.url, status_code=202)
        for kind, body in (
            (
                LiveMigrate,
                {'os-migrateLive': {'host': 'a', 'block_migration': 'auto'}},
            ),
            (ColdMigrate, {'migrate': {'host': 'a'}}),
        ):
            self.act(kind(name='hv1', server_id='g', destination='a'))

            self.assertEqual(body, self.last().json())

    def test_under_way(self):
        """What is over needs no force and no abort."""
        url = f'{base.COMPUTE}/servers/g/migrations/7'
        about = {'name': 'hv1', 'server_id': 'g', 'migration_id': 7}
        for status, changed in ((202, True), (404, False), (400, False)):
            with self.subTest(status=status):
                self.mock.post(f'{url}/action', status_code=status)
                self.mock.delete(url, status_code=status)

                done = self.act(ForceComplete(**about))
                self.assertEqual({'force_complete': None}, self.last().json())
                self.assertEqual(changed, done.changed)
                done = self.act(AbortMigration(**about))
                self.assertEqual(changed, done.changed)

    def test_refused(self):
        """A guest whose state forbids it is not tried again."""
        self.mock.post(self.url, **base.answer('nova409'))

        self.assert_fails(
            LiveMigrate(name='hv1', server_id='g'),
            transient=False,
            words='while it is in vm_state stopped',
        )

    def test_confirmed_already(self):
        """A migration that a rival has confirmed is confirmed."""
        step = ConfirmMigration(name='hv1', server_id='g')
        for answer in (base.answer('nova409'), base.answer('nova400')):
            with self.subTest(answer=answer):
                self.mock.post(self.url, **answer)

                self.assertFalse(self.act(step).changed)

    def test_ask_why(self):
        """The last error of the action's events, in one line."""
        self.mock.get(
            f'{base.COMPUTE}/servers/g/os-instance-actions/req-1',
            **base.answer('action'),
        )

        done = self.act(AskWhy(name='hv1', server_id='g', request_id='req-1'))

        self.assertFalse(done.changed)
        self.assertTrue(done.answer.text.startswith('No valid host was found'))

    def test_ask_why_of_the_host(self):
        """What a host says counts more than the conductor's summary."""
        events = [
            {'event': name, 'finish_time': at, 'result': result, 'details': d}
            for name, at, result, d in (
                ('compute_a', '2026-11-23T12:00:01', 'Error', 'CPU  differs.'),
                ('compute_b', '2026-11-23T12:00:02', 'Success', None),
                ('conductor_c', '2026-11-23T12:00:03', 'Error', 'No host'),
            )
        ]
        self.mock.get(
            f'{base.COMPUTE}/servers/g/os-instance-actions/req-1',
            json={'instanceAction': {'events': events}},
        )

        done = self.act(AskWhy(name='hv1', server_id='g', request_id='req-1'))

        self.assertEqual(Explained('CPU differs'), done.answer)

    def test_ask_where(self):
        """Its status and host, and nothing when it is deleted."""
        step = AskWhere(name='hv1', server_id='g')
        for answer, expected in (
            ({'status_code': 404, 'json': {}}, None),
            (('hv2', 'ACTIVE'), Located('ACTIVE', 'hv2')),
            (
                (None, 'SHELVED_OFFLOADED'),
                Located('SHELVED_OFFLOADED', None),
            ),
        ):
            with self.subTest(expected=expected):
                if isinstance(answer, tuple):
                    host, status = answer
                    server = {'status': status}
                    server['OS-EXT-SRV-ATTR:host'] = host
                    answer = {'json': {'server': server}}
                self.mock.get(f'{base.COMPUTE}/servers/g', **answer)

                done = self.act(step)

                self.assertEqual(expected, done.answer)
                self.assertFalse(done.changed)

    def test_ask_why_in_vain(self):
        """No reason is no error."""
        step = AskWhy(name='hv1', server_id='g', request_id='req-1')
        for answer in (
            {'status_code': 404, 'json': {}},
            {'json': {'instanceAction': {'events': None}}},
            {'json': {'instanceAction': {'events': [{'result': 'Success'}]}}},
        ):
            with self.subTest(answer=answer):
                self.mock.get(
                    f'{base.COMPUTE}/servers/g/os-instance-actions/req-1',
                    **answer,
                )

                self.assertIsNone(self.act(step).answer)
