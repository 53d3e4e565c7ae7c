# SPDX-License-Identifier: Apache-2.0
"""Tests of the commands for profiles, without a cloud."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import tempfile
import types
from unittest import mock

from osc_lib import exceptions

from hvctl.osc.v1 import hypervisor_ephemeral_profile
from hvctl.tests.unit.profiles import base

MAIN = """
profiles:
  plain:
    image: debian
    flavor: metal
    nova:
      DEFAULT: {transport_url: "rabbit://nova:<secret:bus>@10.0.0.1/"}
      placement: {password: <secret:nova>, username: nova}
  wired:
    extends: plain
    networking: {kind: ovs, bridge_mappings: {physnet1: br-ex}}
    packages: []
"""
SECURE = """
profiles:
  plain: {secrets: {bus: Hunter2, nova: Hunter2nova}}
"""
COMMANDS = {
    'list': 'ListHypervisorEphemeralProfile',
    'show': 'ShowHypervisorEphemeralProfile',
    'validate': 'ValidateHypervisorEphemeralProfile',
}


def _command(verb):
    """The class of a command."""
    return getattr(hypervisor_ephemeral_profile, COMMANDS[verb])


BAD = '  bad: {extends: plan, imgae: x}\n'


class TestProfile(base.ProfilesTestCase):
    """``openstack hypervisor ephemeral profile ...``."""

    def setUp(self):
        super().setUp()
        self.write(MAIN, SECURE)
        patch = mock.patch.dict(
            os.environ, {'HVCTL_PROFILES_FILE': str(self.main)}
        )
        patch.start()
        self.addCleanup(patch.stop)

    def run_command(self, verb, *words):
        """Give the exit status, standard output and standard error."""
        output, errors = io.StringIO(), io.StringIO()
        # A client manager would be asked for a cloud: there is none.
        app = types.SimpleNamespace(
            stdout=output, stderr=errors, client_manager=None
        )
        command = _command(verb)(app, None)
        options = command.get_parser(verb).parse_args(words)
        try:
            status = command.run(options)
        except exceptions.CommandError as error:
            errors.write(f'{error}\n')
            status = 1
        return status, output.getvalue(), errors.getvalue()

    def test_ask_for_no_cloud(self):
        """None of the commands asks for credentials."""
        for command in map(_command, COMMANDS):
            self.assertIs(False, command.auth_required)

    def read(self, *words):
        status, output, _ = self.run_command(*words, '-f', 'json')
        self.assertEqual(0, status)
        return json.loads(output)

    def test_no_file(self):
        """Who has none yet is told how to begin; it is no failure."""
        with tempfile.TemporaryDirectory() as home:
            with (
                mock.patch.dict(os.environ, HOME=home, XDG_CONFIG_HOME=home),
                contextlib.chdir(home),
            ):
                del os.environ['HVCTL_PROFILES_FILE']
                status, output, errors = self.run_command('list', '-f', 'json')
                shown, _, refused = self.run_command('show', 'plain')

        self.assertEqual((0, []), (status, json.loads(output)))
        self.assertIn(f'{home}/openstack/hvctl.yaml', errors)
        self.assertIn('To begin, copy', errors)
        self.assertEqual(1, shown)
        self.assertIn('no profiles: there is none of', refused)

    def test_file_that_is_named(self):
        """One that somebody has named must be there."""
        status, _, errors = self.run_command(
            'list', '--profiles-file', '/nowhere'
        )

        self.assertEqual(1, status)
        self.assertIn('/nowhere cannot be read', errors)

    def test_unknown_column(self):
        """It is refused by its name, with those that there are."""
        for verb in ('list', 'validate'):
            with self.subTest(verb=verb):
                status, _, errors = self.run_command(verb, '-c', 'Nmae')

                self.assertEqual(1, status)
                self.assertIn("there is no column 'Nmae'", errors)

    def test_list(self):
        """Every profile has its row, in the order of the file."""
        self.assertEqual(
            [
                {
                    'Name': 'plain',
                    'Extends': '',
                    'Networking': 'none',
                    'Image': 'debian',
                    'Flavor': 'metal',
                    'File': str(self.main),
                },
                {
                    'Name': 'wired',
                    'Extends': 'plain',
                    'Networking': 'ovs',
                    'Image': 'debian',
                    'Flavor': 'metal',
                    'File': str(self.main),
                },
            ],
            self.read('list'),
        )

    def test_list_with_a_wrong_one(self):
        """A wrong profile is listed as such, and why is said."""
        self.write(MAIN + BAD)

        status, output, errors = self.run_command('list', '-f', 'value')

        self.assertEqual(0, status)
        self.assertIn(f'bad plan invalid   {self.main}\n', output)
        self.assertIn("there is no profile 'plan'", errors)

    def test_show(self):
        """A profile is shown merged, with the names of the file."""
        shown = self.read('show', 'wired')

        self.assertEqual('debian', shown['image'])
        self.assertEqual('ovs', shown['networking']['kind'])
        self.assertEqual({'debian': [], 'rhel': []}, shown['packages'])
        self.assertEqual(2400, shown['timeouts']['deploy'])
        self.assertEqual(
            {
                'DEFAULT': {'transport_url': '***'},
                'placement': {'password': '***', 'username': 'nova'},
            },
            shown['nova'],
        )

    def test_no_formatter_shows_a_secret(self):
        """Secrets are masked in every format, and in errors."""
        for words in (
            ('-f', 'table'),
            ('-f', 'value'),
            ('-f', 'json'),
            ('-f', 'yaml'),
            ('-f', 'shell'),
            ('--reveal', 'nova.placement.username'),
        ):
            with self.subTest(words=words):
                _, *texts = self.run_command('show', 'plain', *words)

                self.assertNotIn('Hunter2', ''.join(texts))
        _, *texts = self.run_command('list', '-f', 'json')
        self.assertNotIn('Hunter2', ''.join(texts))

    def test_reveal(self):
        """A secret is shown by its name, the others are not."""
        shown = self.read('show', 'wired', '--reveal', 'secrets.nova')

        self.assertEqual(
            {'nova': 'Hunter2nova', 'bus': '***'}, shown['secrets']
        )
        self.assertEqual('***', shown['nova']['placement']['password'])

    def test_reveal_nothing(self):
        """What is no secret cannot be revealed; the error has the names."""
        status, output, errors = self.run_command(
            'show', 'plain', '--reveal', 'nova.placement.username'
        )

        self.assertEqual((1, ''), (status, output))
        self.assertIn('there are: nova.DEFAULT.transport_url, ', errors)

    def test_validate(self):
        """Profiles without problems are ok, and so is the command."""
        self.assertEqual(
            [
                {'Name': 'plain', 'Result': 'ok', 'Problem': ''},
                {'Name': 'wired', 'Result': 'ok', 'Problem': ''},
            ],
            self.read('validate'),
        )

    def test_validate_wrong(self):
        """Each problem has its row, and the command fails."""
        self.write(MAIN + BAD)

        status, output, _ = self.run_command('validate', '-f', 'json')

        self.assertEqual(1, status)
        problems = {
            row['Problem'].partition('profiles.')[2].partition(':')[0]
            for row in json.loads(output)
            if row['Result'] == 'failed'
        }
        self.assertEqual({'bad.extends', 'bad.imgae'}, problems)
        status, output, _ = self.run_command('validate', 'wired')
        self.assertEqual(0, status)

    def test_validate_warns(self):
        """A profile that lets no guest leave is good, and a line says so."""
        status, output, errors = self.run_command('validate', 'wired')

        self.assertEqual(0, status)
        self.assertIn('ok', output)
        self.assertEqual(1, errors.count('\n'), errors)
        self.assertIn(
            'Warning: profile wired: no guest can leave its hypervisors',
            errors,
        )

    def test_validate_too_large(self):
        """A profile whose user-data Nova would not take is wrong, too."""
        part = self.directory / 'script'
        noise = random.Random(1).randbytes(60_000).hex()
        part.write_text(f'#!/bin/sh\n# {noise}\n')
        self.write(MAIN + '  large: {user_data: [script]}\n', SECURE)

        status, output, _ = self.run_command('validate', '-f', 'json')

        self.assertEqual(1, status)
        self.assertEqual(
            [('plain', 'ok'), ('wired', 'ok'), ('large', 'failed')],
            [(row['Name'], row['Result']) for row in json.loads(output)],
        )
        self.assertIn('the user-data is too large for Nova', output)

    def test_option(self):
        """The option counts more than the environment."""
        other = self.directory / 'other.yaml'
        other.write_text('profiles: {mine: {}}')

        rows = self.read('list', '--profiles-file', str(other))

        self.assertEqual(['mine'], [row['Name'] for row in rows])

    def test_errors(self):
        """What is wrong with the files is one line."""
        self.main.unlink()

        for words in (('list',), ('show', 'plain'), ('validate',)):
            with self.subTest(words=words):
                status, output, errors = self.run_command(*words)

                self.assertEqual((1, ''), (status, output))
                self.assertEqual(
                    f'{self.main} cannot be read: No such file or directory\n',
                    errors,
                )
