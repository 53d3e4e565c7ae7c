# SPDX-License-Identifier: Apache-2.0
"""Lets several people type commands at once.

At each request and each pause of a command chance says whose goes on, so that
a seed gives the same order again.  Each command has a thread of its own, of
which one runs at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent import futures
import contextlib
import datetime
import functools
import random
import threading
import typing
from unittest import mock

import requests

from hvctl.osc import signals
from hvctl.tests.simulation import clock
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import operators
from hvctl.tests.simulation import transport


class Turns:
    """Says whose turn it is, and lets time pass while all wait.

    :param watch: is called whenever somebody's turn ends
    """

    def __init__(
        self,
        time: clock.Clock,
        chance: random.Random,
        watch: Callable[[], None],
    ) -> None:
        self._time = time
        self._chance = chance
        self._watch = watch
        #: Until when each waits.
        self._until: dict[int, datetime.datetime] = {}
        self._gates: list[threading.Semaphore] = []
        self._running = 0

    def take(
        self, calls: list[Callable[[], typing.Any]]
    ) -> list[futures.Future[typing.Any]]:
        """Make calls beside each other, and return how they ended."""
        ended: list[futures.Future[typing.Any]] = [
            futures.Future() for _ in calls
        ]
        self._gates = [threading.Semaphore(0) for _ in calls]
        threads = [
            threading.Thread(
                target=self._call, args=(number, call, end), daemon=True
            )
            for number, (call, end) in enumerate(
                zip(calls, ended, strict=True)
            )
        ]
        self._until = dict.fromkeys(range(len(calls)), self._time.now())
        for thread in threads:
            thread.start()
        self._next()
        for thread in threads:
            thread.join(commands.STUCK)
            assert not thread.is_alive(), 'a command is stuck'
        return ended

    def end(self, seconds: float = 0) -> None:
        """End the turn of who has it, and come back with the next.

        :param seconds: that pass at least before that
        """
        self._watch()
        number = self._running
        self._until[number] = self._time.now() + datetime.timedelta(
            seconds=seconds
        )
        self._next()
        self._gates[number].acquire()

    def _next(self) -> None:
        now = max(self._time.now(), min(self._until.values()))
        self._time.advance((now - self._time.now()).total_seconds())
        self._running = self._chance.choice(
            [number for number, until in self._until.items() if until <= now]
        )
        self._gates[self._running].release()

    def _call(
        self,
        number: int,
        call: Callable[[], typing.Any],
        end: futures.Future[typing.Any],
    ) -> None:
        self._gates[number].acquire()
        try:
            end.set_result(call())
        except BaseException as error:
            end.set_exception(error)
        del self._until[number]
        if self._until:
            self._next()


class _Session(transport.Session):
    def __init__(self, simulated: cloud.Cloud, turns: Turns) -> None:
        super().__init__(simulated.application)
        self._turns = turns

    def request(
        self, *what: typing.Any, **how: typing.Any
    ) -> requests.Response:
        """Have a request answered in its turn."""
        self._turns.end()
        return super().request(*what, **how)


class _Waiting(commands.Waiting):
    def __init__(self, time: clock.Clock, turns: Turns) -> None:
        super().__init__(time)
        self._turns = turns

    def wait(
        self, work: Collection[futures.Future[typing.Any]], seconds: float
    ) -> None:
        """Let others go on meanwhile."""
        self._turns.end(commands.REQUEST if work else seconds)


def type_at_once(
    simulated: cloud.Cloud,
    chance: random.Random,
    *typed: tuple[str, ...],
    watch: Callable[[], None] = lambda: None,
) -> list[commands.Result]:
    """Type commands, each a verb and its words, and wait for all of them.

    :param watch: see :class:`Turns`
    """
    turns = Turns(simulated.clock, chance, watch)

    def call(verb: str, *words: str) -> commands.Result:
        app = operators.App(simulated, _Session(simulated, turns))
        return operators.run(verb, words, app)

    with (
        operators.process(simulated, _Waiting(simulated.clock, turns), chance),
        # Signals are for the main thread.
        mock.patch.object(
            signals, 'ending_like_ctrl_c', contextlib.nullcontext
        ),
        mock.patch.object(signals, 'on_first_ctrl_c', contextlib.nullcontext),
    ):
        ended = turns.take(
            [functools.partial(call, *words) for words in typed]
        )
    return [each.result() for each in ended]
