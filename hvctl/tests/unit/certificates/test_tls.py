# SPDX-License-Identifier: Apache-2.0
"""Tests of the certificates by which libvirt and QEMU know each other."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import unittest

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509 import oid

from hvctl import exceptions
from hvctl.certificates import tls
from hvctl.model.credentials import Validity
from hvctl.model.secret import Secret
from hvctl.tests.fixtures import authorities
from hvctl.tests.unit.certificates import issued

AUTHORITY = tls.new_authority(issued.NOW)
WHERE = 'migration.live.issue'
NO_CERTIFICATE = 'has no certificate in PEM'
#: As they stand in a certificate: its version, and the curve of its key.
VERSION_3, VERSION_2 = b'\xa0\x03\x02\x01\x02', b'\xa0\x03\x02\x01\x01'
P_256, P_NONE = b'\xce\x3d\x03\x01\x07', b'\xce\x3d\x03\x01\x63'


def read(text: str) -> x509.Certificate:
    """Read a certificate."""
    return x509.load_pem_x509_certificate(text.encode())


def changed(text: str, old: bytes, new: bytes) -> str:
    """Return a text in PEM with other bytes."""
    first, *lines, last = text.strip().split('\n')
    found = base64.b64decode(''.join(lines))
    assert old in found
    lines = [base64.b64encode(found.replace(old, new)).decode()]
    return '\n'.join([first, *lines, last, ''])


def below(
    name: str,
    above: authorities.Authority | None = None,
    *,
    ends: datetime.datetime = issued.ENDS,
) -> authorities.Authority:
    """Make an authority, by itself or below another one."""
    return authorities.make(name, above, begins=issued.NOW, ends=ends)


def key_of(text: str) -> bytes:
    """Return the public key of a private one."""
    key = serialization.load_pem_private_key(text.encode(), None)
    return key.public_key().public_bytes(
        serialization.Encoding.DER,
        serialization.PublicFormat.SubjectPublicKeyInfo,
    )


class TestAuthority(unittest.TestCase):
    """Who issues certificates."""

    def test_certificate(self) -> None:
        """It may sign hosts, and nobody below it others; for ten years."""
        text = tls.trusted(AUTHORITY, WHERE)
        found = read(text)

        self.assertNotIn('PRIVATE', text)
        found.verify_directly_issued_by(found)
        basic = found.extensions.get_extension_for_class(x509.BasicConstraints)
        self.assertEqual(
            (True, True, 0),
            (basic.critical, basic.value.ca, basic.value.path_length),
        )
        usage = found.extensions.get_extension_for_class(x509.KeyUsage)
        self.assertIs(True, usage.critical)
        self.assertIs(True, usage.value.key_cert_sign)
        self.assertIs(False, usage.value.digital_signature)
        self.assertEqual(
            datetime.datetime(2036, 11, 24, 8, 30, tzinfo=datetime.UTC),
            tls._end(found),
        )

    def test_names(self) -> None:
        """No two have the same: a host may trust both."""
        other = read(tls.trusted(tls.new_authority(issued.NOW), WHERE))

        self.assertNotEqual(
            read(tls.trusted(AUTHORITY, WHERE)).subject, other.subject
        )

    def test_is_masked(self) -> None:
        """It is a secret, wherever it is printed."""
        self.assertEqual('***', str(AUTHORITY))

    def test_wrong(self) -> None:
        """What is no authority is refused, and not shown."""
        own = tls.issue(AUTHORITY, WHERE, issued.HOLDER, issued.VALIDITY)
        certificate = tls.trusted(AUTHORITY, WHERE)
        key = own.private_key.reveal()
        ed = ed25519.Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        for text, words in (
            ('Hunter2', NO_CERTIFICATE),
            (certificate.replace('M', 'N'), NO_CERTIFICATE),
            (changed(certificate, VERSION_3, VERSION_2), NO_CERTIFICATE),
            (changed(certificate, P_256, P_NONE), NO_CERTIFICATE),
            (certificate, 'has no private key in PEM'),
            (
                certificate + changed(key, P_256, P_NONE),
                'has no private key in PEM',
            ),
            (certificate + ed.decode(), 'has no private key in PEM'),
            (certificate + key, 'is not the one of the certificate'),
            (own.certificate + key, 'is not the one of an authority'),
        ):
            with self.subTest(words=words):
                with self.assertRaises(exceptions.InvalidRequest) as caught:
                    tls.issue(
                        Secret(text), WHERE, issued.HOLDER, issued.VALIDITY
                    )
                error = str(caught.exception)
                self.assertIn(f'{WHERE}', error)
                self.assertIn(words, error)
                self.assertNotIn('Hunter2', error)
                self.assertNotIn('BEGIN', error)


class TestIssue(unittest.TestCase):
    """What a host gets."""

    def setUp(self) -> None:
        """Issue it."""
        super().setUp()
        self.issued = tls.issue(
            AUTHORITY, WHERE, issued.HOLDER, issued.VALIDITY
        )
        self.certificate = read(self.issued.certificate)

    def test_names(self) -> None:
        """It is for the host's names and addresses."""
        found = self.certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value

        self.assertEqual(
            ['hv1', 'hv1.example.org'],
            found.get_values_for_type(x509.DNSName),
        )
        self.assertEqual(
            [
                ipaddress.ip_address('10.0.0.21'),
                ipaddress.ip_address('2001:db8::21'),
            ],
            found.get_values_for_type(x509.IPAddress),
        )

    def test_usage(self) -> None:
        """It is for both ends, and for no authority."""
        extensions = self.certificate.extensions
        self.assertEqual(
            {
                oid.ExtendedKeyUsageOID.SERVER_AUTH,
                oid.ExtendedKeyUsageOID.CLIENT_AUTH,
            },
            set(
                extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            ),
        )
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        self.assertIs(True, usage.digital_signature)
        self.assertIs(True, usage.key_encipherment)
        self.assertIs(False, usage.key_cert_sign)
        basic = extensions.get_extension_for_class(x509.BasicConstraints)
        self.assertIs(False, basic.value.ca)

    def test_authority(self) -> None:
        """The authority has signed it, and says whom to trust."""
        self.certificate.verify_directly_issued_by(read(self.issued.authority))
        self.assertEqual(tls.trusted(AUTHORITY, WHERE), self.issued.authority)

    def test_authority_below_others(self) -> None:
        """Whoever trusts the first alone gets what leads to it."""
        root = below('root')
        first = below('first', root)
        second = below('second', first)
        stranger = below('stranger').public
        for last, secret, chain in (
            (first, [first], [first]),
            (first, [first, root], [first]),
            (second, [second], [second]),
            (second, [second, first], [second, first]),
            (second, [root, first, second], [second, first]),
            (root, [root], []),
        ):
            text = ''.join(one.public for one in secret)
            with self.subTest(secret=text):
                found = tls.issue(
                    Secret(stranger + text + last.private),
                    WHERE,
                    issued.HOLDER,
                    issued.VALIDITY,
                )

                own, *others = tls._CERTIFICATE.findall(found.certificate)
                read(own).verify_directly_issued_by(last.certificate)
                self.assertEqual([one.public for one in chain], others)
                # libvirt wants to see its own issuer among them.
                self.assertEqual(last.public, found.authority)

    def test_longer_than_any_above(self) -> None:
        """It ends with the first of those that lead to the root."""
        root = below('root')
        soon = issued.ENDS - datetime.timedelta(days=1)
        first = below('first', root, ends=soon)
        second = below('second', first)

        found = tls.issue(
            Secret(second.public + first.public + second.private),
            WHERE,
            issued.HOLDER,
            issued.VALIDITY,
        )

        self.assertEqual(soon, found.ends)

    def test_key(self) -> None:
        """The key is the host's own: each has another."""
        other = tls.issue(AUTHORITY, WHERE, issued.HOLDER, issued.VALIDITY)

        self.assertEqual(
            tls._public(self.certificate.public_key()),
            key_of(self.issued.private_key.reveal()),
        )
        self.assertNotEqual(other.private_key, self.issued.private_key)
        tls.check_pair(
            self.issued.certificate, self.issued.private_key, 'pair'
        )
        with self.assertRaises(exceptions.InvalidRequest):
            tls.check_pair(self.issued.certificate, other.private_key, 'pair')

    def test_time(self) -> None:
        """It begins a while ago, and ends when it is to."""
        self.assertEqual(issued.ENDS, self.issued.ends)
        self.assertEqual(issued.ENDS, tls._end(self.certificate))

    def test_longer_than_its_authority(self) -> None:
        """Nothing is good for longer than who has signed it."""
        later = tls._end(read(self.issued.authority))
        forever = Validity(
            now=issued.NOW, ends=later + datetime.timedelta(days=1)
        )

        found = tls.issue(AUTHORITY, WHERE, issued.HOLDER, forever)

        self.assertEqual(later, found.ends)
        over = Validity(now=later, ends=later + datetime.timedelta(days=1))
        with self.assertRaisesRegex(
            exceptions.InvalidRequest,
            f'{WHERE}: the authority is not good any more since 2036-11-24',
        ):
            tls.issue(AUTHORITY, WHERE, issued.HOLDER, over)

    def test_another_authority(self) -> None:
        """One that somebody else made does, too: a chain, a key in front."""
        text = AUTHORITY.reveal()
        certificate = tls.trusted(AUTHORITY, WHERE)
        other = tls.trusted(tls.new_authority(issued.NOW), WHERE)
        key = text.replace(certificate, '')

        found = tls.issue(
            Secret(f'{key}{other}{certificate}'),
            WHERE,
            issued.HOLDER,
            issued.VALIDITY,
        )

        self.assertEqual(certificate, found.authority)
