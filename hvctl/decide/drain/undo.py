# SPDX-License-Identifier: Apache-2.0
"""Decides how a drain is taken back.

What has left does not come back; what has not yet begun to move stays, and
the hypervisor takes guests again.
"""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide.drain.moves import cold as resizes
from hvctl.decide.drain.moves import follow
from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import ownership
from hvctl.decide.hypervisor import phases
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.ledger import Ledger
from hvctl.model.records import Migration
from hvctl.model.snapshot import Snapshot, WholeLook
from hvctl.model.steps import AbortMigration, ConfirmMigration, EnableService
from hvctl.model.verdict import Outcome, Verdict

#: Live migrations in one of these have not begun to copy, and Nova can still
#: drop them (nova/compute/api.py, live_migrate_abort).
_QUEUED = frozenset({'queued', 'preparing'})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """The goal of ``drain --undo``: what was being drained is enabled."""

    names: tuple[str, ...]

    def scope(self, ledger: Ledger) -> WholeLook:
        """What the next look must reach."""
        if ledger.last is None:
            return WholeLook(server_names=frozenset(self.names))
        found = assemble.assemble(ledger.last, self.names).values()
        return WholeLook(
            hosts=frozenset(hv.host for hv in found if hv.service)
        )

    def decide(
        self,
        snapshot: Snapshot,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> dict[str, Verdict]:
        """Say for each name what to do and what is waited for."""
        found = assemble.assemble(snapshot, self.names)
        return {
            name: _one(hv, ledger, snapshot.user_id, now)
            for name, hv in found.items()
        }


def _one(
    hv: Hypervisor,
    ledger: Ledger,
    user_id: str | None,
    now: datetime.datetime,
) -> Verdict:
    status = phases.status(hv)
    failure = ledger.failures.get(hv.name)
    if failure is not None:
        return Verdict.failed(status, failure.message)
    if hv.service is None or not ownership.owned(hv):
        return Verdict.failed(
            status, f'there is no drain of an ephemeral hypervisor {hv.name}'
        )
    if hv.service.enabled:
        kept = [
            failure.message
            for failure in ledger.failures.values()
            if failure.step.name == hv.name
        ]
        if kept:
            return Verdict.failed(
                status, f'it is enabled again, but {"; ".join(kept)}'
            )
        undone = ledger.times(hv.name, EnableService)
        return Verdict(
            status=status,
            outcome=Outcome(
                ok=True, reason='' if undone else 'was not being drained'
            ),
        )
    if not phases.closed_for_drain(hv):
        return Verdict.failed(
            status,
            f'{hv.name} is disabled for a reason that is not a drain '
            f'({hv.service.disabled_reason}); it stays so',
        )
    if hv.guests is None:
        # The first look finds it, the second its migrations.
        return Verdict(status=status)
    aborts = _aborts(hv, ledger, user_id)
    cold = _cold(hv, ledger, user_id)
    if cold:
        # The reason of the service tells that they are to be confirmed.
        named = ', '.join(f'{m.id} ({m.status})' for m in cold)
        status = dataclasses.replace(
            status, reason=f'waiting for cold migrations of the drain: {named}'
        )
        confirms = _confirms(hv, cold, ledger, now)
        return Verdict(status=status, steps=(*aborts, *confirms))
    return Verdict(
        status=status,
        steps=(
            *aborts,
            EnableService(name=hv.name, service_id=hv.service.id),
        ),
    )


def _cold(
    hv: Hypervisor, ledger: Ledger, user_id: str | None
) -> list[Migration]:
    """The drain's cold migrations that are under way or to be confirmed."""
    idle = {g.id for g in hv.guests or () if g.task_state is None}
    return [
        m
        for m in resizes.away(hv)
        if resizes.is_ours(hv, m, user_id)
        and m.server_id not in idle
        and m.server_id not in ledger.failures
    ]


def _confirms(
    hv: Hypervisor,
    cold: list[Migration],
    ledger: Ledger,
    now: datetime.datetime,
) -> list[ConfirmMigration]:
    """Confirm what is finished, as often as it takes."""
    found = [
        ConfirmMigration(name=hv.name, server_id=m.server_id)
        for m in cold
        if m.status == 'finished'
    ]
    return [
        step
        for step in found
        if step not in ledger.done_at
        or now - ledger.done_at[step] >= follow.CONFIRM_AGAIN
    ]


def _aborts(
    hv: Hypervisor, ledger: Ledger, user_id: str | None
) -> list[AbortMigration]:
    """Drop the drain's migrations that have not begun to copy.

    What other operators asked for is theirs.
    """
    mark = resizes.since(hv)
    if mark is None:
        return []
    found = [
        AbortMigration(name=hv.name, server_id=m.server_id, migration_id=m.id)
        for m in hv.migrations
        if m.id > mark
        and m.user_id == user_id
        and m.migration_type == 'live-migration'
        and m.source == hv.host
        and m.status in _QUEUED
    ]
    return [step for step in found if step not in ledger.done]
