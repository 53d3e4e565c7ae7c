# SPDX-License-Identifier: Apache-2.0
"""Tests of reading a nova.conf fragment."""

from __future__ import annotations

import unittest

from hvctl import exceptions
from hvctl.tests.fixtures import requests
from hvctl.userdata.own_nova_conf import fragment

SECRET = requests.SECRET


class TestRead(unittest.TestCase):
    """What is taken for a nova.conf, and what for a mistake."""

    def test_ram_ratio(self) -> None:
        """The last one of the section counts; Nova's own where none is."""
        for text, expected in (
            ('[DEFAULT]\n', 1.0),
            ('[DEFAULT]\nram_allocation_ratio = 1.5\n', 1.5),
            (
                '[DEFAULT]\n'
                'initial_ram_allocation_ratio = 1.5\n'
                '[libvirt]\n'
                'ram_allocation_ratio = 3\n'
                '[DEFAULT]\n'
                'initial_ram_allocation_ratio = "2.5"\n',
                2.5,
            ),
        ):
            with self.subTest(text=text):
                found = fragment.read(text, 'nova.conf')

                self.assertEqual(expected, found.ram_ratio)

    def test_good(self) -> None:
        """Sections, comments, both signs and lines that go on pass."""
        text = (
            '# a comment\n'
            '\n'
            '[DEFAULT]\n'
            'transport_url = rabbit://nova:a=b:c@10.0.0.1:5672/\n'
            ';debug = true\n'
            'my_ip: 10.0.0.5\n'
            'log_levels = a,\n'
            '    b\n'
            '[pci]\n'
            'device_spec = {"a": "b"}\n'
            'device_spec = {"c": "d"}\n'
            'host =\n'
        )

        found = fragment.read(text, 'nova.conf')

        self.assertEqual(text, found.text)
        self.assertEqual(
            'rabbit://nova:a=b:c@10.0.0.1:5672/', found.transport_url
        )

    def test_transport_url(self) -> None:
        """Only the one of [DEFAULT] counts, and the last as in Nova."""
        for text, expected in (
            ('[DEFAULT]\na = b\n', None),
            ('[notifications]\ntransport_url = x\n', None),
            ('[DEFAULT]\ntransport_url = x\ntransport_url = y\n', 'y'),
            ('[DEFAULT]\ntransport_url=x\n[a]\ntransport_url = y\n', 'x'),
            ('[DEFAULT]\r\ntransport_url = x\r\n', 'x'),
        ):
            with self.subTest(text=text):
                found = fragment.read(text, 'nova.conf')

                self.assertEqual(expected, found.transport_url)

    def test_mistakes(self) -> None:
        """Each is said with its line, and without the line's text."""
        for text, words in (
            ('', 'nova.conf has no [section]'),
            ('# only\n', 'nova.conf has no [section]'),
            (f'password = {SECRET}\n', 'line 1 has an option before'),
            (f'[DEFAULT]\n{SECRET}\n', 'line 2 is neither'),
            (f'[DEFAULT\na = {SECRET}\n', 'line 1 begins with [ and'),
            (f'[a]\n[DEFAULT] # {SECRET}\n', 'line 2 begins with [ and'),
            (f'[]\na = {SECRET}\n', 'line 1 has a [section] without'),
            (f'[DEFAULT]\n= {SECRET}\n', 'line 2 has a value without'),
            (f'[DEFAULT]\n  # {SECRET}\n', 'line 2 is indented, but'),
            (f'[DEFAULT]\na = b\n\n  {SECRET}\n', 'line 4 is indented'),
            (
                f'[DEFAULT]\na = b\ntransport_url = {SECRET},\n  c\nd = e\n',
                'line 3 has a transport_url that goes on',
            ),
            (
                f'[DEFAULT]\nhost = {SECRET},\n  c\n  d',
                'line 2 sets host',
            ),
            (f'[DEFAULT]\n\nhost = {SECRET}\n', 'line 3 sets host'),
            (f'[DEFAULT]\n[a]\n[DEFAULT]\nhost={SECRET}', 'line 4 sets host'),
        ):
            with (
                self.subTest(words=words),
                self.assertRaises(exceptions.InvalidRequest) as caught,
            ):
                fragment.read(text, 'nova.conf')
            self.assertIn(words, str(caught.exception))
            self.assertNotIn(SECRET, str(caught.exception))

    def test_secrets(self) -> None:
        """What was read is not shown."""
        found = fragment.read(requests.NOVA_CONF, 'nova.conf')

        self.assertIn(SECRET, found.transport_url or '')
        self.assertNotIn(SECRET, repr(found))
        self.assertNotIn(SECRET, str(found))
