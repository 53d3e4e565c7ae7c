# SPDX-License-Identifier: Apache-2.0

"""Tests of ending what was left behind."""

import signal
import subprocess

from hvctl.lab import execution
from hvctl.lab import leftovers
from hvctl.tests.unit.lab import base


class TestLeftovers(base.LabTestCase):
    """Processes of a lab and others."""

    def spawn(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start a process that would go on for long."""
        process = subprocess.Popen(['sleep', '600'], env=environment)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_end(self):
        """Only the lab's own programs are ended, not those that name it."""
        own = self.spawn(execution.environment(self.lab))
        shell = self.spawn({'PATH': '/bin', **self.lab.environment()})

        self.assertEqual([own.pid], leftovers.find(self.lab))
        # A child that nobody waits for stays in the table of processes.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        self.addCleanup(signal.signal, signal.SIGCHLD, signal.SIG_DFL)
        leftovers.end(self.lab)

        self.assertEqual([], leftovers.find(self.lab))
        self.assertIsNone(shell.poll())
