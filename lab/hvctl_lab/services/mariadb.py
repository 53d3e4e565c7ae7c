# SPDX-License-Identifier: Apache-2.0
"""MariaDB: one private server on a unix socket, for root only.

It authenticates by the user at the other end of the socket, without a
password.
"""

from __future__ import annotations

import pathlib

from hvctl_lab import paths
from hvctl_lab import programs

PROGRAM = 'mariadb'

DATABASES = (
    'keystone',
    'glance',
    'placement',
    'neutron',
    'nova_api',
    'nova_cell0',
    'nova',
    'ironic',
)


def data(lab: paths.Lab) -> pathlib.Path:
    """Return the directory of the data."""
    return lab.state / 'mariadb'


def url(lab: paths.Lab, database: str) -> str:
    """Return the address of a database as SQLAlchemy wants it."""
    return (
        f'mysql+pymysql://root@localhost/{database}'
        f'?unix_socket={lab.database_socket}&charset=utf8mb3'
    )


def options(lab: paths.Lab, database: str) -> dict[str, str | int]:
    """Return the oslo.db section of a service."""
    return {
        'connection': url(lab, database),
        'max_pool_size': 8,
        'max_overflow': 20,
    }


def program(lab: paths.Lab) -> programs.Program:
    """Describe the server.

    The data need not survive a power cut, so it does not wait for the disk.
    """
    return programs.Program(
        name=PROGRAM,
        command=(
            '/usr/sbin/mariadbd',
            '--no-defaults',
            '--user=root',
            f'--datadir={data(lab)}',
            f'--socket={lab.database_socket}',
            f'--pid-file={lab.run / "mariadb.pid"}',
            '--skip-networking',
            '--skip-log-bin',
            '--skip-name-resolve',
            '--performance-schema=OFF',
            '--character-set-server=utf8mb3',
            '--max-connections=800',
            '--innodb-buffer-pool-size=256M',
            '--innodb-log-file-size=16M',
            '--innodb-flush-log-at-trx-commit=0',
            '--innodb-flush-method=nosync',
            '--innodb-doublewrite=0',
        ),
    )
