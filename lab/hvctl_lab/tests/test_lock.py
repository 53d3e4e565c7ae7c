# SPDX-License-Identifier: Apache-2.0
"""Tests of the lock."""

from __future__ import annotations

import threading

from hvctl_lab import lock
from hvctl_lab.tests import base


class TestLock(base.LabTestCase):
    """One call at a time."""

    def test_second_waits(self):
        """A second holder says that it waits, then gets the lock."""
        waiting = threading.Event()
        got = threading.Event()

        def second() -> None:
            with lock.of_lab(self.lab, waiting.set):
                got.set()

        thread = threading.Thread(target=second)
        with lock.of_lab(self.lab, self.fail):
            thread.start()
            self.assertTrue(waiting.wait(10))
            self.assertFalse(got.is_set())
        thread.join(10)
        self.assertTrue(got.is_set())

    def test_removed(self):
        """Who waited for a lock that is removed gets the new one."""
        waiting = threading.Event()
        inodes = []

        def second() -> None:
            with lock.of_lab(self.lab, waiting.set):
                inodes.append(self.lab.lock.stat().st_ino)

        thread = threading.Thread(target=second)
        with lock.of_lab(self.lab, self.fail):
            thread.start()
            self.assertTrue(waiting.wait(10))
            self.lab.lock.unlink()
        thread.join(10)
        self.assertEqual([self.lab.lock.stat().st_ino], inodes)

    def test_outlives_the_lab(self):
        """The lock is not in the directory that `destroy` removes."""
        self.assertFalse(self.lab.lock.is_relative_to(self.lab.directory))
