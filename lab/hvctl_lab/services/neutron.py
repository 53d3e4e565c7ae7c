# SPDX-License-Identifier: Apache-2.0
"""Neutron: ML2 with the agents' mechanism drivers, and the RPC server.

Ports of hypervisors bind only where a live agent reports, as they do on real
hosts.
"""

from __future__ import annotations

import pathlib

from hvctl_lab import credentials
from hvctl_lab import ini
from hvctl_lab import paths
from hvctl_lab import programs
from hvctl_lab.services import common
from hvctl_lab.services import mariadb
from hvctl_lab.services import rabbitmq

PROGRAM = 'neutron'
RPC_SERVER = 'neutron-rpc-server'

PHYSICAL_NETWORK = 'physnet1'

#: The first two serve hypervisors, the last one the bare-metal nodes.
_MECHANISM_DRIVERS = 'openvswitch,sriovnicswitch,hvctl-lab'


def _configuration(
    lab: paths.Lab, secrets: credentials.Credentials
) -> ini.Sections:
    state = lab.state / 'neutron'
    return {
        'DEFAULT': {
            'use_stderr': True,
            'host': 'lab',
            'state_path': str(state),
            'transport_url': rabbitmq.url(lab, secrets),
            'core_plugin': 'ml2',
            'service_plugins': 'trunk,segments',
            'agent_down_time': common.AGENT_DOWN_TIME,
            'rpc_workers': 1,
            'rpc_state_report_workers': 0,
            'dhcp_agent_notification': False,
            'api_paste_config': str(
                lab.prefix / 'etc' / 'neutron' / 'api-paste.ini'
            ),
        },
        'agent': {'report_interval': common.REPORT_INTERVAL},
        'database': mariadb.options(lab, 'neutron'),
        'keystone_authtoken': common.authtoken(lab, secrets, PROGRAM),
        'nova': common.auth(lab, secrets, 'nova'),
        'placement': common.auth(lab, secrets, 'placement'),
        'oslo_concurrency': {'lock_path': f'{state}/locks'},
        'oslo_messaging_notifications': {'driver': 'noop'},
        'quotas': {
            f'quota_{resource}': -1
            for resource in (
                'network',
                'subnet',
                'port',
                'trunk',
                'security_group',
                'security_group_rule',
            )
        },
        'ml2': {
            'type_drivers': 'flat,vlan,vxlan',
            'tenant_network_types': 'vxlan',
            'mechanism_drivers': _MECHANISM_DRIVERS,
            'extension_drivers': 'port_security',
        },
        'ml2_type_flat': {'flat_networks': PHYSICAL_NETWORK},
        'ml2_type_vlan': {
            'network_vlan_ranges': f'{PHYSICAL_NETWORK}:100:2000'
        },
        'ml2_type_vxlan': {'vni_ranges': '1:10000'},
        'securitygroup': {'firewall_driver': 'noop'},
    }


def files(
    lab: paths.Lab, secrets: credentials.Credentials
) -> dict[pathlib.Path, str]:
    """Write neutron.conf, with ML2's options in it."""
    return {_file(lab): ini.render(_configuration(lab, secrets))}


def _file(lab: paths.Lab) -> pathlib.Path:
    return lab.etc / 'neutron' / 'neutron.conf'


def all_programs(lab: paths.Lab) -> tuple[programs.Program, ...]:
    """Describe the API and the server that the agents talk to."""
    return (
        common.wsgi(
            lab,
            PROGRAM,
            ('neutron.wsgi.api', paths.Port.NEUTRON),
            environment={
                'OS_NEUTRON_CONFIG_DIR': str(lab.etc / 'neutron'),
                'OS_NEUTRON_CONFIG_FILES': 'neutron.conf',
            },
        ),
        programs.Program(
            name=RPC_SERVER,
            command=(
                str(lab.program('neutron-rpc-server')),
                '--config-file',
                str(_file(lab)),
            ),
            queue='q-plugin',
        ),
    )


def manage(lab: paths.Lab, *arguments: str) -> tuple[str, ...]:
    """Return the command line of neutron-db-manage."""
    return (
        str(lab.program('neutron-db-manage')),
        '--config-file',
        str(_file(lab)),
        *arguments,
    )
