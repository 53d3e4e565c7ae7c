# SPDX-License-Identifier: Apache-2.0
"""Simulates migrations; a guest's metadata decide how its own goes.

============================ ==============================================
``lab_migration``            what the migration does
============================ ==============================================
not there                    takes [hvctl_lab] migration_seconds
``slow:SECONDS``             takes that long
``hang``                     makes no progress and never ends by itself
``fail``                     fails half-way; the guest stays where it is
============================ ==============================================

A live migration that is under way can be aborted or forced to complete
through Nova's API.  Any migration that is under way, a cold one too, goes on
at once when the guest gets the tag ``lab_migration:go``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
import dataclasses
import enum
import re
import threading
import time

METADATA_KEY = 'lab_migration'
RELEASE_TAG = 'lab_migration:go'

#: Seconds between two looks at what may release a migration.
_INTERVAL = 0.5


class Outcome(enum.Enum):
    """How a migration ended, in the words of Nova's migration records."""

    COMPLETED = 'completed'
    CANCELLED = 'cancelled'
    FAILED = 'failed'


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """How a migration is to go.

    :param seconds: how long it takes; None for ever
    :param fails: whether it then fails
    """

    seconds: float | None
    fails: bool = False


def wish(metadata: Mapping[str, str], usual: float) -> Wish:
    """Read a guest's metadata.

    :param metadata: the guest's
    :param usual: seconds of a migration without a wish
    :returns: how it is to go; an unknown value counts as none
    """
    text = metadata.get(METADATA_KEY, '')
    slow = re.fullmatch(r'slow:(\d+)', text)
    if slow:
        return Wish(float(slow[1]))
    if text == 'hang':
        return Wish(None)
    return Wish(usual, fails=text == 'fail')


class Migration:
    """One migration that is under way."""

    def __init__(
        self,
        wish: Wish,
        released: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin a migration.

        :param wish: how it is to go
        :param released: looks whether it is to go on at once
        :param clock: seconds, steadily growing
        """
        self._wish = wish
        self._released = released
        self._clock = clock
        self._begun = clock()
        self._forced: Outcome | None = None
        self._wake = threading.Event()

    def force(self, outcome: Outcome) -> None:
        """End the migration now, from any thread."""
        self._forced = outcome
        self._wake.set()

    def done(self) -> float:
        """Return the part that is done, from 0 to 1."""
        if self._wish.seconds is None:
            return 0.0
        if not self._wish.seconds:
            return 1.0
        part = (self._clock() - self._begun) / self._wish.seconds
        return min(1.0, part)

    def run(self, report: Callable[[float], None]) -> Outcome:
        """Wait until the migration has ended.

        :param report: is told now and then which part is done
        :returns: how it ended
        """
        end = 0.5 if self._wish.fails else 1.0
        while self._forced is None:
            done = self.done()
            report(done)
            if done >= end or self._released():
                return (
                    Outcome.FAILED if self._wish.fails else (Outcome.COMPLETED)
                )
            self._wake.wait(self._pause(done, end))
        return self._forced

    def _pause(self, done: float, end: float) -> float:
        if self._wish.seconds is None:
            return _INTERVAL
        return min(_INTERVAL, (end - done) * self._wish.seconds)
