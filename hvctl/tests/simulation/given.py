# SPDX-License-Identifier: Apache-2.0
"""What a test begins with: hypervisors of ours, and guests on them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
import dataclasses
import datetime
import typing

from hvctl.model import identity
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import population
from hvctl.tests.simulation import records
from hvctl.tests.simulation.nova import views

_VM_STATES = {status: state for state, status in views.STATUSES.items()}
_POWER_STATES = {'active': 1, 'paused': 3}


def hypervisor(
    of: cloud.Cloud, name: str, compute_id: str, **changes: typing.Any
) -> records.Server:
    """Let there be a hypervisor as create leaves it, and return its machine.

    :param changes: of the machine
    """
    world, first = of.world, of.world.first
    now = world.clock.now()
    long_ago = now - datetime.timedelta(seconds=1000)
    number, node = next(
        each
        for each in world.nodes.rising()
        if each[1].provision_state == 'available'
    )
    port_number = world.ports.next_number()
    machine = server(
        of,
        name,
        numbers.IRONIC,
        ports=(first.ports.id(port_number),),
        node=node.uuid,
        flavor=population.METAL,
        project_id=of.admin.id,
        user_id=first.user(0),
        created_at=long_ago,
        launched_at=long_ago,
        user_data=base64.b64encode(b'#cloud-config\n').decode(),
        tags=(identity.TAG,),
        metadata={
            identity.MARK_KEY: identity.MARK,
            identity.COMPUTE_ID_KEY: compute_id,
            identity.ENABLED_KEY: now.isoformat(),
        },
        **changes,
    )
    world.nodes.put(
        number,
        records.Node(
            uuid=node.uuid,
            name=node.name,
            provision_state='active',
            power_state='power on',
            instance_uuid=machine.id,
            instance_name=name,
        ),
    )
    allocate(of, machine, {node.uuid: machine.flavor.resources})
    world.ports.add(
        records.Port(
            id=first.ports.id(port_number),
            name=name,
            description=identity.PORT_MARK,
            network_id=first.network_id,
            subnet_id=first.subnet_id,
            ip_address=population.address(10, port_number),
            project_id=of.admin.id,
            mac_address=(b'\x52\x54' + port_number.to_bytes(4)).hex(':'),
            device_id=machine.id,
            device_owner='compute:nova',
            vnic_type='baremetal',
            host=node.uuid,
            created_at=long_ago,
            updated_at=long_ago,
        )
    )
    _registered(of, world.host_name(name), compute_id, long_ago)
    return machine


def _registered(
    of: cloud.Cloud, host: str, compute_id: str, at: datetime.datetime
) -> None:
    """Let a host have registered everywhere."""
    world, first = of.world, of.world.first
    world.services.add(
        records.ComputeService(
            id=first.services.id(world.services.next_number()),
            host=host,
            created_at=at,
        )
    )
    world.compute_nodes.add(
        records.ComputeNode(
            uuid=compute_id,
            host=host,
            hostname=host,
            vcpus=64,
            memory_mb=262144,
            local_gb=2000,
        )
    )
    of.stock.add(
        records.Provider(
            uuid=compute_id,
            name=host,
            root=compute_id,
            inventories=population.HOST_INVENTORIES,
            traits=population.HOST_TRAITS | {population.EPHEMERAL},
        )
    )
    world.agents.add(
        records.Agent(
            id=first.agents.id(world.agents.next_number()),
            host=host,
            created_at=at,
        )
    )


def guest(
    of: cloud.Cloud,
    name: str,
    host: str,
    status: str = 'ACTIVE',
    specs: Mapping[str, str] | None = None,
    **changes: typing.Any,
) -> records.Server:
    """Let there be a tenant's server on a host.

    :param specs: of its flavor
    """
    state = _VM_STATES[status]
    nodes = [n for _, n in of.world.compute_nodes.having('host', host)]
    found = server(
        of,
        name,
        host,
        **{
            'node': nodes[0].hostname,
            'vm_state': state,
            'power_state': _POWER_STATES.get(state, 4),
            'flavor': dataclasses.replace(
                population.SMALL, extra_specs=specs or {}
            ),
            'project_id': of.demo.id,
            'launched_at': of.clock.now(),
            **changes,
        },
    )
    allocate(of, found, {nodes[0].uuid: found.flavor.resources})
    return found


def server(
    of: cloud.Cloud, name: str, host: str, **changes: typing.Any
) -> records.Server:
    """Let there be a server, of whatever kind."""
    world, now = of.world, of.clock.now()
    number = world.servers.next_number()
    made = records.Server(
        **{
            'id': world.first.servers.id(number),
            'number': number,
            'name': name,
            'user_id': world.first.user(1),
            'created_at': now,
            'updated_at': now,
            'host': host,
            'image_id': world.first.image_id,
            **changes,
        }
    )
    world.servers.add(made)
    return made


def allocate(
    of: cloud.Cloud,
    consumer: records.Server,
    has: Mapping[str, records.Resources],
) -> None:
    """Let a server have something of providers."""
    of.stock.allocate(
        [
            records.Consumer(
                uuid=consumer.id,
                project_id=consumer.project_id,
                user_id=consumer.user_id,
                type='INSTANCE',
                has=has,
            )
        ]
    )
