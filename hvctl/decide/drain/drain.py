# SPDX-License-Identifier: Apache-2.0
"""Decides how hypervisors are emptied.

First all of them are closed, so that none becomes the destination of
another's guests.  Then every guest is seen and classified, and only when none
is in the way (or that is accepted) the first one moves.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import datetime
import itertools

from hvctl.decide import goal
from hvctl.decide.drain import gaps
from hvctl.decide.drain import outcome
from hvctl.decide.drain import stages
from hvctl.decide.drain.case import DrainCase
from hvctl.decide.drain.moves import queue
from hvctl.decide.drain.moves import requests
from hvctl.decide.drain.moves import transitions
from hvctl.decide.drain.plan import forecast
from hvctl.decide.drain.plan import room
from hvctl.decide.goal import Goal
from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import protection
from hvctl.model.codes import OutcomeCode
from hvctl.model.drain_options import DrainOptions
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.ledger import Ledger
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.model.records import Need, Server
from hvctl.model.snapshot import (
    EVERY_PART,
    GuestsLook,
    Scope,
    Snapshot,
    WholeLook,
)
from hvctl.model.steps import MoveStep
from hvctl.model.verdict import Verdict


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Drain(Goal[DrainCase]):
    """The goal of ``drain``: no guest is left on the names."""

    names: tuple[str, ...]
    options: DrainOptions = dataclasses.field(default_factory=DrainOptions)

    def scope(self, ledger: Ledger) -> Scope:
        """Return what the next look must reach."""
        if ledger.last is None:
            return WholeLook(
                names=frozenset(self.names),
                server_names=frozenset(self.names),
                sizes=True,
                optional=EVERY_PART,
            )
        hypervisors = list(self.hypervisors(ledger.last).values())
        hosts = frozenset(hv.host for hv in hypervisors if hv.service)
        moves = ledger.moves.values()
        closed = not any(
            hv.service and hv.service.enabled for hv in hypervisors
        )
        ties_known = all(move.ties.known for move in moves)
        more = not ledger.winding_down and any(
            queue.may_begin_more(hv, self.options, ledger)
            for hv in hypervisors
        )
        # While guests move, or wait until they are tried again, a look reads
        # only guests and migrations.  A look after which new moves may start
        # is whole: a nova-compute may have died meanwhile, or somebody may
        # have enabled it again.
        if (
            hosts
            and any(
                move.state is MoveState.MOVING or queue.is_held(move)
                for move in moves
            )
            and closed
            and ties_known
            and not more
            and not requests.may_be_sent_again(self.options, ledger)
            and not any(gaps.was_incomplete(ledger, n) for n in self.names)
            and ledger.partial_looks < goal.FULL_LOOK_EVERY - 1
        ):
            return GuestsLook(last=ledger.last, hosts=hosts)
        begun = _any_sent(ledger)
        expected = [
            (hv, self._expected(hv, ledger.last, ledger)) for hv in hypervisors
        ]
        needs: frozenset[Need] = frozenset()
        if not begun:
            needs = frozenset(
                need
                for hv, awaited in expected
                for need in _needs(ledger.last, hv, awaited).values()
            )
        return WholeLook(
            names=frozenset(self.names),
            hosts=hosts,
            # The first look tells of no guests, nor what ties them.
            ties=ledger.looks == 1
            or not all(
                move.ties.known
                for _, awaited in expected
                for move in awaited.values()
            ),
            aggregates=not begun,
            # What others have is for the plan, and changes little.
            sizes=not begun
            and not (
                ledger.last.all_hosts and ledger.looks % goal.FULL_LOOK_EVERY
            ),
            services_of=hosts
            if begun
            and len(hosts) == len(hypervisors)
            and not any(gaps.was_incomplete(ledger, n) for n in self.names)
            else None,
            needs=needs,
            room_in=self._destination_id(ledger.last),
            provider_ids=frozenset(
                hv.provider.id for hv in hypervisors if hv.provider
            ),
            volumes_of=frozenset(
                move.guest.project_id
                for _, awaited in expected
                for move in awaited.values()
                if move.treatment.asks
            ),
            optional=EVERY_PART,
            rest=ledger.last,
        )

    def _destination_id(self, last: Snapshot) -> str | None:
        """Return the id of the provider of ``--to``, if one was seen."""
        host = self.options.destination
        return next(
            (
                node.id
                for node in last.compute_nodes
                if host is not None and node.service_host == host
            ),
            None,
        )

    def hypervisors(self, snapshot: Snapshot) -> dict[str, Hypervisor]:
        """Return what a look has of each name."""
        return assemble.assemble(snapshot, self.names)

    def case(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> DrainCase:
        """Build what the decision about one hypervisor may read."""
        return DrainCase.build(
            snapshot, hv, ledger, now, self.options, self.names
        )

    def verdict(self, case: DrainCase) -> Verdict:
        """Return what to do with one hypervisor, and what is waited for."""
        return self._verdicts({case.name: case})[case.name]

    def decide(
        self,
        snapshot: Snapshot,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> dict[str, Verdict]:
        """Return the verdicts on all names: each waits for the others."""
        return self._verdicts(
            {
                name: self.case(snapshot, hv, ledger, now)
                for name, hv in self.hypervisors(snapshot).items()
            }
        )

    def _verdicts(self, cases: dict[str, DrainCase]) -> dict[str, Verdict]:
        early = {name: stages.before(case) for name, case in cases.items()}
        verdicts = {n: verdict for n, verdict in early.items() if verdict}
        turn = {n: case for n, case in cases.items() if early[n] is None}
        looked = {name: queue.look(case) for name, case in turn.items()}
        plan = self._plan(cases, verdicts, looked)
        busy = queue.busy_groups(
            move for moves, _ in looked.values() for move in moves.values()
        )
        for name, case in turn.items():
            verdicts[name], busy = plan.verdict(case, looked[name], busy)
        return {name: verdicts[name] for name in cases}

    def _plan(
        self,
        cases: Mapping[str, DrainCase],
        verdicts: Mapping[str, Verdict],
        looked: Mapping[str, queue.Looked],
    ) -> outcome.Plan:
        """Put together what the look tells of all names."""
        ledger = next(iter(cases.values())).ledger
        snapshot = next(iter(cases.values())).snapshot
        begun = _any_sent(ledger)
        needs: dict[str, Need] = {}
        if not begun:
            for name, (moves, _) in looked.items():
                needs |= _needs(snapshot, cases[name].hv, moves)
        expected = forecast.of(
            snapshot,
            needs,
            {
                guest_id: guest
                for case in cases.values()
                for guest_id, guest in case.here.items()
            },
            {case.hv.host for case in cases.values()},
            self.options.destination,
        )
        last = ledger.last
        return outcome.Plan(
            options=self.options,
            begun=begun,
            all_known=all(v.outcome is not None for v in verdicts.values())
            and snapshot.room.keys() >= set(needs.values())
            and not any(
                move.treatment.asks and move.state is MoveState.PLANNED
                for moves, _ in looked.values()
                for move in moves.values()
            ),
            expected=expected,
            in_the_way={
                name: sum(
                    move.in_the_way or move.guest.id in expected.without
                    for move in moves.values()
                )
                for name, (moves, _) in looked.items()
            },
            suspended=self._suspended(cases, verdicts),
            before={} if last is None else self.hypervisors(last),
        )

    def _suspended(
        self,
        cases: Mapping[str, DrainCase],
        verdicts: Mapping[str, Verdict],
    ) -> dict[str, Reason]:
        """Return of which names no guest is sent away any more, and why."""
        unclosed = tuple(name for name in verdicts if _stays_open(cases[name]))
        suspended = {}
        for name, case in cases.items():
            reason = stages.interruption(case)
            if reason is None and unclosed and not self.options.dry_run:
                reason = Reason.of(OutcomeCode.OTHERS_OPEN, names=unclosed)
            if reason is not None:
                suspended[name] = reason
        return suspended

    def _expected(
        self, hv: Hypervisor, last: Snapshot, ledger: Ledger
    ) -> dict[str, Move]:
        """Return the moves of which the next look has to know more.

        A guest has no move before its hypervisor is closed.
        """
        moves = {
            server_id: move
            for server_id, move in ledger.moves.items()
            if move.hypervisor == hv.name
        }
        case = self.case(last, hv, ledger, ledger.started_at)
        for guest in hv.guests or ():
            if guest.id not in moves:
                seen = transitions.see(guest, case)
                moves[guest.id] = transitions.rest(seen, guest, case)
        return moves


def _needs(
    snapshot: Snapshot,
    hv: Hypervisor,
    moves: Mapping[str, Move],
) -> dict[str, Need]:
    """Return what each guest that is to migrate needs of its new host."""
    provider_id = hv.provider.id if hv.provider else ''
    consumers = snapshot.consumers.get(provider_id, {})

    def need_of(guest: Server) -> Need:
        # Where Placement does not tell what it has, its flavor has to.
        has = consumers.get(guest.id)
        return room.need_of(guest, has, snapshot.aggregates)

    needs = {
        guest.id: need_of(guest)
        for guest in hv.guests or ()
        if guest.id in moves
        and moves[guest.id].state is MoveState.PLANNED
        and moves[guest.id].treatment.migrates
    }
    return {each: need for each, need in needs.items() if need.resources}


def _any_sent(ledger: Ledger) -> bool:
    """Return whether this run has sent a guest away.

    What Nova refuses for now may have happened all the same.
    """
    refused = (refusal.step for refusal in ledger.refusals.values())
    return any(
        isinstance(step, MoveStep)
        for step in itertools.chain(ledger.done, refused)
    )


def _stays_open(case: DrainCase) -> bool:
    """Return whether guests can be scheduled on one that we did not close.

    They may on one that is protected, which stays.
    """
    service = case.hv.service
    if protection.refusal(case, case.options.expired) is not None:
        return False
    return (
        service is not None
        and service.enabled
        and service.up
        and not stages.closed_by_us(case)
    )
