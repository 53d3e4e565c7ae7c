# SPDX-License-Identifier: Apache-2.0
"""Tests of what is made of the services' JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import contextlib
import datetime
import typing
import unittest

from hvctl.cloud import answers
from hvctl.cloud.observe import parse
from hvctl.model import identity
from hvctl.model.records import PortUse, Shape, Share, Trunk
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base

T = typing.TypeVar('T')

#: What Nova tells of every server.
SERVER = {
    'id': 'i',
    'name': 'n',
    'status': 'ERROR',
    'tenant_id': 't',
    'metadata': {},
}


def first(name: str, key: str):
    """The first entry of a recorded list."""
    return base.ANSWERS[name]['body'][key][0]


def read(
    parsed: Callable[[answers.Fields], T], body: dict[str, typing.Any]
) -> T:
    """What is made of the body of an answer."""
    return parsed(answers.Fields(body))


class TestWhen(unittest.TestCase):
    """Times."""

    def test_forms(self) -> None:
        """Every service's form of a time is read, in UTC."""
        expected = datetime.datetime(
            2026, 11, 23, 18, 32, 3, tzinfo=datetime.UTC
        )
        for text in (
            '2026-11-23T18:32:03Z',
            '2026-11-23T18:32:03.000000',
            '2026-11-23 18:32:03',
            '2026-11-23T18:32:03+00:00',
            '2026-11-23T19:32:03+01:00',
        ):
            with self.subTest(text=text):
                self.assertEqual(expected, parse.when(text))

    def test_none(self) -> None:
        """No time is none."""
        self.assertIsNone(parse.when(None))
        self.assertIsNone(parse.when(''))


