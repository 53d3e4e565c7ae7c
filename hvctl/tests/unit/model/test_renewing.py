# SPDX-License-Identifier: Apache-2.0
"""Tests of putting into an earlier look what a later one has read."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.model import renewing
from hvctl.model.snapshot import Snapshot
from hvctl.tests.fixtures import builders


class TestRenewGuests(unittest.TestCase):
    """Guests and migrations that were read anew."""

    def test_rest_stays(self) -> None:
        """Everything else is as it was, and new guests' ties are unknown."""
        last = builders.a_snapshot('hv1')
        guests = {'hv1': (builders.a_guest('g1'),)}

        found = renewing.renew_guests(last, guests, {'hv1': ()})

        expected = dataclasses.replace(
            last,
            guests=guests,
            migrations={'hv1': ()},
            ties_known=False,
            partial=True,
        )
        self.assertEqual(expected, found)


class TestRenewMachines(unittest.TestCase):
    """Servers and nodes that were read anew."""

    def test_rest_stays(self) -> None:
        """Everything else is as it was, and guests' ties are still known."""
        last = builders.a_snapshot('hv1')
        server = builders.a_server('hv1', status='BUILD')
        guest = builders.a_server('hvctl-test-hv1')

        look = Snapshot(servers=(server,), test_guests=(guest,), nodes=None)

        found = renewing.renew_machines(last, look, frozenset({'hv1'}))

        expected = dataclasses.replace(
            last,
            servers=(server,),
            test_guests=(guest,),
            nodes=None,
            partial=True,
        )
        self.assertEqual(expected, found)

    def test_others_stay(self) -> None:
        """What the look has not asked for is as it was."""
        last = dataclasses.replace(
            builders.a_snapshot('hv1', 'hv2'),
            nodes=(builders.a_node('n1'), builders.a_node('n2')),
        )
        node = builders.a_node('n1', provision_state='deploying')
        look = Snapshot(servers=(), nodes=(node,))

        found = renewing.renew_machines(last, look, frozenset({'hv1'}))

        self.assertEqual(['hv2'], [s.name for s in found.servers])
        self.assertEqual((node, builders.a_node('n2')), found.nodes)

    def test_other_clouds(self) -> None:
        """Machines for another compute cloud are left out."""
        last = dataclasses.replace(
            builders.a_snapshot('hv1'), other_clouds={'hv2': 'far'}
        )
        servers = (builders.a_server('hv1'), builders.a_server('hv2'))

        look = Snapshot(servers=servers)

        found = renewing.renew_machines(last, look, frozenset({'hv1', 'hv2'}))

        self.assertEqual(servers[:1], found.servers)


class TestWithOthers(unittest.TestCase):
    """A look at some hypervisors, with what was known of others."""

    def test_others_stay(self) -> None:
        """Of the others everything is as it was, and of ours as it is."""
        known = builders.a_snapshot('hv1', 'hv2')
        ours = builders.a_snapshot('hv1')
        down = dataclasses.replace(
            ours,
            services=(builders.a_service('hv1', state='down'),),
            metal_services=(),
            agents=(),
            nodes=(),
            providers_reported=frozenset(),
        )
        ids = frozenset({builders.a_compute_id('hv1')})

        found = renewing.with_others(down, known, frozenset({'hv1'}), ids)

        self.assertEqual(
            {'hv1', 'hv2'}, {server.name for server in found.servers}
        )
        self.assertEqual(
            {s.host: s.up for s in known.services} | {'hv1': False},
            {s.host: s.up for s in found.services},
        )
        self.assertEqual(
            {p.id for p in known.providers}, {p.id for p in found.providers}
        )
        self.assertEqual(
            known.providers_reported - ids, found.providers_reported
        )
        self.assertEqual({'hv2'}, {agent.host for agent in found.agents or ()})
        self.assertEqual(known.nodes, found.nodes)

    def test_cannot_be_read(self) -> None:
        """What the look could not read is not what an earlier one had."""
        known = builders.a_snapshot('hv1', 'hv2')
        blind = dataclasses.replace(known, agents=None, nodes=None)

        found = renewing.with_others(
            blind, known, frozenset({'hv1'}), frozenset()
        )

        self.assertIsNone(found.agents)
        self.assertIsNone(found.nodes)
