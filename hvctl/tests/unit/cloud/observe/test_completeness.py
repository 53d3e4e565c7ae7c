# SPDX-License-Identifier: Apache-2.0
"""Tests of looks that Nova's cells have cut."""

from __future__ import annotations

import typing

from hvctl import exceptions
from hvctl.model import identity
from hvctl.model.snapshot import EVERY_PART
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.observe import looking

SERVER = builders.an_id('server')
NAMES = frozenset({'hv1'})


class TestCompleteness(looking.TestCase):
    """What a look about hv1 must not lack."""

    def setUp(self) -> None:
        super().setUp()
        port = base.ANSWERS['ports']['body']['ports'][0]
        self.port = {
            **port,
            'name': 'hv1',
            'description': identity.PORT_MARK,
            'device_id': SERVER,
            'project_id': builders.OURS,
        }
        self.mock.get(
            f'{base.NETWORK}/ports', **base.listed('ports', self.port)
        )
        self.mock.get(looking.SERVERS, **base.listed('servers'))

    def answer_server(self, **answer: typing.Any) -> None:
        """Let Nova say this of the server when it is asked for it."""
        self.mock.get(f'{base.COMPUTE}/servers/{SERVER}', **answer)

    def silence(self, host: str) -> None:
        """Let the cell of a host be silent."""
        services = base.ANSWERS['services']['body']['services']
        self.mock.get(
            f'{base.COMPUTE}/os-services',
            json={
                'services': [
                    {
                        'binary': 'nova-compute',
                        'host': host,
                        'status': 'UNKNOWN',
                    }
                    if service['host'] == host
                    else service
                    for service in services
                ]
            },
        )

    def test_server_left_out(self) -> None:
        """The server of a port, which Nova still has, was left out."""
        ours = base.ANSWERS['servers']['body']['servers'][0]
        stub = {'id': SERVER, 'status': 'UNKNOWN', 'tenant_id': builders.OURS}
        for server in (ours, stub):
            with self.subTest(server=server):
                self.answer_server(json={'server': server})

                with self.assertRaisesRegex(
                    exceptions.CloudError, 'is not among them'
                ) as caught:
                    self.observe(names=NAMES)
                self.assertTrue(caught.exception.transient)

    def test_server_gone(self) -> None:
        """One that Nova does not know is gone."""
        self.answer_server(status_code=404, json={})

        self.assertEqual((), self.observe(names=NAMES).servers)

    def test_server_of_others(self) -> None:
        """One that is not ours is no gap."""
        ours = base.ANSWERS['servers']['body']['servers'][0]
        for server in (
            {**ours, 'metadata': {}},
            {**ours, 'tenant_id': builders.THEIRS},
            {**ours, 'name': 'renamed'},
        ):
            self.answer_server(json={'server': server})

            self.assertEqual((), self.observe(names=NAMES).servers)

    def test_not_asked(self) -> None:
        """Where all is there, or it is about others, nothing is asked."""
        self.observe(names=frozenset({'hv2'}))
        self.observe()
        ours = base.ANSWERS['servers']['body']['servers'][0]
        self.mock.get(
            looking.SERVERS,
            **base.listed('servers', {**ours, 'id': SERVER}),
        )
        self.observe(names=NAMES)

        self.assertEqual(
            [], self.sent('GET', f'{base.COMPUTE}/servers/{SERVER}')
        )

    def test_aggregate_left_out(self) -> None:
        """A list that lacks one which Nova has is no look."""
        url = f'{base.COMPUTE}/os-aggregates'
        self.mock.get(url, json={'aggregates': []})
        ids = frozenset({9})
        for answer, complaint in (
            ({'json': {'aggregate': {'id': 9}}}, 'aggregate 9 is not among'),
            ({'status_code': 503, 'json': {}}, 'see whether aggregate 9'),
            ({'status_code': 404, 'text': '<html/>'}, 'makes no sense'),
        ):
            self.mock.get(f'{url}/9', **answer)
            with self.subTest(complaint=complaint):
                with self.assertRaises(exceptions.CloudError) as caught:
                    self.observe(aggregates=True, aggregate_ids=ids)

                self.assertIn(complaint, str(caught.exception))
                self.assertTrue(caught.exception.transient)

    def test_aggregate_gone(self) -> None:
        """One of which Nova says so itself is gone."""
        url = f'{base.COMPUTE}/os-aggregates'
        self.mock.get(url, json={'aggregates': []})
        self.mock.get(f'{url}/9', status_code=404, json={})

        look = self.observe(aggregates=True, aggregate_ids=frozenset({9}))

        self.assertEqual((), look.aggregates)

    def test_silent_cell(self) -> None:
        """A host of a silent cell fails the look about it, and no other."""
        self.answer_server(status_code=404, json={})
        self.silence('hv1')

        with self.assertRaisesRegex(
            exceptions.CloudError, 'of hv1, whose cell does not answer'
        ) as caught:
            self.observe(names=NAMES)
        self.assertTrue(caught.exception.transient)
        self.silence('hv2')
        self.observe(names=NAMES)

    def test_warning(self) -> None:
        """Who only lists is told what cannot be seen, once."""
        self.silence('hv1')

        with self.assertLogs('hvctl.cloud.observe', 'WARNING') as logs:
            self.observe(optional=EVERY_PART)
            self.observe(optional=EVERY_PART)

        (warning,) = logs.output
        self.assertIn('of hv1, whose cell does not answer', warning)

    def test_guest_in_silent_cell(self) -> None:
        """A guest of which Nova tells only the id fails the look."""
        self.mock.get(
            f'{looking.SERVERS}?host=hv2',
            json={'servers': [{'id': 'g1', 'status': 'UNKNOWN'}]},
        )
        self.mock.get(
            f'{looking.SERVERS}?host=hv2&marker=g1', json={'servers': []}
        )

        with self.assertRaisesRegex(
            exceptions.CloudError, 'the cell of server g1 does not answer'
        ) as caught:
            self.observe(hosts=frozenset({'hv2'}))
        self.assertTrue(caught.exception.transient)
