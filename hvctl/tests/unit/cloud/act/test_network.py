# SPDX-License-Identifier: Apache-2.0
"""Tests of ports, trunks and agents."""

from __future__ import annotations

from hvctl.model import identity
from hvctl.model.steps import (
    AddSubports,
    CreatePort,
    CreateSubport,
    CreateTrunk,
    DeleteAgent,
    DeletePort,
    DeleteTrunk,
    Tagged,
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

    def test_delete(self) -> None:
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
