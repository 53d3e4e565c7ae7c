# SPDX-License-Identifier: Apache-2.0
"""The kind ``ovs``: Open vSwitch with Neutron's agent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hvctl.model.machine_ports import MachinePorts
from hvctl.model.networking import Ovs
from hvctl.model.profile import Family, Profile
from hvctl.userdata import tables
from hvctl.userdata.configuration import options
from hvctl.userdata.networking import contribution
from hvctl.userdata.networking import tunnels

SCRIPT = 'hvctl-switch'
#: Open vSwitch itself, which both kinds with switches start first.
SWITCH = ('openvswitch-switch', 'openvswitch')

_FILE = '/etc/neutron/plugins/ml2/openvswitch_agent.ini'
_AGENT = ('neutron-openvswitch-agent',)
_SYSTEM_ID_FILE = '/etc/openvswitch/system-id.conf'
_PACKAGES = {
    Family.DEBIAN: (
        'neutron-openvswitch-agent',
        'openvswitch-switch',
    ),
    Family.RHEL: ('openstack-neutron-openvswitch',),
}
#: What the agent calls a switch that needs no kernel module.
_USER_SPACE = 'netdev'
#: Stands in the agent's file until the script finds the address at boot; no
#: host has it, so the agent does not start with it (RFC 5737).
_UNKNOWN_ADDRESS = '192.0.2.1'


def contribute(
    profile: Profile,
    wiring: Ovs,
    name: str,
    compute_id: str,
    ports: MachinePorts,
) -> contribution.Contribution:
    """Build what this kind brings."""
    lines = [
        tables.line('external-id', 'hostname', name),
        system_id(compute_id),
        *_datapath(profile),
        *bridges(wiring.bridge_mappings, wiring.bridge_interfaces, ports),
    ]
    ovs: dict[str, str] = {}
    agent: dict[str, str] = {}
    if wiring.bridge_mappings:
        ovs['bridge_mappings'] = mappings(wiring.bridge_mappings)
    if wiring.tunnel_types:
        agent['tunnel_types'] = ','.join(wiring.tunnel_types)
        source = tunnels.source(profile, wiring, ports)
        if tunnels.is_address(source):
            ovs['local_ip'] = source
        else:
            ovs['local_ip'] = _UNKNOWN_ADDRESS
            if 'local_ip' not in profile.neutron.get('ovs', {}):
                lines.append(tables.line('tunnel-file', _FILE, source))
    if wiring.l2_population:
        agent['l2_population'] = 'true'
    return contribution.Contribution(
        # Else a port could hear its bridge before the agent has set the VLAN.
        nova={'os_vif_ovs': options.single(isolate_vif='true')},
        files={
            _FILE: {
                'ovs': options.single(**ovs),
                'agent': options.single(**agent),
                'securitygroup': options.single(
                    firewall_driver=wiring.firewall_driver
                ),
            }
        },
        tables={SCRIPT: tuple(lines)},
        placed=system_id_file(compute_id),
        switches=(SWITCH,),
        agents=(_AGENT,),
        packages=_PACKAGES,
    )


def _datapath(profile: Profile) -> Iterator[str]:
    """Return the line for what the agent is told of its switch.

    It ends at a bridge that has no datapath, which is what one of the kernel's
    kind has on a host that switches in user space (Neutron looks at the ids
    of bridges before it changes their datapath_type).
    """
    told = profile.neutron.get('ovs', {}).get('datapath_type')
    if told == (_USER_SPACE,):
        yield tables.line('datapath', _USER_SPACE)


def system_id(compute_id: str) -> str:
    """Write the line that tells a switch from all others.

    An image may carry the identity of the host that it was made from.
    """
    return tables.line('external-id', 'system-id', compute_id)


def system_id_file(compute_id: str) -> dict[str, str]:
    """Write where Open vSwitch has it when it starts."""
    return {_SYSTEM_ID_FILE: f'{compute_id}\n'}


def bridges(
    bridge_mappings: Mapping[str, str],
    bridge_interfaces: Mapping[str, str],
    ports: MachinePorts,
) -> Iterator[str]:
    """Return the lines that make the bridges of physical networks."""
    if bridge_interfaces:
        # The one that has it is no interface of a bridge.
        yield tables.line('own', ports.address or '-')
    for bridge in dict.fromkeys(
        (*bridge_mappings.values(), *bridge_interfaces)
    ):
        interface = bridge_interfaces.get(bridge)
        yield tables.line(
            'bridge',
            tables.interface(bridge),
            *([tables.interface(interface)] if interface else ()),
        )


def mappings(bridge_mappings: Mapping[str, str]) -> str:
    """Write the bridges by physical network, as agents and OVN read them."""
    return ','.join(
        f'{network}:{bridge}' for network, bridge in bridge_mappings.items()
    )
