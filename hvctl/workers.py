# SPDX-License-Identifier: Apache-2.0
"""Threads that never keep a process from ending.

Those of :class:`concurrent.futures.ThreadPoolExecutor` are joined when the
interpreter exits, so that a request which hangs would outlive ``--timeout``
and Ctrl-C.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
import functools
import queue
import threading
import typing

from hvctl import exceptions

#: What the name of each of them begins with.
NAME = 'hvctl-worker'

_T = typing.TypeVar('_T')
_P = typing.ParamSpec('_P')


class _Call(typing.NamedTuple):
    """What a thread is to do."""

    future: futures.Future[typing.Any]
    function: Callable[[], typing.Any]

    def run(self) -> None:
        """Do it, and tell the future."""
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self.function()
        except BaseException as error:
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class Workers(futures.Executor):
    """An executor of daemon threads.

    :ivar most: how many there are at once
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    def submit(
        self,
        fn: Callable[_P, _T],
        /,
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> futures.Future[_T]:
        """Let a thread call a function."""
        future: futures.Future[_T] = futures.Future()
        self._calls.put(_Call(future, functools.partial(fn, *args, **kwargs)))
        if len(self._threads) < self.most:
            thread = threading.Thread(
                target=self._work,
                name=f'{NAME}-{len(self._threads)}',
                daemon=True,
            )
            self._threads.append(thread)
            thread.start()
        return future

    def shutdown(
        self, wait: bool = True, *, cancel_futures: bool = False
    ) -> None:
        """Take no more calls; the threads end when there are none left.

        :param wait: until they have ended
        :param cancel_futures: what has not begun never begins
        """
        while cancel_futures:
            try:
                call = self._calls.get_nowait()
            except queue.Empty:
                break
            if call is not None and call.future.cancel():
                call.run()  # tells those who wait for it
        for _ in self._threads:
            self._calls.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call.run()


def within(seconds: float, function: Callable[[], _T]) -> _T:
    """Return what a function returns, unless that takes too long.

    What it has begun is left alone then.

    :raises CloudError: when it takes longer
    """
    workers = Workers(1)
    future = workers.submit(function)
    workers.shutdown(wait=False)
    futures.wait([future], seconds)
    if not future.done():
        raise no_answer(seconds)
    return future.result()


def no_answer(seconds: float) -> exceptions.CloudError:
    """Return the error for a cloud that has not answered in time."""
    return exceptions.CloudError(
        f'the cloud has not answered within {seconds:.0f} s; run the same '
        'command again, with --debug to see which service is silent'
    )
