# SPDX-License-Identifier: Apache-2.0
"""Builds an image of ``examples/image`` with diskimage-builder."""

from __future__ import annotations

import os
import pathlib
import subprocess

#: An image that is there already, in place of one that is built.
IMAGE = 'HVCTL_TEST_IMAGE'

#: What diskimage-builder needs of a kernel: the module, and where it shows.
_NEEDED = {
    'device-mapper': ('dm_mod', pathlib.Path('/proc/misc')),
    'vfat': ('vfat', pathlib.Path('/proc/filesystems')),
}
#: Programs that do with less what it asks of them.
_STAND_INS = pathlib.Path(__file__).parent / 'sbin'
_SBIN = '/usr/sbin'

EXAMPLE = pathlib.Path(__file__).parents[3] / 'examples' / 'image'
_SECURITY = 'DIB_DEBIAN_SECURITY_MIRROR'


def build(recipe: str, directory: pathlib.Path) -> pathlib.Path:
    """Build an image, as the documentation says.

    :param recipe: a file of the example
    :param directory: where the image and the log go
    :returns: the image
    """
    if IMAGE in os.environ:
        return pathlib.Path(os.environ[IMAGE])
    environment = {
        **os.environ,
        'ELEMENTS_PATH': str(EXAMPLE / 'elements'),
        'TMP_DIR': str(directory),
    }
    if _SECURITY not in environment and (mirror := _security_mirror()):
        environment[_SECURITY] = mirror
    log = directory / 'build.log'
    with log.open('wb') as output:
        done = subprocess.run(
            [*_with_stand_ins(), 'diskimage-builder', str(EXAMPLE / recipe)],
            cwd=directory,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        last = '\n'.join(log.read_text(errors='replace').splitlines()[-20:])
        raise AssertionError(f'{recipe} could not be built:\n{last}')
    (image,) = directory.glob('*.qcow2')
    return image


def _with_stand_ins() -> list[str]:
    """Return what has a program find the stand-ins, where it needs them."""
    if all(_has(what, *where) for what, where in _NEEDED.items()):
        return []
    options = f'lowerdir={_STAND_INS}:{_SBIN}'
    mount = f'mount -t overlay -o {options} overlay {_SBIN}'
    return [
        *('unshare', '--mount'),
        *('sh', '-ec', f'{mount}; exec "$@"', 'sh'),
    ]


def _has(what: str, module: str, shown: pathlib.Path) -> bool:
    """Tell whether the kernel can do something, and have it loaded."""
    subprocess.run(['sh', '-c', f'modprobe --quiet {module} 2>/dev/null'])
    return what in shown.read_text().split()


def _security_mirror() -> str | None:
    """Return where this machine, if it is Debian's, has its updates from."""
    done = subprocess.run(
        ['apt-get', 'indextargets', '--format', '$(RELEASE) $(REPO_URI)'],
        capture_output=True,
        text=True,
    )
    for line in done.stdout.splitlines():
        release, _, address = line.partition(' ')
        if release.endswith('-security'):
            return address
    return None
