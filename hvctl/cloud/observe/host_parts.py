# SPDX-License-Identifier: Apache-2.0
"""Begins to read what a look has of single hosts, and of their guests."""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
import dataclasses

from hvctl.cloud import clouds
from hvctl.cloud import parallel
from hvctl.cloud.observe import compute_cloud
from hvctl.cloud.observe import hosts
from hvctl.cloud.observe import volumes
from hvctl.model import identity
from hvctl.model.snapshot import Snapshot, WholeLook

#: Waits for some lists that are being read, and puts them into a snapshot.
Reading = Callable[[Snapshot], Snapshot]


def begin(
    pool: futures.Executor, pair: clouds.Pair, scope: WholeLook
) -> list[Reading]:
    """Begin to read who is on hosts, and what is needed to move them."""
    return [
        _room(pool, pair, scope),
        _aggregates(pool, pair, scope),
        guests(pool, pair, scope.hosts, scope.rest or Snapshot(), renew=True),
        _tests(pool, pair, scope),
        _ties(pool, pair, scope),
        _volumes(pool, pair, scope),
    ]


def _room(
    pool: futures.Executor, pair: clouds.Pair, scope: WholeLook
) -> Reading:
    """Read where there is room, and the consumers of providers."""
    placement = pair.placement
    room = {
        need: pool.submit(hosts.room, placement, need, scope.room_in)
        for need in sorted(scope.needs)
    }
    consumers = {
        provider_id: pool.submit(hosts.consumers, placement, provider_id)
        for provider_id in sorted(scope.provider_ids)
    }

    def finish(look: Snapshot) -> Snapshot:
        return dataclasses.replace(
            look,
            room=parallel.results(room),
            consumers={**look.consumers, **parallel.results(consumers)},
        )

    return finish


def _aggregates(
    pool: futures.Executor, pair: clouds.Pair, scope: WholeLook
) -> Reading:
    """Read the aggregates, and which providers Placement has in them."""
    aggregates = None
    if scope.aggregates:
        aggregates = pool.submit(
            compute_cloud.aggregates, pair.compute.compute
        )
    members = {
        uuid: pool.submit(
            compute_cloud.provider_ids,
            pair.placement,
            member_of=uuid,
        )
        for uuid in sorted(scope.members_of)
    }

    def finish(look: Snapshot) -> Snapshot:
        return dataclasses.replace(
            look,
            aggregates=aggregates.result() if aggregates else (),
            members=parallel.results(members),
        )

    return finish


def guests(
    pool: futures.Executor,
    pair: clouds.Pair,
    names: frozenset[str],
    last: Snapshot,
    *,
    renew: bool,
) -> Reading:
    """Read guests and migrations of some hosts.

    :param last: an earlier look, whose migrations need not be read again
    :param renew: see :func:`hosts.migrations`
    """
    compute = pair.compute.compute
    guests = {
        host: pool.submit(compute_cloud.guests, compute, host)
        for host in sorted(names)
    }
    migrations = {
        host: pool.submit(
            hosts.migrations,
            compute,
            host,
            last.migrations.get(host, ()),
            renew=renew,
        )
        for host in sorted(names)
    }

    def finish(look: Snapshot) -> Snapshot:
        return dataclasses.replace(
            look,
            guests=parallel.results(guests),
            migrations=parallel.results(migrations),
        )

    return finish


def _tests(
    pool: futures.Executor, pair: clouds.Pair, scope: WholeLook
) -> Reading:
    """Read where test guests have been, and where they may go."""
    if not scope.tests:
        return nothing
    room = pool.submit(
        compute_cloud.provider_ids,
        pair.placement,
        resources=f'{identity.TEST_RESOURCE_CLASS}:1',
    )
    migrations = {
        guest_id: pool.submit(
            hosts.migrations_of, pair.compute.compute, guest_id
        )
        for guest_id in sorted(scope.tests)
    }

    def finish(look: Snapshot) -> Snapshot:
        return dataclasses.replace(
            look,
            providers_for_tests=room.result(),
            test_migrations=parallel.results(migrations),
        )

    return finish


def _ties(
    pool: futures.Executor, pair: clouds.Pair, scope: WholeLook
) -> Reading:
    """Read what ties guests to their host or to each other."""
    if not scope.ties:
        return lambda look: dataclasses.replace(look, ties_known=False)
    groups = pool.submit(hosts.groups, pair.compute.compute)
    ports = [
        pool.submit(hosts.direct_ports, pair.compute.network, host)
        for host in sorted(scope.hosts)
    ]

    def finish(look: Snapshot) -> Snapshot:
        return dataclasses.replace(
            look,
            direct_ports={
                guest: vnic_types
                for of_host in ports
                for guest, vnic_types in of_host.result().items()
            },
            anti_affinity=groups.result().get('anti-affinity', {}),
            affinity=groups.result().get('affinity', {}),
            ties_known=True,
        )

    return finish


def _volumes(
    pool: futures.Executor, pair: clouds.Pair, scope: WholeLook
) -> Reading:
    """Read the volumes of some projects."""
    running = {
        project_id: pool.submit(
            volumes.of_project, pair.block_storage, project_id
        )
        for project_id in sorted(scope.volumes_of)
    }

    def finish(look: Snapshot) -> Snapshot:
        return dataclasses.replace(look, volumes=parallel.results(running))

    return finish


def nothing(look: Snapshot) -> Snapshot:
    """Leave a snapshot as it is: nothing was to be read."""
    return look
