# SPDX-License-Identifier: Apache-2.0
"""Takes the looks of one run, and tells its time.

The time of a run passes only while it can see.  What a decision limits is
thus neither cut short by an outage of a service, nor by a clock that is set,
nor by a laptop that sleeps.  It begins with the cloud's, at the first look.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
import datetime

from hvctl import exceptions
from hvctl import workers
from hvctl.model.events import Blind
from hvctl.model.snapshot import Scope, Snapshot
from hvctl.run import clocks
from hvctl.run import pauses

#: Seconds for which the first look is tried again.  It is what shows that
#: nothing works, so that is to be known soon.
FIRST_LOOK = 60.0


class Looks:
    """The looks of one run.

    :ivar again_at: when the next may be taken, by the monotonic clock
    :ivar trouble: what went wrong with the last one
    :ivar seconds: how many the last one took
    """

    def __init__(
        self,
        observe: Callable[[Scope], Snapshot],
        listen: Callable[[Blind], None],
        clock: clocks.Clock,
    ) -> None:
        self.again_at = 0.0
        self.trouble: exceptions.CloudError | None = None
        self.seconds = 0.0
        self._asked_at = 0.0
        self._observe = observe
        self._listen = listen
        self._clock = clock
        self._looker = workers.Workers(1)
        self._look: futures.Future[Snapshot] | None = None
        self._failed = 0
        self._began_at: datetime.datetime | None = None
        self._began = self._seen = clock.monotonic()
        self._unseen = 0.0

    def take(
        self, scope: Callable[[], Scope], deadline: float
    ) -> Snapshot | None:
        """Take a look; return None where there is none for now.

        :param scope: how far it reaches
        :param deadline: until when to wait for it
        :raises CloudError: when it failed, and always would
        """
        if self._look is None:
            if self._clock.monotonic() < self.again_at:
                return None
            self._asked_at = self._clock.monotonic()
            self._look = self._looker.submit(self._observe, scope())
        left = deadline - self._clock.monotonic()
        self._clock.until(self._look, max(0.0, left))
        if not self._look.done():
            return None
        look, self._look = self._look, None
        try:
            snapshot = look.result()
        except exceptions.CloudError as error:
            self._fail(error)
            return None
        now = self._clock.monotonic()
        self.seconds = now - self._asked_at
        if self._began_at is None:
            self._began_at, self._began = snapshot.taken_at, now
        elif self.trouble is not None:
            self._unseen += now - self._seen
        self.trouble, self._failed, self._seen = None, 0, now
        return snapshot

    def now(self) -> datetime.datetime:
        """Return the time of the run, which begins with its first look."""
        assert self._began_at is not None
        now = self._clock.monotonic()
        if self.trouble is not None:
            now = self._seen
        passed = now - self._began - self._unseen
        return self._began_at + datetime.timedelta(seconds=passed)

    def stop(self) -> None:
        """Take no more looks, and leave alone what hangs."""
        self._looker.shutdown(wait=False, cancel_futures=True)

    def _fail(self, error: exceptions.CloudError) -> None:
        """Look again later, if that may help."""
        now = self._clock.monotonic()
        passes = error.passes
        if self._began_at is None:
            # Nothing says yet that the password is right.
            again = now - self._began + (error.retry_after or 0.0)
            passes = error.transient and again < FIRST_LOOK
        if not passes:
            raise error
        self._failed += 1
        seconds = pauses.pause(
            self._failed, error.retry_after, self._clock.chance()
        )
        self.again_at = now + seconds
        self.trouble = error
        self._listen(Blind(message=str(error), seconds=seconds))
