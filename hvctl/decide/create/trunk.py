# SPDX-License-Identifier: Apache-2.0
"""Decides how a machine gets further networks, as VLANs on its port.

Nova and Ironic know no trunks: the ports and the trunk are there before the
server, and the machine is told about them in its user-data.
"""

from __future__ import annotations

from collections.abc import Sequence
import ipaddress
import operator

from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.machine_ports import Subport
from hvctl.model.networking import Address
from hvctl.model.records import Port, Tagged
from hvctl.model.request import ResolvedSubnetwork
from hvctl.model.steps import (
    AddSubports,
    CreateSubport,
    CreateTrunk,
    Step,
)


def parent(hv: Hypervisor) -> Port:
    """Return the port that the machine boots with, which is there."""
    with_trunk = (port for port in hv.ports if port.trunk is not None)
    return next(with_trunk, hv.ports[0])


def missing(
    hv: Hypervisor,
    subnetworks: Sequence[ResolvedSubnetwork],
    compute_id: str | None,
) -> list[Step]:
    """Return the sub-ports that are still to be made."""
    return [
        CreateSubport(
            name=hv.name,
            network_id=sub.network_id,
            mac_address=identity.port_mac(
                compute_id or hv.name, sub.network_id
            ),
            subnet_id=sub.subnet_id,
            addressed=sub.wish.address is not Address.NONE,
        )
        for sub in subnetworks
        if _subport(hv, sub) is None
    ]


def unmade(hv: Hypervisor, subnetworks: Sequence[ResolvedSubnetwork]) -> int:
    """Return how many of the machine's ports are still to be made."""
    return (not hv.ports) + len(missing(hv, subnetworks, None))


def tie(
    hv: Hypervisor,
    port: Port,
    subnetworks: Sequence[ResolvedSubnetwork],
) -> Step | None:
    """Bring the sub-ports, which are all there, into a trunk of the port.

    :returns: None when they are in it
    """
    inside = port.trunk.segmentation_ids if port.trunk else {}
    subports = tuple(
        Tagged(subport.id, sub.wish.segmentation_id)
        for sub in subnetworks
        if (subport := _subport(hv, sub)) and subport.id not in inside
    )
    if port.trunk is None:
        return CreateTrunk(name=hv.name, port_id=port.id, subports=subports)
    if not subports:
        return None
    return AddSubports(name=hv.name, trunk_id=port.trunk.id, subports=subports)


def facts(
    hv: Hypervisor,
    port: Port,
    subnetworks: Sequence[ResolvedSubnetwork],
) -> MachinePorts:
    """Return what the machine must be told of its ports; all are there."""
    found = {}
    for sub in subnetworks:
        subport = _subport(hv, sub)
        assert subport is not None and port.trunk is not None
        found[sub.wish.network] = Subport(
            segmentation_id=port.trunk.segmentation_ids[subport.id],
            mac_address=subport.mac_address,
            addresses=tuple(
                f'{ip_address}/{sub.prefixes[subnet_id]}'
                for subnet_id, ip_address in subport.fixed_ips
                if subnet_id in sub.prefixes
            ),
            mtu=sub.mtu,
        )
    lasting = _lasting(port)
    return MachinePorts(
        address=next(iter(lasting), None),
        addresses=lasting
        if lasting and len(lasting) == len(port.fixed_ips)
        else None,
        subports=found,
    )


def _lasting(port: Port) -> tuple[str, ...]:
    """Return the addresses that the machine will have, IPv4 first."""
    addresses = [
        ipaddress.ip_address(fixed.ip_address) for fixed in port.fixed_ips
    ]
    return tuple(
        str(address)
        for address in sorted(addresses, key=operator.attrgetter('version'))
        # Made of the MAC address, which Ironic changes to the card's.
        if address.packed[11:13] != b'\xff\xfe'
    )


def _subport(hv: Hypervisor, sub: ResolvedSubnetwork) -> Port | None:
    """Return the port in a network; two runs may make two without an id."""
    inside = {key for trunk in hv.trunks for key in trunk.segmentation_ids}
    return min(
        (port for port in hv.subports if port.network_id == sub.network_id),
        key=lambda port: (port.id not in inside, port.id),
        default=None,
    )
