# SPDX-License-Identifier: Apache-2.0
"""Tests of how the process of a command ends, whatever hangs."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from hvctl.tests.fixtures import api

#: Seconds in which the interpreter starts, on a machine that is busy.
_START = 60

#: Seconds in which a process ends when it is to, on such a machine.
_END = 20

_SHELL = (
    sys.executable,
    '-W',
    'ignore',
    '-c',
    'import sys; from openstackclient import shell; sys.exit(shell.main())',
)


class TestCase(unittest.TestCase):
    """Runs the real client against an empty cloud."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.api = api.Api(pathlib.Path(directory.name))
        self.api.setUp()
        self.addCleanup(self.api.cleanUp)
        self.environment = {
            **os.environ,
            'OS_CLIENT_CONFIG_FILE': str(self.api.clouds),
            'OS_CLOUD': 'empty',
        }

    def begin(self, *words: str, closed: str = '') -> subprocess.Popen[str]:
        """Begin a command.

        :param closed: redirections of the shell
        """
        process = subprocess.Popen(
            [
                # Who runs the tests may ignore it, as nohup and "&" do.
                'env',
                '--default-signal=INT',
                'sh',
                '-c',
                f'exec "$@" {closed}',
                'sh',
                *_SHELL,
                *('hypervisor', 'ephemeral', *words),
            ],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.bury, process)
        return process

    def bury(self, process: subprocess.Popen[str]) -> None:
        """Let no process outlive its test."""
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.communicate()


class TestSilence(TestCase):
    """A service that takes requests and never answers."""

    def test_timeout(self) -> None:
        """The time for the whole holds in each part of a command."""
        for silent in ('ports', 'os-services'):
            with self.subTest(silent=silent):
                self.api.silent = silent
                process = self.begin('delete', 'hv1', '--timeout', '1')

                _, errors = process.communicate(timeout=_START)

                self.assertEqual(1, process.returncode)
                self.assertIn('has not answered within 1 s', errors)
                self.assertNotIn('Traceback', errors)

    def test_signals(self) -> None:
        """Each ends it soon and quietly, and so does one more of them."""
        for silent, words, numbers in (
            ('os-services', ('list',), [signal.SIGINT]),
            ('os-services', ('drain', 'hv1'), [signal.SIGINT] * 3),
            ('os-services', ('delete', 'hv1'), [signal.SIGTERM]),
        ):
            with self.subTest(words=words, numbers=numbers):
                self.api.silent = silent
                self.api.asked.clear()
                process = self.begin(*words)
                self.assertTrue(self.api.asked.wait(_START))

                began = time.monotonic()
                for number in numbers:
                    process.send_signal(number)
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(0.5)
                _, errors = process.communicate(timeout=_END)

                self.assertLess(time.monotonic() - began, _END)
                self.assertNotIn('Traceback', errors)
                self.assertNotEqual(0, process.returncode)


class TestClosed(TestCase):
    """Streams that are closed, or nobody reads."""

    def test_closed(self) -> None:
        """A command does its work all the same."""
        for closed, output in (
            ('2>&-', 'was gone already'),
            ('>&- <&-', ''),
        ):
            with self.subTest(closed=closed):
                process = self.begin('delete', 'hv1', closed=closed)

                found, errors = process.communicate(timeout=_START)

                self.assertEqual((0, ''), (process.returncode, errors[999:]))
                self.assertIn(output, found)
                self.assertNotIn('Traceback', errors)
                self.assertNotIn('AttributeError', errors)

    def test_broken(self) -> None:
        """So it does when the reader has gone."""
        process = self.begin('delete', 'hv1')
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None

        _, errors = process.communicate(timeout=_START)

        self.assertEqual(0, process.returncode, errors)
        self.assertNotIn('Broken', errors)
