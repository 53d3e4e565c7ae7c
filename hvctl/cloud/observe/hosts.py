# SPDX-License-Identifier: Apache-2.0
"""Reads who is on a host, what ties them to it, and where there is room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keystoneauth1 import adapter

from hvctl.cloud import http
from hvctl.cloud.observe import parse
from hvctl.model.migration import Migration
from hvctl.model.records import (
    Candidate,
    Need,
    Resources,
)

#: How many migrations a later look reads at once.
_LATER = 100

#: VNIC types of ports that a guest keeps while it changes hosts.
_KEPT = frozenset({'normal', 'macvtap', 'virtio-forwarder'})


def room(placement: adapter.Adapter, need: Need) -> tuple[Candidate, ...]:
    """Ask where one guest of a need would find room."""
    limits = {}
    if need.traits:
        limits['required'] = ','.join(need.traits)
    if need.aggregates:
        limits['member_of'] = f'in:{",".join(need.aggregates)}'
    response = http.call(
        placement,
        http.Request(
            url='/allocation_candidates',
            doing='ask which hosts have room',
            microversion=http.PLACEMENT,
            params={
                'resources': ','.join(
                    f'{name}:{amount}' for name, amount in need.resources
                ),
                # As the scheduler does: the trait is at the root only.
                'root_required': '!COMPUTE_STATUS_DISABLED',
                **limits,
                'limit': 1000,
            },
        ),
    )
    return parse.candidates(response.json())


def consumers(
    placement: adapter.Adapter, provider_id: str
) -> Mapping[str, Resources]:
    """Read who has how much of a provider; nobody if it is gone."""
    response = http.call(
        placement,
        http.Request(
            url=f'/resource_providers/{provider_id}/allocations',
            doing=f'list the allocations of resource provider {provider_id}',
            microversion=http.PLACEMENT,
            accept=http.NOT_FOUND,
        ),
    )
    if response.status_code == 404:
        return {}
    return {
        consumer: has['resources']
        for consumer, has in response.json()['allocations'].items()
    }


def direct_ports(
    network: adapter.Adapter, host: str
) -> dict[str, tuple[str, ...]]:
    """Read which guests of a host have ports that they cannot keep.

    :returns: the ports' VNIC types, by the guest's id
    """
    found = http.pages(
        network,
        'ports',
        http.Request(
            url='/ports',
            doing=f'list the ports of host {host}',
            params={
                'binding:host_id': host,
                'fields': ['device_id', 'binding:vnic_type'],
            },
        ),
    )
    kinds: dict[str, set[str]] = {}
    for port in found or ():
        if port['binding:vnic_type'] not in _KEPT:
            kinds.setdefault(port['device_id'], set()).add(
                port['binding:vnic_type']
            )
    return {guest: tuple(sorted(each)) for guest, each in kinds.items()}


def groups(compute: adapter.Adapter) -> dict[str, dict[str, str]]:
    """Read the server groups of all projects.

    Nova cuts the list off at its ``[api] max_limit``, and neither tells that
    nor links to the rest: it ends where nothing new comes.

    :returns: the id of a guest's group, by the group's policy and the guest's
        id
    """
    found: dict[str, http.JSON] = {}
    read = -1
    while len(found) > read:
        read = len(found)
        page = http.pages(
            compute,
            'server_groups',
            http.Request(
                url='/os-server-groups',
                doing='list the server groups',
                microversion=http.COMPUTE,
                params={'all_projects': 'True', 'offset': read},
            ),
        )
        found |= {group['id']: group for group in page or ()}
    members: dict[str, dict[str, str]] = {}
    for group in found.values():
        for member in group['members']:
            members.setdefault(group['policy'], {})[member] = group['id']
    return members


def migrations(
    compute: adapter.Adapter, host: str, before: Sequence[Migration]
) -> tuple[Migration, ...]:
    """Read a host's migrations, newest first.

    A host may have had thousands.  What was over when an earlier look saw
    it does not change, so a later one reads on only until it has come to
    something of that.  An older one that was not over stays as it was until
    the next whole look: Nova may never close it.  Nova's changes-since would
    leave out a record that is as it was made.

    :param before: those that an earlier look has found
    """
    over = {migration.id for migration in before if migration.over}

    def enough(entries: list[http.JSON]) -> bool:
        return any(entry['id'] in over for entry in entries)

    found = http.pages(
        compute,
        'migrations',
        http.Request(
            url='/os-migrations',
            doing=f'list the migrations of host {host}',
            microversion=http.COMPUTE,
            params={'host': host, **({'limit': _LATER} if before else {})},
        ),
        enough=enough,
    )
    read = {entry['id'] for entry in found or ()}
    return (
        *map(parse.migration, found or ()),
        *(migration for migration in before if migration.id not in read),
    )
