# SPDX-License-Identifier: Apache-2.0
"""Turns the services' http.JSON into records."""

from __future__ import annotations

import datetime

from hvctl.cloud import http
from hvctl.model import identity
from hvctl.model.migration import Migration
from hvctl.model.records import (
    Agent,
    Aggregate,
    Candidate,
    ComputeNode,
    FixedIP,
    Node,
    Port,
    PortUse,
    Provider,
    Server,
    Service,
    Shape,
    Share,
    Trunk,
    Volume,
)

#: Of a provider that gives to hosts which it is in an aggregate with.
_SHARES = 'MISC_SHARES_VIA_AGGREGATE'


def when(text: str | None) -> datetime.datetime | None:
    """Parse a time; the services mean UTC where they do not say."""
    if not text:
        return None
    time = datetime.datetime.fromisoformat(text)
    if time.tzinfo is None:
        return time.replace(tzinfo=datetime.UTC)
    return time.astimezone(datetime.UTC)


def server(body: http.JSON) -> Server:
    """Parse a server of ``GET /servers/detail``."""
    return Server(
        id=body['id'],
        name=body['name'],
        status=body.get('status', 'UNKNOWN'),
        task_state=body.get('OS-EXT-STS:task_state'),
        project_id=body.get('tenant_id', ''),
        created_at=when(body.get('created')),
        launched_at=when(body.get('OS-SRV-USG:launched_at')),
        host=body.get('OS-EXT-SRV-ATTR:host'),
        node=body.get('OS-EXT-SRV-ATTR:hypervisor_hostname'),
        metadata=body.get('metadata', {}),
        tags=frozenset(body.get('tags', ())),
        addresses=tuple(
            address['addr']
            for addresses in body.get('addresses', {}).values()
            for address in addresses
        ),
        fault=body.get('fault', {}).get('message'),
        locked=body.get('locked', False),
        shape=_shape(body),
        extra_specs=body.get('flavor', {}).get('extra_specs', {}),
        image=(body.get('image') or {}).get('properties', {}),
        zone=body.get('pinned_availability_zone'),
        volumes=len(body.get('os-extended-volumes:volumes_attached', ())),
        # Nova names no image then.
        boots_from_volume=body.get('image') == '',
    )


