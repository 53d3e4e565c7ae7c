# SPDX-License-Identifier: Apache-2.0
"""Decides which hypervisors of a profile count, and how."""

from __future__ import annotations

import dataclasses
import enum

from hvctl.decide import prune
from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import ownership
from hvctl.decide.hypervisor import phases
from hvctl.decide.hypervisor import sight
from hvctl.model.disabled_reason import DisabledBy
from hvctl.model.hypervisor import Hypervisor, Phase
from hvctl.model.snapshot import Snapshot


class Standing(enum.Enum):
    """How a hypervisor counts."""

    USABLE = enum.auto()
    """It takes guests."""
    COMING = enum.auto()
    """It is on the way to that; create goes on with it."""
    DOWN = enum.auto()
    """It was usable and counts, since it may come back."""
    BACK = enum.auto()
    """Its drain is being taken back."""
    CLOSED = enum.auto()
    """Somebody has closed it; it does not count, and is left alone."""
    FAILED = enum.auto()
    """Its deploy has failed; it does not count, and goes."""
    GOING = enum.auto()
    """A scale has chosen it, or a delete has begun."""


#: Those that count.
COUNTED = frozenset(
    {Standing.USABLE, Standing.COMING, Standing.DOWN, Standing.BACK}
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The hypervisors of a profile.

    :ivar members: those that have a server, and what stopped deletes of
        whatever profile have left, each with how it counts
    :ivar half_made: names of which a stopped create has left what another
        takes up
    :ivar known: names of which anything of ours is there
    :ivar unseen: names of which nobody can tell now whether they count
    """

    members: tuple[tuple[Hypervisor, Standing], ...] = ()
    half_made: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    unseen: tuple[str, ...] = ()

    def of(self, *standings: Standing) -> tuple[Hypervisor, ...]:
        """Return those that stand so."""
        return tuple(hv for hv, how in self.members if how in standings)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.of(*COUNTED))


def fleet(look: Snapshot, profile: str) -> Fleet:
    """Find the hypervisors of a profile.

    :param look: at all of the project in one compute cloud
    """
    found = assemble.assemble(look, assemble.names(look))
    members = []
    unseen = []
    for hv in found.values():
        if hv.elsewhere:
            continue
        mine = hv.server is not None and hv.profile == profile
        unknown = sight.status(look, hv).phase is Phase.UNKNOWN
        if unknown and (mine or hv.server is None):
            unseen.append(hv.name)
        elif mine:
            members.append((hv, standing(hv)))
        elif prune.is_left(hv):
            members.append((hv, Standing.GOING))
    return Fleet(
        members=tuple(members),
        half_made=frozenset(
            hv.name for hv in found.values() if _is_half_made(hv)
        ),
        known=frozenset((*found, *look.other_clouds)),
        unseen=tuple(unseen),
    )


def standing(hv: Hypervisor) -> Standing:
    """Return how a hypervisor counts that has a server."""
    phase = phases.status(hv).phase
    closed = _closed(hv)
    if phase is Phase.STOPPING:
        return Standing.GOING
    if closed is not None:
        return closed
    if not hv.opened:
        return Standing.FAILED if phase is Phase.FAILED else Standing.COMING
    if phase is Phase.READY:
        # Its hold is there again, and create lifts it.
        return Standing.COMING
    # The server of one that was in use may be in ERROR for anything.
    return Standing.USABLE if phase is Phase.ENABLED else Standing.DOWN


def _closed(hv: Hypervisor) -> Standing | None:
    """Return how one counts whose service somebody has disabled."""
    if hv.service is None or hv.service.enabled:
        return None
    disabled = hv.service.disabled
    if disabled.by is DisabledBy.HVCTL or disabled.for_scale:
        return Standing.GOING
    if disabled.undone:
        return Standing.BACK
    if disabled.by in (DisabledBy.DRAIN, DisabledBy.OTHERS) or (
        hv.opened and disabled.by is not DisabledBy.CREATE
    ):
        return Standing.CLOSED
    return None


def _is_half_made(hv: Hypervisor) -> bool:
    phase = phases.status(hv).phase
    return (
        phase is Phase.ORPHANED
        and not phases.goes(hv, phase)
        and not ownership.may_be_elsewhere(hv)
    )
