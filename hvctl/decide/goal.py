# SPDX-License-Identifier: Apache-2.0
"""What the decisions of all verbs have in common.

A verb is an ordered table of stages.  For each hypervisor the first stage
that answers gives the verdict.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable
import dataclasses
import datetime
import typing

from hvctl.decide.case import Case
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.ledger import Ledger
from hvctl.model.snapshot import Scope, Snapshot
from hvctl.model.verdict import Verdict

C = typing.TypeVar('C', bound=Case)
C_contra = typing.TypeVar('C_contra', bound=Case, contravariant=True)


@dataclasses.dataclass(frozen=True, slots=True)
class Stage(typing.Generic[C_contra]):
    """One stage of a verb.

    :ivar name: short and stable
    :ivar words: what is done or waited for
    :ivar decide: gives the verdict on a hypervisor that is at this stage,
        and None on one that is past it or does not need it
    """

    name: str
    words: str
    decide: Callable[[C_contra], Verdict | None]


def walk(stages: Iterable[Stage[C]], case: C) -> Verdict:
    """Return the verdict of the first stage that answers."""
    for stage in stages:
        verdict = stage.decide(case)
        if verdict is not None:
            return verdict
    raise AssertionError(f'no stage answers for {case.name}')


def _failed(case: Case) -> Verdict | None:
    """End a hypervisor's part when a step of its own failed for good."""
    if case.failure is None:
        return None
    return Verdict.failed(case.status, case.failure.message)


#: The first stage of every verb.
FAILED_LANE: Stage[Case] = Stage(
    'failed', 'end when a request has failed for good', _failed
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Goal(abc.ABC, typing.Generic[C]):
    """A verb: what is wanted of some hypervisors."""

    @abc.abstractmethod
    def scope(self, ledger: Ledger) -> Scope:
        """Return what the next look must reach."""

    @abc.abstractmethod
    def hypervisors(self, snapshot: Snapshot) -> dict[str, Hypervisor]:
        """Return what a look has of each named hypervisor."""

    @abc.abstractmethod
    def case(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> C:
        """Build what the decision about one hypervisor may read."""

    @abc.abstractmethod
    def verdict(self, case: C) -> Verdict:
        """Return what to do with one hypervisor, and what is waited for."""

    def verdicts(self, cases: dict[str, C]) -> dict[str, Verdict]:
        """Return the verdicts on all of them, which may depend on another."""
        return {name: self.verdict(case) for name, case in cases.items()}

    def decide(
        self,
        snapshot: Snapshot,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> dict[str, Verdict]:
        """Return for each name what to do and what is waited for."""
        return self.verdicts(
            {
                name: self.case(snapshot, hv, ledger, now)
                for name, hv in self.hypervisors(snapshot).items()
            }
        )
