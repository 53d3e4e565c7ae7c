# SPDX-License-Identifier: Apache-2.0
"""What one run did and saw."""

from __future__ import annotations

from collections.abc import Collection
import dataclasses
import datetime
import typing

from hvctl.model.hypervisor import Phase, Status
from hvctl.model.move import Move
from hvctl.model.reasons import Reason
from hvctl.model.results import (
    Accepted,
    Answer,
    Created,
    Exists,
    Explained,
    Hosting,
    Located,
    Replied,
)
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import Step
from hvctl.model.verdict import Verdict

#: Before a run has looked.
_LONG_AGO = datetime.datetime.min.replace(tzinfo=datetime.UTC)

_A = typing.TypeVar(
    '_A', Accepted, Created, Exists, Explained, Hosting, Located, Replied
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A step that failed for good.

    :ivar message: one sentence for the user
    :ivar at: when that was; None counts as now
    """

    step: Step
    message: str
    at: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A step that was refused for now, and is tried again.

    :ivar message: one sentence for the user
    :ivar since: when it was refused first
    :ivar tries: how often it was
    :ivar again_at: when it is sent again, at the earliest
    """

    step: Step
    message: str
    since: datetime.datetime
    tries: int
    again_at: datetime.datetime


@dataclasses.dataclass(slots=True, kw_only=True)
class Ledger:
    """What a run did and saw; written by the loop only.

    It helps a run to explain itself.  Nothing that must outlive the run is
    in here: that is in the cloud.

    :ivar started_at: when the run took its first look
    :ivar ends_at: when the time for the whole is over; None without a limit
    :ivar looked_at: when the last look was judged
    :ivar looks: how many snapshots were taken
    :ivar partial_looks: how many of them since the last whole one
    :ivar last: the newest of them
    :ivar done: steps that succeeded, and whether each changed anything
    :ivar done_at: when each of them succeeded last
    :ivar runs: how often each of them succeeded, where that is not once
    :ivar answers: what a step was told last, where it was told something
    :ivar failures: by lane
    :ivar refusals: by lane, as long as the step is still wanted
    :ivar first_seen: when this run saw a hypervisor in a phase first
    :ivar statuses: of each hypervisor at the last look
    :ivar changed_at: when that changed last
    :ivar nodes_tried: the Ironic nodes of each hypervisor, the last one last
    :ivar moves: by the guest's id
    :ivar given_up: why a hypervisor that is being taken back failed
    :ivar abandoned: ids of the servers of each hypervisor whose deploy failed
        and was tried anew
    :ivar test_failures: why the health test of a hypervisor failed
    :ivar test_notes: what the health test of a hypervisor did not try
    :ivar out_of_time: the seconds that there were, when they are over and
        there is a grace for cleaning up
    :ivar winding_down: nothing new is to be begun any more
    """

    started_at: datetime.datetime = _LONG_AGO
    ends_at: datetime.datetime | None = None
    looked_at: datetime.datetime = _LONG_AGO
    looks: int = 0
    partial_looks: int = 0
    last: Snapshot | None = None
    done: dict[Step, bool] = dataclasses.field(default_factory=dict)
    done_at: dict[Step, datetime.datetime] = dataclasses.field(
        default_factory=dict
    )
    runs: dict[Step, int] = dataclasses.field(default_factory=dict)
    answers: dict[Step, Answer] = dataclasses.field(default_factory=dict)
    failures: dict[str, Failure] = dataclasses.field(default_factory=dict)
    refusals: dict[str, Refusal] = dataclasses.field(default_factory=dict)
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
    given_up: dict[str, Reason] = dataclasses.field(default_factory=dict)
    abandoned: dict[str, tuple[str, ...]] = dataclasses.field(
        default_factory=dict
    )
    test_failures: dict[str, Reason] = dataclasses.field(default_factory=dict)
    test_notes: dict[str, Reason] = dataclasses.field(default_factory=dict)
    out_of_time: float | None = None
    winding_down: bool = False

    def saw(self, look: Snapshot) -> None:
        """Note a look that was judged."""
        self.last = look
        self.looks += 1
        self.partial_looks = self.partial_looks + 1 if look.partial else 0

    def changed(self, name: str) -> bool:
        """Return whether this run changed anything for a hypervisor."""
        return any(
            changed and step.name == name
            for step, changed in self.done.items()
        )

    def times(self, name: str, kind: type[Step]) -> int:
        """Return how often this run did steps of a kind for a hypervisor."""
        times = 0
        for step in self.done:
            if isinstance(step, kind) and step.name == name:
                times += self.runs.get(step, 1)
        return times

    def answer(self, step: Step, kind: type[_A]) -> _A | None:
        """Return what a step was told, if that is of a kind."""
        answer = self.answers.get(step)
        return answer if isinstance(answer, kind) else None

    def done_since(self, step: Step, since: datetime.datetime | None) -> bool:
        """Return whether a step has succeeded after a time."""
        at = self.done_at.get(step)
        return at is not None and (since is None or at > since)

    def failed_since(
        self, step: Step, since: datetime.datetime | None
    ) -> Failure | None:
        """Return the failure of a step after a time, if it failed for good."""
        failure = self.failures.get(step.lane)
        if failure is None or failure.step != step:
            return None
        done_at = self.done_at.get(step)
        if done_at and failure.at and done_at > failure.at:
            return None  # it came to pass in the end
        if since is None or failure.at is None or failure.at > since:
            return failure
        return None

    def refusal(self, name: str) -> str | None:
        """Return what is refused for now of a hypervisor's steps, if any."""
        return next(
            (
                refusal.message
                for refusal in self.refusals.values()
                if refusal.step.name == name
            ),
            None,
        )

    def keep_refusals(self, verdicts: Collection[Verdict]) -> None:
        """Forget the refusals of what is wanted no longer."""
        self.refusals = {
            lane: refusal
            for lane, refusal in self.refusals.items()
            if any(refusal.step in verdict.steps for verdict in verdicts)
        }

    def note(self, name: str, verdict: Verdict) -> None:
        """Enter into the ledger what a decision wants to remember."""
        if verdict.giving_up is not None:
            self.given_up[name] = verdict.giving_up
            self.failures.pop(name, None)
        tried = self.nodes_tried.get(name, ())
        if verdict.node_id is not None and verdict.node_id not in tried[-1:]:
            self.nodes_tried[name] = (*tried, verdict.node_id)
        gone = self.abandoned.get(name, ())
        if verdict.abandoned is not None and verdict.abandoned not in gone:
            self.abandoned[name] = (*gone, verdict.abandoned)
        if verdict.test_failure is not None:
            self.test_failures[name] = verdict.test_failure
        if verdict.test_note is not None:
            self.test_notes[name] = verdict.test_note
