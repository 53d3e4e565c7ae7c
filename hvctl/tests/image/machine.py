# SPDX-License-Identifier: Apache-2.0
"""Boots what is on the disk of an image, with systemd-nspawn.

The kernel is this machine's, so neither the boot loader nor the image's own
kernel is tried.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import tempfile

#: Where cloud-init finds what Ironic would give it on a config drive.
_SEED = 'var/lib/cloud/seed/config_drive/openstack/latest'

#: One process namespace and one mount namespace: all ends with the first
#: process.  Two systemds must not share a control group.
_BOOT = """\
set -eu
directory=$1 partition=$2
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified
do
    if [ -e "$hierarchy/cgroup.procs" ]; then
        mkdir -p "$hierarchy/hvctl-image"
        echo $$ >"$hierarchy/hvctl-image/cgroup.procs"
    fi
done
mount -o ro,noload "$partition" "$directory/image"
mount -t overlay overlay "$directory/root" -o \
"lowerdir=$directory/image,upperdir=$directory/changes,workdir=$directory/work"
exec systemd-nspawn --directory="$directory/root" --boot --quiet \
    --register=no --keep-unit --console=read-only --link-journal=no \
    --resolv-conf=off --timezone=off --machine=hvctl-image \
    --private-network --bind=/dev/net/tun \
    --capability=CAP_NET_ADMIN,CAP_IPC_LOCK,CAP_SYS_RESOURCE
"""
_ENVIRONMENT = (
    'env',
    'UNIFIED_CGROUP_HIERARCHY=1',
    'SYSTEMD_NSPAWN_API_VFS_WRITABLE=network',
)
_NAMESPACES = (
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    '--propagation',
    'slave',
)
#: No module of a switch is in every kernel, and none is needed.
_MODPROBE = '#!/bin/sh\nexit 0\n'


class Disk:
    """The image as a block device, which is only read."""

    def __init__(self, image: pathlib.Path, directory: pathlib.Path) -> None:
        """Attach it.

        :param image: of the format qcow2
        :param directory: for what is made of it
        """
        raw = directory / 'disk.raw'
        _run('qemu-img', 'convert', '-O', 'raw', str(image), str(raw))
        self._device = _run(
            'losetup',
            '--find',
            '--show',
            '--partscan',
            '--read-only',
            str(raw),
        ).strip()

    def root(self) -> str:
        """Return the partition of the root file system."""
        listed = _run(
            'lsblk', '--json', '--output', 'PATH,FSTYPE', self._device
        )
        (root,) = (
            device['path']
            for device in json.loads(listed)['blockdevices']
            if device['fstype'] == 'ext4'
        )
        return str(root)

    def detach(self) -> None:
        """Let go of the device."""
        _run('losetup', '--detach', self._device)


def boot(
    partition: str, name: str, user_data: bytes, limit: float
) -> tempfile.TemporaryDirectory[str]:
    """Boot a machine for the first time, until it switches itself off.

    :param partition: its root file system, as the image has it
    :param name: the server's
    :param user_data: the server's
    :param limit: seconds that it may take
    :returns: a directory; what the machine wrote is in its ``changes``
    """
    directory = tempfile.TemporaryDirectory(prefix='hvctl-image-')
    root = pathlib.Path(directory.name)
    for part in ('image', 'changes', 'work', 'root'):
        (root / part).mkdir()
    seed = root / 'changes' / _SEED
    seed.mkdir(parents=True)
    (seed / 'user_data').write_bytes(user_data)
    (seed / 'meta_data.json').write_text(
        json.dumps(
            {'uuid': f'instance-{name}', 'name': name, 'hostname': name}
        )
    )
    modprobe = root / 'changes/usr/local/sbin/modprobe'
    modprobe.parent.mkdir(parents=True)
    modprobe.write_text(_MODPROBE)
    modprobe.chmod(0o755)
    console = root / 'console.log'
    command = [
        *_NAMESPACES,
        *_ENVIRONMENT,
        *('sh', '-c', _BOOT, 'boot', str(root), partition),
    ]
    try:
        with console.open('wb') as output:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=limit,
            )
    except subprocess.TimeoutExpired as error:
        last = console.read_text(errors='replace')[-2000:]
        raise AssertionError(f'{name} did not end:\n{last}') from error
    finally:
        _remove_groups()
    return directory


def _remove_groups() -> None:
    """Remove the control groups that the machine was in."""
    for hierarchy in ('', 'systemd', 'unified'):
        group = pathlib.Path('/sys/fs/cgroup', hierarchy, 'hvctl-image')
        inner = (item for item in group.rglob('*') if item.is_dir())
        for directory in sorted((group, *inner), reverse=True):
            if directory.is_dir():
                directory.rmdir()


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f'{" ".join(command)}: {done.stderr}')
    return done.stdout
