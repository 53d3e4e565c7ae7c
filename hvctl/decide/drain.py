# SPDX-License-Identifier: Apache-2.0
"""Decides how a hypervisor is emptied."""

from __future__ import annotations

import dataclasses
import datetime
import re

from hvctl.decide import assemble
from hvctl.decide import emptiness
from hvctl.decide import foreign
from hvctl.decide import guests
from hvctl.decide import phase as phases
from hvctl.model import hypervisor
from hvctl.model import identity
from hvctl.model import progress
from hvctl.model import records
from hvctl.model import snapshot as snapshot_model
from hvctl.model import steps
from hvctl.model.hypervisor import Phase

#: Guests of one hypervisor that are under way at once.  Nova chooses and
#: claims the destination when it accepts a request, so more than its
#: max_concurrent_live_migrations only pins choices that grow stale.
PARALLEL = 4

_MARK = re.compile(
    re.escape(identity.REASON_DRAIN) + r' after migration (\d+)'
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """The goal of ``drain``: no guest is left on the names."""

    names: tuple[str, ...]

    def scope(self, ledger: progress.Ledger) -> snapshot_model.Scope:
        """What the next look must reach."""
        if ledger.last is None:
            return snapshot_model.Scope(server_names=frozenset(self.names))
        found = assemble.assemble(ledger.last, self.names).values()
        return snapshot_model.Scope(
            hosts=frozenset(hv.host for hv in found if hv.service),
            provider_ids=frozenset(
                hv.provider.id for hv in found if hv.provider
            ),
        )

    def decide(
        self,
        snapshot: snapshot_model.Snapshot,
        ledger: progress.Ledger,
        now: datetime.datetime,
    ) -> dict[str, progress.Verdict]:
        """Say for each name what to do and what is waited for."""
        found = assemble.assemble(snapshot, self.names)
        before = (
            assemble.assemble(ledger.last, self.names)
            if ledger.last is not None
            else {}
        )
        # None of them may become the destination of another's guests.
        all_closed = not any(
            hv.service is not None and hv.service.enabled and hv.service.up
            for hv in found.values()
        )
        return {
            name: self._one(
                snapshot, hv, before.get(name), ledger, all_closed, now
            )
            for name, hv in found.items()
        }

    def _one(
        self,
        snapshot: snapshot_model.Snapshot,
        hv: hypervisor.Hypervisor,
        before: hypervisor.Hypervisor | None,
        ledger: progress.Ledger,
        all_closed: bool,
        now: datetime.datetime,
    ) -> progress.Verdict:
        status = phases.status(hv)
        failure = ledger.failures.get(hv.name)
        if failure is not None:
            return progress.failed(status, failure.message)
        refusal = _refusal(snapshot, hv)
        if refusal is not None:
            return progress.failed(status, refusal)
        if hv.guests is None or hv.service is None:
            # The first look finds it, the second reaches into it.
            return progress.Verdict(status=status)
        if hv.service.enabled:
            newest = max((m.id for m in hv.migrations), default=0)
            return progress.Verdict(
                status=status,
                steps=(
                    steps.DisableService(
                        name=hv.name,
                        service_id=hv.service.id,
                        reason=drain_reason(newest),
                    ),
                ),
            )
        moves = self._moves(hv, ledger, now)
        todo = self._steps(hv, moves, ledger) if all_closed else ()
        moves = _started(moves, todo, now)
        return progress.Verdict(
            status=_status(hv, status, moves),
            steps=todo,
            moves=tuple(moves.values()),
            outcome=_outcome(hv, before, moves, todo, all_closed),
        )

    def _moves(
        self,
        hv: hypervisor.Hypervisor,
        ledger: progress.Ledger,
        now: datetime.datetime,
    ) -> dict[str, progress.Move]:
        """Every guest's move as this look shows it, by the guest's id."""
        here = {guest.id: guest for guest in hv.guests or ()}
        moves = {
            server_id: move
            for server_id, move in ledger.moves.items()
            if move.hypervisor == hv.name
        }
        for guest in here.values():
            if guest.id not in moves:
                moves[guest.id] = guests.first_sight(
                    guest, hv.name, hv.host, hv.migrations, now
                )
        for migration in _ours_to_confirm(hv):
            known = moves.get(migration.server_id)
            # A run before this one may have sent it while it is still here.
            if known is None or known.result == 'waiting':
                moves[migration.server_id] = _taken_up(
                    hv, migration, known, now
                )
        for server_id, move in moves.items():
            moves[server_id] = self._look(
                move, here.get(server_id), hv, ledger, now
            )
        for migration in _of_others_to_confirm(hv):
            known = moves.get(migration.server_id)
            if known is None or known.result == 'gone':
                moves[migration.server_id] = dataclasses.replace(
                    _taken_up(hv, migration, known, now),
                    state='VERIFY_RESIZE',
                    method=None,
                    result='left',
                    reason='resized away; waits until its owner confirms or '
                    'reverts that',
                    started_at=None,
                    ended_at=now,
                )
        return moves

    def _look(
        self,
        move: progress.Move,
        guest: records.Server | None,
        hv: hypervisor.Hypervisor,
        ledger: progress.Ledger,
        now: datetime.datetime,
    ) -> progress.Move:
        failure = ledger.failures.get(move.server_id)
        if move.result == 'moving':
            if failure is not None:
                return dataclasses.replace(
                    move,
                    result='failed',
                    reason=failure.message,
                    ended_at=now,
                )
            migration = guests.record(move, hv.migrations)
            stands = guests.follow(move, guest, migration, now)
            if stands.result != 'failed':
                return stands
            if migration is None and _request(move) not in ledger.done:
                # The request got no answer, and did not happen: once more.
                return dataclasses.replace(
                    move, result='waiting', started_at=None
                )
            if migration is not None and _unasked(move, ledger):
                return move  # until Nova has told the reason
            why = _answer(move, ledger)
            return dataclasses.replace(stands, reason=why or stands.reason)
        if move.result == 'waiting':
            if guest is None:
                return dataclasses.replace(
                    move, result='gone', reason='not moved by us', ended_at=now
                )
            return guests.waiting(move, guest, now)
        return move

    def _steps(
        self,
        hv: hypervisor.Hypervisor,
        moves: dict[str, progress.Move],
        ledger: progress.Ledger,
    ) -> tuple[steps.Step, ...]:
        here = {guest.id: guest for guest in hv.guests or ()}
        todo: list[steps.Step] = []
        free = PARALLEL - sum(m.result == 'moving' for m in moves.values())
        for move in moves.values():
            guest = here.get(move.server_id)
            if move.result == 'moving':
                todo += _follow_up(move, hv, ledger)
            elif guest is not None and guests.ready(move, guest) and free > 0:
                free -= 1
                todo.append(_request(move))
        return tuple(todo)


def drain_reason(newest_migration: int) -> str:
    """The disabled_reason of a drain.

    A run that takes over another's work can tell by the number which cold
    migrations belong to the drain and are to be confirmed.
    """
    return f'{identity.REASON_DRAIN} after migration {newest_migration}'


def _request(move: progress.Move) -> steps.GuestStep:
    kind = steps.LiveMigrate if move.method == 'live' else steps.ColdMigrate
    return kind(name=move.hypervisor, server_id=move.server_id)


def _follow_up(
    move: progress.Move,
    hv: hypervisor.Hypervisor,
    ledger: progress.Ledger,
) -> list[steps.Step]:
    """What a move that is under way needs now."""
    migration = guests.record(move, hv.migrations)
    if migration is None or move.server_id in ledger.failures:
        return []
    confirm = steps.ConfirmMigration(name=hv.name, server_id=move.server_id)
    if (
        move.method == 'cold'
        and migration.status == 'finished'
        and confirm not in ledger.done
    ):
        return [confirm]
    if migration.status in guests.BROKEN:
        ask = _unasked(move, ledger)
        return [ask] if ask is not None else []
    return []


def _ask(move: progress.Move, ledger: progress.Ledger) -> steps.AskWhy | None:
    """How to ask for the reason; None where the request was not ours."""
    request_id = ledger.answers.get(_request(move))
    if request_id is None:
        return None
    return steps.AskWhy(
        name=move.hypervisor,
        server_id=move.server_id,
        request_id=request_id,
    )


def _unasked(
    move: progress.Move, ledger: progress.Ledger
) -> steps.AskWhy | None:
    ask = _ask(move, ledger)
    return None if ask in ledger.done else ask


def _answer(move: progress.Move, ledger: progress.Ledger) -> str:
    ask = _ask(move, ledger)
    return ledger.answers.get(ask, '') if ask is not None else ''


def _refusal(
    snapshot: snapshot_model.Snapshot, hv: hypervisor.Hypervisor
) -> str | None:
    if not foreign.owned(hv):
        taken = foreign.holders(snapshot, hv)
        if taken:
            return (
                f'{hv.name} is not an ephemeral hypervisor of this project: '
                f'it is {foreign.listed(taken)}, which hvctl did not make'
            )
        return f'there is no ephemeral hypervisor {hv.name}'
    if hv.service is None:
        return (
            f'{hv.name} has no compute service to drain '
            f'({phases.status(hv).reason})'
        )
    if not hv.service.up and hv.guests:
        return (
            f'nova-compute on {hv.host} does not report to Nova, so nothing '
            'can be migrated away from it; see '
            f'{phases.COMMAND} show {hv.name}'
        )
    return None


def _ours_to_confirm(
    hv: hypervisor.Hypervisor,
) -> list[records.Migration]:
    """Cold migrations that an earlier run of this drain has left finished."""
    found = _MARK.match((hv.service and hv.service.disabled_reason) or '')
    if found is None:
        return []
    return [
        m
        for m in hv.migrations
        if m is guests.newest(m.server_id, hv.migrations)
        and m.id > int(found[1])
        and m.status not in emptiness.FINAL_STATUSES
        and m.migration_type == 'migration'
        and m.source == hv.host
    ]


def _of_others_to_confirm(
    hv: hypervisor.Hypervisor,
) -> list[records.Migration]:
    """Moves away from here that are not the drain's to confirm."""
    ours = {migration.id for migration in _ours_to_confirm(hv)}
    return [
        m
        for m in hv.migrations
        if m.status == 'finished'
        and m.source == hv.host
        and m.id not in ours
        and m is guests.newest(m.server_id, hv.migrations)
    ]


def _taken_up(
    hv: hypervisor.Hypervisor,
    migration: records.Migration,
    known: progress.Move | None,
    now: datetime.datetime,
) -> progress.Move:
    """Go on with a cold migration that an earlier run has asked for."""
    return progress.Move(
        server_id=migration.server_id,
        # A guest that has left the host is in none of the lists here.
        server_name=known.server_name if known else '',
        project_id=known.project_id if known else '',
        hypervisor=hv.name,
        state=known.state if known else '',
        method='cold',
        result='moving',
        source=hv.host,
        destination=migration.destination,
        after=migration.id - 1,
        seen_at=known.seen_at if known else now,
        started_at=now,
    )


def _started(
    moves: dict[str, progress.Move],
    todo: tuple[steps.Step, ...],
    now: datetime.datetime,
) -> dict[str, progress.Move]:
    requests = {
        step.server_id
        for step in todo
        if isinstance(step, (steps.LiveMigrate, steps.ColdMigrate))
    }
    return {
        server_id: (
            dataclasses.replace(move, result='moving', started_at=now)
            if server_id in requests
            else move
        )
        for server_id, move in moves.items()
    }


def _status(
    hv: hypervisor.Hypervisor,
    status: hypervisor.Status,
    moves: dict[str, progress.Move],
) -> hypervisor.Status:
    if all(move.result in guests.ENDED for move in moves.values()):
        occupants = emptiness.occupants(hv)
        if occupants and not hv.guests:
            return hypervisor.Status(
                phase=Phase.DRAINING,
                reason=f'waiting for {" and ".join(occupants)} to go',
                hint=status.hint,
            )
    if not moves:
        return status
    moved = sum(m.result in ('moved', 'gone') for m in moves.values())
    stayed = sum(m.result in ('failed', 'left') for m in moves.values())
    reason = f'{moved} of {len(moves)} guests moved'
    if stayed:
        reason += f', {stayed} stay'
    going = hv.guests or any(
        move.result not in guests.ENDED for move in moves.values()
    )
    phase = Phase.DRAINING if going else status.phase
    return hypervisor.Status(phase=phase, reason=reason, hint=status.hint)


def _outcome(
    hv: hypervisor.Hypervisor,
    before: hypervisor.Hypervisor | None,
    moves: dict[str, progress.Move],
    todo: tuple[steps.Step, ...],
    all_closed: bool,
) -> progress.Outcome | None:
    if todo or not all_closed:
        return None
    if any(m.result not in guests.ENDED for m in moves.values()):
        return None
    stayed = [m for m in moves.values() if m.result in ('failed', 'left')]
    if stayed:
        return progress.Outcome(
            ok=False,
            message=f'{len(stayed)} of {len(moves)} guests stayed on '
            f'{hv.name}',
        )
    occupants = emptiness.occupants(hv)
    if occupants or (hv.consumers is None and hv.provider is not None):
        # Nova frees the source's allocation after the record is final.
        return None
    if before is None or before.guests != ():
        # Something that was under way may land late: look twice.
        return None
    return progress.Outcome(ok=True, message='' if moves else 'had no guests')
