# SPDX-License-Identifier: Apache-2.0
"""Tests of what a running lab takes."""

from __future__ import annotations

import subprocess
import unittest

import psutil

from hvctl_lab import status


class TestMemory(unittest.TestCase):
    """The memory of a program."""

    def test_with_its_children(self) -> None:
        """A program takes what its processes take, down to the last one."""
        with subprocess.Popen(
            ['sh', '-c', 'sh -c "echo there; read line; true"; true'],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as parent:
            assert parent.stdout is not None
            parent.stdout.readline()
            (child,) = psutil.Process(parent.pid).children()

            both = status._memory(parent.pid)
            self.assertGreater(both, status._memory(child.pid))
            self.assertGreater(status._memory(child.pid), 0)

            parent.communicate('\n')

        self.assertEqual(0, status._memory(parent.pid))

    def test_not_running(self) -> None:
        """A program without a process takes nothing."""
        self.assertEqual(0, status._memory(0))
