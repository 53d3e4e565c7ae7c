# SPDX-License-Identifier: Apache-2.0
"""Tests of the figures of all hypervisors."""

from __future__ import annotations

import dataclasses
import unittest

import hypothesis
from hypothesis import strategies as st

from hvctl.decide import stats
from hvctl.model.records import Amount, Candidate, Share
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import good_looks

HV1, HV2 = (builders.a_compute_id(name) for name in ('hv1', 'hv2'))

_NEED = builders.a_need(VCPU=2, MEMORY_MB=1024)


def shared(root: str, left: int) -> Candidate:
    """Return a host with any room that shares its storage."""
    return Candidate(
        root,
        (
            Share(root, 'VCPU', 1, 100),
            Share('storage', 'DISK_GB', 10, left),
        ),
    )


class TestSeats(unittest.TestCase):
    """How many more guests find room."""

    def test_seats(self) -> None:
        """They are counted host by host, and not from the sums."""
        for words, room, expected in (
            ('none', (), 0),
            ('the scarcest resource', ((HV1, 2047),), 1),
            ('no sum of halves', ((HV1, 1536), (HV2, 1536)), 2),
            ('closed to guests', (('other', 4096),), 0),
        ):
            with self.subTest(words):
                candidates = [
                    builders.a_candidate(root, _NEED, left)
                    for root, left in room
                ]

                found = stats.seats_in(candidates, {HV1, HV2})

                self.assertEqual(expected, found)

    def test_shared(self) -> None:
        """What one host takes of shared storage is gone for the next."""
        room = [shared(HV1, 55), shared(HV2, 55)]

        self.assertEqual(5, stats.seats_in(room, {HV1, HV2}))

    def test_two_ways(self) -> None:
        """Another way to place a guest on a host gives no seat twice."""
        room = [builders.a_candidate(HV1, _NEED, 4096)] * 2

        self.assertEqual(4, stats.seats_in(room, {HV1}))

    @hypothesis.given(
        st.lists(st.tuples(st.integers(1, 9), st.integers(0, 99)), max_size=5)
    )
    def test_any_room(self, parts: list[tuple[int, int]]) -> None:
        """So many fit on a host, and not one more."""
        room = Candidate(
            HV1,
            tuple(
                Share(HV1, f'CUSTOM_{number}', amount, left)
                for number, (amount, left) in enumerate(parts)
            ),
        )

        found = stats.seats_in([room], {HV1})

        self.assertTrue(all(found * n <= left for n, left in parts))
        if parts:
            self.assertTrue(any((found + 1) * n > left for n, left in parts))


class TestMetal(unittest.TestCase):
    """What Ironic nodes are in use for."""

    def test_use(self) -> None:
        """It follows from what Ironic and Nova say of them."""
        for changes, expected in (
            ({'provision_state': 'active'}, 'in use'),
            ({'provision_state': 'available', 'instance_id': None}, 'free'),
            ({'provision_state': 'available', 'instance_id': 'x'}, 'in use'),
            ({'provision_state': 'clean wait'}, 'cleaning'),
            ({'provision_state': 'clean failed'}, 'broken'),
            ({'provision_state': 'active', 'maintenance': True}, 'broken'),
            ({'provision_state': 'manageable'}, 'other'),
        ):
            with self.subTest(**changes):
                node = builders.a_node(**changes)

                self.assertEqual(expected, stats.use(node))

    def test_states(self) -> None:
        """No provision state has two uses."""
        states = [state for some in stats.METAL.values() for state in some]

        self.assertEqual(len({*states}), len(states))


class TestFigures(unittest.TestCase):
    """The figures of a look."""

    def setUp(self) -> None:
        self.look = dataclasses.replace(
            good_looks.enabled(),
            guests={'hv1': (builders.a_guest(status='ERROR'),), 'hv2': ()},
            amounts={
                HV1: {'VCPU': Amount(8, 2)},
                HV2: {'VCPU': Amount(4, 1), 'DISK_GB': Amount(9, 0)},
            },
            room={_NEED: (builders.a_candidate(HV1, _NEED, 4096),)},
        )

    def test_sums(self) -> None:
        """Amounts are added, guests and hypervisors counted."""
        found = stats.of([(self.look, {'small': _NEED})])

        self.assertEqual(2, sum(found.phases.values()))
        self.assertEqual(1, found.guests)
        self.assertEqual({'ERROR': 1}, found.statuses)
        self.assertEqual(
            {'VCPU': Amount(12, 3), 'DISK_GB': Amount(9, 0)}, found.amounts
        )
        self.assertEqual({'small': 4}, found.seats)

    def test_clouds(self) -> None:
        """Two compute clouds are added up, and nodes are counted once."""
        one = stats.of([(self.look, {'small': _NEED})])
        two = stats.of([(self.look, {'small': _NEED})] * 2)

        self.assertEqual({'small': 8}, two.seats)
        self.assertEqual(2, two.guests)
        self.assertEqual(one.metal, two.metal)

    def test_counted_only(self) -> None:
        """Where guests were only counted, nothing is said of statuses."""
        nodes = tuple(
            dataclasses.replace(node, guests=3)
            for node in self.look.compute_nodes
        )
        look = dataclasses.replace(self.look, guests={}, compute_nodes=nodes)

        found = stats.of([(look, {})])

        self.assertEqual(6, found.guests)
        self.assertIsNone(found.statuses)

    def test_scope(self) -> None:
        """Statuses are read of those whose guests' ids are known."""
        look = dataclasses.replace(
            self.look,
            guests={'hv1': (builders.a_guest(status='UNKNOWN'),), 'hv2': ()},
        )

        scope = stats.scope(look, [_NEED])

        self.assertEqual({'hv1'}, scope.hosts)
        self.assertEqual({HV1, HV2}, scope.provider_ids)
