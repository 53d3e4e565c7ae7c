# SPDX-License-Identifier: Apache-2.0
"""Reads what decides where guests can go, and who holds a provider."""

from __future__ import annotations

from keystoneauth1 import adapter

from hvctl.cloud import requests
from hvctl.cloud import shapes
from hvctl.cloud.requests import JSON
from hvctl.model import records

#: VNIC types of ports that a guest keeps while it changes hosts.
_KEPT = frozenset({'normal', 'macvtap', 'virtio-forwarder'})


def room(
    placement: adapter.Adapter, need: records.Need
) -> tuple[records.Candidate, ...]:
    """Ask where one guest of a need would find room."""
    limits = {}
    if need.traits:
        limits['required'] = ','.join(need.traits)
    if need.aggregates:
        limits['member_of'] = f'in:{",".join(need.aggregates)}'
    response = requests.call(
        placement,
        'GET',
        '/allocation_candidates',
        'ask which hosts have room',
        microversion=requests.PLACEMENT,
        params={
            'resources': ','.join(
                f'{name}:{amount}' for name, amount in need.resources
            ),
            # As the scheduler does: the trait is at the root only.
            'root_required': '!COMPUTE_STATUS_DISABLED',
            **limits,
            'limit': 1000,
        },
    )
    return shapes.candidates(response.json())


def consumers(
    placement: adapter.Adapter, provider_id: str
) -> dict[str, records.Resources]:
    """Read who has how much of a provider; nobody if it is gone."""
    response = requests.call(
        placement,
        'GET',
        f'/resource_providers/{provider_id}/allocations',
        f'list the allocations of resource provider {provider_id}',
        microversion=requests.PLACEMENT,
        accept=frozenset({404}),
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
    found = requests.pages(
        network,
        '/ports',
        'ports',
        f'list the ports of host {host}',
        params={
            'binding:host_id': host,
            'fields': ['device_id', 'binding:vnic_type'],
        },
    )
    kinds: dict[str, set[str]] = {}
    for port in found or ():
        if port['binding:vnic_type'] not in _KEPT:
            kinds.setdefault(port['device_id'], set()).add(
                port['binding:vnic_type']
            )
    return {guest: tuple(sorted(each)) for guest, each in kinds.items()}


def anti_affinity(compute: adapter.Adapter) -> dict[str, str]:
    """Read the anti-affinity groups of all projects.

    Nova cuts the list off at its ``[api] max_limit``, and neither tells that
    nor links to the rest: it ends where nothing new comes.

    :returns: the id of a guest's group, by the guest's id
    """
    groups: dict[str, JSON] = {}
    read = -1
    while len(groups) > read:
        read = len(groups)
        page = requests.pages(
            compute,
            '/os-server-groups',
            'server_groups',
            'list the server groups',
            microversion=requests.COMPUTE,
            params={'all_projects': 'True', 'offset': read},
        )
        groups |= {group['id']: group for group in page or ()}
    return {
        member: group['id']
        for group in groups.values()
        if group['policy'] == 'anti-affinity'
        for member in group['members']
    }
