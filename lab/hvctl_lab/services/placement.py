# SPDX-License-Identifier: Apache-2.0
"""Placement: inventories and allocations."""

from __future__ import annotations

import pathlib

from hvctl_lab import credentials
from hvctl_lab import ini
from hvctl_lab import paths
from hvctl_lab import programs
from hvctl_lab.services import common
from hvctl_lab.services import mariadb

PROGRAM = 'placement'


def files(
    lab: paths.Lab, secrets: credentials.Credentials
) -> dict[pathlib.Path, str]:
    """Write placement.conf."""
    return {
        lab.etc / 'placement' / 'placement.conf': ini.render(
            {
                'DEFAULT': {'use_stderr': True},
                'placement_database': mariadb.options(lab, 'placement'),
                'keystone_authtoken': common.authtoken(lab, secrets, PROGRAM),
            }
        )
    }


def all_programs(lab: paths.Lab) -> tuple[programs.Program, ...]:
    """Describe the API, which answers one request at a time.

    Placement 16 gives the last of a resource to two servers whose requests
    meet.  The one that comes second tries again in the transaction it has,
    where the allocation of its first try still counts as used before, and
    so "makes the situation no worse" (``objects/allocation.py``:
    ``replace_all`` and ``_check_capacity_exceeded``).  Both servers then get
    the same node, and one of them fails.
    """
    return (
        common.wsgi(
            lab,
            PROGRAM,
            ('placement.wsgi.api', paths.Port.PLACEMENT),
            environment={
                'OS_PLACEMENT_CONFIG_DIR': str(lab.etc / 'placement')
            },
            threads=1,
        ),
    )


def manage(lab: paths.Lab, *arguments: str) -> tuple[str, ...]:
    """Return the command line of placement-manage."""
    return (
        str(lab.program('placement-manage')),
        '--config-file',
        str(lab.etc / 'placement' / 'placement.conf'),
        *arguments,
    )
