# SPDX-License-Identifier: Apache-2.0
"""Decides what goes of what a machine has left behind.

The resource provider goes late, since its id proves that the rest is ours,
and the machine's port last: it tells which compute cloud the rest is in.
"""

from __future__ import annotations

from hvctl.decide.case import Case
from hvctl.decide.delete import machine
from hvctl.decide.hypervisor import absence
from hvctl.decide.hypervisor import ownership
from hvctl.model.codes import StatusCode
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.records import Port
from hvctl.model.steps import (
    DeleteAgent,
    DeletePort,
    DeleteProvider,
    DeleteService,
    DeleteTrunk,
    Step,
)
from hvctl.model.verdict import Verdict


def port_taken(case: Case) -> Verdict | None:
    """Refuse while another server has the machine's port."""
    hv = case.hv
    if hv.server is not None:
        return None
    for port in hv.ports:
        found = absence.found(case, port.device_id)
        if found is None or found.name in (None, hv.name):
            continue
        return absence.port_taken(case, port, found.name)
    return None


def remove(case: Case) -> Verdict | None:
    """Remove what is left of a machine that is really gone."""
    hv = case.hv
    if not ownership.owned(hv):
        return None
    todo: list[Step] = [
        DeleteAgent(name=hv.name, agent_id=agent.id, host=agent.host)
        for agent in hv.agents or ()
    ]
    if hv.service is not None:
        todo.append(
            DeleteService(
                name=hv.name, service_id=hv.service.id, host=hv.service.host
            )
        )
    if hv.provider is not None:
        todo.append(DeleteProvider(name=hv.name, provider_id=hv.provider.id))
    # The machine's port goes last: it tells which compute cloud the rest is
    # in.  Neutron deletes no port that a trunk still has.
    todo += [
        DeleteTrunk(name=hv.name, trunk_id=port.trunk.id, port_id=port.id)
        for port in hv.ports
        if port.trunk is not None
    ]
    todo += [
        # Neutron changes them as their trunk goes.
        _delete_port(hv, port, None if hv.trunks else port.revision)
        for port in hv.subports
    ]
    todo += [_delete_port(hv, port, port.revision) for port in hv.ports]
    return Verdict(
        status=machine.stopping(StatusCode.CLEARING),
        steps=tuple(todo),
    )


def _delete_port(
    hv: Hypervisor, port: Port, revision: int | None
) -> DeletePort:
    return DeletePort(
        name=hv.name,
        port_id=port.id,
        revision=revision,
        device_id=port.device_id,
    )
