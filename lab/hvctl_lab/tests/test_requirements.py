# SPDX-License-Identifier: Apache-2.0
"""Tests of what is said about a machine that misses something."""

from __future__ import annotations

import os
import pathlib
import re
import socket
from unittest import mock

import hvctl_lab
from hvctl_lab import errors
from hvctl_lab import paths
from hvctl_lab import releases
from hvctl_lab import requirements
from hvctl_lab.tests import base

BINDEP = pathlib.Path(hvctl_lab.__file__).parents[2] / 'bindep.txt'


class TestFind(base.LabTestCase):
    """Each thing that is missing is one line with a command."""

    def setUp(self) -> None:
        """Let nothing be missing, and be root by oneself."""
        super().setUp()
        variables = mock.patch.dict(os.environ)
        variables.start()
        self.addCleanup(variables.stop)
        os.environ.pop('SUDO_UID', None)
        self.access = self.mock('os.access', True)
        self.disk_usage = self.mock(
            'shutil.disk_usage', mock.Mock(free=100 * 1024**3)
        )
        self.is_free = self.mock('hvctl_lab.requirements.is_free', True)
        self.code = self.directory / 'the code'
        (self.code / 'part' / '__pycache__').mkdir(parents=True)
        for directory in (self.code, self.code / 'part'):
            directory.chmod(0o755)
        self.mock('hvctl_lab.metal.machine.shared', [self.code])

    def test_real(self):
        """What real guests need besides is looked for where it is asked."""
        self.replace('hvctl_lab.requirements._TUN', self.code)
        self.replace('sys.base_prefix', '/usr')
        requirements.check_real(releases.LATEST)

        self.replace('hvctl_lab.requirements._TUN', self.code / 'none')
        self.replace('sys.base_prefix', '/opt/python')
        with self.assertRaises(errors.LabError) as caught:
            requirements.check_real('2025.1')

        lines = str(caught.exception).splitlines()
        self.assertEqual(3, len(lines))
        for line, remedy in zip(
            lines,
            ('--release latest', 'modprobe tun', 'BASE_PYTHON='),
            strict=True,
        ):
            self.assertIn(remedy, line)

    def test_nothing(self):
        """All is well, and nothing is made to find that out."""
        self.assertEqual([], requirements.find(self.lab))
        self.assertFalse(self.lab.directory.exists())

    def test_package(self):
        """Missing programs are named by their packages, each once."""
        self.access.side_effect = lambda path, _: 'mariadbd' not in path

        (finding,) = requirements.find(self.lab)

        self.assertTrue(
            finding.endswith(
                'run: apt-get install --no-install-recommends '
                'mariadb-server-core'
            )
        )

    def test_sudo(self):
        """Who is root by sudo is told to say sudo."""
        self.access.return_value = False
        for caller, words in (
            ({}, 'run: apt-get'),
            ({'SUDO_UID': '1000'}, 'run: sudo apt-get'),
        ):
            with mock.patch.dict(os.environ, caller, clear=True):
                (finding,) = requirements.find(self.lab)

            self.assertIn(words, finding)

    def test_code(self):
        """Code that a machine's users cannot read is told, also in part."""
        (self.code / 'part' / '__pycache__').chmod(0o700)
        self.assertEqual([], requirements.find(self.lab))
        for mode in (0o700, 0o750, 0o754):
            with self.subTest(mode=oct(mode)):
                (self.code / 'part').chmod(mode)

                (finding,) = requirements.find(self.lab)

                self.assertTrue(
                    finding.endswith(f"chmod --recursive go+rX '{self.code}'"),
                    finding,
                )

    def test_disk(self):
        """A full disk is told for the file system that is to be used."""
        self.disk_usage.return_value = mock.Mock(free=1024**3)

        first, second = requirements.find(self.lab)

        self.assertIn(f'{self.directory} has 1.0 GiB free', first)
        self.assertEqual(first, second)

    def test_ports(self):
        """A port in use is named with its owner-to-be, and a free block."""
        taken = self.lab.port(paths.Port.NOVA)
        self.is_free.side_effect = lambda port: port != taken

        (finding,) = requirements.find(self.lab)

        self.assertEqual(
            f'ports are in use: {taken} (nova); run: '
            'export HVCTL_LAB_PORT_BASE=24000',
            finding,
        )

    def test_long_name(self):
        """A directory too long for unix sockets is refused early."""
        lab = paths.Lab.from_environment({'HVCTL_LAB_DIR': '/' + 'x' * 100})

        (finding,) = requirements.find(lab)

        self.assertIn('is too long a name', finding)

    def test_check(self):
        """All findings come at once."""
        with (
            mock.patch(
                'hvctl_lab.requirements.find',
                autospec=True,
                return_value=['one', 'two'],
            ),
            self.assertRaisesRegex(errors.LabError, '^one\ntwo$'),
        ):
            requirements.check(self.lab)


class TestPort(base.LabTestCase):
    """Ports, really."""

    def testis_free(self):
        """A port that somebody listens on is not free."""
        with socket.create_server(('127.0.0.1', 0)) as server:
            port = server.getsockname()[1]
            self.assertFalse(requirements.is_free(port))

        self.assertTrue(requirements.is_free(port))


class TestRoot(base.LabTestCase):
    """Only root can boot machines."""

    def test_command(self):
        """The command to type keeps the lab that was meant."""
        with (
            mock.patch('os.geteuid', autospec=True, return_value=1000),
            mock.patch('sys.argv', ['/x/hvctl-lab', 'up', '--nodes', '3']),
            mock.patch.dict(
                os.environ, {'HVCTL_LAB_PORT_BASE': '20000'}, clear=True
            ),
            self.assertRaisesRegex(
                errors.LabError,
                'run: sudo --preserve-env=HVCTL_LAB_PORT_BASE '
                '/x/hvctl-lab up --nodes 3$',
            ),
        ):
            requirements.check_root()


class TestPackages(base.LabTestCase):
    """The list of the packages that are installed."""

    def test_same_packages(self):
        """What is looked for is what is installed."""
        if not BINDEP.exists():
            self.skipTest('not run from the source tree')
        listed = re.findall(
            r'^(\S+) \[platform:dpkg lab\]$', BINDEP.read_text(), re.M
        )

        self.assertEqual(set(requirements.PROGRAMS.values()), set(listed))
