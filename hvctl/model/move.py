# SPDX-License-Identifier: Apache-2.0
"""The way of one guest off a hypervisor that is drained."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import datetime
import enum
import typing

from hvctl.model.drain_options import Method
from hvctl.model.reasons import Reason
from hvctl.model.records import Shape


class MoveState(enum.StrEnum):
    """How a guest's move stands; the column *Result* of ``drain``."""

    PLANNED = 'planned'
    """It is to be moved, and its turn has not come (yet)."""
    WAITING = 'waiting'
    """It is busy with something else, and is looked at again."""
    MOVING = 'moving'
    """It is under way; when the time is over, Nova goes on with it."""
    MOVED = 'moved'
    """It is on another host: that under *Destination*."""
    SHELVED = 'shelved'
    """It is on no host any more, and its owner can unshelve it."""
    DELETED = 'deleted'
    """Its owner has deleted it meanwhile."""
    GONE = 'gone'
    """It is on no host, and was never seen to run, as when its boot failed."""
    RETURNED = 'returned'
    """It had left, and is back on the host; the next look begins anew."""
    STAYED = 'stayed'
    """It was not touched, and is where it was."""
    FAILED = 'failed'
    """Its move failed, or was given up."""

    @property
    def pending(self) -> bool:
        """Whether its turn has not come yet."""
        return self in (MoveState.PLANNED, MoveState.WAITING)

    @property
    def ended(self) -> bool:
        """Whether nothing is being done with it.

        The next look may find another state, as when it is no longer in the
        way, or has come back.
        """
        return not self.pending and self is not MoveState.MOVING

    @property
    def has_left(self) -> bool:
        """Whether it is off the host, and well."""
        return self in (
            MoveState.MOVED,
            MoveState.SHELVED,
            MoveState.DELETED,
            MoveState.GONE,
        )

    @property
    def remains(self) -> bool:
        """Whether it stays, or left the host broken."""
        return self in (MoveState.STAYED, MoveState.FAILED)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who moves.

    :ivar name: without what a terminal would obey
    :ivar status: Nova's, before it moves
    :ivar shape: what it takes of a host
    :ivar priority: greater ones go first
    :ivar shutdown_timeout: for how many seconds Nova lets it shut down, where
        its image says so
    """

    id: str
    name: str = ''
    project_id: str = ''
    status: str = ''
    shape: Shape = dataclasses.field(default_factory=Shape)
    priority: int = 0
    shutdown_timeout: str = ''


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What is to be done with a guest.

    :ivar method: how it leaves; None when it does not
    :ivar reason: why so; None where there is nothing to say
    :ivar wishes: what its owner said of it, followed or not
    :ivar doubts: what may go wrong when it leaves so
    :ivar accepted: it stays, and the user has said that it may
    :ivar busy: it is busy with something else, and to be looked at again
    :ivar asks: what its volumes are is to be known before it leaves
    """

    method: Method | None = None
    reason: Reason | None = None
    wishes: tuple[Reason, ...] = ()
    doubts: tuple[Reason, ...] = ()
    accepted: bool = False
    busy: bool = False
    asks: bool = False

    @property
    def migrates(self) -> bool:
        """Whether Nova moves the guest to another host."""
        return self.method is not None and self.method.migrates


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GuestVolumes:
    """What the block storage service tells of a guest's volumes.

    :ivar encrypted: whether one is; None where that is not known
    :ivar image: properties of the image that it boots from, where that is on
        a volume
    """

    encrypted: bool | None = None
    image: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """What ties a guest to its host or to other guests.

    :ivar known: whether a look has reached this
    :ivar ports: VNIC types of its ports that are a device of the host
    :ivar affinity: id of its affinity group, whose members have one host
    :ivar anti_affinity: id of its anti-affinity group, whose members move
        one by one
    :ivar volumes: None where that was not asked
    :ivar tries_out: the hypervisor whose test guest it is
    """

    known: bool = True
    ports: tuple[str, ...] = ()
    affinity: str | None = None
    anti_affinity: str | None = None
    volumes: GuestVolumes | None = None
    tries_out: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a move is.

    :ivar attempt: how many requests for it have been sent
    :ivar adopted: somebody else has sent it away, and it is followed
    :ivar after: the newest migration record the guest had before this move
    :ivar record: the id of the migration record that Nova last told of it; a
        record that was there and is missing was left out
    :ivar reached: the method by which its host was seen to get to another one
    :ivar tried_at: when a request for it last came to nothing
    :ivar no_host: that was since Nova found no host for it
    :ivar unexplained: nobody says why that was
    :ivar news: what Nova last told of how it goes, and since when
        (``news_at``)
    :ivar left_at: since when it has not been on the host
    :ivar busy_since: since when the guest is busy with something else
    :ivar abandoned_since: since when Nova does nothing with it, though the
        record of its migration is not over
    :ivar copied_since: when it was first seen to be copied
    :ivar took: the seconds that its migration took, by Nova's record of that;
        None before it is over
    """

    destination: str | None = None
    attempt: int = 0
    adopted: bool = False
    after: int = 0
    record: int | None = None
    reached: Method | None = None
    tried_at: datetime.datetime | None = None
    no_host: bool = False
    unexplained: bool = False
    news: str = ''
    left_at: datetime.datetime | None = None
    busy_since: datetime.datetime | None = None
    started_at: datetime.datetime | None = None
    news_at: datetime.datetime | None = None
    abandoned_since: datetime.datetime | None = None
    copied_since: datetime.datetime | None = None
    ended_at: datetime.datetime | None = None
    took: float | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The way of one guest off a hypervisor that is drained.

    :ivar hypervisor: the name of the one that is drained
    :ivar source: its service host
    :ivar state: how it stands
    :ivar reason: why it stands so; None where there is nothing to say
    :ivar notes: what else its owner will notice
    """

    hypervisor: str
    source: str
    guest: Guest
    state: MoveState
    reason: Reason | None = None
    treatment: Treatment = dataclasses.field(default_factory=Treatment)
    ties: Ties = dataclasses.field(default_factory=Ties)
    progress: Progress = dataclasses.field(default_factory=Progress)
    notes: tuple[Reason, ...] = ()

    @property
    def leaves(self) -> bool:
        """Whether it is under way, and not off its host yet."""
        return self.state is MoveState.MOVING and self.progress.left_at is None

    @property
    def in_the_way(self) -> bool:
        """Whether the guest stays, and nobody has said that it may."""
        return self.state is MoveState.STAYED and not self.treatment.accepted

    def but(self, **changes: typing.Any) -> Move:
        """Return the move in another state, or with other progress."""
        own = {
            name: changes.pop(name)
            for name in ('state', 'reason')
            if name in changes
        }
        return dataclasses.replace(
            self, progress=dataclasses.replace(self.progress, **changes), **own
        )
