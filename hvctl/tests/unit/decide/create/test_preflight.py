# SPDX-License-Identifier: Apache-2.0
"""Tests of whether a create may begin."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.create import preflight
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.networking import Address
from hvctl.model.preflight import Answers, Finding, Flavor, Quota
from hvctl.model.records import PortUse
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import requests

METAL = Flavor(
    id='f',
    name='metal',
    resources={
        'VCPU': 0,
        'MEMORY_MB': 0,
        'DISK_GB': 0,
        'CUSTOM_BAREMETAL': 1,
    },
    vcpus=4,
    ram=1024,
    disk=10,
)
TEST = Flavor(
    id='t',
    name='test',
    resources={
        'VCPU': 0,
        'MEMORY_MB': 0,
        'DISK_GB': 0,
        identity.TEST_RESOURCE_CLASS: 1,
    },
    vcpus=1,
    ram=128,
)
PLENTY = {
    kind: Quota(left=-1)
    for kind in ('servers', 'cores', 'memory (MiB)', 'ports')
}


def failed(nodes=(), number=2, hypervisors=None, **changes) -> list[str]:
    """What stands in the way of making some."""
    if hypervisors is None:
        hypervisors = [Hypervisor(name=f'hv{i}') for i in range(number)]
    facts = Answers(
        **{
            'image_id': 'i',
            'flavor': METAL,
            'network_id': 'n',
            'candidates': len(hypervisors),
            'quotas': PLENTY,
            **changes,
        }
    )
    return [
        check.message
        for check in preflight.checks(facts, hypervisors, nodes)
        if check.verdict is Finding.FAILED
    ]


class TestChecks(unittest.TestCase):
    """Every problem, not the first."""

    def test_good(self):
        """Nothing stands in the way."""
        self.assertEqual([], failed())

    def test_each(self):
        """Each thing that may be wrong is said."""
        virtual = Flavor(id='f', name='m1', resources={'VCPU': 1})
        for changes, words in (
            ({'problems': ('there is no image x',)}, 'no image x'),
            ({'flavor': virtual}, 'm1 does not ask for bare metal'),
            ({'candidates': 1}, '2 nodes for flavor metal'),
            (
                {
                    'flavor': dataclasses.replace(
                        METAL, resources={'CUSTOM_BAREMETAL': 1}
                    )
                },
                'flavor set --property resources:VCPU=0 --property '
                'resources:MEMORY_MB=0 --property resources:DISK_GB=0 metal',
            ),
            (
                {'quotas': {**PLENTY, 'ports': Quota(left=0)}},
                'has 0 ports left and 2 are needed',
            ),
            (
                {
                    'quotas': {**PLENTY, 'ports': Quota(left=3)},
                    'subnetworks': (requests.a_subnetwork(),),
                },
                'has 3 ports left and 4 are needed',
            ),
            (
                {
                    'quotas': {**PLENTY, 'servers': Quota(left=3)},
                    'test_flavor': TEST,
                },
                'has 3 servers left and 4 are needed',
            ),
            # What is not known of one thing hides nothing of another.
            ({'quotas': {'ports': Quota(left=0)}}, 'has 0 ports left'),
            # A test guest that is not on a network has no port.
            (
                {
                    'quotas': {**PLENTY, 'ports': Quota(left=1)},
                    'test_flavor': TEST,
                },
                'has 1 ports left and 2 are needed',
            ),
            (
                {
                    'quotas': {**PLENTY, 'ports': Quota(left=3)},
                    'test_flavor': TEST,
                    'test_network_id': 'n',
                },
                'has 3 ports left and 4 are needed',
            ),
        ):
            with self.subTest(words=words):
                (said,) = failed(**changes)

                self.assertIn(words, said)

    def test_class(self):
        """A flavor asks for nodes of the first class that it wants any of."""
        for resources, expected in (
            ({'CUSTOM_GOLD': 0, 'CUSTOM_IRON': 1}, 'CUSTOM_IRON'),
            ({'VCPU': 1, 'CUSTOM_IRON': 2}, 'CUSTOM_IRON'),
            ({'CUSTOM_GOLD': 0}, None),
            ({'VCPU': 1}, None),
        ):
            with self.subTest(resources=resources):
                flavor = dataclasses.replace(METAL, resources=resources)

                self.assertEqual(expected, preflight.bare_metal_class(flavor))

    def test_test_flavor(self):
        """Only one that asks for nothing else gets into a closed host."""
        for changes, good in (
            ({}, True),
            ({'CUSTOM_GOLD': 0}, True),
            ({'CUSTOM_GOLD': 1}, False),
            ({'VCPU': 1}, False),
            ({identity.TEST_RESOURCE_CLASS: 2}, False),
            ({identity.TEST_RESOURCE_CLASS: 0}, False),
            # Nova would ask for what it does not set to 0.
            ({'DISK_GB': None}, False),
        ):
            with self.subTest(changes=changes):
                resources = {
                    what: amount
                    for what, amount in (TEST.resources | changes).items()
                    if amount is not None
                }
                flavor = dataclasses.replace(TEST, resources=resources)

                said = failed(test_flavor=flavor)

                self.assertEqual(good, not said, said)

    def test_test_guest_without_port(self):
        """It does not count among the ports."""
        enough = PLENTY | {'ports': Quota(left=2)}

        self.assertEqual([], failed(quotas=enough, test_flavor=TEST))

    def test_counted(self):
        """What is counted for the test guests is known to be too much."""
        counted = dataclasses.replace(
            TEST, resources=TEST.resources | {'VCPU': 1}
        )

        said = failed(
            quotas=PLENTY | {'cores': Quota(left=9)}, test_flavor=counted
        )

        self.assertIn('has 9 cores left and 10 are needed', ' '.join(said))

    def test_diskless(self):
        """What a flavor has none of, Nova asks for none of."""
        flavor = dataclasses.replace(
            METAL,
            resources={'VCPU': 0, 'MEMORY_MB': 0, 'CUSTOM_BAREMETAL': 1},
            disk=0,
        )

        self.assertEqual([], failed(flavor=flavor))

    def test_maybe_uncounted(self):
        """Bare metal may count nothing: too little is said, and no more."""
        far = {'compute_cloud': 'far', 'test_quotas': PLENTY}
        for what, left, words, changes in (
            ('cores', 7, 'has 7 cores left; whether the 8 of', {}),
            ('memory (MiB)', 9, 'whether the 2048 of', {}),
            ('cores', 9, 'whether the 10 of', {'test_flavor': TEST}),
            ('cores', 7, 'whether the 8 of', {'test_flavor': TEST, **far}),
        ):
            with self.subTest(words=words, changes=changes):
                facts = Answers(
                    flavor=METAL,
                    candidates=2,
                    quotas=PLENTY | {what: Quota(left=left)},
                    **changes,
                )
                both = [Hypervisor(name='hv1'), Hypervisor(name='hv2')]

                found = preflight.checks(facts, both, ())

                (said,) = (
                    check.message
                    for check in found
                    if check.verdict is Finding.UNKNOWN
                )
                self.assertIn(words, said)
                self.assertNotIn(
                    Finding.FAILED, {check.verdict for check in found}
                )

    def test_two_clouds(self):
        """The test guests count in the compute cloud's quotas, and alone."""
        tested = {
            'test_flavor': TEST,
            'test_network_id': 'n',
            'compute_cloud': 'far',
        }
        enough = {
            'servers': Quota(left=2),
            'cores': Quota(left=8),
            'memory (MiB)': Quota(left=2048),
            'ports': Quota(left=2),
        }

        self.assertEqual(
            [], failed(quotas=enough, test_quotas=PLENTY, **tested)
        )
        for what, needed in (
            ('servers', 2),
            ('ports', 2),
        ):
            with self.subTest(what=what):
                short = PLENTY | {what: Quota(left=1)}

                (said,) = failed(test_quotas=short, **tested)

                self.assertEqual(
                    f"the project's quota in compute cloud far has 1 {what} "
                    f'left and {needed} are needed; raise it with openstack '
                    '--os-cloud far quota set',
                    said,
                )

    def test_ports_that_are_there(self):
        """Ports that a create has made before it was killed need no room."""
        port = builders.a_port()
        sub = requests.a_subnetwork()
        subport = builders.a_port(
            use=PortUse.SUBPORT, network_id=sub.network_id
        )
        for ports, subports, missing in (
            ((), (), 2),
            ((port,), (), 1),
            ((), (subport,), 1),
            ((port,), (subport,), 0),
        ):
            with self.subTest(missing=missing):
                hv = Hypervisor(name='hv1', ports=ports, subports=subports)

                for left in range(missing + 1):
                    said = failed(
                        hypervisors=[hv],
                        subnetworks=(sub,),
                        quotas=PLENTY | {'ports': Quota(left=left)},
                    )

                    self.assertEqual(left < missing, bool(said), said)

    def test_subnetworks(self):
        """What Neutron would refuse when half is made."""
        fit = requests.a_subnetwork
        for sub, words in (
            (fit(), None),
            (fit(subnet='fast'), 'it has no subnet fast'),
            (dataclasses.replace(fit(), prefixes={}), 'say address: dhcp or'),
            (
                dataclasses.replace(fit(address=Address.DHCP), prefixes={}),
                None,
            ),
            (
                dataclasses.replace(fit(), network_type='vxlan'),
                'is a vxlan network without a VLAN to take over',
            ),
            (
                dataclasses.replace(
                    fit(segmentation_id=7), network_type='vxlan'
                ),
                None,
            ),
            (dataclasses.replace(fit(), network_type=None), None),
            (dataclasses.replace(fit(), mtu=9000), 'more than the 1500'),
            (dataclasses.replace(fit(), network_id='n'), 'in it twice'),
        ):
            with self.subTest(words=words):
                said = failed(subnetworks=(sub,), mtu=1500)

                if words is None:
                    self.assertEqual([], said)
                else:
                    self.assertIn(words, ' '.join(said))
                    self.assertIn('sub-network storage: ', ' '.join(said))

    def test_all_at_once(self):
        """Several problems are said together."""
        self.assertEqual(
            3,
            len(
                failed(
                    problems=('there is no network x',),
                    candidates=0,
                    quotas={'servers': Quota(left=1)},
                )
            ),
        )

    def test_unknown_stops_nothing(self):
        """What the cloud does not tell stops nothing."""
        self.assertEqual([], failed(candidates=None, quotas={}))
        facts = Answers(flavor=METAL, unknown=('could not ask: it is down',))

        found = preflight.checks(facts, [Hypervisor(name='hv1')], ())

        self.assertEqual(
            ['could not ask: it is down'],
            [c.message for c in found if c.verdict is Finding.UNKNOWN],
        )
        self.assertNotIn(Finding.FAILED, {c.verdict for c in found})

    def test_nodes_are_broken_down(self):
        """Where nodes are missing, what the others do is said."""
        nodes = [
            builders.a_node(resource_class='baremetal'),
            builders.a_node(
                resource_class='baremetal',
                provision_state='cleaning',
                instance_id=None,
            ),
            builders.a_node(resource_class='baremetal', maintenance=True),
            builders.a_node(
                resource_class='baremetal',
                provision_state='available',
                instance_id=None,
            ),
            builders.a_node(resource_class='gpu'),
        ]

        (said,) = failed(nodes, candidates=1)

        for words in (
            '1 in use',
            '1 cleaning',
            '1 in maintenance',
            '1 free)',
        ):
            self.assertIn(words, said)

    def test_disabled(self):
        """A disabled nova-compute is told apart from a lack of nodes."""
        nodes = [
            builders.a_node(
                id=name,
                resource_class='baremetal',
                provision_state='available',
                instance_id=None,
            )
            for name in ('n1', 'n2')
        ]
        facts = Answers(flavor=METAL, candidates=1, disabled=1)
        both = [Hypervisor(name='hv1'), Hypervisor(name='hv2')]

        found = preflight.checks(facts, both, nodes, {'n2'})

        (said,) = (c.message for c in found if c.verdict is Finding.FAILED)
        self.assertIn('1 free, 1 free and disabled)', said)
        self.assertIn(
            '1 more would be, but the nova-compute that drives them is '
            'disabled: see openstack compute service list, and openstack '
            'compute service set --enable <host> nova-compute',
            said,
        )
