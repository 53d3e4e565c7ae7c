# SPDX-License-Identifier: Apache-2.0
"""Tests of the certificates of SSH."""

from __future__ import annotations

import dataclasses
import unittest

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric import rsa

from hvctl import exceptions
from hvctl.certificates import ssh
from hvctl.model.secret import Secret
from hvctl.tests.unit.certificates import issued

AUTHORITY = ssh.new_authority()
WHERE = 'migration.cold.issue_user'


def read(line: str) -> serialization.SSHCertificate:
    """Read a certificate."""
    found = serialization.load_ssh_public_identity(line.encode())
    assert isinstance(found, serialization.SSHCertificate)
    return found


class TestUser(unittest.TestCase):
    """What a host enters others by."""

    def setUp(self) -> None:
        """Issue it."""
        super().setUp()
        self.issued = ssh.issue_user(
            AUTHORITY, WHERE, 'nova', issued.HOLDER, issued.VALIDITY
        )
        self.certificate = read(self.issued.certificate)

    def test_whom(self) -> None:
        """It is for one user, and names the host."""
        self.assertEqual(
            serialization.SSHCertificateType.USER, self.certificate.type
        )
        self.assertEqual([b'nova'], self.certificate.valid_principals)
        self.assertEqual(b'hvctl hv1', self.certificate.key_id)

    def test_what(self) -> None:
        """It is for commands from the host's own addresses, and no more."""
        self.assertEqual(
            {b'source-address': b'10.0.0.21/32,10.3.0.21/32,2001:db8::21/128'},
            self.certificate.critical_options,
        )
        self.assertEqual({}, self.certificate.extensions)

    def test_unknown_addresses(self) -> None:
        """Where not all are known, it is for any."""
        found = ssh.issue_user(
            AUTHORITY,
            WHERE,
            'nova',
            dataclasses.replace(issued.HOLDER, sources=None),
            issued.VALIDITY,
        )

        self.assertEqual({}, read(found.certificate).critical_options)

    def test_when(self) -> None:
        """It begins an hour ago, and ends when it is to."""
        self.assertEqual(
            int(issued.NOW.timestamp()) - 3600, self.certificate.valid_after
        )
        self.assertEqual(
            int(issued.ENDS.timestamp()), self.certificate.valid_before
        )
        self.assertEqual(issued.ENDS, self.issued.ends)

    def test_by_whom(self) -> None:
        """The authority has signed it, and says whom to trust."""
        self.certificate.verify_cert_signature()
        self.assertEqual(ssh.trusted(AUTHORITY, WHERE), self.issued.authority)
        self.assertTrue(self.issued.authority.startswith('ssh-ed25519 '))
        self.assertEqual(
            self.issued.authority.encode(),
            self.certificate.signature_key().public_bytes(
                serialization.Encoding.OpenSSH,
                serialization.PublicFormat.OpenSSH,
            ),
        )

    def test_key(self) -> None:
        """The key is the host's own: each has another."""
        other = ssh.issue_user(
            AUTHORITY, WHERE, 'nova', issued.HOLDER, issued.VALIDITY
        )

        self.assertEqual(
            ssh.trusted(self.issued.private_key, WHERE),
            self.issued.public_key,
        )
        self.assertNotEqual(other.private_key, self.issued.private_key)


class TestHost(unittest.TestCase):
    """What a host proves itself by."""

    def test_whom(self) -> None:
        """It is for all names and addresses by which others ask."""
        found = ssh.issue_host(
            AUTHORITY, WHERE, issued.HOLDER, issued.VALIDITY
        )
        certificate = read(found.certificate)

        certificate.verify_cert_signature()
        self.assertEqual(
            serialization.SSHCertificateType.HOST, certificate.type
        )
        self.assertEqual(
            [b'hv1', b'hv1.example.org', b'10.0.0.21', b'2001:db8::21'],
            certificate.valid_principals,
        )
        self.assertEqual({}, certificate.critical_options)


class TestAuthority(unittest.TestCase):
    """Keys of others that may sign."""

    def test_kinds(self) -> None:
        """RSA and elliptic curves do, in either form."""
        none = serialization.NoEncryption()
        for key in (
            rsa.generate_private_key(65537, 2048),
            ec.generate_private_key(ec.SECP256R1()),
        ):
            for form in (
                serialization.PrivateFormat.OpenSSH,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.PrivateFormat.PKCS8,
            ):
                with self.subTest(key=key, form=form):
                    text = key.private_bytes(
                        serialization.Encoding.PEM, form, none
                    ).decode()

                    found = ssh.issue_host(
                        Secret(text), WHERE, issued.HOLDER, issued.VALIDITY
                    )

                    read(found.certificate).verify_cert_signature()

    def test_wrong(self) -> None:
        """What cannot be read is refused, and not shown."""
        locked = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b'word'),
        )
        for text in ('Hunter2', locked.decode(), ''):
            with self.subTest(text=text):
                with self.assertRaises(exceptions.InvalidRequest) as caught:
                    ssh.trusted(Secret(text), WHERE)
                self.assertIn(
                    f'{WHERE} is no private key that could be read',
                    str(caught.exception),
                )
                self.assertNotIn('Hunter2', str(caught.exception))
