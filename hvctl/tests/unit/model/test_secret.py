# SPDX-License-Identifier: Apache-2.0
"""Tests of the text that is not to be seen."""

import importlib.util
import json
import tempfile
import unittest

import hypothesis
from hypothesis import strategies
import yaml

from hvctl import exceptions
from hvctl.model import secret
from hvctl.model.secret import Secret

#: One line, and nothing that a file in UTF-8 cannot hold.
WORDS = strategies.text(
    strategies.characters(
        blacklist_categories=['Cc', 'Cs', 'Zl', 'Zp'],
    )
).filter(lambda text: len(f'x{text}x'.splitlines()) == 1)


class TestSecret(unittest.TestCase):
    """A secret."""

    def setUp(self):
        self.secret = Secret('Hunter2')

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
        self.assertEqual(Secret('Hunter2'), self.secret)
        self.assertEqual(1, len({Secret('Hunter2'), self.secret}))
        self.assertNotEqual(Secret('x'), self.secret)
        self.assertNotEqual('Hunter2', self.secret)


class TestLiteral(unittest.TestCase):
    """A text that is to be read as it is."""

    def test_refused(self):
        """What oslo.config cannot read is refused, and not told."""
        with self.assertRaises(exceptions.InvalidRequest) as caught:
            secret.literal(Secret('one\\$two'), 'the password')

        self.assertIn('the password', str(caught.exception))
        self.assertNotIn('two', str(caught.exception))

    @unittest.skipUnless(
        importlib.util.find_spec('oslo_config'), 'oslo.config is not there'
    )
    @hypothesis.given(WORDS)
    @hypothesis.example('pa$$word')
    @hypothesis.example('" quoted"')
    @hypothesis.example("'")
    @hypothesis.example(' $my_ip ')
    @hypothesis.example('# 7; = [x]')
    def test_read_back(self, text):
        """A service reads a secret as it was, whatever is in it."""
        from oslo_config import cfg

        hypothesis.assume('\\$' not in text)
        conf = cfg.ConfigOpts()
        conf.register_opt(cfg.StrOpt('password'), 'placement')
        with tempfile.NamedTemporaryFile('w', encoding='utf-8') as file:
            written = secret.literal(Secret(text), 'it').reveal()
            file.write(f'[placement]\npassword = {written}\n')
            file.flush()
            conf(['--config-file', file.name], project='none')

        self.assertEqual(text, conf.placement.password)
