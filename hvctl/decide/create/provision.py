# SPDX-License-Identifier: Apache-2.0
"""Decides what is made of a hypervisor until its machine is being deployed.

The hold comes first and the server last: no machine boots that guests could
land on.
"""

from __future__ import annotations

import datetime

from hvctl import exceptions
from hvctl.decide.create import rollback
from hvctl.decide.create import trunk
from hvctl.decide.hypervisor import phases
from hvctl.model import host_name
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.records import Port
from hvctl.model.request import CreateRequest
from hvctl.model.steps import (
    CreatePort,
    CreateProvider,
    CreateServer,
    PlaceHold,
    SetHoldInventory,
    Step,
)
from hvctl.model.verdict import Verdict

#: How long a port of another run may be without a server.  That run makes it
#: at its next look, which takes seconds on a busy cloud.
_PATIENCE = datetime.timedelta(seconds=15)


def provision(
    hv: Hypervisor,
    request: CreateRequest,
    status: Status,
    ledger: Ledger,
    now: datetime.datetime,
) -> Verdict:
    """Make what a hypervisor without a server is missing.

    :param hv: nothing of it may be there, or what an earlier run made
    """
    made = ledger.times(hv.name, CreateServer)
    if made and not rollback.between_tries(hv.name, ledger):
        return Verdict.failed(
            status,
            f'the server of {hv.name} was made and is gone again: somebody '
            'deletes it at the same time',
        )
    wanted = request.hypervisors[hv.name]
    # A provider of ours would be in the way of a compute node whose id
    # nova-compute chooses; a service, of any new one of that name.
    if (
        hv.service is not None
        or hv.agents
        or (hv.provider is not None and wanted.compute_id is None)
    ):
        return Verdict.failed(
            status,
            f'{hv.name} is half gone ({", ".join(phases.left(hv))}); '
            f'{phases.remove_first(hv)}',
        )
    # What an earlier run chose goes on.
    compute_id = hv.compute_id or wanted.compute_id
    if wanted.compute_id is None:
        compute_id = None
    todo = _hold(hv, request, compute_id)
    if not made:
        todo = [step for step in todo if step not in ledger.done]
    port = trunk.parent(hv)
    network = _network(hv, port, request, compute_id)
    todo += network
    if port is not None and not network:
        if _others_turn(hv, status, ledger, now):
            return Verdict(status=_waiting(status))
        facts = trunk.facts(hv, port, request.subnetworks)
        try:
            user_data = wanted.user_data(compute_id, facts)
        except exceptions.InvalidRequest as error:
            return Verdict.failed(status, str(error))
        todo.append(
            CreateServer(
                name=hv.name,
                image_id=request.image_id,
                flavor_id=request.flavor_id,
                key_name=request.key_name,
                metadata=_metadata(request, compute_id),
                user_data=user_data,
                port_id=port.id,
                attempt=made + 1,
            )
        )
    return Verdict(
        status=Status(
            phase=Phase.BUILDING,
            reason='making what the machine needs, and its server',
            hint=status.hint,
        ),
        steps=tuple(todo),
    )


def _hold(
    hv: Hypervisor,
    request: CreateRequest,
    compute_id: str | None,
) -> list[Step]:
    """Close the host before it exists."""
    if compute_id is None:
        return []
    todo: list[Step] = []
    if hv.provider is None:
        # The name that libvirt will give the hypervisor.
        label = host_name.qualified(hv.name, request.domain)
        todo.append(
            CreateProvider(
                name=hv.name, provider_id=compute_id, provider_name=label
            )
        )
    todo.append(SetHoldInventory(name=hv.name, provider_id=compute_id))
    todo.append(PlaceHold(name=hv.name, provider_id=compute_id))
    return todo


def _network(
    hv: Hypervisor,
    port: Port | None,
    request: CreateRequest,
    compute_id: str | None,
) -> list[Step]:
    """Make the machine's ports.

    The machine is told their addresses, so its server is made when a later
    look has seen them.

    :param port: the one that the machine boots with
    """
    todo: list[Step] = []
    if port is None:
        todo.append(
            CreatePort(
                name=hv.name,
                network_id=request.network_id,
                vnic_type=request.vnic_type,
                mac_address=identity.port_mac(
                    compute_id or hv.name, request.network_id
                ),
                subnet_id=request.subnet_id,
                fixed_ip=request.fixed_ip,
                compute_cloud=request.compute_cloud,
            )
        )
    todo += trunk.missing(hv, request.subnetworks, compute_id)
    if port is None or todo or not request.subnetworks:
        return todo
    tie = trunk.tie(hv, port, request.subnetworks)
    return [tie] if tie is not None else []


def _others_turn(
    hv: Hypervisor,
    status: Status,
    ledger: Ledger,
    now: datetime.datetime,
) -> bool:
    """Whether who made the port is still to make the server.

    Of several runs at once only one can make the port, since it has the same
    address for all of them, and that one makes the server.  The others take
    the port to be left over only when it has been without one for a while.
    """
    if ledger.times(hv.name, CreatePort):
        return False
    if ledger.times(hv.name, CreateServer):
        return False
    since = ledger.changed_at.get(hv.name)
    waiting = ledger.statuses.get(hv.name) == _waiting(status)
    return not waiting or since is None or now - since < _PATIENCE


def _waiting(status: Status) -> Status:
    return Status(
        phase=Phase.BUILDING,
        reason='there is its port; seeing whether another run is about to '
        'make the server',
        hint=status.hint,
    )


def _metadata(
    request: CreateRequest, compute_id: str | None
) -> dict[str, str]:
    metadata = dict(request.properties)
    if compute_id is not None:
        metadata[identity.COMPUTE_ID_KEY] = compute_id
    if request.compute_cloud is not None:
        metadata[identity.COMPUTE_CLOUD_KEY] = request.compute_cloud
    if request.domain is not None:
        metadata[identity.DOMAIN_KEY] = request.domain
    if request.agents is not None:
        metadata[identity.NETWORKING_KEY] = (
            str(request.agents) if request.agents else identity.NO_NETWORKING
        )
    if request.expires_at is not None:
        metadata[identity.EXPIRES_KEY] = request.expires_at.isoformat(
            timespec='seconds'
        )
    if request.migrations is not None:
        metadata[identity.MIGRATIONS_KEY] = str(request.migrations)
    return metadata
