# SPDX-License-Identifier: Apache-2.0
"""Tests of the networks of a machine."""

from __future__ import annotations

from hvctl.model.profile import Subnetwork
from hvctl.model.request import ResolvedSubnetwork
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.ask import asking


class TestNetworks(asking.TestCase):
    """Subnets, addresses and VLANs."""

    def a_subnet(self, *subnets: tuple[str, str, str]) -> None:
        """Let the network have some."""
        self.mock.get(
            f'{base.NETWORK}/subnets?network_id=n1',
            json={
                'subnets': [
                    {'id': i, 'name': name, 'cidr': cidr}
                    for i, name, cidr in subnets
                ]
            },
        )

    def test_subnet(self) -> None:
        """Only those of the machine's network count."""
        self.a_subnet(
            ('s1', 'fast', '10.0.0.0/24'),
            ('s2', 'slow', '10.0.1.0/24'),
            ('s3', 'slow', '10.0.2.0/24'),
        )

        facts = self.ask(subnet='fast')
        self.assertEqual('s1', facts.subnet_id)
        self.assertEqual((), facts.problems)
        self.assertEqual('s2', self.ask(subnet='s2').subnet_id)
        for name, words in (
            ('other', 'network n1 has no subnet other'),
            ('slow', 'more than one subnet slow: give its id'),
        ):
            (message,) = self.ask(subnet=name).problems
            self.assertIn(words, message)
        # Without the network there is nothing more to say.
        facts = self.ask(network='nothing', subnet='fast')
        self.assertEqual(1, len(facts.problems))

    def test_fixed_ip(self) -> None:
        """It is in a subnet of the network, and nobody has it."""
        self.a_subnet(
            ('s1', 'fast', '10.0.0.0/24'), ('s2', 'slow', '10.0.1.0/24')
        )
        self.mock.get(f'{base.NETWORK}/ports', json={'ports': []})

        self.assertEqual((), self.ask(fixed_ip='10.0.1.9').problems)
        (request,) = self.sent('GET', f'{base.NETWORK}/ports')
        self.assertEqual(['ip_address=10.0.1.9'], request.qs['fixed_ips'])
        self.assertEqual(['n1'], request.qs['network_id'])
        for changes, words in (
            ({'fixed_ip': '10.0.2.9'}, 'is in no subnet of network n1'),
            ({'fixed_ip': '10.0.1.9', 'subnet': 'fast'}, 'is in no subnet'),
        ):
            (message,) = self.ask(**changes).problems
            self.assertIn(words, message)
        port = {
            'id': 'p1',
            'name': 'router',
            'fixed_ips': [{'subnet_id': 's', 'ip_address': '10.0.1.9'}],
        }
        other = {
            'id': 'p2',
            'fixed_ips': [{'subnet_id': 's', 'ip_address': '10.0.1.8'}],
        }
        self.mock.get(f'{base.NETWORK}/ports', json={'ports': [port, other]})
        (message,) = self.ask(fixed_ip='10.0.1.9').problems
        self.assertIn('10.0.1.9 is in use by port p1 (router)', message)

    def test_ambiguous_subnetwork(self) -> None:
        """And the thing is named once."""
        url = f'{base.NETWORK}/networks'
        twins = [{'id': i, 'name': 'twin'} for i in ('a', 'b')]
        self.mock.get(f'{url}/twin', status_code=404, json={})
        self.mock.get(f'{url}?name=twin', json={'networks': twins})
        self.mock.get(
            f'{base.NETWORK}/extensions/trunk', json={'extension': {}}
        )

        wish = Subnetwork(network='twin')
        (message,) = self.ask(subnetworks=(wish,)).problems

        self.assertEqual(
            'there is more than one sub-network twin: give its id', message
        )

    def test_subnetworks(self) -> None:
        """Their subnets tell how long the addresses' prefixes are."""
        for url, key, thing in (
            (f'{base.NETWORK}/extensions/trunk', 'extension', {}),
            (
                f'{base.NETWORK}/networks/n2',
                'network',
                {'id': 'n2', 'mtu': 1450, 'provider:network_type': 'vlan'},
            ),
            (
                f'{base.NETWORK}/subnets',
                'subnets',
                [{'id': 's', 'name': 'fast', 'cidr': '10.0.0.0/20'}],
            ),
        ):
            self.mock.get(url, json={key: thing})
        wish = Subnetwork(network='n2', subnet='fast')

        facts = self.ask(subnetworks=(wish,))

        self.assertEqual((), facts.problems)
        (sub,) = facts.subnetworks
        self.assertEqual(
            ResolvedSubnetwork(
                wish=wish,
                network_id='n2',
                subnet_id='s',
                network_type='vlan',
                mtu=1450,
                prefixes={'s': 20},
            ),
            sub,
        )

    def test_no_trunks(self) -> None:
        """Both the service and the network may be missing."""
        extension = f'{base.NETWORK}/extensions/trunk'
        self.mock.get(extension, status_code=404, json={})
        self.mock.get(f'{base.NETWORK}/extensions', json={'extensions': []})

        facts = self.ask(subnetworks=(Subnetwork(network='nothing'),))

        self.assertEqual(
            ['there is no trunk service', 'there is no sub-network nothing'],
            list(facts.problems),
        )
