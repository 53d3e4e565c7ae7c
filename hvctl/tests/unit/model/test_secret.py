# SPDX-License-Identifier: Apache-2.0
"""Tests of the text that is not to be seen."""

from __future__ import annotations

import json
import typing
import unittest

import yaml

from hvctl.model.secret import Secret


class TestSecret(unittest.TestCase):
    """A secret."""

    def setUp(self) -> None:
        self.secret = Secret('Hunter2')

    def test_reveal(self) -> None:
        """It gives its text to who asks for it."""
        self.assertEqual('Hunter2', self.secret.reveal())

    def test_texts(self) -> None:
        """However it is printed, it is three asterisks."""
        for text in (
            str(self.secret),
            repr(self.secret),
            f'{self.secret}',
            f'{self.secret:>3}',
            f'{self.secret!r}',
            '%s' % self.secret,  # noqa: UP031
            '{}'.format(self.secret),  # noqa: UP032
        ):
            self.assertEqual('***', text)
        self.assertEqual("{'a': [***]}", str({'a': [self.secret]}))

    def test_is_not_written_by_accident(self) -> None:
        """What would write its text takes no such thing."""
        writers: tuple[typing.Any, ...] = (
            json.dumps,
            yaml.safe_dump,
            ''.join,
            bytes.fromhex,
        )
        for write in writers:
            with self.subTest(write=write):
                with self.assertRaises((TypeError, yaml.YAMLError)) as caught:
                    write([self.secret])

                self.assertNotIn('Hunter2', str(caught.exception))

    def test_equality(self) -> None:
        """Two of the same text are equal, a text is not equal to one."""
        self.assertEqual(Secret('Hunter2'), self.secret)
        self.assertEqual(1, len({Secret('Hunter2'), self.secret}))
        self.assertNotEqual(Secret('x'), self.secret)
        self.assertNotEqual('Hunter2', self.secret)
