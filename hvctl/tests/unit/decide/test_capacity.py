# SPDX-License-Identifier: Apache-2.0

"""Tests of the forecast whether guests find room."""

import unittest

import hypothesis
from hypothesis import strategies as st

from hvctl.decide import capacity
from hvctl.model import records
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import situations

SMALL = records.Need(records.Shape(1, 512, 1))
LARGE = records.Need(records.Shape(4, 8192, 10))


def free(name, *amounts) -> records.Free:
    """What a provider has left."""
    return records.Free(name, records.Shape(*amounts))


class TestWithoutRoom(unittest.TestCase):
    """Which guests find none."""

    def test_table(self):
        """Each one, and all together."""
        guests = {'s1': SMALL, 's2': SMALL, 'l1': LARGE}
        big = free('big', 8, 16384, 100)
        tight = free('tight', 5, 8704, 11)
        for room, excluded, only, left in (
            ({SMALL: (big,), LARGE: (big,)}, (), None, set()),
            ({SMALL: (tight,), LARGE: (tight,)}, (), None, {'s2'}),
            ({SMALL: (tight,)}, (), None, {'l1'}),
            ({SMALL: (big,), LARGE: (big,)}, ('big',), None, set(guests)),
            (
                {SMALL: (big, tight), LARGE: (big, tight)},
                (),
                'tight',
                {'s2'},
            ),
            ({}, (), None, set(guests)),
        ):
            with self.subTest(room=room, excluded=excluded, only=only):
                self.assertEqual(
                    left, capacity.without_room(guests, room, excluded, only)
                )

    @situations.SOME
    @hypothesis.given(
        st.lists(st.sampled_from([SMALL, LARGE]), max_size=8),
        st.lists(
            st.tuples(
                st.integers(0, 8), st.integers(0, 9000), st.integers(0, 20)
            ),
            max_size=4,
        ),
    )
    def test_never_promises_too_much(self, shapes, amounts):
        """What finds room does not exceed what there is."""
        guests = {str(n): shape for n, shape in enumerate(shapes)}
        room = tuple(free(str(n), *each) for n, each in enumerate(amounts))

        left = capacity.without_room(
            guests, {SMALL: room, LARGE: room}, excluded=()
        )

        placed = [need for each, need in guests.items() if each not in left]
        for kind in range(3):
            self.assertLessEqual(
                sum(need.shape[kind] for need in placed),
                sum(each[kind] for each in amounts),
            )


class TestNeed(unittest.TestCase):
    """What a guest needs of its new host."""

    def test_traits_and_zone(self):
        """Traits that its flavor requires, and the zone it is bound to."""
        aggregates = [
            records.Aggregate(
                id=number, name=uuid, uuid=uuid, availability_zone=zone
            )
            for number, (uuid, zone) in enumerate(
                (('a2', 'z'), ('a1', 'z'), ('a3', 'y'), ('a4', None))
            )
        ]
        specs = {
            'trait:HW_B': 'required',
            'trait:HW_A': 'required',
            'trait:HW_C': 'forbidden',
            'hw:cpu_policy': 'shared',
        }
        for zone, members in (('z', ('a1', 'a2')), (None, ())):
            guest = builders.a_guest(
                shape=SMALL.shape, extra_specs=specs, zone=zone
            )

            self.assertEqual(
                records.Need(SMALL.shape, ('HW_A', 'HW_B'), members),
                capacity.need_of(guest, aggregates),
            )
