# SPDX-License-Identifier: Apache-2.0
"""Tests of ports, trunks and agents."""

from __future__ import annotations

from hvctl.model import identity
from hvctl.model.records import Tagged
from hvctl.model.steps import (
    AddSubports,
    CreatePort,
    CreateSubport,
    CreateTrunk,
    DeleteAgent,
    DeletePort,
    DeleteTrunk,
)
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.act import acting

MAC = '02:00:00:00:00:01'


class TestNetwork(acting.TestCase):
    """Ports, trunks and agents."""

    step = CreatePort(
        name='hv1',
        network_id='n',
        vnic_type='baremetal',
        mac_address=MAC,
    )

    def test_create_port(self) -> None:
        """It carries our mark from its first moment."""
        self.mock.post(f'{base.NETWORK}/ports', json={'port': {'id': 'p'}})

        self.act(self.step)

        self.assertEqual(
            {
                'name': 'hv1',
                'description': identity.PORT_MARK,
                'network_id': 'n',
                'binding:vnic_type': 'baremetal',
                'mac_address': MAC,
            },
            self.last().json()['port'],
        )

    def test_create_port_of_a_rival(self) -> None:
        """A port of the same address is worth another look."""
        self.mock.post(f'{base.NETWORK}/ports', **base.answer('neutron409'))

        self.assert_fails(self.step, transient=True, words='is in use')

    def test_create_subport(self) -> None:
        """Its mark tells it from the machine's own; no address is said so."""
        self.mock.post(f'{base.NETWORK}/ports', json={'port': {'id': 'p'}})
        body = {
            'name': 'hv1',
            'description': identity.SUBPORT_MARK,
            'network_id': 'n',
            'mac_address': MAC,
        }
        for given, addresses in (
            ({}, {}),
            ({'subnet_id': 's'}, {'fixed_ips': [{'subnet_id': 's'}]}),
            ({'addressed': False}, {'fixed_ips': []}),
        ):
            with self.subTest(given=given):
                self.act(
                    CreateSubport(
                        name='hv1', network_id='n', mac_address=MAC, **given
                    )
                )

                self.assertEqual(body | addresses, self.last().json()['port'])

    def test_trunk(self) -> None:
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


class TestDelete(acting.TestCase):
    """What goes is as a look has seen it."""

    port = DeletePort(name='hv1', port_id='p', revision=7, device_id='s')
    unread = DeletePort(name='hv1', port_id='p', device_id='s')
    trunk = DeleteTrunk(name='hv1', trunk_id='t', port_id='p')

    def setUp(self) -> None:
        super().setUp()
        for url in ('ports/p', 'trunks/t', 'agents/a'):
            self.mock.delete(f'{base.NETWORK}/{url}', status_code=204)

    def has_port(self, **changes: object) -> None:
        """Let Neutron have the port."""
        port = {
            'id': 'p',
            'name': 'hv1',
            'network_id': 'n',
            'description': identity.port_mark('far'),
            'device_id': '',
            'revision_number': 9,
            **changes,
        }
        self.mock.get(f'{base.NETWORK}/ports/p', json={'port': port})

    def has_trunk(self, **changes: object) -> None:
        """Let Neutron have the trunk."""
        trunk = {'id': 't', 'port_id': 'p', 'revision_number': 3, **changes}
        self.mock.get(f'{base.NETWORK}/trunks/t', json={'trunk': trunk})

    def deletes(self) -> list[str | None]:
        """The condition of each request that deletes something."""
        return [
            sent.headers.get('If-Match')
            for sent in self.mock.request_history
            if sent.method == 'DELETE'
        ]

    def test_port(self) -> None:
        """One request: Neutron itself sees that nothing has changed."""
        self.assertTrue(self.act(self.port).changed)

        self.assertEqual(['revision_number=7'], self.deletes())
        self.assertEqual([], self.sent('GET', f'{base.NETWORK}/ports/p'))

    def test_gone(self) -> None:
        """What is gone already is no error."""
        for method in (self.mock.get, self.mock.delete):
            for url in ('ports/p', 'trunks/t'):
                method(f'{base.NETWORK}/{url}', **base.answer('neutron404'))
        for step in (self.port, self.unread, self.trunk):
            with self.subTest(step=step):
                self.assertFalse(self.act(step).changed)

    def test_changed(self) -> None:
        """What Neutron has counted a change of is worth another look."""
        self.has_trunk()
        for step, url in ((self.port, 'ports/p'), (self.trunk, 'trunks/t')):
            with self.subTest(url=url):
                self.mock.delete(
                    f'{base.NETWORK}/{url}', status_code=412, json={}
                )

                self.assert_fails(
                    step, transient=True, words='has just changed'
                )

    def test_port_without_revision(self) -> None:
        """It is read first, and let alone if somebody else has it now."""
        for changes in (
            {'name': 'hv2'},
            {'description': 'mine'},
            {'device_id': 'other'},
        ):
            with self.subTest(changes=changes):
                self.has_port(**changes)

                self.assert_fails(
                    self.unread, transient=True, words='could not delete'
                )
        self.assertEqual([], self.deletes())

        self.has_port()
        self.assertTrue(self.act(self.unread).changed)
        self.has_port(device_id='s', revision_number=None)
        self.assertTrue(self.act(self.unread).changed)
        self.assertEqual(['revision_number=9', None], self.deletes())

    def test_trunk(self) -> None:
        """It goes if it is still the one of our port."""
        self.has_trunk()
        self.assertTrue(self.act(self.trunk).changed)
        self.assertEqual(['revision_number=3'], self.deletes())

        self.has_trunk(port_id='other')
        self.assert_fails(self.trunk, transient=True, words='another port')
        self.assertEqual(1, len(self.deletes()))

    def test_agent(self) -> None:
        """One that reports again, or is on another host, stays."""
        step = DeleteAgent(name='hv1', agent_id='a', host='hv1')
        agent = {'id': 'a', 'host': 'hv1', 'agent_type': 't', 'alive': False}
        url = f'{base.NETWORK}/agents/a'
        for changes, words in (
            ({'alive': True}, 'reports again'),
            ({'host': 'hv2'}, 'on host hv2'),
        ):
            with self.subTest(changes=changes):
                self.mock.get(url, json={'agent': {**agent, **changes}})

                self.assert_fails(step, transient=True, words=words)
        self.assertEqual([], self.deletes())

        self.mock.get(url, json={'agent': agent})
        self.assertTrue(self.act(step).changed)
        self.mock.get(url, **base.answer('neutron404'))
        self.assertFalse(self.act(step).changed)
