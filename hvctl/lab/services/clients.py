# SPDX-License-Identifier: Apache-2.0

"""The clients' side: clouds.yaml and the variables that lead to it."""

import json
import pathlib

from hvctl.lab import credentials
from hvctl.lab import paths
from hvctl.lab.services import common

ADMIN_CLOUD = 'lab'
DEMO_CLOUD = 'lab-demo'
SYSTEM_CLOUD = 'lab-system'


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
    """Write clouds.yaml: administrator, tenant, and the whole system."""
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


def environment(lab: paths.Lab) -> dict[str, str]:
    """Give the variables that reach the cloud from a shell."""
    return {
        'OS_CLIENT_CONFIG_FILE': str(lab.clouds_yaml),
        'OS_CLOUD': ADMIN_CLOUD,
        'HVCTL_PROFILES_FILE': str(lab.profiles),
        'HVCTL_LAB_NOVA_CONF': str(lab.hypervisor_nova_conf),
    }
