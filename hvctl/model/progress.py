# SPDX-License-Identifier: Apache-2.0
"""What a run knows of itself: verdicts, outcomes, events and the ledger."""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.model import hypervisor
from hvctl.model import steps


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a hypervisor's part of a run ended.

    :ivar ok: the goal is reached
    :ivar message: what to know, in words; why, when it is not reached
    """

    ok: bool
    message: str = ''


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a decision says of one hypervisor.

    :ivar status: where it is, and what is waited for
    :ivar steps: what to do now; steps whose lane is still busy are left out
    :ivar outcome: None as long as there is something to do or to wait for
    """

    status: hypervisor.Status
    steps: tuple[steps.Step, ...] = ()
    outcome: Outcome | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A step that failed for good.

    :ivar message: one sentence for the user
    """

    step: steps.Step
    message: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PhaseReached:
    """An event: a hypervisor is in another phase, or waits for another thing.

    :ivar seconds: how long the phase before took, None for the first
    """

    name: str
    status: hypervisor.Status
    before: hypervisor.Phase | None
    seconds: float | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """An event: something worth a line that is not a change of phase."""

    name: str
    message: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """An event: a hypervisor's part of the run has ended."""

    name: str
    outcome: Outcome


Event = PhaseReached | Noted | Finished


@dataclasses.dataclass(slots=True, kw_only=True)
class Ledger:
    """What a run did and saw; written by the loop only.

    It helps a run to explain itself.  Nothing that must outlive the run is
    in here: that is in the cloud.

    :ivar started_at: when the run began
    :ivar looks: how many snapshots were taken
    :ivar done: steps that succeeded, and whether each changed anything
    :ivar failures: by lane
    :ivar first_seen: when this run saw a hypervisor in a phase first
    :ivar memory: per hypervisor, facts to remember after their source is gone
    """

    started_at: datetime.datetime
    looks: int = 0
    done: dict[steps.Step, bool] = dataclasses.field(default_factory=dict)
    failures: dict[str, Failure] = dataclasses.field(default_factory=dict)
    first_seen: dict[tuple[str, hypervisor.Phase], datetime.datetime] = (
        dataclasses.field(default_factory=dict)
    )
    memory: dict[str, hypervisor.Hypervisor] = dataclasses.field(
        default_factory=dict
    )

    def changed(self, name: str) -> bool:
        """Whether this run changed anything for a hypervisor."""
        return any(
            changed and step.name == name
            for step, changed in self.done.items()
        )
