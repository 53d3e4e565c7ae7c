# SPDX-License-Identifier: Apache-2.0
"""Makes records of what the services answer."""

from __future__ import annotations

import datetime

from hvctl.cloud import answers
from hvctl.model import identity
from hvctl.model.migration import Migration
from hvctl.model.records import (
    Agent,
    Aggregate,
    Amount,
    Candidate,
    ComputeNode,
    FixedIP,
    Node,
    Port,
    PortUse,
    Provider,
    Resources,
    Server,
    Service,
    Shape,
    Share,
    Trunk,
    Volume,
)

#: What Nova tells of services and servers in a cell that does not answer.
UNKNOWN = 'UNKNOWN'

#: Of a provider that gives to hosts which it is in an aggregate with.
_SHARES = 'MISC_SHARES_VIA_AGGREGATE'


def when(text: str | None) -> datetime.datetime | None:
    """Parse a time; the services mean UTC where they do not say.

    :raises UnexpectedAnswer: when it is none
    """
    if not text:
        return None
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise answers.UnexpectedAnswer(f'{text!r} is no time') from error
    if time.tzinfo is None:
        return time.replace(tzinfo=datetime.UTC)
    return time.astimezone(datetime.UTC)


def server(body: answers.Fields) -> Server:
    """Parse a server of ``GET /servers/detail``.

    Of one in a cell that does not answer Nova tells little more than the id
    (microversion 2.69).
    """
    status = body.text('status')
    if status == UNKNOWN and body.get('metadata') is None:
        return Server(
            id=body.text('id'), name=body.any_text('name') or '', status=status
        )
    flavor = body.any_part('flavor')
    return Server(
        id=body.text('id'),
        name=body.text('name'),
        status=status,
        task_state=body.any_text('OS-EXT-STS:task_state'),
        project_id=body.text('tenant_id'),
        created_at=when(body.any_text('created')),
        launched_at=when(body.any_text('OS-SRV-USG:launched_at')),
        host=body.any_text('OS-EXT-SRV-ATTR:host'),
        node=body.any_text('OS-EXT-SRV-ATTR:hypervisor_hostname'),
        metadata=body.part('metadata').all_texts(),
        tags=frozenset(body.any_texts('tags')),
        addresses=_addresses(body.any_part('addresses')),
        fault=body.any_part('fault').any_text('message'),
        locked=body.any_flag('locked'),
        shape=_shape(flavor, _boots_from_volume(body)),
        extra_specs=flavor.any_part('extra_specs').all_texts(),
        image=_properties(body),
        zone=body.any_text('pinned_availability_zone'),
        volumes=len(body.any_parts('os-extended-volumes:volumes_attached')),
        boots_from_volume=_boots_from_volume(body),
        # 'True', or an empty text.
        config_drive=bool(body.any_text('config_drive')),
    )


def _boots_from_volume(body: answers.Fields) -> bool:
    # Nova names no image then.
    return body.get('image') == ''


def is_stub(server: Server) -> bool:
    """Return whether a server is in a cell that does not answer."""
    return server.status == UNKNOWN and not server.project_id


def _properties(body: answers.Fields) -> dict[str, str]:
    """Return the properties of a server's image, where Nova tells (2.98)."""
    if not body.get('image'):
        return {}
    return body.part('image').any_part('properties').all_texts()


def _addresses(networks: answers.Fields) -> tuple[str, ...]:
    return tuple(
        address.text('addr')
        for network in networks.names()
        for address in networks.parts(network)
    )


