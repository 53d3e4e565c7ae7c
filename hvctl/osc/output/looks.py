# SPDX-License-Identifier: Apache-2.0
"""Looks at hypervisors to show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
import typing

from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import phases
from hvctl.decide.hypervisor import sight
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.snapshot import GuestsLook, OwnLook, Scope, Snapshot


class Observes(typing.Protocol):
    """A client, for one that only looks."""

    def observe(self, scope: Scope) -> Snapshot:
        """Take one look."""


def every(client: Observes) -> Snapshot:
    """Look at all hypervisors of the project in one compute cloud.

    How many guests each has may be as nova-compute counted last, but those of
    one that a drain has closed are known: they are what is waited for.

    :raises CloudError: when what is needed cannot be read
    """
    look = client.observe(OwnLook())
    return _with_guests(
        client, look, assemble.names(look), phases.closed_for_drain
    )


def one(client: Observes, name: str) -> Snapshot:
    """Look at one hypervisor and its guests.

    :raises CloudError: when what is needed cannot be read
    """
    look = client.observe(OwnLook(name=name))
    return _with_guests(client, look, [name], lambda hv: True)


def _with_guests(
    client: Observes,
    look: Snapshot,
    names: Iterable[str],
    wanted: Callable[[Hypervisor], bool],
) -> Snapshot:
    """Read the guests of hosts that a look has not reached."""
    hosts = frozenset(
        hv.host
        for hv in assemble.assemble(look, names).values()
        if hv.service is not None
        and hv.guests is None
        and sight.guests_seen(hv)
        and wanted(hv)
    )
    if not hosts:
        return look
    return client.observe(GuestsLook(last=look, hosts=hosts))
