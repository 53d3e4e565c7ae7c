# SPDX-License-Identifier: Apache-2.0
"""Profiles in a temporary directory, for tests."""

from __future__ import annotations

import pathlib
import tempfile
import textwrap
import unittest

from hvctl import exceptions
from hvctl.profiles import files
from hvctl.profiles import library

#: Stands in the secrets of these tests, and nowhere else.
SECRET = 'Hunter2'


class ProfilesTestCase(unittest.TestCase):
    """A test that has a directory for profiles."""

    def setUp(self) -> None:
        """Make the directory."""
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.main = self.directory / 'hvctl.yaml'
        self.secure = self.directory / 'hvctl-secure.yaml'

    def write(self, main: str, secure: str | None = None) -> None:
        """Write the files."""
        self.main.write_text(textwrap.dedent(main))
        if secure is not None:
            self.secure.write_text(textwrap.dedent(secure))
            self.secure.chmod(0o600)

    def load(self, main: str, secure: str | None = None) -> library.Library:
        """Write the files and load them."""
        self.write(main, secure)
        return files.load(str(self.main))

    def error(self, main: str, secure: str | None = None) -> str:
        """Give what is wrong with the files, or with their profile ``a``.

        The name of the directory is left out.
        """
        with self.assertRaises(exceptions.InvalidRequest) as caught:
            self.load(main, secure).get('a')
        text = str(caught.exception)
        self.assertNotIn(SECRET, text)
        self.assertNotIn('\n', text)
        return text.replace(f'{self.directory}/', '')
