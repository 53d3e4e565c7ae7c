# SPDX-License-Identifier: Apache-2.0
"""Tests of whether guests find room beside each other."""

from __future__ import annotations

import itertools
import unittest

import hypothesis
from hypothesis import strategies as st

from hvctl.decide.drain.plan import packing
from hvctl.model.records import Candidate, Need, Share
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import situations

SMALL = builders.a_need(VCPU=1, MEMORY_MB=512)
LARGE = builders.a_need(VCPU=4, MEMORY_MB=8192)
NOBODY = packing.Packed(frozenset(), frozenset())


def candidate(root: str, need: Need, **left) -> Candidate:
    """A host that has so much of each resource itself."""
    return Candidate(
        root,
        tuple(
            Share(root, resource, amount, left[resource])
            for resource, amount in need.resources
        ),
    )


class TestPack(unittest.TestCase):
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
                    left, packing.pack(guests, there, allowed).without
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
                left, len(packing.pack(guests, there, {'a', 'b'}).without)
            )
        self.assertEqual(
            {'a'}, packing.hosts_with_room(there[need], {'a', 'c'})
        )

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

        self.assertEqual(NOBODY, packing.pack(guests, there, {'a', 'b'}))

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
                    {'small'}, packing.pack(needs, there, {'a'}).without
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

        packed = packing.pack(
            guests, there, {str(n) for n in range(len(amounts))}
        )

        left = packed.without | packed.doubtful
        placed = [need for each, need in guests.items() if each not in left]
        for index, resource in enumerate(('VCPU', 'MEMORY_MB')):
            self.assertLessEqual(
                sum(dict(need.resources)[resource] for need in placed),
                sum(each[index] for each in amounts),
            )

    def test_packing_that_is_not_found(self):
        """What may fit in another order is doubtful, and not in the way."""
        needs = {
            name: builders.a_need(VCPU=vcpus, MEMORY_MB=memory)
            for name, vcpus, memory in (
                ('a', 3, 2),
                ('b', 2, 3),
                ('c', 6, 1),
                ('d', 4, 5),
            )
        }
        there = {
            need: tuple(
                candidate(host, need, VCPU=8, MEMORY_MB=8)
                for host in ('h1', 'h2')
            )
            for need in needs.values()
        }
        self.assertTrue(fits(needs, {'h1': (8, 8), 'h2': (8, 8)}))

        packed = packing.pack(needs, there, {'h1', 'h2'})

        self.assertEqual(frozenset(), packed.without)
        self.assertTrue(packed.doubtful)

    def test_filled_to_the_last(self):
        """Two hosts of ten: what they have just enough of is doubtful."""
        for sizes, without, doubtful in (
            ((4, 4, 3, 3, 3, 3), set(), {'5'}),
            ((4, 4, 4, 3, 3, 3), {'5'}, set()),
        ):
            with self.subTest(sizes=sizes):
                needs, there = self.of_processors(sizes)

                packed = packing.pack(needs, there, {'h1', 'h2'})

                self.assertEqual(
                    (without, doubtful), (packed.without, packed.doubtful)
                )

    def test_full_for_others(self):
        """A host that is full for those that are bound to it is no other."""
        needs, there = self.of_processors((4, 4, 3, 3, 3, 3))
        bound = builders.a_need(VCPU=1)
        needs['bound'] = bound
        there[bound] = (candidate('h3', bound, VCPU=1),)

        packed = packing.pack(needs, there, {'h1', 'h2', 'h3'})

        self.assertEqual((set(), {'5'}), (packed.without, packed.doubtful))

    def of_processors(self, sizes):
        """Guests that need so many, and two hosts with ten."""
        needs = {
            str(n): builders.a_need(VCPU=size) for n, size in enumerate(sizes)
        }
        return needs, {
            need: tuple(
                candidate(host, need, VCPU=10) for host in ('h1', 'h2')
            )
            for need in needs.values()
        }

    def test_full_for_some(self):
        """Room that some may not use does not count for them."""
        bound = SMALL._replace(aggregates=('zone',))
        guests = {'b1': bound, 'b2': bound, 'roams': SMALL}
        small = {'VCPU': 1, 'MEMORY_MB': 512}
        there = {
            bound: (candidate('full', bound, **small),),
            SMALL: (
                candidate('full', SMALL, **small),
                candidate('empty', SMALL, VCPU=64, MEMORY_MB=65536),
            ),
        }

        packed = packing.pack(guests, there, {'full', 'empty'})

        self.assertEqual(({'b2'}, set()), (packed.without, packed.doubtful))

    def test_open(self):
        """Where there may be more room than is told, nobody is kept."""
        bound = builders.a_need(VCPU=2, MEMORY_MB=512)
        guests = {'s1': SMALL, 's2': SMALL, 'b': bound}
        there = {
            SMALL: (candidate('a', SMALL, VCPU=1, MEMORY_MB=512),),
            bound: (),
        }
        for open_needs, without, doubtful in (
            ((), {'s2', 'b'}, set()),
            ((SMALL,), {'b'}, {'s2'}),
            ((bound,), {'s2'}, {'b'}),
            ((SMALL, bound), set(), {'s2', 'b'}),
        ):
            with self.subTest(open_needs=open_needs):
                packed = packing.pack(guests, there, {'a'}, open_needs)

                self.assertEqual(
                    (without, doubtful), (packed.without, packed.doubtful)
                )

    @situations.SOME
    @hypothesis.given(
        st.lists(
            st.tuples(
                st.integers(1, 6),
                st.integers(1, 6),
                st.sampled_from(['', 'a', 'b']),
            ),
            max_size=6,
        ),
        st.integers(4, 9),
        st.integers(4, 9),
    )
    def test_says_no_only_where_it_is_sure(self, amounts, one, other):
        """Whatever fits in some order is not in the way."""
        sizes = {'a': (one, 8), 'b': (8, other)}
        needs = {
            str(n): builders.a_need(VCPU=vcpus, MEMORY_MB=memory)._replace(
                aggregates=(zone,) if zone else ()
            )
            for n, (vcpus, memory, zone) in enumerate(amounts)
        }
        there = {
            need: tuple(
                candidate(host, need, VCPU=vcpus, MEMORY_MB=memory)
                for host, (vcpus, memory) in sizes.items()
                if need.aggregates in ((), (host,))
                and all(
                    amount <= {'VCPU': vcpus, 'MEMORY_MB': memory}[resource]
                    for resource, amount in need.resources
                )
            )
            for need in needs.values()
        }

        packed = packing.pack(needs, there, {'a', 'b'})

        if fits(needs, sizes):
            self.assertEqual(frozenset(), packed.without)
        elif not packed.doubtful:
            self.assertTrue(packed.without)
        else:
            self.assertLessEqual(packed.doubtful | packed.without, {*needs})


def fits(needs, sizes) -> bool:
    """Whether there is a way to place all on hosts; every way is tried.

    :param sizes: VCPUs and memory of each host, by its name
    """
    for hosts in itertools.product(sizes, repeat=len(needs)):
        left = {host: list(size) for host, size in sizes.items()}
        for need, host in zip(needs.values(), hosts, strict=True):
            amounts = dict(need.resources)
            left[host][0] -= amounts['VCPU']
            left[host][1] -= amounts['MEMORY_MB']
            if need.aggregates not in ((), (host,)):
                left[host][0] = -1000
        if all(amount >= 0 for size in left.values() for amount in size):
            return True
    return False
