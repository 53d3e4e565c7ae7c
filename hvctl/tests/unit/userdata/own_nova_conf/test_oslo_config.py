# SPDX-License-Identifier: Apache-2.0
"""Tests that a nova.conf is read here as nova-compute will read it."""

from __future__ import annotations

import pathlib
import tempfile
import unittest

import hypothesis
from hypothesis import strategies
from oslo_config import cfg
import yaml

from hvctl import exceptions
from hvctl.tests.fixtures import builders
from hvctl.userdata.own_nova_conf import builtin
from hvctl.userdata.own_nova_conf import fragment

#: Options of a file by section, each with all values that stand there.
Read = dict[str, dict[str, list[str]]]

#: Lines on which readers of such files differ.
LINES = (
    '',
    ' ',
    '[DEFAULT]',
    '[DEFAULT] # ours',
    '[ DEFAULT ]',
    '[default]',
    '[a]b]',
    '[a',
    '[]',
    ' [b]',
    '[b] ',
    '# note',
    '  # note',
    '; note',
    'debug = true',
    'debug',
    'debug=',
    '= true',
    ': true',
    'a b = c',
    '    more',
    '\tmore = x',
    'transport_url = rabbit://x/',
    'transport_url: rabbit://a:b=c@y/',
    'transport_url = "rabbit://z/"',
    "transport_url = ' rabbit://z/ '",
    'transport_url = ""rabbit://z/""',
    'transport_url = "',
    'transport_url =',
    'transport_url = rabbit://$my_ip/',
)
ENDS = ('\n', '\r\n', '\r', '\n\n', '\v', '\f', '\x1c', '\x85', '\u2028')
TEXTS = strategies.lists(
    strategies.tuples(
        strategies.sampled_from(LINES)
        | strategies.text('[]=:#; \tab"\'', max_size=8)
        | strategies.text(max_size=8),
        strategies.just('\n') | strategies.sampled_from(ENDS),
    ),
    max_size=8,
).map(lambda lines: ''.join(line + end for line, end in lines))


def by_oslo_config(text: str) -> Read | None:
    """Return what oslo.config reads in a file; None if it refuses."""
    sections: Read = {}
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / 'nova.conf'
        path.write_bytes(text.encode())
        try:
            cfg.ConfigParser(str(path), sections).parse()
        except cfg.ParseError:
            return None
    return sections


def transport_url(read: Read) -> str | None:
    """Return the value that counts: the last one of [DEFAULT]."""
    values = read.get('DEFAULT', {}).get('transport_url')
    return values[-1] if values else None


def files(config: fragment.Fragment) -> dict[str, str]:
    """Return the files of the built-in user-data by path."""
    document = yaml.safe_load(
        builtin.render(
            name='hv1',
            domain=None,
            compute_id=builders.a_compute_id(),
            address=None,
            config=config,
        )
    )
    return {file['path']: file['content'] for file in document['write_files']}


class TestAsOsloConfig(unittest.TestCase):
    """The reader held against oslo.config."""

    def check(self, text: str) -> bool:
        """Compare what both read; tell whether the text was taken."""
        expected = by_oslo_config(text)
        try:
            found = fragment.read(text, 'nova.conf')
        except exceptions.InvalidRequest as error:
            if expected is None:
                self.assertRegex(str(error), r'^nova\.conf, line \d+ ')
            else:
                # What nova-compute would read, but not as it is meant.
                self.assertRegex(
                    str(error),
                    'has no .section|sets host|goes on in the next line',
                )
            return False

        assert expected is not None, f'oslo.config refuses {text!r}'
        self.assertEqual(transport_url(expected), found.transport_url)
        placed = files(found)
        whole = by_oslo_config(placed['/etc/nova/nova.conf'])
        assert whole is not None, 'oslo.config refuses the nova.conf'
        self.assertEqual(['hv1'], whole['DEFAULT']['host'])
        self.assertEqual(found.transport_url, transport_url(whole))
        agent = by_oslo_config(placed.get('/etc/neutron/neutron.conf', ''))
        assert agent is not None, 'oslo.config refuses the neutron.conf'
        self.assertEqual(found.transport_url, transport_url(agent))
        return True

    def test_refused(self) -> None:
        """What nova-compute could not start with is refused here."""
        for text in (
            '[DEFAULT] # ours\ndebug = true\n',
            '[DEFAULT]\ndebug = true\n\n    more\n',
            '[DEFAULT]\n  # note\ndebug = true\n',
            '[DEFAULT\ndebug = true\n',
            '[]\ndebug = true\n',
            '[DEFAULT]\ndebug\n',
            '[DEFAULT]\n= true\n',
            'debug = true\n',
        ):
            with self.subTest(text=text):
                self.assertIsNone(by_oslo_config(text))
                self.assertFalse(self.check(text))

    def test_taken(self) -> None:
        """What oslo.config can read is read, to the same end."""
        for text in (
            '[ DEFAULT ]\ntransport_url = rabbit://x\n',
            '[default]\ntransport_url = rabbit://x\n',
            '[a]b]\nx=1\n',
            '[a]\n# note\nx = 1\n  # of the value\n[DEFAULT]\ndebug = 1\n',
            '[DEFAULT]\ntransport_url = "rabbit://x"\n',
            '[DEFAULT]\ntransport_url = ""rabbit://x""\n',
            "[DEFAULT]\ntransport_url = ' rabbit://x'\n",
            '[DEFAULT]\rtransport_url = rabbit://x\r',
            '[DEFAULT]\ntransport_url = rabbit://x\x0b[a]\n',
        ):
            with self.subTest(text=text):
                self.assertTrue(self.check(text))

    def test_host(self) -> None:
        """Either sign sets the host."""
        for text in ('[DEFAULT]\nhost : hv9\n', '[DEFAULT]\nhost=hv9\n'):
            with self.subTest(text=text):
                self.assertFalse(self.check(text))

    @hypothesis.given(TEXTS)
    def test_any_text(self, text: str) -> None:
        """No text is read otherwise."""
        self.check(text)

    @hypothesis.given(TEXTS)
    def test_any_section(self, text: str) -> None:
        """Nor is one that begins as a nova.conf does."""
        hypothesis.event(f'taken: {self.check("[DEFAULT]" + chr(10) + text)}')
