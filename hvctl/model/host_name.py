# SPDX-License-Identifier: Apache-2.0
"""The names by which a hypervisor's host may register."""

from __future__ import annotations


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
