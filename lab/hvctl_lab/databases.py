# SPDX-License-Identifier: Apache-2.0
"""Makes a lab's databases: a copy of a directory with all schemas in it.

That template is made once per set of package versions and kept in the cache.
It holds no secret and no path: Nova's cell mappings are templates themselves,
which Nova fills from its configuration.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import pathlib
import shutil
import subprocess

import pymysql

from hvctl_lab import cache
from hvctl_lab import credentials
from hvctl_lab import errors
from hvctl_lab import execution
from hvctl_lab import paths
from hvctl_lab import releases
from hvctl_lab import waiting
from hvctl_lab.services import glance
from hvctl_lab.services import ironic
from hvctl_lab.services import keystone
from hvctl_lab.services import mariadb
from hvctl_lab.services import neutron
from hvctl_lab.services import nova
from hvctl_lab.services import placement

#: Raise it when the code below makes another template.
_TEMPLATE_VERSION = '1'

_PACKAGES = (
    'keystone',
    'glance',
    'openstack-placement',
    'neutron',
    'nova',
    'ironic',
)

_SYNCS_AT_ONCE = 4

_CELL_TRANSPORT = '{scheme}://{username}:{password}@{hostname}:{port}/{path}'
_CELL_DATABASE = '{scheme}://{username}@{hostname}/%s?{query}'


def template(lab: paths.Lab) -> pathlib.Path:
    """Return where the template for these versions of the packages is kept.

    :param lab: the lab
    :returns: the directory, which need not exist
    """
    facts = [_TEMPLATE_VERSION, execution.run(lab, ['mariadbd', '--version'])]
    facts += [releases.version(lab, package) for package in _PACKAGES]
    digest = hashlib.sha256('\n'.join(facts).encode()).hexdigest()
    return lab.cache / f'databases-{digest[:12]}'


def exist(lab: paths.Lab) -> bool:
    """Return whether the lab has its databases."""
    return mariadb.data(lab).exists()


def check(lab: paths.Lab) -> None:
    """Insist that the installed packages made the lab's databases, if any.

    :param lab: the lab
    :raises LabError: when other versions have made them: nothing here
        upgrades what is in a schema
    """
    if not exist(lab):
        return
    note = _note(lab)
    if not note.exists() or note.read_text() != template(lab).name:
        raise errors.LabError(
            f'the data in {lab.directory} are from other versions of the '
            'services than are installed now; run: hvctl-lab destroy'
        )


def make(lab: paths.Lab) -> None:
    """Copy the template to the databases of the lab.

    :param lab: the lab, its databases missing and MariaDB not running
    """
    copy = lab.state / 'mariadb.new'
    shutil.rmtree(copy, ignore_errors=True)
    source = template(lab)
    shutil.copytree(source, copy)
    credentials.write_private(_note(lab), source.name)
    copy.rename(mariadb.data(lab))


def make_template(lab: paths.Lab) -> None:
    """Make the template: start a MariaDB and make every schema in it.

    :param lab: the lab, its services configured and MariaDB not running
    :raises LabError: when a program fails
    """

    def build(directory: pathlib.Path) -> None:
        directory.mkdir(mode=0o700)
        _install(lab, directory)
        _fill(lab, directory)

    cache.build_once(template(lab), 'databases', build)


def answer(lab: paths.Lab) -> bool:
    """Return whether MariaDB takes queries."""
    try:
        execute(lab, ['SELECT 1'])
    except pymysql.err.OperationalError:
        return False
    return True


def _note(lab: paths.Lab) -> pathlib.Path:
    """Return the file with the name of the template that was copied."""
    return lab.state / 'databases'


def _install(lab: paths.Lab, directory: pathlib.Path) -> None:
    execution.run(
        lab,
        [
            'mariadb-install-db',
            '--no-defaults',
            '--user=root',
            f'--datadir={directory}',
            '--auth-root-authentication-method=socket',
            '--auth-root-socket-user=root',
            '--skip-test-db',
            '--skip-name-resolve',
            '--innodb-log-file-size=16M',
        ],
    )


def _fill(lab: paths.Lab, directory: pathlib.Path) -> None:
    program = mariadb.program(lab)
    with open(lab.log('mariadb-template'), 'wb') as log:
        server = subprocess.Popen(
            [*program.command, f'--datadir={directory}'],
            env=execution.environment(lab),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        waiting.until(
            lambda: server.poll() is not None or answer(lab),
            timeout=30,
            what='MariaDB',
        )
        if server.poll() is not None:
            raise errors.LabError(
                f'MariaDB does not start, see {lab.log("mariadb-template")}'
            )
        execute(
            lab,
            [
                f'CREATE DATABASE {name} CHARACTER SET utf8mb3'
                for name in mariadb.DATABASES
            ],
        )
        _synchronise(lab)
    finally:
        server.terminate()
        server.wait()


def _synchronise(lab: paths.Lab) -> None:
    chains = (
        (neutron.manage(lab, 'upgrade', 'heads'),),
        (
            nova.manage(lab, 'api_db', 'sync'),
            nova.manage(
                lab,
                'cell_v2',
                'map_cell0',
                '--database_connection',
                _CELL_DATABASE % 'nova_cell0',
            ),
            nova.manage(
                lab,
                'cell_v2',
                'create_cell',
                '--name',
                'cell1',
                '--transport-url',
                _CELL_TRANSPORT,
                '--database_connection',
                _CELL_DATABASE % 'nova',
            ),
            nova.manage(lab, 'db', 'sync'),
        ),
        (glance.manage(lab, 'db_sync'),),
        (keystone.manage(lab, 'db_sync'),),
        (ironic.manage(lab, 'create_schema'),),
        (placement.manage(lab, 'db', 'sync'),),
    )

    def follow(chain: tuple[tuple[str, ...], ...]) -> None:
        for command in chain:
            execution.run(lab, command)

    with concurrent.futures.ThreadPoolExecutor(_SYNCS_AT_ONCE) as pool:
        for done in [pool.submit(follow, chain) for chain in chains]:
            done.result()


def execute(lab: paths.Lab, statements: list[str]) -> None:
    """Run SQL statements, one after the other.

    :param lab: the lab, its MariaDB running
    :param statements: they name the database of each table
    """
    connection = pymysql.connect(
        unix_socket=str(lab.database_socket), user='root', connect_timeout=5
    )
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
