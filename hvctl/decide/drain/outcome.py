# SPDX-License-Identifier: Apache-2.0
"""Decides whether a drain goes on, and how it ended."""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide.drain.moves import case
from hvctl.decide.drain.moves import guests
from hvctl.decide.drain.moves import queue
from hvctl.decide.hypervisor import emptiness
from hvctl.decide.hypervisor import phases
from hvctl.decide.wording import text
from hvctl.model.drain_options import DrainOptions
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.move import Move
from hvctl.model.records import Migration
from hvctl.model.steps import Step
from hvctl.model.verdict import Outcome, Verdict

#: How long a host without guests may keep allocations ...
ALLOCATIONS_LIMIT = datetime.timedelta(seconds=120)
#: ... and migrations that are not over, as of a guest on its way there.
MIGRATIONS_LIMIT = datetime.timedelta(seconds=600)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one look tells of all names together.

    :ivar options: what the user wants
    :ivar begun: this run has sent a guest away
    :ivar all_known: every name is closed, and its guests and the room for them
        have been seen
    :ivar hosts: how many hosts have room for each guest alone
    :ivar unfit: guests for which no host has room, when all go, and what each
        needs, in words
    :ivar in_the_way: how many guests of each name cannot be moved
    :ivar held: names of which no guest is sent away any more, and why
    :ivar partial: the look is too small to say that a hypervisor is empty, or
        that it is still closed
    """

    options: DrainOptions
    ledger: Ledger
    begun: bool
    all_known: bool
    hosts: dict[str, int]
    unfit: dict[str, str]
    in_the_way: dict[str, int]
    held: dict[str, str]
    partial: bool

    @property
    def _stopped(self) -> bool:
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
        context: case.Context,
        before: Hypervisor | None,
        looked: queue.Looked,
        busy: frozenset[str],
    ) -> tuple[Verdict, frozenset[str]]:
        """Decide about one hypervisor whose guests are known.

        :param busy: anti-affinity groups that have a member under way
        :returns: the verdict, and the groups that have one after it
        """
        hv = context.hv
        status = phases.status(hv)
        moves = looked.moves
        todo: list[Step] = []
        if not self.options.dry_run:
            todo += looked.steps
        if self.all_known and not (
            self._stopped
            or self.partial
            or self.ledger.winding_down
            or hv.name in self.held
        ):
            new, busy = queue.begin(context, moves, busy)
            moves = queue.begun(moves, new, context.now)
            todo += new
        outcome: Outcome | None = None
        if self.all_known and not todo:
            outcome = self._outcome(context, before, moves)
        if not (self.options.wait or all(map(context.sent, moves.values()))):
            outcome = None
        if outcome is not None:
            moves = self._planned(moves)
        verdict = Verdict(
            status=_status(hv, status, moves),
            steps=tuple(todo),
            moves=tuple(moves.values()),
            outcome=outcome,
        )
        return verdict, busy

    def _outcome(
        self,
        context: case.Context,
        before: Hypervisor | None,
        moves: queue.Moves,
    ) -> Outcome | None:
        hv, now = context.hv, context.now
        under_way = sum(m.result == 'moving' for m in moves.values())
        waiting = sum(m.result == 'waiting' for m in moves.values())
        if self.options.dry_run:
            return self._of_plan(hv, moves)
        if under_way and not self.options.wait and not self._stopped:
            stayed = _stayed(moves)
            also = f', {stayed} stayed' if stayed else ''
            return Outcome(
                ok=not stayed and hv.name not in self.held,
                reason=f'{under_way} of {_guests(len(moves))} under '
                f'way{also}; the same command again goes on',
            )
        if under_way:
            return None
        if hv.name in self.held:
            return Outcome(ok=False, reason=self.held[hv.name])
        if self._stopped:
            return self._of_plan(hv, moves)
        if waiting and self.ledger.winding_down:
            return Outcome(
                ok=False,
                reason=f'{_guests(waiting)} not moved; the same command '
                'again goes on',
            )
        if waiting or self.partial:
            return None
        since = self.ledger.changed_at.get(hv.name, now)
        return _of_end(hv, before, moves, now - since)

    def _planned(self, moves: queue.Moves) -> queue.Moves:
        """Call what was never begun by its name."""
        return {
            server_id: move
            if move.result != 'waiting'
            else dataclasses.replace(
                move,
                result='left',
                reason=f'{self._nobody} room for it (Placement: '
                f'{self.unfit[server_id]})',
                lift='--on-blocked continue tries all the same',
            )
            if server_id in self.unfit
            else dataclasses.replace(
                move, result='planned', note=self._expected(move)
            )
            for server_id, move in moves.items()
        }

    @property
    def _nobody(self) -> str:
        only = self.options.destination
        return 'no host has' if only is None else f'{only} has no'

    def _expected(self, move: Move) -> str:
        """Say what is expected of a move that is only planned."""
        notes = [move.note] if move.note else []
        if move.server_id in self.hosts:
            number = self.hosts[move.server_id]
            have = 'has' if number == 1 else 'have'
            notes.append(f'{text.counted(number, "host")} {have} room for it')
        return '; '.join(notes)

    def _of_plan(self, hv: Hypervisor, moves: queue.Moves) -> Outcome:
        number = self.in_the_way[hv.name]
        if number:
            return Outcome(
                ok=False,
                reason=f'{number} of {_guests(len(moves))} in the way; '
                'nothing was moved (--on-blocked continue moves the others)',
            )
        others = [name for name, n in self.in_the_way.items() if n]
        if others:
            return Outcome(
                ok=False,
                reason='nothing was moved, since guests of '
                f'{", ".join(others)} are in the way',
            )
        leaving = sum(move.result != 'left' for move in moves.values())
        return Outcome(ok=True, reason=f'{_guests(leaving)} would leave')


_REMEDY_MIGRATIONS = 'see openstack server migration list'
_REMEDY_ALLOCATIONS = (
    'where no server of these ids is, openstack resource provider allocation '
    'delete removes them'
)


def _forgotten(stale: list[Migration]) -> str:
    """Name records that nothing closes any more, and what does."""
    named = ', '.join(f'{m.id} ({m.status})' for m in stale)
    return (
        'no guest is left to move, but Nova has never closed '
        f'{text.counted(len(stale), "migration record")}: {named}; its '
        'nova-compute was stopped meanwhile. The compute service cannot be '
        "deleted until their status in Nova's database is set to error"
    )


def _stayed(moves: queue.Moves) -> int:
    """How many guests stay that nobody has said may stay."""
    return sum(
        move.result in ('failed', 'left') and not move.accepted
        for move in moves.values()
    )


def _guests(number: int) -> str:
    return text.counted(number, 'guest')


def _status(
    hv: Hypervisor,
    status: Status,
    moves: queue.Moves,
) -> Status:
    if all(move.result in guests.ENDED for move in moves.values()):
        occupants = emptiness.occupants(hv)
        if occupants and not hv.guests:
            return Status(
                phase=Phase.DRAINING,
                reason=f'waiting for {" and ".join(occupants)} to go',
            )
    if not moves:
        return status
    moved = sum(m.result in ('moved', 'gone') for m in moves.values())
    stayed = sum(m.result in ('failed', 'left') for m in moves.values())
    reason = f'{moved} of {_guests(len(moves))} moved'
    if stayed:
        reason += f', {stayed} stay'
    going = hv.guests or any(
        move.result not in guests.ENDED for move in moves.values()
    )
    phase = Phase.DRAINING if going else status.phase
    return Status(phase=phase, reason=reason)


def _of_end(
    hv: Hypervisor,
    before: Hypervisor | None,
    moves: queue.Moves,
    unchanged: datetime.timedelta,
) -> Outcome | None:
    """How it ended when no guest is under way or waits.

    :param unchanged: for how long nothing has changed
    """
    accepted = {move.server_id for move in moves.values() if move.accepted}
    stayed = _stayed(moves)
    if stayed:
        here = {guest.id for guest in hv.guests or ()}
        left = sum(
            move.result == 'failed' and move.server_id not in here
            for move in moves.values()
        )
        message = (
            f'{stayed - left} of {_guests(len(moves))} stayed on {hv.name}'
        )
        if left:
            message += f', {left} left it and failed'
        return Outcome(ok=False, reason=message)
    rest = _without(hv, accepted)
    occupants = emptiness.occupants(rest)
    if occupants or (hv.consumers is None and hv.provider is not None):
        # Nova frees the source's allocation after the record is final.
        stale = emptiness.stale(rest)
        going = len(emptiness.unfinished(rest)) > len(stale)
        if unchanged < (MIGRATIONS_LIMIT if going else ALLOCATIONS_LIMIT):
            return None
        if stale and not going:
            return Outcome(ok=False, reason=_forgotten(stale))
        return Outcome(
            ok=False,
            reason=f'no guest is left to move, but {" and ".join(occupants)} '
            f'stayed for {unchanged.total_seconds():.0f} s; '
            f'{_REMEDY_MIGRATIONS if going else _REMEDY_ALLOCATIONS}',
        )
    tests = [g.id for g in hv.test_guests if g.host == hv.host]
    if tests:
        return Outcome(
            ok=False,
            reason=f'a test guest of hvctl is left on {hv.name}; openstack '
            f'server delete {" ".join(tests)}',
        )
    if before is None or _without(before, accepted).guests != ():
        # Something that was under way may land late: look twice.
        return None
    if accepted:
        return Outcome(
            ok=True,
            reason=f'{_guests(len(accepted))} left, as was asked for',
        )
    return Outcome(ok=True, reason='' if moves else 'had no guests')


def _without(hv: Hypervisor, accepted: set[str]) -> Hypervisor:
    """A hypervisor without the guests that may stay."""
    if not accepted:
        return hv
    return dataclasses.replace(
        hv,
        guests=None
        if hv.guests is None
        else tuple(g for g in hv.guests if g.id not in accepted),
        consumers=None if hv.consumers is None else hv.consumers - accepted,
    )
