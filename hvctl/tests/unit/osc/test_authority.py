# SPDX-License-Identifier: Apache-2.0
"""Tests of the commands for a profile's authorities."""

from __future__ import annotations

import io
import json
import stat
import types

from osc_lib import exceptions
import yaml

from hvctl.certificates import issuing
from hvctl.certificates import tls
from hvctl.osc import authorities
from hvctl.osc.v1 import hypervisor_ephemeral_profile_authority
from hvctl.tests.unit.certificates import issued
from hvctl.tests.unit.profiles import base

COMMANDS = {
    'create': 'CreateHypervisorEphemeralProfileAuthority',
    'show': 'ShowHypervisorEphemeralProfileAuthority',
}
MAIN = 'profiles:\n  plain:\n    image: debian\n'
TRUSTED = {'ca_certificate', 'authorized_keys', 'known_hosts'}


class TestAuthority(base.ProfilesTestCase):
    """``openstack hypervisor ephemeral profile authority ...``."""

    def setUp(self) -> None:
        """Write a profile."""
        super().setUp()
        self.write(MAIN)

    def read(self, verb, *words):
        """Run a command, and read what it prints."""
        output = io.StringIO()
        app = types.SimpleNamespace(
            stdout=output, stderr=io.StringIO(), client_manager=None
        )
        kind = getattr(hypervisor_ephemeral_profile_authority, COMMANDS[verb])
        self.assertIs(False, kind.auth_required)
        command = kind(app, None)
        options = command.get_parser(verb).parse_args(
            [
                *words,
                *('--profiles-file', str(self.main)),
                *('-f', 'json'),
            ]
        )
        self.assertEqual(0, command.run(options))
        return json.loads(output.getvalue())

    def test_unknown_column(self) -> None:
        """A column that there is not is refused before anything is written."""
        with self.assertRaisesRegex(
            exceptions.CommandError, "there is no column 'nmae'"
        ):
            self.read('create', 'plain', '-c', 'ca_certificate', '-c', 'nmae')

        self.assertFalse(self.secure.exists())

    def test_columns(self) -> None:
        """Those that there are can be asked for."""
        made = self.read('create', 'plain', '-c', 'Known_Hosts')

        self.assertEqual({'known_hosts'}, made.keys())

    def test_create(self) -> None:
        """What it makes and prints is all that a profile needs."""
        made = self.read('create', 'plain')

        self.assertEqual({'secrets_file', 'profile', *TRUSTED}, made.keys())
        self.assertEqual(authorities.MADE, tuple(made))
        self.assertEqual(str(self.secure), made['secrets_file'])
        self.assertEqual(0o600, stat.S_IMODE(self.secure.stat().st_mode))
        self.assertNotIn('PRIVATE', json.dumps(made))
        addition = yaml.safe_load(made['profile'])
        main = yaml.safe_load(MAIN)
        main['profiles']['plain'].update(addition)
        self.main.write_text(yaml.safe_dump(main))
        profile = self.load(self.main.read_text()).get('plain')
        found = issuing.issue(profile, issued.HOLDER, issued.VALIDITY)
        assert found.tls and found.ssh_user and found.ssh_host
        self.assertEqual(
            {
                'ca_certificate': found.tls.authority,
                'authorized_keys': 'cert-authority,principals="nova" '
                f'{found.ssh_user.authority}',
                'known_hosts': f'@cert-authority * {found.ssh_host.authority}',
            },
            {name: made[name] for name in TRUSTED},
        )
        self.assertEqual(
            {name: made[name] for name in TRUSTED}, self.read('show', 'plain')
        )

    def test_again(self) -> None:
        """Another name makes further ones; the same name is refused."""
        self.read('create', 'plain')
        before = self.secure.read_text()
        with self.assertRaisesRegex(
            exceptions.CommandError, 'migration-tls is there already'
        ):
            self.read('create', 'plain')
        self.assertEqual(before, self.secure.read_text())

        self.read('create', 'plain', '--name', 'next')

        found = yaml.safe_load(self.secure.read_text())
        self.assertEqual(6, len(found['profiles']['plain']['secrets']))

    def test_wrong(self) -> None:
        """What cannot be is refused, and nothing is written."""
        for words, expected in (
            (('create', 'plian'), 'did you mean plain'),
            (('create', 'plain', '--name', 'a b'), 'no name for secrets'),
            (('show', 'plain'), 'profile plain has no authority'),
        ):
            with self.subTest(words=words):
                with self.assertRaisesRegex(exceptions.CommandError, expected):
                    self.read(*words)
        self.assertFalse(self.secure.exists())

    def test_part(self) -> None:
        """Where a profile issues a part only, others trust that part."""
        key = tls.new_authority(issued.NOW).reveal()
        secure = {'profiles': {'plain': {'secrets': {'ca': key}}}}
        self.write(
            f'{MAIN}    migration:\n'
            '      live: {transport: tls, issue: <secret:ca>}\n',
            yaml.safe_dump(secure),
        )

        self.assertEqual({'ca_certificate'}, self.read('show', 'plain').keys())
