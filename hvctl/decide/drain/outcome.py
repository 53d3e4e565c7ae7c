# SPDX-License-Identifier: Apache-2.0
"""Decides whether a drain goes on, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import datetime

from hvctl.decide.drain.case import DrainCase
from hvctl.decide.drain.moves import explaining
from hvctl.decide.drain.moves import first
from hvctl.decide.drain.moves import left_host
from hvctl.decide.drain.moves import limits
from hvctl.decide.drain.moves import queue
from hvctl.decide.drain.moves import records
from hvctl.decide.drain.moves import requests
from hvctl.decide.drain.moves import transitions
from hvctl.decide.drain.plan import forecast
from hvctl.decide.hypervisor import emptiness
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.drain_options import DrainOptions
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.reasons import Fact
from hvctl.model.reasons import Reason
from hvctl.model.steps import Step
from hvctl.model.verdict import Outcome, Verdict

#: How long a host without guests may keep allocations ...
ALLOCATIONS_LIMIT = datetime.timedelta(seconds=120)
#: ... and migrations that are not over, as of a guest on its way there; longer
#: while a large disk may be copied.
MIGRATIONS_LIMIT = datetime.timedelta(seconds=600)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one look tells of all names together.

    :ivar options: what the user wants
    :ivar begun: this run has sent a guest away
    :ivar all_known: every name is closed, and its guests and the room for them
        have been seen
    :ivar expected: whether the guests find room elsewhere
    :ivar in_the_way: how many guests of each name cannot be moved
    :ivar suspended: names of which no guest is sent away any more, and why
    :ivar before: what the last look had of each name
    """

    options: DrainOptions
    begun: bool
    all_known: bool
    expected: forecast.Forecast
    in_the_way: Mapping[str, int]
    suspended: Mapping[str, Reason]
    before: Mapping[str, Hypervisor]

    @property
    def _only_planned(self) -> bool:
        """Whether nothing is begun at all."""
        if self.options.dry_run:
            return True
        return (
            any(self.in_the_way.values())
            and not self.options.past_blocked
            and not self.begun
        )

    def verdict(
        self,
        case: DrainCase,
        looked: queue.Looked,
        busy: frozenset[str],
    ) -> tuple[Verdict, frozenset[str]]:
        """Decide about one hypervisor whose guests are known.

        :param busy: anti-affinity groups that have a member under way
        :returns: the verdict, and the groups that have one after it
        """
        moves, todo, again = looked.moves, list[Step](), False
        if not self.options.dry_run:
            todo += looked.steps
        if self.all_known and not (
            self._only_planned
            or case.ledger.winding_down
            or case.name in self.suspended
        ):
            begun = queue.begin(case, moves, busy)
            # Those that may go are sent upon a whole look only.
            again = case.snapshot.partial and bool(begun.steps)
            if not case.snapshot.partial:
                moves, new, busy = begun
                todo += new
        outcome: Outcome | None = None
        if self.all_known and not todo:
            outcome = self._outcome(case, moves)
        if not self.options.wait and not all(
            _is_sent(move, case) for move in moves.values()
        ):
            outcome = None
        if outcome is not None:
            todo += left_host.whose(moves.values(), case)
            outcome = None if todo else outcome
        if outcome is not None:
            moves = {each: self._expect(move) for each, move in moves.items()}
        if not self.options.dry_run:
            proven = first.proven(moves.values(), case.hv)
            ahead = first.ahead(moves.values(), proven)
            moves = {
                each: explaining.waiting(
                    move, held_back=self._only_planned, ahead=ahead
                )
                for each, move in moves.items()
            }
        verdict = Verdict(
            status=_status(case, moves),
            steps=tuple(todo),
            moves=tuple(moves.values()),
            outcome=outcome,
            news=_news(case.hv),
            look_again=again or _has_left(case, moves),
        )
        return verdict, busy

    def _outcome(self, case: DrainCase, moves: queue.Moves) -> Outcome | None:
        moving = _count(moves, MoveState.MOVING)
        waiting = sum(move.state.pending for move in moves.values())
        stayed = _stayed(moves)
        suspended = self.suspended.get(case.name)
        if self.options.dry_run:
            return self._of_plan(case, moves)
        if moving and not self.options.wait and not self._only_planned:
            return _ended(
                OutcomeCode.UNDER_WAY,
                ok=not stayed and suspended is None,
                moving=moving,
                guests=len(moves),
                stayed=stayed,
            )
        if moving:
            return None
        if suspended is not None:
            return Outcome(ok=False, reason=suspended)
        if self._only_planned:
            return self._of_plan(case, moves)
        if waiting and case.ledger.winding_down:
            return _ended(OutcomeCode.NOT_MOVED, waiting=waiting)
        if waiting and not any(
            move.state is MoveState.WAITING or queue.may_end(move, case)
            for move in moves.values()
            if move.state.pending
        ):
            return _ended(OutcomeCode.TIME_SHORT, waiting=waiting)
        if waiting or case.snapshot.partial:
            return None
        return _of_end(case, self.before.get(case.name), moves)

    def _expect(self, move: Move) -> Move:
        """Add what is expected of a move that was only planned."""
        if not move.state.pending:
            return move
        reason = self.expected.without.get(move.guest.id)
        if reason is not None:
            return move.but(state=MoveState.STAYED, reason=reason)
        note = self.expected.notes.get(move.guest.id)
        if note is None:
            return move
        return dataclasses.replace(move, notes=(*move.notes, note))

    def _of_plan(self, case: DrainCase, moves: queue.Moves) -> Outcome:
        number = self.in_the_way[case.name]
        moved = sum(move.state.has_left for move in moves.values())
        if number and moved:
            return _ended(
                OutcomeCode.REST_IN_THE_WAY,
                in_the_way=number,
                guests=len(moves),
                moved=moved,
            )
        if number:
            return _ended(
                OutcomeCode.IN_THE_WAY, in_the_way=number, guests=len(moves)
            )
        others = tuple(name for name, n in self.in_the_way.items() if n)
        if others:
            return _ended(OutcomeCode.OTHERS_IN_THE_WAY, names=others)
        leaving = len(moves) - _count(moves, MoveState.STAYED)
        return _ended(OutcomeCode.WOULD_LEAVE, ok=True, leaving=leaving)


