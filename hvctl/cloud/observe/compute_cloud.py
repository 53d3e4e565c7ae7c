# SPDX-License-Identifier: Apache-2.0
"""Lists what the compute cloud has of all hosts."""

from __future__ import annotations

from collections.abc import Iterable

from keystoneauth1 import adapter
from openstack import utils as sdk_utils

from hvctl.cloud import http
from hvctl.cloud.observe import bare_metal
from hvctl.cloud.observe import parse
from hvctl.model.records import (
    Agent,
    Aggregate,
    ComputeNode,
    Provider,
    Server,
    Service,
)


def services(compute: adapter.Adapter) -> tuple[Service, ...]:
    """List the compute services."""
    found = http.pages(
        compute,
        'services',
        http.Request(
            url='/os-services',
            doing='list the compute services',
            microversion=http.COMPUTE,
            params={'binary': 'nova-compute'},
        ),
    )
    return tuple(map(parse.service, found or ()))


def compute_nodes(
    compute: adapter.Adapter, sizes: bool
) -> tuple[ComputeNode, ...]:
    """List the compute nodes.

    :param sizes: with their used and total VCPU and memory
    """
    found = http.pages(
        compute,
        'hypervisors',
        http.Request(
            url='/os-hypervisors/detail' if sizes else '/os-hypervisors',
            doing='list the hypervisors',
            microversion=http.COMPUTE_SIZES if sizes else http.COMPUTE,
        ),
    )
    return tuple(map(parse.compute_node, found or ()))


def aggregates(compute: adapter.Adapter) -> tuple[Aggregate, ...]:
    """List the host aggregates.

    :raises CloudError: when they could not be read
    """
    found = http.pages(
        compute,
        'aggregates',
        http.Request(
            url='/os-aggregates',
            doing='list the aggregates',
            microversion=http.COMPUTE,
        ),
    )
    return tuple(map(parse.aggregate, found or ()))


def guests(
    compute: adapter.Adapter, host: str | None = None
) -> tuple[Server, ...]:
    """List all projects' servers, of one host or of all."""
    params: dict[str, object] = {
        'all_tenants': 1,
        # Soft-deleted servers are hidden otherwise, and still in the way.
        'soft_deleted': 'True',
    }
    if host is not None:
        params['host'] = host
    newest = next(
        (
            version
            for version in (http.COMPUTE_IMAGES, http.COMPUTE_ZONES)
            if sdk_utils.supports_microversion(compute, version)
        ),
        http.COMPUTE,
    )
    return tuple(
        map(parse.server, bare_metal.list_servers(compute, params, newest))
    )


def guests_by_host(
    servers: Iterable[Server], services: Iterable[Service]
) -> dict[str, tuple[Server, ...]]:
    """Sort servers by the host they are on; every host has an entry."""
    found: dict[str, list[Server]] = {service.host: [] for service in services}
    for server in servers:
        if server.host is not None:
            found.setdefault(server.host, []).append(server)
    return {host: tuple(guests) for host, guests in found.items()}


def providers(
    placement: adapter.Adapter, **params: str
) -> tuple[Provider, ...]:
    """List the resource providers.

    :param params: what they must have, as in Placement's API
    """
    found = http.pages(
        placement,
        'resource_providers',
        http.Request(
            url='/resource_providers',
            doing='list the resource providers',
            microversion=http.PLACEMENT,
            params=params,
        ),
    )
    return tuple(map(parse.provider, found or ()))


def provider_ids(placement: adapter.Adapter, **params: str) -> frozenset[str]:
    """List the ids of the resource providers, see :func:`providers`."""
    return frozenset(found.id for found in providers(placement, **params))


def agents(network: adapter.Adapter) -> tuple[Agent, ...] | None:
    """List the network agents; None where the service has none at all."""
    found = http.pages(
        network,
        'agents',
        http.Request(
            url='/agents',
            doing='list the network agents',
            # A network service without agents does not know the address.
            accept=http.NOT_FOUND,
        ),
    )
    return None if found is None else tuple(map(parse.agent, found))
