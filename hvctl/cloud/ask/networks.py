# SPDX-License-Identifier: Apache-2.0
"""Reads the networks of a machine, and whether its address is free."""

from __future__ import annotations

import ipaddress
import typing

from openstack import connection
from openstack import exceptions as sdk_exceptions

from hvctl.model.preflight import Lookup
from hvctl.model.profile import Subnetwork
from hvctl.model.request import ResolvedSubnetwork


class Address(typing.NamedTuple):
    """Where a machine's address comes from.

    :ivar subnet_id: None is Neutron's choice
    :ivar problems: what is wrong with it
    """

    subnet_id: str | None = None
    problems: tuple[str, ...] = ()


def address(
    conn: connection.Connection, network_name: str, names: Lookup
) -> Address:
    """Find the subnet of the machine's address, and what is wrong with both.

    Nothing is said of a network that is not there.
    """
    try:
        network = conn.network.find_network(network_name, ignore_missing=False)
    except (
        sdk_exceptions.NotFoundException,
        sdk_exceptions.DuplicateResource,
    ):
        return Address()
    subnets = list(conn.network.subnets(network_id=network.id))
    if names.subnet is not None:
        subnets = [s for s in subnets if names.subnet in (s.id, s.name)]
        if not subnets:
            words = f'network {network_name} has no subnet {names.subnet}'
            return Address(problems=(words,))
        if len(subnets) > 1 and names.fixed_ip is None:
            words = (
                f'there is more than one subnet {names.subnet}: give its id'
            )
            return Address(problems=(words,))
    if names.fixed_ip is None:
        return Address(subnets[0].id)
    wanted = ipaddress.ip_address(names.fixed_ip)
    fitting = [s for s in subnets if wanted in ipaddress.ip_network(s.cidr)]
    if not fitting:
        words = (
            f'the fixed IP {wanted} is in no subnet of network {network_name}'
        )
        if names.subnet is not None:
            words += f' that is called {names.subnet}'
        return Address(problems=(words,))
    return Address(fitting[0].id if names.subnet else None)


def taken(
    conn: connection.Connection, network_id: str, fixed_ip: str
) -> tuple[str, ...]:
    """Name the ports that have an address already."""
    ports = conn.network.ports(
        network_id=network_id, fixed_ips=f'ip_address={fixed_ip}'
    )
    return tuple(
        f'the fixed IP {fixed_ip} is in use by port {port.id} '
        f'({port.name or "without a name"})'
        for port in ports
        # Not every network service heeds every filter.
        if port.fixed_ips is None
        or any(ip.get('ip_address') == fixed_ip for ip in port.fixed_ips)
    )


def subnetwork(
    conn: connection.Connection, wish: Subnetwork
) -> ResolvedSubnetwork:
    """Find a network that the machine is to have as a VLAN."""
    network = conn.network.find_network(wish.network, ignore_missing=False)
    subnets = list(conn.network.subnets(network_id=network.id))
    return ResolvedSubnetwork(
        wish=wish,
        network_id=network.id,
        subnet_id=next(
            (s.id for s in subnets if wish.subnet in (s.id, s.name)), None
        ),
        network_type=network.provider_network_type,
        mtu=network.mtu,
        prefixes={
            subnet.id: ipaddress.ip_network(subnet.cidr).prefixlen
            for subnet in subnets
        },
    )
