# SPDX-License-Identifier: Apache-2.0
"""Decides how hypervisors are emptied.

First all of them are closed, so that none becomes the destination of
another's guests.  Then every guest is seen and classified, and only when none
is in the way (or that is accepted) the first one moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import dataclasses
import datetime

from hvctl.decide.drain import outcome
from hvctl.decide.drain.moves import case
from hvctl.decide.drain.moves import cold
from hvctl.decide.drain.moves import queue
from hvctl.decide.drain.plan import budget
from hvctl.decide.drain.plan import room
from hvctl.decide.drain.plan import treatment
from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import ownership
from hvctl.decide.hypervisor import phases
from hvctl.decide.wording import rendering
from hvctl.model import host_name
from hvctl.model.codes import OutcomeCode
from hvctl.model.drain_options import DrainOptions, Method
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.records import Need, Resources, Server, Service
from hvctl.model.snapshot import GuestsLook, Scope, Snapshot, WholeLook
from hvctl.model.steps import DisableService, MoveStep
from hvctl.model.verdict import Verdict

_MIGRATIONS = (Method.LIVE, Method.COLD)

#: While guests are under way, every such look is one at everything, as is
#: each that may begin to move more: a nova-compute may have died meanwhile,
#: or somebody may have enabled it again.
_WHOLE = 10


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """The goal of ``drain``: no guest is left on the names."""

    names: tuple[str, ...]
    options: DrainOptions = dataclasses.field(default_factory=DrainOptions)

    def scope(self, ledger: Ledger) -> Scope:
        """What the next look must reach."""
        if ledger.last is None:
            return WholeLook(server_names=frozenset(self.names), sizes=True)
        found = list(assemble.assemble(ledger.last, self.names).values())
        hosts = frozenset(hv.host for hv in found if hv.service)
        going = any(m.result == 'moving' for m in ledger.moves.values())
        closed = not any(hv.service and hv.service.enabled for hv in found)
        tied = all(move.tied for move in ledger.moves.values())
        more = not ledger.winding_down and any(
            queue.more(hv, self.options, ledger.moves.values()) for hv in found
        )
        if (
            hosts
            and going
            and closed
            and tied
            and not more
            and ledger.looks % _WHOLE
        ):
            return GuestsLook(last=ledger.last, hosts=hosts)
        return WholeLook(
            hosts=hosts,
            ties=not (ledger.looks > 1 and tied),
            aggregates=not _begun(ledger),
            sizes=not _begun(ledger),
            needs=frozenset()
            if _begun(ledger)
            else frozenset(self._expected_needs(ledger.last, found, ledger)),
            provider_ids=frozenset(
                hv.provider.id for hv in found if hv.provider
            ),
        )

    def decide(
        self,
        snapshot: Snapshot,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> dict[str, Verdict]:
        """Say for each name what to do and what is waited for."""
        found = assemble.assemble(snapshot, self.names)
        verdicts = {
            name: self._before(snapshot, hv, ledger)
            for name, hv in found.items()
        }
        contexts = {
            name: case.Context(
                snapshot=snapshot,
                hv=hv,
                ledger=ledger,
                options=self.options,
                now=now,
                treatments=queue.treatments(
                    snapshot, hv, ledger, self.options
                ),
            )
            for name, hv in found.items()
            if verdicts[name] is None
        }
        looked = {
            name: queue.look(context) for name, context in contexts.items()
        }
        held = self._held(snapshot, found, verdicts, ledger)
        begun = _begun(ledger)
        needs: dict[str, Need] = {}
        if not begun:
            for context in contexts.values():
                needs |= _needs(snapshot, context.hv, context.treatments)
        known = {
            guest_id: need
            for guest_id, need in needs.items()
            if need in snapshot.room
        }
        allowed = room.destinations(
            snapshot,
            {hv.host for hv in found.values()},
            self.options.destination,
        )
        unfit = room.without_room(known, snapshot.room, allowed)
        plan = outcome.Plan(
            options=self.options,
            ledger=ledger,
            begun=begun,
            all_known=all(
                verdict is None or verdict.outcome is not None
                for verdict in verdicts.values()
            )
            and snapshot.room.keys() >= set(needs.values()),
            hosts={
                guest_id: len(
                    room.hosts_with_room(snapshot.room[need], allowed)
                )
                for guest_id, need in known.items()
            },
            unfit={each: room.words(known[each]) for each in unfit},
            in_the_way={
                name: sum(
                    queue.blocked(move) or move.server_id in unfit
                    for move in moves.values()
                )
                for name, (moves, _) in looked.items()
            },
            held=held,
            partial=snapshot.partial,
        )
        last = ledger.last
        before = assemble.assemble(last, self.names) if last else {}
        busy = queue.busy_groups(looked.values())
        ended = {
            name: verdict
            for name, verdict in verdicts.items()
            if verdict is not None
        }
        for name, context in contexts.items():
            ended[name], busy = plan.verdict(
                context, before.get(name), looked[name], busy
            )
        return {name: ended[name] for name in verdicts}

    def _expected_needs(
        self,
        last: Snapshot,
        found: Iterable[Hypervisor],
        ledger: Ledger,
    ) -> Iterator[Need]:
        """Return the needs whose room the next look has to ask for."""
        for hv in found:
            treatments = queue.treatments(last, hv, ledger, self.options)
            yield from _needs(last, hv, treatments).values()

    def _before(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        ledger: Ledger,
    ) -> Verdict | None:
        """What comes before the guests; None when it is their turn."""
        status = phases.status(hv)
        failure = ledger.failures.get(hv.name)
        if failure is not None:
            return Verdict.failed(status, failure.message)
        refusal = _refusal(snapshot, hv)
        if refusal is None and not _committed(ledger):
            refusal = self._no_destination(snapshot) or self._over_budget(
                snapshot
            )
        if refusal is None and not _under_way(hv, ledger):
            refusal = self._interrupted(hv, ledger)
        if refusal is not None:
            return Verdict.failed(status, refusal)
        if hv.guests is None or hv.service is None:
            # The first look finds it, the second reaches into it.
            return Verdict(status=status)
        if (
            hv.service.enabled
            and not self.options.dry_run
            and not _closed_by_us(hv, ledger)
        ):
            if ledger.winding_down:
                return Verdict.failed(
                    status, f'stopped before {hv.name} was disabled'
                )
            newest = max((m.id for m in hv.migrations), default=0)
            return Verdict(
                status=status,
                steps=(
                    DisableService(
                        name=hv.name,
                        service_id=hv.service.id,
                        reason=cold.drain_reason(newest),
                    ),
                ),
            )
        return None

    def _interrupted(self, hv: Hypervisor, ledger: Ledger) -> str | None:
        """Why no guest of a hypervisor can be sent away now, if so.

        Those that are under way are followed all the same.
        """
        if hv.service is None:
            return None
        if not hv.service.up and hv.guests:
            return (
                f'nova-compute on {hv.host} does not report to Nova, so '
                'nothing can be migrated away from it; see '
                f'{phases.COMMAND} show {hv.name}'
            )
        if hv.service.enabled and _closed_by_us(hv, ledger):
            return (
                f'somebody has enabled {hv.name} again, so guests may land '
                'on it; the same command again disables it and goes on'
            )
        return None

    def _held(
        self,
        snapshot: Snapshot,
        found: Mapping[str, Hypervisor],
        verdicts: Mapping[str, Verdict | None],
        ledger: Ledger,
    ) -> dict[str, str]:
        """Of which names no guest is to be sent away any more, and why."""
        unclosed = [
            name
            for name, verdict in verdicts.items()
            if verdict is not None
            and verdict.outcome is not None
            and found[name].service in _targets(snapshot)
            and ownership.owned(found[name])
            and not _closed_by_us(found[name], ledger)
        ]
        held = {}
        for name, hv in found.items():
            reason = self._interrupted(hv, ledger)
            if reason is None and unclosed and not self.options.dry_run:
                reason = (
                    f'no guest was sent away, since {", ".join(unclosed)} '
                    'could not be disabled and guests might land there'
                )
            if reason is not None:
                held[name] = reason
        return held

    def _over_budget(self, snapshot: Snapshot) -> str | None:
        named = {
            service.host
            for service in snapshot.services
            if host_name.short(service.host) in self.names
        }
        return budget.refusal(snapshot, named, self.options)

    def _no_destination(self, snapshot: Snapshot) -> str | None:
        wanted = self.options.destination
        if wanted is None:
            return None
        service = next(
            (s for s in snapshot.services if s.host == wanted), None
        )
        if service is None:
            return f'--to {wanted}: there is no compute service on that host'
        if host_name.short(wanted) in self.names:
            return f'--to {wanted}: it is to be drained itself'
        if not (service.enabled and service.up):
            return (
                f'--to {wanted}: its compute service is {service.status} and '
                f'{service.state}'
            )
        return None


def _needs(
    snapshot: Snapshot,
    hv: Hypervisor,
    treatments: Mapping[str, treatment.Treatment],
) -> dict[str, Need]:
    """Return what each guest that is to migrate needs of its new host."""
    needs = {
        guest.id: room.need_of(
            guest, _allocated(snapshot, hv, guest), snapshot.aggregates
        )
        for guest in hv.guests or ()
        if treatments[guest.id].method in _MIGRATIONS
    }
    return {each: need for each, need in needs.items() if need.resources}


def _allocated(
    snapshot: Snapshot,
    hv: Hypervisor,
    guest: Server,
) -> Resources | None:
    """What a guest has of its hypervisor, where the look tells."""
    provider_id = hv.provider.id if hv.provider else ''
    return snapshot.consumers.get(provider_id, {}).get(guest.id)


def _begun(ledger: Ledger) -> bool:
    """Whether this run has sent a guest away."""
    return any(isinstance(step, MoveStep) for step in ledger.done)


def _committed(ledger: Ledger) -> bool:
    """Whether this run has closed a host, or follows a guest."""
    return any(
        isinstance(step, DisableService) for step in ledger.done
    ) or any(m.result == 'moving' or m.attempt for m in ledger.moves.values())


def _under_way(hv: Hypervisor, ledger: Ledger) -> bool:
    return any(
        move.hypervisor == hv.name and move.result == 'moving'
        for move in ledger.moves.values()
    )


def _closed_by_us(hv: Hypervisor, ledger: Ledger) -> bool:
    return ledger.times(hv.name, DisableService) > 0


def _targets(snapshot: Snapshot) -> list[Service]:
    """The compute services that the scheduler may choose."""
    return [s for s in snapshot.services if s.enabled and s.up]


def _refusal(snapshot: Snapshot, hv: Hypervisor) -> str | None:
    if not ownership.owned(hv):
        taken = ownership.holders(snapshot, hv)
        if taken:
            return rendering.reason(
                Reason.of(
                    OutcomeCode.NOT_OURS, name=hv.name, holders=tuple(taken)
                )
            )
        return f'there is no ephemeral hypervisor {hv.name}'
    if hv.service is None:
        return (
            f'{hv.name} has no compute service to drain '
            f'({rendering.reason(phases.status(hv).reason)})'
        )
    if hv.service.status == 'UNKNOWN':
        return (
            f'the cell of {hv.host} does not answer, so Nova does not say '
            'which guests are there'
        )
    return None
