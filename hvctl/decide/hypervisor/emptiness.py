# SPDX-License-Identifier: Apache-2.0
"""Decides whether a hypervisor is empty.

Three things must be empty, since none of them tells all: the servers of the
host, its unfinished migrations (a cold migration that is not confirmed has
left the list of servers), and the consumers of its resource provider (a
server that is being built has no host yet).
"""

from __future__ import annotations

from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.migration import Migration
from hvctl.model.migration import MigrationStatus
from hvctl.model.migration import MigrationType
from hvctl.model.reasons import Fact


def unfinished(hv: Hypervisor) -> list[Migration]:
    """Return the migrations from or to the host that are not over."""
    return [m for m in hv.migrations if not m.over]


def travellers(hv: Hypervisor) -> tuple[Fact, ...]:
    """List the guests of unfinished migrations, the first asked for first.

    Nova's list of the host has none that is still on its way here, nor one
    that has left and waits for a confirmation.

    :returns: of each the id of the server, from where and to where it goes,
        and when that was asked for
    """
    return tuple(
        (
            each.server_id,
            each.source,
            each.destination,
            each.created_at.isoformat(timespec='seconds')
            if each.created_at is not None
            else None,
        )
        for each in sorted(unfinished(hv), key=lambda each: each.id)
    )


def stale(hv: Hypervisor) -> list[Migration]:
    """Return those that Nova has forgotten: the guest has a newer record."""
    return [
        m
        for m in unfinished(hv)
        if any(
            each.server_id == m.server_id and each.id > m.id
            for each in hv.migrations
        )
    ]


def evacuated(hv: Hypervisor) -> frozenset[str]:
    """Return the guests that were made anew elsewhere, as the host was lost.

    Placement has them on it until its nova-compute is back or its service is
    deleted; then Nova takes them off, of those whose record is ``done``
    (nova/scheduler/client/report.py, delete_resource_provider).
    """
    if hv.service is None:
        return frozenset()
    return frozenset(
        server_id
        for server_id, migration in hv.newest_migrations.items()
        if migration.migration_type == MigrationType.EVACUATION
        and migration.status == MigrationStatus.DONE
        and migration.source == hv.host
        and migration.destination != hv.host
    )


def hold(hv: Hypervisor) -> str | None:
    """Return the id of the hold, if it is on the provider."""
    if hv.provider is None:
        return None
    found = identity.hold_id(hv.provider.id)
    return found if found in (hv.consumers or ()) else None


def consumers_beside_hold(hv: Hypervisor) -> frozenset[str]:
    """Return the consumers of the provider, the hold left out."""
    if hv.provider is None:
        return frozenset()
    return (hv.consumers or frozenset()) - {hold(hv)}


def occupants(hv: Hypervisor) -> tuple[tuple[str | int, ...], ...]:
    """List what keeps a hypervisor from being empty.

    :returns: of guests and of unfinished migrations how many; of allocations
        the ids of their consumers
    """
    found: list[tuple[str | int, ...]] = []
    guests = [guest.id for guest in hv.guests or ()]
    visiting = sum(guest_id in hv.visitors for guest_id in guests)
    for kind, number in (
        ('guest', len(guests) - visiting),
        ('visiting test guest', visiting),
    ):
        if number:
            found.append((kind, number))
    tests = {guest.id for guest in hv.test_guests}
    unended = unfinished(hv)
    # That of a test guest goes with it.
    going = [each for each in unended if each.server_id not in tests]
    if going:
        found.append(('unfinished migration', len(going)))
    known = tests.union(guests)
    known |= {migration.uuid for migration in unended}
    known |= {migration.server_id for migration in unended}
    known |= evacuated(hv)
    others = sorted(consumers_beside_hold(hv) - known)
    if others:
        found.append(('allocation', *others))
    return tuple(found)
