# SPDX-License-Identifier: Apache-2.0
"""The program that is one bare-metal node while it is switched on.

It boots what is on the node's disk with systemd-nspawn, and becomes the
process that holds the machine; killing that process is pulling the plug.
"""

from __future__ import annotations

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
from hvctl_lab.metal import namespaces
from hvctl_lab.metal import network
from hvctl_lab.metal import variants

#: The network is the machine's, so its settings are as well.
_OWN_NETWORK = ('env', 'SYSTEMD_NSPAWN_API_VFS_WRITABLE=network')
#: What libvirt and Open vSwitch do, and Nova's helper as root insists on.
_FOR_GUESTS = (
    '--bind=/dev/net/tun',
    '--capability=CAP_NET_ADMIN,CAP_IPC_LOCK,CAP_SYS_RESOURCE',
)

_PROGRAM = """#!/bin/sh
exec {python} {command} "$@"
"""

#: Where the interpreter of the virtualenv finds libvirt's binding, and
#: nothing else of the distribution's Python packages.
_BINDINGS = 'usr/local/lib/hvctl-lab'
_PACKAGES = 'usr/lib/python3/dist-packages'
_REAL_PROGRAM = f"""#!/bin/sh
export PYTHONPATH=/{_BINDINGS}
exec {{command}} "$@"
"""


def main() -> None:
    """Run the node that the command line names."""
    lab = paths.Lab.from_environment()
    name = sys.argv[1]
    if not disk.bootable(lab, name):
        print(f'{name}: no bootable disk', flush=True)
        _idle()
    variant = disk.variant(lab, name)
    if image.missing(lab, variant):
        sys.exit(f'{name}: the node image is not there: run hvctl-lab up')
    try:
        cgroup.enter(lab, name)
        if variant.own_network:
            # Before: a namespace's name must be known outside.
            network.make_switch(lab)
        _leave_mount_namespace()
        root = disk.mount(lab, name, image.path(lab, variant))
        if variant.own_network:
            network.enter_own(lab, name)
    except (OSError, errors.LabError) as error:
        sys.exit(f'{name}: {error}')
    _install_programs(lab, variant, root)
    command = nspawn(lab, name, variant, root)
    os.execvp(command[0], command)


def nspawn(
    lab: paths.Lab, name: str, variant: variants.Variant, root: pathlib.Path
) -> list[str]:
    """Return the command that boots a root directory.

    :param lab: the embedded cloud
    :param name: the node's name
    :param variant: the image
    :param root: the machine's root directory
    :returns: the command, to be run in the machine's own control group
    """
    return [
        # systemd-nspawn leaves its machine running when it is killed.  As
        # the first process of a process namespace it takes all with it.
        *('unshare', '--pid', '--fork', '--kill-child', '--mount-proc'),
        *('--propagation', 'slave'),
        *(_OWN_NETWORK if variant.own_network else ()),
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
        *(_FOR_GUESTS if variant.own_network else ()),
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


def _install_programs(
    lab: paths.Lab, variant: variants.Variant, root: pathlib.Path
) -> None:
    for program, command in variant.programs.items():
        file = root / 'usr/bin' / program
        text = _REAL_PROGRAM if variant.own_network else _PROGRAM
        file.unlink(missing_ok=True)
        file.write_text(
            text.format(
                python=lab.python,
                command=command.format(bin=lab.program('')),
            )
        )
        file.chmod(0o755)
    if variant.own_network:
        bindings = root / _BINDINGS
        bindings.mkdir(exist_ok=True)
        for file in (root / _PACKAGES).glob('libvirt*'):
            link = bindings / file.name
            link.unlink(missing_ok=True)
            link.symlink_to(f'/{_PACKAGES}/{file.name}')


def _leave_mount_namespace() -> None:
    """Have the kernel unmount what is mounted from now on at the end."""
    namespaces.unshare(namespaces.MOUNT)
    # Not private: what is unmounted outside must be unmounted here as well,
    # else the disks could never be removed.
    subprocess.run(['mount', '--make-rslave', '/'], check=True)


def _idle() -> None:
    """Stay switched on, doing nothing, until the plug is pulled."""
    while True:
        signal.pause()


if __name__ == '__main__':
    main()
