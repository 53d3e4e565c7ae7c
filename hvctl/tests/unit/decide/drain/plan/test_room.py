# SPDX-License-Identifier: Apache-2.0
"""Tests of the forecast whether guests find room."""

from __future__ import annotations

import unittest

import hypothesis
from hypothesis import strategies as st

from hvctl.decide.drain.plan import room
from hvctl.model.records import Aggregate, Candidate, Need, Shape, Share
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import situations

SMALL = builders.a_need(VCPU=1, MEMORY_MB=512)
LARGE = builders.a_need(VCPU=4, MEMORY_MB=8192)


def candidate(root: str, need: Need, **left) -> Candidate:
    """A host that has so much of each resource itself."""
    return Candidate(
        root,
        tuple(
            Share(root, resource, amount, left[resource])
            for resource, amount in need.resources
        ),
    )


class TestWithoutRoom(unittest.TestCase):
    """Which guests find none."""

    def test_table(self):
        """Each one, and all together."""
        guests = {'s1': SMALL, 's2': SMALL, 'l1': LARGE}
        big = {
            need: candidate('big', need, VCPU=8, MEMORY_MB=16384)
            for need in (SMALL, LARGE)
        }
        tight = {
            need: candidate('tight', need, VCPU=5, MEMORY_MB=8704)
            for need in (SMALL, LARGE)
        }
        for there, allowed, left in (
            ({n: (big[n],) for n in big}, {'big'}, set()),
            ({n: (tight[n],) for n in big}, {'tight'}, {'s2'}),
            ({SMALL: (tight[SMALL],)}, {'tight'}, {'l1'}),
            ({n: (big[n],) for n in big}, (), set(guests)),
            ({n: (big[n], tight[n]) for n in big}, {'tight'}, {'s2'}),
            ({}, {'big'}, set(guests)),
        ):
            with self.subTest(there=there, allowed=allowed):
                self.assertEqual(
                    left, room.without_room(guests, there, allowed)
                )

    def test_below_and_shared(self):
        """Each device is given once; hosts that share a disk share its end."""
        need = builders.a_need(DISK_GB=10, VGPU=1)
        there = {
            need: tuple(
                Candidate(
                    host,
                    (
                        Share(f'{host}_{gpu}', 'VGPU', 1, 1),
                        Share('nfs', 'DISK_GB', 10, 35),
                    ),
                )
                for host in ('a', 'b')
                for gpu in (1, 2)
            )
        }
        for number, left in ((3, 0), (4, 1)):
            guests = {str(n): need for n in range(number)}

            self.assertEqual(
                left, len(room.without_room(guests, there, {'a', 'b'}))
            )
        self.assertEqual({'a'}, room.hosts_with_room(there[need], {'a', 'c'}))

    def test_the_bound_choose_first(self):
        """What fits on one host only is not crowded out by what may roam."""
        bound = SMALL._replace(aggregates=('zone',))
        guests = {'roams': LARGE, 'bound': bound}
        there = {
            LARGE: tuple(
                candidate(host, LARGE, VCPU=4, MEMORY_MB=8192)
                for host in ('a', 'b')
            ),
            bound: (candidate('a', bound, VCPU=4, MEMORY_MB=8192),),
        }

        self.assertEqual(set(), room.without_room(guests, there, {'a', 'b'}))

    def test_the_largest_choose_first(self):
        """By memory, then by processors, be they pinned or not."""
        for small, large in (
            ({'VCPU': 1}, {'VCPU': 4}),
            ({'VCPU': 1}, {'PCPU': 2}),
            ({'PCPU': 1}, {'VCPU': 2}),
            ({'VCPU': 9, 'MEMORY_MB': 1}, {'VCPU': 1, 'MEMORY_MB': 2}),
            ({}, {'MEMORY_MB': 1}),
        ):
            with self.subTest(small=small, large=large):
                needs = {
                    'small': builders.a_need(DISK_GB=5, **small),
                    'large': builders.a_need(DISK_GB=5, **large),
                }
                there = {
                    need: (
                        candidate(
                            'a', need, DISK_GB=5, VCPU=9, PCPU=9, MEMORY_MB=9
                        ),
                    )
                    for need in needs.values()
                }

                self.assertEqual(
                    {'small'}, room.without_room(needs, there, {'a'})
                )

    @situations.SOME
    @hypothesis.given(
        st.lists(st.sampled_from([SMALL, LARGE]), max_size=8),
        st.lists(
            st.tuples(st.integers(0, 8), st.integers(0, 9000)), max_size=4
        ),
    )
    def test_never_promises_too_much(self, needs, amounts):
        """What finds room does not exceed what there is."""
        guests = {str(n): need for n, need in enumerate(needs)}
        there = {
            need: tuple(
                candidate(str(n), need, VCPU=vcpus, MEMORY_MB=memory)
                for n, (vcpus, memory) in enumerate(amounts)
            )
            for need in (SMALL, LARGE)
        }

        left = room.without_room(
            guests, there, {str(n) for n in range(len(amounts))}
        )

        placed = [need for each, need in guests.items() if each not in left]
        for index, resource in enumerate(('VCPU', 'MEMORY_MB')):
            self.assertLessEqual(
                sum(dict(need.resources)[resource] for need in placed),
                sum(each[index] for each in amounts),
            )


