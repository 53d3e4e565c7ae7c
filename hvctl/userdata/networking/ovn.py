# SPDX-License-Identifier: Apache-2.0
"""The kind ``ovn``: Open vSwitch with OVN's controller."""

from __future__ import annotations

from hvctl.model import ini
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.networking import Ovn
from hvctl.model.profile import Family, Profile, Sections
from hvctl.model.secret import Secret
from hvctl.userdata import tables
from hvctl.userdata.configuration import options
from hvctl.userdata.networking import contribution
from hvctl.userdata.networking import ovs
from hvctl.userdata.networking import tunnels

#: The agent's, and that of the older one that only serves metadata.  RHEL's
#: family has them read these and no neutron.conf, Debian 13 only that.
_FILES = (
    '/etc/neutron/plugins/ml2/ovn_agent.ini',
    '/etc/neutron/neutron_ovn_metadata_agent.ini',
)
_AGENT = ('neutron-ovn-agent', 'neutron-ovn-metadata-agent')
_OF_METADATA = ('neutron-ovn-agent', 'openstack-neutron-ovn-agent', 'haproxy')
#: Debian's own unit for the host, which brings the controller's.
_CONTROLLER = ('ovn-host', 'ovn-controller')
#: Where Nova and Neutron's agents look for the switch's database.  Its socket
#: is for root alone, and neither os-vif nor the agent runs as root.
_DATABASE = 'ptcp:6640:127.0.0.1'
_PACKAGES = {
    Family.DEBIAN: (
        'neutron-ovn-agent',
        'openvswitch-switch',
        'ovn-host',
    ),
    Family.RHEL: (
        'openstack-neutron-ovn-agent',
        # Which serves the metadata, and which that package does not require.
        'haproxy',
        'openvswitch',
        'ovn-host',
    ),
}


def contribute(
    profile: Profile,
    wiring: Ovn,
    name: str,
    compute_id: str,
    ports: MachinePorts,
) -> contribution.Contribution:
    """Build what this kind brings."""
    southbound = ','.join(wiring.southbound)
    lines = [
        # Both ends of a port's binding are compared by this name.
        tables.line('external-id', 'hostname', name),
        ovs.system_id(compute_id),
        tables.line('manager', _DATABASE),
        tables.line('external-id', 'ovn-remote', southbound),
        tables.line('external-id', 'ovn-encap-type', wiring.encap_type),
    ]
    if wiring.bridge_mappings:
        lines.append(
            tables.line(
                'external-id',
                'ovn-bridge-mappings',
                ovs.mappings(wiring.bridge_mappings),
            )
        )
    lines += [
        *ovs.bridges(wiring.bridge_mappings, wiring.bridge_interfaces, ports),
        tables.line(
            'tunnel-external-id',
            'ovn-encap-ip',
            tunnels.source(profile, wiring, ports),
        ),
    ]
    metadata = wiring.metadata_host is not None
    return contribution.Contribution(
        shared=_agent(wiring, southbound) if metadata else {},
        copies=_FILES if metadata else (),
        tables={ovs.SCRIPT: tuple(lines)},
        placed=ovs.system_id_file(compute_id),
        switches=(ovs.SWITCH,),
        agents=(_CONTROLLER, _AGENT) if metadata else (_CONTROLLER,),
        packages={
            family: tuple(
                package
                for package in packages
                if metadata or package not in _OF_METADATA
            )
            for family, packages in _PACKAGES.items()
        },
    )


def _agent(wiring: Ovn, southbound: str) -> Sections:
    default: dict[str, str | Secret] = {}
    if wiring.metadata_host is not None:
        default['nova_metadata_host'] = wiring.metadata_host
    if wiring.metadata_proxy_shared_secret is not None:
        default['metadata_proxy_shared_secret'] = Secret(
            ini.literal(
                wiring.metadata_proxy_shared_secret.reveal(),
                'metadata_proxy_shared_secret',
            )
        )
    return {
        'DEFAULT': options.single(**default),
        'agent': options.single(extensions='metadata'),
        'ovn': options.single(ovn_sb_connection=southbound),
    }