def _ended(code: OutcomeCode, *, ok: bool = False, **facts: Fact) -> Outcome:
    return Outcome(ok=ok, reason=Reason.of(code, **facts))


def _has_left(case: DrainCase, moves: queue.Moves) -> bool:
    """Return whether all that a look at guests can tell is that all left."""
    return case.snapshot.partial and not any(
        move.state is MoveState.MOVING or move.state.pending
        for move in moves.values()
    )


def _is_sent(move: Move, case: DrainCase) -> bool:
    """Return whether Nova has the request of a move that is under way."""
    return (
        move.state is not MoveState.MOVING
        or move.progress.adopted
        or not move.progress.attempt
        or records.record(move, case) is not None
        or requests.is_answered(move, case)
    )


def _count(moves: queue.Moves, state: MoveState) -> int:
    return sum(move.state is state for move in moves.values())


def _stayed(moves: queue.Moves) -> int:
    """Return how many guests stay that nobody has said may stay."""
    return sum(
        move.state.remains and not move.treatment.accepted
        for move in moves.values()
    )


def _status(case: DrainCase, moves: queue.Moves) -> Status:
    hv, status = case.hv, case.status
    all_ended = all(move.state.ended for move in moves.values())
    occupants = emptiness.occupants(hv)
    if all_ended and occupants and not hv.guests:
        return dataclasses.replace(
            status,
            phase=Phase.DRAINING,
            reason=Reason.of(
                StatusCode.EMPTYING,
                occupants=occupants,
                travellers=emptiness.travellers(hv),
            ),
        )
    if not moves:
        return status
    if case.options.dry_run:
        stayed = sum(move.state.remains for move in moves.values())
        return dataclasses.replace(
            status,
            reason=Reason.of(
                StatusCode.GUESTS_PLANNED,
                leaving=len(moves) - stayed,
                stayed=stayed,
                guests=len(moves),
            ),
        )
    moving = any(move.state is MoveState.MOVING for move in moves.values())
    if moving and hv.service is not None and not hv.service.up:
        return dataclasses.replace(
            status,
            phase=Phase.DRAINING,
            reason=Reason.of(
                StatusCode.SOURCE_DOWN, name=case.name, host=hv.host
            ),
        )
    going = hv.guests or not all_ended
    return dataclasses.replace(
        status,
        phase=Phase.DRAINING if going else status.phase,
        reason=Reason.of(
            StatusCode.GUESTS_MOVED,
            moved=sum(move.state.has_left for move in moves.values()),
            stayed=sum(move.state.remains for move in moves.values()),
            guests=len(moves),
        ),
    )


