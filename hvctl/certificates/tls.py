# SPDX-License-Identifier: Apache-2.0
"""An authority of TLS, and the certificates of hosts.

An authority is a text: its certificate and its private key, in PEM.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import datetime
import ipaddress
import re
import secrets

from cryptography import exceptions as cryptography_exceptions
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import oid

from hvctl import exceptions
from hvctl.certificates import moments
from hvctl.model.credentials import Holder, Issued, Validity
from hvctl.model.secret import Secret

#: Which of the private keys that there are can sign.
_SIGNING = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_CERTIFICATE = re.compile(
    '-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?', re.DOTALL
)
_PRIVATE_KEY = re.compile(
    '-----BEGIN ([A-Z ]*)PRIVATE KEY-----.*?-----END \\1PRIVATE KEY-----',
    re.DOTALL,
)


def new_authority(now: datetime.datetime) -> Secret:
    """Make an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    # A host may trust several: none has the name of another.
    name = _name(f'hvctl migration authority {secrets.token_hex(4)}')
    now = moments.whole(now)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - moments.AUTHORITY_SLACK)
        .not_valid_after(now + moments.AUTHORITY_LIFE)
        .add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        .add_extension(
            _usage(key_cert_sign=True, crl_sign=True), critical=True
        )
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return Secret(_text(certificate) + _private(key))


def trusted(authority: Secret, where: str) -> str:
    """Return what others trust: its certificate.

    :param where: what to call it in an error
    :raises InvalidRequest: when it is no authority
    """
    return _text(_read(authority, where)[0][0])


def check_trusted(text: str, where: str) -> None:
    """Refuse a text that has no certificates.

    :param where: what to call it in an error
    :raises InvalidRequest: when a certificate could not be read
    """
    _certificates(text, where)


def check_pair(certificate: str, key: Secret, where: str) -> None:
    """Refuse a certificate that is not of a private key.

    :param where: what to call both in an error
    :raises InvalidRequest: when they do not fit
    """
    public = _certificates(certificate, where)[0].public_key()
    if _public(_key(key.reveal(), where).public_key()) != _public(public):
        raise exceptions.InvalidRequest(
            f'{where}: the private key is not the one of the certificate'
        )


def issue(
    authority: Secret, where: str, holder: Holder, validity: Validity
) -> Issued:
    """Issue a key and a certificate to a host, for both ends of TLS.

    :param where: what to call the authority in an error
    :raises InvalidRequest: when it is no authority, or not for so long
    """
    chain, key_above = _read(authority, where)
    above = chain[0]
    last = min(map(_end, chain))
    ends = min(moments.whole(validity.ends), last)
    now = moments.whole(validity.now)
    if ends <= now:
        raise exceptions.InvalidRequest(
            f'{where}: the authority is not good any more since '
            f'{last.isoformat()}; make another one'
        )
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(holder.names[0]))
        .issuer_name(above.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - moments.SLACK)
        .not_valid_after(ends)
        .add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        )
        .add_extension(
            # libvirt and QEMU want both, also where the key could not do the
            # second.
            _usage(digital_signature=True, key_encipherment=True),
            critical=True,
        )
        .add_extension(
            x509.ExtendedKeyUsage(
                [
                    oid.ExtendedKeyUsageOID.SERVER_AUTH,
                    oid.ExtendedKeyUsageOID.CLIENT_AUTH,
                ]
            ),
            critical=False,
        )
        .add_extension(
            x509.SubjectAlternativeName(list(_also(holder))), critical=False
        )
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
            critical=False,
        )
        .add_extension(_identifier(above), critical=False)
        .sign(key_above, hashes.SHA256())
    )
    return Issued(
        private_key=Secret(_private(key)),
        certificate=''.join(map(_text, (certificate, *_sent(chain)))),
        authority=_text(above),
        ends=ends,
    )


def _sent(
    chain: Iterable[x509.Certificate],
) -> Iterator[x509.Certificate]:
    """Return what leads to whom others trust, who have that one itself."""
    return (one for one in chain if one.issuer != one.subject)


