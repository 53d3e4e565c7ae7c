# SPDX-License-Identifier: Apache-2.0
"""Secrets stay hidden in what is shown."""

from __future__ import annotations

import unittest
import urllib.parse

import hypothesis
from hypothesis import strategies

from hvctl.model.networking import NoNetworking
from hvctl.model.profile import Part, PartType
from hvctl.model.secret import Secret
from hvctl.model.transport import LiveTcp, LiveTls, Transport
from hvctl.tests.unit.userdata import base
from hvctl.userdata.document import mask

#: Long enough not to stand in a document by chance.
SECRETS = strategies.text(
    strategies.characters(blacklist_categories=['Cc', 'Cs', 'Zl', 'Zp']),
    min_size=6,
).filter(
    lambda text: (
        '\\$' not in text
        and '*' not in text
        and len(f'x{text}x'.splitlines()) == 1
    )
)


class TestHide(unittest.TestCase):
    """A text with secrets."""

    def test_forms(self) -> None:
        """In a URL, in a file of options, in plain sight."""
        hidden = [Secret('a/b $c')]

        for text, shown in (
            ('a/b $c', '***'),
            ('rabbit://n:a%2Fb%20%24c@host/', 'rabbit://n:***@host/'),
            ('password=a%2Fb+%24c&x', 'password=***&x'),
            ('password = a/b $$c', 'password = ***'),
        ):
            with self.subTest(text=text):
                self.assertEqual(shown, mask.hide(text, hidden))

    def test_part_of_another(self) -> None:
        """The longer one is hidden whole."""
        hidden = [Secret('word'), Secret('password')]

        self.assertEqual('*** ***', mask.hide('password word', hidden))

    def test_empty(self) -> None:
        """An empty secret hides nothing."""
        self.assertEqual('x', mask.hide('x', [Secret('')]))


class TestSecrets(unittest.TestCase):
    """What is hidden."""

    def test_password_of_libvirt(self) -> None:
        """It is one of them, by either transport."""
        word = Secret('word')
        for live in (LiveTcp(password=word), LiveTls(password=word)):
            with self.subTest(live=live):
                profile = base.a_profile(migration=Transport(live=live))

                self.assertIn(word, mask.secrets(profile))


class TestRender(unittest.TestCase):
    """The whole user-data."""

    @hypothesis.given(SECRETS)
    @hypothesis.example('etc/ne')
    def test_masked(self, text):
        """A secret is nowhere in it, wherever the profile has it."""
        forms = (text, urllib.parse.quote(text, safe=''))
        # What stands there anyway is no secret.
        other = base.render(self.profile('\N{SNOWMAN}' * 9)).decoded()
        hypothesis.assume(not any(form in other for form in forms))

        shown = base.render(self.profile(text), reveal=False)

        for form in forms:
            self.assertNotIn(form, shown.decoded())
        self.assertIn('***', shown.text())

    @staticmethod
    def profile(text):
        """Make a profile that has a secret everywhere."""
        url = f'rabbit://nova:{urllib.parse.quote(text, safe="")}@10.0.0.2/'
        return base.a_profile(
            secrets={'one': Secret(text)},
            nova={'DEFAULT': {'transport_url': (url,)}},
            neutron={'nova': {'password': (Secret(text),)}},
            user_data=(
                Part(
                    path='/p/site.sh',
                    type=PartType.SCRIPT,
                    text=f'#!/bin/sh\n: {text}\n',
                ),
            ),
        )

    def test_revealed(self) -> None:
        """What is sent has them."""
        files = base.files(base.a_profile(networking=base.OVN))

        self.assertIn('battery$$staple', files['/etc/nova/nova.conf'])
        self.assertIn(
            'proxy-word', files['/etc/neutron/plugins/ml2/ovn_agent.ini']
        )

    def test_all_are_found(self) -> None:
        """Also those that no name was given to."""
        profile = base.a_profile(networking=base.OVN, secrets={})

        found = {one.reveal() for one in mask.secrets(profile)}

        self.assertEqual(
            {'battery$$staple', base.TRANSPORT_URL, 'proxy-word'}, found
        )

    def test_kinds_without(self) -> None:
        """A kind without a secret of its own has none."""
        profile = base.a_profile(
            networking=NoNetworking(), nova={}, secrets={}
        )

        self.assertEqual(frozenset(), mask.secrets(profile))
