# SPDX-License-Identifier: Apache-2.0
"""Tests of threads that never keep a process from ending."""

from __future__ import annotations

import subprocess
import sys
import threading
import unittest

from hvctl import exceptions
from hvctl import workers

HANGS = """
import threading
from hvctl import workers
begun = threading.Event()
def hang():
    begun.set()
    threading.Event().wait()
pool = workers.Workers(2)
pool.submit(hang)
begun.wait()
"""


class TestWorkers(unittest.TestCase):
    """The executor."""

    def test_results(self) -> None:
        """A future has what its function returned or raised."""
        pool = workers.Workers(2)

        good = pool.submit(divmod, 7, 2)
        bad = pool.submit(divmod, 7, 0)

        self.assertEqual((3, 1), good.result())
        self.assertIsInstance(bad.exception(), ZeroDivisionError)
        pool.shutdown()

    def test_most(self) -> None:
        """No more run at once than it has threads, and all are run."""
        pool = workers.Workers(2)
        both = threading.Barrier(2, timeout=10)
        lock = threading.Lock()
        busy, most = 0, 0

        def work() -> None:
            nonlocal busy, most
            with lock:
                busy += 1
                most = max(most, busy)
            both.wait()
            with lock:
                busy -= 1

        for future in [pool.submit(work) for _ in range(6)]:
            future.result()
        pool.shutdown()

        self.assertLessEqual(most, 2)

    def test_cancel(self) -> None:
        """What has begun ends, and what has not never begins."""
        pool = workers.Workers(1)
        begun, go_on = threading.Event(), threading.Event()

        def work() -> None:
            begun.set()
            go_on.wait()

        first, second = pool.submit(work), pool.submit(work)
        begun.wait()
        pool.shutdown(wait=False, cancel_futures=True)
        go_on.set()

        self.assertIsNone(first.result())
        self.assertTrue(second.cancelled())

    def test_interpreter_ends(self) -> None:
        """A thread that hangs does not outlive the rest."""
        ended = subprocess.run(
            [sys.executable, '-c', HANGS],
            timeout=60,
            check=True,
            capture_output=True,
            text=True,
        )

        self.assertEqual('', ended.stderr)


class TestWithin(unittest.TestCase):
    """What may take some time only."""

    def test_in_time(self) -> None:
        """It gives what the function gives."""
        self.assertEqual(3, workers.within(60, lambda: 3))

    def test_error(self) -> None:
        """It raises what the function raises."""
        with self.assertRaises(ZeroDivisionError):
            workers.within(60, lambda: 1 // 0)

    def test_late(self) -> None:
        """It does not wait for what hangs."""
        with self.assertRaises(exceptions.CloudError) as caught:
            workers.within(0.01, threading.Event().wait)

        self.assertIn('not answered within 0 s', str(caught.exception))
