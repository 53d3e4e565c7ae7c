# SPDX-License-Identifier: Apache-2.0
"""Tests of what is done with bare-metal servers."""

from __future__ import annotations

import typing

from hvctl.model import identity
from hvctl.model.metadata_steps import SetMetadata
from hvctl.model.metadata_steps import UnsetMetadata
from hvctl.model.results import Done, Exists
from hvctl.model.steps import (
    AskServer,
    CreateServer,
    DeleteServer,
    NoteTimes,
)
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.act import acting


class TestServers(acting.TestCase):
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

    def create(self, step: CreateServer) -> dict[str, typing.Any]:
        """Run the step, and return the server that it asked for."""
        self.mock.post(f'{base.COMPUTE}/servers', json={'server': {'id': 's'}})
        self.act(step)
        body: dict[str, typing.Any] = self.last().json()['server']
        return body

    def test_zone(self) -> None:
        """It is taken from the zone that is named."""
        self.assertEqual(
            'metal',
            self.create(self.a_step(zone='metal'))['availability_zone'],
        )

    def test_create(self) -> None:
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

    def test_create_without_keypair(self) -> None:
        """A server needs none."""
        self.assertNotIn('key_name', self.create(self.a_step(key_name=None)))

    def test_user_data_is_not_logged(self) -> None:
        """The user-data is in no log, at any level."""
        with self.assertLogs(level='DEBUG') as logs:
            self.create(self.a_step())

        self.assertNotIn('c2VjcmV0', '\n'.join(logs.output))

    def test_delete(self) -> None:
        """What is gone already is no error."""
        step = DeleteServer(name='hv1', server_id='s', status='ERROR')
        self.has_server(status='ERROR')
        for status in (204, 404):
            with self.subTest(status=status):
                self.mock.delete(
                    f'{base.COMPUTE}/servers/s', status_code=status, json={}
                )

                self.assertEqual(status != 404, self.act(step).changed)
        deletes = self.sent('DELETE', f'{base.COMPUTE}/servers/s')

        self.mock.get(f'{base.COMPUTE}/servers/s', **base.answer('nova404'))

        self.assertFalse(self.act(step).changed)
        self.assertEqual(
            deletes, self.sent('DELETE', f'{base.COMPUTE}/servers/s')
        )

    def test_delete_what_is_not_the_same(self) -> None:
        """What somebody has taken, mended or restored meanwhile stays."""
        plain = DeleteServer(name='hv1', server_id='s')
        for step, changes, words in (
            (plain, {'name': 'web'}, 'not that of hvctl'),
            (plain, {'metadata': {}}, 'not that of hvctl'),
            (
                DeleteServer(name='hv1', server_id='s', status='BUILD'),
                {'status': 'ACTIVE'},
                'it is ACTIVE now',
            ),
            (
                DeleteServer(name='hv1', server_id='s', soft_deleted=True),
                {},
                'has restored it',
            ),
        ):
            with self.subTest(step=step, changes=changes):
                self.has_server(**changes)

                self.assert_fails(step, transient=True, words=words)
        self.mock.get(
            f'{base.COMPUTE}/servers/s',
            json={'server': {'id': 's', 'status': 'UNKNOWN'}},
        )
        self.assert_fails(plain, transient=True, words='does not answer')
        self.assertEqual([], self.sent('DELETE', f'{base.COMPUTE}/servers/s'))

    def has_server(self, **changes: object) -> None:
        """Let Nova have the server."""
        server = acting.a_server(**changes)
        self.mock.get(f'{base.COMPUTE}/servers/s', json={'server': server})

    def test_delete_for_good(self) -> None:
        """A put off deletion takes an action of its own."""
        self.has_server(status='SOFT_DELETED')
        self.mock.post(f'{base.COMPUTE}/servers/s/action', status_code=202)

        self.act(DeleteServer(name='hv1', server_id='s', soft_deleted=True))

        self.assertEqual({'forceDelete': None}, self.last().json())

    def test_note_times(self) -> None:
        """The metadata is added to."""
        self.mock.post(f'{base.COMPUTE}/servers/s/metadata', json={})

        self.act(NoteTimes(name='hv1', server_id='s', metadata={'a': 'b'}))

        self.assertEqual({'metadata': {'a': 'b'}}, self.last().json())

    def test_set_metadata(self) -> None:
        """All items come with one request."""
        self.mock.post(f'{base.COMPUTE}/servers/s/metadata', json={})

        self.act(SetMetadata(name='hv1', server_id='s', metadata={'a': 'b'}))

        self.assertEqual({'metadata': {'a': 'b'}}, self.last().json())

    def test_unset_metadata(self) -> None:
        """What is not there any more is no failure."""
        for status, changed in ((204, True), (404, False)):
            with self.subTest(status=status):
                self.mock.delete(
                    f'{base.COMPUTE}/servers/s/metadata/hvctl:expires_at',
                    status_code=status,
                    json={},
                )

                done = self.act(
                    UnsetMetadata(
                        name='hv1', server_id='s', key='hvctl:expires_at'
                    )
                )

                self.assertEqual(changed, done.changed)

    def test_ask(self) -> None:
        """Gone is what Nova answers 404 for, and nothing else."""
        for status, body, answer in (
            (404, {}, None),
            (200, {'server': {'id': 's', 'name': 'hv1'}}, Exists('hv1')),
            # Its cell does not answer.
            (200, {'server': {'id': 's', 'status': 'UNKNOWN'}}, Exists(None)),
        ):
            with self.subTest(body=body):
                self.mock.get(
                    f'{base.COMPUTE}/servers/s', status_code=status, json=body
                )

                done = self.act(AskServer(name='hv1', server_id='s'))

                self.assertEqual(Done(changed=False, answer=answer), done)
