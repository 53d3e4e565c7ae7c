# SPDX-License-Identifier: Apache-2.0
"""What a run knows of itself: verdicts, outcomes, events and the ledger."""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.model.drain_options import Method
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.records import Shape
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import Step


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a hypervisor's part of a run ended.

    :ivar ok: the goal is reached
    :ivar message: what to know, in words; why, when it is not reached
    """

    ok: bool
    message: str = ''


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


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a decision says of one hypervisor.

    :ivar status: where it is, and what is waited for
    :ivar steps: what to do now; steps whose lane is still busy are left out
    :ivar outcome: None as long as there is something to do or to wait for
    :ivar node_id: the Ironic node, to be remembered when nothing else tells
        it any more
    :ivar moves: the guests' moves, as they stand now
    :ivar giving_up: why it failed, when what was made is to be removed now
    """

    status: Status
    steps: tuple[Step, ...] = ()
    outcome: Outcome | None = None
    node_id: str | None = None
    moves: tuple[Move, ...] = ()
    giving_up: str | None = None


def failed(status: Status, message: str) -> Verdict:
    """The verdict that a hypervisor's part of a run has failed.

    :param message: why, in words
    """
    return Verdict(status=status, outcome=Outcome(ok=False, message=message))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A step that failed for good.

    :ivar message: one sentence for the user
    """

    step: Step
    message: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a step that succeeded says.

    :ivar changed: whether it changed anything
    :ivar made: by kind, the ids that a later step of its lane needs and could
        not find by itself: a test guest's port
    :ivar answer: what it was told, for a step that asks, and the id of a
        server that it made
    """

    changed: bool = True
    made: dict[str, str] = dataclasses.field(default_factory=dict)
    answer: str = ''


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PhaseReached:
    """An event: a hypervisor is in another phase, or waits for another thing.

    :ivar seconds: how long the phase before took, None for the first
    """

    name: str
    status: Status
    before: Phase | None
    seconds: float | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """An event: a hypervisor's part of the run has ended."""

    name: str
    outcome: Outcome


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MoveChanged:
    """An event: a guest's move is in another state."""

    name: str
    move: Move


Event = PhaseReached | Finished | MoveChanged


@dataclasses.dataclass(slots=True, kw_only=True)
class Ledger:
    """What a run did and saw; written by the loop only.

    It helps a run to explain itself.  Nothing that must outlive the run is
    in here: that is in the cloud.

    :ivar started_at: when the run began
    :ivar looks: how many snapshots were taken
    :ivar last: the newest of them
    :ivar done: steps that succeeded, and whether each changed anything
    :ivar done_at: when each of them succeeded last
    :ivar answers: what a step that asks something was told, and the id of
        the server that another made
    :ivar failures: by lane
    :ivar first_seen: when this run saw a hypervisor in a phase first
    :ivar statuses: of each hypervisor at the last look
    :ivar changed_at: when that changed last
    :ivar nodes_tried: the Ironic nodes of each hypervisor, the last one last
    :ivar moves: by the guest's id
    :ivar given_up: why a hypervisor that is being taken back failed
    :ivar out_of_time: the seconds that there were, when they are over and
        there is a grace for cleaning up
    :ivar winding_down: nothing new is to be begun any more
    """

    started_at: datetime.datetime
    looks: int = 0
    last: Snapshot | None = None
    done: dict[Step, bool] = dataclasses.field(default_factory=dict)
    done_at: dict[Step, datetime.datetime] = dataclasses.field(
        default_factory=dict
    )
    answers: dict[Step, str] = dataclasses.field(default_factory=dict)
    failures: dict[str, Failure] = dataclasses.field(default_factory=dict)
    first_seen: dict[tuple[str, Phase], datetime.datetime] = dataclasses.field(
        default_factory=dict
    )
    statuses: dict[str, Status] = dataclasses.field(default_factory=dict)
    changed_at: dict[str, datetime.datetime] = dataclasses.field(
        default_factory=dict
    )
    nodes_tried: dict[str, tuple[str, ...]] = dataclasses.field(
        default_factory=dict
    )
    moves: dict[str, Move] = dataclasses.field(default_factory=dict)
    given_up: dict[str, str] = dataclasses.field(default_factory=dict)
    out_of_time: float | None = None
    winding_down: bool = False

    def changed(self, name: str) -> bool:
        """Whether this run changed anything for a hypervisor."""
        return any(
            changed and step.name == name
            for step, changed in self.done.items()
        )

    def times(self, name: str, kind: type[Step]) -> int:
        """How many steps of a kind this run finished for a hypervisor."""
        return sum(
            isinstance(step, kind) and step.name == name for step in self.done
        )
