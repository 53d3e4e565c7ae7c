# SPDX-License-Identifier: Apache-2.0
"""Decides whether the ports that an earlier create has left will do."""

from __future__ import annotations

from collections.abc import Iterator
import ipaddress

from hvctl.decide.create.case import CreateCase
from hvctl.model.codes import StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.networking import Address
from hvctl.model.reasons import Reason
from hvctl.model.records import Port, PortUse, Trunk
from hvctl.model.request import CreateRequest, ResolvedSubnetwork
from hvctl.model.steps import (
    CreatePort,
    CreateSubport,
    CreateTrunk,
    DeletePort,
    DeleteTrunk,
)
from hvctl.model.verdict import Verdict

#: How many seconds a port of another run may be without a server.  That run
#: makes it at its next look, which takes seconds on a busy cloud.
PATIENCE = 15


def replace(case: CreateCase) -> Verdict | None:
    """Make ports anew that are not what is wanted now.

    They are of another profile or other options, and no server has them.
    Another run that is at it uses them soon.
    """
    if case.hv.server is not None:
        return None
    # What this run has made is as Neutron makes it.
    if any(map(case.times, (CreatePort, CreateSubport, CreateTrunk))):
        return None
    ports = [
        (port, found)
        for port in (*case.hv.ports, *case.hv.subports)
        if (found := _differences(port, case.request))
    ]
    trunks = [
        (port, found)
        for port in case.hv.ports
        if port.trunk is not None
        and (found := _of_trunk(port, port.trunk, case))
    ]
    if not ports and not trunks:
        return None
    differences = {each for _, found in (*ports, *trunks) for each in found}
    status = Status(
        phase=Phase.BUILDING,
        reason=Reason.of(
            StatusCode.PORT_DIFFERS,
            name=case.name,
            ports=tuple(port.id for port, _ in ports),
            differences=tuple(sorted(differences)),
        ),
    )
    if case.lasted(status) < PATIENCE:
        return Verdict(status=status)
    return Verdict(
        status=status,
        steps=(
            *(
                DeleteTrunk(
                    name=case.name, trunk_id=port.trunk.id, port_id=port.id
                )
                for port, _ in trunks
                if port.trunk is not None
            ),
            *(
                DeletePort(
                    name=case.name,
                    port_id=port.id,
                    # Neutron changes sub-ports as their trunk goes.
                    revision=None if trunks else port.revision,
                )
                for port, _ in ports
            ),
        ),
    )


def _differences(port: Port, request: CreateRequest) -> tuple[str, ...]:
    """Name what a port that nothing uses has, and is not wanted now."""
    if port.device_id:
        return ()
    if port.use is PortUse.SUBPORT:
        return tuple(_of_subport(port, request))
    return tuple(_of_port(port, request))


def _of_port(port: Port, request: CreateRequest) -> Iterator[str]:
    if port.network_id != request.network_id:
        yield 'network'
    elif request.subnet_id and not _is_in(port, request.subnet_id):
        yield 'subnet'
    if request.fixed_ip and ipaddress.ip_address(request.fixed_ip) not in {
        ipaddress.ip_address(fixed.ip_address) for fixed in port.fixed_ips
    }:
        yield 'fixed IP'
    if port.vnic_type not in ('', request.vnic_type):
        yield 'VNIC type'


def _of_subport(port: Port, request: CreateRequest) -> Iterator[str]:
    sub = _wish(port, request)
    if sub is None:
        yield 'network'
    elif sub.wish.address is Address.NONE:
        if port.fixed_ips:
            yield 'address'
    elif sub.subnet_id:
        if not _is_in(port, sub.subnet_id):
            yield 'subnet'
    elif sub.prefixes and not port.fixed_ips:
        yield 'address'


def _of_trunk(parent: Port, trunk: Trunk, case: CreateCase) -> tuple[str, ...]:
    """Name why a trunk is in the way: Neutron keeps the ports of one."""
    if parent.device_id:
        return ()
    inside = [p for p in case.hv.subports if p.id in trunk.segmentation_ids]
    found = [
        difference
        for port in (parent, *inside)
        for difference in _differences(port, case.request)
    ]
    for port in inside:
        sub = _wish(port, case.request)
        vlan = sub.wish.segmentation_id if sub is not None else None
        if vlan not in (None, trunk.segmentation_ids[port.id]):
            found.append('VLAN')
    return tuple(found)


def _wish(port: Port, request: CreateRequest) -> ResolvedSubnetwork | None:
    """Return what is wanted in the network of a sub-port, if anything."""
    return next(
        (s for s in request.subnetworks if s.network_id == port.network_id),
        None,
    )


def _is_in(port: Port, subnet_id: str) -> bool:
    return any(fixed.subnet_id == subnet_id for fixed in port.fixed_ips)
