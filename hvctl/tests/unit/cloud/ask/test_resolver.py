# SPDX-License-Identifier: Apache-2.0
"""Tests of what is asked before a create."""

from unittest import mock

from hvctl.cloud.ask import resolver as resolve
from hvctl.model.preflight import Answers, Lookup
from hvctl.model.profile import Subnetwork
from hvctl.model.request import ResolvedSubnetwork
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base

FLAVOR = {
    'id': 'f1',
    'name': 'metal',
    'vcpus': 4,
    'ram': 1024,
    'disk': 10,
    'extra_specs': {
        'resources:CUSTOM_BAREMETAL': '1',
        'resources:VCPU': '0',
        'trait:CUSTOM_FAST': 'required',
        'trait:CUSTOM_SLOW': 'forbidden',
    },
}
CANDIDATES = f'{base.PLACEMENT}/allocation_candidates'
QUOTA = f'{base.NETWORK}/quotas/{builders.OURS}/details'


class TestAsk(base.TestCase):
    """Everything at once."""

    def setUp(self):
        super().setUp()
        for url, one, many, thing in (
            (f'{base.IMAGE}/images', None, 'images', {'id': 'i1'}),
            (f'{base.COMPUTE}/flavors', 'flavor', 'flavors', FLAVOR),
            (f'{base.NETWORK}/networks', 'network', 'networks', {'id': 'n1'}),
        ):
            name = {'i1': 'debian', 'n1': 'internalapi'}.get(thing['id'])
            thing = {'name': name, **thing}
            self.mock.get(
                f'{url}/{thing["id"]}', json={one: thing} if one else thing
            )
            self.mock.get(f'{url}/{thing["name"]}', status_code=404, json={})
            self.mock.get(f'{url}/nothing', status_code=404, json={})
            self.mock.get(url, json={many: [thing]})
            self.mock.get(f'{url}?name=nothing', json={many: []})
        self.mock.get(
            f'{base.COMPUTE}/flavors/detail', json={'flavors': [FLAVOR]}
        )
        self.mock.get(
            f'{base.COMPUTE}/flavors/f1/os-extra_specs',
            json={'extra_specs': FLAVOR['extra_specs']},
        )
        self.mock.get(f'{base.COMPUTE}/limits', **base.answer('limits'))
        self.mock.get(QUOTA, **base.answer('port_quota'))
        self.mock.get(CANDIDATES, json={'allocation_requests': [{}, {}]})

    def ask(self, number=2, **changes) -> Answers:
        names = Lookup(
            **{
                'image': 'i1',
                'flavor': 'f1',
                'network': 'n1',
                **changes,
            }
        )
        return resolve.Resolver(self.conn, self.conn).ask(names, number)

    def test_found(self):
        """Names become ids, and the flavor tells what it asks for."""
        facts = self.ask(image='debian', flavor='metal', network='internalapi')

        self.assertEqual((), facts.problems)
        self.assertEqual('i1', facts.image_id)
        self.assertEqual('n1', facts.network_id)
        self.assertEqual('f1', facts.flavor.id)
        self.assertEqual(
            {'CUSTOM_BAREMETAL': 1, 'VCPU': 0}, facts.flavor.resources
        )
        self.assertEqual(('CUSTOM_FAST',), facts.flavor.required)

    def test_stock(self):
        """Placement is asked for as many as are wanted, and no more."""
        self.assertEqual(2, self.ask(number=3).candidates)

        (request,) = self.sent('GET', CANDIDATES)
        self.assertEqual(
            {
                'resources': ['custom_baremetal:1'],
                'required': ['custom_fast'],
                'limit': ['3'],
            },
            request.qs,
        )
        self.assertIsNone(self.ask(number=0).candidates)

    def test_quotas(self):
        """No limit is no limit; what is used is taken off."""
        self.assertTrue(
            all(quota.left == -1 for quota in self.ask().quotas.values())
        )
        self.mock.get(
            QUOTA,
            json={'quota': {'port': {'limit': 5, 'used': 3, 'reserved': 1}}},
        )
        self.assertEqual(1, self.ask().quotas['ports'].left)

    def test_quotas_that_are_not_told(self):
        """A network service that does not tell its quota stops nothing."""
        self.mock.get(QUOTA, status_code=404, json={})

        self.assertNotIn('ports', self.ask().quotas)

    def test_quotas_of_two_clouds(self):
        """The test guest counts in the cloud in which it runs."""
        far = self.connect('far-', project_id='theirs')
        patch = mock.patch(
            'hvctl.cloud.clouds.name', autospec=True, return_value='far'
        )
        patch.start()
        self.addCleanup(patch.stop)
        url = base.COMPUTE.replace('//', '//far-')
        self.mock.get(
            f'{url}/flavors/f1', json={'flavor': {**FLAVOR, 'name': 'test'}}
        )
        absolute = {
            f'maxTotal{what}': 7 for what in ('Instances', 'Cores', 'RAMSize')
        } | {f'total{what}Used': 4 for what in ('Instances', 'Cores', 'RAM')}
        limits = self.mock.get(
            f'{url}/limits', json={'limits': {'absolute': absolute}}
        )
        self.mock.get(
            f'{base.NETWORK}/quotas/theirs/details'.replace('//', '//far-'),
            json={'quota': {'port': {'limit': 5, 'used': 3, 'reserved': 1}}},
        )
        resolver = resolve.Resolver(self.conn, far)
        names = Lookup(test_flavor='f1')

        facts = resolver.ask(names, 1)

        self.assertEqual((), facts.problems)
        self.assertEqual('far', facts.compute_cloud)
        self.assertEqual(
            {'servers': 3, 'cores': 3, 'memory (MiB)': 3, 'ports': 1},
            {what: quota.left for what, quota in facts.test_quotas.items()},
        )
        self.assertEqual(-1, facts.quotas['ports'].left)
        # Without a test nothing is made there.
        resolver.ask(Lookup(), 1)
        self.assertEqual(1, limits.call_count)
        self.mock.get(f'{url}/limits', status_code=503, json={})
        ((_, message),) = resolver.ask(names, 1).problems
        self.assertIn(
            'could not read the quota of servers in compute cloud far', message
        )

    def test_missing(self):
        """Everything that is missing is named at once."""
        facts = self.ask(image='nothing', network='nothing')

        self.assertEqual(
            ['there is no image nothing', 'there is no network nothing'],
            [message for _, message in facts.problems],
        )

    def test_nothing_to_look_up(self):
        """What has no name is not asked for."""
        facts = self.ask(image=None, flavor=None, network=None)

        self.assertEqual((), facts.problems)
        self.assertEqual('', facts.image_id)
        self.assertIsNone(facts.flavor)

    def test_ambiguous(self):
        """Two of one name are one too many."""
        url = f'{base.NETWORK}/networks'
        twins = [{'id': i, 'name': 'twin'} for i in ('a', 'b')]
        self.mock.get(f'{url}/twin', status_code=404, json={})
        self.mock.get(f'{url}?name=twin', json={'networks': twins})

        ((_, message),) = self.ask(network='twin').problems

        self.assertIn('more than one network twin: give its id', message)

    def test_ambiguous_subnetwork(self):
        """And the thing is named once."""
        url = f'{base.NETWORK}/networks'
        twins = [{'id': i, 'name': 'twin'} for i in ('a', 'b')]
        self.mock.get(f'{url}/twin', status_code=404, json={})
        self.mock.get(f'{url}?name=twin', json={'networks': twins})
        self.mock.get(
            f'{base.NETWORK}/extensions/trunk', json={'extension': {}}
        )

        wish = Subnetwork(network='twin')
        ((_, message),) = self.ask(subnetworks=(wish,)).problems

        self.assertEqual(
            'there is more than one sub-network twin: give its id', message
        )

    def test_cannot_be_asked(self):
        """What cannot be asked is said, and does not hide the rest."""
        self.mock.get(f'{base.NETWORK}/networks/n1', status_code=500, json={})
        self.mock.get(f'{base.COMPUTE}/limits', status_code=503, json={})
        self.mock.get(CANDIDATES, status_code=403, json={})

        facts = self.ask(image='nothing')

        for (_, message), words in zip(
            facts.problems,
            (
                'there is no image nothing',
                'could not look up the network',
                'could not read the quota of servers',
                'could not ask Placement for free nodes',
            ),
            strict=True,
        ):
            self.assertIn(words, message)
        self.assertIsNone(facts.candidates)

    def test_no_endpoint(self):
        """A service that is not there is named, and does not hide the rest."""
        for types, word in (
            (('image',), 'image'),
            (('bare-metal', 'baremetal'), 'no bare-metal endpoint'),
        ):
            with self.subTest(types=types):
                self.conn = self.connect('', without=types)

                ((_, message),) = self.ask().problems

                self.assertIn(word, message)

    def test_aggregates_that_cannot_be_read(self):
        """None of them is said not to be there."""
        self.mock.get(
            f'{base.COMPUTE}/os-aggregates', status_code=503, json={}
        )

        ((_, message),) = self.ask(aggregates=('a',)).problems

        self.assertIn('could not list the aggregates', message)

    def a_subnet(self, *subnets):
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

    def test_subnet(self):
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
            ((_, message),) = self.ask(subnet=name).problems
            self.assertIn(words, message)
        # Without the network there is nothing more to say.
        facts = self.ask(network='nothing', subnet='fast')
        self.assertEqual(1, len(facts.problems))

    def test_fixed_ip(self):
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
            ((_, message),) = self.ask(**changes).problems
            self.assertIn(words, message)
        port = {'id': 'p1', 'name': 'router'}
        self.mock.get(f'{base.NETWORK}/ports', json={'ports': [port]})
        ((_, message),) = self.ask(fixed_ip='10.0.1.9').problems
        self.assertIn('10.0.1.9 is in use by port p1 (router)', message)

    def test_subnetworks(self):
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

    def test_no_trunks(self):
        """Both the service and the network may be missing."""
        extension = f'{base.NETWORK}/extensions/trunk'
        self.mock.get(extension, status_code=404, json={})
        self.mock.get(f'{base.NETWORK}/extensions', json={'extensions': []})

        facts = self.ask(subnetworks=(Subnetwork(network='nothing'),))

        self.assertEqual(
            ['there is no trunk service', 'there is no sub-network nothing'],
            [message for _, message in facts.problems],
        )

    def test_aggregates(self):
        """Aggregates are found by name, or by the zone that they make."""
        zone = {'availability_zone': 'az1'}
        self.mock.get(
            f'{base.COMPUTE}/os-aggregates',
            json={
                'aggregates': [
                    {
                        'id': 1,
                        'uuid': 'u1',
                        'name': 'a',
                        'hosts': [],
                        'availability_zone': 'az1',
                        'metadata': zone,
                    },
                    {
                        'id': 2,
                        'uuid': 'u2',
                        'name': 'b',
                        'hosts': [],
                        'availability_zone': None,
                        'metadata': {},
                    },
                ]
            },
        )

        self.assertEqual({'u2': 2}, self.ask(aggregates=('b',)).aggregates)
        self.assertEqual(
            {'u1': 1}, self.ask(availability_zone='az1').aggregates
        )
        ((_, message),) = self.ask(aggregates=('c',)).problems
        self.assertEqual('there is no aggregate c', message)
        ((_, message),) = self.ask(availability_zone='az3').problems
        self.assertIn('availability zone az3: none', message)

    def test_two_zones(self):
        """Nova lets no host be in aggregates of two zones."""
        self.mock.get(
            f'{base.COMPUTE}/os-aggregates',
            json={
                'aggregates': [
                    {
                        'id': number,
                        'uuid': f'u{number}',
                        'name': f'a{number}',
                        'hosts': [],
                        'availability_zone': zone,
                    }
                    for number, zone in enumerate(('az1', 'az2', None))
                ]
            },
        )

        for wanted in (
            {'aggregates': ('a0', 'a1')},
            {'aggregates': ('a0', 'a2'), 'availability_zone': 'az2'},
        ):
            ((_, message),) = self.ask(**wanted).problems
            self.assertIn('a0 (az1), a1 (az2)', message)
        wanted = {'aggregates': ('a0', 'a2'), 'availability_zone': 'az1'}
        self.assertEqual((), self.ask(**wanted).problems)
