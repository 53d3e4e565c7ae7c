# SPDX-License-Identifier: Apache-2.0
"""The clients' clouds.yaml and the variables that name it."""

from __future__ import annotations

import json
import pathlib
import sys

from hvctl_lab import credentials
from hvctl_lab import paths
from hvctl_lab.services import common

ADMIN_CLOUD = 'lab'
DEMO_CLOUD = 'lab-demo'
SYSTEM_CLOUD = 'lab-system'
COMPUTE_CLOUD = 'lab-compute'

#: The clients' programs: those of hvctl-lab's own virtualenv, whatever the
#: release of the services.
PROGRAMS = pathlib.Path(sys.prefix) / 'bin'

COMPUTE_PROJECT = 'compute'
COMPUTE_USER = 'compute-admin'


def _cloud(lab: paths.Lab, auth: dict[str, object]) -> dict[str, object]:
    return {
        'auth': {
            'auth_url': f'{lab.url(paths.Port.KEYSTONE)}/v3',
            'user_domain_id': 'default',
        }
        | auth,
        'region_name': common.REGION,
        'interface': 'public',
        'identity_api_version': 3,
    }


def files(
    lab: paths.Lab, secrets: credentials.Credentials
) -> dict[pathlib.Path, str]:
    """Write clouds.yaml.

    The administrator, a tenant, the whole system, and the same cloud as one
    that has hypervisors and no bare metal.
    """
    clouds = {
        ADMIN_CLOUD: _cloud(
            lab,
            {
                'username': 'admin',
                'password': secrets.admin,
                'project_name': 'admin',
                'project_domain_id': 'default',
            },
        ),
        DEMO_CLOUD: _cloud(
            lab,
            {
                'username': 'demo',
                'password': secrets.demo,
                'project_name': 'demo',
                'project_domain_id': 'default',
            },
        ),
        COMPUTE_CLOUD: {
            **_cloud(
                lab,
                {
                    'username': COMPUTE_USER,
                    'password': secrets.compute,
                    'project_name': COMPUTE_PROJECT,
                    'project_domain_id': 'default',
                },
            ),
            # A cloud of its own would have no bare metal.
            'baremetal_endpoint_override': 'http://127.0.0.1:1',
        },
        SYSTEM_CLOUD: _cloud(
            lab,
            {
                'username': 'admin',
                'password': secrets.admin,
                'system_scope': 'all',
            },
        ),
    }
    # JSON is YAML.
    return {lab.clouds_yaml: json.dumps({'clouds': clouds}, indent=2) + '\n'}


def needed(lab: paths.Lab) -> tuple[pathlib.Path, ...]:
    """List the files that a client reads; their names differ."""
    return (
        lab.clouds_yaml,
        lab.profiles,
        lab.profiles_secrets,
        lab.hypervisor_nova_conf,
    )


def environment(
    lab: paths.Lab, copies: pathlib.Path | None = None
) -> dict[str, str]:
    """Return the variables that reach the cloud from a shell.

    :param lab: the lab
    :param copies: where copies of the files are that are to be used instead
    :returns: the variables
    """

    def path(file: pathlib.Path) -> str:
        return str(copies / file.name if copies else file)

    return {
        'OS_CLIENT_CONFIG_FILE': path(lab.clouds_yaml),
        'OS_CLOUD': ADMIN_CLOUD,
        'HVCTL_PROFILES_FILE': path(lab.profiles),
        'HVCTL_LAB_NOVA_CONF': path(lab.hypervisor_nova_conf),
    }
