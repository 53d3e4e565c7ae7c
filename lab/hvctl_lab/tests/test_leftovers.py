# SPDX-License-Identifier: Apache-2.0
"""Tests of ending what was left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import psutil

from hvctl_lab import execution
from hvctl_lab import leftovers
from hvctl_lab import waiting
from hvctl_lab.tests import base

#: Calls itself something else, as several services do.
_RENAMED = """
import signal, setproctitle
setproctitle.setproctitle('service: worker ' * 200)
print('there', flush=True)
signal.pause()
"""

#: Waits below another root.
_ELSEWHERE = """
import os, signal, sys
os.makedirs(sys.argv[1], exist_ok=True)
os.chroot(sys.argv[1])
print('there', flush=True)
signal.pause()
"""


class TestLeftovers(base.LabTestCase):
    """Processes of a lab and others."""

    def spawn(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start a process that would go on for long."""
        process = subprocess.Popen(['sleep', '600'], env=environment)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        # It has the environment a moment after Popen knows that it runs.
        waiting.until(
            psutil.Process(process.pid).environ,
            timeout=20,
            what='the environment of a process',
        )
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

    def test_changed_title(self):
        """A program that has changed its title still carries the mark."""
        renamed = subprocess.Popen(
            [sys.executable, '-c', _RENAMED],
            env=execution.environment(self.lab),
            stdout=subprocess.PIPE,
        )
        self.addCleanup(renamed.communicate)
        self.addCleanup(renamed.kill)
        assert renamed.stdout is not None
        renamed.stdout.readline()

        self.assertEqual([renamed.pid], leftovers.find(self.lab))

    def test_lab_in_a_container(self):
        """A lab of the same directory below another root is left alone."""
        if os.geteuid() != 0:
            self.skipTest('only root changes its root')
        elsewhere = subprocess.Popen(
            [sys.executable, '-c', _ELSEWHERE, str(self.lab.directory)],
            env=execution.environment(self.lab),
            stdout=subprocess.PIPE,
        )
        self.addCleanup(elsewhere.communicate)
        self.addCleanup(elsewhere.kill)
        assert elsewhere.stdout is not None
        elsewhere.stdout.readline()

        self.assertEqual([], leftovers.find(self.lab))
