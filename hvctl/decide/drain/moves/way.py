# SPDX-License-Identifier: Apache-2.0
"""Tells what moves a guest's move from one state to the next.

The states themselves are decided by ``follow`` and ``queue``; nothing is
decided here.  The documentation draws this table, and the unit tests hold
every run against it.
"""

from __future__ import annotations

import typing

from hvctl.model.move import MoveState


class Arrow(typing.NamedTuple):
    """A way from one state, or from each of several, to others.

    :ivar before: where it begins
    :ivar after: where it ends; one of these where there are several
    :ivar cause: what happens then, in words
    """

    before: tuple[MoveState, ...]
    after: tuple[MoveState, ...]
    cause: str


#: A guest that the next look classifies anew.
AT_REST = (MoveState.PLANNED, MoveState.WAITING, MoveState.STAYED)
#: A guest that has left, and is well.
AWAY = (
    MoveState.MOVED,
    MoveState.SHELVED,
    MoveState.DELETED,
    MoveState.GONE,
)
#: A guest that is on the host, as far as the run knows.
HERE = (*AT_REST, MoveState.MOVING, MoveState.FAILED)

ARROWS = (
    Arrow(AT_REST, AT_REST, 'each look classifies it anew'),
    Arrow((MoveState.PLANNED,), (MoveState.MOVING,), 'its turn comes'),
    Arrow(
        (*AT_REST, MoveState.FAILED),
        (MoveState.MOVING,),
        'somebody else has sent it',
    ),
    Arrow((MoveState.MOVING,), AT_REST, 'it failed, and is tried again'),
    Arrow(
        (*AT_REST, MoveState.MOVING),
        (MoveState.FAILED,),
        'it failed for good, or left broken',
    ),
    Arrow(
        (MoveState.FAILED,), (MoveState.WAITING,), 'it is just being deleted'
    ),
    Arrow(HERE, AWAY, 'it has left'),
    Arrow(HERE, (MoveState.RETURNED,), 'it had left, and is back'),
    Arrow((*AWAY, MoveState.RETURNED), AT_REST, 'it is seen here again'),
)


def leads(before: MoveState, after: MoveState) -> bool:
    """Return whether the table leads from one state to another at once."""
    return any(
        before in arrow.before and after in arrow.after for arrow in ARROWS
    )
