# SPDX-License-Identifier: Apache-2.0
"""Tests of how texts are written for oslo.config."""

from __future__ import annotations

import tempfile
import unittest

import hypothesis
from hypothesis import strategies
from oslo_config import cfg

from hvctl import exceptions
from hvctl.model import ini

#: One line, and nothing that a file in UTF-8 cannot hold.
WORDS = strategies.text(
    strategies.characters(
        blacklist_categories=['Cc', 'Cs', 'Zl', 'Zp'],
    )
).filter(lambda text: len(f'x{text}x'.splitlines()) == 1)


class TestLiteral(unittest.TestCase):
    """A text that is to be read as it is."""

    def test_refused(self) -> None:
        """What oslo.config cannot read is refused, and not told."""
        with self.assertRaises(exceptions.InvalidRequest) as caught:
            ini.literal('one\\$two', 'the password')

        self.assertIn('the password', str(caught.exception))
        self.assertNotIn('two', str(caught.exception))

    @hypothesis.given(WORDS)
    @hypothesis.example('pa$$word')
    @hypothesis.example('" quoted"')
    @hypothesis.example("'")
    @hypothesis.example(' $my_ip ')
    @hypothesis.example('# 7; = [x]')
    def test_read_back(self, text: str) -> None:
        """A service reads a secret as it was, whatever is in it."""
        hypothesis.assume('\\$' not in text)
        conf = cfg.ConfigOpts()
        conf.register_opt(cfg.StrOpt('password'), 'placement')
        with tempfile.NamedTemporaryFile('w', encoding='utf-8') as file:
            written = ini.literal(text, 'it')
            file.write(f'[placement]\npassword = {written}\n')
            file.flush()
            conf(['--config-file', file.name], project='none')

        self.assertEqual(text, conf.placement.password)