def _also(holder: Holder) -> Iterator[x509.GeneralName]:
    for name in dict.fromkeys(holder.names):
        yield x509.DNSName(name)
    for address in dict.fromkeys(holder.addresses):
        yield x509.IPAddress(ipaddress.ip_address(address))


def _identifier(above: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """Name the key of an authority as that does itself."""
    try:
        found = above.extensions.get_extension_for_class(
            x509.SubjectKeyIdentifier
        )
    except x509.ExtensionNotFound:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(
            _key_of(above)
        )
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
        found.value
    )


def _key_of(
    certificate: x509.Certificate,
) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    public = certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
    return public


def _read(
    authority: Secret, where: str
) -> tuple[list[x509.Certificate], _SIGNING]:
    """Read an authority.

    :returns: its certificate, those above it as far as they are there, and
        its private key
    """
    text = authority.reveal()
    certificates = _certificates(text, where)
    key = _key(text, where)
    public = _public(key.public_key())
    for certificate in certificates:
        if _public(certificate.public_key()) != public:
            continue
        if not _is_authority(certificate):
            raise exceptions.InvalidRequest(
                f'{where}: the certificate is not the one of an authority'
            )
        return list(_upwards(certificate, certificates)), key
    raise exceptions.InvalidRequest(
        f'{where}: the private key is not the one of the certificate'
    )


def _upwards(
    certificate: x509.Certificate, others: Iterable[x509.Certificate]
) -> Iterator[x509.Certificate]:
    """Give a certificate, the one of its issuer, and so on."""
    left = {one.subject: one for one in others}
    found: x509.Certificate | None = certificate
    while found is not None:
        yield found
        # Each of them once: whoever issues in a circle leads nowhere.
        left.pop(found.subject, None)
        found = left.get(found.issuer)


def _certificates(text: str, where: str) -> list[x509.Certificate]:
    try:
        found = [
            x509.load_pem_x509_certificate(one.encode())
            for one in _CERTIFICATE.findall(text)
        ]
        for one in found:
            one.public_key()
    except (
        ValueError,
        x509.InvalidVersion,
        cryptography_exceptions.UnsupportedAlgorithm,
    ):
        found = []
    if not found:
        raise exceptions.InvalidRequest(
            f'{where} has no certificate in PEM that could be read'
        )
    return found


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(
            x509.BasicConstraints
        ).value.ca
    except x509.ExtensionNotFound:
        return False


def _key(text: str, where: str) -> _SIGNING:
    found = _PRIVATE_KEY.search(text)
    key: object = None
    if found is not None:
        try:
            key = serialization.load_pem_private_key(found[0].encode(), None)
        except (
            ValueError,
            TypeError,
            cryptography_exceptions.UnsupportedAlgorithm,
        ):
            key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise exceptions.InvalidRequest(
            f'{where} has no private key in PEM that could be read: one of '
            'RSA or of an elliptic curve, without a passphrase'
        )
    return key


def _end(certificate: x509.Certificate) -> datetime.datetime:
    if hasattr(certificate, 'not_valid_after_utc'):
        return certificate.not_valid_after_utc
    # Before version 42 the library gives it without its zone.
    return certificate.not_valid_after.replace(tzinfo=datetime.UTC)


def _usage(**bits: bool) -> x509.KeyUsage:
    every = (
        'digital_signature',
        'content_commitment',
        'key_encipherment',
        'data_encipherment',
        'key_agreement',
        'key_cert_sign',
        'crl_sign',
        'encipher_only',
        'decipher_only',
    )
    return x509.KeyUsage(**{bit: bits.get(bit, False) for bit in every})


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid.NameOID.COMMON_NAME, text)])


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _public(key: object) -> bytes:
    found: bytes = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER,
        serialization.PublicFormat.SubjectPublicKeyInfo,
    )
    return found


def _private(key: _SIGNING) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
