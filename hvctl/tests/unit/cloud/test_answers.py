# SPDX-License-Identifier: Apache-2.0
"""Tests of the types of an answer's fields."""

from __future__ import annotations

import unittest

from hvctl.cloud import answers


class TestFields(unittest.TestCase):
    """Fields of each type."""

    BODY = answers.Fields(
        {
            'text': 'a',
            'number': 1,
            'fraction': 1.5,
            'flag': True,
            'part': {'n': 1},
            'parts': [{'n': 1}],
            'texts': ['a'],
            'null': None,
        }
    )

    def test_as_they_are(self) -> None:
        """A field of its type is read."""
        body = self.BODY
        self.assertEqual('a', body.text('text'))
        self.assertEqual(1, body.number('number'))
        self.assertTrue(body.any_flag('flag'))
        self.assertEqual({'n': 1}, body.part('part').all_numbers())
        self.assertEqual(1, body.parts('parts')[0].number('n'))
        self.assertEqual(['a'], body.texts('texts'))

    def test_left_out(self) -> None:
        """What may be left out may be null as well."""
        body = self.BODY
        for key in ('none', 'null'):
            self.assertIsNone(body.any_text(key))
            self.assertIsNone(body.any_number(key))
            self.assertFalse(body.any_flag(key))
            self.assertEqual([], body.any_part(key).names())
            self.assertEqual([], body.any_parts(key))
            self.assertEqual([], body.any_texts(key))

    def test_other_types(self) -> None:
        """A field of another type is none."""
        body = self.BODY
        for read, keys in (
            (body.text, ('number', 'null', 'part', 'none')),
            (body.any_text, ('number', 'part')),
            (body.number, ('text', 'fraction', 'flag', 'null')),
            (body.any_flag, ('number', 'text')),
            (body.part, ('parts', 'text', 'null')),
            (body.any_parts, ('part', 'texts')),
            (body.any_texts, ('text', 'parts')),
        ):
            for key in keys:
                with (
                    self.subTest(read=read.__name__, key=key),
                    self.assertRaises(answers.UnexpectedAnswer),
                ):
                    read(key)
