# SPDX-License-Identifier: Apache-2.0
"""Tests of what is said of a hypervisor that does not come up."""

from __future__ import annotations

import datetime
import unittest

from hvctl.decide.case import Case
from hvctl.decide.create import explanations
from hvctl.decide.hypervisor import phases
from hvctl.decide.wording import rendering
from hvctl.model.codes import OutcomeCode
from hvctl.model.hypervisor import Phase
from hvctl.model.ledger import Ledger
from hvctl.model.records import ComputeNode
from hvctl.model.results import Explained
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks

MAKE = builders.a_creation()


def a_case(hv, look=None, **changes) -> Case:
    """What is known of a hypervisor after a run's first look."""
    ledger = Ledger(started_at=clocks.START, looks=1, **changes)
    return Case.of(look or builders.a_snapshot(), hv, ledger, clocks.START)


class TestServerFailed(unittest.TestCase):
    """Why a bare-metal server is in ERROR."""

    def say(self, fault, nodes=(), **ledger):
        hv = builders.a_hypervisor(
            server=builders.a_server(status='ERROR', fault=fault)
        )
        look = builders.a_snapshot('hv1', nodes=nodes)
        return explanations.deploy_failed(a_case(hv, look, **ledger))

    def test_faults(self):
        """Each fault of Nova has a code of its own."""
        for fault, code in (
            ('No valid host was found. ', OutcomeCode.NO_NODE_FREE),
            (
                'No valid host was found. There are not enough hosts '
                'available.',
                OutcomeCode.NODES_REFUSED,
            ),
            ('Exceeded maximum number of retries.', OutcomeCode.DEPLOY_FAILED),
            (None, OutcomeCode.DEPLOY_FAILED),
        ):
            with self.subTest(fault=fault):
                self.assertEqual(code, self.say(fault).code)
        self.assertEqual('Nova gives no reason', self.say(None).facts['fault'])

    def test_no_node(self):
        """What the nodes of the flavor's class do instead is said."""
        used = builders.a_node(resource_class='baremetal')
        specs = {'resources:CUSTOM_BAREMETAL': '1', 'resources:VCPU': '0'}
        hv = builders.a_hypervisor(
            server=builders.a_server(
                status='ERROR',
                fault='No valid host was found. ',
                extra_specs=specs,
            )
        )
        look = builders.a_snapshot(
            'hv1',
            nodes=(
                used,
                used,
                builders.a_node(resource_class='baremetal', maintenance=True),
                builders.a_node(resource_class='gpu'),
            ),
        )

        said = explanations.deploy_failed(a_case(hv, look))

        self.assertEqual(('2 in use', '1 in maintenance'), said.facts['nodes'])

    def test_disabled(self):
        """A disabled nova-compute of Ironic is no lack of nodes."""
        nodes = tuple(
            builders.a_node(
                id=f'n{number}',
                resource_class=of_class,
                provision_state=state,
                instance_id=None,
            )
            for number, (of_class, state) in enumerate(
                (
                    ('baremetal', 'available'),
                    ('baremetal', 'clean failed'),
                    ('gpu', 'available'),
                )
            )
        )
        hv = builders.a_hypervisor(
            server=builders.a_server(
                status='ERROR',
                fault='No valid host was found. ',
                extra_specs={'resources:CUSTOM_BAREMETAL': '1'},
            )
        )
        ironic = builders.a_service('ironic', status='disabled')
        node = ComputeNode(id='n0', hostname='n0', service_host='ironic')
        for disabled, known, code, hosts in (
            ({'n0', 'n1', 'n2'}, node, 'BARE_METAL_DISABLED', ('ironic',)),
            ({'n0'}, None, 'BARE_METAL_DISABLED', ()),
            ({'n1', 'n2'}, node, 'NO_NODE_FREE', None),
            (set(), node, 'NO_NODE_FREE', None),
        ):
            with self.subTest(disabled=disabled, known=known):
                look = builders.a_snapshot(
                    'hv1',
                    nodes=nodes,
                    services=(ironic,),
                    compute_nodes=(known,) if known else (),
                    providers_disabled=frozenset(disabled),
                )

                said = explanations.deploy_failed(a_case(hv, look))

                self.assertEqual(OutcomeCode[code], said.code)
                self.assertEqual(hosts, said.facts.get('hosts'))

    def test_capabilities(self):
        """What a flavor asks for that only a filter heeds is said."""
        hv = builders.a_hypervisor(
            server=builders.a_server(
                status='ERROR',
                fault='No valid host was found. There are not enough hosts '
                'available.',
                extra_specs={'capabilities:boot_mode': 'uefi', 'a': 'b'},
            )
        )

        said = explanations.deploy_failed(a_case(hv))

        self.assertEqual(
            ('capabilities:boot_mode=uefi',), said.facts['capabilities']
        )

    def test_nodes_that_were_tried(self):
        """Ironic's words on each node that was tried are given."""
        tried = {'hv1': ('n1', 'n2', 'n1')}
        hv = builders.a_hypervisor()
        nodes = (builders.a_node('1', id='n1'),)

        first, second = explanations.questions(a_case(hv, nodes_tried=tried))
        said = self.say(
            'x',
            nodes,
            nodes_tried=tried,
            answers={first: Explained('no power')},
        )

        self.assertEqual(('n1', 'n2'), (first.node_id, second.node_id))
        self.assertEqual(clocks.START, first.since)
        self.assertEqual(
            (('node-of-1', 'no power'), ('n2', None)), said.facts['tried']
        )
        self.assertTrue(said.facts['moved_on'])

    def test_moved_on(self):
        """Nova itself has tried another node for the same server."""
        for nodes, made, moved_on in (
            (('n1', 'n2'), 0, True),
            (('n1', 'n2'), 1, True),
            (('n1', 'n2'), 2, False),
            (('n1',), 1, False),
            ((), 1, False),
        ):
            with self.subTest(nodes=nodes, made=made):
                said = self.say(
                    'x',
                    nodes_tried={'hv1': nodes},
                    done={MAKE: True} if made else {},
                    runs={MAKE: made},
                )

                self.assertEqual(moved_on, said.facts['moved_on'])

    def test_tries(self):
        """What the servers before this one met with is asked for too."""
        late = clocks.START + datetime.timedelta(seconds=100)
        early = clocks.START - datetime.timedelta(seconds=100)
        tried = {'hv1': ('n1', 'n2')}
        for created_at, since in (
            (late, clocks.START),
            (early, early),
            (None, clocks.START),
        ):
            with self.subTest(created_at=created_at):
                hv = builders.a_hypervisor(
                    server=builders.a_server(created_at=created_at)
                )

                found = explanations.questions(a_case(hv, nodes_tried=tried))

                self.assertEqual([since, since], [q.since for q in found])

        for fault in ('x', 'No valid host was found. '):
            with self.subTest(fault=fault):
                said = self.say(
                    fault,
                    nodes_tried=tried,
                    done={MAKE: True},
                    runs={MAKE: 2},
                )

                self.assertEqual(
                    (('n1', None), ('n2', None)), said.facts['tried']
                )
                self.assertFalse(said.facts['moved_on'])

    def test_asks_once(self):
        """What Ironic was asked it is not asked again."""
        hv = builders.a_hypervisor()
        case = a_case(hv, nodes_tried={'hv1': ('n1', 'n2')})
        first, second = explanations.questions(case)

        case.ledger.done[first] = False

        self.assertEqual((second,), explanations.questions(case))


