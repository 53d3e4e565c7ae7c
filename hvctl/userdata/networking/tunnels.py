# SPDX-License-Identifier: Apache-2.0
"""Decides where a host's tunnels end."""

from __future__ import annotations

import ipaddress

from hvctl.model import machine_ports
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.networking import Ovn, Ovs
from hvctl.model.profile import Profile
from hvctl.userdata import tables
from hvctl.userdata.networking import vlans


def source(
    profile: Profile,
    wiring: Ovs | Ovn,
    ports: MachinePorts,
) -> str:
    """Decide where the host finds the address at boot.

    :returns: an address, an interface, or ``-`` for the interface of the
        default route
    """
    if wiring.tunnel_interface is not None:
        return tables.interface(wiring.tunnel_interface)
    if wiring.tunnel_network is None:
        return ports.address or '-'
    subnetwork = vlans.subnetwork(profile, wiring.tunnel_network)
    if subnetwork is None:
        return ports.address or '-'
    return vlans.interface(subnetwork, ports)


def is_address(source: str) -> bool:
    """Return whether a source is the address itself."""
    if source == machine_ports.UNKNOWN:
        return True
    try:
        ipaddress.ip_address(source)
    except ValueError:
        return False
    return True
