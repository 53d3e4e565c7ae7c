# SPDX-License-Identifier: Apache-2.0
"""Names the directories, files and ports of one embedded cloud.

Two clouds fit on one machine when each has its own directory and its own
block of ports, see :meth:`Lab.from_environment`.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import enum
import os
import pathlib
import sys

DIRECTORY_VARIABLE = 'HVCTL_LAB_DIR'
CACHE_VARIABLE = 'HVCTL_LAB_CACHE'
PORT_BASE_VARIABLE = 'HVCTL_LAB_PORT_BASE'

DEFAULT_DIRECTORY = '/var/lib/hvctl-lab'
DEFAULT_CACHE = '/var/cache/hvctl-lab'
DEFAULT_PORT_BASE = 17000

#: The image that boots a machine.  Its id is fixed, so that the deploy
#: interface can tell it from an image that boots nothing.
BOOTABLE_IMAGE_ID = '6b6d4f0e-6ce1-4c53-9a0c-3a5b8d3d2f12'
#: The image of a hypervisor whose guests are real.
REAL_IMAGE_ID = '2f0f8f55-3c0b-4f0e-8f6e-9a4a1c7e5d13'

HOST = '127.0.0.1'

#: The most nodes a lab can have: a supervised program waits for each.
MAX_NODES = 32


class Port(enum.IntEnum):
    """The listening ports, as offsets from the first one of the block."""

    KEYSTONE = 0
    PLACEMENT = 1
    GLANCE = 2
    NEUTRON = 3
    NOVA = 4
    NOVA_METADATA = 5
    IRONIC = 6
    RABBITMQ = 7
    RABBITMQ_DISTRIBUTION = 8
    EPMD = 9


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """One embedded cloud on this machine."""

    directory: pathlib.Path
    cache: pathlib.Path
    port_base: int
    prefix: pathlib.Path

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] = os.environ
    ) -> Lab:
        """Find the cloud that the environment variables name.

        :param environment: the variables, by default the process's own
        :returns: the lab, with absolute paths
        :raises ValueError: when HVCTL_LAB_PORT_BASE is not a usable port
        """
        base = environment.get(PORT_BASE_VARIABLE, str(DEFAULT_PORT_BASE))
        if not base.isdigit() or not 1024 <= int(base) <= 65535 - len(Port):
            raise ValueError(
                f'{PORT_BASE_VARIABLE}={base} is not the first port of a '
                'free block above 1023'
            )
        return cls(
            directory=pathlib.Path(
                environment.get(DIRECTORY_VARIABLE, DEFAULT_DIRECTORY)
            ).absolute(),
            cache=pathlib.Path(
                environment.get(CACHE_VARIABLE, DEFAULT_CACHE)
            ).absolute(),
            port_base=int(base),
            prefix=pathlib.Path(sys.prefix),
        )

    def environment(self) -> dict[str, str]:
        """Return the variables that name this lab to another process.

        :returns: what :meth:`from_environment` reads
        """
        return {
            DIRECTORY_VARIABLE: str(self.directory),
            CACHE_VARIABLE: str(self.cache),
            PORT_BASE_VARIABLE: str(self.port_base),
        }

    def port(self, port: Port) -> int:
        """Return the number of a listening port."""
        return self.port_base + port

    def url(self, port: Port) -> str:
        """Return the address of an API, without a trailing slash."""
        return f'http://{HOST}:{self.port(port)}'

    def program(self, name: str) -> pathlib.Path:
        """Return the path of a program of the virtualenv."""
        return self.prefix / 'bin' / name

    @property
    def switch(self) -> str:
        """The network namespace that the real machines' wires end in."""
        return f'hvctl-lab-{self.port_base}'

    def node(self, name: str) -> pathlib.Path:
        """Return the directory of one bare-metal node."""
        return self.nodes / name

    def log(self, program: str) -> pathlib.Path:
        """Return the log file of one supervised program."""
        return self.logs / f'{program}.log'

    @property
    def python(self) -> pathlib.Path:
        """The interpreter that runs every service."""
        return self.program('python')

    @property
    def lock(self) -> pathlib.Path:
        """What a call that changes the lab locks.

        It is beside the directory, which ``destroy`` removes while it holds
        the lock.
        """
        return self.directory.with_name(f'{self.directory.name}.lock')

    @property
    def etc(self) -> pathlib.Path:
        """The configuration of the services."""
        return self.directory / 'etc'

    @property
    def logs(self) -> pathlib.Path:
        """The services' log files."""
        return self.directory / 'logs'

    @property
    def run(self) -> pathlib.Path:
        """Sockets, lock files and the like."""
        return self.directory / 'run'

    @property
    def state(self) -> pathlib.Path:
        """The data of the services, one directory each."""
        return self.directory / 'state'

    @property
    def nodes(self) -> pathlib.Path:
        """The bare-metal nodes' disks and consoles."""
        return self.directory / 'nodes'

    @property
    def users(self) -> pathlib.Path:
        """Copies for the users who called sudo, a directory each."""
        return self.directory / 'users'

    @property
    def supervisor_socket(self) -> pathlib.Path:
        """Where supervisord answers XML-RPC."""
        return self.directory / 'supervisor.sock'

    @property
    def database_socket(self) -> pathlib.Path:
        """Where MariaDB answers; it has no TCP port."""
        return self.run / 'mariadb.sock'

    @property
    def clouds_yaml(self) -> pathlib.Path:
        """The clients' credentials."""
        return self.etc / 'clouds.yaml'

    @property
    def hypervisor_nova_conf(self) -> pathlib.Path:
        """The nova.conf fragment that a hypervisor of this cloud needs."""
        return self.etc / 'hypervisor' / 'nova.conf'

    @property
    def profiles(self) -> pathlib.Path:
        """The profiles for hypervisors of this cloud."""
        return self.etc / 'hvctl.yaml'

    @property
    def profiles_secrets(self) -> pathlib.Path:
        """The secrets that stand in the profiles."""
        return self.etc / 'hvctl-secure.yaml'
