# SPDX-License-Identifier: Apache-2.0
"""Tests of what belongs to which hypervisor."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.hypervisor import assemble
from hvctl.model import identity
from hvctl.model.records import Aggregate
from hvctl.tests.fixtures import builders


def one(snapshot, name='hv1', domain=None):
    """Put together one hypervisor."""
    return assemble.assemble(snapshot, [name], domain)[name]


class TestNames(unittest.TestCase):
    """Which names are ours."""

    def test_every_mark_counts(self):
        """Each of the marks alone is enough for a name to be listed."""
        reason = identity.REASON_DELETE
        for kind, thing in (
            ('servers', builders.a_server()),
            ('ports', builders.a_port()),
            ('providers', builders.a_provider()),
            ('compute_nodes', builders.a_compute_node()),
            ('services', builders.a_disabled_service(reason)),
            (
                'services',
                builders.a_disabled_service(reason, host='hv1.a.org'),
            ),
            (
                'compute_nodes',
                builders.a_compute_node(hostname='hv1.a.org'),
            ),
        ):
            with self.subTest(kind=kind):
                snapshot = builders.a_snapshot(
                    **{'services': (), kind: (thing,)}
                )

                self.assertEqual(['hv1'], assemble.names(snapshot))

    def test_others_do_not(self):
        """Services, providers, nodes and agents of others are not listed."""
        snapshot = builders.a_snapshot(
            services=(
                builders.a_service('compute1'),
                builders.a_disabled_service('hvctl is cool', host='compute2'),
            ),
            providers=(builders.a_provider('p1', id=builders.an_id('p1')),),
            compute_nodes=(
                builders.a_compute_node('n1', id=builders.an_id('n1')),
            ),
            agents=(builders.an_agent('compute1'),),
            namesakes=(builders.a_server('s1'),),
        )

        self.assertEqual([], assemble.names(snapshot))

    def test_of_another_cloud(self):
        """What another of our clouds has is not listed a second time."""
        look = builders.a_snapshot(
            'hv1', 'hv2', other_clouds={'hv2': 'far', 'hv3': None}
        )

        self.assertEqual(['hv1'], assemble.names(look))

    def test_sorted_and_once(self):
        """A whole hypervisor is one name, and they are sorted."""
        snapshot = builders.a_snapshot('hv2', 'hv1')

        self.assertEqual(['hv1', 'hv2'], assemble.names(snapshot))


class TestAssemble(unittest.TestCase):
    """What a hypervisor is made of."""

    def test_whole(self):
        """Everything of a hypervisor is found, nothing of its neighbour."""
        snapshot = builders.a_snapshot('hv1', 'hv10')

        hv = one(snapshot)

        self.assertEqual(builders.a_hypervisor(), hv)

    def test_nothing(self):
        """A name that nothing has is an empty hypervisor."""
        self.assertFalse(one(builders.a_snapshot('hv10', 'hv2')).exists)

    def test_order(self):
        """The hypervisors come in the order asked for."""
        snapshot = builders.a_snapshot('hv1', 'hv2')

        found = assemble.assemble(snapshot, ['hv2', 'hv3', 'hv1'])

        self.assertEqual(['hv2', 'hv3', 'hv1'], list(found))

    def test_once(self):
        """A look is put together once for a name and a domain, each look."""
        look = builders.a_snapshot('hv1')
        other = dataclasses.replace(look, servers=())

        self.assertIs(one(look), one(look))
        self.assertEqual('a.org', one(other, domain='a.org').domain)
        self.assertIsNone(one(other).domain)
        self.assertIsNone(one(other).server)

    def test_foreign_host_of_our_name(self):
        """A host of our name without any mark of ours is not touched."""
        snapshot = builders.a_snapshot(
            services=(builders.a_service(),),
            compute_nodes=(builders.a_compute_node(id=builders.an_id('x')),),
            providers=(builders.a_provider(id=builders.an_id('x')),),
            agents=(builders.an_agent(),),
            aggregates=(Aggregate(id=1, name='a', hosts=frozenset({'hv1'})),),
        )

        self.assertFalse(one(snapshot).exists)

    def test_foreign_host_beside_our_port(self):
        """A port alone does not make a host of its name ours."""
        snapshot = builders.a_snapshot(
            services=(builders.a_service(),),
            ports=(builders.a_port(),),
            agents=(builders.an_agent(),),
        )

        hv = one(snapshot)

        self.assertEqual((builders.a_port(),), hv.ports)
        self.assertIsNone(hv.service)
        self.assertEqual((), hv.agents)

    def test_spoofed_metadata(self):
        """An id in the metadata that hvctl did not choose is not trusted."""
        stranger = builders.an_id('somebody')
        snapshot = dataclasses.replace(
            builders.a_snapshot('hv1'),
            servers=(
                builders.a_server(
                    metadata={identity.COMPUTE_ID_KEY: stranger}
                ),
            ),
            providers=(builders.a_provider('victim', id=stranger),),
            compute_nodes=(builders.a_compute_node('victim', id=stranger),),
        )

        hv = one(snapshot)

        self.assertIsNone(hv.compute_id)
        self.assertIsNone(hv.provider)
        self.assertIsNone(hv.compute_node)

    def test_own_user_data(self):
        """Without a chosen id the host is known by its exact name."""
        own = builders.an_id('chosen by nova')
        snapshot = dataclasses.replace(
            builders.a_snapshot(),
            servers=(
                builders.a_server(metadata={identity.DOMAIN_KEY: 'a.org'}),
            ),
            services=(
                builders.a_service('hv1.b.org'),
                builders.a_service('hv1.a.org'),
            ),
            compute_nodes=(
                builders.a_compute_node(
                    id=own, hostname='hv1.a.org', service_host='hv1.a.org'
                ),
            ),
            providers=(builders.a_provider(id=own, name='hv1.a.org'),),
        )

        hv = one(snapshot)

        self.assertEqual('hv1.a.org', hv.host)
        self.assertEqual(own, hv.compute_node.id)
        self.assertEqual(own, hv.provider.id)

    def test_name_of_libvirt(self):
        """The service tells whose a node is; without it the name does."""
        own = builders.an_id('chosen by nova')
        for hostname, service_host, found in (
            ('hv1.local', 'hv1', True),
            ('hv1', 'hv1', True),
            ('hv1', None, True),
            ('hv1', 'hv2', False),
            ('hv1.local', None, False),
        ):
            with self.subTest(hostname=hostname, service_host=service_host):
                node = builders.a_compute_node(
                    id=own, hostname=hostname, service_host=service_host
                )
                look = builders.a_snapshot(
                    servers=(builders.a_server(metadata={}),),
                    services=(builders.a_service(),),
                    compute_nodes=(node,),
                    providers=(builders.a_provider('any', id=own),),
                )

                hv = one(look)

                self.assertEqual(node if found else None, hv.compute_node)
                self.assertEqual(found, hv.provider is not None)

    def test_inventory_of_another_life(self):
        """It counts only on the provider of the compute node itself."""
        snapshot = dataclasses.replace(
            builders.a_snapshot('hv1'),
            servers=(builders.a_server(metadata={}),),
            compute_nodes=(builders.a_compute_node(id='new'),),
        )

        self.assertFalse(one(snapshot).reported)

    def test_no_inventory(self):
        """What Placement has no inventory of is not reported."""
        snapshot = builders.a_snapshot('hv1', providers_reported=frozenset())

        self.assertFalse(one(snapshot).reported)

    def test_domain_of_the_request(self):
        """What was asked for counts where the server does not tell."""
        snapshot = builders.a_snapshot(
            servers=(builders.a_server(),),
            services=(builders.a_service('hv1.a.org'),),
        )

        self.assertEqual('hv1.a.org', one(snapshot, domain='a.org').host)
        self.assertIsNone(one(snapshot, domain='b.org').service)
        self.assertIsNone(one(snapshot).service)

    def test_orphan(self):
        """Without the server the provider's id proves the rest."""
        snapshot = builders.without(
            builders.a_snapshot('hv1'), 'servers', 'ports', 'compute_nodes'
        )

        hv = one(snapshot)

        self.assertEqual(builders.a_compute_id(), hv.compute_id)
        self.assertEqual(builders.a_service(), hv.service)
        self.assertEqual((builders.an_agent(),), hv.agents)

    def test_orphan_by_reason(self):
        """A service that hvctl disabled is ours even when all else went."""
        service = builders.a_disabled_service(identity.REASON_DELETE)
        snapshot = builders.a_snapshot(services=(service,))

        self.assertEqual(service, one(snapshot).service)

    def test_orphan_in_a_domain(self):
        """Its service is the one of its name with our reason, no other."""
        reason = identity.REASON_DELETE
        service = builders.a_disabled_service(reason, host='hv1.a.org')
        for other in (
            builders.a_service('compute1'),
            builders.a_service('hv1.b.org'),
            builders.a_disabled_service(reason, host='hv2.a.org'),
        ):
            with self.subTest(other=other.host):
                snapshot = builders.a_snapshot(
                    services=(other, service),
                    providers=(builders.a_provider(),),
                )

                self.assertEqual(service, one(snapshot).service)

    def test_with_server_only_its_domain(self):
        """While the server tells the domain no other name counts."""
        snapshot = builders.a_snapshot(
            servers=(builders.a_server(),),
            services=(
                builders.a_disabled_service(
                    identity.REASON_DELETE, host='hv1.a.org'
                ),
            ),
        )

        self.assertIsNone(one(snapshot).service)

    def test_agents_and_aggregates(self):
        """They are ours as soon as one other thing of the host is."""
        aggregate = Aggregate(id=1, name='a', hosts=frozenset({'hv1'}))
        service = builders.a_disabled_service(identity.REASON_CREATE)
        for kind, thing in (
            ('servers', builders.a_server()),
            ('services', service),
            ('compute_nodes', builders.a_compute_node()),
            ('providers', builders.a_provider()),
        ):
            with self.subTest(kind=kind):
                snapshot = builders.a_snapshot(
                    **{
                        'services': (),
                        'agents': (builders.an_agent(),),
                        'aggregates': (aggregate,),
                        kind: (thing,),
                    }
                )

                hv = one(snapshot)

                self.assertEqual((builders.an_agent(),), hv.agents)
                self.assertEqual((aggregate,), hv.aggregates)

    def test_test_guests(self):
        """Each has its own test guests, which are no guests of others."""
        mine, other = (
            builders.a_guest(name, metadata={identity.TEST_KEY: host})
            for name, host in (('t1', 'hv1'), ('t2', 'hv2'))
        )
        guest = builders.a_guest()
        snapshot = builders.a_snapshot(
            'hv1', guests={'hv1': (mine, guest)}, test_guests=(other, mine)
        )

        hv = one(snapshot)

        self.assertEqual((mine,), hv.test_guests)
        self.assertEqual((guest,), hv.guests)

    def test_another_projects(self):
        """An id of ours that another project's server has is not ours."""
        whole = builders.a_snapshot('hv1')
        theirs = builders.a_server(project_id='theirs')
        for place in (
            {'namesakes': (theirs,)},
            {'guests': {'ironic': (theirs,)}},
            {'guests': {'hv9': (builders.a_guest(), theirs)}},
        ):
            with self.subTest(place=place):
                look = dataclasses.replace(
                    whole, servers=(), ports=(), agents=(), **place
                )

                self.assertFalse(one(look).exists)
                self.assertEqual([], assemble.names(look))

    def test_node(self):
        """The Ironic node is found by the server, or by the server's node."""
        snapshot = builders.a_snapshot('hv1', 'hv2')
        by_instance = builders.a_node(id='n')
        by_node = builders.a_node(instance_id=None)
        for node in (by_instance, by_node):
            with self.subTest(node=node):
                look = dataclasses.replace(
                    snapshot, nodes=(builders.a_node('hv2'), node)
                )

                self.assertEqual(node, one(look).node)

    def test_unreadable(self):
        """Without Ironic's nodes and Neutron's agents it does without."""
        snapshot = dataclasses.replace(
            builders.a_snapshot('hv1'), nodes=None, agents=None
        )

        hv = one(snapshot)

        self.assertIsNone(hv.node)
        self.assertIsNone(hv.agents)

    def test_aggregates(self):
        """The aggregates that the host is in."""
        mine = Aggregate(id=1, name='a', hosts=frozenset({'hv1', 'x'}))
        other = Aggregate(id=2, name='b', hosts=frozenset({'hv10'}))
        snapshot = dataclasses.replace(
            builders.a_snapshot('hv1'), aggregates=(mine, other)
        )

        self.assertEqual((mine,), one(snapshot).aggregates)
