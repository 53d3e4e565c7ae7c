# SPDX-License-Identifier: Apache-2.0
"""Decides how the guests of one hypervisor move: which, how, and when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
import dataclasses
import datetime
import typing

from hvctl.decide.drain.moves import case
from hvctl.decide.drain.moves import cold
from hvctl.decide.drain.moves import follow
from hvctl.decide.drain.moves import guests
from hvctl.decide.drain.plan import devices
from hvctl.model import drain_options
from hvctl.model import identity
from hvctl.model.drain_options import DrainOptions
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.move import Move
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import MoveStep, Step

Moves = dict[str, Move]


class Looked(typing.NamedTuple):
    """Every guest's move as a look shows it, by the guest's id.

    :ivar steps: what those that are under way, or gone, need now
    """

    moves: Moves
    steps: tuple[Step, ...]


def look(context: case.Context) -> Looked:
    """See how every guest's move stands."""
    hv, snapshot = context.hv, context.snapshot
    others = {
        guest.id
        for host, there in snapshot.guests.items()
        if host != hv.host
        for guest in there
    }
    moves = {
        server_id: move
        for server_id, move in context.ledger.moves.items()
        if move.hypervisor == hv.name
        # It is a guest of another one that is drained now.
        and not (move.result in guests.ENDED and server_id in others)
    }
    new = {}
    for guest in context.here.values():
        known = moves.get(guest.id)
        last = context.ledger.moves.get(guest.id)
        if (
            last is not None
            and last.hypervisor != hv.name
            and last.result not in guests.ENDED
        ):
            continue  # its way from there to here ends first
        # One that had left may have come back.
        if known is None or known.result in ('moved', 'gone'):
            first = guests.first_sight(
                guest,
                hv.name,
                hv.host,
                hv.migrations,
                context.options,
                context.now,
            )
            attempt = known.attempt if known is not None else 0
            new[guest.id] = dataclasses.replace(
                first, attempt=attempt, tied=False
            )
    for migration in cold.away(hv):
        if migration.server_id not in {**moves, **new, **context.here}:
            unseen = cold.unseen(hv, migration)
            new[migration.server_id] = dataclasses.replace(unseen, tied=False)
    stands = [
        follow.follow(
            _tied(move, snapshot) if snapshot.tied and not move.tied else move,
            context,
        )
        for move in (moves | new).values()
    ]
    return Looked(
        {stand.move.server_id: stand.move for stand in stands},
        tuple(stand.step for stand in stands if stand.step is not None),
    )


def _tied(move: Move, snapshot: Snapshot) -> Move:
    """Note what ties a guest to its host or to other guests."""
    notes = [move.note] if move.note else []
    ports = snapshot.direct_ports.get(move.server_id, ())
    for guest in snapshot.guests.get(move.source, ()):
        if guest.id == move.server_id:
            notes += devices.notes(guest, move.method, ports)
    return dataclasses.replace(
        move,
        note='; '.join(notes),
        ports=ports,
        group=snapshot.anti_affinity.get(move.server_id),
        bound=snapshot.affinity.get(move.server_id),
        tied=True,
    )


def parallel(hv: Hypervisor, options: DrainOptions) -> int:
    """How many guests of a hypervisor are under way at once."""
    if options.parallel is not None:
        return options.parallel
    said = ''
    if hv.server is not None:
        said = hv.server.metadata.get(identity.MIGRATIONS_KEY, '')
    # There 0 is no limit.
    return (
        int(said) if said.isdecimal() and int(said) else drain_options.PARALLEL
    )


def begin(
    context: case.Context, moves: Moves, busy: set[str]
) -> list[MoveStep]:
    """Say which waiting moves are to be begun now.

    :param busy: anti-affinity groups that have a member under way, whose
        other members wait: Nova looks at the others' hosts when it chooses a
        host, and not when two choices meet; what is begun is added
    """
    free = parallel(context.hv, context.options) - sum(
        move.result == 'moving' for move in moves.values()
    )
    here = context.here
    todo: list[MoveStep] = []
    # What has failed before may find more room when the others are gone.
    for move in sorted(moves.values(), key=lambda m: (m.attempt, -m.priority)):
        guest = here.get(move.server_id)
        if guest is None or free <= 0 or not guests.ready(move, guest):
            continue
        if move.group is not None:
            if move.group in busy:
                continue
            busy.add(move.group)
        free -= 1
        todo.append(case.request(move, move.attempt + 1, context.options))
    return todo


def more(
    hv: Hypervisor,
    options: DrainOptions,
    moves: Collection[Move],
) -> bool:
    """Whether more guests may be begun to move than are under way."""
    moving = [move for move in moves if move.result == 'moving']
    busy = {move.group for move in moving if move.group is not None}
    free = parallel(hv, options) > sum(
        move.hypervisor == hv.name for move in moving
    )
    return free and any(
        move.result == 'waiting'
        and move.method is not None
        and move.hypervisor == hv.name
        and move.group not in busy
        for move in moves
    )


def begun(moves: Moves, todo: list[MoveStep], now: datetime.datetime) -> Moves:
    """Enter what is begun now."""
    requests = {step.server_id for step in todo}
    return {
        server_id: (
            dataclasses.replace(
                move,
                result='moving',
                started_at=now,
                heard_at=now,
                attempt=move.attempt + 1,
            )
            if server_id in requests
            else move
        )
        for server_id, move in moves.items()
    }


def blocked(move: Move) -> bool:
    """Whether a guest is in the way, and nobody has said that it may stay."""
    return move.result == 'left' and not move.accepted


def busy_groups(looked: Iterable[Looked]) -> set[str]:
    """Anti-affinity groups that have a member under way."""
    return {
        move.group
        for moves, _ in looked
        for move in moves.values()
        if move.group is not None and move.result == 'moving'
    }
