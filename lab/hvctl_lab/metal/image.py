# SPDX-License-Identifier: Apache-2.0
"""Builds the root file system that the bare-metal nodes boot.

It is the host's own distribution release, so that the services' virtualenv
works inside a machine as it does outside, with the users, directories and
units that a distribution's OpenStack packages bring, none of them enabled,
and stand-ins for Open vSwitch and a network adapter with virtual functions.
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
from hvctl_lab.reporting import Report

PACKAGES = (
    'cloud-init',
    'dbus',
    'iproute2',
    # Python packages with code of C++ want it; Ubuntu's smallest has none.
    'libstdc++6',
    'python3',
    'systemd',
    'systemd-sysv',
)

#: Owner, as a distribution's packages have it, and its directories.
USERS = {
    'nova': ('/var/lib/nova', '/var/log/nova'),
    'neutron': ('/var/lib/neutron', '/var/log/neutron'),
}
CONFIGURATION_DIRECTORIES = {'nova': '/etc/nova', 'neutron': '/etc/neutron'}

#: Units that have nothing to do in such a machine, or would change devices
#: and networks of the host.
MASKED = (
    'apt-daily.timer',
    'apt-daily-upgrade.timer',
    'cloud-init-hotplugd.socket',
    'console-getty.service',
    'dpkg-db-backup.timer',
    'e2scrub_all.timer',
    'e2scrub_reap.service',
    'fstrim.timer',
    'getty.target',
    'motd-news.timer',
    'networkd-dispatcher.service',
    'systemd-logind.service',
    'systemd-networkd.service',
    'systemd-networkd.socket',
    'systemd-networkd-wait-online.service',
    'systemd-pstore.service',
    'systemd-resolved.service',
    'systemd-timesyncd.service',
    'systemd-udevd.service',
    'systemd-udev-trigger.service',
)

#: Raise it when the code below makes another image of the same constants.
_STEPS_VERSION = 2

_OVERLAID = pathlib.Path(__file__).with_name('root')

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
    f'--include={",".join(PACKAGES)}',
)

#: How the host's apt reaches its archives.
_APT_SETTINGS = (
    'Acquire::http',
    'Acquire::https',
    'Acquire::Check-Date',
    'Acquire::Check-Valid-Until',
)


class ImageError(errors.LabError):
    """The node image could not be built."""


def path(lab: paths.Lab) -> pathlib.Path:
    """Return the directory of this recipe's image, built or not."""
    return lab.cache / f'node-image-{_codename()}-{_recipe()}'


def missing(lab: paths.Lab) -> bool:
    """Return whether the image is still to be built."""
    return not path(lab).is_dir()


def ensure(lab: paths.Lab, report: Report) -> pathlib.Path:
    """Build the node image unless this recipe's is in the cache.

    :param lab: the embedded cloud
    :param report: is told, in a few words, when something takes long
    :returns: the root directory, to be used read-only
    :raises ImageError: with what the tools said last
    """

    def build(root: pathlib.Path) -> None:
        report(f'building the node image ({_codename()}, about 40 s)')
        _bootstrap(root)
        _complete(root)
        if path(lab) != image:
            raise ImageError(
                "the node image's files changed while it was built; run the "
                'same command again'
            )

    image = path(lab)
    cache.build_once(image, 'node-image', build)
    return image


def _codename() -> str:
    return platform.freedesktop_os_release()['VERSION_CODENAME']


def _recipe() -> str:
    """Hash all that decides the image's content but the packages' versions."""
    constants = (
        _STEPS_VERSION,
        USERS,
        CONFIGURATION_DIRECTORIES,
        MASKED,
        _MMDEBSTRAP,
    )
    digest = hashlib.sha256(repr(constants).encode())
    for file in sorted(_OVERLAID.rglob('*')):
        if file.is_file():
            digest.update(str(file.relative_to(_OVERLAID)).encode() + b'\0')
            digest.update(file.read_bytes() + b'\0')
    return digest.hexdigest()[:12]


def _run(*command: str, feed: str = '') -> str:
    result = subprocess.run(
        command, input=feed, capture_output=True, text=True
    )
    if result.returncode:
        last = '\n'.join(result.stderr.splitlines()[-10:])
        raise ImageError(f'{command[0]} failed:\n{last}')
    return result.stdout


def _sources() -> str:
    """List the host's own archives of its release, in one-line style."""
    codename = _codename()
    wanted = (codename, f'{codename}-updates', f'{codename}-security')
    targets = _run(
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


def _bootstrap(root: pathlib.Path) -> None:
    settings = _run(
        'apt-config', 'dump', '--format', '%F "%v";%n', *_APT_SETTINGS
    )
    options = [
        f'--aptopt={line}'
        for line in settings.splitlines()
        if not line.endswith(' "";')
    ]
    _run(
        *_MMDEBSTRAP,
        *options,
        _codename(),
        str(root),
        '-',
        feed=_sources(),
    )


def _complete(root: pathlib.Path) -> None:
    for user, directories in USERS.items():
        home = directories[0]
        _run(
            *('chroot', str(root), 'useradd', '--system', '--user-group'),
            *('--home-dir', home, '--shell', '/usr/sbin/nologin', user),
        )
        for directory in directories:
            _directory(root, directory)
            _run('chroot', str(root), 'chown', f'{user}:{user}', directory)
    for user, directory in CONFIGURATION_DIRECTORIES.items():
        _directory(root, directory)
        _run('chroot', str(root), 'chown', f'root:{user}', directory)
    _overlay(root)
    for unit in MASKED:
        link = root / 'etc/systemd/system' / unit
        link.unlink(missing_ok=True)
        link.symlink_to('/dev/null')
    # Each machine gets its own name, machine id and resolver.
    (root / 'etc/hostname').unlink(missing_ok=True)
    (root / 'etc/resolv.conf').unlink(missing_ok=True)
    (root / 'etc/machine-id').write_text('')
    # A virtualenv below /root must be within reach of the services' users.
    (root / 'root').chmod(0o711)


def _directory(root: pathlib.Path, name: str) -> None:
    directory = root / name.removeprefix('/')
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o755)


def _overlay(root: pathlib.Path) -> None:
    """Lay our own files over the distribution's, whatever the umask."""
    for source in sorted(_OVERLAID.rglob('*')):
        target = root / source.relative_to(_OVERLAID)
        if source.is_dir():
            target.mkdir(exist_ok=True)
        else:
            shutil.copyfile(source, target)
            os.chmod(target, 0o755 if os.access(source, os.X_OK) else 0o644)
