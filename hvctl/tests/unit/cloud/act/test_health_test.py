# SPDX-License-Identifier: Apache-2.0
"""Tests of what is done with test guests."""

from __future__ import annotations

from collections.abc import Callable
import typing
from unittest import mock

from hvctl.model import identity
from hvctl.model.results import (
    Replied,
)
from hvctl.model.steps import (
    CreateTestGuest,
    CreateTestPort,
    DeleteTestGuest,
    DeleteTestPort,
    PingTestGuest,
    ReadConsole,
)
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.act import acting


class TestTestGuest(acting.TestCase):
    """The guest that tries a hypervisor out."""

    def test_boot(self) -> None:
        """On this host and no other, with the mark of what it tries."""
        self.mock.post(f'{base.COMPUTE}/servers', json={'server': {'id': 's'}})
        for network, networks in ((None, 'none'), ('n', [{'uuid': 'n'}])):
            with self.subTest(network=network):
                self.act(
                    CreateTestGuest(
                        name='hv1',
                        host='hv1.a.org',
                        zone=network,
                        flavor_id='f',
                        image_id='i',
                        network_id=network,
                    )
                )

                body = self.last().json()['server']
                self.assertEqual('hv1.a.org', body['host'])
                self.assertEqual(network, body.get('availability_zone'))
                self.assertEqual(networks, body['networks'])
                self.assertEqual('hv1', body['metadata'][identity.TEST_KEY])

    def test_port(self) -> None:
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

    def test_delete_port(self) -> None:
        """What is gone already is no error."""
        for status in (204, 404):
            with self.subTest(status=status):
                self.mock.delete(
                    f'{base.NETWORK}/ports/p', status_code=status, json={}
                )

                done = self.act(
                    DeleteTestPort(name='hv1', port_id='p', revision=7)
                )

                self.assertEqual(status != 404, done.changed)

    def test_delete(self) -> None:
        """For good; what is gone already is no error."""
        self.has_guest({identity.TEST_KEY: 'hv1'})
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

    def test_delete_another(self) -> None:
        """What is not, or not surely, that of the hypervisor stays."""
        step = DeleteTestGuest(name='hv1', server_id='s')
        url = f'{base.COMPUTE}/servers/s'
        for metadata in ({}, {identity.TEST_KEY: 'hv2'}):
            with self.subTest(metadata=metadata):
                self.has_guest(metadata)

                self.assert_fails(step, transient=True, words='any more')
        self.mock.get(url, json={'server': {'id': 's', 'status': 'UNKNOWN'}})
        self.assert_fails(step, transient=True, words='does not answer')
        self.mock.get(url, **base.answer('nova404'))
        self.assertFalse(self.act(step).changed)
        self.assertEqual([], self.sent('POST', f'{url}/action'))

    def has_guest(self, metadata: dict[str, str]) -> None:
        """Let Nova have it."""
        guest = acting.a_server(
            metadata={identity.MARK_KEY: identity.MARK, **metadata}
        )
        self.mock.get(f'{base.COMPUTE}/servers/s', json={'server': guest})


def _tail(log: str) -> Callable[..., dict[str, str]]:
    """Answer as Nova does (nova/compute/manager.py, ``_tail_log``)."""

    def answer(request: typing.Any, _context: object) -> dict[str, str]:
        length = request.json()['os-getConsoleOutput']['length']
        return {'output': '\n'.join(log.split('\n')[-length:])}

    return answer


class TestAnswers(acting.TestCase):
    """What a test guest shows."""

    def test_console(self) -> None:
        """Anything on it is an answer; none yet is none."""
        step = ReadConsole(name='hv1', server_id='s')
        for answer, expected in (
            ({'json': {'output': 'login:'}}, Replied()),
            ({'json': {'output': ''}}, None),
            ({'json': _tail('login:')}, Replied()),
            ({'json': _tail('booting\n')}, Replied()),
            ({'json': _tail('login:\r\n\r\n\n')}, Replied()),
            ({'json': _tail('')}, None),
            ({'json': _tail('\n' * 200)}, None),
            ({'status_code': 404, 'json': {}}, None),
        ):
            with self.subTest(answer=answer):
                self.mock.post(f'{base.COMPUTE}/servers/s/action', **answer)

                done = self.act(step)

                self.assertEqual(expected, done.answer)
                self.assertFalse(done.changed)

    def test_address(self) -> None:
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
