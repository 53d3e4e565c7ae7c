# SPDX-License-Identifier: Apache-2.0
"""Decides how long a move may take, and how long without any news."""

from __future__ import annotations

import datetime

from hvctl.model.drain_options import Method
from hvctl.model.ledger import Ledger
from hvctl.model.migration import Migration
from hvctl.model.move import Move
from hvctl.model.records import Shape
from hvctl.model.steps import Step

#: The property of an image that says how long Nova lets a guest shut down
#: (nova/compute/manager.py, _get_power_off_values).
SHUTDOWN_TIMEOUT = 'os_shutdown_timeout'

#: How long a guest may be busy with something else before it is left.
BUSY = datetime.timedelta(seconds=120)

#: How long after Nova did not say where a guest is, or named a place that is
#: not its last, it is asked again.
ASK_AGAIN = datetime.timedelta(seconds=5)

#: How long Nova may take to begin what it accepted, and to put a guest whose
#: migration is over where it says.
BEGIN = datetime.timedelta(seconds=60)

#: How long Nova may tell nothing new of a guest that is copied: that much,
#: and for each GiB that is copied so much more.
COPY = datetime.timedelta(seconds=300)
COPY_PER_GIB = datetime.timedelta(seconds=60)

#: How long a finished cold migration may wait for its confirmation ...
CONFIRM = datetime.timedelta(seconds=300)
#: ... and how long after a confirmation another one is sent, where nothing
#: came of it: Nova refuses it until the guest is ready and while the source
#: is down.
CONFIRM_AGAIN = datetime.timedelta(seconds=15)


def may_confirm(step: Step, ledger: Ledger, now: datetime.datetime) -> bool:
    """Return whether a confirmation is sent now, for the first time or again.

    Whether Nova took it or refused it, the next one comes a while later.
    """
    failure = ledger.failed_since(step, None)
    sent_at = failure.at if failure is not None else ledger.done_at.get(step)
    if failure is not None and sent_at is None:
        return False
    return sent_at is None or now - sent_at >= CONFIRM_AGAIN


def without_news(
    move: Move, migration: Migration | None
) -> datetime.timedelta | None:
    """Return how long Nova may tell nothing new of a move under way.

    :returns: None for as long as it takes: its turn in Nova's queue
    """
    if migration is not None:
        if migration.is_queued:
            return None
        if migration.awaits_confirmation:
            return CONFIRM
        if migration.done:
            return BEGIN
    most = copying(move.guest.shape, live=move.treatment.method is Method.LIVE)
    if move.treatment.method in (Method.COLD, Method.SHELVE):
        most += _shutdown(move)
    return most


def copying(shape: Shape, *, live: bool) -> datetime.timedelta:
    """Return how long Nova may tell nothing new of a guest that is copied."""
    # Cold: the disk.  Live: the memory, and the disk where hosts do not share
    # it.
    size = shape.disk
    if live:
        size += -(-shape.memory // 1024)
    return COPY + COPY_PER_GIB * size


def _shutdown(move: Move) -> datetime.timedelta:
    """Return how long Nova waits for a guest to shut down, by its image.

    The image of one that boots from a volume is known by that.
    """
    said = move.guest.shutdown_timeout
    if not said and move.ties.volumes is not None:
        said = move.ties.volumes.image.get(SHUTDOWN_TIMEOUT, '')
    # More than nine digits are no time that anybody waits.
    seconds = int(said[:9]) if said.isdecimal() else 0
    return datetime.timedelta(seconds=seconds)


def is_silent(
    move: Move, migration: Migration | None, now: datetime.datetime
) -> bool:
    """Return whether Nova has reported nothing new of a move for too long."""
    return is_over(move.progress.news_at, without_news(move, migration), now)


def is_over(
    since: datetime.datetime | None,
    most: datetime.timedelta | None,
    now: datetime.datetime,
) -> bool:
    """Return whether something lasts longer than it may; None is no limit."""
    return since is not None and most is not None and now - since >= most
