# SPDX-License-Identifier: Apache-2.0
"""Tests of who else holds a name."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import ownership
from hvctl.decide.wording import holders
from hvctl.decide.wording import rendering
from hvctl.model import identity
from hvctl.model.codes import HolderCode, OutcomeCode
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.reasons import Reason
from hvctl.tests.fixtures import builders


class TestHolders(unittest.TestCase):
    """What is named as foreign."""

    def test_ours_is_not_foreign(self):
        """Nothing of a hypervisor of ours is foreign."""
        look = builders.a_snapshot('hv1')
        hv = assemble.assemble(look, ['hv1'])['hv1']

        self.assertEqual([], ownership.holders(look, hv))

    def test_left_over(self):
        """Nor is what is left of it without its server."""
        look = builders.a_snapshot('hv1', servers=())
        hv = assemble.assemble(look, ['hv1'])['hv1']

        self.assertEqual([], ownership.holders(look, hv))

    def test_own_machine(self):
        """What our own machine registered is not foreign, right or wrong."""
        server = builders.a_server()
        metadata = {
            **server.metadata,
            identity.DOMAIN_KEY: 'a.org',
            identity.NETWORKING_KEY: identity.NO_NETWORKING,
        }
        strange = builders.an_id('strange')
        for changes in (
            {
                'compute_nodes': (builders.a_compute_node(id=strange),),
                'providers': (
                    builders.a_provider(),
                    builders.a_provider('hv1.a.org', id=strange),
                ),
            },
            {'agents': (builders.an_agent('hv1.a.org'),)},
            {'agents': (builders.an_agent('hv1'),)},
        ):
            with self.subTest(changes=changes):
                look = builders.a_snapshot('hv1', **changes)
                look = dataclasses.replace(
                    look,
                    servers=(dataclasses.replace(server, metadata=metadata),),
                )
                hv = assemble.assemble(look, ['hv1'])['hv1']

                self.assertEqual([], ownership.holders(look, hv))

    def test_before_it_registers(self):
        """Until our machine has a service, a record of its name is foreign."""
        hv = Hypervisor(name='hv1', server=builders.a_server())
        strange = builders.an_id('strange')
        look = builders.a_snapshot(
            compute_nodes=(builders.a_compute_node(id=strange),),
            providers=(builders.a_provider(id=strange),),
        )

        self.assertEqual(
            [
                Reason.of(HolderCode.HYPERVISOR, id=strange, host='hv1'),
                Reason.of(HolderCode.PROVIDER, id=strange, label='hv1'),
            ],
            ownership.holders(look, hv),
        )

    def test_names_each(self):
        """Each thing is named so that it can be found."""
        hv = Hypervisor(name='hv1', domain='a.org')
        look = builders.a_snapshot(
            namesakes=(builders.a_server(id='i1', project_id='p1'),),
            services=(
                builders.a_service('hv1.a.org', id='i2'),
                builders.a_service('hv2'),
            ),
            compute_nodes=(
                builders.a_compute_node(id='i3'),
                builders.a_compute_node('hv2'),
            ),
            providers=(
                builders.a_provider(id='i4'),
                builders.a_provider('hv2'),
            ),
            agents=(builders.an_agent(id='i5'), builders.an_agent('hv2')),
            namesake_ports={'i6': 'hv1', 'i7': 'hv10'},
        )

        self.assertEqual(
            [
                'server i1 (project p1)',
                'compute service i2 (host hv1.a.org, which is up)',
                'hypervisor i3 (hv1)',
                'resource provider i4 (hv1)',
                'network agent i5 (Open vSwitch agent on hv1)',
                'port i6',
            ],
            [rendering.reason(h) for h in ownership.holders(look, hv)],
        )

    def test_another_cloud(self):
        """A hypervisor of ours in another compute cloud has the name, too."""
        hv = Hypervisor(name='hv1')
        for cloud, words in (('far', 'compute cloud far'), (None, 'itself')):
            with self.subTest(cloud=cloud):
                look = builders.a_snapshot(
                    other_clouds={'hv1': cloud, 'hv2': 'x'}
                )

                (holder,) = ownership.holders(look, hv)

                self.assertIn(words, rendering.reason(holder))
                self.assertIn('delete hv1', rendering.remedy(holder))
                self.assertNotIn(
                    'did not make', holders.listed({'holders': (holder,)})
                )

    def test_refusal(self):
        """It says what clears what is left over, where there is such."""
        agent = Reason.of(
            HolderCode.AGENT,
            id='a',
            agent_type='DHCP agent',
            host='hv1',
            alive=False,
        )
        node = Reason.of(HolderCode.HYPERVISOR, id='h', host='hv1')
        for found, end in (
            (
                (agent, node),
                'or if that is left over: openstack network agent delete a',
            ),
            ((node,), 'choose another name'),
        ):
            with self.subTest(end=end):
                refusal = Reason.of(
                    OutcomeCode.NAME_TAKEN, name='hv1', holders=found
                )

                self.assertTrue(rendering.sentence(refusal).endswith(end))

    def test_namesake_must_match_exactly(self):
        """Nova's search by name is looser than a name."""
        look = builders.a_snapshot(namesakes=(builders.a_server('hv10'),))

        self.assertEqual([], ownership.holders(look, Hypervisor(name='hv1')))


class TestOwned(unittest.TestCase):
    """What makes a hypervisor ours."""

    def test_marks(self):
        """Each mark alone is enough; a host of that name is none."""
        ours = builders.a_disabled_service(identity.REASON_DRAIN)
        for expected, parts in (
            (True, {'server': builders.a_server()}),
            (True, {'ports': (builders.a_port(),)}),
            (True, {'subports': (builders.a_port(),)}),
            (True, {'test_guests': (builders.a_guest(),)}),
            (True, {'test_ports': (builders.a_port(),)}),
            (True, {'compute_id': builders.a_compute_id()}),
            (True, {'service': ours}),
            (False, {'service': builders.a_service()}),
            (False, {'agents': (builders.an_agent(),)}),
            (False, {}),
        ):
            with self.subTest(parts=parts):
                hv = Hypervisor(name='hv1', **parts)

                self.assertEqual(expected, ownership.owned(hv))

    def test_may_be_elsewhere(self):
        """Any record that it registered counts, unless its machine is here."""
        port = builders.a_port()
        for parts, expected in (
            ({'service': builders.a_service()}, True),
            ({'compute_node': builders.a_compute_node()}, True),
            ({'agents': (builders.an_agent(),)}, True),
            ({'reported': True}, True),
            ({'provider': builders.a_provider()}, False),
            ({'reported': True, 'server': builders.a_server()}, False),
            ({'reported': True, 'ports': (port,)}, False),
            ({'reported': True, 'subports': (port,)}, False),
        ):
            with self.subTest(parts=parts):
                hv = Hypervisor(name='hv1', **parts)

                self.assertIs(expected, ownership.may_be_elsewhere(hv))
