# SPDX-License-Identifier: Apache-2.0
"""What may happen to a command at any of its moments."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import enum
import signal
import typing

import requests

from hvctl.tests.simulation import commands
from hvctl.tests.simulation import transport

if typing.TYPE_CHECKING:
    from collections.abc import Collection
    from concurrent import futures

    from hvctl.tests.simulation import clock
    from hvctl.tests.simulation import cloud
    from hvctl.tests.simulation import world


class Killed(BaseException):
    """The process of a command is gone, as by SIGKILL."""


class What(enum.StrEnum):
    """What happens."""

    KILLED = 'killed'
    INTERRUPTED = 'interrupted'
    LOST = 'lost'
    SILENT = 'faced with a cell that is silent'


class When(enum.StrEnum):
    """At which kind of moment.

    A request that is lost before it took effect found nobody; of one that is
    lost afterwards only the answer is.
    """

    BEFORE_READ = 'before a request that reads'
    AFTER_READ = 'after a request that reads'
    BEFORE_WRITE = 'before a request that changes something'
    AFTER_WRITE = 'after a request that changes something'
    PAUSE = 'in a pause'


#: All that may happen.  A signal is for the main thread, which waits while
#: others send.
KINDS = (
    *((What.KILLED, when) for when in When),
    (What.INTERRUPTED, When.PAUSE),
    *((What.LOST, when) for when in When if when is not When.PAUSE),
    *((What.SILENT, when) for when in (When.BEFORE_READ, When.PAUSE)),
)


#: Seconds for which a cell does not answer.
SILENCE = 20


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Peril:
    """What happens to a command at one of its moments.

    :ivar number: the moment's, among those of its kind
    """

    what: What
    when: When
    number: int


class Fate:
    """Lets at most one thing happen to a command.

    :param of: what may fall silent
    :ivar happened: whether it has
    """

    def __init__(self, of: world.World, peril: Peril | None) -> None:
        self.happened = False
        self._world = of
        self._peril = peril
        self._left = peril.number if peril else 0
        self._dead = False

    def send(
        self, method: str, answer: Callable[[], requests.Response]
    ) -> requests.Response:
        """Have a request answered, unless something happens."""
        self._live()
        reads = method == 'GET'
        self._come(When.BEFORE_READ if reads else When.BEFORE_WRITE)
        answered = answer()
        self._come(When.AFTER_READ if reads else When.AFTER_WRITE)
        return answered

    def pause(self) -> None:
        """Come to a pause."""
        self._live()
        self._come(When.PAUSE)

    def _live(self) -> None:
        if self._dead:
            raise Killed

    def _come(self, when: When) -> None:
        """Come to a moment."""
        peril = self._peril
        if peril is None or self.happened or peril.when is not when:
            return
        if self._left:
            self._left -= 1
            return
        self.happened = True
        if peril.what is What.KILLED:
            self._dead = True
            raise Killed
        if peril.what is What.INTERRUPTED:
            signal.raise_signal(signal.SIGINT)
        elif peril.what is What.SILENT:
            self._world.fall_silent(SILENCE)
        else:
            raise requests.ConnectionError('the connection is gone')


class Session(transport.Session):
    """Sends what fate lets through."""

    def __init__(self, simulated: cloud.Cloud, fate: Fate) -> None:
        super().__init__(simulated.application)
        self._fate = fate

    def request(
        self, *what: typing.Any, **how: typing.Any
    ) -> requests.Response:
        """Have a request answered."""
        answer = super().request
        return self._fate.send(what[0], lambda: answer(*what, **how))


class Waiting(commands.Waiting):
    """Waits as long as fate lets it."""

    def __init__(self, time: clock.Clock, fate: Fate) -> None:
        super().__init__(time)
        self._fate = fate

    def wait(
        self, work: Collection[futures.Future[typing.Any]], seconds: float
    ) -> None:
        """Let the work end, or time pass."""
        self._fate.pause()
        super().wait(work, seconds)
