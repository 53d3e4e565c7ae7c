# SPDX-License-Identifier: Apache-2.0
"""The VLAN interfaces that a trunk's sub-networks become on the host."""

from __future__ import annotations

from hvctl import exceptions
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.machine_ports import Subport
from hvctl.model.networking import Address
from hvctl.model.profile import Profile, Subnetwork
from hvctl.userdata import tables

SCRIPT = 'hvctl-vlans'

#: What the image has to give networks their addresses may take away those
#: that others gave: NetworkManager and systemd-networkd leave these alone.
_RULES_FILE = '/etc/udev/rules.d/70-hvctl-vlans.rules'
#: By its name before all that netplan writes.
_UNMANAGED_FILE = '/etc/systemd/network/05-hvctl-vlans.network'


def table(profile: Profile, ports: MachinePorts) -> tuple[str, ...]:
    """Return the script's table; without sub-networks it has no lines.

    :raises InvalidRequest: when something of a sub-network is not known
    """
    if not profile.subnetworks:
        return ()
    # The network card is the one that has the machine's own address.
    return (
        tables.line('parent', ports.address or '-'),
        *(_line(subnetwork, ports) for subnetwork in profile.subnetworks),
    )


def placed(profile: Profile, ports: MachinePorts) -> dict[str, str]:
    """Return the files that leave the interfaces to the script, by path.

    One that gets no address from it is left to whatever else gives it one.

    :raises InvalidRequest: when something of a sub-network is not known
    """
    names = [
        interface(subnetwork, ports)
        for subnetwork in profile.subnetworks
        if subnetwork.address is not Address.NONE
    ]
    if not names:
        return {}
    return {
        _RULES_FILE: ''.join(
            f'ACTION!="remove", SUBSYSTEM=="net", KERNEL=="{name}", '
            'ENV{NM_UNMANAGED}="1"\n'
            for name in names
        ),
        _UNMANAGED_FILE: f'[Match]\nName={" ".join(names)}\n\n'
        '[Link]\nUnmanaged=yes\n',
    }


def interface(subnetwork: Subnetwork, ports: MachinePorts) -> str:
    """Name a sub-network's interface on the host."""
    if subnetwork.interface is not None:
        return tables.interface(subnetwork.interface)
    return f'vlan{_subport(subnetwork, ports).segmentation_id}'


def subnetwork(profile: Profile, network: str) -> Subnetwork | None:
    """Find the sub-network of a network; None is the machine's own."""
    for found in profile.subnetworks:
        if found.network == network:
            return found
    return None


def _subport(subnetwork: Subnetwork, ports: MachinePorts) -> Subport:
    try:
        return ports.subports[subnetwork.network]
    except KeyError:
        raise exceptions.InvalidRequest(
            f'the port of the sub-network {subnetwork.network} is not known'
        ) from None


def _line(subnetwork: Subnetwork, ports: MachinePorts) -> str:
    port = _subport(subnetwork, ports)
    match subnetwork.address:
        case Address.NEUTRON:
            addresses = port.addresses
            if not addresses:
                raise exceptions.InvalidRequest(
                    f'the sub-network {subnetwork.network} gave its port no '
                    'address; say address: dhcp or address: none'
                )
        case Address.DHCP:
            addresses = ('dhcp',)
        case Address.NONE:
            addresses = ()
    return tables.line(
        interface(subnetwork, ports),
        str(port.segmentation_id),
        port.mac_address or '-',
        str(port.mtu or '-'),
        *addresses,
    )
