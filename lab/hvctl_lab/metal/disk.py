# SPDX-License-Identifier: Apache-2.0
"""The nodes' disks: what a deployed node has written over the node image.

A disk is the upper directory of an overlay.  It is there from deploy to
undeploy, so it outlives power off; a node that has none boots nothing.  The
overlay itself is mounted by the machine, in a mount namespace of its own, so
it goes when the machine goes.
"""

from __future__ import annotations

from collections.abc import Mapping
import pathlib
import shutil
import subprocess
import threading

from hvctl_lab import errors
from hvctl_lab import lock
from hvctl_lab import paths
from hvctl_lab.metal import variants

#: Where cloud-init looks for a config drive that is no block device.
_SEED = 'var/lib/cloud/seed/config_drive'

#: Older Ironics are one thread with eventlet, which must not wait for a file
#: that it holds itself.
_TURN = threading.Lock()


class DiskError(errors.LabError):
    """A disk could not be prepared or mounted."""


def prepare(lab: paths.Lab) -> None:
    """Make a place where the disks can be.

    An overlay's upper directory cannot lie on an overlay, which is what a
    container's own file system is; then the disks are kept in memory.

    :param lab: the embedded cloud
    :raises DiskError: when that memory cannot be mounted
    """
    disks = _disks(lab)
    disks.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Machines start at the same time, and one mount is enough.
    with _TURN, lock.of_file(lab.directory / 'disks.lock'):
        if _file_system(disks) == 'overlayfs':
            _run('mount', '-t', 'tmpfs', '-o', 'mode=0700', 'tmpfs', disks)


def release(lab: paths.Lab) -> None:
    """Remove every disk; no machine may be on.

    :param lab: the embedded cloud
    :raises DiskError: when something still uses the disks
    """
    disks = _disks(lab)
    if disks.is_mount():
        _run('umount', disks)
    if disks.exists():
        shutil.rmtree(disks)


def bootable(lab: paths.Lab, name: str) -> bool:
    """Return whether there is something on a node's disk that boots."""
    return written(lab, name).is_dir()


def write(
    lab: paths.Lab,
    name: str,
    variant: variants.Variant,
    drive: Mapping[str, bytes],
) -> None:
    """Deploy a node image to a node, with a config drive.

    :param lab: the embedded cloud
    :param name: the node's name
    :param variant: the image
    :param drive: the config drive's files; none means no config drive
    :raises DiskError: when the disk cannot be prepared
    """
    prepare(lab)
    wipe(lab, name)
    # Renamed when it is complete: only then may it look bootable.
    unfinished = _disks(lab) / name / 'unfinished'
    unfinished.mkdir(parents=True)
    # This is the machine's root directory, which its services must read.
    unfinished.chmod(0o755)
    seed = unfinished
    for part in pathlib.PurePath(_SEED).parts:
        seed /= part
        seed.mkdir()
        seed.chmod(0o755)
    # The drive may hold secrets: only root reads it.
    seed.chmod(0o700)
    for relative, content in drive.items():
        file = seed / relative
        if not file.resolve().is_relative_to(seed.resolve()):
            raise DiskError(f'the config drive holds a bad path: {relative}')
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    _label(lab, name).write_text(variant.name)
    unfinished.rename(written(lab, name))


def wipe(lab: paths.Lab, name: str) -> None:
    """Remove a node's disk; its machine must be off."""
    disk = _disks(lab) / name
    if disk.exists():
        shutil.rmtree(disk)


def mount(lab: paths.Lab, name: str, image: pathlib.Path) -> pathlib.Path:
    """Mount a node's disk over the node image.

    :param lab: the embedded cloud
    :param name: the node's name
    :param image: the node image
    :returns: the root directory of the machine
    :raises DiskError: when the overlay cannot be mounted
    """
    upper = written(lab, name)
    work = upper.with_name('work')
    root = upper.with_name('root')
    work.mkdir(exist_ok=True)
    root.mkdir(exist_ok=True)
    layers = f'lowerdir={image},upperdir={upper},workdir={work}'
    _run('mount', '-t', 'overlay', '-o', layers, 'overlay', root)
    return root


def written(lab: paths.Lab, name: str) -> pathlib.Path:
    """Return the directory of what a node has written over the image."""
    return _disks(lab) / name / 'upper'


def variant(lab: paths.Lab, name: str) -> variants.Variant:
    """Return what image was written to a node's disk."""
    return variants.by_name(_label(lab, name).read_text())


def _label(lab: paths.Lab, name: str) -> pathlib.Path:
    return _disks(lab) / name / 'variant'


def _disks(lab: paths.Lab) -> pathlib.Path:
    return lab.directory / 'disks'


def _file_system(directory: pathlib.Path) -> str:
    return _run('stat', '--file-system', '--format=%T', directory).strip()


def _run(*command: str | pathlib.Path) -> str:
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise DiskError(f'{command[0]} failed: {result.stderr.strip()}')
    return result.stdout
