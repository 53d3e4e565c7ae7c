# SPDX-License-Identifier: Apache-2.0
"""Waits until something is so, for a limited time."""

from __future__ import annotations

from collections.abc import Callable
import time

from hvctl_lab import errors


class Timeout(errors.LabError):
    """A fact did not come true in time."""


def until(
    fact: Callable[[], object],
    *,
    timeout: float,
    what: str,
    interval: float = 0.1,
) -> None:
    """Ask repeatedly until the answer is true.

    :param fact: what to ask; may raise to give up at once
    :param timeout: how many seconds to go on asking
    :param what: what is waited for, to complete 'gave up waiting for'
    :param interval: the seconds between two questions
    :raises Timeout: when the time is over
    """
    end = time.monotonic() + timeout
    while not fact():
        if time.monotonic() > end:
            raise Timeout(f'gave up waiting for {what} after {timeout:.0f} s')
        time.sleep(interval)