class TestOverdue(unittest.TestCase):
    """What to look at when nothing changes."""

    def test_each_phase(self):
        """Each phase names what it waits for, and where to look."""
        for changes, expected, words in (
            (
                {'server': builders.a_server(status='BUILD')},
                Phase.BUILDING,
                'baremetal node show node-of-hv1',
            ),
            (
                {'service': None},
                Phase.BOOTING,
                'never registered as hv1',
            ),
            (
                {'service': builders.a_service(state='down')},
                Phase.DOWN,
                'registered and then died, nothing changed for 300 s; look '
                'on it (10.0.0.5) at /var/log/nova/nova-compute.log',
            ),
            (
                {
                    'server': builders.a_server(status='SHUTOFF', id='s1'),
                    'service': None,
                },
                Phase.DOWN,
                'the machine of hv1 is SHUTOFF, nothing changed for 300 s; '
                'openstack server start s1',
            ),
            (
                {'server': builders.a_server(status='RESCUE', id='s1')},
                Phase.DOWN,
                'is RESCUE, nothing changed for 300 s; openstack server '
                'unrescue s1',
            ),
            (
                {'server': builders.a_server(status='PAUSED', id='s1')},
                Phase.DOWN,
                'openstack server unpause s1',
            ),
            (
                {'server': builders.a_server(status='UNKNOWN', id='s1')},
                Phase.DOWN,
                'openstack server show s1',
            ),
            ({'compute_node': None}, Phase.UNMAPPED, 'discover_hosts'),
            (
                {'reported': False},
                Phase.NO_INVENTORY,
                'no inventory in Placement',
            ),
            (
                {'agents': ()},
                Phase.NO_AGENT,
                'no network agent of host hv1 has registered, nothing changed '
                "for 300 s; look on hv1 (10.0.0.5) at the agent's service "
                'and its log in /var/log/neutron/',
            ),
            (
                {
                    'service': builders.a_service('hv1.a.org'),
                    'domain': 'a.org',
                    'agents': (),
                },
                Phase.NO_AGENT,
                'Nova knows it as hv1.a.org and Neutron as hv1: ',
            ),
        ):
            with self.subTest(expected=expected):
                hv = builders.a_hypervisor(**changes)
                status = phases.status(hv)
                look = builders.a_snapshot('hv1')

                why = explanations.overdue(a_case(hv, look), status, 300)

                said = rendering.sentence(why)
                self.assertEqual(expected, status.phase)
                self.assertIn(words, said)
                self.assertIn('nothing changed for 300 s', said)
                self.assertEqual('hv1', why.facts['name'])

    def test_stale_provider(self):
        """A leftover provider of the name is what keeps it empty."""
        hv = builders.a_hypervisor(reported=False, provider=None)
        stale = builders.a_provider(id=builders.an_id('stale'))
        look = builders.a_snapshot(providers=(stale,))

        why = explanations.overdue(a_case(hv, look), phases.status(hv), 300)

        self.assertEqual(OutcomeCode.STALE_PROVIDER, why.code)
        self.assertEqual(stale.id, why.facts['provider_id'])

    def test_which_is_stale(self):
        """One of the host's names that is not the compute node's own."""
        long = 'hv1.a.org'
        node = builders.a_compute_node(hostname=long)
        own = {'compute_id': None}
        for changes, name, is_own, stale in (
            ({}, 'hv1', False, True),
            ({}, 'hv1', True, False),
            ({}, 'hv2', False, False),
            ({}, long, False, False),
            ({'compute_node': node}, long, False, True),
            ({'compute_node': node}, 'hv1', False, True),
            ({'compute_node': None}, 'hv1', False, True),
            ({'compute_node': None}, 'hv1', True, False),
            # Here nova-compute has chosen the id.
            (own, 'hv1', True, False),
            (own, 'hv1', False, True),
        ):
            with self.subTest(changes=changes, name=name, is_own=is_own):
                hv = builders.a_hypervisor(**changes)
                provider = builders.a_provider(
                    id=builders.a_compute_id() if is_own else 'other',
                    name=name,
                )

                found = explanations.stale_provider(hv, (provider,))

                self.assertEqual(provider if stale else None, found)
