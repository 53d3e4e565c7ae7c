# SPDX-License-Identifier: Apache-2.0
"""The time of a simulated cloud, which stands still until it is moved."""

from __future__ import annotations

from collections.abc import Callable
import datetime
import heapq
import itertools

#: When every cloud begins.  It is later than any machine's time: keystoneauth
#: logs in anew before each request where a token ends before that
#: (keystoneauth1/access/access.py, will_expire_soon).
START = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)


class Clock:
    """A time, and what is due later."""

    def __init__(self) -> None:
        self._now = START
        self._due: list[tuple[datetime.datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def now(self) -> datetime.datetime:
        """Return the time."""
        return self._now

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Have something called some seconds later."""
        at = self._now + datetime.timedelta(seconds=seconds)
        heapq.heappush(self._due, (at, next(self._numbers), call))

    def advance(self, seconds: float) -> None:
        """Move the time on, and call what is due by then, in its order.

        During each call it is the time at which that was due.
        """
        until = self._now + datetime.timedelta(seconds=seconds)
        while self._due and self._due[0][0] <= until:
            self._now, _, call = heapq.heappop(self._due)
            call()
        self._now = until
