# SPDX-License-Identifier: Apache-2.0
"""Decides when guests are sent away again after Nova found no host for some.

A cloud that is full refuses every guest, and each refusal is a scheduling.
After some in a row only one guest tries now and then, later each time, and
after more, and some time, the others are not tried at all.
"""

from __future__ import annotations

from collections.abc import Iterable
import datetime

from hvctl.model.move import Move
from hvctl.model.move import MoveState

#: How long after a failure a guest is tried again, at the earliest.
RETRY = datetime.timedelta(seconds=15)
#: After so many guests in a row for which Nova found no host, one tries ...
SLOW = 4
#: ... after this time, which doubles with each further one ...
PAUSE = datetime.timedelta(seconds=15)
#: ... up to this ...
LONGEST = datetime.timedelta(seconds=120)
#: ... and after so many, over so long, the cloud is taken for full.
FULL = 8
FULL_FOR = datetime.timedelta(seconds=120)


def may_try(move: Move, now: datetime.datetime) -> bool:
    """Return whether a guest is not tried again at once."""
    tried_at = move.progress.tried_at
    return tried_at is None or now - tried_at >= RETRY


def is_full(moves: Iterable[Move]) -> bool:
    """Return whether the cloud is to be taken for full.

    :param moves: of all hypervisors
    """
    refused = _in_a_row(list(moves))
    return len(refused) >= FULL and max(refused) - min(refused) >= FULL_FOR


def free(moves: Iterable[Move], most: int, now: datetime.datetime) -> int:
    """Return how many guests may begin to migrate now.

    :param moves: of all hypervisors
    :param most: how many there are places for
    """
    moves = list(moves)
    refused = _in_a_row(moves)
    if len(refused) < SLOW:
        return most
    last = max(refused)
    probes = any(
        move.state is MoveState.MOVING
        and move.progress.started_at is not None
        and move.progress.started_at >= last
        for move in moves
    )
    # The exponent is bound: many may be refused at the same moment.
    pause = min(PAUSE * 2 ** min(len(refused) - SLOW, FULL), LONGEST)
    return min(most, 0 if probes or now - last < pause else 1)


def _in_a_row(moves: list[Move]) -> list[datetime.datetime]:
    """Return when guests found no host since the last one that moved."""
    moved = [
        move.progress.ended_at
        for move in moves
        if move.state is MoveState.MOVED and move.progress.ended_at is not None
    ]
    return [
        move.progress.tried_at
        for move in moves
        if move.progress.tried_at is not None
        and move.progress.no_host
        and not any(move.progress.tried_at <= at for at in moved)
    ]
