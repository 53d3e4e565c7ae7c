# SPDX-License-Identifier: Apache-2.0
"""The names by which a hypervisor's host may register, and their form."""

from __future__ import annotations

_TAIL = r'(?:[a-z0-9-]{0,61}[a-z0-9])'
#: A label of a host name (RFC 1123), lower case since Nova compares hosts
#: with regard to case and its database without; Nova's hostname has two
#: characters or more (nova/api/openstack/compute/schemas/servers.py).
LABEL = rf'[a-z0-9]{_TAIL}'
#: Labels with dots between them, where one may have a single character; with
#: a label before it, it must fit into 255.
DOMAIN = rf'(?=.{{1,190}}$)[a-z0-9]{_TAIL}?(?:\.[a-z0-9]{_TAIL}?)*'


def short(host: str) -> str:
    """Return the name before the domain."""
    return host.partition('.')[0]


def qualified(name: str, domain: str | None) -> str:
    """Return a hypervisor's name with its domain, where it has one."""
    return f'{name}.{domain}' if domain else name


def host_names(name: str, domain: str | None) -> tuple[str, ...]:
    """Return every name by which a host may register, the short one first.

    nova-compute registers by ``[DEFAULT] host``, else by the machine's host
    name; libvirt calls the hypervisor by the qualified name.
    """
    return tuple(dict.fromkeys((name, qualified(name, domain))))
