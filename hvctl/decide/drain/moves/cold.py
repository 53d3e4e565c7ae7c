# SPDX-License-Identifier: Apache-2.0
"""Decides which cold migrations and resizes away from a host are the drain's.

Nova has one kind of state for both, and whoever asked has to confirm: the
drain what it asked for, a guest's owner their resize.
"""

from __future__ import annotations

import dataclasses
import datetime
import re

from hvctl.decide.drain.moves import guests
from hvctl.model import identity
from hvctl.model.drain_options import Method
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.move import Move
from hvctl.model.records import Migration

_MARK = re.compile(
    re.escape(identity.REASON_DRAIN) + r' after migration (\d+)'
)


def drain_reason(newest_migration: int) -> str:
    """The disabled_reason of a drain.

    A run that takes over another's work can tell by the number which cold
    migrations belong to the drain and are to be confirmed.
    """
    return f'{identity.REASON_DRAIN} after migration {newest_migration}'


def since(hv: Hypervisor) -> int | None:
    """The newest migration record before the drain, None without its mark."""
    found = _MARK.match((hv.service and hv.service.disabled_reason) or '')
    return None if found is None else int(found[1])


def is_ours(
    hv: Hypervisor,
    migration: Migration,
    user_id: str | None,
) -> bool:
    """Whether an earlier run of this drain has asked for a cold migration.

    :param user_id: who we are; what other operators ask for is theirs
    """
    mark = since(hv)
    return (
        mark is not None
        and migration.id > mark
        and migration.user_id == user_id
        and migration.migration_type == 'migration'
    )


def away(hv: Hypervisor) -> list[Migration]:
    """The cold migrations and resizes away from a host that are not over."""
    return [
        m
        for m in hv.migrations
        if guests.leaves(m, hv.host)
        and m.migration_type in ('migration', 'resize')
        and m is guests.newest(m.server_id, hv.migrations)
    ]


def taken_up(
    hv: Hypervisor,
    migration: Migration,
    known: Move,
    now: datetime.datetime,
) -> Move:
    """Go on with a cold migration, or a resize, of before this run."""
    cold = migration.migration_type == 'migration'
    return dataclasses.replace(
        known,
        method=Method.COLD if cold else Method.CONFIRM,
        result='moving',
        source=hv.host,
        destination=migration.destination,
        reason='',
        lift='',
        # It is to be confirmed, whoever asked for it.
        adopted=True,
        after=migration.id - 1,
        busy_since=None,
        started_at=now,
        ended_at=None,
    )


def left(
    hv: Hypervisor,
    migration: Migration,
    known: Move,
    now: datetime.datetime,
) -> Move:
    """Leave a resize to its owner."""
    return dataclasses.replace(
        known,
        state='VERIFY_RESIZE',
        method=None,
        result='left',
        destination=migration.destination,
        reason='resized away; waits until its owner confirms or reverts that',
        lift='--confirm-resizes',
        after=migration.id - 1,
        started_at=None,
        ended_at=known.ended_at or now,
    )


def unseen(hv: Hypervisor, migration: Migration) -> Move:
    """What is known of a guest that has left: it is in none of the lists."""
    return Move(
        server_id=migration.server_id,
        server_name='',
        project_id='',
        hypervisor=hv.name,
        state='',
        method=None,
        result='waiting',
        source=hv.host,
    )
