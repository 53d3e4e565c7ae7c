# SPDX-License-Identifier: Apache-2.0
"""Tests of what is added to the file of secrets."""

from __future__ import annotations

import pathlib
import stat
import tempfile
import textwrap
import unittest

from hvctl import exceptions
from hvctl.model.secret import Secret
from hvctl.profiles import read
from hvctl.profiles import secrets_file

TEXT = '-----BEGIN-----\nHunter2\n-----END-----\n'
BLOCK = """\
# The passwords of the cloud.
profiles:
  # All of them.
  base:
    secrets:  # three
      # on the bus
      bus: "x: y"

      service: |
        two
        lines
    nova: {DEFAULT: {a: b}}
  # The large ones.
  large:
    nova:
      DEFAULT: {c: d}
"""

#: Files that there may be.
FILES = {
    'nothing': '',
    'a comment': '# nothing yet',
    'no profile': 'profiles:\n',
    'nothing below': 'profiles: {}\n',
    'another': 'profiles:\n  b:\n    secrets: {x: y}\n',
    'an empty one': 'profiles:\n  base:\n',
    'no end': 'profiles:\n  base:',
    'no secrets': 'profiles:\n  base:\n    nova: {A: {b: c}}',
    'empty secrets': 'profiles:\n  base:\n    secrets:\n    nova: {A: {b: c}}',
    'in braces': 'profiles: {base: {secrets: {bus: x}}}\n',
    'in braces without': 'profiles: {base: {}, b: {secrets: {x: y}}}\n',
    'in lines of braces': 'profiles:\n  base: {secrets: {\n    bus: x,\n'
    '  }}\n',
    'deep': 'profiles:\n        base:\n                secrets:\n'
    '                        x: y\n',
    'an alias': 'profiles:\n  b: {secrets: &s {x: y}}\n  base:\n'
    '    secrets:\n      z: "1"\n    nova: {A: {b: c}}\n',
    'carriage returns': 'profiles:\r\n  base:\r\n    secrets:\r\n'
    '      x: y\r\n',
    'a block': BLOCK,
}


def plain(text: str) -> dict:
    """Return what a file says."""
    found: dict = read.parse(text.encode(), 'f').plain()
    return found


class TestAdded(unittest.TestCase):
    """The text with further secrets."""

    def test_any_file(self) -> None:
        """They are there, and everything else is as it was."""
        for name, before in FILES.items():
            with self.subTest(name=name):
                wanted = plain(before)
                below = wanted
                for key in ('profiles', 'base', 'secrets'):
                    below = below.setdefault(key, {})
                below.update({'key-a': TEXT, 'Key.2': 'word\n'})

                after = secrets_file.added(
                    before,
                    'f',
                    'base',
                    {'key-a': Secret(TEXT), 'Key.2': Secret('word\n')},
                )

                self.assertEqual(wanted, plain(after))

    def test_lines_stay(self) -> None:
        """Not a sign of what was there is another, comments included."""
        after = secrets_file.added(BLOCK, 'f', 'base', {'key': Secret(TEXT)})

        self.assertEqual(
            BLOCK.replace(
                '# three\n',
                '# three\n      key: |\n' + textwrap.indent(TEXT, '        '),
            ),
            after,
        )

    def test_there_already(self) -> None:
        """What others may trust is not replaced, and not shown."""
        with self.assertRaises(exceptions.InvalidRequest) as caught:
            secrets_file.added(BLOCK, 'f', 'base', {'bus': Secret(TEXT)})

        self.assertEqual(
            'f, line 7: profiles.base.secrets.bus is there already; other '
            'hosts may trust it, so it is not replaced',
            str(caught.exception),
        )

    def test_no_form(self) -> None:
        """A form that cannot be added to is refused, and not guessed at."""
        for before in (
            'profiles:\n  base:\n    secrets: ~\n',
            'profiles:\n  b: &b {secrets: {x: y}}\n  base: *b\n',
        ):
            with self.subTest(before=before):
                with self.assertRaisesRegex(
                    exceptions.InvalidRequest, 'f has a form that'
                ):
                    secrets_file.added(
                        before, 'f', 'base', {'key': Secret(TEXT)}
                    )


class TestAdd(unittest.TestCase):
    """The file itself."""

    def setUp(self) -> None:
        """Have a directory."""
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.path = self.directory / 'hvctl-secure.yaml'

    def mode(self) -> int:
        """Return the mode of the file."""
        return stat.S_IMODE(self.path.stat().st_mode)

    def add(self) -> None:
        """Add a secret."""
        secrets_file.add(self.path, 'base', {'key': Secret(TEXT)})

    def test_new(self) -> None:
        """Nobody but its owner may read it, whatever the umask."""
        self.add()

        self.assertEqual(0o600, self.mode())
        self.assertEqual(
            {'profiles': {'base': {'secrets': {'key': TEXT}}}},
            plain(self.path.read_text()),
        )
        self.assertEqual([self.path], list(self.directory.iterdir()))

    def test_mode_stays(self) -> None:
        """One that is there keeps its mode."""
        self.path.write_text(BLOCK)
        self.path.chmod(0o400)

        self.add()

        self.assertEqual(0o400, self.mode())

    def test_link(self) -> None:
        """A link stays one, to the file that it leads to."""
        real = self.directory / 'real.yaml'
        real.write_text(BLOCK)
        self.path.symlink_to(real)

        self.add()

        self.assertTrue(self.path.is_symlink())
        self.assertIn('key: |', real.read_text())

    def test_failed(self) -> None:
        """Where it cannot be written everything is as it was."""
        self.path.mkdir()

        with self.assertRaisesRegex(
            exceptions.InvalidRequest, 'cannot be read: Is a directory'
        ):
            self.add()
        self.assertEqual([self.path], list(self.directory.iterdir()))
