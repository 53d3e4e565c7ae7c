# SPDX-License-Identifier: Apache-2.0
"""An authority of SSH, and the certificates of hosts and of their user.

An authority is a text: its private key, as OpenSSH has it or in PEM.
"""

from __future__ import annotations

from collections.abc import Iterable
import ipaddress
import secrets

from cryptography import exceptions as cryptography_exceptions
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.asymmetric import rsa

from hvctl import exceptions
from hvctl.certificates import moments
from hvctl.model.credentials import Holder, Issued, Validity
from hvctl.model.secret import Secret

_SIGNING = (
    ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
)


def new_authority() -> Secret:
    """Make an authority."""
    return Secret(_private(ed25519.Ed25519PrivateKey.generate()))


def trusted(authority: Secret, where: str) -> str:
    """Return what others trust: its public key, in one line.

    :param where: what to call it in an error
    :raises InvalidRequest: when it is no authority
    """
    return _public(read(authority, where))


def issue_user(
    authority: Secret,
    where: str,
    user: str,
    holder: Holder,
    validity: Validity,
) -> Issued:
    """Issue a key and a certificate to a user of a host.

    It is good for that user only, and from the host's addresses where all of
    them are known; there is no terminal with it and no forwarding.

    :param where: what to call the authority in an error
    :raises InvalidRequest: when it is no authority
    """
    options = {}
    if holder.sources:
        options[b'source-address'] = ','.join(
            str(ipaddress.ip_network(source)) for source in holder.sources
        ).encode()
    return _issue(
        read(authority, where),
        serialization.SSHCertificateType.USER,
        holder,
        (user,),
        validity,
        options,
    )


def issue_host(
    authority: Secret, where: str, holder: Holder, validity: Validity
) -> Issued:
    """Issue a key and a certificate to a host's daemon.

    :param where: what to call the authority in an error
    :raises InvalidRequest: when it is no authority
    """
    return _issue(
        read(authority, where),
        serialization.SSHCertificateType.HOST,
        holder,
        (*holder.names, *holder.addresses),
        validity,
        {},
    )


def read(key: Secret, where: str) -> _SIGNING:
    """Read a private key.

    :param where: what to call it in an error
    :raises InvalidRequest: when it cannot be read
    """
    data = key.reveal().encode()
    found: object = None
    for load in (
        serialization.load_ssh_private_key,
        serialization.load_pem_private_key,
    ):
        try:
            found = load(data, None)
            break
        except (
            ValueError,
            TypeError,
            cryptography_exceptions.UnsupportedAlgorithm,
        ):
            continue
    if not isinstance(
        found,
        ed25519.Ed25519PrivateKey
        | ec.EllipticCurvePrivateKey
        | rsa.RSAPrivateKey,
    ):
        raise exceptions.InvalidRequest(
            f'{where} is no private key that could be read: one of Ed25519, '
            'of RSA or of an elliptic curve, as OpenSSH has it or in PEM, '
            'without a passphrase'
        )
    return found


def _issue(
    authority: _SIGNING,
    kind: serialization.SSHCertificateType,
    holder: Holder,
    principals: Iterable[str],
    validity: Validity,
    options: dict[bytes, bytes],
) -> Issued:
    key = ed25519.Ed25519PrivateKey.generate()
    now, ends = moments.whole(validity.now), moments.whole(validity.ends)
    builder = (
        serialization.SSHCertificateBuilder()
        .public_key(key.public_key())
        .serial(secrets.randbits(64))
        .type(kind)
        # What the daemon's log names it by.
        .key_id(f'hvctl {holder.names[0]}'.encode())
        .valid_principals(
            [principal.encode() for principal in dict.fromkeys(principals)]
        )
        .valid_after(int((now - moments.SLACK).timestamp()))
        .valid_before(int(ends.timestamp()))
    )
    for name, value in options.items():
        builder = builder.add_critical_option(name, value)
    return Issued(
        private_key=Secret(_private(key)),
        public_key=_public(key),
        certificate=builder.sign(authority).public_bytes().decode(),
        authority=_public(authority),
        ends=ends,
    )


def _public(key: _SIGNING) -> str:
    return (
        key.public_key()
        .public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        .decode()
    )


def _private(key: ed25519.Ed25519PrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    ).decode()
