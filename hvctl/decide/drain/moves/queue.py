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
from hvctl.decide.drain.plan import treatment
from hvctl.model import drain_options
from hvctl.model import identity
from hvctl.model.drain_options import DrainOptions
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.ledger import Ledger
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


def treatments(
    snapshot: Snapshot,
    hv: Hypervisor,
    ledger: Ledger,
    options: DrainOptions,
) -> dict[str, treatment.Treatment]:
    """Classify each guest of a hypervisor, by its id.

    :returns: what is to be done with each, as far as its ties are known
    """
    treated = {}
    for guest in hv.guests or ():
        ports = snapshot.direct_ports.get(guest.id, ())
        bound = snapshot.affinity.get(guest.id)
        known = ledger.moves.get(guest.id)
        if not snapshot.tied and known is not None:
            ports, bound = known.ports, known.bound
        treated[guest.id] = treatment.treat(guest, options, ports, bound)
    return treated


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
                context.treatments[guest.id],
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
            _tied(move, context) if snapshot.tied and not move.tied else move,
            context,
        )
        for move in (moves | new).values()
    ]
    return Looked(
        {stand.move.server_id: stand.move for stand in stands},
        tuple(stand.step for stand in stands if stand.step is not None),
    )


def _tied(move: Move, context: case.Context) -> Move:
    """Note what ties a guest to its host or to other guests."""
    notes = [move.note] if move.note else []
    snapshot = context.snapshot
    ports = snapshot.direct_ports.get(move.server_id, ())
    guest = context.here.get(move.server_id)
    if guest is not None:
        method = context.treatments[guest.id].method
        notes += devices.notes(guest, method, ports)
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


class Begun(typing.NamedTuple):
    """The moves that are begun now.

    :ivar steps: their requests
    :ivar busy: anti-affinity groups that have a member under way then
    """

    steps: tuple[MoveStep, ...]
    busy: frozenset[str]


def begin(context: case.Context, moves: Moves, busy: frozenset[str]) -> Begun:
    """Choose the waiting moves that are to be begun now.

    Nova checks anti-affinity when it schedules, not when two schedulings
    race; so only one member of a group moves at a time.

    :param busy: anti-affinity groups that have a member under way
    """
    free = parallel(context.hv, context.options) - sum(
        move.result == 'moving' for move in moves.values()
    )
    here = context.here
    todo: list[MoveStep] = []
    # What has failed before may find more room when the others are gone.
    for move in sorted(moves.values(), key=lambda m: (m.attempt, -m.priority)):
        guest = here.get(move.server_id)
        if guest is None or free <= 0 or not guests.ready(move):
            continue
        if move.group is not None:
            if move.group in busy:
                continue
            busy |= {move.group}
        free -= 1
        todo.append(case.request(move, move.attempt + 1, context.options))
    return Begun(tuple(todo), busy)


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


def begun(
    moves: Moves, todo: Iterable[MoveStep], now: datetime.datetime
) -> Moves:
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


def busy_groups(looked: Iterable[Looked]) -> frozenset[str]:
    """Return the anti-affinity groups that have a member under way."""
    return frozenset(
        move.group
        for moves, _ in looked
        for move in moves.values()
        if move.group is not None and move.result == 'moving'
    )
