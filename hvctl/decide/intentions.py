# SPDX-License-Identifier: Apache-2.0
"""Decides how it is noted what operators intend with hypervisors.

The server's metadata has it, so that every operator sees it, and that it goes
with the machine.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing

from hvctl.decide import goal
from hvctl.decide.case import Case
from hvctl.decide.goal import Kind
from hvctl.decide.goal import NamedGoal
from hvctl.decide.goal import Stage
from hvctl.decide.hypervisor import ownership
from hvctl.model import identity
from hvctl.model import intentions
from hvctl.model import moments
from hvctl.model.codes import OutcomeCode
from hvctl.model.ledger import Ledger
from hvctl.model.metadata_steps import SetMetadata
from hvctl.model.metadata_steps import UnsetMetadata
from hvctl.model.reasons import Fact
from hvctl.model.reasons import Reason
from hvctl.model.records import Server
from hvctl.model.snapshot import EVERY_PART, WholeLook
from hvctl.model.steps import Step
from hvctl.model.verdict import Outcome, Verdict

#: A moment, or how long from now.

#: States of a server in which its metadata may be changed
#: (nova/compute/api.py, update_instance_metadata).
_WRITABLE = frozenset({'ACTIVE', 'PAUSED', 'SUSPENDED', 'SHUTOFF'})

#: The items that are taken away with each thing that is intended, first the
#: one by which it counts.
ITEMS: dict[str, tuple[str, ...]] = {
    'protected': (
        identity.PROTECTED_KEY,
        identity.PROTECTED_BY_KEY,
        identity.PROTECTED_REASON_KEY,
    ),
    'expires': (identity.EXPIRES_KEY,),
    'description': (identity.DESCRIPTION_KEY,),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Protect:
    """Protect a hypervisor.

    :ivar until: until when; None where it does not end by itself
    """

    reason: str
    by: str
    until: moments.When | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Intend(NamedGoal):
    """What the two verbs have in common."""

    def scope(self, ledger: Ledger) -> WholeLook:
        """Return what the next look must reach."""
        names = frozenset(self.names)
        if ledger.last is None:
            return WholeLook(
                names=names, server_names=names, optional=EVERY_PART
            )
        return WholeLook(names=names, optional=EVERY_PART, rest=ledger.last)

    def verdict(self, case: Case) -> Verdict:
        """Return what to do with one hypervisor."""
        return goal.walk((*_CHECKS, *self.stages()), case)

    def stages(self) -> tuple[Stage[Case], ...]:
        """Return the stages that the verb has of its own."""
        raise NotImplementedError


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Set(_Intend):
    """The goal of ``set``: what is intended is in the metadata."""

    protect: Protect | None = None
    expires: moments.When | None = None
    description: str | None = None

    def stages(self) -> tuple[Stage[Case], ...]:
        """Return the stages that the verb has of its own."""
        return (
            Stage(
                'past',
                Kind.CHECK,
                'refuse a moment that has passed',
                self._past,
            ),
            Stage('write', Kind.STEP, 'write it', self._write),
        )

    def _past(self, case: Case) -> Verdict | None:
        until = self.protect.until if self.protect is not None else None
        for when in (until, self.expires):
            if when is None or _moment(when, case) > case.ledger.started_at:
                continue
            return _end(
                case,
                OutcomeCode.MOMENT_PAST,
                moment=moments.written(_moment(when, case)),
                now=moments.written(case.ledger.started_at),
            )
        return None

    def _write(self, case: Case) -> Verdict | None:
        server = _server(case)
        wanted = self.metadata(case)
        step = SetMetadata(
            name=case.name, server_id=server.id, metadata=wanted
        )
        if wanted.items() <= server.metadata.items():
            return _noted(case, wanted)
        # Whoever has written after that has the last word.
        if step in case.ledger.done:
            return _noted(case, wanted)
        return Verdict(status=case.status, steps=(step,))

    def metadata(self, case: Case) -> dict[str, str]:
        """Return what is to be in the metadata."""
        wanted: dict[str, str] = {}
        if self.protect is not None:
            until = self.protect.until
            wanted |= {
                identity.PROTECTED_KEY: intentions.NEVER
                if until is None
                else moments.written(_moment(until, case)),
                identity.PROTECTED_BY_KEY: self.protect.by,
                identity.PROTECTED_REASON_KEY: self.protect.reason,
            }
        if self.expires is not None:
            moment = _moment(self.expires, case)
            wanted[identity.EXPIRES_KEY] = moments.written(moment)
        if self.description is not None:
            wanted[identity.DESCRIPTION_KEY] = self.description
        return wanted


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Unset(_Intend):
    """The goal of ``unset``: it is not in the metadata any more.

    :ivar intended: keys of :data:`ITEMS`
    """

    intended: tuple[str, ...]

    def stages(self) -> tuple[Stage[Case], ...]:
        """Return the stages that the verb has of its own."""
        return (Stage('take-out', Kind.STEP, 'take it out', self._take_out),)

    def _take_out(self, case: Case) -> Verdict | None:
        server = _server(case)
        steps: list[Step] = [
            UnsetMetadata(name=case.name, server_id=server.id, key=key)
            for intended in self.intended
            for key in ITEMS[intended]
            if key in server.metadata
        ]
        left = tuple(step for step in steps if step not in case.ledger.done)
        if left:
            return Verdict(status=case.status, steps=left)
        return Verdict(status=case.status, outcome=Outcome(ok=True))


def _moment(when: moments.When, case: Case) -> datetime.datetime:
    """Return the moment; how long from now counts from the first look."""
    return moments.of(when, case.ledger.started_at)


def _server(case: Case) -> Server:
    """Return the server, which the checks have seen."""
    return typing.cast('Server', case.hv.server)


def _end(case: Case, code: OutcomeCode, **facts: Fact) -> Verdict:
    return Verdict.failed(case.status, Reason.of(code, **facts))


def _noted(case: Case, written: dict[str, str]) -> Verdict:
    noted = tuple(
        f'{key.removeprefix(identity.METADATA_PREFIX)} {value}'
        for key, value in written.items()
    )
    reason = Reason.of(OutcomeCode.NOTED, noted=noted)
    return Verdict(status=case.status, outcome=Outcome(ok=True, reason=reason))


def _without_server(case: Case) -> Verdict | None:
    if case.hv.server is not None:
        return None
    taken = ownership.holders(case.snapshot, case.hv)
    if taken and not ownership.owned(case.hv):
        return _end(
            case, OutcomeCode.NOT_OURS, name=case.name, holders=tuple(taken)
        )
    return _end(
        case,
        OutcomeCode.NO_SERVER,
        name=case.name,
        status=case.status.reason,
    )


def _unwritable(case: Case) -> Verdict | None:
    server = _server(case)
    if server.status in _WRITABLE:
        return None
    return _end(
        case,
        OutcomeCode.NOT_WRITABLE,
        name=case.name,
        server_status=server.status,
    )


_CHECKS: tuple[Stage[Case], ...] = (
    goal.FAILED_LANE,
    Stage('server', Kind.CHECK, 'refuse what has no server', _without_server),
    Stage(
        'writable',
        Kind.CHECK,
        'refuse while its metadata cannot be changed',
        _unwritable,
    ),
)
