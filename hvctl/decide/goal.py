# SPDX-License-Identifier: Apache-2.0
"""What the decisions of all verbs have in common.

A verb is an ordered table of stages.  For each hypervisor the first stage
that answers gives the verdict.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable, Sequence
import dataclasses
import datetime
import enum
import typing

from hvctl.decide.case import Case
from hvctl.decide.hypervisor import assemble
from hvctl.model.codes import OutcomeCode
from hvctl.model.hypervisor import Hypervisor, Phase
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.request import CreateRequest
from hvctl.model.snapshot import Scope, Snapshot
from hvctl.model.verdict import Verdict

#: Between looks that leave out what others have, or what hardly changes, at
#: least every tenth is whole.
FULL_LOOK_EVERY = 10

C = typing.TypeVar('C', bound=Case)
C_contra = typing.TypeVar('C_contra', bound=Case, contravariant=True)


class Kind(enum.StrEnum):
    """What a stage is."""

    CHECK = 'check'
    """It ends the hypervisor's part, or is passed without a sign."""
    STEP = 'step'
    """Something is changed."""
    WAIT = 'wait'
    """Something is waited for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stage(typing.Generic[C_contra]):
    """One stage of a verb.

    :ivar name: short and stable
    :ivar words: what is done or waited for
    :ivar decide: gives the verdict on a hypervisor that is at this stage,
        and None on one that is past it or does not need it
    :ivar when: in which case there is something to do; '' is in every one
    :ivar phases: those of a hypervisor that begins with this stage
    :ivar asked: whether that is the case, as far as a request of ``create``
        or, without one, the hypervisor tells; None where neither does
    """

    name: str
    kind: Kind
    words: str
    decide: Callable[[C_contra], Verdict | None]
    when: str = ''
    phases: tuple[Phase, ...] = ()
    asked: Callable[[Hypervisor, CreateRequest | None], bool | None] | None = (
        None
    )


S = typing.TypeVar('S', bound=Stage[typing.Any])


def first(stages: Iterable[S], case: Case) -> S:
    """Return the first stage that answers."""
    return next(s for s in stages if s.decide(case) is not None)


def walk(stages: Iterable[Stage[C]], case: C) -> Verdict:
    """Return the verdict of the first stage that answers."""
    for stage in stages:
        verdict = stage.decide(case)
        if verdict is not None:
            return verdict
    raise AssertionError(f'no stage answers for {case.hv.name}')


def since(stages: Sequence[S], phase: Phase) -> Sequence[S]:
    """Return the stages from the first of those in a phase on."""
    for number, stage in enumerate(stages):
        if phase in stage.phases:
            return stages[number:]
    return ()


def expected(
    stages: Iterable[S],
    hv: Hypervisor,
    request: CreateRequest | None = None,
) -> list[S]:
    """Return the stages in which something is done or waited for.

    Those that only an accident needs are left out.

    :param request: what was asked for; None where that is not known
    """
    return [
        stage
        for stage in stages
        if stage.kind is not Kind.CHECK
        and (
            not stage.when
            if stage.asked is None
            else stage.asked(hv, request) is not False
        )
    ]


def _failed(case: Case) -> Verdict | None:
    """End a hypervisor's part when a step of its own failed for good."""
    failure = case.ledger.failures.get(case.hv.name)
    if failure is None:
        return None
    return Verdict.failed(
        case.status,
        Reason.of(OutcomeCode.REQUEST_FAILED, message=failure.message),
    )


#: The first stage of every verb.
FAILED_LANE: Stage[Case] = Stage(
    'failed', Kind.CHECK, 'end when a request has failed for good', _failed
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

    def decide(
        self,
        snapshot: Snapshot,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> dict[str, Verdict]:
        """Return for each name what to do and what is waited for."""
        return {
            name: self.verdict(self.case(snapshot, hv, ledger, now))
            for name, hv in self.hypervisors(snapshot).items()
        }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NamedGoal(Goal[Case]):
    """A verb that needs no more than the names of hypervisors."""

    names: tuple[str, ...]

    def hypervisors(self, snapshot: Snapshot) -> dict[str, Hypervisor]:
        """Return what a look has of each name."""
        return assemble.assemble(snapshot, self.names)

    def case(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> Case:
        """Build what the decision about one hypervisor may read."""
        return Case.of(snapshot, hv, ledger, now)