def _of_end(
    case: DrainCase, before: Hypervisor | None, moves: queue.Moves
) -> Outcome | None:
    """Decide how it ended when no guest is under way or waits."""
    hv = case.hv
    accepted = {
        move.guest.id for move in moves.values() if move.treatment.accepted
    }
    stayed = _stayed(moves)
    if stayed:
        left = sum(
            move.state is MoveState.FAILED and move.guest.id not in case.here
            for move in moves.values()
        )
        return _ended(
            OutcomeCode.GUESTS_STAYED,
            name=case.name,
            stayed=stayed - left,
            left_broken=left,
            guests=len(moves),
        )
    rest = _without(hv, accepted)
    occupants = emptiness.occupants(rest)
    if occupants or hv.consumers is None:
        if before is not None and _news(before) != _news(hv):
            return None
        return _of_occupants(case, rest, occupants)
    tests = tuple(g.id for g in hv.test_guests if g.host == hv.host)
    if tests:
        return _ended(
            OutcomeCode.TEST_GUEST_LEFT, name=case.name, server_ids=tests
        )
    if before is None or _without(before, accepted).guests != ():
        # Something that was under way may land late: look twice.
        return None
    if accepted:
        return _ended(OutcomeCode.LEFT_AS_ASKED, ok=True, guests=len(accepted))
    return (
        Outcome(ok=True)
        if moves
        else _ended(OutcomeCode.HAD_NO_GUESTS, ok=True)
    )


def _of_occupants(
    case: DrainCase, hv: Hypervisor, occupants: Fact
) -> Outcome | None:
    """Wait for what is left without a guest, but not for ever."""
    unchanged = case.now - case.ledger.changed_at.get(case.name, case.now)
    # Nova frees the source's allocation after the record is final.
    stale = emptiness.stale(hv)
    going = len(emptiness.unfinished(hv)) > len(stale)
    if unchanged < (_for_migrations(case) if going else ALLOCATIONS_LIMIT):
        return None
    if stale and not going:
        return _ended(
            OutcomeCode.RECORDS_OPEN,
            migrations=tuple((m.id, m.status) for m in stale),
        )
    seconds = round(unchanged.total_seconds())
    if going:
        return _ended(
            OutcomeCode.MIGRATIONS_STAYED,
            occupants=occupants,
            travellers=emptiness.travellers(hv),
            seconds=seconds,
        )
    if hv.consumers is None or hv.provider is None:
        return _ended(OutcomeCode.ALLOCATIONS_UNKNOWN, name=case.name)
    return _ended(
        OutcomeCode.ALLOCATIONS_STAYED,
        occupants=occupants,
        seconds=seconds,
        provider_id=hv.provider.id,
    )


def _for_migrations(case: DrainCase) -> datetime.timedelta:
    """Return how long migrations that are not over may tell nothing new.

    Nova tells nothing while the disk of a cold one is copied.  The guest is
    listed at its source until that is done, and has its allocation here.
    """
    provider = case.hv.provider
    consumers = case.snapshot.consumers.get(provider.id if provider else '')
    disks = [
        (consumers or {}).get(each.server_id, {}).get('DISK_GB', 0)
        for each in emptiness.unfinished(case.hv)
        if each.destination == case.hv.host
    ]
    return MIGRATIONS_LIMIT + limits.COPY_PER_GIB * max(disks, default=0)


def _news(hv: Hypervisor) -> str:
    """Return what Nova tells of migrations that are not over."""
    return ', '.join(
        transitions.fingerprint(None, each)
        for each in emptiness.unfinished(hv)
    )


def _without(hv: Hypervisor, accepted: set[str]) -> Hypervisor:
    """Return a hypervisor without the guests that may stay."""
    if not accepted:
        return hv
    return dataclasses.replace(
        hv,
        guests=None
        if hv.guests is None
        else tuple(g for g in hv.guests if g.id not in accepted),
        consumers=None if hv.consumers is None else hv.consumers - accepted,
    )
