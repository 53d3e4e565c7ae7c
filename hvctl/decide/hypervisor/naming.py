# SPDX-License-Identifier: Apache-2.0
"""Decides which names a hypervisor may have."""

from __future__ import annotations

from collections.abc import Iterable
import re

from hvctl import exceptions
from hvctl.model import host_name

#: What Placement takes as the name of a resource provider
#: (placement/schemas/resource_provider.py).
_LONGEST = 200


#: Names that the hosts file of each machine has for itself and for groups, and
#: numbers, which resolvers take for addresses: no machine can be reached by
#: them (RFC 6761, RFC 1123).
_NO_NAME = re.compile(
    r'localhost[46]?|broadcasthost|\d+|0x[0-9a-f]+|'
    'ip6-(localhost|loopback|localnet|mcastprefix|all(nodes|routers|hosts))'
)
_NO_DOMAIN = re.compile(r'(.*\.)?(localhost|\d+)')


def check(names: Iterable[str]) -> tuple[str, ...]:
    """Check names, and take each once.

    :returns: the names in their order
    :raises InvalidRequest: when one is no host name
    """
    wanted = tuple(dict.fromkeys(names))
    wrong = [
        name for name in wanted if not re.fullmatch(host_name.LABEL, name)
    ]
    if wrong:
        raise exceptions.InvalidRequest(
            f'no host name: {", ".join(map(repr, wrong))}; use 2 to 63 lower '
            'case letters, digits and hyphens, with neither end a hyphen'
        )
    return wanted


def check_new(names: Iterable[str]) -> None:
    """Check names that machines are to get.

    :raises InvalidRequest: when nobody would reach a machine by one
    """
    wrong = [name for name in names if _NO_NAME.fullmatch(name)]
    if wrong:
        raise exceptions.InvalidRequest(
            f'no name for a machine: {", ".join(map(repr, wrong))}: others '
            'would take it for an address or for themselves; choose another '
            'name'
        )


def check_domain(domain: str | None) -> None:
    """Check a domain.

    :raises InvalidRequest: when it is none
    """
    if domain is not None and not re.fullmatch(host_name.DOMAIN, domain):
        raise exceptions.InvalidRequest(
            f'no domain: {domain!r}; use lower case labels with dots between '
            'them, as in example.org'
        )
    if domain is not None and _NO_DOMAIN.fullmatch(domain):
        raise exceptions.InvalidRequest(
            f'no domain for a machine: {domain!r}: its names lead nowhere '
            'else; choose another, as in example.org'
        )


def check_qualified(names: Iterable[str], domain: str | None) -> None:
    """Check names together with their domain.

    :param domain: checked already; None for none
    :raises InvalidRequest: when Placement has no room for one
    """
    for name in names:
        label = host_name.qualified(name, domain)
        if len(label) > _LONGEST:
            raise exceptions.InvalidRequest(
                f'{label} has {len(label)} characters, and Placement takes '
                f'{_LONGEST} for the name of a hypervisor; choose a shorter '
                'name or --domain'
            )
