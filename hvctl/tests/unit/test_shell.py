# SPDX-License-Identifier: Apache-2.0
"""Tests of how functional tests run commands."""

from __future__ import annotations

from collections.abc import Iterator
import os
import subprocess
import typing
import unittest
from unittest import mock

from hvctl.tests.functional import shell


class Process:
    """A process that says something, or nothing, in each span of time."""

    def __init__(self, says: Iterator[bytes], stdout: int) -> None:
        self.returncode: int | None = None
        self._says = says
        self._stdout = stdout

    def poll(self) -> int | None:
        """Tell its exit status, if it has ended."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> None:
        """Let one span of time pass."""
        if self.returncode is not None:
            return
        said = next(self._says, None)
        if said is None:
            self.returncode = 0
            return
        os.write(self._stdout, said)
        raise subprocess.TimeoutExpired('it', timeout or 0)

    def kill(self) -> None:
        """End it, unless it has ended."""
        self.returncode = -9 if self.returncode is None else self.returncode


class TestRunning(unittest.TestCase):
    """When a command is ended."""

    def run_it(self, *says: bytes, timeout: float | None = None) -> int:
        """Return the exit status of a command that says this, and ends."""

        def start(command: object, **options: typing.Any) -> Process:
            return Process(iter(says), options['stdout'])

        with mock.patch.object(subprocess, 'Popen', start):
            return shell.start('it').result(timeout).status

    def test_gets_on(self) -> None:
        """One that says something now and then may take its time."""
        self.assertEqual(0, self.run_it(b'booting\n', b'ready\n', b'done\n'))

    def test_hangs(self) -> None:
        """One that no longer does is ended."""
        self.assertEqual(-9, self.run_it(b'booting\n', b'', b'ready\n'))

    def test_has_a_limit(self) -> None:
        """One that is to take no longer is ended whatever it says."""
        self.assertEqual(-9, self.run_it(b'booting\n', timeout=1))
