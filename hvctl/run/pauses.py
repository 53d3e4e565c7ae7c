# SPDX-License-Identifier: Apache-2.0
"""Decides when something that was refused for now is tried again."""

from __future__ import annotations

#: Seconds of the longest pause before the second try; it doubles with each.
FIRST = 1.0
#: Seconds beyond which no pause grows, unless a service asks for more.
LONGEST = 30.0


def pause(tries: int, asked: float | None, chance: float) -> float:
    """Return the seconds before the next try.

    A service that comes back would be overrun if all who were refused came at
    once.  So each pause is by chance a part of the longest that it may be
    ("full jitter").

    :param tries: how often it was tried, and refused
    :param asked: for how many seconds the service wants to be left alone
    :param chance: from 0 to 1
    """
    # Past a handful of tries the number would become too large to handle.
    longest = min(LONGEST, FIRST * 2.0 ** min(tries - 1, 10))
    if asked is None:
        return chance * longest
    return asked + chance * FIRST
