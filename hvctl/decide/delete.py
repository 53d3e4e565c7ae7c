# SPDX-License-Identifier: Apache-2.0
"""Decides how a hypervisor goes, so that nothing of it is left.

The machine goes first: a nova-compute that lives on brings its records back.
Then its records, the resource provider last, since its id proves that the
rest is ours.
"""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide import health_test
from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import emptiness
from hvctl.decide.hypervisor import ownership
from hvctl.decide.hypervisor import phases
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.records import Server
from hvctl.model.snapshot import Snapshot, WholeLook
from hvctl.model.steps import (
    DeleteAgent,
    DeletePort,
    DeleteProvider,
    DeleteServer,
    DeleteService,
    DeleteTrunk,
    DisableService,
    LeaveAggregate,
    Step,
)
from hvctl.model.verdict import Outcome, Verdict


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """The goal of ``delete``: nothing of the names is left."""

    names: tuple[str, ...]

    def scope(self, ledger: Ledger) -> WholeLook:
        """What the next look must reach."""
        if ledger.last is None:
            return WholeLook(
                server_names=frozenset(self.names), aggregates=True
            )
        found = assemble.assemble(ledger.last, self.names).values()
        return WholeLook(
            hosts=frozenset(hv.host for hv in found if hv.exists),
            provider_ids=frozenset(
                hv.provider.id for hv in found if hv.provider
            ),
            aggregates=True,
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
            name: self._one(snapshot, hv, ledger) for name, hv in found.items()
        }

    def _one(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        ledger: Ledger,
    ) -> Verdict:
        status = phases.status(hv)
        failure = ledger.failures.get(hv.name)
        if failure is not None:
            return Verdict.failed(status, failure.message)
        if hv.server is None and not ownership.owned(hv):
            return self._not_there(snapshot, hv, status, ledger)
        if hv.guests is None:
            # The first look finds it, the second reaches into it.
            return Verdict(status=status)
        occupants = emptiness.occupants(hv)
        tested = health_test.remove(hv, ledger)
        if tested is not None and not occupants:
            return tested
        if occupants:
            return Verdict.failed(
                status,
                f'{hv.name} still has {" and ".join(occupants)}; empty it '
                f'first: {phases.COMMAND} drain {hv.name}',
            )
        if hv.server is not None:
            return self._stop(snapshot, hv, hv.server, status, ledger)
        return self._clear(snapshot, hv, status, ledger)

    def _not_there(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        status: Status,
        ledger: Ledger,
    ) -> Verdict:
        # Our own leftovers are done with before the last mark goes, so what
        # has the name now is somebody else's.
        taken = ownership.holders(snapshot, hv)
        if taken and not ledger.changed(hv.name):
            return Verdict.failed(
                status,
                f'{hv.name} is not an ephemeral hypervisor of this project: '
                f'it is {ownership.listed(taken)}',
            )
        waiting = self._machine(snapshot, hv, ledger)
        if waiting is not None:
            return waiting
        if taken:
            return Verdict.failed(
                status,
                f'{hv.name} is gone, but there is {ownership.listed(taken)}; '
                f'if it was part of it: {ownership.remedies(taken)}',
            )
        message = '' if ledger.changed(hv.name) else 'was gone already'
        return Verdict(
            status=status,
            outcome=Outcome(ok=True, reason=message),
        )

    def _stop(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        server: Server,
        status: Status,
        ledger: Ledger,
    ) -> Verdict:
        """Close the service, then end the machine."""
        node_id = hv.node.id if hv.node else server.node
        if hv.service is not None and hv.service.enabled:
            return Verdict(
                status=status,
                steps=(
                    DisableService(
                        name=hv.name,
                        service_id=hv.service.id,
                        reason=identity.REASON_DELETE,
                    ),
                ),
                node_id=node_id,
            )
        ironic = next(
            (s for s in snapshot.metal_services if s.host == server.host), None
        )
        if ironic is not None and not ironic.up:
            # Nova would only forget the server, and the machine run on.
            return Verdict.failed(
                status,
                f'nova-compute on {ironic.host}, which drives Ironic, is '
                'down: the machine cannot be stopped now; start it and run '
                'delete again',
            )
        todo: list[Step] = []
        for doomed in (server, *hv.duplicates):
            delete = DeleteServer(
                name=hv.name,
                server_id=doomed.id,
                soft_deleted=doomed.status == 'SOFT_DELETED',
            )
            if delete not in ledger.done:
                todo.append(delete)
            elif doomed.status == 'ERROR' and doomed.task_state is None:
                return Verdict.failed(
                    status,
                    f'the server could not be deleted: '
                    f'{doomed.fault or "Nova gives no reason"}',
                )
        return Verdict(status=status, steps=tuple(todo), node_id=node_id)

    def _clear(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        status: Status,
        ledger: Ledger,
    ) -> Verdict:
        """Remove the records of a machine that is really gone."""
        if hv.service is not None and hv.service.up:
            return Verdict(
                status=_stopping(
                    'the server is gone; waiting until Nova sees its '
                    'nova-compute down'
                )
            )
        waiting = self._machine(snapshot, hv, ledger)
        if waiting is not None:
            return waiting
        todo: list[Step] = [
            DeleteAgent(name=hv.name, agent_id=agent.id)
            for agent in hv.agents or ()
        ]
        todo += [
            LeaveAggregate(
                name=hv.name, aggregate_id=aggregate.id, host=hv.host
            )
            for aggregate in hv.aggregates
        ]
        if hv.service is not None:
            todo.append(DeleteService(name=hv.name, service_id=hv.service.id))
        if hv.provider is not None:
            todo.append(
                DeleteProvider(name=hv.name, provider_id=hv.provider.id)
            )
        # The machine's port goes last: it tells which compute cloud the rest
        # is in.  Neutron deletes no port that a trunk still has.
        todo += [
            DeleteTrunk(name=hv.name, trunk_id=trunk.id) for trunk in hv.trunks
        ]
        todo += [
            DeletePort(name=hv.name, port_id=port.id)
            for port in (*hv.subports, *hv.ports)
        ]
        return Verdict(
            status=_stopping('removing what the machine left behind'),
            steps=tuple(todo),
        )

    def _machine(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        ledger: Ledger,
    ) -> Verdict | None:
        """Whether Ironic is done with the machine; None when it is."""
        node_id = next(reversed(ledger.nodes_tried.get(hv.name, ())), None)
        node = next((n for n in snapshot.nodes or () if n.id == node_id), None)
        if node is None:
            # Ironic does not show it to this project any more: given back.
            return None
        label = node.name or node.id
        if node.provision_state == 'error':
            return Verdict.failed(
                _stopping(f'Ironic could not tear down node {label}'),
                f'Ironic could not tear down node {label}: '
                f'{node.last_error or "it gives no reason"}; mend the node '
                'and run delete again',
            )
        if node.provision_state == 'deleting':
            # Nova forgets the server before Ironic has ended the machine.
            return Verdict(
                status=_stopping(f'Ironic still tears down node {label}')
            )
        return None


def _stopping(reason: str) -> Status:
    return Status(phase=Phase.STOPPING, reason=reason)
