# SPDX-License-Identifier: Apache-2.0
"""Decides how the moves of guests go on that have been seen before.

Each look gives every move anew: how it stands, and the one step that it needs
now, if any.
"""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide.drain.moves import case
from hvctl.decide.drain.moves import cold
from hvctl.decide.drain.moves import guests
from hvctl.decide.drain.moves import left_host
from hvctl.decide.drain.moves.case import Stand
from hvctl.model.drain_options import Method
from hvctl.model.move import Move
from hvctl.model.records import Migration, Server
from hvctl.model.results import Explained
from hvctl.model.steps import ConfirmMigration, ForceComplete, Step

#: How long after a confirmation another one is sent, where nothing came of
#: it: Nova refuses it until the guest is ready and while the source is down.
CONFIRM_AGAIN = datetime.timedelta(seconds=15)


def follow(move: Move, context: case.Context) -> Stand:
    """Say how a move stands now."""
    guest = context.here.get(move.server_id)
    stand = Stand(move)
    if move.result not in ('moving', 'moved', 'gone'):
        if guest is None:
            stand = _away(move, context)
        elif move.result != 'failed':
            stand = Stand(_at_rest(move, guest, context))
    if stand.move.result == 'moving':
        return _under_way(stand.move, guest, context)
    return stand


def _at_rest(move: Move, guest: Server, context: case.Context) -> Move:
    """A guest that is here, and not under way as far as this run knows."""
    last = context.newest(move)
    if (
        last is not None
        and last.id > move.after
        and guests.going(last, guest, context.hv.host)
    ):
        user_id = context.snapshot.user_id
        if last.migration_type == 'live-migration':
            return guests.followed(move, last, user_id, context.now)
        if cold.is_ours(context.hv, last, user_id):
            return cold.taken_up(context.hv, last, move, context.now)
    treated = context.treatments[guest.id]
    return guests.waiting(move, guest, treated, context.now)


def _away(move: Move, context: case.Context) -> Stand:
    """A guest that has left the host in a way that this run did not see."""
    hv, now = context.hv, context.now
    user_id = context.snapshot.user_id
    last = context.newest(move)
    if last is None or last.source != hv.host:
        return left_host.searched(move, context)
    if last.status in guests.DONE and last.id > move.after:
        return left_host.arrived(move, last, context)
    if last.over:
        return left_host.searched(move, context)
    if guests.told(None, last) == move.told:
        return Stand(move)  # given up, and nothing is new
    if last.migration_type == 'live-migration':
        return Stand(guests.followed(move, last, user_id, now))
    if (
        guests.record(move, hv.migrations, user_id) is last
        or cold.is_ours(hv, last, user_id)
        or (last.status == 'finished' and context.options.confirm_resizes)
    ):
        return Stand(cold.taken_up(hv, last, move, now))
    busy_since = move.busy_since or now
    if last.status == 'finished' or now - busy_since >= guests.BUSY_LIMIT:
        return Stand(cold.left(hv, last, move, now))
    # About to be finished, confirmed or reverted.
    return Stand(dataclasses.replace(move, busy_since=busy_since))


def _under_way(
    move: Move, guest: Server | None, context: case.Context
) -> Stand:
    now = context.now
    migration = guests.record(
        move, context.hv.migrations, context.snapshot.user_id
    )
    move = guests.heard(move, guest, migration, now)
    if migration is None:
        return _unrecorded(move, guest, context)
    if migration.status in guests.DONE:
        if guest is None:
            return left_host.arrived(move, migration, context)
        if move.method is Method.CONFIRM:
            # Resized on this host: now it can be moved.
            return Stand(_next_step(move, guest, context))
    elif migration.over:
        if guest is None:
            return _away(move, context)
        return _over(
            move,
            guest,
            context,
            f'the migration ended as {migration.status}',
            migration.id,
        )
    elif migration.status == 'finished' and move.method is not Method.LIVE:
        return _to_confirm(move, migration, context)
    if guest is not None and guests.idle(move, now):
        reason = (
            f'Nova does nothing with it, though its migration {migration.id} '
            f'is {migration.status}'
        )
        return _over(move, guest, context, reason, migration.id)
    if guests.silent(move, migration, now):
        return Stand(guests.failed(move, _stuck(move, migration, now), now))
    if guests.overdue(move, migration, now):
        return _overdue(move, migration, context)
    return Stand(move)


def _stuck(
    move: Move,
    migration: Migration,
    now: datetime.datetime,
) -> str:
    """Say why a move is no longer waited for."""
    assert move.heard_at is not None
    if migration.status in guests.DONE:
        return (
            f"Nova's record of it says {migration.status}, but Nova still "
            f'has it on {move.source}'
        )
    seconds = (now - move.heard_at).total_seconds()
    return (
        f'its migration {migration.id} is {migration.status}, with nothing '
        f'new for {seconds:.0f} s, and Nova goes on with it'
    )


def _overdue(move: Move, migration: Migration, context: case.Context) -> Stand:
    """A guest that is copied on and on."""
    force = ForceComplete(
        name=move.hypervisor,
        server_id=move.server_id,
        migration_id=migration.id,
    )
    if move.state == 'PAUSED':
        why = 'still being copied, though it is paused'  # not to be forced
        return Stand(dataclasses.replace(move, reason=why))
    if not context.options.force_complete or move.adopted:
        why = (
            'still being copied: the guest may write its memory faster than '
            'that; --force-complete halts it for the rest'
        )
        return Stand(dataclasses.replace(move, reason=why))
    if not context.is_through(force):
        running = migration.status == 'running'
        return Stand(move, force if running else None)
    if not context.ledger.done.get(force):
        why = 'still being copied, and Nova did not halt it for that'
        return Stand(dataclasses.replace(move, reason=why))
    most = guests.limit(move, migration)
    halted_at = context.ledger.done_at.get(force)
    if halted_at is None or most is None or context.now - halted_at < most:
        return Stand(move)
    seconds = (context.now - halted_at).total_seconds()
    return Stand(
        guests.failed(
            move,
            f'still being copied {seconds:.0f} s after Nova was asked to '
            'halt it for that',
            context.now,
        )
    )