class TestShapes(unittest.TestCase):
    """Recorded answers become records."""

    def test_server(self) -> None:
        """A bare-metal server of ours."""
        body = first('servers', 'servers')

        server = read(parse.server, body)

        self.assertEqual('hv1', server.name)
        self.assertEqual('ACTIVE', server.status)
        self.assertIsNone(server.task_state)
        self.assertEqual(body['tenant_id'], server.project_id)
        self.assertEqual('ironic', server.host)
        self.assertIn(identity.TAG, server.tags)
        self.assertTrue(
            identity.is_ours('hv1', server.metadata[identity.COMPUTE_ID_KEY])
        )
        self.assertEqual(('10.10.1.80',), server.addresses)
        self.assertEqual(parse.when(body['created']), server.created_at)
        assert server.created_at is not None
        assert server.launched_at is not None
        self.assertLess(server.created_at, server.launched_at)
        self.assertIsNone(server.fault)

    def test_server_in_error(self) -> None:
        """Nova's reason is kept; what is missing does no harm."""
        server = read(
            parse.server,
            {**SERVER, 'fault': {'message': 'No valid host'}},
        )

        self.assertEqual('No valid host', server.fault)
        self.assertEqual('ERROR', server.status)

    def test_config_drive(self) -> None:
        """Nova says 'True', or an empty text."""
        for text, expected in (('True', True), ('', False), (None, False)):
            with self.subTest(text=text):
                server = read(parse.server, {**SERVER, 'config_drive': text})

                self.assertIs(expected, server.config_drive)

    def test_service(self) -> None:
        """The compute service of Ironic's driver."""
        service = read(parse.service, first('services', 'services'))

        self.assertEqual('ironic', service.host)
        self.assertEqual('nova', service.zone)
        self.assertTrue(service.enabled and service.up)
        self.assertIsNone(service.disabled_reason)
        self.assertIsNotNone(service.updated_at)

    def test_disabled_service(self) -> None:
        """The reason is kept as it is."""
        (service,) = (
            read(parse.service, body)
            for body in base.ANSWERS['services']['body']['services']
            if body['host'] == 'hv2'
        )

        self.assertFalse(service.enabled)
        assert service.disabled_reason is not None
        self.assertTrue(
            service.disabled_reason.startswith(identity.REASON_DRAIN)
        )

    def test_service_of_a_cell_that_is_down(self) -> None:
        """It has neither id nor state, and is neither up nor enabled."""
        service = read(
            parse.service,
            {'binary': 'nova-compute', 'host': 'hv1', 'status': 'UNKNOWN'},
        )

        self.assertEqual('', service.id)
        self.assertFalse(service.enabled or service.up)

    def test_compute_node(self) -> None:
        """With and without the details."""
        bare = read(
            parse.compute_node,
            base.ANSWERS['hypervisors']['body']['hypervisors'][1],
        )
        sized = read(
            parse.compute_node,
            base.ANSWERS['hypervisors_detail']['body']['hypervisors'][1],
        )

        self.assertEqual(bare.id, sized.id)
        self.assertTrue(identity.is_ours(bare.hostname, bare.id))
        self.assertIsNone(bare.vcpus)
        self.assertEqual((32, 65536), (sized.vcpus, sized.memory_mb))
        self.assertEqual(sized.hostname, sized.service_host)

    def test_provider(self) -> None:
        """A resource provider."""
        body = first('providers', 'resource_providers')

        provider = read(parse.provider, body)

        self.assertEqual(body['uuid'], provider.id)
        self.assertEqual(body['name'], provider.name)

    def test_port(self) -> None:
        """A bare-metal port in use."""
        body = first('ports', 'ports')

        port = read(parse.port, body)

        self.assertEqual('hv2', port.name)
        self.assertEqual(body['device_id'], port.device_id)
        self.assertIn(port.vnic_type, ('baremetal', 'normal'))
        ((_, address),) = port.fixed_ips
        self.assertEqual('10.10.2.128', address)
        self.assertIs(PortUse.MACHINE, port.use)
        self.assertIsNone(port.trunk)

    def test_trunk(self) -> None:
        """The parent of a trunk tells of it, and a sub-port of nothing."""
        parent = read(
            parse.port,
            {
                **first('ports', 'ports'),
                'trunk_details': {
                    'trunk_id': 't1',
                    'sub_ports': [
                        {
                            'port_id': 'p2',
                            'segmentation_id': 102,
                            'segmentation_type': 'vlan',
                        }
                    ],
                },
            },
        )
        subport = read(
            parse.port,
            {
                **first('ports', 'ports'),
                'description': identity.SUBPORT_MARK,
                'mac_address': '02:00:00:00:00:01',
            },
        )

        self.assertEqual(
            Trunk(id='t1', segmentation_ids={'p2': 102}), parent.trunk
        )
        self.assertIs(PortUse.SUBPORT, subport.use)
        self.assertEqual('02:00:00:00:00:01', subport.mac_address)

    def test_agent(self) -> None:
        """An agent that lives."""
        agent = read(parse.agent, first('agents', 'agents'))

        self.assertTrue(agent.alive)
        self.assertEqual('Open vSwitch agent', agent.agent_type)

    def test_node(self) -> None:
        """A node whose error this user may not read has none."""
        body = first('nodes', 'nodes')

        node = read(parse.node, body)

        self.assertEqual(body['instance_uuid'], node.instance_id)
        self.assertEqual('active', node.provision_state)
        self.assertEqual('power on', node.power_state)
        self.assertIsNone(node.last_error)

    def test_node_of_others(self) -> None:
        """An error that may be read is kept; no state is available."""
        node = read(
            parse.node,
            {'uuid': 'u', 'provision_state': None, 'last_error': 'no power'},
        )

        self.assertEqual('available', node.provision_state)
        self.assertEqual('no power', node.last_error)

    def test_migration(self) -> None:
        """A cold migration that found no destination."""
        migration = read(parse.migration, first('migrations', 'migrations'))

        self.assertEqual('error', migration.status)
        self.assertEqual('migration', migration.migration_type)
        self.assertEqual('hv2', migration.source)
        self.assertIsNone(migration.destination)
        self.assertEqual('5e8d9378def54467929fba09d62ba306', migration.user_id)
        self.assertIsNotNone(migration.created_at)
        self.assertIsNotNone(migration.updated_at)

    def test_candidates(self) -> None:
        """Each way to place a guest is one of its host, at the root."""
        hv1, hv2, gpu1, gpu2, nfs = map(
            builders.an_id, ('hv1', 'hv2', 'hv1_gpu1', 'hv1_gpu2', 'nfs')
        )
        own = (
            Share(hv1, 'VCPU', 1, 6),
            Share(hv1, 'MEMORY_MB', 512, 14336),
        )
        for name, expected in (
            (
                'candidates_nested',
                {
                    (hv1, (*own, Share(gpu1, 'VGPU', 1, 1))),
                    (hv1, (*own, Share(gpu2, 'VGPU', 1, 1))),
                },
            ),
            (
                'candidates_shared',
                {
                    (hv1, (*own, Share(nfs, 'DISK_GB', 10, 980))),
                    (
                        hv2,
                        (
                            Share(hv2, 'VCPU', 1, 8),
                            Share(hv2, 'MEMORY_MB', 512, 16384),
                            Share(hv2, 'DISK_GB', 10, 100),
                        ),
                    ),
                },
            ),
        ):
            with self.subTest(name=name):
                found = read(parse.candidates, base.ANSWERS[name]['body'])

                self.assertEqual(expected, set(found))

    def test_shape(self) -> None:
        """A root disk that is a volume is no disk of the host."""
        flavor = {'vcpus': 2, 'ram': 512, 'disk': 20, 'ephemeral': 3}
        for image, disk in (({'id': 'i'}, 24), ('', 4)):
            body = {
                **SERVER,
                'image': image,
                'flavor': {**flavor, 'swap': 1},
            }

            self.assertEqual(
                Shape(2, 512, disk), read(parse.server, body).shape
            )

    def test_aggregate(self) -> None:
        """An aggregate with its hosts."""
        aggregate = read(
            parse.aggregate,
            {
                'id': 1,
                'uuid': 'u',
                'name': 'a',
                'hosts': ['hv1', 'hv2'],
                'metadata': {'trait:CUSTOM_A': 'required'},
            },
        )

        self.assertEqual(frozenset({'hv1', 'hv2'}), aggregate.hosts)
        self.assertEqual({'trait:CUSTOM_A': 'required'}, aggregate.metadata)


