# SPDX-License-Identifier: Apache-2.0
"""What is in a simulated cloud at first: each thing follows from its number.

The first hosts are ephemeral hypervisors of the project ``admin``, each with
a machine, its port and a guest or more of other projects; the others are
hosts that somebody else runs.  Nothing here is made before it is asked for.
"""

from __future__ import annotations

import base64
import datetime
import typing

from hvctl.model import identity
from hvctl.tests.simulation import clock
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import records

#: As long as what a lab's profile makes.
_USER_DATA = base64.b64encode(b'#cloud-config\n' * 305).decode()

HOST_TRAITS = frozenset(
    {'COMPUTE_NODE', 'COMPUTE_ACCELERATORS', 'HW_CPU_X86_SSE2'}
)
#: Of hypervisors that hvctl has made (their provider.yaml).
EPHEMERAL = 'CUSTOM_HVCTL_EPHEMERAL'

HOST_INVENTORIES = {
    'VCPU': records.Inventory(64, max_unit=64, allocation_ratio=4.0),
    'MEMORY_MB': records.Inventory(262144, 512, max_unit=262144),
    'DISK_GB': records.Inventory(2000, max_unit=2000),
}
_METAL_INVENTORIES = {'CUSTOM_BAREMETAL': records.Inventory(1, max_unit=1)}

METAL = records.Flavor(
    id='metal',
    name='metal',
    vcpus=8,
    ram=65536,
    disk=100,
    extra_specs={
        'resources:CUSTOM_BAREMETAL': '1',
        'resources:VCPU': '0',
        'resources:MEMORY_MB': '0',
        'resources:DISK_GB': '0',
    },
)
#: Of test guests, which use of a host nothing but the place for one.
TEST = records.Flavor(
    id='test',
    name=identity.TEST_FLAVOR,
    vcpus=1,
    ram=64,
    disk=1,
    extra_specs={
        f'resources:{identity.TEST_RESOURCE_CLASS}': '1',
        'resources:VCPU': '0',
        'resources:MEMORY_MB': '0',
        'resources:DISK_GB': '0',
    },
)
SMALL = records.Flavor(
    id='small', name='small', vcpus=1, ram=2048, disk=10, extra_specs={}
)


