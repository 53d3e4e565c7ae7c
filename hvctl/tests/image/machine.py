# SPDX-License-Identifier: Apache-2.0
"""Boots what is on the disk of an image, with systemd-nspawn.

The kernel is this machine's, so neither the boot loader nor the image's own
kernel is tried.
"""

from __future__ import annotations

import contextlib
import json
import pathlib
import subprocess

from hvctl.tests.booting import container
from hvctl.tests.booting import report

#: The one card that a machine has, for its guests.
INTERFACE = 'ens2f0'


class Disk:
    """The image as a block device, which is only read."""

    def __init__(self, image: pathlib.Path, directory: pathlib.Path) -> None:
        """Attach it.

        :param image: of the format qcow2
        :param directory: for what is made of it
        """
        self._cleanups = contextlib.ExitStack()
        self._directory = directory
        raw = directory / 'disk.raw'
        _run('qemu-img', 'convert', '-O', 'raw', str(image), str(raw))
        device = _run('losetup', '--find', '--show', str(raw)).strip()
        self._cleanups.callback(_run, 'losetup', '--detach', device)
        # Not every kernel reads this kind of table itself.
        _run('partx', '--update', device)
        self._cleanups.callback(_run, 'partx', '--delete', device)
        self._image = directory / 'image'
        self._image.mkdir()
        self._mount('-o', 'ro,noload', self._root(device), self._image)

    def _root(self, device: str) -> str:
        """Return the partition of the root file system."""
        listed = _run('lsblk', '--list', '--json', '--output', 'PATH', device)
        (root,) = (
            found['path']
            for found in json.loads(listed)['blockdevices']
            if found['path'] != device and self._kind(found['path']) == 'ext4'
        )
        return str(root)

    def _kind(self, partition: str) -> str:
        """Return what file system it has; udev need not be there."""
        answer = ('--output', 'value', '--match-tag', 'TYPE')
        done = subprocess.run(
            ['blkid', '--probe', *answer, partition],
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout.strip()

    def _mount(self, *arguments: str | pathlib.Path) -> None:
        words = [str(argument) for argument in arguments]
        _run('mount', *words)
        self._cleanups.callback(_run, 'umount', words[-1])

    def boot(
        self, name: str, user_data: bytes, limit: float
    ) -> report.Answers:
        """Boot a machine of it for the first time, until it goes off.

        :param name: the server's
        :param user_data: the server's
        :param limit: seconds that it may take
        :returns: what it wrote
        """
        own = self._directory / name
        for part in ('changes', 'work', 'root'):
            (own / part).mkdir(parents=True)
        layers = f'lowerdir={self._image},upperdir={own}/changes'
        self._mount(
            *('-t', 'overlay', '-o', f'{layers},workdir={own}/work'),
            *('overlay', own / 'root'),
        )
        container.boot(
            own / 'root',
            name,
            user_data,
            interfaces=(INTERFACE,),
            console=own / 'console.log',
            limit=limit,
        )
        return report.Answers(own / 'root')

    def detach(self) -> None:
        """Let go of the device."""
        self._cleanups.close()


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f'{" ".join(command)}: {done.stderr}')
    return done.stdout
