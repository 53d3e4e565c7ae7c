# SPDX-License-Identifier: Apache-2.0
"""Builds the root file systems that the bare-metal nodes boot.

Each is of the host's own distribution release, so that the services'
virtualenv works inside a machine as it does outside.  What else is in it is
its variant's affair.
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import platform
import shutil
import subprocess

from hvctl_lab import cache
from hvctl_lab import errors
from hvctl_lab import paths
from hvctl_lab.metal import variants
from hvctl_lab.reporting import Report

#: Raise it when the code below makes another image of the same constants.
_STEPS_VERSION = 2

_MMDEBSTRAP = (
    'mmdebstrap',
    '--mode=root',
    '--variant=minbase',
    '--format=directory',
    '--dpkgopt=force-unsafe-io',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-exclude=/usr/share/locale/*',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--aptopt=Acquire::Languages "none"',
)

#: How the host's apt reaches its archives.
_APT_SETTINGS = (
    'Acquire::http',
    'Acquire::https',
    'Acquire::Check-Date',
    'Acquire::Check-Valid-Until',
)


#: A kernel's package would make an initramfs, which nobody boots.
_QUIET = {'DEBIAN_FRONTEND': 'noninteractive', 'INITRD': 'No'}


class ImageError(errors.LabError):
    """The node image could not be built."""


def path(lab: paths.Lab, variant: variants.Variant) -> pathlib.Path:
    """Return the directory of this recipe's image, built or not."""
    return lab.cache / f'{variant.image}-{_codename()}-{_recipe(variant)}'


def missing(lab: paths.Lab, variant: variants.Variant) -> bool:
    """Return whether the image is still to be built."""
    return not path(lab, variant).is_dir()


def ensure(
    lab: paths.Lab, variant: variants.Variant, report: Report
) -> pathlib.Path:
    """Build a node image unless this recipe's is in the cache.

    :param lab: the embedded cloud
    :param variant: what is to be in it
    :param report: is told, in a few words, when something takes long
    :returns: the root directory, to be used read-only
    :raises ImageError: with what the tools said last
    """

    def build(root: pathlib.Path) -> None:
        report(
            f'building the {variant.image} ({_codename()}, '
            f'{variant.build_time})'
        )
        bootstrap(root, variant.packages, variant.hooks)
        _complete(root, variant)
        if path(lab, variant) != image:
            raise ImageError(
                f"the {variant.image}'s files changed while it was built; "
                'run the same command again'
            )

    image = path(lab, variant)
    cache.build_once(image, variant.image, build)
    return image


def _codename() -> str:
    return platform.freedesktop_os_release()['VERSION_CODENAME']


def _recipe(variant: variants.Variant) -> str:
    """Hash all that decides the image's content but the packages' versions."""
    constants = (
        _STEPS_VERSION,
        dict(variant.users),
        dict(variant.configuration_directories),
        variant.masked,
        variant.enabled,
        variant.disabled,
        variant.hooks,
        (*_MMDEBSTRAP, _include(variant.packages)),
    )
    digest = hashlib.sha256(repr(constants).encode())
    for file in sorted(variant.overlaid.rglob('*')):
        if file.is_file():
            digest.update(
                str(file.relative_to(variant.overlaid)).encode() + b'\0'
            )
            digest.update(file.read_bytes() + b'\0')
    return digest.hexdigest()[:12]


def _include(packages: tuple[str, ...]) -> str:
    return f'--include={",".join(packages)}'


def run(*command: str, feed: str = '') -> str:
    """Run a program to its end.

    :param command: the program and its arguments
    :param feed: what it reads
    :returns: what it wrote
    :raises ImageError: when it fails, with what it said last
    """
    result = subprocess.run(
        command,
        input=feed,
        capture_output=True,
        text=True,
        env=os.environ | _QUIET,
    )
    if result.returncode:
        last = '\n'.join(result.stderr.splitlines()[-10:])
        raise ImageError(f'{command[0]} failed:\n{last}')
    return result.stdout


def _sources() -> str:
    """List the host's own archives of its release, in one-line style."""
    codename = _codename()
    wanted = (codename, f'{codename}-updates', f'{codename}-security')
    targets = run(
        'apt-get',
        'indextargets',
        '--format',
        '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)',
        'Created-By: Packages',
    )
    lines = []
    for target in targets.splitlines():
        origin, uri, release, component = target.split(' ')
        # A third party's archive may use the release's name as well.
        if origin in ('Debian', 'Ubuntu') and release in wanted:
            lines.append(f'deb {uri} {release} {component}')
    if not lines:
        raise ImageError(
            f'apt knows no archive of {codename}: run apt-get update'
        )
    return '\n'.join(dict.fromkeys(lines)) + '\n'


def bootstrap(
    root: pathlib.Path,
    packages: tuple[str, ...],
    hooks: tuple[str, ...] = (),
) -> None:
    """Install the host's own distribution release.

    :param root: the directory to make
    :param packages: what to install beside the least that there can be
    :param hooks: further options of mmdebstrap
    :raises ImageError: with what the tools said last
    """
    settings = run(
        'apt-config', 'dump', '--format', '%F "%v";%n', *_APT_SETTINGS
    )
    options = [
        f'--aptopt={line}'
        for line in settings.splitlines()
        if not line.endswith(' "";')
    ]
    run(
        *_MMDEBSTRAP,
        _include(packages),
        *hooks,
        *options,
        _codename(),
        str(root),
        '-',
        feed=_sources(),
    )


def _complete(root: pathlib.Path, variant: variants.Variant) -> None:
    for user, directories in variant.users.items():
        home = directories[0]
        run(
            *('chroot', str(root), 'useradd', '--system', '--user-group'),
            *('--home-dir', home, '--shell', '/usr/sbin/nologin', user),
        )
        for directory in directories:
            _directory(root, directory)
            run('chroot', str(root), 'chown', f'{user}:{user}', directory)
    for user, directory in variant.configuration_directories.items():
        _directory(root, directory)
        run('chroot', str(root), 'chown', f'root:{user}', directory)
    _overlay(root, variant.overlaid)
    _choose_units(root, variant)
    # Each machine gets its own name, machine id, resolver and host keys.
    (root / 'etc/hostname').unlink(missing_ok=True)
    (root / 'etc/resolv.conf').unlink(missing_ok=True)
    (root / 'etc/machine-id').write_text('')
    for key in (root / 'etc/ssh').glob('ssh_host_*'):
        key.unlink()
    # A virtualenv below /root must be within reach of the services' users.
    (root / 'root').chmod(0o711)


def _choose_units(root: pathlib.Path, variant: variants.Variant) -> None:
    for unit in variant.masked:
        link = root / 'etc/systemd/system' / unit
        link.unlink(missing_ok=True)
        link.symlink_to('/dev/null')
    for call, units in (
        ('enable', variant.enabled),
        ('disable', variant.disabled),
    ):
        if units:
            run('chroot', str(root), 'systemctl', '--quiet', call, *units)


def _directory(root: pathlib.Path, name: str) -> None:
    directory = root / name.removeprefix('/')
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o755)


def _overlay(root: pathlib.Path, overlaid: pathlib.Path) -> None:
    """Lay our own files over the distribution's, whatever the umask."""
    for source in sorted(overlaid.rglob('*')):
        target = root / source.relative_to(overlaid)
        if source.is_dir():
            target.mkdir(exist_ok=True)
        else:
            shutil.copyfile(source, target)
            os.chmod(target, 0o755 if os.access(source, os.X_OK) else 0o644)
