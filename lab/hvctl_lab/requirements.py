# SPDX-License-Identifier: Apache-2.0
"""Checks what a lab needs of its machine, before anything is started.

Each finding is one line with the command that mends it.
"""

from __future__ import annotations

from collections.abc import Iterator
import os
import pathlib
import shlex
import shutil
import socket
import sys

from hvctl_lab import errors
from hvctl_lab import paths
from hvctl_lab import releases
from hvctl_lab.metal import machine

#: A program and the distribution package that brings it, in Debian and Ubuntu.
PROGRAMS = {
    '/usr/sbin/mariadbd': 'mariadb-server-core',
    '/usr/bin/mariadb-install-db': 'mariadb-server-core',
    '/usr/bin/my_print_defaults': 'mariadb-client-core',
    '/usr/bin/epmd': 'erlang-base',
    '/usr/lib/rabbitmq/bin/rabbitmq-server': 'rabbitmq-server',
    '/usr/bin/systemd-nspawn': 'systemd-container',
    '/usr/bin/mmdebstrap': 'mmdebstrap',
    '/bin/ip': 'iproute2',
}

#: What guests' adapters are made with.
_TUN = pathlib.Path('/dev/net/tun')

#: The GiB that a lab and its cache need.
_DISK = 4
_GIB = 1024**3

#: The longest path of a unix socket, less the longest name in the lab.
_LONGEST_DIRECTORY = 107 - len('/supervisor.sock.12345')


def check(lab: paths.Lab) -> None:
    """Look for everything that a lab needs of its machine.

    :param lab: the lab, not running
    :raises LabError: with everything that is missing, a line each
    """
    findings = find(lab)
    if findings:
        raise errors.LabError('\n'.join(findings))


def check_root() -> None:
    """Insist on being root.

    :raises LabError: with the command that is run as root
    """
    if os.geteuid() == 0:
        return
    kept = ','.join(
        name
        for name in (
            paths.DIRECTORY_VARIABLE,
            paths.CACHE_VARIABLE,
            paths.PORT_BASE_VARIABLE,
        )
        if name in os.environ
    )
    command = [
        'sudo',
        *([f'--preserve-env={kept}'] if kept else []),
        str(pathlib.Path(sys.argv[0]).absolute()),
        *sys.argv[1:],
    ]
    raise errors.LabError(
        f'only root can boot machines; run: {shlex.join(command)}'
    )


def find(lab: paths.Lab) -> list[str]:
    """List what is missing.

    :param lab: the lab, not running
    :returns: a line for each, none when all is well
    """
    return [
        *_packages(),
        *_code(lab),
        *_directory(lab),
        *_disk(lab.directory),
        *_disk(lab.cache),
        *_ports(lab),
    ]


def check_real(release: str) -> None:
    """Look for what machines need whose guests are real.

    :param release: of the services
    :raises LabError: with everything that is missing, a line each
    """
    findings = list(_for_real(release))
    if findings:
        raise errors.LabError('\n'.join(findings))


def _for_real(release: str) -> Iterator[str]:
    if release != releases.LATEST:
        yield (
            f'real hypervisors are not tried with {release}; run: hvctl-lab '
            f'destroy; hvctl-lab up --release {releases.LATEST} --real'
        )
    if not _TUN.exists():
        yield f'guests cannot have adapters; run: {_sudo()}modprobe tun'
    if pathlib.Path(sys.base_prefix) != pathlib.Path('/usr'):
        # libvirt's binding is made for that one only.
        yield (
            "real hypervisors need a virtualenv of the distribution's "
            'Python; run: make BASE_PYTHON=/usr/bin/python3'
        )


def _sudo() -> str:
    """Return the prefix of a command that must run as root."""
    return 'sudo ' if 'SUDO_UID' in os.environ else ''


def _packages() -> list[str]:
    missing = {
        package
        for program, package in PROGRAMS.items()
        if not os.access(program, os.X_OK)
    }
    if not missing:
        return []
    return [
        f'distribution packages are missing; run: {_sudo()}'
        'apt-get install --no-install-recommends ' + ' '.join(sorted(missing))
    ]


def _code(lab: paths.Lab) -> list[str]:
    """Check that the machines' users can read the code they run.

    What was installed under a strict umask is closed to them.
    """
    hidden = [
        shlex.quote(str(directory))
        for directory in machine.shared(lab)
        if not _is_open(directory)
    ]
    if not hidden:
        return []
    return [
        'the machines run code that only its owner can read; run: '
        f'{_sudo()}chmod --recursive go+rX {" ".join(hidden)}'
    ]


def _is_open(directory: pathlib.Path) -> bool:
    """Return whether everybody can look into a directory and all below it."""
    for path, inner, _ in os.walk(directory):
        # Byte code that cannot be read only costs time.
        inner[:] = [name for name in inner if name != '__pycache__']
        if os.stat(path).st_mode & 0o005 != 0o005:
            return False
    return True


def _directory(lab: paths.Lab) -> list[str]:
    if len(str(lab.directory)) <= _LONGEST_DIRECTORY:
        return []
    return [
        f'{lab.directory} is too long a name for the sockets in it; run: '
        f'export {paths.DIRECTORY_VARIABLE}={paths.DEFAULT_DIRECTORY}-2'
    ]


def _disk(directory: pathlib.Path) -> list[str]:
    existing = directory
    while not existing.exists():
        existing = existing.parent
    free = shutil.disk_usage(existing).free / _GIB
    if free >= _DISK:
        return []
    return [
        f'{existing} has {free:.1f} GiB free and the lab needs {_DISK}; make '
        f'room, or run: export {paths.DIRECTORY_VARIABLE}=<directory> '
        f'{paths.CACHE_VARIABLE}=<directory>'
    ]


def _ports(lab: paths.Lab) -> list[str]:
    taken = [port for port in paths.Port if not is_free(lab.port(port))]
    if not taken:
        return []
    listed = ', '.join(
        f'{lab.port(port)} ({port.name.lower()})' for port in taken
    )
    return [
        f'ports are in use: {listed}; run: '
        f'export {paths.PORT_BASE_VARIABLE}={_free_block(lab.port_base)}'
    ]


def _free_block(base: int) -> int:
    while base + 1000 < 65000:
        base += 1000
        if all(is_free(base + port) for port in paths.Port):
            break
    return base


def is_free(port: int) -> bool:
    """Return whether nobody listens on a loopback port."""
    with socket.socket() as probe:
        # As the programs do: a port in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((paths.HOST, port))
        except OSError:
            return False
    return True
