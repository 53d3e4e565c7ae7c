# SPDX-License-Identifier: Apache-2.0
"""The program that is one bare-metal node while it is switched on.

It boots what is on the node's disk with systemd-nspawn, and becomes the
process that holds the machine; killing that process is pulling the plug.
"""

from __future__ import annotations

import ctypes
import os
import pathlib
import signal
import subprocess
import sys

import hvctl_lab
from hvctl_lab import errors
from hvctl_lab import paths
from hvctl_lab.metal import cgroup
from hvctl_lab.metal import disk
from hvctl_lab.metal import image

_CLONE_NEWNS = 0x00020000

#: Modules that the programs of a distribution's packages are replaced by.
PROGRAMS = {
    'nova-compute': 'hvctl_lab.host.compute',
    'neutron-openvswitch-agent': 'hvctl_lab.host.agent openvswitch',
    'neutron-sriov-nic-agent': 'hvctl_lab.host.agent sriov-nic',
}

_PROGRAM = """#!/bin/sh
exec {python} -m {command} "$@"
"""


def main() -> None:
    """Run the node that the command line names."""
    lab = paths.Lab.from_environment()
    name = sys.argv[1]
    if not disk.bootable(lab, name):
        print(f'{name}: no bootable disk', flush=True)
        _idle()
    if image.missing(lab):
        sys.exit(f'{name}: the node image is not there: run hvctl-lab up')
    try:
        cgroup.enter(lab, name)
        _leave_mount_namespace()
        root = disk.mount(lab, name, image.path(lab))
    except (OSError, errors.LabError) as error:
        sys.exit(f'{name}: {error}')
    _install_programs(lab, root)
    command = nspawn(lab, name, root)
    os.execvp(command[0], command)


def nspawn(lab: paths.Lab, name: str, root: pathlib.Path) -> list[str]:
    """Return the command that boots a root directory.

    :param lab: the embedded cloud
    :param name: the node's name
    :param root: the machine's root directory
    :returns: the command, to be run in the machine's own control group
    """
    return [
        # systemd-nspawn leaves its machine running when it is killed.  As
        # the first process of a process namespace it takes all with it.
        *('unshare', '--pid', '--fork', '--kill-child', '--mount-proc'),
        *('--propagation', 'slave'),
        'systemd-nspawn',
        f'--directory={root}',
        f'--machine=hvctl-lab-{lab.port_base}-{name}',
        f'--hostname={name}',
        '--boot',
        '--quiet',
        '--register=no',
        '--keep-unit',
        '--console=read-only',
        '--link-journal=no',
        '--resolv-conf=off',
        '--timezone=off',
        *(f'--bind-ro={directory}' for directory in shared(lab)),
    ]


def shared(lab: paths.Lab) -> list[pathlib.Path]:
    """List the host's directories that the services' code lies in.

    :param lab: the embedded cloud
    :returns: what a machine sees, read-only and at the same paths
    """
    directories = [lab.prefix]
    source = pathlib.Path(hvctl_lab.__file__).parent
    if not source.is_relative_to(lab.prefix):
        directories.append(source)
    # A Python that is not the distribution's is not in the image.
    base = pathlib.Path(sys.base_prefix)
    if base != pathlib.Path('/usr'):
        directories.append(base)
    return directories


def _install_programs(lab: paths.Lab, root: pathlib.Path) -> None:
    for program, command in PROGRAMS.items():
        file = root / 'usr/bin' / program
        file.write_text(_PROGRAM.format(python=lab.python, command=command))
        file.chmod(0o755)


def _leave_mount_namespace() -> None:
    """Have the kernel unmount what is mounted from now on at the end."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    # Not private: what is unmounted outside must be unmounted here as well,
    # else the disks could never be removed.
    subprocess.run(['mount', '--make-rslave', '/'], check=True)


def _idle() -> None:
    """Stay switched on, doing nothing, until the plug is pulled."""
    while True:
        signal.pause()


if __name__ == '__main__':
    main()
