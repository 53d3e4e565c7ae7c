# SPDX-License-Identifier: Apache-2.0
"""Decides which cold migrations and resizes away from a host are the drain's.

Nova has one kind of state for both, and whoever asked has to confirm: the
drain what it asked for, a guest's owner their resize.
"""

from __future__ import annotations

import dataclasses
import datetime
import re

from hvctl.decide import emptiness
from hvctl.decide import guests
from hvctl.model import hypervisor
from hvctl.model import identity
from hvctl.model import progress
from hvctl.model import records
from hvctl.model.draining import Method

_MARK = re.compile(
    re.escape(identity.REASON_DRAIN) + r' after migration (\d+)'
)


def drain_reason(newest_migration: int) -> str:
    """The disabled_reason of a drain.

    A run that takes over another's work can tell by the number which cold
    migrations belong to the drain and are to be confirmed.
    """
    return f'{identity.REASON_DRAIN} after migration {newest_migration}'


def since(hv: hypervisor.Hypervisor) -> int | None:
    """The newest migration record before the drain, None without its mark."""
    found = _MARK.match((hv.service and hv.service.disabled_reason) or '')
    return None if found is None else int(found[1])


def ours(hv: hypervisor.Hypervisor) -> list[records.Migration]:
    """Cold migrations that an earlier run of this drain has not finished."""
    mark = since(hv)
    if mark is None:
        return []
    return [
        m
        for m in hv.migrations
        if m is guests.newest(m.server_id, hv.migrations)
        and m.id > mark
        and m.status not in emptiness.FINAL_STATUSES
        and m.migration_type == 'migration'
        and m.source == hv.host
    ]


def of_others(hv: hypervisor.Hypervisor) -> list[records.Migration]:
    """Finished moves away from here that are not the drain's to confirm."""
    known = {migration.id for migration in ours(hv)}
    return [
        m
        for m in hv.migrations
        if m.status == 'finished'
        and m.source == hv.host
        and m.id not in known
        and m is guests.newest(m.server_id, hv.migrations)
    ]


def taken_up(
    hv: hypervisor.Hypervisor,
    migration: records.Migration,
    known: progress.Move | None,
    now: datetime.datetime,
) -> progress.Move:
    """Go on with a cold migration, or a resize, of before this run."""
    ours = migration.migration_type == 'migration'
    return progress.Move(
        server_id=migration.server_id,
        # A guest that has left the host is in none of the lists here.
        server_name=known.server_name if known else '',
        project_id=known.project_id if known else '',
        hypervisor=hv.name,
        state=known.state if known else '',
        method=Method.COLD if ours else Method.CONFIRM,
        result='moving',
        source=hv.host,
        destination=migration.destination,
        after=migration.id - 1,
        attempt=1,
        seen_at=known.seen_at if known else now,
        started_at=now,
    )


def left(
    hv: hypervisor.Hypervisor,
    migration: records.Migration,
    known: progress.Move | None,
    now: datetime.datetime,
) -> progress.Move:
    """Leave a resize to its owner."""
    return dataclasses.replace(
        taken_up(hv, migration, known, now),
        state='VERIFY_RESIZE',
        method=None,
        result='left',
        reason='resized away; waits until its owner confirms or reverts that',
        lift='--confirm-resizes',
        attempt=0,
        started_at=None,
        ended_at=now,
    )
