# SPDX-License-Identifier: Apache-2.0
"""Lists what the compute cloud has of all hosts."""

from __future__ import annotations

from collections.abc import Iterable
import typing

from keystoneauth1 import adapter
from openstack import utils as sdk_utils

from hvctl import exceptions
from hvctl.cloud import answers
from hvctl.cloud import http
from hvctl.cloud import lists
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


def services(
    compute: http.Service, host: str | None = None
) -> tuple[Service, ...]:
    """List the compute services, of one host or of all."""
    only = {} if host is None else {'host': host}
    found = lists.read(
        compute,
        'services',
        http.Request(
            url='/os-services',
            doing='list the compute services',
            microversion=http.COMPUTE,
            params={'binary': 'nova-compute', **only},
        ),
        _nova_compute,
        lists.Paging.BY_LINK,
    )
    return tuple(
        service
        for service in found or ()
        if service is not None and host in (None, service.host)
    )


def _nova_compute(body: answers.Fields) -> Service | None:
    known = body.any_text('binary') in (None, 'nova-compute')
    return parse.service(body) if known else None


def compute_nodes(
    compute: http.Service, sizes: bool
) -> tuple[ComputeNode, ...]:
    """List the compute nodes.

    :param sizes: with their used and total VCPU and memory
    """
    found = lists.read(
        compute,
        'hypervisors',
        http.Request(
            url='/os-hypervisors/detail' if sizes else '/os-hypervisors',
            doing='list the hypervisors',
            microversion=http.COMPUTE_SIZES if sizes else http.COMPUTE,
        ),
        parse.compute_node,
        lists.Paging.BY_ID,
    )
    return tuple(found or ())


def compute_nodes_like(
    compute: http.Service, name: str
) -> tuple[ComputeNode, ...]:
    """List the compute nodes with a name in theirs, with details.

    Nova answers 404 where there is none, and cannot page such a list
    (nova/api/openstack/compute/hypervisors.py).
    """
    request = http.Request(
        url='/os-hypervisors/detail',
        doing=f'list the hypervisors like {name}',
        microversion=http.COMPUTE_SIZES,
        params={'hypervisor_hostname_pattern': name},
    )
    found = http.find(
        compute,
        request,
        lambda body: tuple(map(parse.compute_node, body.parts('hypervisors'))),
    )
    return found or ()


def aggregates(compute: http.Service) -> tuple[Aggregate, ...]:
    """List the host aggregates.

    :raises CloudError: when they could not be read
    """
    found = lists.read(
        compute,
        'aggregates',
        http.Request(
            url='/os-aggregates',
            doing='list the aggregates',
            microversion=http.COMPUTE,
        ),
        parse.aggregate,
        lists.Paging.BY_LINK,
    )
    return tuple(found or ())


def guests(compute: adapter.Adapter, host: str) -> tuple[Server, ...]:
    """List all projects' servers of a host."""
    params = {
        'all_tenants': 1,
        # Soft-deleted servers are hidden otherwise, and still in the way.
        'soft_deleted': 'True',
        'host': host,
    }
    newest = next(
        (
            version
            for version in (http.COMPUTE_IMAGES, http.COMPUTE_ZONES)
            if sdk_utils.supports_microversion(compute, version)
        ),
        http.COMPUTE,
    )
    found = bare_metal.list_servers(
        compute, params, newest, lists.Paging.BY_LINK
    )
    return tuple(_on_host(found, host))


def _on_host(found: Iterable[Server], host: str) -> typing.Iterator[Server]:
    """Return the servers of a host, of those that Nova gave for it.

    Nova silently drops the filter by host where a policy does not allow it
    (nova/api/openstack/compute/servers.py, remove_invalid_options), and gives
    the guests of the whole cloud.

    :raises CloudError: then
    """
    for server in found:
        if parse.is_stub(server):
            raise exceptions.CloudError(
                f'could not list the guests of host {host}: the cell of '
                f'server {server.id} does not answer',
                transient=True,
            )
        if server.host == host:
            yield server
        # The database may not tell upper from lower case.
        elif server.host is None or server.host.lower() != host.lower():
            rule = 'servers:allow_all_filters'
            if server.host is None:
                rule = 'os-extended-server-attributes'
            raise exceptions.CloudError(
                f'could not list the guests of host {host}: Nova does not '
                'tell them from those of other hosts; your user needs the '
                f'policy rule os_compute_api:{rule}'
            )


def providers(placement: http.Service, **params: str) -> tuple[Provider, ...]:
    """List the resource providers.

    :param params: what they must have, as in Placement's API
    """
    found = lists.read(
        placement,
        'resource_providers',
        http.Request(
            url='/resource_providers',
            doing='list the resource providers',
            microversion=http.PLACEMENT,
            params=params,
        ),
        parse.provider,
        lists.Paging.BY_LINK,
    )
    return tuple(found or ())


def providers_with_trait(
    placement: http.Service, required: str
) -> tuple[Provider, ...]:
    """List the resource providers that have a trait, or have it not.

    :param required: the trait, with ``!`` where they are not to have it;
        nobody has one that Placement does not know
    """
    try:
        return providers(placement, required=required)
    except exceptions.CloudError as error:
        if error.status == 400:
            return ()
        raise


def provider_ids(placement: http.Service, **params: str) -> frozenset[str]:
    """List the ids of the resource providers, see :func:`providers`."""
    return frozenset(found.id for found in providers(placement, **params))


def agents(
    network: http.Service, hosts: Iterable[str] | None = None
) -> tuple[Agent, ...] | None:
    """List the network agents; None where the service has none at all.

    :param hosts: the only ones whose are asked for
    """
    params: dict[str, object] = {
        'fields': ['id', 'host', 'agent_type', 'alive'],
    }
    if hosts is None:
        params['limit'] = lists.LIMIT
    else:
        # They fit into one page.
        params['host'] = list(hosts)
    found = lists.read(
        network,
        'agents',
        http.Request(
            url='/agents',
            doing='list the network agents',
            params=params,
            # A network service without agents does not know the address.
            accept=http.NOT_FOUND,
        ),
        parse.agent,
        # Neutron 26 (2025.1) and older heed neither a limit nor a marker here
        # (neutron/db/agents_db.py, get_agents), and give all.
        lists.Paging.BY_LINK,
    )
    return None if found is None else tuple(found)
