# SPDX-License-Identifier: Apache-2.0
"""What a run tells whoever listens."""

from __future__ import annotations

import dataclasses

from hvctl.model.hypervisor import Phase, Status
from hvctl.model.move import Move
from hvctl.model.verdict import Outcome


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


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An event: a step was refused for now.

    :ivar message: one sentence for the user
    :ivar seconds: when it is tried again
    """

    name: str
    message: str
    seconds: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """An event: the cloud could not be looked at.

    :ivar message: one sentence for the user
    :ivar seconds: when it is looked at again
    """

    message: str
    seconds: float


Event = PhaseReached | Finished | MoveChanged | Refused | Blind
