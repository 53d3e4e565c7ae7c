# SPDX-License-Identifier: Apache-2.0
"""Nova: all but the hypervisors, which the user makes.

It also writes the nova.conf that a hypervisor of this cloud needs.
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

API = 'nova-api'
CONDUCTOR = 'nova-conductor'
SCHEDULER = 'nova-scheduler'
COMPUTE = 'nova-compute-ironic'

#: The host name of the nova-compute that owns the bare-metal servers.
IRONIC_HOST = 'ironic'

_FILTERS = (
    'ComputeFilter',
    'ComputeCapabilitiesFilter',
    'ImagePropertiesFilter',
    'ServerGroupAntiAffinityFilter',
    'ServerGroupAffinityFilter',
    'PciPassthroughFilter',
)


def _shared(
    lab: paths.Lab, secrets: credentials.Credentials
) -> dict[str, ini.Options]:
    """Return what every process of Nova needs, wherever it runs."""
    return {
        'DEFAULT': {
            'transport_url': rabbitmq.url(lab, secrets),
            'my_ip': paths.HOST,
            'report_interval': common.REPORT_INTERVAL,
            'service_down_time': common.SERVICE_DOWN_TIME,
            'update_resources_interval': 10,
            # Else every periodic task begins up to a minute late.
            'periodic_fuzzy_delay': 0,
            'reserved_host_memory_mb': 0,
            # Comes with Ironic; the usual one is a distribution package.
            'mkisofs_cmd': str(lab.program('pycdlib-genisoimage')),
        },
        'placement': common.auth(lab, secrets, 'placement'),
        'neutron': common.auth(lab, secrets, 'neutron'),
        'glance': common.auth(lab, secrets, 'glance'),
        'service_user': common.auth(lab, secrets, 'nova')
        | {'send_service_user_token': True},
        'vnc': {'enabled': False},
        'spice': {'enabled': False},
        'oslo_messaging_notifications': {'driver': 'noop'},
    }


def _controller(
    lab: paths.Lab, secrets: credentials.Credentials
) -> ini.Sections:
    state = lab.state / 'nova'
    sections = _shared(lab, secrets)
    return sections | {
        'DEFAULT': dict(sections['DEFAULT'])
        | {
            'use_stderr': True,
            'host': 'lab',
            'state_path': str(state),
        },
        'neutron': dict(sections['neutron'])
        | {
            'service_metadata_proxy': True,
            'metadata_proxy_shared_secret': secrets.metadata,
        },
        'api_database': mariadb.options(lab, 'nova_api'),
        'database': mariadb.options(lab, 'nova'),
        'keystone_authtoken': common.authtoken(lab, secrets, 'nova'),
        'conductor': {'workers': 1},
        'scheduler': {'workers': 1, 'discover_hosts_in_cells_interval': 2},
        'filter_scheduler': {
            'enabled_filters': ','.join(_FILTERS),
            # Nodes are all alike: servers made at once need not all want
            # the first one.
            'shuffle_best_same_weighed_hosts': True,
        },
        'quota': {'driver': 'nova.quota.NoopQuotaDriver'},
        'oslo_concurrency': {'lock_path': f'{state}/locks'},
    }


def _ironic_compute(
    lab: paths.Lab, secrets: credentials.Credentials
) -> ini.Sections:
    state = lab.state / COMPUTE
    sections = _shared(lab, secrets)
    return sections | {
        'DEFAULT': dict(sections['DEFAULT'])
        | {
            'use_stderr': True,
            'host': IRONIC_HOST,
            'state_path': str(state),
            'compute_driver': 'ironic.IronicDriver',
        },
        'ironic': common.auth(lab, secrets, 'ironic')
        | {'api_retry_interval': 1},
        'oslo_concurrency': {'lock_path': f'{state}/locks'},
    }


def hypervisor(
    lab: paths.Lab, secrets: credentials.Credentials
) -> ini.Sections:
    """Return the options that a hypervisor needs, all but its name."""
    sections = _shared(lab, secrets)
    return sections | {
        'DEFAULT': dict(sections['DEFAULT'])
        | {
            'use_stderr': True,
            'compute_driver': 'hvctl_lab.Driver',
        },
    }


def files(
    lab: paths.Lab, secrets: credentials.Credentials
) -> dict[pathlib.Path, str]:
    """Write the two nova.conf of the services and the hypervisors' one."""
    return {
        _file(lab): ini.render(_controller(lab, secrets)),
        _compute_file(lab): ini.render(_ironic_compute(lab, secrets)),
        lab.hypervisor_nova_conf: ini.render(hypervisor(lab, secrets)),
    }


def _file(lab: paths.Lab) -> pathlib.Path:
    return lab.etc / 'nova' / 'nova.conf'


def _compute_file(lab: paths.Lab) -> pathlib.Path:
    return lab.etc / COMPUTE / 'nova.conf'


def all_programs(lab: paths.Lab) -> tuple[programs.Program, ...]:
    """Describe the APIs, conductor, scheduler and the one nova-compute."""
    return (
        common.wsgi(
            lab,
            API,
            ('nova.wsgi.osapi_compute', paths.Port.NOVA),
            ('nova.wsgi.metadata', paths.Port.NOVA_METADATA),
            environment={
                'OS_NOVA_CONFIG_DIR': str(lab.etc / 'nova'),
                # The first one must be the paste file.
                'OS_NOVA_CONFIG_FILES': (
                    f'{lab.prefix}/etc/nova/api-paste.ini;nova.conf'
                ),
            },
        ),
        *(
            programs.Program(
                name=name,
                command=(
                    str(lab.program(program)),
                    '--config-file',
                    str(file),
                ),
                queue=queue,
            )
            for name, program, file, queue in (
                (CONDUCTOR, CONDUCTOR, _file(lab), 'conductor'),
                (SCHEDULER, SCHEDULER, _file(lab), 'scheduler'),
                (
                    COMPUTE,
                    'nova-compute',
                    _compute_file(lab),
                    f'compute.{IRONIC_HOST}',
                ),
            )
        ),
    )


def manage(lab: paths.Lab, *arguments: str) -> tuple[str, ...]:
    """Return the command line of nova-manage."""
    return (
        str(lab.program('nova-manage')),
        '--config-file',
        str(_file(lab)),
        *arguments,
    )