def _shape(flavor: answers.Fields, volume: bool) -> Shape:
    # The size of a flavor's swap is in MiB, that of the others in GiB.
    swap = -(-(flavor.any_number('swap') or 0) // 1024)
    root = 0 if volume else flavor.any_number('disk') or 0
    return Shape(
        vcpus=flavor.any_number('vcpus') or 0,
        memory=flavor.any_number('ram') or 0,
        disk=root + (flavor.any_number('ephemeral') or 0) + swap,
    )


def candidates(body: answers.Fields) -> tuple[Candidate, ...]:
    """Parse the answer to ``GET /allocation_candidates``."""
    summaries = body.part('provider_summaries')
    return tuple(
        _candidate(request.part('allocations'), summaries)
        for request in body.parts('allocation_requests')
    )


def _candidate(
    allocations: answers.Fields, summaries: answers.Fields
) -> Candidate:
    parts = []
    own = []
    for provider_id, given in allocations.all_parts():
        summary = summaries.part(provider_id)
        have = summary.part('resources')
        for resource, amount in given.part('resources').all_numbers().items():
            of = have.part(resource)
            left = of.number('capacity') - of.number('used')
            parts.append(Share(provider_id, resource, amount, left))
        # What is shared has a tree of its own.
        if _SHARES not in summary.texts('traits'):
            own.append(provider_id)
    first = next(iter(own or allocations.names()), '')
    root = summaries.part(first).text('root_provider_uuid')
    return Candidate(root, tuple(parts))


def amounts(body: answers.Fields) -> dict[str, dict[str, Amount]]:
    """Parse what is told of providers beside allocation candidates."""
    return {
        provider_id: {
            name: Amount(has.number('capacity'), has.number('used'))
            for name, has in summary.part('resources').all_parts()
        }
        for provider_id, summary in body.part('provider_summaries').all_parts()
    }


def consumers(body: answers.Fields) -> dict[str, Resources]:
    """Parse who has how much of a resource provider."""
    return {
        consumer: has.part('resources').all_numbers()
        for consumer, has in body.part('allocations').all_parts()
    }


def capacities(body: answers.Fields) -> dict[str, int]:
    """Parse how much a resource provider may give, by resource class.

    That is Placement's own arithmetic (placement/objects/inventory.py,
    capacity).
    """
    return {
        name: int(
            (has.number('total') - (has.any_number('reserved') or 0))
            * has.fraction('allocation_ratio')
        )
        for name, has in body.part('inventories').all_parts()
    }


def service(body: answers.Fields) -> Service:
    """Parse a service of ``GET /os-services``.

    One in a cell that does not answer has neither id nor state (microversion
    2.69).
    """
    status = body.text('status')
    if status == UNKNOWN:
        return Service(
            id='', host=body.text('host'), status=status, state=UNKNOWN
        )
    return Service(
        id=body.text('id'),
        host=body.text('host'),
        status=status,
        state=body.text('state'),
        disabled_reason=body.any_text('disabled_reason'),
        updated_at=body.any_text('updated_at'),
        zone=body.any_text('zone'),
    )


def compute_node(body: answers.Fields) -> ComputeNode:
    """Parse an entry of ``GET /os-hypervisors``, with or without details."""
    return ComputeNode(
        id=body.text('id'),
        hostname=body.text('hypervisor_hostname'),
        service_host=body.any_part('service').any_text('host'),
        vcpus=body.any_number('vcpus'),
        vcpus_used=body.any_number('vcpus_used'),
        memory_mb=body.any_number('memory_mb'),
        memory_mb_used=body.any_number('memory_mb_used'),
        guests=body.any_number('running_vms'),
    )


def guest_of_host(body: answers.Fields) -> Server:
    """Parse a server of ``GET /os-hypervisors/{id}?with_servers=true``."""
    return Server(
        id=body.text('uuid'), name=body.any_text('name') or '', status=UNKNOWN
    )


def provider(body: answers.Fields) -> Provider:
    """Parse a resource provider of ``GET /resource_providers``."""
    return Provider(id=body.text('uuid'), name=body.text('name'))


#: What a port is for, by its description; others are machines' that register
#: in another cloud.
PORT_USES = {
    identity.PORT_MARK: PortUse.MACHINE,
    identity.SUBPORT_MARK: PortUse.SUBPORT,
    identity.TEST_PORT_MARK: PortUse.TEST,
}


def port(body: answers.Fields) -> Port:
    """Parse a port of ``GET /ports`` that carries one of our marks."""
    description = body.any_text('description') or ''
    return Port(
        id=body.text('id'),
        name=body.any_text('name') or '',
        use=PORT_USES.get(description, PortUse.MACHINE),
        compute_cloud=identity.port_cloud(description),
        network_id=body.text('network_id'),
        mac_address=body.any_text('mac_address') or '',
        device_id=body.any_text('device_id') or '',
        fixed_ips=tuple(
            FixedIP(address.text('subnet_id'), address.text('ip_address'))
            for address in body.any_parts('fixed_ips')
        ),
        vnic_type=body.any_text('binding:vnic_type') or '',
        trunk=_trunk(body),
        revision=body.any_number('revision_number'),
    )


def _trunk(port: answers.Fields) -> Trunk | None:
    """Parse what a port tells of its trunk (API extension trunk-details)."""
    if not port.get('trunk_details'):
        return None
    details = port.part('trunk_details')
    return Trunk(
        id=details.text('trunk_id'),
        segmentation_ids={
            subport.text('port_id'): subport.number('segmentation_id')
            for subport in details.parts('sub_ports')
        },
    )


def agent(body: answers.Fields) -> Agent:
    """Parse an agent of ``GET /agents``."""
    return Agent(
        id=body.text('id'),
        host=body.text('host'),
        agent_type=body.text('agent_type'),
        alive=body.any_flag('alive'),
    )


def node(body: answers.Fields) -> Node:
    """Parse a node of Ironic's ``GET /nodes``.

    To those who may see the node only because they lease it, Ironic gives
    stars and an explanation for an error.
    """
    error = body.any_text('last_error')
    redacted = error is not None and error.startswith('** Value Redacted')
    return Node(
        id=body.text('uuid'),
        name=body.any_text('name'),
        resource_class=body.any_text('resource_class'),
        provision_state=body.any_text('provision_state') or 'available',
        power_state=body.any_text('power_state'),
        instance_id=body.any_text('instance_uuid'),
        maintenance=body.any_flag('maintenance'),
        last_error=None if redacted else error,
    )


def volume(body: answers.Fields) -> Volume:
    """Parse a volume of Cinder's ``GET /volumes/detail``."""
    attached = (
        attachment.any_text('server_id')
        for attachment in body.any_parts('attachments')
    )
    return Volume(
        id=body.text('id'),
        server_ids=frozenset(server_id for server_id in attached if server_id),
        encrypted=body.any_flag('encrypted'),
        image=body.any_part('volume_image_metadata').all_texts(),
    )


def aggregate(body: answers.Fields) -> Aggregate:
    """Parse an aggregate of ``GET /os-aggregates``."""
    return Aggregate(
        id=body.number('id'),
        name=body.text('name'),
        uuid=body.text('uuid'),
        availability_zone=body.any_text('availability_zone'),
        hosts=frozenset(body.texts('hosts')),
        metadata=body.any_part('metadata').all_texts(),
    )


def migration(body: answers.Fields) -> Migration:
    """Parse a record of ``GET /os-migrations``."""
    return Migration(
        id=body.number('id'),
        uuid=body.text('uuid'),
        server_id=body.text('instance_uuid'),
        status=body.text('status'),
        migration_type=body.text('migration_type'),
        source=body.any_text('source_compute'),
        destination=body.any_text('dest_compute'),
        user_id=body.any_text('user_id'),
        created_at=when(body.any_text('created_at')),
        updated_at=when(body.any_text('updated_at')),
    )
