# SPDX-License-Identifier: Apache-2.0
"""Decides how the guests of one hypervisor move: which, how, and when."""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide import devices
from hvctl.decide import guests
from hvctl.decide import resizes
from hvctl.model import draining
from hvctl.model import hypervisor
from hvctl.model import identity
from hvctl.model import progress
from hvctl.model import records
from hvctl.model import snapshot as snapshot_model
from hvctl.model import steps
from hvctl.model.draining import Method

Moves = dict[str, progress.Move]

_STEPS: dict[Method, type[steps.MoveStep]] = {
    Method.LIVE: steps.LiveMigrate,
    Method.COLD: steps.ColdMigrate,
    Method.SHELVE: steps.Shelve,
    Method.OFFLOAD: steps.OffloadShelved,
    Method.CONFIRM: steps.ConfirmResize,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the moves of one hypervisor are decided by."""

    snapshot: snapshot_model.Snapshot
    hv: hypervisor.Hypervisor
    ledger: progress.Ledger
    options: draining.Options
    now: datetime.datetime

    @property
    def here(self) -> dict[str, records.Server]:
        """The guests that are on the host, by id."""
        return {guest.id: guest for guest in self.hv.guests or ()}


def look(context: Context) -> Moves:
    """Every guest's move as this look shows it, by the guest's id."""
    hv, now = context.hv, context.now
    moves = {
        server_id: move
        for server_id, move in context.ledger.moves.items()
        if move.hypervisor == hv.name
    }
    for guest in context.here.values():
        if guest.id not in moves:
            moves[guest.id] = _tied(
                guests.first_sight(
                    guest,
                    hv.name,
                    hv.host,
                    hv.migrations,
                    context.options,
                    now,
                ),
                context.snapshot,
            )
    others = resizes.of_others(hv)
    to_confirm = resizes.ours(hv)
    if context.options.confirm_resizes:
        to_confirm += others
    for migration in to_confirm:
        known = moves.get(migration.server_id)
        # A run before this one may have sent it while it is still here.
        if known is None or known.result == 'waiting':
            moves[migration.server_id] = resizes.taken_up(
                hv, migration, known, now
            )
    for server_id, move in moves.items():
        moves[server_id] = _follow(move, context)
    for migration in others:
        known = moves.get(migration.server_id)
        if known is None or known.result == 'gone':
            moves[migration.server_id] = resizes.left(
                hv, migration, known, now
            )
    return moves


def _tied(
    move: progress.Move, snapshot: snapshot_model.Snapshot
) -> progress.Move:
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
    )


def parallel(hv: hypervisor.Hypervisor, options: draining.Options) -> int:
    """How many guests of a hypervisor are under way at once."""
    if options.parallel is not None:
        return options.parallel
    said = ''
    if hv.server is not None:
        said = hv.server.metadata.get(identity.MIGRATIONS_KEY, '')
    # There 0 is no limit.
    return int(said) if said.isdecimal() and int(said) else draining.PARALLEL


def begin(context: Context, moves: Moves, busy: set[str]) -> list[steps.Step]:
    """Say which waiting moves are to be begun now.

    :param busy: anti-affinity groups that have a member under way, whose
        other members wait: Nova looks at the others' hosts when it chooses a
        host, and not when two choices meet; what is begun is added
    """
    free = parallel(context.hv, context.options) - sum(
        move.result == 'moving' for move in moves.values()
    )
    here = context.here
    todo: list[steps.Step] = []
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
        todo.append(_request(move, move.attempt + 1, context.options))
    return todo


def go_on(context: Context, moves: Moves) -> list[steps.Step]:
    """What the moves that are under way need now."""
    return [
        step
        for move in moves.values()
        if move.result == 'moving'
        for step in _follow_up(move, context)
    ]


def begun(
    moves: Moves, todo: list[steps.Step], now: datetime.datetime
) -> Moves:
    """Enter what is begun now."""
    requests = {
        step.server_id for step in todo if isinstance(step, steps.MoveStep)
    }
    return {
        server_id: (
            dataclasses.replace(
                move, result='moving', started_at=now, attempt=move.attempt + 1
            )
            if server_id in requests
            else move
        )
        for server_id, move in moves.items()
    }


def _request(
    move: progress.Move, attempt: int, options: draining.Options
) -> steps.MoveStep:
    assert move.method is not None
    destination = None
    if move.method in (Method.LIVE, Method.COLD):
        destination = options.destination
    return _STEPS[move.method](
        name=move.hypervisor,
        server_id=move.server_id,
        attempt=attempt,
        destination=destination,
    )


def _follow(move: progress.Move, context: Context) -> progress.Move:
    guest = context.here.get(move.server_id)
    if move.result == 'moving':
        return _under_way(move, guest, context)
    if move.result == 'waiting':
        if guest is None:
            return dataclasses.replace(
                move,
                result='gone',
                reason='not moved by us',
                ended_at=context.now,
            )
        return guests.waiting(move, guest, context.options, context.now)
    return move


def _under_way(
    move: progress.Move, guest: records.Server | None, context: Context
) -> progress.Move:
    ledger, now = context.ledger, context.now
    failure = ledger.failures.get(move.server_id)
    if failure is not None:
        return dataclasses.replace(
            move, result='failed', reason=failure.message, ended_at=now
        )
    migration = guests.record(move, context.hv.migrations)
    stands = guests.follow(move, guest, migration, now)
    if stands.result == 'waiting' and guest is not None:
        # In another state it may need another method.
        return guests.waiting(stands, guest, context.options, now)
    if stands.result == 'moving' and guests.overdue(stands, now):
        if _forces(stands, migration, context) is None:
            return guests.stuck(stands, now)
        return stands
    if stands.result != 'failed':
        return stands
    sent = _request(move, move.attempt, context.options)
    if migration is None and move.attempt and sent not in ledger.done:
        # The request got no answer, and did not happen: once more.
        return dataclasses.replace(
            move, result='waiting', started_at=None, attempt=move.attempt - 1
        )
    if migration is not None and _unasked(move, context):
        return move  # until Nova has told the reason
    reason = _answer(move, context) or stands.reason
    if guest is not None and 0 < move.attempt <= context.options.retries:
        again = dataclasses.replace(
            move,
            result='waiting',
            started_at=None,
            running_at=None,
            after=migration.id if migration is not None else move.after,
        )
        treated = guests.waiting(again, guest, context.options, now)
        return dataclasses.replace(
            treated, reason=treated.reason or f'to be tried again: {reason}'
        )
    return dataclasses.replace(stands, reason=reason)


def _follow_up(move: progress.Move, context: Context) -> list[steps.Step]:
    migration = guests.record(move, context.hv.migrations)
    if migration is None or move.server_id in context.ledger.failures:
        return []
    confirm = steps.ConfirmMigration(
        name=move.hypervisor, server_id=move.server_id
    )
    if (
        move.method in (Method.COLD, Method.CONFIRM)
        and migration.status == 'finished'
        and confirm not in context.ledger.done
    ):
        return [confirm]
    if migration.status in guests.BROKEN:
        ask = _unasked(move, context)
        return [ask] if ask is not None else []
    if guests.overdue(move, context.now):
        force = _forces(move, migration, context)
        if force is not None and force not in context.ledger.done:
            return [force]
    return []


def _forces(
    move: progress.Move,
    migration: records.Migration | None,
    context: Context,
) -> steps.ForceComplete | None:
    """How to end the copying of a guest; None where that is not wanted."""
    if not context.options.force_complete or migration is None:
        return None
    return steps.ForceComplete(
        name=move.hypervisor,
        server_id=move.server_id,
        migration_id=migration.id,
    )


def _ask(move: progress.Move, context: Context) -> steps.AskWhy | None:
    """How to ask for the reason; None where the request was not ours."""
    if move.attempt == 0:
        return None
    request_id = context.ledger.answers.get(
        _request(move, move.attempt, context.options)
    )
    if request_id is None:
        return None
    return steps.AskWhy(
        name=move.hypervisor,
        server_id=move.server_id,
        request_id=request_id,
    )


def _unasked(move: progress.Move, context: Context) -> steps.AskWhy | None:
    ask = _ask(move, context)
    return None if ask in context.ledger.done else ask


def _answer(move: progress.Move, context: Context) -> str:
    ask = _ask(move, context)
    return context.ledger.answers.get(ask, '') if ask is not None else ''


def blocked(move: progress.Move) -> bool:
    """Whether a guest is in the way, and nobody has said that it may stay."""
    return move.result == 'left' and not move.accepted


def busy_groups(ledger: progress.Ledger) -> set[str]:
    """Anti-affinity groups that have a member under way."""
    return {
        move.group
        for move in ledger.moves.values()
        if move.group is not None and move.result == 'moving'
    }
