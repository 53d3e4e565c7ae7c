# SPDX-License-Identifier: Apache-2.0
"""Tests of the releases that a lab can be of."""

from __future__ import annotations

import dataclasses
import pathlib
import sys
import sysconfig
import unittest

from hvctl_lab import errors
from hvctl_lab import releases
from hvctl_lab.services import mariadb
from hvctl_lab.tests import base

OLD = '2025.1'


class TestChoose(base.LabTestCase):
    """Which release a lab is of."""

    def _made_of(self, release: str) -> None:
        releases.remember(self.lab, release)
        mariadb.data(self.lab).mkdir(parents=True, exist_ok=True)

    def test_new(self) -> None:
        """A new lab is of the newest, unless another one is asked for."""
        self.assertEqual(
            releases.LATEST, releases.choose(self.lab, wanted=None)
        )
        self.assertEqual(OLD, releases.choose(self.lab, OLD))
        self.assertFalse(self.lab.directory.exists())

    def test_without_data(self) -> None:
        """What has not come to data can still be of another release."""
        releases.remember(self.lab, OLD)

        self.assertEqual(OLD, releases.choose(self.lab, None))
        self.assertEqual(
            releases.LATEST, releases.choose(self.lab, releases.LATEST)
        )

    def test_stays(self) -> None:
        """A lab stays with its release."""
        for made, other in ((OLD, releases.LATEST), (releases.LATEST, OLD)):
            with self.subTest(made=made):
                self._made_of(made)

                for wanted in (None, made):
                    self.assertEqual(made, releases.choose(self.lab, wanted))
                with self.assertRaisesRegex(
                    errors.LabError,
                    f'is of release {made}; run: hvctl-lab destroy, or .*: '
                    f'export HVCTL_LAB_DIR={self.lab.directory}-{other} '
                    'HVCTL_LAB_PORT_BASE=23100$',
                ):
                    releases.choose(self.lab, other)

    def test_unnamed(self) -> None:
        """A lab from before there were releases is of the newest."""
        mariadb.data(self.lab).mkdir(parents=True)

        self.assertEqual(releases.LATEST, releases.choose(self.lab, None))
        self.assertRaises(errors.LabError, releases.choose, self.lab, OLD)


class TestInstall(base.LabTestCase):
    """Where the services are."""

    def setUp(self) -> None:
        """Write down what is run and told."""
        super().setUp()
        self.commands: list[tuple[str, ...]] = []
        self.told: list[str] = []
        self.replace('hvctl_lab.releases.run', self._run)

    def _run(self, *command: str) -> None:
        self.commands.append(command)
        if 'venv' in command:
            pathlib.Path(command[-1]).mkdir()

    def _install(self, release: str) -> pathlib.Path:
        return releases.install(self.lab, release, self.told.append).prefix

    def test_newest(self) -> None:
        """The newest ones are beside hvctl-lab itself."""
        self.assertEqual(
            pathlib.Path(sys.prefix), self._install(releases.LATEST)
        )
        self.assertEqual(([], []), (self.commands, self.told))

    def test_other(self) -> None:
        """Others have a virtualenv, with exactly what is listed and us."""
        prefix = self._install(OLD)

        self.assertEqual(self.lab.cache, prefix.parent)
        make, services, lab = self.commands
        self.assertEqual((sys.executable, '-m', 'venv', str(prefix)), make)
        for command, option, value in (
            (services, '--requirement', f'/constraints/{OLD}.txt'),
            (lab, '--editable', '/lab'),
        ):
            self.assertEqual(f'{prefix}/bin/python', command[0])
            self.assertIn('--no-deps', command)
            self.assertEqual(option, command[-2])
            self.assertTrue(command[-1].endswith(value), command)
        self.assertEqual(1, len(self.told))

    def test_once(self) -> None:
        """It is made once."""
        self.assertEqual(self._install(OLD), self._install(OLD))
        self.assertEqual(3, len(self.commands))

    def test_abandoned(self) -> None:
        """What was made for a clone that is gone goes, too."""
        kept = self._install(OLD)
        gone = kept.with_name('services-2024.1-0')
        gone.mkdir()
        (gone / '.source').write_text(str(self.directory / 'gone'))

        other = self._install('2026.1')

        self.assertEqual({kept, other}, set(self.lab.cache.glob('services-*')))


class TestRun(unittest.TestCase):
    """An installer."""

    def test_fails(self) -> None:
        """What it says last is told."""
        with self.assertRaisesRegex(errors.LabError, 'failed:\nno such'):
            releases.run(sys.executable, '-c', 'exit("no such package")')


class TestVersion(base.LabTestCase):
    """What is installed."""

    def test_own(self) -> None:
        """Beside hvctl-lab is what it imports itself."""
        self.assertRegex(releases.version(self.lab, 'nova'), r'^\d+\.')

    def test_other(self) -> None:
        """In another virtualenv is what is there, and not what is here."""
        prefix = self.directory / 'services'
        base = {'base': str(prefix), 'platbase': str(prefix)}
        packages = pathlib.Path(sysconfig.get_path('purelib', 'venv', base))
        information = packages / 'nova-1.2.3.dist-info'
        information.mkdir(parents=True)
        (information / 'METADATA').write_text('Name: nova\nVersion: 1.2.3\n')
        lab = dataclasses.replace(self.lab, prefix=prefix)

        self.assertEqual('1.2.3', releases.version(lab, 'nova'))


class TestConstraints(unittest.TestCase):
    """The lists of what the services of a release need."""

    def test_pinned(self) -> None:
        """Each line is one version of one package."""
        for release in releases.names()[:-1]:
            text = releases.constraints(release).read_text()
            for line in text.splitlines()[1:]:
                with self.subTest(release=release, line=line):
                    self.assertRegex(line, r'^[A-Za-z0-9._-]+==[0-9a-z.]+$')
