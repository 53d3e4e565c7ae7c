# SPDX-License-Identifier: Apache-2.0
"""Builds the disk of a guest that really runs.

It has the distribution's kernel and a program that counts on the console, in
a partition of the kind that every boot loader reads.  It is made in a root
file system that has the tools, and needs neither loop devices nor the host's.
"""

from __future__ import annotations

import hashlib
import pathlib
import platform
import shutil

from hvctl_lab import cache
from hvctl_lab import paths
from hvctl_lab.metal import image
from hvctl_lab.reporting import Report

_TOOLS = (
    'busybox-static',
    'cpio',
    'dosfstools',
    'fdisk',
    'kmod',
    'mtools',
    'syslinux',
    'syslinux-common',
    'xz-utils',
    'zstd',
)
#: The kernel for machines that are not of metal.
_KERNELS = {'debian': 'linux-image-cloud-amd64', 'ubuntu': 'linux-image-kvm'}

_FILES = pathlib.Path(__file__).with_name('guest')
_NAME = 'disk.raw'


def path(lab: paths.Lab) -> pathlib.Path:
    """Return the file of the disk, built or not."""
    return _directory(lab) / _NAME


def ensure(lab: paths.Lab, report: Report) -> None:
    """Build the disk unless this recipe's is in the cache.

    :param lab: the embedded cloud
    :param report: is told, in a few words, when something takes long
    :raises ImageError: with what the tools said last
    """

    def build(directory: pathlib.Path) -> None:
        report("building the guests' disk (about a minute)")
        directory.mkdir()
        root = directory / 'root'
        image.bootstrap(root, _packages())
        shutil.copytree(_FILES, root / 'guest')
        image.run(
            *('unshare', '--mount', 'chroot', str(root)),
            *('sh', '/guest/build', f'/{_NAME}'),
        )
        (root / _NAME).rename(directory / _NAME)
        shutil.rmtree(root)

    cache.build_once(_directory(lab), 'guest', build)


def _packages() -> tuple[str, ...]:
    distribution = platform.freedesktop_os_release()['ID']
    return (*_TOOLS, _KERNELS[distribution])


def _directory(lab: paths.Lab) -> pathlib.Path:
    digest = hashlib.sha256(repr(_packages()).encode())
    for file in sorted(_FILES.iterdir()):
        digest.update(file.read_bytes() + b'\0')
    return lab.cache / f'guest-{digest.hexdigest()[:12]}'
