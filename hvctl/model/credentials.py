# SPDX-License-Identifier: Apache-2.0
"""The keys of one host, by which it reaches others and they reach it."""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.model.secret import Secret

#: How long certificates outlive the expiry of their hypervisor: one that may
#: be taken away still has its guests, and who drains it may be on holiday.
MARGIN = datetime.timedelta(days=7)
#: How long they are good where a hypervisor has no expiry.
WITHOUT_EXPIRY = datetime.timedelta(days=365)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """The time for which certificates are issued.

    :ivar now: when they are, by the clock of the cloud
    :ivar ends: when they end at the latest
    """

    now: datetime.datetime
    ends: datetime.datetime

    @classmethod
    def of(
        cls, now: datetime.datetime, expires_at: datetime.datetime | None
    ) -> Validity:
        """Decide it for a hypervisor.

        :param expires_at: when it may be taken away; None for never
        """
        if expires_at is None:
            return cls(now=now, ends=now + WITHOUT_EXPIRY)
        return cls(now=now, ends=expires_at + MARGIN)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The host that certificates are for.

    :ivar names: its names, the short one first
    :ivar addresses: at which others reach it
    :ivar sources: from which it reaches others; None where not all are known
    """

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    sources: tuple[str, ...] | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A key of a host, and its certificate.

    :ivar private_key: PEM, or as OpenSSH has it
    :ivar public_key: one line of OpenSSH; nothing for TLS
    :ivar certificate: PEM, or one line of OpenSSH
    :ivar authority: whom others trust for it: a certificate (PEM), or a
        public key in one line of OpenSSH
    :ivar ends: when it is not good any more
    """

    private_key: Secret = dataclasses.field(repr=False)
    public_key: str = ''
    certificate: str
    authority: str
    ends: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """All that was issued to a host.

    :ivar tls: for libvirt and QEMU
    :ivar ssh_user: for the user of cold migrations
    :ivar ssh_host: for its SSH daemon
    :ivar shared_key: the public half of the key that all hosts share instead
        of ``ssh_user``, in one line of OpenSSH
    """

    tls: Issued | None = None
    ssh_user: Issued | None = None
    ssh_host: Issued | None = None
    shared_key: str | None = None

    @property
    def ends(self) -> datetime.datetime | None:
        """When the first of them is not good any more."""
        return min(
            (
                one.ends
                for one in (self.tls, self.ssh_user, self.ssh_host)
                if one is not None
            ),
            default=None,
        )
