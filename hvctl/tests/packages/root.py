# SPDX-License-Identifier: Apache-2.0
"""A root directory with all packages of a Debian that a hypervisor may have.

It is built once, as root, and then kept; each test has a layer of its own.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from hvctl.tests.unit.userdata import base

#: Where it is kept, and of which release it is.
CACHE = pathlib.Path('/var/cache/hvctl-packages')
RELEASE = os.environ.get('HVCTL_TEST_RELEASE', 'trixie')

PACKAGES = (
    'cloud-init',
    'dbus',
    'haproxy',
    'iproute2',
    'libvirt-clients',
    'neutron-openvswitch-agent',
    'neutron-ovn-agent',
    'neutron-sriov-agent',
    'nova-compute',
    'nova-compute-kvm',
    'openssh-client',
    'openssh-server',
    'openvswitch-switch',
    'ovn-host',
    'rsync',
    'sudo',
    'systemd-sysv',
    'udev',
)
_BUILD = (
    'mmdebstrap',
    '--mode=root',
    '--variant=minbase',
    '--format=directory',
    '--dpkgopt=force-unsafe-io',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-exclude=/usr/share/locale/*',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=Acquire::Check-Date "false"',
    f'--include={",".join(PACKAGES)}',
)

#: Reads options as the service of a command line does, whatever they are.
READ = """
import json, sys
from oslo_config import cfg
project, wanted, program, *arguments = json.load(sys.stdin)
conf = cfg.ConfigOpts()
conf.register_cli_opt(cfg.StrOpt('log-file'))
for section, options in wanted.items():
    for option in options:
        conf.register_opt(
            cfg.StrOpt(option, sample_default=''),
            None if section == 'DEFAULT' else section)
conf(arguments, project=project, prog=program.rpartition('/')[2])
print(json.dumps({
    section: {
        option: (conf if section == 'DEFAULT' else conf[section])[option]
        for option in options
    }
    for section, options in wanted.items()
}))
"""


def possible() -> bool:
    """Tell whether there is one, or one can be made."""
    return os.geteuid() == 0 and bool(
        (CACHE / RELEASE).is_dir() or shutil.which('mmdebstrap')
    )


def _ensure() -> pathlib.Path:
    """Build it, unless it is there."""
    root = CACHE / RELEASE
    if not root.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as directory:
            made = pathlib.Path(directory, 'root')
            subprocess.run(
                [*_BUILD, RELEASE, str(made)],
                check=True,
                capture_output=True,
                env=os.environ | {'DEBIAN_FRONTEND': 'noninteractive'},
            )
            made.rename(root)
    return root


@unittest.skipUnless(possible(), 'neither root nor mmdebstrap is there')
class LayerCase(unittest.TestCase):
    """A layer of its own on the packages, for each test."""

    def setUp(self) -> None:
        lower = _ensure()
        self.layer = pathlib.Path(tempfile.mkdtemp(dir=CACHE))
        self.addCleanup(shutil.rmtree, self.layer)
        self.root = self.layer / 'root'
        for name in ('upper', 'work', 'root'):
            (self.layer / name).mkdir()
        options = f'lowerdir={lower},upperdir={self.layer}/upper'
        self._mount(
            *('-t', 'overlay', '-o', f'{options},workdir={self.layer}/work'),
            *('overlay', str(self.root)),
        )

    def _mount(self, *arguments):
        subprocess.run(['mount', *arguments], check=True)
        self.addCleanup(subprocess.run, ['umount', '-l', arguments[-1]])

    def enter(self) -> None:
        """Have what a program needs that is run there."""
        self._mount('-t', 'proc', 'proc', str(self.root / 'proc'))
        self._mount('--bind', '/dev', str(self.root / 'dev'))

    def call(self, *command, feed=None):
        """Run a program of the machine, and return what it says."""
        done = subprocess.run(
            ['chroot', str(self.root), *command],
            input=feed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.assertEqual(0, done.returncode, done.stdout)
        return done.stdout

    def write(self, path, text, mode=0o644):
        """Write a file of the machine."""
        file = self.root / path.lstrip('/')
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def read(self, project, arguments, text):
        """Give the options of a file, and what a service gets of them.

        :param project: whose files it looks for where it is told none
        :param arguments: its command line
        :param text: the file's
        """
        wanted = base.options(text)
        said = self.call(
            *('python3', '-c', READ),
            feed=json.dumps([project, wanted, *arguments]),
        )
        return wanted, json.loads(said.splitlines()[-1])


class TestCase(LayerCase):
    """A machine that does not run, for each test."""

    def setUp(self) -> None:
        super().setUp()
        self.enter()
