# SPDX-License-Identifier: Apache-2.0
"""Tests of clock, ids and tables."""

from __future__ import annotations

import datetime
import unittest

from hypothesis import given
from hypothesis import strategies

from hvctl.tests.simulation import clock
from hvctl.tests.simulation import ids
from hvctl.tests.simulation import tables


class TestClock(unittest.TestCase):
    """The time."""

    def test_calls_what_is_due(self) -> None:
        """What is due is called at its time, and in its order."""
        time = clock.Clock()
        seen: list[tuple[str, datetime.timedelta]] = []

        def note(what: str) -> None:
            seen.append((what, time.now() - clock.START))

        time.after(2, lambda: note('later'))
        time.after(1, lambda: note('sooner'))
        time.after(9, lambda: note('never'))
        time.advance(3)

        self.assertEqual(
            [
                ('sooner', datetime.timedelta(seconds=1)),
                ('later', datetime.timedelta(seconds=2)),
            ],
            seen,
        )
        self.assertEqual(
            clock.START + datetime.timedelta(seconds=3), time.now()
        )

    def test_calls_what_a_call_asks_for(self) -> None:
        """A call may have another one, which is due within the same move."""
        time = clock.Clock()
        seen: list[int] = []
        time.after(1, lambda: time.after(1, lambda: seen.append(2)))

        time.advance(2)

        self.assertEqual([2], seen)


class TestIds(unittest.TestCase):
    """UUIDs."""

    @given(
        seed=strategies.integers(0, 99),
        number=strategies.integers(0, 2**32 - 1),
    )
    def test_tell_their_number(self, seed: int, number: int) -> None:
        """An id tells the number that it was made of, and no other kind."""
        found = ids.Ids.of(seed, 'server')

        self.assertEqual(number, found.number(found.id(number)))
        other = ids.Ids.of(seed, 'port')
        self.assertIsNone(other.number(found.id(number)))


def _table() -> tables.Table[str]:
    # Each is at first the text of its number.
    return tables.Table(
        10,
        str,
        {
            'parity': tables.Index(
                values=lambda text: [str(int(text) % 2)],
                first=lambda value: range(int(value), 10, 2),
            )
        },
    )


class TestTable(unittest.TestCase):
    """Records."""

    @given(
        strategies.lists(
            strategies.tuples(
                strategies.sampled_from(['add', 'put', 'remove']),
                strategies.integers(0, 12),
                strategies.integers(0, 99),
            )
        )
    )
    def test_is_a_dictionary(
        self, changes: list[tuple[str, int, int]]
    ) -> None:
        """It has what a dictionary with the same changes has."""
        table = _table()
        expected = {number: str(number) for number in range(10)}
        for how, number, value in changes:
            if how == 'add':
                expected[table.add(str(value))] = str(value)
            elif number in expected and how == 'put':
                table.put(number, str(value))
                expected[number] = str(value)
            elif number in expected:
                table.remove(number)
                del expected[number]

        rising = sorted(expected.items())
        self.assertEqual(rising, list(table.rising()))
        self.assertEqual(rising[::-1], list(table.falling()))
        for parity in '01':
            expected_here = [
                (n, v) for n, v in rising if int(v) % 2 == int(parity)
            ]
            self.assertEqual(
                expected_here, list(table.having('parity', parity))
            )
            self.assertEqual(len(expected_here), table.count('parity', parity))
            self.assertEqual(
                [(n, v) for n, v in expected_here[::-1] if n < 6],
                list(table.having_before('parity', parity, 6)),
            )

    def test_goes_on_after_a_number(self) -> None:
        """A page begins after a record, whether or not that is there."""
        table = _table()
        table.remove(7)

        self.assertEqual([8, 9], [n for n, _ in table.rising(after=7)])
        self.assertEqual(6, next(table.falling(before=8))[0])
