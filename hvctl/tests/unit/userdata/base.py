# SPDX-License-Identifier: Apache-2.0
"""What the tests of user-data have in common."""

from __future__ import annotations

import configparser
import typing

import yaml

from hvctl.model.machine_ports import MachinePorts
from hvctl.model.machine_ports import Subport
from hvctl.model.networking import (
    Device,
    Link,
    Networking,
    NoNetworking,
    Ovn,
    Ovs,
    Sriov,
)
from hvctl.model.profile import Profile, Subnetwork
from hvctl.model.secret import Secret
from hvctl.userdata import host
from hvctl.userdata.document import multipart
from hvctl.userdata.document import rendering

NAME = 'hv1'
COMPUTE_ID = '5c6a4f0e-7f1b-8d2a-9a35-0d8b6a3f4c11'
PASSWORD = 'battery$staple'
TRANSPORT_URL = 'rabbit://nova:battery%24staple@10.0.0.2:5672/'

#: Where the agents' files are.
ML2 = '/etc/neutron/plugins/ml2/'
STORAGE = Subnetwork(network='storage')
OVS = Ovs(
    bridge_mappings={'physnet1': 'br-ex'},
    bridge_interfaces={'br-ex': 'ens2f0'},
    tunnel_types=('vxlan',),
)
OVN = Ovn(
    southbound=('tcp:10.0.0.3:6642', 'tcp:10.0.0.4:6642'),
    bridge_mappings={'physnet1': 'br-ex'},
    bridge_interfaces={'br-ex': 'ens2f0'},
    metadata_host='10.0.0.5',
    metadata_proxy_shared_secret=Secret('proxy-word'),
)
CARD = Device(interface='ens1f0', physical_network='physnet1', vfs=8)
INFINIBAND_CARD = Device(
    interface='ib0',
    physical_network='fabric',
    vfs=4,
    link=Link.INFINIBAND,
)
KINDS: dict[str, Networking] = {
    'none': NoNetworking(),
    'ovs': OVS,
    'ovn': OVN,
    'ethernet': Sriov(devices=(CARD,)),
    'infiniband': Sriov(devices=(INFINIBAND_CARD,)),
    'both': Sriov(devices=(CARD, INFINIBAND_CARD)),
}


def a_profile(**fields: typing.Any) -> Profile:
    """Return a profile, plain but for what is asked for."""
    fields.setdefault('name', 'plain')
    fields.setdefault('network', 'internalapi')
    fields.setdefault(
        'nova',
        {
            'DEFAULT': {'transport_url': (Secret(TRANSPORT_URL),)},
            'placement': {
                'username': ('placement',),
                'password': (Secret(PASSWORD.replace('$', '$$')),),
            },
        },
    )
    fields.setdefault('secrets', {'service': Secret(PASSWORD)})
    return Profile(**fields)


def some_ports() -> MachinePorts:
    """Return the ports of a machine with one sub-network, ``storage``."""
    return MachinePorts(
        address='10.0.0.21',
        addresses=('10.0.0.21',),
        subports={
            'storage': Subport(
                segmentation_id=301,
                mac_address='fa:16:3e:00:00:01',
                addresses=('10.3.0.21/24',),
                mtu=8950,
            )
        },
    )


def render(profile: Profile, **arguments: typing.Any) -> multipart.Document:
    """Render with this module's names and ports."""
    arguments = {
        'name': NAME,
        'compute_id': COMPUTE_ID,
        'ports': some_ports(),
        **arguments,
    }
    return rendering.render(profile, **arguments)


def config(profile: Profile, **arguments: typing.Any) -> dict[str, typing.Any]:
    """Return our first part, read back."""
    part = render(profile, **arguments).parts[0]
    assert part.text.startswith('#cloud-config\n')
    read: dict[str, typing.Any] = yaml.safe_load(part.text)
    return read


def files(profile: Profile, **arguments: typing.Any) -> dict[str, str]:
    """Return what our part writes: where it ends up, and its text."""
    return {
        entry['path'].removeprefix(host.STAGED): entry['content']
        for entry in config(profile, **arguments)['write_files']
    }


def options(text: str) -> dict[str, dict[str, str]]:
    """Read a file of options; of one that stands there twice, the last."""
    parser = configparser.RawConfigParser(default_section='', strict=False)
    parser.read_string(text)
    return {section: dict(parser[section]) for section in parser.sections()}


def plan(profile: Profile, **arguments: typing.Any) -> list[str]:
    """Return the lines of the plan for the set-up."""
    return files(profile, **arguments)['/etc/hvctl/setup'].splitlines()


def wired(wiring: Networking, **fields: typing.Any) -> dict[str, str]:
    """Write the files of a host whose guests are connected so, by path."""
    arguments = {
        name: fields.pop(name) for name in ('ports',) if name in fields
    }
    profile = a_profile(networking=wiring, **fields)
    return files(profile, **arguments)
