# SPDX-License-Identifier: Apache-2.0
"""What becomes of the moves of guests, where that is chosen."""

from __future__ import annotations

import enum
import typing

#: What a conductor says in the end of hosts that have all refused a guest.
NO_HOST = 'No valid host was found. There are not enough hosts available.'


class End(enum.Enum):
    """How a move ends."""

    NO_HOST = enum.auto()
    """The scheduler finds none."""
    FAILS = enum.auto()
    """The hosts refuse it, and the guest is as it was."""
    BREAKS = enum.auto()
    """Something unexpected fails, and the guest is in error."""
    HANGS = enum.auto()
    """It never ends by itself."""
    UNRECORDED = enum.auto()
    """What Nova's API sends on is lost, and the guest stays in its task."""
    LOST = enum.auto()
    """That as well, and somebody resets the guest."""
    REFUSED = enum.auto()
    """Nova's API refuses it."""


class Fate(typing.NamedTuple):
    """What becomes of a guest's moves.

    :ivar why: what the action of the request tells; None for nothing
    """

    end: End
    why: str | None = None


NOWHERE = Fate(End.NO_HOST, NO_HOST)
FAILS = Fate(End.FAILS, NO_HOST)
BREAKS = Fate(End.BREAKS)
HANGS = Fate(End.HANGS)
UNRECORDED = Fate(End.UNRECORDED)
LOST = Fate(End.LOST)
REFUSED = Fate(End.REFUSED)
