# SPDX-License-Identifier: Apache-2.0
"""Tests of the keys that create issues."""

from __future__ import annotations

import base64
import datetime
import gzip
import os

from osc_lib import exceptions as osc_exceptions
import yaml

from hvctl.certificates import ssh
from hvctl.certificates import tls
from hvctl.model import identity
from hvctl.model.credentials import Validity
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.profile import Profile
from hvctl.model.steps import CreateServer
from hvctl.model.transport import LiveTls, Transport
from hvctl.osc.create import issuer
from hvctl.tests.unit.certificates import issued
from hvctl.tests.unit.osc import base

PROFILES = """\
profiles:
  p:
    image: debian
    flavor: metal
    network: internalapi
    expiry: 8h
    nova: {DEFAULT: {transport_url: 'rabbit://u:p@h/'}}
    migration:
      live: {transport: tls, issue: <secret:tls>}
      cold: {transport: ssh, issue_user: <secret:user>, \
issue_host: <secret:host>}
"""


class TestIssuer(base.TestCommand):
    """The keys of one run."""

    def test_same(self):
        """However often it is asked, a host has the same keys."""
        found = issuer.Issuer(
            Profile(
                name='p',
                migration=Transport(
                    live=LiveTls(issue=tls.new_authority(issued.NOW))
                ),
            ),
            issued.VALIDITY,
        )
        ports = MachinePorts(address='10.0.0.9')

        first = found.issue('hv1', ports)

        self.assertEqual(first, found.issue('hv1', ports))
        self.assertNotEqual(first, found.issue('hv2', ports))
        self.assertNotEqual(
            first, found.issue('hv1', MachinePorts(address='10.0.0.8'))
        )
        self.assertEqual(issued.ENDS, found.ends())

    def test_nothing(self):
        """Without authorities nothing ends, and no address is needed."""
        found = issuer.Issuer(Profile(name='p'), Validity.of(issued.NOW, None))

        self.assertIsNone(found.ends())
        self.assertIsNone(found.issue('hv1', MachinePorts()).ends)


class TestCreate(base.TestCommand):
    """Whole runs."""

    def create_one(self, tls_authority=None, *args):
        """Make a hypervisor."""
        secrets = {
            'tls': tls_authority
            or tls.new_authority(self.cloud.clock.now()).reveal(),
            'user': ssh.new_authority().reveal(),
            'host': ssh.new_authority().reveal(),
        }
        self.secrets = secrets
        secure = self.a_file(
            'hvctl-secure.yaml',
            yaml.safe_dump({'profiles': {'p': {'secrets': secrets}}}),
        )
        os.chmod(secure, 0o600)
        profiles = self.a_file('hvctl.yaml', PROFILES)
        return self.run_command(
            'create',
            *('hv1', '--profile', 'p', '--profiles-file', profiles),
            *args,
        )

    def test_metadata(self):
        """The server tells when the certificates end, and has no secret."""
        self.assertEqual(0, self.create_one())

        (step,) = [
            step
            for step in self.cloud.changes
            if isinstance(step, CreateServer)
        ]
        ends = datetime.datetime.fromisoformat(
            step.metadata[identity.CERTIFICATES_KEY]
        )
        expires = datetime.datetime.fromisoformat(
            step.metadata[identity.EXPIRES_KEY]
        )
        self.assertEqual(datetime.timedelta(days=7), ends - expires)
        for text in (*step.metadata.values(), self.out, self.err):
            self.assertNotIn('PRIVATE', text)
        sent = base64.b64decode(step.user_data)
        text = gzip.decompress(sent).decode()
        self.assertIn('/etc/pki/libvirt/private/serverkey.pem', text)
        self.assertIn('ed25519_certificate', text)
        for secret in self.secrets.values():
            # No key of an authority leaves this machine.  The last line of one
            # may be padding, which is the same in all.
            self.assertNotIn(secret.splitlines()[-3], text)

    def test_bad_authority(self):
        """What is no authority is refused before anything is made."""
        error = self.assertRaises(
            osc_exceptions.CommandError, self.create_one, 'Hunter2'
        )

        self.assertIn('migration.live.issue has no certificate', str(error))
        self.assertNotIn('Hunter2', str(error))
        self.assertEqual([], self.cloud.changes)
