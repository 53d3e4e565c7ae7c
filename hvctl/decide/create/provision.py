# SPDX-License-Identifier: Apache-2.0
"""Decides what is made of a hypervisor until its machine is being deployed.

The hold comes first and the server last: no machine boots that guests could
land on.
"""

from __future__ import annotations

from hvctl import exceptions
from hvctl.decide.create import closing
from hvctl.decide.create import left_ports
from hvctl.decide.create import rollback
from hvctl.decide.create import trunk
from hvctl.decide.create.case import CreateCase
from hvctl.decide.hypervisor import absence
from hvctl.decide.hypervisor import elsewhere
from hvctl.decide.hypervisor import ownership
from hvctl.decide.hypervisor import phases
from hvctl.model import identity
from hvctl.model import moments
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.reasons import Reason
from hvctl.model.request import CreateRequest
from hvctl.model.steps import (
    CreatePort,
    CreateServer,
    PlaceHold,
    SetHoldInventory,
    Step,
)
from hvctl.model.verdict import Verdict


def vanished(case: CreateCase) -> Verdict | None:
    """Refuse to make again what somebody deletes at the same time."""
    if case.hv.server is not None:
        return None
    # Without an image there was one when this run began.
    if case.request.image_id and not case.ledger.times(
        case.hv.name, CreateServer
    ):
        return None
    if rollback.is_between_attempts(case.hv.name, case.ledger):
        return None
    return Verdict.failed(
        case.status,
        Reason.of(OutcomeCode.VANISHED, name=case.hv.name),
    )


def half_gone(case: CreateCase) -> Verdict | None:
    """Refuse to build on what an earlier life of the name has left."""
    hv = case.hv
    if hv.server is not None:
        return None
    # A new nova-compute would take up the service and the agents.  One that
    # chooses its id itself could not make its provider.
    if not (hv.service or hv.agents or (hv.provider and not case.compute_id)):
        return None
    status = absence.status(case)
    limit = case.request.timeouts.registration
    if hv.service is not None and (
        # Its cell does not answer.
        hv.service.state == 'UNKNOWN'
        # What was ended a moment ago is seen down soon.
        or (hv.service.up and case.lasted(status) < limit)
    ):
        return Verdict(status=status)
    if hv.service and ownership.may_be_elsewhere(hv):
        return Verdict.failed(case.status, elsewhere.refusal(hv))
    return Verdict.failed(
        case.status,
        Reason.of(
            OutcomeCode.HALF_GONE,
            name=hv.name,
            left=phases.left(hv),
            reports=hv.service is not None and hv.service.up,
        ),
    )


def ports(case: CreateCase) -> Verdict | None:
    """Close the host before it exists, and make the machine's ports.

    The machine is told their addresses, so its server is made when a later
    look has seen them.
    """
    hv, request = case.hv, case.request
    if hv.server is not None:
        return None
    todo: list[Step] = []
    if not hv.ports:
        todo.append(
            CreatePort(
                name=hv.name,
                network_id=request.network_id,
                vnic_type=request.vnic_type,
                mac_address=identity.port_mac(
                    case.compute_id or hv.name, request.network_id
                ),
                subnet_id=request.subnet_id,
                fixed_ip=request.fixed_ip,
                compute_cloud=request.compute_cloud,
            )
        )
    if request.subnetworks:
        todo += trunk.missing(hv, request.subnetworks, case.compute_id)
    return _making(case, *todo) if todo else None


def tie(case: CreateCase) -> Verdict | None:
    """Bring the machine's sub-ports into a trunk of its port."""
    hv, subnetworks = case.hv, case.request.subnetworks
    if hv.server is not None or not subnetworks:
        return None
    tie = trunk.tie(hv, trunk.parent(hv), subnetworks)
    return _making(case, tie) if tie is not None else None


def others_turn(case: CreateCase) -> Verdict | None:
    """See whether who made the port is still to make the server.

    Of several runs at once only one can make the port, since it has the same
    address for all of them, and that one makes the server.  The others take
    the port to be left over only when it has been without one for a while.
    """
    if case.hv.server is not None:
        return None
    if case.ledger.times(case.hv.name, CreatePort) or case.ledger.times(
        case.hv.name, CreateServer
    ):
        return None
    status = Status(
        phase=Phase.BUILDING,
        reason=Reason.of(StatusCode.OTHERS_TURN),
    )
    if case.lasted(status) < left_ports.PATIENCE:
        return Verdict(status=status)
    return None


def server(case: CreateCase) -> Verdict | None:
    """Make the server, which is told of its ports."""
    hv, request = case.hv, case.request
    if hv.server is not None:
        return None
    port = trunk.parent(hv)
    try:
        user_data = request.hypervisors[hv.name].user_data(
            case.compute_id, trunk.facts(hv, port, request.subnetworks)
        )
    except exceptions.InvalidRequest as error:
        return Verdict.failed(
            case.status,
            Reason.of(OutcomeCode.USER_DATA_REFUSED, message=str(error)),
        )
    return _making(
        case,
        CreateServer(
            name=hv.name,
            image_id=request.image_id,
            flavor_id=request.flavor_id,
            key_name=request.key_name,
            zone=request.machine_zone,
            metadata=_metadata(request, case.compute_id),
            user_data=user_data,
            port_id=port.id,
        ),
    )


def _making(case: CreateCase, *steps: Step) -> Verdict:
    """Return the verdict that something is made, behind the hold."""
    return Verdict(
        status=Status(
            phase=Phase.BUILDING,
            reason=Reason.of(StatusCode.MAKING),
        ),
        steps=(*_hold(case), *steps),
    )


def _hold(case: CreateCase) -> list[Step]:
    """Close the host before it exists, once in a run.

    A hold that has got lost in between is placed again.
    """
    name, compute_id = case.hv.name, case.compute_id
    if compute_id is None:
        return []
    ratio = case.request.ram_ratio
    todo: list[Step] = []
    if case.hv.provider is None:
        todo.append(closing.make_provider(case, compute_id))
    todo.append(
        SetHoldInventory(name=name, provider_id=compute_id, ram_ratio=ratio)
    )
    todo.append(PlaceHold(name=name, provider_id=compute_id, ram_ratio=ratio))
    lost = case.hv.provider is None or case.hv.has_room
    if lost or case.ledger.times(case.hv.name, CreateServer):
        return todo
    return [step for step in todo if step not in case.ledger.done]


def metadata_items(request: CreateRequest) -> int:
    """Return how many items of metadata a server has in the end."""
    made = max(
        len(_metadata(request, wanted.compute_id))
        for wanted in request.hypervisors.values()
    )
    # The mark, and what phase_times.note adds, at the very end.
    return made + 3


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
    if request.agent_count is not None:
        metadata[identity.NETWORKING_KEY] = (
            str(request.agent_count)
            if request.agent_count
            else identity.NO_NETWORKING
        )
    if request.profile is not None:
        metadata[identity.PROFILE_KEY] = request.profile
    if request.expires_at is not None:
        metadata[identity.EXPIRES_KEY] = moments.written(request.expires_at)
    if request.description is not None:
        metadata[identity.DESCRIPTION_KEY] = request.description
    if request.certificates_end is not None:
        metadata[identity.CERTIFICATES_KEY] = moments.written(
            request.certificates_end
        )
    if request.parallel_migrations is not None:
        metadata[identity.MIGRATIONS_KEY] = str(request.parallel_migrations)
    return metadata