class Population(numbers.Numbers):
    """Makes what is there at first."""

    def service(self, number: int) -> records.ComputeService:
        """Make a nova-compute; the first is Ironic's."""
        return records.ComputeService(
            id=self.services.id(number),
            host=self.host_name(number - 1) if number else numbers.IRONIC,
            created_at=_before(days=9),
        )

    def compute_node(self, number: int) -> records.ComputeNode:
        """Make a compute node."""
        host = number - self.size.nodes
        if host < 0:
            uuid = self.nodes.id(number)
            return records.ComputeNode(
                uuid=uuid, host=numbers.IRONIC, hostname=uuid
            )
        name = self.host_name(host)
        return records.ComputeNode(
            uuid=self.compute_id(host),
            host=name,
            hostname=name,
            vcpus=64,
            memory_mb=262144,
            local_gb=2000,
        )

    def provider(self, number: int) -> records.Provider:
        """Make the resource provider of a compute node."""
        host = number - self.size.nodes
        if host < 0:
            uuid = self.nodes.id(number)
            return records.Provider(
                uuid=uuid,
                name=uuid,
                root=uuid,
                generation=3,
                inventories=_METAL_INVENTORIES,
                traits=frozenset({'COMPUTE_NODE'}),
            )
        uuid = self.compute_id(host)
        return records.Provider(
            uuid=uuid,
            name=self.host_name(host),
            root=uuid,
            generation=3 + self.size.guests,
            inventories=HOST_INVENTORIES,
            traits=HOST_TRAITS | {EPHEMERAL}
            if host < self.size.ours
            else HOST_TRAITS,
        )

    def used(self, number: int) -> records.Resources:
        """Return what is used of a provider at first."""
        host = number - self.size.nodes
        if host >= self.size.hosts:
            return {}
        if host >= 0:
            return {
                name: amount * self.size.guests
                for name, amount in SMALL.resources.items()
            }
        return METAL.resources if number < self.size.ours else {}

    def consumer(self, number: int) -> records.Consumer:
        """Make the allocations of a server."""
        host = self.host_of(number)
        if host < 0:
            provider, flavor = self.nodes.id(number), METAL
        else:
            provider, flavor = self.compute_id(host), SMALL
        return records.Consumer(
            uuid=self.servers.id(number),
            project_id=self.project_of(number),
            user_id=self.user(0),
            type='INSTANCE',
            has={provider: flavor.resources},
        )

    def server(self, number: int) -> records.Server:
        """Make a machine or a guest."""
        host = self.host_of(number)
        created = _before(seconds=self.size.servers - number + 600)
        common: dict[str, typing.Any] = {
            'id': self.servers.id(number),
            'number': number,
            'project_id': self.project_of(number),
            'user_id': self.user(0),
            'created_at': created,
            'updated_at': created + datetime.timedelta(seconds=60),
            'launched_at': created + datetime.timedelta(seconds=60),
            'image_id': self.image_id,
            'ports': (self.ports.id(number),),
            'zone': 'nova',
        }
        if host >= 0:
            name = self.host_name(host)
            return records.Server(
                name=f'guest{number}',
                host=name,
                node=name,
                flavor=SMALL,
                **common,
            )
        return records.Server(
            name=self.host_name(number),
            host=numbers.IRONIC,
            node=self.nodes.id(number),
            flavor=METAL,
            tags=(identity.TAG,),
            user_data=_USER_DATA,
            config_drive=True,
            metadata={
                identity.MARK_KEY: identity.MARK,
                identity.COMPUTE_ID_KEY: self.compute_id(number),
                identity.NETWORKING_KEY: '1',
                identity.ENABLED_KEY: _before(seconds=300).isoformat(),
            },
            **common,
        )

    def port(self, number: int) -> records.Port:
        """Make the port of a server."""
        host = self.host_of(number)
        changed = _before(seconds=self.size.servers - number + 500)
        machine = host < 0
        return records.Port(
            id=self.ports.id(number),
            name=self.host_name(number) if machine else '',
            description=identity.PORT_MARK if machine else '',
            network_id=self.network_id if machine else self.guests_network_id,
            subnet_id=self.subnet_id if machine else self.guests_subnet_id,
            ip_address=address(10 if machine else 11, number),
            project_id=self.project_of(number),
            mac_address=(b'\x52\x54' + number.to_bytes(4)).hex(':'),
            device_id=self.servers.id(number),
            device_owner='compute:nova',
            vnic_type='baremetal' if machine else 'normal',
            host=self.nodes.id(number) if machine else self.host_name(host),
            created_at=changed,
            updated_at=changed,
            revision=4,
        )

    def agent(self, host: int) -> records.Agent:
        """Make the agent of a host."""
        return records.Agent(
            id=self.agents.id(host),
            host=self.host_name(host),
            created_at=_before(days=9),
        )

    def node(self, number: int) -> records.Node:
        """Make an Ironic node."""
        if number >= self.size.ours:
            return records.Node(
                uuid=self.nodes.id(number), name=f'node-{number}'
            )
        return records.Node(
            uuid=self.nodes.id(number),
            name=f'node-{number}',
            provision_state='active',
            power_state='power on',
            instance_uuid=self.servers.id(number),
            instance_name=self.host_name(number),
        )


def _before(*, days: float = 0, seconds: float = 0) -> datetime.datetime:
    return clock.START - datetime.timedelta(days=days, seconds=seconds)


def address(first: int, number: int) -> str:
    """Return an address of a network."""
    rest = number + 10
    return f'{first}.{rest >> 16 & 255}.{rest >> 8 & 255}.{rest & 255}'