def changed(body: typing.Any) -> Iterator[typing.Any]:
    """A body, each time with one thing in it of another type, or left out."""
    yield from (None, [], {}, '', 'x', 7, 1.5, True, [None], {'x': None})
    if isinstance(body, dict):
        for key, value in body.items():
            yield {k: v for k, v in body.items() if k != key}
            for each in changed(value):
                yield {**body, key: each}
    if isinstance(body, list) and body:
        for each in changed(body[0]):
            yield [each, *body[1:]]


class TestAnythingElse(unittest.TestCase):
    """Whatever a service, or a proxy before it, may answer."""

    def test_changed(self) -> None:
        """It becomes a record, or is known to be no answer; nothing else."""
        for parsed, body in (
            (parse.server, first('servers', 'servers')),
            (parse.service, first('services', 'services')),
            (parse.compute_node, first('hypervisors_detail', 'hypervisors')),
            (parse.provider, first('providers', 'resource_providers')),
            (parse.port, first('ports', 'ports')),
            (parse.agent, first('agents', 'agents')),
            (parse.node, first('nodes', 'nodes')),
            (parse.migration, first('migrations', 'migrations')),
            (parse.candidates, base.ANSWERS['candidates_shared']['body']),
            (parse.consumers, base.ANSWERS['consumers']['body']),
        ):
            # With another body each of these would fail as well.
            read(parsed, body)
            for other in changed(body):
                with (
                    self.subTest(parsed=parsed.__name__, other=other),
                    contextlib.suppress(answers.UnexpectedAnswer),
                ):
                    read(parsed, other)
