# SPDX-License-Identifier: Apache-2.0
"""Decides how the guests of one hypervisor move: which, and when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
import typing

from hvctl.decide.drain.case import DrainCase
from hvctl.decide.drain.moves import brake
from hvctl.decide.drain.moves import explaining
from hvctl.decide.drain.moves import first
from hvctl.decide.drain.moves import follow
from hvctl.decide.drain.moves import left_host
from hvctl.decide.drain.moves import limits
from hvctl.decide.drain.moves import records
from hvctl.decide.drain.moves import requests
from hvctl.decide.drain.moves import transitions
from hvctl.decide.drain.moves import transports
from hvctl.model import drain_options
from hvctl.model import identity
from hvctl.model.drain_options import DrainOptions, Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.ledger import Ledger
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.model.steps import MoveStep, Step

Moves = dict[str, Move]


class Looked(typing.NamedTuple):
    """Every guest's move as a look shows it, by the guest's id.

    :ivar steps: what those that are under way, or gone, need now
    """

    moves: Moves
    steps: tuple[Step, ...]


def look(case: DrainCase) -> Looked:
    """See how every guest's move stands."""
    moves: Moves = {}
    steps: list[Step] = []
    for server_id, known in _all(case).items():
        move, step = follow.follow(known, case)
        if case.snapshot.ties_known and not move.ties.known:
            move = transitions.tie(move, case)
        move = left_host.named(move, case)
        moves[server_id] = explaining.under_way(move, case)
        if step is not None:
            steps.append(step)
    return Looked(moves, tuple(steps))


def _all(case: DrainCase) -> Moves:
    """Return the moves so far, and those of guests that are seen first."""
    others = {
        guest.id
        for host, there in case.snapshot.guests.items()
        if host != case.hv.host
        for guest in there
    }
    moves = {
        server_id: move
        for server_id, move in case.ledger.moves.items()
        if move.hypervisor == case.name
        # It is a guest of another one that is drained now.
        and not (move.state.ended and server_id in others)
    }
    for guest in case.here.values():
        last = case.ledger.moves.get(guest.id)
        if (
            last is not None
            and last.hypervisor != case.name
            and not last.state.ended
        ):
            continue  # its way from there to here ends first
        known = moves.get(guest.id)
        if known is None:
            moves[guest.id] = transitions.see(guest, case)
        elif known.state.has_left or known.state is MoveState.RETURNED:
            back = transitions.see(guest, case)
            moves[guest.id] = back.but(attempt=known.progress.attempt)
    for server_id, migration in case.newest.items():
        if (
            server_id not in moves
            and server_id not in case.here
            and migration.is_confirmed_by_hand
            and records.leaves(migration, case.hv.host)
        ):
            moves[server_id] = transitions.see_away(migration, case)
    return moves


def parallel(hv: Hypervisor, options: DrainOptions) -> int:
    """Return how many guests of a hypervisor may be under way at once."""
    if options.parallel is not None:
        return options.parallel
    said = ''
    if hv.server is not None:
        said = hv.server.metadata.get(identity.MIGRATIONS_KEY, '')
    # There 0 is up to Nova (nova/thread_pool_factory.py): 1,000, or 5.
    return (
        int(said) if said.isdecimal() and int(said) else drain_options.PARALLEL
    )


def may_begin(move: Move, busy: frozenset[str]) -> bool:
    """Return whether a move may be begun, if there is a place for it.

    Nova checks anti-affinity when it schedules, not when two schedulings
    race; so only one member of a group moves at a time.

    :param busy: anti-affinity groups that have a member under way
    """
    return (
        move.state is MoveState.PLANNED
        and move.ties.known
        and not move.treatment.asks
        and move.ties.anti_affinity not in busy
    )


def _is_under_way(move: Move, case: DrainCase) -> bool:
    """Return whether a guest takes one of the places.

    One that was given up does so for a while; it may hang for ever.  One that
    has left does not, though Nova is still to be asked how it is.
    """
    guest = case.here.get(move.guest.id)
    if move.state is MoveState.MOVING:
        record = records.record(move, case)
        return guest is not None or record is None or not record.done
    if guest is None or not guest.migrates:
        return False
    return move.state is MoveState.WAITING or (
        move.state is MoveState.FAILED
        and not limits.is_over(move.progress.ended_at, limits.BUSY, case.now)
    )


