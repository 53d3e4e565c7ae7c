# SPDX-License-Identifier: Apache-2.0
"""Tests of the command line."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
from unittest import mock

from keystoneauth1 import exceptions

from hvctl_lab import configuration
from hvctl_lab import credentials
from hvctl_lab import errors
from hvctl_lab import main
from hvctl_lab.tests import base


class TestMain(base.LabTestCase):
    """What a person sees."""

    def setUp(self) -> None:
        """Be root, in a lab of one's own."""
        super().setUp()
        for patcher in (
            mock.patch.dict(
                os.environ, self.lab.environment() | {'SUDO_UID': '0'}
            ),
            mock.patch('os.geteuid', autospec=True, return_value=0),
        ):
            patcher.start()
            self.addCleanup(patcher.stop)

    def call(self, *arguments: str) -> tuple[int, str, str]:
        """Run the command.

        :returns: exit status, standard output and standard error
        """
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = main.main(arguments)
            except SystemExit as exit_:
                status = int(exit_.code or 0)
        return status, out.getvalue(), err.getvalue()

    def test_env(self):
        """The environment is printed for a shell."""
        configuration.write(self.lab, credentials.load(self.lab))

        status, out, _ = self.call('env')

        self.assertEqual(0, status)
        self.assertEqual(
            f'export OS_CLIENT_CONFIG_FILE={self.lab.clouds_yaml}\n'
            'export OS_CLOUD=lab\n'
            f'export HVCTL_PROFILES_FILE={self.lab.profiles}\n'
            f'export HVCTL_LAB_NOVA_CONF={self.lab.hypervisor_nova_conf}\n',
            out,
        )

    def test_env_under_sudo(self):
        """Who called sudo is led to files that are theirs."""
        configuration.write(self.lab, credentials.load(self.lab))
        with (
            mock.patch.dict(os.environ, {'SUDO_UID': '1234'}),
            mock.patch('os.fchown', autospec=True) as own,
        ):
            status, out, _ = self.call('env')

        self.assertEqual(0, status)
        theirs = self.lab.users / '1234'
        self.assertEqual(
            f'export OS_CLIENT_CONFIG_FILE={theirs}/clouds.yaml\n'
            'export OS_CLOUD=lab\n'
            f'export HVCTL_PROFILES_FILE={theirs}/hvctl.yaml\n'
            f'export HVCTL_LAB_NOVA_CONF={theirs}/nova.conf\n',
            out,
        )
        self.assertEqual([1234] * 4, [call.args[1] for call in own.mock_calls])
        self.assertEqual(
            self.lab.profiles_secrets.read_text(),
            (theirs / 'hvctl-secure.yaml').read_text(),
        )
        for file in theirs.iterdir():
            self.assertEqual(0o600, stat.S_IMODE(file.stat().st_mode))

    def test_env_without_a_lab(self):
        """Without a lab there is no environment."""
        self.assertEqual(
            (1, '', 'hvctl-lab: there is no cloud yet; run: hvctl-lab up\n'),
            self.call('env'),
        )

    def test_up(self):
        """The number of nodes is passed on; progress is on standard error."""
        with mock.patch(
            'hvctl_lab.up.up',
            autospec=True,
            side_effect=lambda lab, count, report, **_: report(
                f'{count} nodes'
            ),
        ):
            status, out, err = self.call('up', '--nodes', '9')

        self.assertEqual((0, ''), (status, out))
        self.assertEqual('[   0 s] 9 nodes\n[   0 s] the cloud is up\n', err)

    def test_wishes(self):
        """What the lab is to be like is passed on, where it is said."""
        asked = []
        with mock.patch(
            'hvctl_lab.up.up',
            autospec=True,
            side_effect=lambda lab, count, report, **how: asked.append(how),
        ):
            self.call('up')
            self.call('up', '--real')
            self.call('up', '--release', '2025.1')
            refused, _, _ = self.call('up', '--release', '2000.1')

        self.assertEqual(
            [
                {'release': None, 'real': False},
                {'release': None, 'real': True},
                {'release': '2025.1', 'real': False},
            ],
            asked,
        )
        self.assertEqual(2, refused)

    def test_up_fails(self):
        """What does not work is one text, and an exit status."""
        with mock.patch(
            'hvctl_lab.up.up',
            autospec=True,
            side_effect=errors.LabError('no disk'),
        ):
            self.assertEqual((1, '', 'hvctl-lab: no disk\n'), self.call('up'))

    def test_service_refuses(self):
        """What a service answers is one line, and no traceback."""
        with mock.patch(
            'hvctl_lab.up.up',
            autospec=True,
            side_effect=exceptions.ConnectFailure('no connection'),
        ):
            status, _, err = self.call('up')

        self.assertEqual(1, status)
        self.assertEqual(
            f'hvctl-lab: no connection; see the logs in {self.lab.logs}\n',
            err,
        )

    def test_mistake(self):
        """A mistake of the program itself keeps its traceback."""
        with mock.patch(
            'hvctl_lab.up.up', autospec=True, side_effect=AttributeError
        ):
            self.assertRaises(AttributeError, main.main, ['up'])

    def test_package_missing(self):
        """A package that is not installed is told with the command."""
        with mock.patch(
            'hvctl_lab.up.up',
            autospec=True,
            side_effect=ModuleNotFoundError(name='openstack'),
        ):
            status, _, err = self.call('up')

        self.assertEqual(1, status)
        self.assertIn('openstack is missing; run: ', err)
        self.assertIn('-m pip install hvctl-lab', err)

    def test_own_module_missing(self):
        """A module of ours that is missing is a mistake, and no advice."""
        with mock.patch(
            'hvctl_lab.up.up',
            autospec=True,
            side_effect=ModuleNotFoundError(name='hvctl_lab.x'),
        ):
            self.assertRaises(ModuleNotFoundError, main.main, ['up'])

    def test_node_count(self):
        """Numbers that cannot be are refused."""
        for count in ('0', '33', 'x', '-1'):
            with self.subTest(count=count):
                status, _, err = self.call('up', '--nodes', count)

                self.assertEqual(2, status)
                self.assertIn('is not a number from 1 to 32', err)

    def test_run(self):
        """The command replaces this one, on the cloud and with our path."""
        with (
            mock.patch('hvctl_lab.up.up', autospec=True),
            mock.patch(
                'os.execvpe', autospec=True, side_effect=SystemExit
            ) as execute,
        ):
            self.call('run', '--', 'openstack', '--version')

        command, arguments, variables = execute.call_args.args
        self.assertEqual('openstack', command)
        self.assertEqual(['openstack', '--version'], arguments)
        self.assertEqual('lab', variables['OS_CLOUD'])
        self.assertTrue(variables['PATH'].startswith(f'{sys.prefix}/bin:'))

    def test_umask(self):
        """The lab is made for all to read; a command gets its own umask."""
        seen = []

        def look(*_: object, **__: object) -> None:
            seen.append(os.umask(0))
            os.umask(seen[-1])
            if len(seen) == 2:
                raise SystemExit

        self.addCleanup(os.umask, os.umask(0o077))
        with (
            mock.patch('hvctl_lab.up.up', autospec=True, side_effect=look),
            mock.patch('os.execvpe', autospec=True, side_effect=look),
        ):
            self.call('run', '--', 'x')

        self.assertEqual([0o022, 0o077], seen)

    def test_run_nothing(self):
        """A command that is not there is told like a shell would."""
        with mock.patch('hvctl_lab.up.up', autospec=True):
            status, _, err = self.call('run', '--', '/no/such/command')

        self.assertEqual(1, status)
        self.assertIn('/no/such/command: No such file or directory', err)

    def test_status_of_nothing(self):
        """Everything is down, and the exit status says so."""
        status, out, _ = self.call('status')

        self.assertEqual(1, status)
        self.assertIn('keystone', out)
        self.assertNotIn(' up ', out)

    def test_destroy_nothing(self):
        """What is not there need not be removed."""
        status, _, _ = self.call('destroy')

        self.assertEqual(0, status)
        self.assertFalse(self.lab.directory.exists())

    def test_bad_environment(self):
        """A bad variable is told in a sentence."""
        with mock.patch.dict(os.environ, {'HVCTL_LAB_PORT_BASE': 'x'}):
            status, _, err = self.call('status')

        self.assertEqual(1, status)
        self.assertIn('HVCTL_LAB_PORT_BASE=x is not', err)