class TestNeed(unittest.TestCase):
    """What a guest needs of its new host."""

    def test_resources(self):
        """What it has of its host, and what it asked for and has elsewhere."""
        for specs, has, expected in (
            ({}, {'PCPU': 2, 'MEMORY_MB': 512}, {'PCPU': 2, 'MEMORY_MB': 512}),
            (
                {'resources:VGPU': '1', 'resources_1:VGPU': '1'},
                {'MEMORY_MB': 512},
                {'MEMORY_MB': 512, 'VGPU': 2},
            ),
            (
                {'resources:VGPU': 'many', 'hw:numa_nodes': '1'},
                {'MEMORY_MB': 512},
                {'MEMORY_MB': 512},
            ),
            ({}, None, {'VCPU': 2, 'MEMORY_MB': 1024, 'DISK_GB': 9}),
            (
                {'hw:cpu_policy': 'dedicated', 'resources:DISK_GB': '0'},
                None,
                {'PCPU': 2, 'MEMORY_MB': 1024},
            ),
        ):
            with self.subTest(specs=specs, has=has):
                guest = builders.a_guest(
                    shape=Shape(2, 1024, 9), extra_specs=specs
                )

                self.assertEqual(
                    builders.a_need(**expected),
                    room.need_of(guest, has, ()),
                )

    def test_traits_and_zone(self):
        """Traits that its flavor names, and the zone it is bound to."""
        aggregates = [
            Aggregate(id=number, name=uuid, uuid=uuid, availability_zone=zone)
            for number, (uuid, zone) in enumerate(
                (('a2', 'z'), ('a1', 'z'), ('a3', 'y'), ('a4', None))
            )
        ]
        specs = {
            'trait:HW_B': 'required',
            'trait:HW_A': 'required',
            'trait:HW_C': 'forbidden',
            'trait:HW_D': 'optional',
            'hw:pci_numa_affinity_policy': 'required',
            'hw:cpu_policy': 'shared',
        }
        for zone, members in (('z', ('a1', 'a2')), (None, ())):
            guest = builders.a_guest(extra_specs=specs, zone=zone)

            self.assertEqual(
                SMALL._replace(
                    traits=('!HW_C', 'HW_A', 'HW_B'), aggregates=members
                ),
                room.need_of(guest, dict(SMALL.resources), aggregates),
            )


class TestDestinations(unittest.TestCase):
    """Which hosts may take guests."""

    def test_table(self):
        """Those that are enabled and up, and not being emptied."""
        look = builders.a_snapshot(
            'hv1',
            services=(
                builders.a_service('hv1'),
                builders.a_service('good'),
                builders.a_service('down', state='down'),
                builders.a_disabled_service(host='shut'),
            ),
            compute_nodes=tuple(
                builders.a_compute_node(
                    host, hostname=f'{host}.example.org', id=host
                )
                for host in ('hv1', 'good', 'down', 'shut')
            ),
        )
        for leaving, only, expected in (
            ((), None, {'hv1', 'good'}),
            (('hv1',), None, {'good'}),
            (('hv1',), 'good', {'good'}),
            (('hv1',), 'down', set()),
        ):
            self.assertEqual(expected, room.destinations(look, leaving, only))
