# SPDX-License-Identifier: Apache-2.0
"""Tests of the names of hypervisors that are made to a number."""

from __future__ import annotations

import itertools
import unittest

import hypothesis
from hypothesis import strategies as st

from hvctl import exceptions
from hvctl.decide.scale import naming
from hvctl.decide.scale.naming import Format


class TestRead(unittest.TestCase):
    """Formats that somebody types."""

    def test_good(self) -> None:
        """Each makes the names that it is to make."""
        for text, first, tenth in (
            ('supercloud%02d', 'supercloud01', 'supercloud10'),
            ('hv%d', 'hv1', 'hv10'),
            ('rack2-%03d-x', 'rack2-001-x', 'rack2-010-x'),
            ('%02dhv', '01hv', '10hv'),
        ):
            with self.subTest(text):
                read = naming.read(text)

                self.assertEqual((first, tenth), (read.name(1), read.name(10)))
                self.assertEqual(text, str(read))

    def test_bad(self) -> None:
        """Each is refused in a sentence."""
        for text, words in (
            ('supercloud', 'give it one number'),
            ('', 'give it one number'),
            ('hv%s', 'give it one number'),
            ('hv%d-%d', 'give it one number'),
            ('hv%%d', 'give it one number'),
            ('hv%00d', 'give it one number'),
            ('hv%12d', 'give it one number'),
            ('HV%d', "no host name: 'HV1'"),
            ('-%d', "no host name: '-1'"),
            ('hv%d.example.org', "no host name: 'hv1.example.org'"),
            ('x' * 63 + '%d', 'no host name'),
            ('%02d', 'no name for a machine'),
            ('0x%d', 'no name for a machine'),
        ):
            with self.subTest(text):
                with self.assertRaisesRegex(exceptions.InvalidRequest, words):
                    naming.read(text)


class TestTold(unittest.TestCase):
    """Formats that the names of hypervisors tell."""

    def test_table(self) -> None:
        """Nothing is told where it could be another."""
        for names, told in (
            (['hv1'], 'hv%d'),
            (['hv3', 'hv12'], 'hv%d'),
            (['hv01', 'hv12'], 'hv%02d'),
            (['hv099', 'hv100'], 'hv%03d'),
            (['hv01', 'hv100'], 'hv%02d'),
            (['rack2-hv1', 'rack2-hv2'], 'rack2-hv%d'),
            (['hv1a', 'hv2a'], 'hv%da'),
            # It may be hv1 or hv01 that is the first.
            (['hv10', 'hv11'], None),
            (['hv1', 'hv01'], None),
            (['hv01', 'hv1'], None),
            (['hv1', 'db2'], None),
            (['hv1', 'hvx'], None),
            (['web'], None),
            ([], None),
        ):
            with self.subTest(names):
                found = naming.told(names)

                self.assertEqual(told, found and str(found))

    @hypothesis.given(
        st.sampled_from(['hv', 'rack2-', '']),
        st.integers(1, 4),
        st.sampled_from(['', '-a']),
        st.sets(st.integers(1, 99999), min_size=1, max_size=6),
    )
    def test_any(
        self, before: str, width: int, after: str, numbers: set[int]
    ) -> None:
        """What is told is right as far as the names go, or nothing is."""
        form = Format(before, width, after)

        names = [form.name(number) for number in numbers]
        found = naming.told(names)

        if 1 in numbers:
            self.assertEqual(form, found)
        if found is not None:
            self.assertTrue(all(map(found.has, names)))


class TestFree(unittest.TestCase):
    """Which names are given."""

    def test_lowest(self) -> None:
        """What is half made first, then whatever is free."""
        found = naming.free(
            Format('hv', 2, ''), {'hv07', 'hv7', 'other'}, {'hv01', 'hv03'}
        )

        self.assertEqual(
            ['hv07', 'hv02', 'hv04', 'hv05'],
            list(itertools.islice(found, 4)),
        )

    @hypothesis.given(st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)))
    def test_any(self, half_made: set[int], taken: set[int]) -> None:
        """No name is given twice, or while something else has it."""
        form = Format('hv', 2, '')
        halves = {form.name(number) for number in half_made}
        others = {form.name(number) for number in taken - half_made}

        found = list(itertools.islice(naming.free(form, halves, others), 40))

        self.assertEqual(40, len(set(found)))
        self.assertFalse(others & set(found))
        self.assertEqual(halves, set(found[: len(halves)]))
