# SPDX-License-Identifier: Apache-2.0
"""Decides by which names and addresses hosts reach each other."""

from __future__ import annotations

import ipaddress

from hvctl import exceptions
from hvctl.model import host_name
from hvctl.model import machine_ports
from hvctl.model.credentials import Holder
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.networking import Address
from hvctl.model.profile import Profile
from hvctl.userdata.networking import vlans


def address(profile: Profile, ports: MachinePorts) -> str | None:
    """Return the address that others reach the host by for migrations.

    :returns: None where it is the machine's own
    """
    network = profile.migration.network
    if network is None:
        return None
    subnetwork = vlans.subnetwork(profile, network)
    if subnetwork is None:
        return None
    found = _of_subport(ports, network)
    if not found:
        raise exceptions.InvalidRequest(
            f'the sub-network {network} gave its port no address, by which '
            'other hosts could reach the machine for migrations'
        )
    return found[0]


def holder(profile: Profile, name: str, ports: MachinePorts) -> Holder:
    """Describe the host to who issues certificates.

    :raises InvalidRequest: when it has no address that one could have
    """
    by = address(profile, ports) or ports.address
    if by is None:
        raise exceptions.InvalidRequest(
            'the port of the machine has no address that lasts, for which '
            'certificates for migrations could be issued; give it one, or '
            'name a sub-network in migration.network'
        )
    return Holder(
        names=host_name.host_names(name, profile.domain),
        addresses=_known((by, ports.address)),
        sources=_sources(profile, ports),
    )


def _sources(profile: Profile, ports: MachinePorts) -> tuple[str, ...] | None:
    """Return all addresses from which the host may reach others."""
    if ports.addresses is None or any(
        subnetwork.address is not Address.NEUTRON
        for subnetwork in profile.subnetworks
    ):
        return None
    return _known(
        (
            *ports.addresses,
            *(
                one
                for subnetwork in profile.subnetworks
                for one in _of_subport(ports, subnetwork.network)
            ),
        )
    )


def _of_subport(ports: MachinePorts, network: str) -> list[str]:
    """Return the addresses of a sub-port, IPv4 first."""
    if network not in ports.subports:
        return []
    found = [
        one.partition('/')[0] for one in ports.subports[network].addresses
    ]
    return sorted(found, key=lambda one: ':' in one)


def _known(addresses: tuple[str | None, ...]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            str(ipaddress.ip_address(one))
            for one in addresses
            if one is not None and one != machine_ports.UNKNOWN
        )
    )
