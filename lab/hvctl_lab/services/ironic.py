# SPDX-License-Identifier: Apache-2.0
"""Ironic: API and conductor in one process, for nodes that really boot."""

from __future__ import annotations

import pathlib

from hvctl_lab import credentials
from hvctl_lab import ini
from hvctl_lab import paths
from hvctl_lab import programs
from hvctl_lab.services import common
from hvctl_lab.services import mariadb

PROGRAM = 'ironic'

#: The lab's own: nodes with a power switch and a disk.
HARDWARE_TYPE = 'hvctl-lab'
_FAKE_HARDWARE_TYPE = 'fake-hardware'

_OWN_INTERFACES = ('deploy', 'power')

_FAKE_INTERFACES = (
    'bios',
    'boot',
    'console',
    'firmware',
    'inspect',
    'management',
    'raid',
    'rescue',
    'vendor',
)


def _configuration(
    lab: paths.Lab, secrets: credentials.Credentials
) -> ini.Sections:
    state = lab.state / 'ironic'
    user = common.auth(lab, secrets, PROGRAM)
    interfaces: dict[str, str] = {
        f'enabled_{kind}_interfaces': 'fake' for kind in _FAKE_INTERFACES
    } | {
        f'enabled_{kind}_interfaces': f'{HARDWARE_TYPE},fake'
        for kind in _OWN_INTERFACES
    }
    return {
        'DEFAULT': {
            **interfaces,
            'use_stderr': True,
            'host': 'lab',
            'my_ip': paths.HOST,
            'state_path': str(state),
            # One process: the API calls its conductor directly.
            'rpc_transport': 'none',
            'enabled_hardware_types': (
                f'{HARDWARE_TYPE},{_FAKE_HARDWARE_TYPE}'
            ),
            'enabled_storage_interfaces': 'noop',
            'enabled_network_interfaces': 'noop,flat,neutron',
            'default_network_interface': 'neutron',
            'rbac_service_role_elevated_access': True,
        },
        'api': {
            'host_ip': paths.HOST,
            'port': lab.port(paths.Port.IRONIC),
            'public_endpoint': lab.url(paths.Port.IRONIC),
        },
        'conductor': {
            'workers_pool_size': 100,
            'sync_power_state_interval': 5,
            'send_sensor_data': False,
        },
        'database': mariadb.options(lab, 'ironic'),
        'dhcp': {'dhcp_provider': 'none'},
        'keystone_authtoken': common.authtoken(lab, secrets, PROGRAM),
        'service_catalog': user,
        'glance': user,
        'nova': user,
        'neutron': user
        | {
            'cleaning_network': common.SHARED_NETWORK,
            'provisioning_network': common.SHARED_NETWORK,
        },
        'oslo_concurrency': {'lock_path': f'{state}/locks'},
        'oslo_policy': {'policy_file': 'policy.yaml'},
    }


def files(
    lab: paths.Lab, secrets: credentials.Credentials
) -> dict[pathlib.Path, str]:
    """Write ironic.conf and the policy."""
    etc = lab.etc / 'ironic'
    return {
        etc / 'ironic.conf': ini.render(_configuration(lab, secrets)),
        # Else a config drive reads "******", to administrators too.
        etc / 'policy.yaml': '"show_instance_secrets": "role:admin"\n',
    }


def all_programs(lab: paths.Lab) -> tuple[programs.Program, ...]:
    """Describe the one process."""
    return (
        programs.Program(
            name=PROGRAM,
            command=(
                str(lab.program('ironic')),
                '--config-file',
                str(lab.etc / 'ironic' / 'ironic.conf'),
            ),
            port=lab.port(paths.Port.IRONIC),
            path='/',
        ),
    )


def manage(lab: paths.Lab, *arguments: str) -> tuple[str, ...]:
    """Return the command line of ironic-dbsync."""
    return (
        str(lab.program('ironic-dbsync')),
        '--config-file',
        str(lab.etc / 'ironic' / 'ironic.conf'),
        *arguments,
    )
