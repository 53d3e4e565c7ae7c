# SPDX-License-Identifier: Apache-2.0
"""Tests of quotas, as the services and as users see them."""

from __future__ import annotations

import importlib
import importlib.util
import pathlib
import tempfile
import typing
import unittest

from hvctl.tests.fixtures import requests
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import records
from hvctl.tests.unit.simulation import base

_NO_NOVA = importlib.util.find_spec('nova') is None


class TestNova(base.TestCase):
    """Servers, cores, memory and metadata of a project."""

    service = 'compute'
    version = '2.80'
    size = numbers.Size(hosts=2, ours=2, free_nodes=2)

    def limit(self, **limits: int) -> None:
        """Limit what administrators have, which is two machines."""
        self.world.quotas[self.cloud.admin.id] = records.Quota(**limits)

    def create(self, **given: typing.Any) -> tuple[int, str]:
        """Ask for a machine; return the status, and what is refused."""
        body = {
            'server': {
                'name': 'new',
                'flavorRef': 'metal',
                'imageRef': self.world.first.image_id,
                'networks': 'none',
                **given,
            }
        }
        answer = self.ask('/servers', 'POST', json=body)
        found = answer.json().get('forbidden', {})
        return answer.status_code, found.get('message', '')

    def test_limits(self) -> None:
        """What there may be, and what there is."""
        self.limit(instances=9, cores=-1, ram=200000, metadata_items=5)

        told = self.answer('/limits')['limits']['absolute']

        self.assertEqual(
            [(9, 2), (-1, 16), (200000, 131072)],
            [
                (told[f'maxTotal{most}'], told[f'total{used}Used'])
                for most, used in (
                    ('Instances', 'Instances'),
                    ('Cores', 'Cores'),
                    ('RAMSize', 'RAM'),
                )
            ],
        )
        self.assertEqual(5, told['maxServerMeta'])

    def test_what_fits(self) -> None:
        """The last one that fits is made, and no more."""
        self.limit(instances=3, cores=24, ram=3 * 65536)

        self.assertEqual((202, ''), self.create())
        status, message = self.create()
        self.assertEqual(403, status)
        self.assertEqual(
            'Quota exceeded for cores, instances, ram: Requested 8, 1, 65536, '
            'but already used 24, 3, 196608 of 24, 3, 196608 cores, '
            'instances, ram',
            message,
        )

    def test_metadata(self) -> None:
        """A server has no more metadata than it may have, then and later."""
        self.limit(metadata_items=1)
        told = 'Maximum number of metadata items exceeds 1'

        refused = self.create(metadata={'a': 'b', 'c': 'd'})
        self.assertEqual((403, told), refused)
        self.assertEqual((202, ''), self.create(metadata={'a': 'b'}))
        url = f'/servers/{self.world.first.servers.id(0)}/metadata'
        later = self.ask(url, 'POST', json={'metadata': {'a': 'b'}})
        self.assertEqual(403, later.status_code)

    def test_silent_cell(self) -> None:
        """What is in a cell that does not answer is not counted."""
        self.limit(instances=2)
        self.world.fall_silent(60)

        told = self.answer('/limits')['limits']['absolute']
        self.assertEqual(0, told['totalInstancesUsed'])

    @unittest.skipIf(_NO_NOVA, 'nova is not installed')
    def test_words(self) -> None:
        """The sentences are Nova's own."""
        exception = importlib.import_module('nova.exception')
        self.limit(instances=2)
        own = exception.TooManyInstances(
            overs='instances', req='1', used='2', allowed='2'
        )
        self.assertEqual(own.format_message(), self.create()[1])
        self.limit(metadata_items=0)
        own = exception.MetadataLimitExceeded(allowed=0)
        self.assertEqual(
            own.format_message(), self.create(metadata={'a': 'b'})[1]
        )


class TestNeutron(base.TestCase):
    """Ports of a project."""

    service = 'network'
    size = numbers.Size(hosts=2, ours=2)

    def test_ports(self) -> None:
        """The last one that fits is made, and no more."""
        project = self.cloud.admin.id
        self.world.quotas[project] = records.Quota(ports=3)
        body = {'port': {'network_id': self.world.first.network_id}}
        self.answer('/ports', 'POST', json=body)

        refused = self.ask('/ports', 'POST', json=body)

        self.assertEqual(409, refused.status_code)
        self.assertEqual(
            {
                'type': 'OverQuota',
                'message': "Quota exceeded for resources: ['port'].",
                'detail': '',
            },
            refused.json()['NeutronError'],
        )
        told = self.answer(f'/quotas/{project}/details')['quota']['port']
        self.assertEqual({'limit': 3, 'used': 3, 'reserved': 0}, told)


class TestCreate(unittest.TestCase):
    """What the command makes of it."""

    def setUp(self) -> None:
        size = numbers.Size(hosts=3, ours=2, free_nodes=3)
        self.cloud = cloud.Cloud(1, size)
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.config = pathlib.Path(directory.name) / 'nova.conf'
        self.config.write_text(requests.NOVA_CONF)

    def limit(self, **limits: int) -> None:
        """Limit what administrators have, which is two machines."""
        quota = records.Quota(**limits)
        self.cloud.world.quotas[self.cloud.admin.id] = quota

    def create(self, *names: str) -> commands.Result:
        """Run create."""
        return commands.run(
            self.cloud,
            *('hypervisor', 'ephemeral', 'create', *names),
            *('--image', 'debian', '--flavor', 'metal'),
            *('--network', 'internalapi', '--config', str(self.config)),
            *('-f', 'json'),
        )

    def changes(self) -> list[str]:
        """Return what was asked to be changed."""
        return [
            f'{asked.method} {asked.path}'
            for asked in self.cloud.application.asked
            if asked.method != 'GET' and not asked.path.endswith('/tokens')
        ]

    def test_too_small(self) -> None:
        """It is said in a sentence before anything is made."""
        for limits, sentence in (
            (
                {'instances': 3},
                "the project's quota has 1 servers left and 2 are needed; "
                'raise it with openstack quota set',
            ),
            (
                {'ports': 2},
                "the project's quota has 0 ports left and 2 are needed; "
                'raise it with openstack quota set',
            ),
        ):
            with self.subTest(limits):
                self.limit(**limits)

                result = self.create('new1', 'new2')

                self.assertEqual(1, result.status)
                self.assertEqual(f'{sentence}\n', result.stderr)
                self.assertEqual([], self.changes())

    def test_maybe_counted(self) -> None:
        """Whether cores of bare metal count Nova alone knows, and says."""
        self.limit(cores=20)

        result = self.create('new1')

        self.assertEqual(1, result.status)
        (row,) = result.json()
        self.assertEqual('failed', row['Result'])
        self.assertIn(
            'Quota exceeded for cores: Requested 8, but already used 16 of 20 '
            'cores (HTTP 403)',
            row['Message'],
        )

    def test_taken_meanwhile(self) -> None:
        """One that somebody takes meanwhile is told in the cloud's words."""
        self.cloud.clock.after(0.001, lambda: self.limit(instances=2))

        result = self.create('new1')

        self.assertEqual(1, result.status)
        (row,) = result.json()
        self.assertIn(
            'Quota exceeded for instances: Requested 1, but already used 2 of '
            '2 instances (HTTP 403)',
            row['Message'],
        )
        self.assertEqual(1, self.changes().count('POST /compute/v2.1/servers'))
