# SPDX-License-Identifier: Apache-2.0
"""Reads several things at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from concurrent import futures
import contextlib
import typing

from hvctl import workers

_K = typing.TypeVar('_K', bound=Hashable)
_V = typing.TypeVar('_V')

#: Requests at once.  The SDK keeps ten connections to a host; the other four
#: are for acting (hvctl.run.loop).
WORKERS = 6


@contextlib.contextmanager
def readers() -> Iterator[futures.Executor]:
    """Own a pool of workers as long as a block.

    When the block fails, what has not begun never begins, and what has begun
    is left alone: it reads only, and may hang.
    """
    pool = workers.Workers(WORKERS)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def results(running: Mapping[_K, futures.Future[_V]]) -> dict[_K, _V]:
    """Wait for what is being read, by key."""
    return {key: future.result() for key, future in running.items()}
