# SPDX-License-Identifier: Apache-2.0
"""Tells what moves a hypervisor from one phase to the next.

The phases themselves are decided in ``phases``; nothing is decided here.  The
documentation draws this table, and the unit tests hold every run against it.
"""

from __future__ import annotations

import enum
import typing

from hvctl.model.hypervisor import Phase


class Mover(enum.StrEnum):
    """Who moves a hypervisor."""

    COMMAND = 'command'
    """A command of hvctl."""
    CLOUD = 'cloud'
    """The cloud and the machine, by themselves."""
    MISHAP = 'mishap'
    """Something that went wrong, or somebody else."""


class Arrow(typing.NamedTuple):
    """A way from one phase, or from each of several, to another one.

    :ivar before: where it begins
    :ivar after: where it ends; one of these where there are several
    :ivar mover: who moves the hypervisor
    :ivar cause: what happens then, in words
    """

    before: tuple[Phase, ...]
    after: tuple[Phase, ...]
    mover: Mover
    cause: str


#: Where a hypervisor can be; one that is unknown is in any of them.
PHASES = tuple(phase for phase in Phase if phase is not Phase.UNKNOWN)

#: A nova-compute that has registered and is not enabled, or not wholly well.
#: A drain closes it all the same, and create goes on when that is taken back.
NOT_IN_SERVICE = (
    Phase.REGISTERED,
    Phase.UNMAPPED,
    Phase.NO_INVENTORY,
    Phase.NO_AGENT,
    Phase.READY,
)
#: A nova-compute that has registered, and a machine that runs.
REGISTERED = (
    *NOT_IN_SERVICE,
    Phase.ENABLED,
    Phase.DRAINING,
    Phase.DRAINED,
)
#: Whatever has a bare-metal server that is not being deleted.
WITH_SERVER = (
    Phase.BUILDING,
    Phase.BOOTING,
    *REGISTERED,
    Phase.CLOSED,
    Phase.DOWN,
    Phase.FAILED,
)

#: Between two looks a hypervisor may pass through all of these.
PASSING = frozenset(
    {
        Phase.BOOTING,
        Phase.REGISTERED,
        Phase.UNMAPPED,
        Phase.NO_INVENTORY,
        Phase.NO_AGENT,
        Phase.READY,
        Phase.DRAINING,
    }
)

ARROWS = (
    Arrow(
        (Phase.MISSING,),
        (Phase.BUILDING,),
        Mover.COMMAND,
        'create',
    ),
    Arrow(
        (Phase.BUILDING,),
        (Phase.BOOTING,),
        Mover.CLOUD,
        'Ironic has deployed it',
    ),
    Arrow(
        (Phase.BOOTING,),
        (Phase.REGISTERED,),
        Mover.CLOUD,
        'nova-compute registers',
    ),
    Arrow(
        (Phase.REGISTERED,),
        (Phase.UNMAPPED,),
        Mover.CLOUD,
        'its inventory is written',
    ),
    Arrow(
        (Phase.REGISTERED,),
        (Phase.NO_INVENTORY,),
        Mover.CLOUD,
        'it is mapped to a cell',
    ),
    Arrow(
        (Phase.UNMAPPED,),
        (Phase.NO_AGENT,),
        Mover.CLOUD,
        'it is mapped to a cell',
    ),
    Arrow(
        (Phase.NO_INVENTORY,),
        (Phase.NO_AGENT,),
        Mover.CLOUD,
        'its inventory is written',
    ),
    Arrow(
        (Phase.NO_AGENT,),
        (Phase.READY,),
        Mover.CLOUD,
        'its agents report',
    ),
    Arrow(
        (Phase.READY,),
        (Phase.ENABLED,),
        Mover.COMMAND,
        'create lifts the hold',
    ),
    Arrow(
        (Phase.ENABLED,),
        (Phase.READY,),
        Mover.COMMAND,
        'delete closes it',
    ),
    Arrow(
        (*NOT_IN_SERVICE, Phase.ENABLED),
        (Phase.DRAINING,),
        Mover.COMMAND,
        'drain closes it',
    ),
    Arrow(
        (Phase.DRAINING,),
        (Phase.DRAINED,),
        Mover.COMMAND,
        'the last guest leaves',
    ),
    Arrow(
        (Phase.DRAINING, Phase.DRAINED),
        (*NOT_IN_SERVICE, Phase.ENABLED),
        Mover.COMMAND,
        'drain --undo',
    ),
    Arrow(
        WITH_SERVER,
        (Phase.STOPPING,),
        Mover.COMMAND,
        'delete',
    ),
    Arrow(
        (Phase.ORPHANED,),
        (Phase.STOPPING,),
        Mover.COMMAND,
        'delete',
    ),
    Arrow(
        (Phase.STOPPING,),
        (Phase.MISSING,),
        Mover.CLOUD,
        'nothing is left',
    ),
    Arrow(
        (Phase.STOPPING,),
        (Phase.BUILDING,),
        Mover.COMMAND,
        'create --retries',
    ),
    Arrow(
        (Phase.BUILDING,),
        (Phase.FAILED,),
        Mover.MISHAP,
        'no node is free, or the deploy fails',
    ),
    Arrow(
        (Phase.READY, Phase.ENABLED),
        (Phase.NO_AGENT,),
        Mover.MISHAP,
        'an agent is dead',
    ),
    Arrow(
        (Phase.UNMAPPED,),
        (Phase.REGISTERED,),
        Mover.MISHAP,
        'its provider is deleted',
    ),
    Arrow(
        (Phase.NO_AGENT, Phase.READY, Phase.ENABLED),
        (Phase.NO_INVENTORY,),
        Mover.MISHAP,
        'its provider is deleted',
    ),
    Arrow(
        (Phase.BOOTING, *REGISTERED),
        (Phase.DOWN,),
        Mover.MISHAP,
        'it is off, or does not report',
    ),
    Arrow(
        (Phase.DOWN,),
        (Phase.BOOTING, *REGISTERED),
        Mover.CLOUD,
        'it reports again',
    ),
    Arrow(
        (Phase.BOOTING, *REGISTERED),
        (Phase.CLOSED,),
        Mover.MISHAP,
        'somebody disables it',
    ),
    Arrow(
        (Phase.CLOSED,),
        (Phase.BOOTING, *REGISTERED),
        Mover.MISHAP,
        'they enable it again',
    ),
    Arrow(
        (*WITH_SERVER, Phase.STOPPING),
        (Phase.ORPHANED,),
        Mover.MISHAP,
        'the server is gone, records are left',
    ),
    Arrow(
        (Phase.ORPHANED,),
        (Phase.BUILDING,),
        Mover.COMMAND,
        'create, if it never registered',
    ),
)


def leads(before: Phase, after: Phase) -> bool:
    """Return whether the table leads from one phase to another.

    A look may miss what passes quickly, so that there may be phases between
    the two that a hypervisor passes through.
    """
    seen = {before}
    reached = {before}
    while reached:
        reached = {
            phase
            for arrow in ARROWS
            if reached.intersection(arrow.before)
            for phase in arrow.after
        } - seen
        if after in reached:
            return True
        seen |= reached
        reached &= PASSING
    return False
