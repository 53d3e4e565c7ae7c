# SPDX-License-Identifier: Apache-2.0
"""Decides how a name becomes an enabled hypervisor.

The host stays closed until it is proven good.  With a compute node id of our
choice a hold on its resource provider, made before the machine boots, keeps
every guest out, and lifting it is the last step.  Without one (the user's own
user-data) the compute service is disabled as soon as it shows, and enabling
it is the last step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
import dataclasses
import datetime
import itertools

from hvctl.decide import goal
from hvctl.decide.create import explanations
from hvctl.decide.create import rollback
from hvctl.decide.create import stages
from hvctl.decide.create import waiting
from hvctl.decide.create.case import CreateCase
from hvctl.decide.goal import Goal
from hvctl.decide.goal import Stage
from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import phases
from hvctl.model.hypervisor import Hypervisor, Phase
from hvctl.model.ledger import Ledger
from hvctl.model.request import CreateRequest
from hvctl.model.snapshot import (
    MachinesLook,
    Part,
    Scope,
    Snapshot,
    WholeLook,
)
from hvctl.model.steps import RestoreHold
from hvctl.model.verdict import Verdict

#: The nodes only tell how a deploy goes: Nova tells how it ended.
_INFORMS = frozenset({Part.NODES})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Create(Goal[CreateCase]):
    """The goal of ``create``: each name is an enabled hypervisor."""

    request: CreateRequest

    def scope(self, ledger: Ledger) -> Scope:
        """Return what the next look must reach."""
        names = frozenset(self.request.hypervisors)
        uuids = frozenset(self.request.aggregates)
        usual = WholeLook(
            names=names,
            domain=self.request.domain,
            aggregates=bool(uuids),
            aggregate_ids=frozenset(self.request.aggregates.values()),
            members_of=uuids,
            optional=_INFORMS,
        )
        if ledger.last is None:
            return dataclasses.replace(usual, sizes=True, server_names=names)
        found = self.hypervisors(ledger.last).values()
        usual = dataclasses.replace(
            usual,
            sizes=self._names_nodes(found),
            node_ids=frozenset(
                itertools.chain.from_iterable(ledger.nodes_tried.values())
            ),
        )
        if explanations.lacks_hosts(ledger.last, found):
            return dataclasses.replace(usual, all_hosts=True)
        if any(hv.server for hv in found):
            if not ledger.given_up and all(map(_is_deploying, found)):
                # Deploying takes long, and until a machine is up nothing
                # else of its hypervisor changes.
                return MachinesLook(last=ledger.last, names=names)
            usual = dataclasses.replace(
                usual,
                provider_ids=frozenset(
                    hv.provider.id
                    for hv in found
                    if hv.provider is not None
                    and (
                        _hold_is_unclear(hv)
                        or phases.closed_for_drain(hv)
                        or ledger.times(hv.name, RestoreHold)
                    )
                ),
            )
        if self._is_known(found, ledger):
            usual = dataclasses.replace(usual, known=ledger.last)
        test = self.request.health_test
        if test is not None and test.move:
            usual = _with_moves(usual, found, ledger)
        if not ledger.given_up:
            return usual
        return rollback.scope(ledger, usual)

    def _is_known(self, found: Collection[Hypervisor], ledger: Ledger) -> bool:
        """Return whether the servers tell by what to ask for the rest.

        A nova-compute that took another id than was chosen is found in the
        lists only, once its host is mapped to a cell.
        """
        wanted = self.request.hypervisors.values()
        if any(hv.compute_id is None for hv in wanted):
            return False
        unmapped = any(hv.service and not hv.compute_node for hv in found)
        return all(hv.server for hv in found) and not (
            unmapped and ledger.looks % goal.FULL_LOOK_EVERY == 0
        )

    def _names_nodes(self, found: Collection[Hypervisor]) -> bool:
        """Return whether only its service tells which compute node is whose.

        A node has the name that libvirt gives it, and the list without
        details has only that.
        """
        wanted = self.request.hypervisors.values()
        return any(hv.compute_id is None for hv in wanted) or any(
            hv.service and not hv.compute_node for hv in found
        )

    def hypervisors(self, snapshot: Snapshot) -> dict[str, Hypervisor]:
        """Return what a look has of each name."""
        return assemble.assemble(
            snapshot, self.request.hypervisors, self.request.domain
        )

    def case(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> CreateCase:
        """Build what the decision about one name may read."""
        chosen = self.request.hypervisors[hv.name].compute_id
        return CreateCase(
            snapshot=snapshot,
            hv=hv,
            status=phases.status(hv),
            ledger=ledger,
            now=now,
            request=self.request,
            # What an earlier run chose goes on.
            compute_id=chosen and (hv.compute_id or chosen),
        )

    def verdict(self, case: CreateCase) -> Verdict:
        """Return what to do with one name, and what is waited for."""
        if case.hv.name in case.ledger.given_up:
            verdict = rollback.roll_back(case)
        else:
            verdict = goal.walk(stages.STAGES, case)
            if _comes_up(case):
                verdict = _of_machine(case, verdict)
        if case.snapshot.partial:
            # Enough to wait and to fail; to change something, look first.
            verdict = dataclasses.replace(verdict, steps=())
        if not self.request.delete_on_failure:
            return verdict
        return rollback.start_rollback(
            case, rollback.out_of_time(case, verdict)
        )

    def ahead(
        self,
        snapshot: Snapshot,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> dict[str, list[Stage[CreateCase]]]:
        """Return what comes for each name after its present stage."""
        found = {}
        for name, hv in self.hypervisors(snapshot).items():
            case = self.case(snapshot, hv, ledger, now)
            stage = goal.first(stages.STAGES, case)
            found[name] = stages.after(stage, hv, self.request)
        return found


def _with_moves(
    usual: WholeLook, found: Iterable[Hypervisor], ledger: Ledger
) -> WholeLook:
    """Reach the migrations of test guests, and the hosts that take them."""
    guests = frozenset(
        guest.id
        for hv in found
        for guest in hv.test_guests
        # One that is still to boot has moved nowhere.
        if guest.status != 'BUILD'
    )
    if not guests:
        return usual
    assert ledger.last is not None
    fresh = ledger.last.all_hosts and ledger.looks % goal.FULL_LOOK_EVERY
    return dataclasses.replace(
        usual,
        tests=guests,
        # The details of a compute node have the host of its service.
        sizes=True,
        all_hosts=True,
        known=usual.known if fresh else None,
    )


def _hold_is_unclear(hv: Hypervisor) -> bool:
    """Return whether only the consumers tell if the hold keeps guests out."""
    if hv.opened:
        return hv.filled
    if hv.compute_id is None or hv.service is None:
        return False
    return hv.has_room or phases.status(hv).phase is Phase.READY


def _is_deploying(hv: Hypervisor) -> bool:
    """Return whether a machine is being deployed, behind its hold."""
    return (
        hv.provider is not None
        and not hv.duplicates
        and hv.server is not None
        and phases.status(hv).phase is Phase.BUILDING
    )


def _comes_up(case: CreateCase) -> bool:
    """Return whether there is one server, and it is to stay."""
    return (
        case.hv.server is not None
        and not case.hv.duplicates
        and case.status.phase not in (Phase.FAILED, Phase.STOPPING)
    )


def _of_machine(case: CreateCase, verdict: Verdict) -> Verdict:
    """Bound the wait for a machine, and remember its Ironic node."""
    assert case.hv.server is not None
    verdict = waiting.limited(case, verdict)
    verdict = waiting.unattended(case, verdict)
    return dataclasses.replace(verdict, node_id=case.hv.server.node)
