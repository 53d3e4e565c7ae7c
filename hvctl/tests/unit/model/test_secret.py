# SPDX-License-Identifier: Apache-2.0

"""Tests of the text that is not to be seen."""

import json
import unittest

import yaml

from hvctl.model import secret


class TestSecret(unittest.TestCase):
    """A secret."""

    def setUp(self):
        self.secret = secret.Secret('Hunter2')

    def test_reveal(self):
        """It gives its text to who asks for it."""
        self.assertEqual('Hunter2', self.secret.reveal())

    def test_texts(self):
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

    def test_is_not_written_by_accident(self):
        """What would write its text takes no such thing."""
        for write in (json.dumps, yaml.safe_dump, ''.join, bytes.fromhex):
            with self.subTest(write=write):
                with self.assertRaises((TypeError, yaml.YAMLError)) as caught:
                    write([self.secret])

                self.assertNotIn('Hunter2', str(caught.exception))

    def test_equality(self):
        """Two of the same text are equal, a text is not equal to one."""
        self.assertEqual(secret.Secret('Hunter2'), self.secret)
        self.assertEqual(1, len({secret.Secret('Hunter2'), self.secret}))
        self.assertNotEqual(secret.Secret('x'), self.secret)
        self.assertNotEqual('Hunter2', self.secret)
