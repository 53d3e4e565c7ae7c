# SPDX-License-Identifier: Apache-2.0
"""Decides what room a guest needs, and which hosts may give it."""

from __future__ import annotations

from collections.abc import Container, Iterable
import re

from hvctl.model.records import Aggregate, Need, Resources, Server
from hvctl.model.snapshot import Snapshot

#: An extra spec that asks for a resource, in a group of its own or not.
_RESOURCE = re.compile(r'resources[A-Za-z0-9_-]{0,64}:(\w+)')
_TRAIT = 'trait:'
_SIGNS = {'required': '', 'forbidden': '!'}


def need_of(
    guest: Server,
    has: Resources | None,
    aggregates: Iterable[Aggregate],
) -> Need:
    """Return what a guest needs of the host that it goes to.

    :param guest: the guest
    :param has: what it has of the host that it is on; None where Placement
        does not tell, and its flavor has to
    :param aggregates: all of them; a zone is what its aggregates have
    """
    resources = asked(guest)
    if has is None:
        resources = _of_flavor(guest) | resources
    else:
        # Resources that its flavor asks for and that are not allocated on
        # the root provider come from a child or a sharing provider.
        resources |= has
    traits = sorted(
        _SIGNS[value] + key.removeprefix(_TRAIT)
        for key, value in guest.extra_specs.items()
        if key.startswith(_TRAIT) and value in _SIGNS
    )
    zone = sorted(
        aggregate.uuid
        for aggregate in aggregates
        if guest.zone is not None and aggregate.availability_zone == guest.zone
    )
    return Need(
        tuple(sorted((key, n) for key, n in resources.items() if n)),
        tuple(traits),
        tuple(zone),
    )


def asked(guest: Server) -> dict[str, int]:
    """Return the resources that a flavor's extra specs ask for."""
    found: dict[str, int] = {}
    for key, value in guest.extra_specs.items():
        match = _RESOURCE.fullmatch(key)
        if match and value.isdecimal():
            found[match[1]] = found.get(match[1], 0) + int(value)
    return found


def _of_flavor(guest: Server) -> dict[str, int]:
    pinned = guest.extra_specs.get('hw:cpu_policy') == 'dedicated'
    return {
        'PCPU' if pinned else 'VCPU': guest.shape.vcpus,
        'MEMORY_MB': guest.shape.memory,
        'DISK_GB': guest.shape.disk,
    }


def destinations(
    snapshot: Snapshot,
    leaving: Container[str],
    only: str | None = None,
) -> frozenset[str]:
    """Return which hosts may take guests, by the ids of their providers.

    :param leaving: service hosts that are being emptied
    :param only: the one service host that they may go to; None for any
    """
    open_hosts = {
        service.host
        for service in snapshot.services
        if service.enabled
        and service.up
        and service.host not in leaving
        and only in (None, service.host)
    }
    return frozenset(
        node.id
        for node in snapshot.compute_nodes
        if node.service_host in open_hosts
        # Nova has not taken its mark back yet, or not given it up.
        and node.id not in snapshot.providers_disabled
    )
