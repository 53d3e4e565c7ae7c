# SPDX-License-Identifier: Apache-2.0

"""Tests of the lock."""

import threading

from hvctl.lab import lock
from hvctl.tests.unit.lab import base


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

    def test_survives_the_directory(self):
        """The lock is not in what `destroy` removes."""
        with lock.of_lab(self.lab, self.fail):
            self.assertFalse(self.lab.directory.exists())