def _shape(body: http.JSON) -> Shape:
    flavor = body.get('flavor', {})
    # The size of a flavor's swap is in MiB, that of the others in GiB.
    swap = -(-int(flavor.get('swap') or 0) // 1024)
    root = 0 if body.get('image') == '' else flavor.get('disk', 0)
    return Shape(
        vcpus=flavor.get('vcpus', 0),
        memory=flavor.get('ram', 0),
        disk=root + flavor.get('ephemeral', 0) + swap,
    )


def candidates(body: http.JSON) -> tuple[Candidate, ...]:
    """Parse the answer to ``GET /allocation_candidates``."""
    summaries = body['provider_summaries']
    return tuple(
        _candidate(request['allocations'], summaries)
        for request in body['allocation_requests']
    )


def _candidate(allocations: http.JSON, summaries: http.JSON) -> Candidate:
    parts = []
    for provider_id, given in allocations.items():
        have = summaries[provider_id]['resources']
        for resource, amount in given['resources'].items():
            left = have[resource]['capacity'] - have[resource]['used']
            parts.append(Share(provider_id, resource, amount, left))
    # What is shared has a tree of its own.
    own = [
        provider_id
        for provider_id in allocations
        if _SHARES not in summaries[provider_id]['traits']
    ]
    first = summaries[(own or [*allocations])[0]]
    return Candidate(first['root_provider_uuid'], tuple(parts))


def service(body: http.JSON) -> Service:
    """Parse a service of ``GET /os-services``.

    One in a cell that does not answer has neither id nor state (microversion
    2.69).
    """
    return Service(
        id=body.get('id', ''),
        host=body['host'],
        status=body.get('status', 'UNKNOWN'),
        state=body.get('state', 'UNKNOWN'),
        disabled_reason=body.get('disabled_reason'),
        updated_at=body.get('updated_at'),
    )


def compute_node(body: http.JSON) -> ComputeNode:
    """Parse an entry of ``GET /os-hypervisors``, with or without details."""
    return ComputeNode(
        id=str(body['id']),
        hostname=body['hypervisor_hostname'],
        service_host=body.get('service', {}).get('host'),
        vcpus=body.get('vcpus'),
        vcpus_used=body.get('vcpus_used'),
        memory_mb=body.get('memory_mb'),
        memory_mb_used=body.get('memory_mb_used'),
    )


def provider(body: http.JSON) -> Provider:
    """Parse a resource provider of ``GET /resource_providers``."""
    return Provider(id=body['uuid'], name=body['name'])


#: What a port is for, by its description; others are machines' that register
#: in another cloud.
PORT_USES = {
    identity.PORT_MARK: PortUse.MACHINE,
    identity.SUBPORT_MARK: PortUse.SUBPORT,
    identity.TEST_PORT_MARK: PortUse.TEST,
}


def port(body: http.JSON) -> Port:
    """Parse a port of ``GET /ports`` that carries one of our marks."""
    return Port(
        id=body['id'],
        name=body['name'],
        use=PORT_USES.get(body['description'], PortUse.MACHINE),
        compute_cloud=identity.port_cloud(body['description']),
        network_id=body['network_id'],
        mac_address=body.get('mac_address', ''),
        device_id=body.get('device_id') or '',
        fixed_ips=tuple(
            FixedIP(address['subnet_id'], address['ip_address'])
            for address in body.get('fixed_ips', ())
        ),
        trunk=_trunk(body.get('trunk_details')),
    )


def _trunk(details: http.JSON | None) -> Trunk | None:
    """Parse what a port tells of its trunk (API extension trunk-details)."""
    if not details:
        return None
    return Trunk(
        id=details['trunk_id'],
        segmentation_ids={
            subport['port_id']: subport['segmentation_id']
            for subport in details['sub_ports']
        },
    )


def agent(body: http.JSON) -> Agent:
    """Parse an agent of ``GET /agents``."""
    return Agent(
        id=body['id'],
        host=body['host'],
        agent_type=body['agent_type'],
        alive=bool(body['alive']),
    )


def node(body: http.JSON) -> Node:
    """Parse a node of Ironic's ``GET /nodes``.

    To those who may see the node only because they lease it, Ironic gives
    stars and an explanation for an error.
    """
    error = body.get('last_error')
    redacted = error is not None and error.startswith('** Value Redacted')
    return Node(
        id=body['uuid'],
        name=body.get('name'),
        resource_class=body.get('resource_class'),
        provision_state=body.get('provision_state') or 'available',
        power_state=body.get('power_state'),
        instance_id=body.get('instance_uuid'),
        maintenance=bool(body.get('maintenance')),
        last_error=None if redacted else error,
    )


def volume(body: http.JSON) -> Volume:
    """Parse a volume of Cinder's ``GET /volumes/detail``."""
    return Volume(
        id=body['id'],
        server_ids=frozenset(
            attachment['server_id']
            for attachment in body.get('attachments', ())
            if attachment.get('server_id')
        ),
        encrypted=bool(body.get('encrypted')),
        image=body.get('volume_image_metadata', {}),
    )


def aggregate(body: http.JSON) -> Aggregate:
    """Parse an aggregate of ``GET /os-aggregates``."""
    return Aggregate(
        id=body['id'],
        name=body['name'],
        uuid=body['uuid'],
        availability_zone=body.get('availability_zone'),
        hosts=frozenset(body['hosts']),
    )


def migration(body: http.JSON) -> Migration:
    """Parse a record of ``GET /os-migrations``."""
    return Migration(
        id=body['id'],
        uuid=body['uuid'],
        server_id=body['instance_uuid'],
        status=body['status'],
        migration_type=body['migration_type'],
        source=body.get('source_compute'),
        destination=body.get('dest_compute'),
        user_id=body.get('user_id'),
        updated_at=when(body.get('updated_at')),
    )
