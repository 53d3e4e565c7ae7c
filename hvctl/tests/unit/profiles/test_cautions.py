# SPDX-License-Identifier: Apache-2.0
"""Tests of what to be told of a profile that is used all the same."""

from __future__ import annotations

import typing
import unittest

from hvctl.model.profile import LiveMigration, Part, PartType, Profile
from hvctl.model.secret import Secret
from hvctl.model.transport import (
    ByImage,
    ColdSsh,
    LiveTcp,
    LiveTls,
    TextFile,
    Transport,
)
from hvctl.profiles import cautions

KEY = Secret('Hunter2')
KNOWN = TextFile(path='/known_hosts', text='@cert-authority * key\n')
GOOD = Transport(live=ByImage(), cold=ByImage())


def told(**fields: typing.Any) -> list[str]:
    """Return what is told of a profile."""
    found = list(cautions.cautions(Profile(name='p', **fields)))
    for words in found:
        assert words.startswith('profile p: '), words
        assert 'Hunter2' not in words, words
    return found


def of(**fields: typing.Any) -> list[str]:
    """Return what is told of one with these ways of migrations."""
    fields = {'live': ByImage(), 'cold': ByImage(), **fields}
    return told(migration=Transport(**fields))


class TestCautions(unittest.TestCase):
    """What is unwise."""

    def one(self, words: str, found: list[str]) -> None:
        """Expect one sentence that has these words."""
        self.assertEqual(1, len(found), found)
        self.assertIn(words, found[0])

    def test_guests_that_stay(self) -> None:
        """A profile that lets no guest leave says so, by what is missing."""
        self.one('no guest can leave', told())
        self.one('no guest that runs can leave', of(live=None))
        self.one('no guest that is switched off can leave', of(cold=None))

    def test_that_somebody_has_seen_to(self) -> None:
        """What the image, Nova's options or an own part bring is enough."""
        part = Part(path='/p', type=PartType.SCRIPT, text='#!/bin/sh\n')
        self.assertEqual([], told(migration=GOOD))
        self.assertEqual([], told(user_data=(part,)))
        for option in ('live_migration_uri', 'live_migration_scheme'):
            with self.subTest(option=option):
                nova = {'libvirt': {option: ('tls',)}}
                self.one('switched off', told(nova=nova))
                self.assertEqual(
                    [],
                    told(nova=nova, migration=Transport(cold=ByImage())),
                )

    def test_other_drivers(self) -> None:
        """They have ways of their own."""
        self.assertEqual(
            [],
            told(nova={'DEFAULT': {'compute_driver': ('fake.FakeDriver',)}}),
        )

    def test_shared_keys(self) -> None:
        """What opens every host is told, by its key."""
        self.one(
            'the same migration.live.private_key,',
            of(live=LiveTls(private_key=KEY, certificate=KNOWN)),
        )
        both = of(
            live=LiveTcp(password=KEY),
            cold=ColdSsh(private_key=KEY, known_hosts=KNOWN),
        )
        self.assertIn(
            'the same migration.live.password and migration.cold.private_key,',
            both[0],
        )
        self.one('encrypts neither', both[1:])

    def test_issued_keys(self) -> None:
        """A host of its own keys is nothing to be told."""
        self.assertEqual(
            [],
            of(
                live=LiveTls(issue=KEY),
                cold=ColdSsh(issue_user=KEY, issue_host=KEY),
            ),
        )

    def test_several_connections(self) -> None:
        """What libvirt refuses together is told."""
        tls = Transport(live=LiveTls(issue=KEY), cold=ByImage())
        for migration, options, expected in (
            (tls, {}, 0),
            (tls, {'live_migration_parallel_connections': ('1',)}, 0),
            (tls, {'live_migration_parallel_connections': ('4',)}, 1),
            (
                tls,
                {
                    'live_migration_parallel_connections': ('4',),
                    'live_migration_with_native_tls': ('False',),
                },
                0,
            ),
            (GOOD, {'live_migration_parallel_connections': ('4',)}, 0),
        ):
            with self.subTest(options=options, live=migration.live):
                found = told(migration=migration, nova={'libvirt': options})

                self.assertEqual(expected, len(found), found)

    def test_as_many_as_nova_likes(self) -> None:
        """A 0 is not what it was."""
        for number, expected in ((0, 1), (1, 0), (8, 0)):
            with self.subTest(number=number):
                found = told(
                    migration=GOOD,
                    live_migration=LiveMigration(max_concurrent=number),
                )

                self.assertEqual(expected, len(found), found)

    def test_unknown_hosts(self) -> None:
        """Hosts that prove nothing are told."""
        self.one('known_hosts', of(cold=ColdSsh(issue_user=KEY)))
        self.one(
            'lets whoever answers', of(cold=ColdSsh(accept_new_hosts=True))
        )
        self.assertEqual([], of(cold=ColdSsh()))
