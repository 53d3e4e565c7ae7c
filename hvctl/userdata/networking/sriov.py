# SPDX-License-Identifier: Apache-2.0
"""The kind ``sriov``: virtual functions for ports of VNIC type direct."""

from __future__ import annotations

from collections.abc import Iterable
import json

from hvctl.model.networking import Device, Link, Sriov
from hvctl.model.profile import Family, Sections
from hvctl.userdata import tables
from hvctl.userdata.configuration import options
from hvctl.userdata.networking import contribution

SCRIPT = 'hvctl-virtual-functions'

_FILE = '/etc/neutron/plugins/ml2/sriov_agent.ini'
_AGENT = ('neutron-sriov-agent', 'neutron-sriov-nic-agent')
#: Neutron's own agent knows no InfiniBand; networking-mlnx brings one, with
#: a daemon that speaks to the card.
_INFINIBAND_FILE = '/etc/neutron/plugins/mlnx/mlnx_conf.ini'
_INFINIBAND_DAEMON_FILE = '/etc/eswitchd/eswitchd.conf'
_INFINIBAND_AGENTS = (
    ('eswitchd', 'networking-mlnx-eswitchd'),
    ('neutron-mlnx-agent',),
)
#: A host that asks for an address on a function that it sees, as images have
#: NetworkManager or systemd-networkd do, may get a second default route.
_RULES_FILE = '/etc/udev/rules.d/70-hvctl.rules'
_MARKS = ('NM_UNMANAGED', 'HVCTL_FUNCTION')
#: By its name before all that netplan writes.
_UNMANAGED_FILE = '/etc/systemd/network/05-hvctl.network'
_UNMANAGED = '[Match]\nProperty=HVCTL_FUNCTION=1\n\n[Link]\nUnmanaged=yes\n'
_PACKAGES = {
    Family.DEBIAN: ('neutron-sriov-agent',),
    Family.RHEL: ('openstack-neutron-sriov-nic-agent',),
}


def contribute(wiring: Sriov) -> contribution.Contribution:
    """Build what this kind brings."""
    ethernet = tuple(_speaking(wiring, Link.ETHERNET))
    infiniband = tuple(_speaking(wiring, Link.INFINIBAND))
    files: dict[str, Sections] = {}
    agents: list[contribution.Units] = []
    if ethernet:
        files[_FILE] = _agent(ethernet)
        agents.append(_AGENT)
    if infiniband:
        mappings = _mappings(infiniband)
        files[_INFINIBAND_FILE] = {
            'eswitch': options.single(physical_interface_mappings=mappings)
        }
        files[_INFINIBAND_DAEMON_FILE] = {
            'DAEMON': options.single(fabrics=mappings)
        }
        agents += _INFINIBAND_AGENTS
    specifications = tuple(
        _device_spec(device) for device in wiring.devices if not device.exclude
    )
    return contribution.Contribution(
        nova={'pci': {'device_spec': specifications}}
        if specifications
        else {},
        files=files,
        tables={SCRIPT: tuple(_line(device) for device in wiring.devices)},
        placed={
            _RULES_FILE: ''.join(_rule(device) for device in wiring.devices),
            _UNMANAGED_FILE: _UNMANAGED,
        },
        agents=tuple(agents),
        packages=_PACKAGES if ethernet else dict.fromkeys(_PACKAGES, ()),
    )


def _speaking(wiring: Sriov, link: Link) -> Iterable[Device]:
    return (device for device in wiring.devices if device.link is link)


def _mappings(devices: Iterable[Device]) -> str:
    return ','.join(
        f'{device.physical_network}:{tables.interface(device.interface)}'
        for device in devices
    )


def _agent(devices: tuple[Device, ...]) -> Sections:
    nic = {'physical_device_mappings': _mappings(devices)}
    exclude = ','.join(
        f'{device.interface}:{";".join(device.exclude)}'
        for device in devices
        if device.exclude
    )
    if exclude:
        nic['exclude_devices'] = exclude
    return {
        'sriov_nic': options.single(**nic),
        # A card has no security groups.
        'securitygroup': options.single(firewall_driver='noop'),
    }


def _device_spec(device: Device) -> str:
    """Write which functions of a card Nova gets: all that boot makes."""
    spec = {
        'devname': device.interface,
        'physical_network': device.physical_network,
    }
    if device.trusted:
        spec['trusted'] = 'true'
    return json.dumps(spec)


def _rule(device: Device) -> str:
    """Mark a card's functions for udev, all but those the host may use."""
    words = [
        'ACTION!="remove"',
        'SUBSYSTEM=="net"',
        f'TEST=="device/physfn/net/{tables.interface(device.interface)}"',
    ]
    if device.exclude:
        paths = '|'.join(f'*/{address}/*' for address in device.exclude)
        words.append(f'DEVPATH!="{paths}"')
    words += [f'ENV{{{name}}}="1"' for name in _MARKS]
    return ', '.join(words) + '\n'


def _line(device: Device) -> str:
    words = [tables.interface(device.interface), str(device.vfs), device.link]
    if device.exclude:
        # Nova cannot be told to take all but some: the script names each.
        words += [
            device.physical_network,
            str(device.trusted).lower(),
            *device.exclude,
        ]
    return tables.line(*words)
