# SPDX-License-Identifier: Apache-2.0
"""Builds an image of ``examples/image`` with diskimage-builder."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

#: An image that is there already, in place of one that is built.
IMAGE = 'HVCTL_TEST_IMAGE'

#: What does what is asked of a program where the kernel has no device mapper;
#: there is nothing to be done for the second then.
_WITHOUT_MAPPER = {
    'kpartx': pathlib.Path(__file__).parent / 'kpartx',
    'dmsetup': pathlib.Path('/bin/true'),
}
_MISC = pathlib.Path('/proc/misc')

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
            [*_with_partitions(), 'diskimage-builder', str(EXAMPLE / recipe)],
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


def _with_partitions() -> list[str]:
    """Return what has a program see the partitions of a disk it makes."""
    if 'device-mapper' in _MISC.read_text():
        return []
    script = ''
    arguments: list[str] = []
    for name, instead in _WITHOUT_MAPPER.items():
        if program := shutil.which(name, path='/usr/sbin:/sbin'):
            script += 'mount --bind "$1" "$2"; shift 2; '
            arguments += (str(instead), program)
    return [
        *('unshare', '--mount', 'sh', '-ec', f'{script}exec "$@"', 'sh'),
        *arguments,
    ]


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
