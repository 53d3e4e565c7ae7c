# SPDX-License-Identifier: Apache-2.0

"""Files of options."""

import importlib.util
import tempfile
import unittest

import hypothesis
from hypothesis import strategies

from hvctl import exceptions
from hvctl.model import secret
from hvctl.userdata import options

#: One line, and nothing that a file in UTF-8 cannot hold.
WORDS = strategies.text(
    strategies.characters(
        blacklist_categories=['Cc', 'Cs', 'Zl', 'Zp'],
    )
).filter(lambda text: len(f'x{text}x'.splitlines()) == 1)


class TestRender(unittest.TestCase):
    """Writing."""

    def test_repeated(self):
        """An option with several values stands there several times."""
        text = options.render({'pci': {'device_spec': ('{"a": 1}', '{}')}})

        self.assertEqual(
            '[pci]\ndevice_spec = {"a": 1}\ndevice_spec = {}\n', text
        )

    def test_empty(self):
        """A section without options, an option without values: nothing."""
        self.assertEqual('', options.render({'agent': {}}))

    def test_plain_is_for_oslo(self):
        """What is no secret may refer to other options."""
        text = options.render({'vnc': {'server_listen': ('$my_ip',)}})

        self.assertEqual('[vnc]\nserver_listen = $my_ip\n', text)

    def test_masked(self):
        """Without revealing, a secret is a mask."""
        text = options.render(
            {'a': {'b': (secret.Secret('word'),)}}, reveal=False
        )

        self.assertEqual('[a]\nb = ***\n', text)

    def test_refused(self):
        """What cannot be written is refused, and no value is told."""
        for sections in (
            {'a': {'b': ('one\ntwo',)}},
            {'a': {'b': (secret.Secret('one\ntwo'),)}},
            {'a': {'b c = d\n': ('one two',)}},
            {'a]\n[b': {'c': ('one two',)}},
        ):
            for reveal in (True, False):
                with self.subTest(sections=sections, reveal=reveal):
                    with self.assertRaises(
                        exceptions.InvalidRequest
                    ) as caught:
                        options.render(sections, reveal=reveal)
                    self.assertNotIn('two', str(caught.exception))


class TestLiteral(unittest.TestCase):
    """A text that is to be read as it is."""

    def test_refused(self):
        """What oslo.config cannot read is refused, and not told."""
        with self.assertRaises(exceptions.InvalidRequest) as caught:
            options.literal(secret.Secret('one\\$two'), 'the password')

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
            file.write(
                options.render(
                    {
                        'placement': {
                            'password': (
                                options.literal(secret.Secret(text), 'it'),
                            )
                        }
                    }
                )
            )
            file.flush()
            conf(['--config-file', file.name], project='none')

        self.assertEqual(text, conf.placement.password)


class TestMerge(unittest.TestCase):
    """Laying sections over each other."""

    def test_last_decides(self):
        """Option by option."""
        merged = options.merge(
            {'a': {'x': ('1',), 'y': ('1',)}},
            {'a': {'y': ('2', '3')}, 'b': {'z': ('4',)}},
        )

        self.assertEqual(
            {'a': {'x': ('1',), 'y': ('2', '3')}, 'b': {'z': ('4',)}}, merged
        )

    def test_overrides(self):
        """Only what is there already is decided by others."""
        self.assertEqual(
            {'a': {'x': ('2',)}, 'b': {'y': ('1',)}},
            options.overrides(
                {'a': {'x': ('1',)}, 'b': {'y': ('1',)}},
                {'a': {'x': ('2',), 'z': ('2',)}, 'c': {'y': ('2',)}},
            ),
        )
