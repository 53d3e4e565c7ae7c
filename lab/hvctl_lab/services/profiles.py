# SPDX-License-Identifier: Apache-2.0
"""The profiles for hypervisors of this cloud, and their secrets.

The first is the plain one; the others are laid over it.
"""

from __future__ import annotations

import dataclasses
import pathlib
import typing

import yaml

from hvctl_lab import credentials
from hvctl_lab import execution
from hvctl_lab import paths
from hvctl_lab.bootstrap import names
from hvctl_lab.metal import network
from hvctl_lab.services import clients
from hvctl_lab.services import common
from hvctl_lab.services import neutron
from hvctl_lab.services import nova

PLAIN = 'plain'
REAL = 'real'

#: What the stand-ins in the node image pretend to have.
_BRIDGE = f'br-{neutron.PHYSICAL_NETWORK}'
_INTERFACE = 'ens1f0'
_VIRTUAL_FUNCTIONS = 8

#: The first part of the names of the authorities' secrets, hvctl's default.
_AUTHORITIES = 'migration'


def _plain(lab: paths.Lab) -> dict[str, typing.Any]:
    references = credentials.Credentials(
        **{
            field.name: f'<secret:{field.name}>'
            for field in dataclasses.fields(credentials.Credentials)
        }
    )
    return {
        'image': names.BARE_METAL_IMAGE,
        'flavor': names.BARE_METAL_FLAVOR,
        'network': common.SHARED_NETWORK,
        'key_name': names.KEYPAIR,
        'networking': {
            'kind': 'ovs',
            'bridge_mappings': {neutron.PHYSICAL_NETWORK: _BRIDGE},
            'tunnel_types': ['vxlan'],
        },
        'nova': {
            section: dict(options)
            for section, options in nova.hypervisor(lab, references).items()
        },
        # All machines share this one's addresses.
        'neutron': {'ovs': {'local_ip': paths.HOST}},
        'family': 'debian',
        'packages': [],
    }


def _profiles(lab: paths.Lab) -> dict[str, typing.Any]:
    return {
        PLAIN: _plain(lab),
        'tested': {
            'extends': PLAIN,
            'aggregates': [names.AGGREGATE],
            'availability_zone': names.AGGREGATE,
            'traits': ['CUSTOM_LAB'],
            'health_test': {
                'enabled': True,
                'image': names.GUEST_IMAGE,
                'flavor': names.TEST_FLAVOR,
                'network': names.TENANT_NETWORK,
            },
        },
        'sriov': {
            'extends': PLAIN,
            'networking': {
                'kind': 'sriov',
                'devices': [
                    {
                        'interface': _INTERFACE,
                        'physical_network': neutron.PHYSICAL_NETWORK,
                        'vfs': _VIRTUAL_FUNCTIONS,
                    }
                ],
            },
            'nova': {'hvctl_lab': {'virtual_functions': _VIRTUAL_FUNCTIONS}},
            'neutron': None,
            'health_test': {
                'image': names.GUEST_IMAGE,
                'flavor': names.TEST_FLAVOR,
                'network': names.VLAN_NETWORK,
                'vnic_type': 'direct',
            },
        },
        'no-network': {
            'extends': PLAIN,
            'networking': {'kind': 'none'},
            'neutron': None,
        },
    }


def _real() -> dict[str, typing.Any]:
    """Return the profile of a hypervisor whose guests really run."""
    return {
        'extends': PLAIN,
        'image': names.REAL_BARE_METAL_IMAGE,
        'networking': {
            'bridge_interfaces': {_BRIDGE: network.ADAPTERS[1]},
            # Tunnels in user space want an address in a bridge of its own.
            'tunnel_types': None,
            'firewall_driver': 'noop',
        },
        'nova': {
            # The machine has an address of its own, and hvctl's default is
            # the driver for libvirt.
            'DEFAULT': {'my_ip': None, 'compute_driver': None},
            'libvirt': {'virt_type': 'qemu', 'cpu_mode': 'none'},
            # Neutron has os-vif make the tap for a switch in the kernel
            # only.  In user space QEMU makes it, so that the port is never
            # plugged before the guest comes.
            'compute': {'live_migration_wait_for_vif_plug': False},
        },
        'neutron': {
            'ovs': {'local_ip': None, 'datapath_type': 'netdev'},
            # Its own default is longer than Neutron waits for it here.
            'agent': {'report_interval': common.REPORT_INTERVAL},
        },
        'migration': {
            'live': {
                'transport': 'tls',
                'issue': f'<secret:{_AUTHORITIES}-tls>',
            },
            'cold': {
                'transport': 'ssh',
                'issue_user': f'<secret:{_AUTHORITIES}-ssh-user>',
                'issue_host': f'<secret:{_AUTHORITIES}-ssh-host>',
            },
        },
    }


def files(
    lab: paths.Lab, secrets: credentials.Credentials, *, real: bool
) -> dict[pathlib.Path, str]:
    """Write the profiles, and the secrets that stand in them.

    :param real: whether machines can be hypervisors whose guests are real
    """
    profiles = _profiles(lab)
    if real:
        profiles[REAL] = _real()
    secure = {
        PLAIN: {
            'secrets': {
                name: secret
                for name, secret in dataclasses.asdict(secrets).items()
                if f'<secret:{name}>' in str(profiles)
            }
        }
    }
    # Hosts trust them: they are made once.
    if real and (made := _authorities(lab)):
        secure[REAL] = {'secrets': made}
    return {
        lab.profiles: _write(profiles),
        lab.profiles_secrets: _write(secure),
    }


def ensure_authorities(lab: paths.Lab) -> None:
    """Make what issues keys to real hosts, unless it is there.

    :raises LabError: when it cannot be made
    """
    if not _authorities(lab):
        execution.run(
            lab,
            (
                *(
                    str(clients.PROGRAMS / 'openstack'),
                    'hypervisor',
                    'ephemeral',
                ),
                *('profile', 'authority', 'create', REAL),
                *('--name', _AUTHORITIES),
            ),
            clients.environment(lab),
        )


def _authorities(lab: paths.Lab) -> dict[str, str]:
    """Return the secrets that hvctl has written into the file."""
    if not lab.profiles_secrets.exists():
        return {}
    written = yaml.safe_load(lab.profiles_secrets.read_text())
    found: dict[str, str] = (
        written['profiles'].get(REAL, {}).get('secrets', {})
    )
    return found


def _write(profiles: dict[str, typing.Any]) -> str:
    return yaml.safe_dump({'profiles': profiles}, sort_keys=False)
