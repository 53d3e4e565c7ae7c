# SPDX-License-Identifier: Apache-2.0
"""Boots a root directory with systemd-nspawn.

The kernel is this machine's, and has no network cards for it: it gets the
ends of cables that lead nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
import json
import os
import pathlib
import subprocess

#: Where cloud-init finds what Ironic would give it on a config drive.
_SEED = 'var/lib/cloud/seed/config_drive/openstack/latest'

#: Two systemds must not share one.
_GROUP = f'hvctl-boot-{os.getpid()}'
#: One process namespace and one mount namespace: all ends with the first
#: process.
_BOOT = f"""\
set -eu
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified
do
    if [ -e "$hierarchy/cgroup.procs" ]; then
        mkdir -p "$hierarchy/{_GROUP}"
        echo $$ >"$hierarchy/{_GROUP}/cgroup.procs"
    fi
done
exec systemd-nspawn --boot --quiet \
    --register=no --keep-unit --console=read-only --link-journal=no \
    --resolv-conf=off --timezone=off --machine={_GROUP} \
    --private-network --bind=/dev/net/tun \
    --capability=CAP_NET_ADMIN,CAP_IPC_LOCK,CAP_SYS_RESOURCE "$@"
"""
_ENVIRONMENT = (
    'env',
    'UNIFIED_CGROUP_HIERARCHY=1',
    'SYSTEMD_NSPAWN_API_VFS_WRITABLE=network',
)
_NAMESPACES = (
    'unshare',
    '--mount',
    '--net',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    '--propagation',
    'slave',
)
#: No module of a switch is in every kernel, and none is needed.
_MODPROBE = '#!/bin/sh\nexit 0\n'
#: It waits for cards that nobody configures.
_MASKED = 'systemd-networkd-wait-online.service'


def boot(
    root: pathlib.Path,
    name: str,
    user_data: bytes,
    *,
    interfaces: Iterable[str] = (),
    console: pathlib.Path,
    limit: float,
) -> None:
    """Boot a machine for the first time, until it switches itself off.

    :param root: its root directory
    :param name: the server's
    :param user_data: the server's
    :param interfaces: names of network cards that it has
    :param console: the file that gets what it says
    :param limit: seconds that it may take
    """
    seed = root / _SEED
    seed.mkdir(parents=True)
    (seed / 'user_data').write_bytes(user_data)
    (seed / 'meta_data.json').write_text(
        json.dumps(
            {'uuid': f'instance-{name}', 'name': name, 'hostname': name}
        )
    )
    modprobe = root / 'usr/local/sbin/modprobe'
    modprobe.write_text(_MODPROBE)
    modprobe.chmod(0o755)
    (root / 'etc/systemd/system' / _MASKED).symlink_to('/dev/null')
    # What an image is to have.
    (root / 'etc/machine-id').write_text('uninitialized\n')
    cables = (
        f'--network-veth-extra=other{number}:{interface}'
        for number, interface in enumerate(interfaces)
    )
    command = [
        *_NAMESPACES,
        *_ENVIRONMENT,
        *('sh', '-c', _BOOT, 'boot', f'--directory={root}', *cables),
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


def _remove_groups() -> None:
    """Remove the control groups that the machine was in."""
    for hierarchy in ('', 'systemd', 'unified'):
        group = pathlib.Path('/sys/fs/cgroup', hierarchy, _GROUP)
        inner = (item for item in group.rglob('*') if item.is_dir())
        for directory in sorted((group, *inner), reverse=True):
            if directory.is_dir():
                directory.rmdir()
