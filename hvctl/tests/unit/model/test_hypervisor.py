# SPDX-License-Identifier: Apache-2.0
"""Tests of what a hypervisor tells of itself."""

from __future__ import annotations

import datetime
import unittest

from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.records import Aggregate
from hvctl.tests.fixtures import builders

HOLD = identity.hold_id(builders.a_compute_id())


class TestHypervisor(unittest.TestCase):
    """The properties of a hypervisor."""

    def test_exists(self):
        """Any part of it is enough for it to exist."""
        parts = {
            'server': builders.a_server(),
            'service': builders.a_service(),
            'compute_node': builders.a_compute_node(),
            'provider': builders.a_provider(),
            'ports': (builders.a_port(),),
            'agents': (builders.an_agent(),),
            'aggregates': (Aggregate(id=1, name='a'),),
        }
        for part, value in parts.items():
            with self.subTest(part=part):
                hv = Hypervisor(name='hv1', **{part: value})

                self.assertTrue(hv.exists)
        self.assertFalse(Hypervisor(name='hv1').exists)

    def test_host(self):
        """The host is the service's, else what is expected."""
        hv = builders.a_hypervisor(service=builders.a_service('hv1.a.org'))

        self.assertEqual('hv1.a.org', hv.host)
        self.assertEqual('hv1', builders.a_hypervisor(service=None).host)

    def test_expires_at(self) -> None:
        """A time is one with a zone, whatever somebody has typed there."""
        noon = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
        for said, expected in (
            ('2026-11-23T12:00:00+00:00', noon),
            ('2026-11-23T13:00:00+01:00', noon),
            ('2026-11-23T12:00:00', noon),
            ('2026-11-23', noon.replace(hour=0)),
            ('0001-01-01T00:00:00+14:00', None),
            ('tomorrow', None),
            ('', None),
        ):
            with self.subTest(said=said):
                hv = builders.a_hypervisor(
                    server=builders.a_server(
                        metadata={
                            identity.EXPIRES_KEY: said,
                            identity.CERTIFICATES_KEY: said,
                        }
                    )
                )

                self.assertEqual(expected, hv.expires_at)
                self.assertEqual(expected, hv.certificates_end)

    def test_agents_alive(self):
        """All agents must live, at least one, unless there are none ever."""
        alive = builders.an_agent()
        dead = builders.an_agent(alive=False)
        for agents, expected in (
            (None, True),
            ((), False),
            ((alive,), True),
            ((alive, dead), False),
        ):
            with self.subTest(agents=agents):
                hv = builders.a_hypervisor(agents=agents)

                self.assertEqual(expected, hv.agents_alive)

    def test_agents_expected(self):
        """Its networking may need more than one agent."""
        server = builders.a_server(metadata={identity.NETWORKING_KEY: '2'})
        for number, expected in ((1, False), (2, True), (3, True)):
            with self.subTest(number=number):
                agents = (builders.an_agent(),) * number
                hv = builders.a_hypervisor(server=server, agents=agents)

                self.assertEqual(expected, hv.agents_alive)

    def test_closed_by_hold(self):
        """No room means held, unless guests use it or hvctl made no hold."""
        for expected, changes in (
            (True, {'has_room': False}),
            (False, {'has_room': True}),
            (False, {'has_room': False, 'guests': (builders.a_guest(),)}),
            (True, {'has_room': False, 'guests': None}),
            (False, {'has_room': False, 'compute_id': None}),
            (False, {'has_room': False, 'provider': None}),
            (True, {'has_room': False, 'consumers': frozenset({HOLD})}),
            (
                True,
                {
                    'has_room': False,
                    'consumers': frozenset({HOLD}),
                    'guests': (builders.a_guest(),),
                },
            ),
            (False, {'has_room': False, 'consumers': frozenset({'guest'})}),
        ):
            with self.subTest(changes=changes):
                hv = builders.a_hypervisor(**{'consumers': None} | changes)

                self.assertEqual(expected, hv.closed_by_hold)
