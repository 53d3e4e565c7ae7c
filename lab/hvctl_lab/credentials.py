# SPDX-License-Identifier: Apache-2.0
"""Makes the secrets of one lab, and keeps them in a file of mode 0600."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import pathlib
import secrets

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from hvctl_lab import paths


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _password() -> str:
    return secrets.token_hex(16)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The passwords and keys of one lab, random and its own."""

    admin: str = dataclasses.field(default_factory=_password, repr=False)
    demo: str = dataclasses.field(default_factory=_password, repr=False)
    compute: str = dataclasses.field(default_factory=_password, repr=False)
    service: str = dataclasses.field(default_factory=_password, repr=False)
    rabbitmq: str = dataclasses.field(default_factory=_password, repr=False)
    metadata: str = dataclasses.field(default_factory=_password, repr=False)
    fernet_key: str = dataclasses.field(
        default_factory=_fernet_key, repr=False
    )
    credential_key: str = dataclasses.field(
        default_factory=_fernet_key, repr=False
    )


def load(lab: paths.Lab) -> Credentials:
    """Return the lab's secrets; the first call makes them.

    :param lab: the lab
    :returns: the same secrets every time
    """
    file = lab.directory / 'credentials.json'
    if file.exists():
        return Credentials(**json.loads(file.read_text()))
    made = Credentials()
    write_private(file, json.dumps(dataclasses.asdict(made), indent=1))
    return made


def write_private(
    file: pathlib.Path, text: str, owner: int | None = None
) -> None:
    """Replace a file by one that only its owner can read.

    :param file: the file to write; its directory is made if need be
    :param text: what goes into it
    :param owner: the user whose it is to be, by default our own
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_name(f'.{file.name}.new')
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, 'w') as stream:
        stream.write(text)
        if owner is not None:
            os.fchown(descriptor, owner, -1)
    new.replace(file)


def key_pair(private: pathlib.Path) -> str:
    """Return the public half of an SSH key; the first call makes it.

    :param private: the file of the private half
    :returns: the line for authorized_keys
    """
    if private.exists():
        key = serialization.load_ssh_private_key(private.read_bytes(), None)
    else:
        key = ed25519.Ed25519PrivateKey.generate()
        write_private(
            private,
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.OpenSSH,
                serialization.NoEncryption(),
            ).decode(),
        )
    return (
        key.public_key()
        .public_bytes(
            serialization.Encoding.OpenSSH,
            serialization.PublicFormat.OpenSSH,
        )
        .decode()
    )
