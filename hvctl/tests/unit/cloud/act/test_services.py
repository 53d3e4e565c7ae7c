# SPDX-License-Identifier: Apache-2.0
"""Tests of compute services and aggregates."""

from __future__ import annotations

import typing

from hvctl.model.steps import (
    DeleteService,
    DisableService,
    EnableService,
    JoinAggregate,
    LeaveAggregate,
)
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.act import acting

DOWN = {'id': 's', 'host': 'hv1', 'status': 'disabled', 'state': 'down'}
DELETE = DeleteService(name='hv1', service_id='s', host='hv1')


class TestServices(acting.TestCase):
    """Compute services and aggregates."""

    def test_enable_and_disable(self) -> None:
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

    def test_delete(self) -> None:
        """What is gone already is no error."""
        self.has_services(DOWN)
        for status in (204, 404):
            with self.subTest(status=status):
                self.mock.delete(
                    f'{base.COMPUTE}/os-services/s',
                    status_code=status,
                    json={},
                )

                done = self.act(DELETE)

                self.assertEqual(status != 404, done.changed)
                listed = self.sent('GET', f'{base.COMPUTE}/os-services')[-1]
                self.assertEqual(['hv1'], listed.qs['host'])

    def test_delete_what_is_not_the_same(self) -> None:
        """One that may live, or is another, stays."""
        for services, words in (
            ([{**DOWN, 'state': 'up'}], 'reports again'),
            ([{**DOWN, 'id': 'new'}], 'another one of host hv1'),
            ([], 'does not list it'),
            ([{'host': 'hv1', 'status': 'UNKNOWN'}], 'does not answer'),
        ):
            with self.subTest(words=words):
                self.has_services(*services)

                self.assert_fails(DELETE, transient=True, words=words)
        self.assertNotIn(
            'DELETE', {sent.method for sent in self.mock.request_history}
        )

    def has_services(self, *services: dict[str, typing.Any]) -> None:
        """Let Nova have these of the host."""
        self.mock.get(
            f'{base.COMPUTE}/os-services', json={'services': list(services)}
        )

    def test_join_aggregate(self) -> None:
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

    def test_leave_aggregate(self) -> None:
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
