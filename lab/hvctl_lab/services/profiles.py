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
from hvctl_lab import paths
from hvctl_lab.bootstrap import names
from hvctl_lab.services import common
from hvctl_lab.services import neutron
from hvctl_lab.services import nova

PLAIN = 'plain'

#: What the stand-ins in the node image pretend to have.
_BRIDGE = f'br-{neutron.PHYSICAL_NETWORK}'
_INTERFACE = 'ens1f0'
_VIRTUAL_FUNCTIONS = 8


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


def files(
    lab: paths.Lab, secrets: credentials.Credentials
) -> dict[pathlib.Path, str]:
    """Write the profiles, and the secrets that stand in them."""
    profiles = _profiles(lab)
    secure = {
        PLAIN: {
            'secrets': {
                name: secret
                for name, secret in dataclasses.asdict(secrets).items()
                if f'<secret:{name}>' in str(profiles)
            }
        }
    }
    return {
        lab.profiles: _write(profiles),
        lab.profiles_secrets: _write(secure),
    }


def _write(profiles: dict[str, typing.Any]) -> str:
    return yaml.safe_dump({'profiles': profiles}, sort_keys=False)
