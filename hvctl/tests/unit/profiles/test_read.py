# SPDX-License-Identifier: Apache-2.0
"""Tests of what YAML is taken, and where errors are said to be."""

from __future__ import annotations

import unittest

import hypothesis
from hypothesis import strategies

from hvctl import exceptions
from hvctl.profiles import read

_DEEP = 'a: ' + '[' * 30 + ']' * 30
_BILLION = 'a: &a [x, x, x, x, x, x, x, x, x, x]\n' + '\n'.join(
    f'{after}: &{after} [{", ".join([f"*{before}"] * 10)}]'
    for before, after in zip('abcdef', 'bcdefg', strict=True)
)

#: document: what the error begins with
BAD = {
    'a: [': 'file, line 2: no YAML',
    'a: b: c': 'file, line 1: no YAML',
    'ok: 1\n\tb: 2': 'file, line 2: no YAML',
    'a: 1\n---\nb: 2': 'file, line 2: an unknown alias',
    'a: *Hunter2': 'file, line 1: an unknown alias',
    'a: !Hunter2': 'file, line 1: a tag that profiles do not have',
    'a: !!python/object/apply:os.getcwd []': 'file, line 1: a tag',
    'a: !!binary aGk=': 'file, line 1: a tag',
    'a: !!bool Hunter2': 'file, line 1: a tag',
    'a: !!int Hunter2': 'file, line 1: no finite number',
    'a: .inf': 'file, line 1: no finite number',
    'a: .nan': 'file, line 1: no finite number',
    'a: 1\nb: 2\na: 3': 'file, line 3: a is there already, in line 1',
    '? [a]\n: 1': 'file, line 1: a key must be text',
    'a: {b: 1}\nc:\n  <<: {d: 1}': 'file, line 3: << is not taken',
    '- a': 'file, line 1: the file must be a mapping',
    'text': 'file, line 1: the file must be a mapping',
    _DEEP: 'file, line 1: more than 20 levels',
    'a: &a\n  b: *a': 'file, line 2: more than 20 levels',
    _BILLION: 'file, line 1: more than 50000 values',
    '\x00': 'file is no text in UTF-8',
}

SCALARS = {
    'x': 'x',
    '""': '',
    '12': 12,
    '0x10': 16,
    '16.0': 16.0,
    'yes': True,
    'off': False,
    '~': None,
    '': None,
    '2026-11-23': '2026-11-23',
    "'12'": '12',
    '=': '=',
}


class TestRead(unittest.TestCase):
    """Reading a document."""

    def test_bad_documents(self) -> None:
        """Each is an error with its line and without its values."""
        for document, words in BAD.items():
            with self.subTest(document=document[:40]):
                with self.assertRaises(exceptions.InvalidRequest) as caught:
                    read.parse(document.encode(), 'file')

                self.assertTrue(
                    str(caught.exception).startswith(words),
                    str(caught.exception),
                )
                self.assertNotIn('Hunter2', str(caught.exception))

    def test_bytes_that_are_no_text(self) -> None:
        """What is no UTF-8 is an error too."""
        with self.assertRaisesRegex(exceptions.InvalidRequest, 'UTF-8'):
            read.parse(b'a: \xff\xfe', 'file')

    def test_size(self) -> None:
        """A file beyond the limit is not even parsed."""
        data = b'#' * (read.MAX_SIZE + 1)

        with self.assertRaisesRegex(exceptions.InvalidRequest, '1024 KiB'):
            read.parse(data, 'file')

    def test_empty(self) -> None:
        """A file without anything has no values."""
        for data in (b'', b'# nothing', b'---\n', b'null'):
            with self.subTest(data=data):
                self.assertEqual({}, read.parse(data, 'file').content)

    def test_scalars(self) -> None:
        """Scalars have their value and remember how they were written."""
        for text, value in SCALARS.items():
            with self.subTest(text=text):
                found = read.parse(f'a: {text}'.encode(), 'file').mapping['a']

                self.assertEqual(value, found.content)
                self.assertIs(type(value), type(found.content))
                self.assertEqual(text.strip('\'"'), found.text)

    def test_lines(self) -> None:
        """A value is at its key, an item of a list where it is."""
        root = read.parse(b'a:\n  b:\n\n    c\nd: [\n 1,\n 2]\n', 'file')

        self.assertEqual(2, root.mapping['a'].mapping['b'].place.line)
        self.assertEqual(5, root.mapping['d'].place.line)
        self.assertEqual(
            [6, 7], [item.place.line for item in root.mapping['d'].items]
        )

    def test_aliases(self) -> None:
        """An alias stands for what its anchor is at."""
        root = read.parse(b'a: &x {b: 1}\nc: *x\n', 'file')

        self.assertEqual({'a': {'b': 1}, 'c': {'b': 1}}, root.plain())

    @hypothesis.given(strategies.text(max_size=60))
    def test_anything(self, text):
        """Whatever a file says, the answer is a mapping or one sentence."""
        try:
            value = read.parse(text.encode('utf-8', 'replace'), 'file')
        except exceptions.InvalidRequest as error:
            self.assertTrue(str(error).startswith('file'))
        else:
            self.assertIsInstance(value.content, dict)
