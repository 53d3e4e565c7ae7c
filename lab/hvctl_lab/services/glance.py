# SPDX-License-Identifier: Apache-2.0
"""Glance: images."""

from __future__ import annotations

import pathlib

from hvctl_lab import credentials
from hvctl_lab import ini
from hvctl_lab import paths
from hvctl_lab import programs
from hvctl_lab.services import common
from hvctl_lab.services import mariadb

PROGRAM = 'glance'


def _configuration(
    lab: paths.Lab, secrets: credentials.Credentials
) -> ini.Sections:
    state = lab.state / 'glance'
    return {
        'DEFAULT': {
            'use_stderr': True,
            'enabled_backends': 'local:file',
            'node_staging_uri': f'file://{state}/staging',
        },
        'glance_store': {'default_backend': 'local'},
        'local': {'filesystem_store_datadir': f'{state}/images'},
        'os_glance_staging_store': {
            'filesystem_store_datadir': f'{state}/staging'
        },
        'os_glance_tasks_store': {
            'filesystem_store_datadir': f'{state}/tasks'
        },
        'image_cache': {'image_cache_dir': f'{state}/cache'},
        'database': mariadb.options(lab, 'glance'),
        'keystone_authtoken': common.authtoken(lab, secrets, PROGRAM),
        'paste_deploy': {
            'flavor': 'keystone',
            'config_file': str(
                lab.prefix / 'etc' / 'glance' / 'glance-api-paste.ini'
            ),
        },
        'oslo_concurrency': {'lock_path': f'{state}/locks'},
    }


def files(
    lab: paths.Lab, secrets: credentials.Credentials
) -> dict[pathlib.Path, str]:
    """Write glance-api.conf."""
    return {
        lab.etc / 'glance' / 'glance-api.conf': ini.render(
            _configuration(lab, secrets)
        )
    }


def all_programs(lab: paths.Lab) -> tuple[programs.Program, ...]:
    """Describe the API."""
    return (
        common.wsgi(
            lab,
            PROGRAM,
            ('glance.wsgi.api', paths.Port.GLANCE),
            environment={'OS_GLANCE_CONFIG_DIR': str(lab.etc / 'glance')},
        ),
    )


def manage(lab: paths.Lab, *arguments: str) -> tuple[str, ...]:
    """Return the command line of glance-manage."""
    return (
        str(lab.program('glance-manage')),
        '--config-file',
        str(lab.etc / 'glance' / 'glance-api.conf'),
        *arguments,
    )
