# SPDX-License-Identifier: Apache-2.0
"""Tests of reading several things at once."""

from __future__ import annotations

import threading
import unittest

from hvctl.cloud import parallel


class TestReaders(unittest.TestCase):
    """The pool of a block."""

    def test_nothing_runs_after_the_block(self) -> None:
        """What has begun is waited for, and the rest never begins."""
        begun: list[int] = []
        ended: list[int] = []
        all_busy = threading.Semaphore(0)
        go_on = threading.Event()

        def read(number: int) -> None:
            begun.append(number)
            all_busy.release()
            go_on.wait()
            ended.append(number)

        with self.assertRaises(KeyboardInterrupt):
            with parallel.readers() as pool:
                running = [
                    pool.submit(read, number)
                    for number in range(parallel.WORKERS + 5)
                ]
                for _ in range(parallel.WORKERS):
                    all_busy.acquire()
                # Once the last one is cancelled, the others may end.
                running[-1].add_done_callback(lambda _future: go_on.set())
                raise KeyboardInterrupt

        self.assertEqual(parallel.WORKERS, len(begun))
        self.assertEqual(sorted(begun), sorted(ended))


class TestResults(unittest.TestCase):
    """What has been read."""

    def test_by_key(self) -> None:
        """Every key has what its reader returned."""
        with parallel.readers() as pool:
            running = {number: pool.submit(str, number) for number in range(3)}

            found = parallel.results(running)

        self.assertEqual({0: '0', 1: '1', 2: '2'}, found)
