# SPDX-License-Identifier: Apache-2.0
"""Tests of how functional tests and tools run commands."""

from __future__ import annotations

import signal
import unittest
from unittest import mock

from hvctl.tests.functional import shell


class TestRunning(unittest.TestCase):
    """A command that is under way."""

    def test_ends_with_us(self) -> None:
        """Who is interrupted while it runs leaves nothing running."""
        running = shell.Running(('/bin/sleep', '60'), {})
        self.addCleanup(running.kill)

        with (
            self.assertRaises(KeyboardInterrupt),
            mock.patch.object(
                running._process,
                'wait',
                autospec=True,
                side_effect=(KeyboardInterrupt, 0),
            ),
        ):
            running.result()

        self.assertEqual(-signal.SIGKILL, running._process.wait(10))
