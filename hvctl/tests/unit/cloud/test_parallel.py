# SPDX-License-Identifier: Apache-2.0
"""Tests of reading several things at once."""

from __future__ import annotations

import threading
import unittest

from hvctl.cloud import parallel


class TestReaders(unittest.TestCase):
    """The pool of a block."""

    def test_block_that_fails(self) -> None:
        """What hangs is not waited for, and the rest never begins."""
        all_busy = threading.Semaphore(0)
        go_on = threading.Event()
        self.addCleanup(go_on.set)

        def read() -> None:
            all_busy.release()
            go_on.wait()

        with self.assertRaises(KeyboardInterrupt):
            with parallel.readers() as pool:
                running = [
                    pool.submit(read) for _ in range(parallel.WORKERS + 5)
                ]
                for _ in range(parallel.WORKERS):
                    all_busy.acquire()
                raise KeyboardInterrupt

        cancelled = [future.cancelled() for future in running]
        self.assertEqual(5, sum(cancelled))
        self.assertFalse(any(cancelled[: parallel.WORKERS]))


class TestResults(unittest.TestCase):
    """What has been read."""

    def test_by_key(self) -> None:
        """Every key has what its reader returned."""
        with parallel.readers() as pool:
            running = {number: pool.submit(str, number) for number in range(3)}

            found = parallel.results(running)

        self.assertEqual({0: '0', 1: '1', 2: '2'}, found)
