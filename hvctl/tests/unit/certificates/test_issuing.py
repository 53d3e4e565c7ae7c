# SPDX-License-Identifier: Apache-2.0
"""Tests of what is issued to the hosts of a profile."""

from __future__ import annotations

import datetime
import unittest

from hvctl import exceptions
from hvctl.certificates import issuing
from hvctl.certificates import ssh
from hvctl.certificates import tls
from hvctl.model.credentials import Credentials, Validity
from hvctl.model.profile import Profile
from hvctl.model.secret import Secret
from hvctl.model.transport import (
    ByImage,
    Cold,
    ColdSsh,
    Live,
    LiveTls,
    TextFile,
    Transport,
)
from hvctl.tests.unit.certificates import issued

TLS = tls.new_authority(issued.NOW)
SSH = ssh.new_authority()
PUBLIC = tls.trusted(TLS, '')


def a_profile(live: Live | None = None, cold: Cold | None = None) -> Profile:
    """Return a profile with these ways of migrations."""
    return Profile(name='p', migration=Transport(live=live, cold=cold))


class TestIssue(unittest.TestCase):
    """What a profile asks for."""

    def test_each(self) -> None:
        """A host gets what its profile has an authority for."""
        for live, cold, expected in (
            (None, None, set()),
            (ByImage(), ByImage(), set()),
            (LiveTls(), ColdSsh(), set()),
            (LiveTls(issue=TLS), None, {'tls'}),
            (None, ColdSsh(issue_user=SSH), {'ssh_user'}),
            (
                LiveTls(issue=TLS),
                ColdSsh(issue_user=SSH, issue_host=SSH),
                {'tls', 'ssh_user', 'ssh_host'},
            ),
        ):
            with self.subTest(expected=expected):
                profile = a_profile(live, cold)

                found = issuing.issue(profile, issued.HOLDER, issued.VALIDITY)

                self.assertEqual(
                    expected,
                    {
                        name
                        for name in Credentials.__slots__
                        if getattr(found, name) is not None
                    },
                )
                self.assertIs(bool(expected), profile.migration.issues)
                self.assertEqual(issued.ENDS if expected else None, found.ends)

    def test_is_masked(self) -> None:
        """No private key shows where credentials are printed."""
        found = issuing.issue(
            a_profile(LiveTls(issue=TLS), ColdSsh(issue_user=SSH)),
            issued.HOLDER,
            issued.VALIDITY,
        )

        self.assertNotIn('PRIVATE', repr(found))


class TestCheck(unittest.TestCase):
    """What the user brings."""

    def test_good(self) -> None:
        """Certificates and keys that fit are good."""
        own = tls.issue(TLS, '', issued.HOLDER, issued.VALIDITY)
        for live, cold in (
            (None, None),
            (LiveTls(ca=TextFile(path='/ca', text=PUBLIC)), None),
            (
                LiveTls(
                    certificate=TextFile(path='/c', text=own.certificate),
                    private_key=own.private_key,
                ),
                ColdSsh(private_key=SSH),
            ),
        ):
            with self.subTest(live=live):
                issuing.issue(
                    a_profile(live, cold), issued.HOLDER, issued.VALIDITY
                )

    def test_wrong(self) -> None:
        """What no host could use is refused by its key."""
        public = TextFile(path='/c', text=PUBLIC)
        none = TextFile(path='/none', text='none\n')
        word = Secret('Hunter2')
        other = tls.issue(TLS, '', issued.HOLDER, issued.VALIDITY)
        for live, cold, words in (
            (LiveTls(ca=none), None, 'migration.live.ca: /none has no'),
            (
                LiveTls(certificate=none, private_key=word),
                None,
                'migration.live.certificate and migration.live.private_key '
                'has no certificate',
            ),
            (
                LiveTls(certificate=public, private_key=other.private_key),
                None,
                'migration.live.private_key: the private key is not',
            ),
            (None, ColdSsh(private_key=word), 'migration.cold.private_key is'),
        ):
            with self.subTest(words=words):
                with self.assertRaises(exceptions.InvalidRequest) as caught:
                    issuing.issue(
                        a_profile(live, cold), issued.HOLDER, issued.VALIDITY
                    )
                self.assertIn(words, str(caught.exception))
                self.assertNotIn('Hunter2', str(caught.exception))


class TestValidity(unittest.TestCase):
    """How long what is issued is good."""

    def test_expiry(self) -> None:
        """It outlives the expiry by a week; without one it is a year."""
        in_8_days = issued.NOW + datetime.timedelta(days=8)
        for expires_at, days in ((in_8_days, 15), (None, 365)):
            with self.subTest(expires_at=expires_at):
                found = Validity.of(issued.NOW, expires_at)

                self.assertEqual(issued.NOW, found.now)
                self.assertEqual(
                    issued.NOW + datetime.timedelta(days=days), found.ends
                )
