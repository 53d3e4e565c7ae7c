# SPDX-License-Identifier: Apache-2.0
"""Decides which names a hypervisor may have."""

from __future__ import annotations

from collections.abc import Iterable
import re

from hvctl import exceptions

#: A label of a host name (RFC 1123), lower case since Nova compares hosts
#: with regard to case and its database without; Nova's hostname has two
#: characters or more (nova/api/openstack/compute/schemas/servers.py).
_LABEL = re.compile(r'[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])')
_DOMAIN = re.compile(
    r'(?=.{1,190}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
    r'(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*'
)


def check(names: Iterable[str]) -> tuple[str, ...]:
    """Check names, and take each once.

    :returns: the names in their order
    :raises InvalidRequest: when one is no host name
    """
    wanted = tuple(dict.fromkeys(names))
    wrong = [name for name in wanted if not _LABEL.fullmatch(name)]
    if wrong:
        raise exceptions.InvalidRequest(
            f'no host name: {", ".join(map(repr, wrong))}; use 2 to 63 lower '
            'case letters, digits and hyphens, with neither end a hyphen'
        )
    return wanted


def check_domain(domain: str | None) -> None:
    """Check a domain.

    :raises InvalidRequest: when it is none
    """
    if domain is not None and not _DOMAIN.fullmatch(domain):
        raise exceptions.InvalidRequest(
            f'no domain: {domain!r}; use lower case labels with dots between '
            'them, as in example.org'
        )
