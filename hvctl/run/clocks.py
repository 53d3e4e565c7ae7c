# SPDX-License-Identifier: Apache-2.0
"""The clock and the chance of a run: injected, so that tests need not wait."""

from __future__ import annotations

from collections.abc import Collection
from concurrent import futures
import random
import time
import typing


class Clock(typing.Protocol):
    """What the loop knows of time."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""

    def wait(
        self, work: Collection[futures.Future[typing.Any]], seconds: float
    ) -> None:
        """Return when some of the work is done, or after some seconds."""

    def until(self, work: futures.Future[typing.Any], seconds: float) -> None:
        """Return when a look is done, or after some seconds."""

    def chance(self) -> float:
        """Return a number from 0 to 1."""


class SystemClock:
    """The machine's clock."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def wait(
        self, work: Collection[futures.Future[typing.Any]], seconds: float
    ) -> None:
        """Return when some of the work is done, or after some seconds."""
        if work:
            futures.wait(work, seconds, return_when=futures.FIRST_COMPLETED)
        else:
            time.sleep(seconds)

    def until(self, work: futures.Future[typing.Any], seconds: float) -> None:
        """Return when a look is done, or after some seconds."""
        futures.wait([work], seconds)

    def chance(self) -> float:
        """Return a number from 0 to 1."""
        return random.SystemRandom().random()
