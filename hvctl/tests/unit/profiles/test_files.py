# SPDX-License-Identifier: Apache-2.0
"""Tests of where the files are found, and of who may read the secrets."""

from __future__ import annotations

import os
import pathlib
from unittest import mock

from hvctl import exceptions
from hvctl.profiles import files
from hvctl.tests.unit.profiles import base


class TestFind(base.ProfilesTestCase):
    """The file is found as clouds.yaml is."""

    def setUp(self) -> None:
        super().setUp()
        before = pathlib.Path.cwd()
        self.addCleanup(os.chdir, before)
        self.home = self.directory / 'home'
        self.current = self.directory / 'current'
        for directory in (self.home / '.config' / 'openstack', self.current):
            directory.mkdir(parents=True)
        os.chdir(self.current)
        self.user_file = self.home / '.config' / 'openstack' / 'hvctl.yaml'
        system = mock.patch.object(
            files, '_SYSTEM', str(self.directory / 'etc')
        )
        system.start()
        self.addCleanup(system.stop)

    def found(self, option=None, **variables):
        return files.load(option, {'HOME': str(self.home), **variables})

    def put(self, path, name):
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'profiles: {{{name}: {{}}}}')

    def test_order(self) -> None:
        """Option, variable, current directory, user's, system's."""
        self.put(self.directory / 'etc' / 'hvctl.yaml', 'system')
        self.assertEqual(('system',), self.found().names())
        self.put(self.user_file, 'user')
        self.assertEqual(('user',), self.found().names())
        self.put(self.current / 'hvctl.yaml', 'current')
        self.assertEqual(('current',), self.found().names())
        variable = self.directory / 'variable.yaml'
        self.put(variable, 'variable')
        named = {files.VARIABLE: str(variable)}
        self.assertEqual(('variable',), self.found(**named).names())
        option = self.directory / 'option.yaml'
        self.put(option, 'option')
        self.assertEqual(('option',), self.found(str(option), **named).names())

    def test_configuration_directory(self) -> None:
        """XDG_CONFIG_HOME is where the user's configuration is."""
        self.put(self.directory / 'openstack' / 'hvctl.yaml', 'xdg')

        library = self.found(XDG_CONFIG_HOME=str(self.directory))

        self.assertEqual(('xdg',), library.names())

    def test_none(self) -> None:
        """Without any file the error has all places and how to name one."""
        with self.assertRaises(exceptions.InvalidRequest) as caught:
            self.found()

        for word in (str(self.user_file), '--profiles-file', files.VARIABLE):
            self.assertIn(word, str(caught.exception))

    def test_named_and_not_there(self) -> None:
        """A file that was named is not replaced by another one."""
        self.put(self.current / 'hvctl.yaml', 'current')

        with self.assertRaisesRegex(
            exceptions.InvalidRequest, r'gone.yaml cannot be read: No such'
        ):
            self.found('gone.yaml')

    def test_secrets_beside_it(self) -> None:
        """The secrets have the name of the file that they belong to."""
        self.put(self.directory / 'my.yaml', 'a')
        secure = self.directory / 'my-secure.yaml'
        secure.write_text('profiles: {a: {secrets: {x: y}}}')
        secure.chmod(0o600)

        profile = self.found(str(self.directory / 'my.yaml')).get('a')

        self.assertEqual('y', profile.secrets['x'].reveal())


class TestSecretsFile(base.ProfilesTestCase):
    """Who else may read the secrets is an error."""

    MAIN = 'profiles: {a: {}}'
    SECURE = f'profiles: {{a: {{secrets: {{x: {base.SECRET}}}}}}}'

    def test_modes(self) -> None:
        """Modes for others than the owner are refused with the remedy."""
        for mode in (0o640, 0o604, 0o620, 0o644, 0o610):
            with self.subTest(mode=oct(mode)):
                self.write(self.MAIN, self.SECURE)
                self.secure.chmod(mode)

                with self.assertRaises(exceptions.InvalidRequest) as caught:
                    files.load(str(self.main))

                self.assertEqual(
                    f'{self.secure} holds secrets and others than its owner '
                    f'may use it (mode {mode:04o}); type: chmod 600 '
                    f'{self.secure}',
                    str(caught.exception),
                )

    def test_owner(self) -> None:
        """So is a file of another user, but for root."""
        self.write(self.MAIN, self.SECURE)
        owner = self.secure.stat().st_uid

        with mock.patch.object(
            os, 'geteuid', autospec=True, return_value=owner + 1
        ):
            if owner == 0:
                self.assertTrue(files.load(str(self.main)).names())
                os.chown(self.secure, 12345, -1)
            with self.assertRaisesRegex(
                exceptions.InvalidRequest, 'belongs to another user'
            ):
                files.load(str(self.main))

    def test_link_to_nowhere(self) -> None:
        """Secrets that cannot be read are not taken for none."""
        self.write(self.MAIN)
        self.secure.symlink_to('nowhere')

        with self.assertRaisesRegex(
            exceptions.InvalidRequest, 'hvctl-secure.yaml cannot be read'
        ):
            files.load(str(self.main))