def _to_confirm(
    move: Move, migration: Migration, context: case.Context
) -> Stand:
    """Confirm what is finished, as often as it takes, within bounds."""
    resized = move.method is Method.CONFIRM and not move.adopted
    confirm: Step = ConfirmMigration(
        name=move.hypervisor, server_id=move.server_id
    )
    if resized:
        confirm = case.request(move, move.attempt, context.options)
    refused = context.failure_of(confirm)
    if refused is not None:
        return Stand(guests.failed(move, refused, context.now))
    if guests.silent(move, migration, context.now):
        what = 'resize' if resized else 'migration'
        return Stand(
            guests.failed(
                move,
                f'it is on {migration.destination}, but Nova does not '
                f'confirm its {what}; openstack server {what} confirm '
                f'{move.server_id}',
                context.now,
            )
        )
    sent_at = context.ledger.done_at.get(confirm)
    if sent_at is not None and context.now - sent_at < CONFIRM_AGAIN:
        return Stand(move)
    return Stand(move, confirm)


def _unrecorded(
    move: Move, guest: Server | None, context: case.Context
) -> Stand:
    """Follow what Nova has no migration record of, not yet or never."""
    sent = case.request(move, move.attempt, context.options)
    refused = context.failure_of(sent)
    if guest is None:
        return _away(move, context)
    last = context.newest(move)
    if (
        last is not None
        and last.id > move.after
        and guests.going(last, guest, context.hv.host)
    ):
        # Somebody else was faster.
        return Stand(_at_rest(_requeued(move), guest, context))
    if refused is not None:
        return _again(move, guest, context, refused)
    if move.method is None or not move.method.migrates:
        ended = _by_status(move, guest, context)
        if ended is not None:
            return ended
    assert move.started_at is not None
    since = context.ledger.done_at.get(sent, move.started_at)
    if context.now - since < guests.BEGIN_LIMIT:
        return Stand(move)
    if move.attempt and sent not in context.ledger.done:
        # The request got no answer, and did not happen: once more.
        again = dataclasses.replace(_requeued(move), attempt=move.attempt - 1)
        return Stand(_at_rest(again, guest, context))
    if move.method is None or not move.method.migrates:
        return _over(move, guest, context, 'nothing came of the request')
    reason = 'no migration record of it appeared in Nova'
    if guest.task_state is not None:
        reason += f', and it stays {guest.status} ({guest.task_state})'
        return Stand(guests.failed(move, reason, context.now))
    return _over(move, guest, context, reason)


def _by_status(
    move: Move, guest: Server, context: case.Context
) -> Stand | None:
    """Tell by the guest itself; None as long as nothing has come of it."""
    if guest.task_state is not None:
        if guests.silent(move, None, context.now):
            reason = f'it stays {guest.status} ({guest.task_state})'
            return Stand(guests.failed(move, reason, context.now))
        return Stand(move)
    if guest.status == 'ERROR':
        return _over(move, guest, context, guest.fault or 'it is in ERROR')
    if guest.status != move.state:
        # Shelved but not yet offloaded, or confirmed.
        return Stand(_next_step(move, guest, context))
    return None


def _over(
    move: Move,
    guest: Server,
    context: case.Context,
    reason: str,
    record_id: int | None = None,
) -> Stand:
    """A move that came to nothing: ask why, and try again or not."""
    ask = case.question(move, context)
    if ask is not None:
        if not context.is_through(ask):
            return Stand(move, ask)
        answer = context.ledger.answer(ask, Explained)
        if answer is not None:
            reason = answer.text
    return _again(move, guest, context, reason, record_id)


def _again(
    move: Move,
    guest: Server,
    context: case.Context,
    reason: str,
    record_id: int | None = None,
) -> Stand:
    """Put a move at the end of the queue, if it may be tried again.

    What others have sent away, or a run before this one, does not count.
    """
    if not move.adopted and move.attempt > context.options.retries:
        return Stand(guests.failed(move, reason, context.now))
    again = dataclasses.replace(_requeued(move), after=record_id or move.after)
    waits = guests.waiting(
        again, guest, context.treatments[guest.id], context.now
    )
    if waits.result == 'left' and guest.status == 'ERROR':
        # It was not, or there had been no move.
        reason = f'it is ERROR: {reason}'
        return Stand(guests.failed(move, reason, context.now))
    return Stand(
        dataclasses.replace(
            waits, reason=waits.reason or f'to be tried again: {reason}'
        )
    )


def _next_step(move: Move, guest: Server, context: case.Context) -> Move:
    """In its new state a guest may need another method."""
    return guests.waiting(
        dataclasses.replace(_requeued(move), attempt=0),
        guest,
        context.treatments[guest.id],
        context.now,
    )


def _requeued(move: Move) -> Move:
    return dataclasses.replace(
        move,
        result='waiting',
        adopted=False,
        told='',
        started_at=None,
        heard_at=None,
        idle_since=None,
        running_at=None,
    )
