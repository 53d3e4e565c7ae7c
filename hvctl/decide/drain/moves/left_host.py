# SPDX-License-Identifier: Apache-2.0
"""Decides where guests have gone that are not on the host any more."""

from __future__ import annotations

import dataclasses

from hvctl.decide.drain.moves import case
from hvctl.decide.drain.moves import guests
from hvctl.decide.drain.moves.case import Stand
from hvctl.model.drain_options import Method
from hvctl.model.move import Move
from hvctl.model.records import Migration
from hvctl.model.results import Explained, Located
from hvctl.model.steps import AskWhere


def arrived(
    move: Move,
    migration: Migration,
    context: case.Context,
) -> Stand:
    """A guest that has left by a migration that Nova calls done."""
    if migration.migration_type == 'live-migration':
        # It is, even where the destination could not take the guest over
        # (nova/compute/manager.py, _post_live_migration).
        return searched(move, context, migration)
    return Stand(guests.moved(move, migration.destination, context.now))


def searched(
    move: Move,
    context: case.Context,
    done: Migration | None = None,
) -> Stand:
    """Ask where a guest is that has left, and how it is.

    :param done: the record that explains it, if one does
    """
    last = context.newest(move)
    ask = AskWhere(
        name=move.hypervisor,
        server_id=move.server_id,
        migration_id=last.id if last is not None else 0,
        seen_at=move.seen_at,
    )
    if not context.is_through(ask):
        return Stand(move, ask)
    located = context.ledger.answer(ask, Located)
    if context.failure_of(ask) is not None:
        if done is not None:
            return Stand(guests.moved(move, done.destination, context.now))
        reason = f'no longer on {move.source}; Nova did not say where it is'
        return Stand(guests.failed(move, reason, context.now))
    elif located is None:
        reason = 'deleted'
    elif located.host is None:
        reason = 'shelved'
        if move.method in (Method.SHELVE, Method.OFFLOAD):
            shelved = guests.moved(move, None, context.now)
            return Stand(dataclasses.replace(shelved, reason=reason))
    elif located.host == context.hv.host:
        # It has come back since; as one that is seen for the first time.
        reason = f'back on {located.host}'
    else:
        return _elsewhere(move, context, located.status, located.host, done)
    return Stand(guests.gone(move, reason, context.now))


def _elsewhere(
    move: Move,
    context: case.Context,
    status: str,
    where: str,
    done: Migration | None,
) -> Stand:
    """A guest that Nova has on another host: it may have left it broken."""
    user_id, last = context.snapshot.user_id, context.newest(move)
    ours = guests.record(move, context.hv.migrations, user_id)
    broken = status == 'ERROR' and move.state != 'ERROR'
    if broken or (done is None and ours is not None and ours is last):
        ask = case.question(move, context)
        if ask is not None and not context.is_through(ask):
            return Stand(move, ask)
        why = f'the migration ended as {last.status}' if last else ''
        answer = context.ledger.answer(ask, Explained) if ask else None
        if answer is not None:
            why = answer.text
        reason = f'it is {status} on {where}: {why}'.removesuffix(': ')
        there = dataclasses.replace(move, destination=where)
        return Stand(guests.failed(there, reason, context.now))
    moved = guests.moved(move, where, context.now)
    if done is None:
        reason = 'not by the request of this drain'
        moved = dataclasses.replace(moved, reason=reason)
    return Stand(moved)
