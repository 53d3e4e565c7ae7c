# SPDX-License-Identifier: Apache-2.0
"""Files of options."""

from __future__ import annotations

import unittest

from hvctl import exceptions
from hvctl.model.secret import Secret
from hvctl.userdata.configuration import options


class TestRender(unittest.TestCase):
    """Writing."""

    def test_repeated(self) -> None:
        """An option with several values stands there several times."""
        text = options.render({'pci': {'device_spec': ('{"a": 1}', '{}')}})

        self.assertEqual(
            '[pci]\ndevice_spec = {"a": 1}\ndevice_spec = {}\n', text
        )

    def test_empty(self) -> None:
        """A section without options, an option without values: nothing."""
        self.assertEqual('', options.render({'agent': {}}))

    def test_plain_is_for_oslo(self) -> None:
        """What is no secret may refer to other options."""
        text = options.render({'vnc': {'server_listen': ('$my_ip',)}})

        self.assertEqual('[vnc]\nserver_listen = $my_ip\n', text)

    def test_masked(self) -> None:
        """Without revealing, a secret is a mask."""
        text = options.render({'a': {'b': (Secret('word'),)}}, reveal=False)

        self.assertEqual('[a]\nb = ***\n', text)

    def test_refused(self) -> None:
        """What cannot be written is refused, and no value is told."""
        for sections in (
            {'a': {'b': ('one\ntwo',)}},
            {'a': {'b': (Secret('one\ntwo'),)}},
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


class TestMerge(unittest.TestCase):
    """Laying sections over each other."""

    def test_last_decides(self) -> None:
        """Option by option."""
        merged = options.merge(
            {'a': {'x': ('1',), 'y': ('1',)}},
            {'a': {'y': ('2', '3')}, 'b': {'z': ('4',)}},
        )

        self.assertEqual(
            {'a': {'x': ('1',), 'y': ('2', '3')}, 'b': {'z': ('4',)}}, merged
        )

    def test_overrides(self) -> None:
        """Only what is there already is decided by others."""
        self.assertEqual(
            {'a': {'x': ('2',)}, 'b': {'y': ('1',)}},
            options.overrides(
                {'a': {'x': ('1',)}, 'b': {'y': ('1',)}},
                {'a': {'x': ('2',), 'z': ('2',)}, 'c': {'y': ('2',)}},
            ),
        )