def may_end(move: Move, case: DrainCase) -> bool:
    """Return whether a move that begins now may end before the time does.

    It is measured by the longest one of its kind so far.
    """
    ends_at = case.ledger.ends_at
    if ends_at is None:
        return True
    took = [
        other.progress.ended_at - other.progress.started_at
        for other in case.ledger.moves.values()
        if other.state.has_left
        and other.treatment.method is move.treatment.method
        and other.progress.started_at is not None
        and other.progress.ended_at is not None
    ]
    return not took or case.now + max(took) <= ends_at


class Begun(typing.NamedTuple):
    """The moves that are begun now.

    :ivar moves: all of the hypervisor's, after that
    :ivar steps: the requests
    :ivar busy: anti-affinity groups that have a member under way then
    """

    moves: Moves
    steps: tuple[MoveStep, ...]
    busy: frozenset[str]


def begin(case: DrainCase, moves: Moves, busy: frozenset[str]) -> Begun:
    """Choose the planned moves that are to be begun now.

    :param busy: anti-affinity groups that have a member under way
    """
    free = parallel(case.hv, case.options) - sum(
        _is_under_way(move, case) for move in moves.values()
    )
    everybody = {**case.ledger.moves, **moves}.values()
    may_migrate = brake.free(everybody, free, case.now)
    moves = dict(moves)
    if brake.is_full(everybody):
        moves |= _give_up(case, moves)
    proven = first.proven(moves.values(), case.hv)
    moves |= _cut_off(case, moves, proven)
    ahead = first.ahead(moves.values(), proven)
    steps: list[MoveStep] = []
    # What has failed before may find more room when the others are gone.
    for move in sorted(
        moves.values(), key=lambda m: (m.progress.attempt, -m.guest.priority)
    ):
        if free <= 0:
            break
        if move.guest.id not in case.here or not may_begin(move, busy):
            continue
        if not may_end(move, case):
            continue
        if not brake.may_try(move, case.now):
            continue
        if first.awaited(move, ahead) is not None:
            continue
        if move.treatment.migrates:
            if may_migrate <= 0:
                continue
            may_migrate -= 1
        if move.ties.anti_affinity is not None:
            busy |= {move.ties.anti_affinity}
        method = first.unproven(move, proven)
        if method is not None:
            ahead[method] = move.guest.id
        free -= 1
        steps.append(requests.request(move, case.options))
        begun = transitions.mark_begun(move, case.now)
        moves[move.guest.id] = explaining.under_way(begun, case)
    return Begun(moves, tuple(steps), busy)


def _give_up(case: DrainCase, moves: Moves) -> Moves:
    """Fail what would migrate to a cloud that is full."""
    return {
        server_id: transitions.fail(
            move, Reason.of(GuestCode.CLOUD_FULL, guests=brake.FULL), case.now
        )
        for server_id, move in moves.items()
        if move.state is MoveState.PLANNED and move.treatment.migrates
    }


def _cut_off(
    case: DrainCase, moves: Moves, proven: Collection[Method]
) -> Moves:
    """Fail what would go a way that leads to no other host.

    :param proven: the methods by which guests have got to one
    """
    blocked = transports.blocked(moves.values(), proven)
    return {
        server_id: transitions.fail(
            move, transports.reason_of(move, block), case.now
        )
        for method, block in blocked.items()
        for server_id, move in moves.items()
        if move.state is MoveState.PLANNED and move.treatment.method is method
    }


def may_begin_more(
    hv: Hypervisor, options: DrainOptions, ledger: Ledger
) -> bool:
    """Return whether more guests may be begun to move than are under way.

    It goes by the time of the last look, so that may be one look too late.
    """
    moves = list(ledger.moves.values())
    busy = busy_groups(moves)
    own = [move for move in moves if move.hypervisor == hv.name]
    under_way = sum(move.leaves for move in own)
    free = parallel(hv, options) - under_way
    if free <= 0:
        return False
    may_migrate = brake.is_full(moves) or brake.free(
        moves, free, ledger.looked_at
    )
    ahead = first.ahead(own, first.proven(own, hv))
    return any(
        # Its ties may be known when it is looked at again.
        move.state is MoveState.PLANNED
        and move.ties.anti_affinity not in busy
        and brake.may_try(move, ledger.looked_at)
        and first.awaited(move, ahead) is None
        and (may_migrate or not move.treatment.migrates)
        for move in own
    )


def is_held(move: Move) -> bool:
    """Return whether a guest that was tried is to be tried again later."""
    return (
        move.state is MoveState.PLANNED and move.progress.tried_at is not None
    )


def busy_groups(moves: Iterable[Move]) -> frozenset[str]:
    """Return the anti-affinity groups that have a member under way."""
    return frozenset(
        move.ties.anti_affinity
        for move in moves
        if move.ties.anti_affinity is not None
        and move.state is MoveState.MOVING
    )
