# SPDX-License-Identifier: Apache-2.0
"""How hosts reach each other for migrations: one class for each way."""

from __future__ import annotations

import dataclasses
import enum
import typing

from hvctl.model.secret import Secret

#: Nova's own user, by which most clouds copy between hosts.
DEFAULT_USER = 'nova'
DEFAULT_PORT = 22
#: The options of nova.conf that say how libvirt reaches other hosts.
NOVA_OPTIONS = ('live_migration_uri', 'live_migration_scheme')
#: Over TCP libvirt takes only what encrypts (tcp_min_ssf in libvirtd.conf): of
#: the mechanisms with a password this one, though it is not thought safe.
TCP_MECHANISM = 'DIGEST-MD5'
TLS_MECHANISM = 'SCRAM-SHA-256'


class Peer(enum.StrEnum):
    """What a host is asked for by another one."""

    ADDRESS = 'address'
    HOST = 'host'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A file of the user's that is no secret.

    :ivar path: absolute
    """

    path: str
    text: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LiveTls:
    """libvirt and QEMU by TLS.

    Without a certificate of either kind the image or a part of the user's
    brings them.

    :ivar issue: a CA's certificate and private key (PEM), by which each host
        gets a certificate of its own
    :ivar ca: further CA certificates that the host trusts (PEM)
    :ivar certificate: that all hosts share (PEM), instead of ``issue``
    :ivar private_key: to that (PEM)
    :ivar name: what other hosts ask for
    :ivar password: that all hosts share, where libvirt wants one as well
    :ivar user: to that
    :ivar mechanism: of SASL, for that
    """

    transport: typing.ClassVar[str] = 'tls'

    issue: Secret | None = dataclasses.field(default=None, repr=False)
    ca: TextFile | None = None
    certificate: TextFile | None = None
    private_key: Secret | None = dataclasses.field(default=None, repr=False)
    name: Peer = Peer.ADDRESS
    password: Secret | None = dataclasses.field(default=None, repr=False)
    user: str = DEFAULT_USER
    mechanism: str = TLS_MECHANISM


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LiveTcp:
    """libvirt by TCP with SASL, QEMU by plain TCP.

    :ivar password: that all hosts share
    :ivar user: to that
    :ivar mechanism: of SASL
    """

    transport: typing.ClassVar[str] = 'tcp'

    password: Secret = dataclasses.field(repr=False)
    user: str = DEFAULT_USER
    mechanism: str = TCP_MECHANISM


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LiveSsh:
    """libvirt by the SSH of cold migrations, QEMU by plain TCP."""

    transport: typing.ClassVar[str] = 'ssh'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ColdSsh:
    """Disks by SSH as one user, which Nova does for every cold migration.

    Without a key of either kind the image or a part of the user's brings it.

    :ivar user: on all hosts
    :ivar port: on all hosts
    :ivar issue_user: the private key of a CA, by which each host gets a key
        of its own for that user
    :ivar issue_host: the private key of a CA, by which each host proves that
        it is the one
    :ivar private_key: that all hosts share, instead of ``issue_user``
    :ivar known_hosts: lines of that file for the other hosts
    :ivar accept_new_hosts: take the key of a host that is not known
    :ivar authorized_keys: lines of that file for the other hosts
    """

    transport: typing.ClassVar[str] = 'ssh'

    user: str = DEFAULT_USER
    port: int = DEFAULT_PORT
    issue_user: Secret | None = dataclasses.field(default=None, repr=False)
    issue_host: Secret | None = dataclasses.field(default=None, repr=False)
    private_key: Secret | None = dataclasses.field(default=None, repr=False)
    known_hosts: TextFile | None = None
    accept_new_hosts: bool = False
    authorized_keys: TextFile | None = None

    @property
    def knows_hosts(self) -> bool:
        """Whether it says how other hosts prove who they are."""
        return self.known_hosts is not None or self.issue_host is not None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ByImage:
    """What the image brings, or a part of the user's."""

    transport: typing.ClassVar[str] = 'image'


Live = LiveTls | LiveTcp | LiveSsh | ByImage
Cold = ColdSsh | ByImage


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """How guests get from host to host.

    :ivar network: whose address the others reach the host by: the machine's
        own, or one of its sub-networks; None is the machine's own
    :ivar live: for guests that run; None where nobody has said
    :ivar cold: for guests that are switched off, resizes and evacuations;
        None where nobody has said
    """

    network: str | None = None
    live: Live | None = None
    cold: Cold | None = None

    @property
    def issues(self) -> bool:
        """Whether a host gets certificates of its own."""
        return (
            isinstance(self.live, LiveTls) and self.live.issue is not None
        ) or (
            isinstance(self.cold, ColdSsh)
            and (self.cold.issue_user or self.cold.issue_host) is not None
        )
