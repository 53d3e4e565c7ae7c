# SPDX-License-Identifier: Apache-2.0
"""Holds the simulated services against what the real ones answered.

``fixtures/answers.json`` has what was recorded on a lab.
"""

from __future__ import annotations

import json
import pathlib
import typing

from keystoneauth1 import session as ksa_session

from hvctl.tests import fixtures
from hvctl.tests.simulation import shapes
from hvctl.tests.unit.simulation import base

_RECORDED: dict[str, dict[str, typing.Any]] = json.loads(
    (pathlib.Path(fixtures.__file__).parent / 'answers.json').read_text()
)

_NOBODY = '00000000-0000-0000-0000-000000000000'
_FIELDS = (
    'uuid,name,resource_class,provision_state,power_state,instance_uuid,'
    'maintenance,last_error'
)


class _Recorded(base.TestCase):
    """Requests whose answers were recorded."""

    def compare(
        self,
        recorded: str,
        path: str,
        session: ksa_session.Session | None = None,
    ) -> None:
        """Compare the shape of an answer."""
        expected = _RECORDED[recorded]
        found = self.ask(path, session=session)
        with self.subTest(recorded):
            self.assertEqual(expected['status'], found.status_code)
            self.assertEqual(
                [], shapes.differences(expected['body'], found.json())
            )


class TestNova(_Recorded):
    """Nova's answers."""

    service = 'compute'
    version = '2.80'

    def test_lists(self) -> None:
        """Lists and limits."""
        move = {'os-migrateLive': {'host': None, 'block_migration': 'auto'}}
        guest = self.world.first.servers.id(3)
        self.answer(f'/servers/{guest}/action', 'POST', json=move)
        self.cloud.clock.advance(30)
        for recorded, path in (
            ('servers', '/servers/detail?limit=1'),
            ('services', '/os-services'),
            ('hypervisors', '/os-hypervisors'),
            ('hypervisors_detail', '/os-hypervisors/detail'),
            ('aggregates', '/os-aggregates'),
            ('migrations', '/os-migrations'),
            ('limits', '/limits'),
            ('nova404', f'/servers/{_NOBODY}'),
            ('nova400', '/servers?limit=x'),
        ):
            self.compare(recorded, path)
        others = self.cloud.login('demo', 'demo')
        self.compare('nova403', '/os-services', others)


class TestPlacement(_Recorded):
    """Placement's answers."""

    service = 'placement'
    version = '1.38'

    def test_lists(self) -> None:
        """Lists, inventories and refusals."""
        ours = f'/resource_providers/{self.world.first.compute_id(0)}'
        for recorded, path in (
            ('providers', '/resource_providers'),
            ('inventories', f'{ours}/inventories'),
            ('consumers', f'{ours}/allocations'),
            (
                'candidates_shared',
                '/allocation_candidates?resources=VCPU:1&limit=2',
            ),
            ('hold404', f'/allocations/{_NOBODY}'),
            ('placement404', f'/resource_providers/{_NOBODY}'),
            ('alloc404', f'/resource_providers/{_NOBODY}/allocations'),
        ):
            self.compare(recorded, path)
        others = self.cloud.login('demo', 'demo')
        self.compare('placement403', '/resource_providers', others)


class TestNeutron(_Recorded):
    """Neutron's answers."""

    service = 'network'

    def test_lists(self) -> None:
        """Ports, agents and quotas."""
        project = self.cloud.admin.id
        for recorded, path in (
            ('ports', '/ports'),
            ('agents', '/agents'),
            ('neutron404', f'/ports/{_NOBODY}'),
        ):
            self.compare(recorded, path)
        quota = self.answer(f'/quotas/{project}/details')['quota']
        self.assertEqual(
            {*_RECORDED['port_quota']['body']['quota']['port']},
            {*quota['port']},
        )
        others = self.cloud.login('demo', 'demo')
        self.compare('neutron403', '/agents', others)


class TestIronic(_Recorded):
    """Ironic's answers."""

    service = 'baremetal'
    version = '1.46'

    def test_lists(self) -> None:
        """Nodes, with the fields that hvctl asks for."""
        self.compare('nodes', f'/v1/nodes?fields={_FIELDS}&limit=2')
        self.compare('ironic404', f'/v1/nodes/{_NOBODY}')
