# SPDX-License-Identifier: Apache-2.0
"""Does the work of threads at once, so that all comes in one order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
import typing

_T = typing.TypeVar('_T')
_P = typing.ParamSpec('_P')


class Workers(futures.Executor):
    """Stands for :class:`hvctl.workers.Workers`.

    What ends a process is raised to whoever submits.
    """

    def __init__(self, most: int) -> None:
        self.most = most

    def submit(
        self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> futures.Future[_T]:
        """Call a function."""
        future: futures.Future[_T] = futures.Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(
        self, wait: bool = True, *, cancel_futures: bool = False
    ) -> None:
        """Have nothing to end."""
