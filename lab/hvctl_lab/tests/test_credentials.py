# SPDX-License-Identifier: Apache-2.0
"""Tests of the secrets."""

from __future__ import annotations

import dataclasses
import stat

from hvctl_lab import credentials
from hvctl_lab.tests import base


class TestCredentials(base.LabTestCase):
    """The secrets of a lab."""

    def test_stay(self):
        """They are the same at every call."""
        self.assertEqual(
            credentials.load(self.lab), credentials.load(self.lab)
        )

    def test_differ(self):
        """No two secrets are alike, nor two labs'."""
        one = dataclasses.astuple(credentials.Credentials())
        other = dataclasses.astuple(credentials.Credentials())

        self.assertEqual(len(one) * 2, len({*one, *other}))

    def test_hidden(self):
        """They do not show in a traceback or a log."""
        self.assertEqual('Credentials()', repr(credentials.Credentials()))


class TestWritePrivate(base.LabTestCase):
    """Files that only their owner can read."""

    def test_mode(self):
        """The file is private, whatever was there before."""
        file = self.directory / 'file'
        file.write_text('old')
        file.chmod(0o666)

        credentials.write_private(file, 'new')

        self.assertEqual('new', file.read_text())
        self.assertEqual(0o600, stat.S_IMODE(file.stat().st_mode))


class TestKeyPair(base.LabTestCase):
    """The SSH key."""

    def test_stays(self):
        """The key is made once, and its private half is private."""
        file = self.directory / 'id'

        public = credentials.key_pair(file)

        self.assertTrue(public.startswith('ssh-ed25519 '))
        self.assertEqual(public, credentials.key_pair(file))
        self.assertEqual(0o600, stat.S_IMODE(file.stat().st_mode))
