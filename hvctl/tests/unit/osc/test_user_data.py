# SPDX-License-Identifier: Apache-2.0
"""Tests of the command that shows a user-data, without a cloud."""

from __future__ import annotations

import email
import io
import types

from osc_lib import exceptions

from hvctl.osc.v1 import hypervisor_ephemeral_user_data
from hvctl.tests.unit.profiles import base

MAIN = """
profiles:
  plain:
    networking: {kind: ovs, tunnel_types: [vxlan]}
    subnetworks: [{network: storage}]
    nova:
      DEFAULT: {transport_url: "rabbit://nova:<secret:bus>@10.0.0.1/"}
      placement: {password: <secret:nova>}
"""
SECURE = """
profiles:
  plain: {secrets: {bus: 'Hunter2/', nova: 'Hun$ter2nova'}}
"""
#: As they stand in the files of a host.
WRITTEN = ('Hunter2%2F', 'Hun$$ter2nova')


class TestUserData(base.ProfilesTestCase):
    """``openstack hypervisor ephemeral user data show``."""

    def setUp(self):
        super().setUp()
        self.write(MAIN, SECURE)

    def show(self, *words):
        """Give what the command prints."""
        output = io.StringIO()
        # A client manager would be asked for a cloud: there is none.
        app = types.SimpleNamespace(stdout=output, client_manager=None)
        command = (
            hypervisor_ephemeral_user_data.ShowHypervisorEphemeralUserData(
                app, None
            )
        )
        options = command.get_parser('show').parse_args(
            [*words, '--profiles-file', str(self.main)]
        )
        self.assertEqual(0, command.run(options))
        return output.getvalue()

    def test_asks_for_no_cloud(self):
        """Nothing of the cloud is in it."""
        self.assertFalse(
            hypervisor_ephemeral_user_data.ShowHypervisorEphemeralUserData.auth_required
        )

    def test_whole(self):
        """A document as cloud-init gets it, without secrets."""
        text = self.show('--profile', 'plain', 'hv1')

        parts = email.message_from_string(text).get_payload()
        self.assertEqual(
            ['hvctl.yaml', 'hvctl-start.yaml'],
            [part.get_filename() for part in parts],
        )
        self.assertIn('host = hv1\n', text)
        self.assertIn('password = ***\n', text)
        self.assertNotIn('Hun', text)

    def test_decode(self):
        """Part by part; what only the cloud knows is a question mark."""
        text = self.show('--profile', 'plain', '--decode', 'hv1')

        self.assertTrue(text.startswith('# ---- hvctl.yaml '), text[:40])
        self.assertIn('# ---- hvctl-start.yaml ', text)
        self.assertIn('    parent ?\n    vlan? ? ? ? ?\n', text)
        self.assertNotIn('Hun', text)

    def test_reveal(self):
        """Secrets are shown when they are asked for."""
        text = self.show('--profile', 'plain', '--reveal', 'hv1')

        for secret in WRITTEN:
            self.assertIn(secret, text)

    def test_same_each_time(self):
        """So that two of them can be compared."""
        self.assertEqual(
            self.show('--profile', 'plain', 'hv1'),
            self.show('--profile', 'plain', 'hv1'),
        )

    def test_errors(self):
        """An unknown profile, a name that is none."""
        for words in (
            ('--profile', 'other', 'hv1'),
            ('--profile', 'plain', '-'),
        ):
            with self.subTest(words=words):
                with self.assertRaises(exceptions.CommandError):
                    self.show(*words)
