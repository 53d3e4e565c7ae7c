# SPDX-License-Identifier: Apache-2.0
"""What a drain may do, as its user says."""

from __future__ import annotations

import dataclasses
import datetime
import enum


class Method(enum.StrEnum):
    """How a guest leaves its host."""

    LIVE = 'live'
    """It runs on, or stays paused."""
    COLD = 'cold'
    """It is off meanwhile."""
    SHELVE = 'shelve'
    """It is switched off, its disk kept as an image until it is unshelved."""
    OFFLOAD = 'offload'
    """It is shelved already; the host lets go of it."""
    CONFIRM = 'confirm'
    """A resize that brought it here is confirmed; then it is looked at
    again."""

    @property
    def migrates(self) -> bool:
        """Whether Nova moves the guest to another host."""
        return self in (Method.LIVE, Method.COLD)


class Wish(enum.StrEnum):
    """What a guest's owner wants, in its metadata."""

    LIVE = 'live'
    COLD = 'cold'
    SHELVE = 'shelve'
    STAY = 'stay'


class Suspended(enum.StrEnum):
    """What becomes of suspended guests, which Nova cannot migrate."""

    LEAVE = 'leave'
    SHELVE = 'shelve'


#: Guests of one hypervisor that are under way at once where nothing tells how
#: many its nova-compute migrates at once ([DEFAULT]
#: max_concurrent_live_migrations).  Nova chooses and claims the destination
#: when it accepts a request: more would only pin choices that grow stale.
PARALLEL = 4


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DrainOptions:
    """What the user of a drain decides.

    :ivar method: the only method for guests that are not shelved; None for
        the one that suits each
    :ivar parallel: guests of one hypervisor that are under way at once; None
        for as many as its nova-compute migrates at once
    :ivar destination: the service host that takes them; None for wherever
        the scheduler finds room
    :ivar past_blocked: move the others when some guests cannot be moved
    :ivar suspended: None when that has to be asked
    :ivar allow_cold: switch guests off that cannot be live-migrated
    :ivar confirm_resizes: confirm what waits for its owner's confirmation
    :ivar force_complete: halt a guest that takes longer than its time
    :ivar retries: how often a move that failed is tried again
    :ivar most_draining: how many hypervisors may be closed for drains at once
    :ivar most_draining_share: the same, as a share (0 to 1) of the VCPUs and
        of the memory of all that take guests; None for what is usual
    :ivar expired: drain only what has expired, so long ago; None for whatever
        is named
    :ivar for_scale: what is drained is told apart as what a scale deletes
    :ivar dry_run: only plan
    :ivar wait: follow what is begun to its end
    """

    method: Method | None = None
    parallel: int | None = None
    destination: str | None = None
    past_blocked: bool = False
    suspended: Suspended | None = None
    allow_cold: bool = False
    confirm_resizes: bool = False
    force_complete: bool = False
    retries: int = 1
    most_draining: int | None = None
    most_draining_share: float | None = None
    expired: datetime.timedelta | None = None
    for_scale: bool = False
    dry_run: bool = False
    wait: bool = True
