# SPDX-License-Identifier: Apache-2.0
"""The way of one guest off a hypervisor that is drained."""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.model.drain_options import Method
from hvctl.model.records import Shape


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The way of one guest off a hypervisor that is drained.

    :ivar state: the guest's status before it moves
    :ivar method: how it leaves; None when it is not to be moved
    :ivar result: ``planned``, ``waiting``, ``moving``, ``moved``,
        ``failed``, ``left`` (it stays, and was not touched) or ``gone``
        (its owner deleted or shelved it)
    :ivar lift: for one that is in the way: what to type to change that
    :ivar accepted: it stays, and the user has said that it may
    :ivar note: what else its owner will notice
    :ivar priority: greater ones go first
    :ivar ports: VNIC types of its ports that are a device of the host
    :ivar group: id of its anti-affinity group, whose members move one by one
    :ivar bound: id of its affinity group, whose members have one host
    :ivar shape: what it takes of a host
    :ivar tied: whether its groups are known
    :ivar attempt: how many requests for it have been sent
    :ivar adopted: somebody else has sent it away, and it is followed
    :ivar after: the newest migration record the guest had before this move
    :ivar told: what Nova last told of how it goes, and since when
        (``heard_at``)
    :ivar seen_at: when it was first seen on the host
    :ivar busy_since: since when the guest is busy with something else
    :ivar idle_since: since when Nova does nothing with it, though the record
        of its migration is not over
    :ivar running_at: when it was first seen to be copied
    """

    server_id: str
    server_name: str
    project_id: str
    hypervisor: str
    state: str
    method: Method | None
    result: str
    source: str
    destination: str | None = None
    reason: str = ''
    lift: str = ''
    accepted: bool = False
    note: str = ''
    priority: int = 0
    ports: tuple[str, ...] = ()
    group: str | None = None
    bound: str | None = None
    shape: Shape = dataclasses.field(default_factory=Shape)
    tied: bool = True
    attempt: int = 0
    adopted: bool = False
    after: int = 0
    told: str = ''
    seen_at: datetime.datetime | None = None
    busy_since: datetime.datetime | None = None
    started_at: datetime.datetime | None = None
    heard_at: datetime.datetime | None = None
    idle_since: datetime.datetime | None = None
    running_at: datetime.datetime | None = None
    ended_at: datetime.datetime | None = None
