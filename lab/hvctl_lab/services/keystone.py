# SPDX-License-Identifier: Apache-2.0
"""Keystone: identity."""

from __future__ import annotations

import dataclasses
import pathlib

from hvctl_lab import credentials
from hvctl_lab import ini
from hvctl_lab import paths
from hvctl_lab import programs
from hvctl_lab.services import common
from hvctl_lab.services import mariadb

PROGRAM = 'keystone'


def _configuration(lab: paths.Lab) -> ini.Sections:
    keys = lab.etc / 'keystone'
    return {
        'DEFAULT': {
            'public_endpoint': lab.url(paths.Port.KEYSTONE),
            'use_stderr': True,
        },
        'database': mariadb.options(lab, 'keystone'),
        # One process serves all, so its memory is cache enough.
        'cache': {'enabled': True, 'backend': 'oslo_cache.dict'},
        'token': {'provider': 'fernet', 'expiration': 24 * 3600},
        'fernet_tokens': {'key_repository': str(keys / 'fernet')},
        'fernet_receipts': {'key_repository': str(keys / 'fernet')},
        'credential': {'key_repository': str(keys / 'credential')},
        # The passwords are random: slow hashes protect nothing here.
        'identity': {'password_hash_rounds': 4},
        'oslo_policy': {'enforce_scope': True},
    }


def files(
    lab: paths.Lab, secrets: credentials.Credentials
) -> dict[pathlib.Path, str]:
    """Write keystone.conf and the keys.

    Key 1 is the one in use, key 0 the next one, which Keystone insists on.
    """
    etc = lab.etc / 'keystone'
    written = {etc / 'keystone.conf': ini.render(_configuration(lab))}
    for index in '01':
        written[etc / 'fernet' / index] = secrets.fernet_key
        written[etc / 'credential' / index] = secrets.credential_key
    return written


def environment(lab: paths.Lab) -> dict[str, str]:
    """Return the variables that lead to keystone.conf."""
    return {'OS_KEYSTONE_CONFIG_DIR': str(lab.etc / 'keystone')}


def all_programs(lab: paths.Lab) -> tuple[programs.Program, ...]:
    """Describe the API, which has no front page."""
    api = common.wsgi(
        lab,
        PROGRAM,
        ('keystone.wsgi.api', paths.Port.KEYSTONE),
        environment=environment(lab),
    )
    return (dataclasses.replace(api, path='/v3'),)


def manage(lab: paths.Lab, *arguments: str) -> tuple[str, ...]:
    """Return the command line of keystone-manage."""
    return (
        str(lab.program('keystone-manage')),
        '--config-file',
        str(lab.etc / 'keystone' / 'keystone.conf'),
        *arguments,
    )
