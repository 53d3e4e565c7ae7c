# SPDX-License-Identifier: Apache-2.0
"""What the services of a simulated cloud keep.  All of it is frozen."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import datetime
import typing

Resources = Mapping[str, int]


class Inventory(typing.NamedTuple):
    """How much a resource provider has of a resource class."""

    total: int
    reserved: int = 0
    min_unit: int = 1
    max_unit: int = 2**31 - 1
    step_size: int = 1
    allocation_ratio: float = 1.0

    @property
    def capacity(self) -> float:
        """Return how much of it may be used."""
        return (self.total - self.reserved) * self.allocation_ratio


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A resource provider of Placement.

    :ivar root: the uuid of the root of its tree
    """

    uuid: str
    name: str
    generation: int = 0
    root: str
    parent: str | None = None
    inventories: Mapping[str, Inventory] = dataclasses.field(
        default_factory=dict
    )
    traits: frozenset[str] = frozenset()
    aggregates: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """A consumer of Placement, with all its allocations.

    :ivar has: its resources, by the provider's uuid
    """

    uuid: str
    project_id: str
    user_id: str
    type: str | None
    generation: int = 1
    has: Mapping[str, Resources]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ComputeService:
    """A nova-compute.

    :ivar silent_since: when it reported last; None while it reports
    :ivar mapped: its host belongs to a cell, as far as the API knows
    :ivar zone: of availability
    """

    id: str
    host: str
    created_at: datetime.datetime
    disabled: bool = False
    disabled_reason: str | None = None
    forced_down: bool = False
    silent_since: datetime.datetime | None = None
    mapped: bool = True


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ComputeNode:
    """A compute node: a machine of libvirt's, or an Ironic node."""

    uuid: str
    host: str
    hostname: str
    vcpus: int = 0
    memory_mb: int = 0
    local_gb: int = 0

    @property
    def is_metal(self) -> bool:
        """Return whether it is an Ironic node."""
        return self.vcpus == 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a project has of what its quotas limit."""

    instances: int = 0
    cores: int = 0
    ram: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Return what both are together."""
        return Usage(
            instances=self.instances + other.instances,
            cores=self.cores + other.cores,
            ram=self.ram + other.ram,
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The limits of a project; -1 is none."""

    instances: int = -1
    cores: int = -1
    ram: int = -1
    metadata_items: int = 128
    ports: int = -1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Flavor:
    """A flavor."""

    id: str
    name: str
    vcpus: int
    ram: int
    disk: int
    extra_specs: Mapping[str, str]

    @property
    def resources(self) -> Resources:
        """Return what a server of it uses (nova/scheduler/utils.py)."""
        wanted = {
            'VCPU': self.vcpus,
            'MEMORY_MB': self.ram,
            'DISK_GB': self.disk,
        }
        for key, amount in self.extra_specs.items():
            kind, _, name = key.partition(':')
            if kind == 'resources':
                wanted[name] = int(amount)
        return {name: amount for name, amount in wanted.items() if amount}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server of Nova.

    :ivar number: that Nova's database gives it
    :ivar node: the hostname of its compute node
    :ivar pinned_zone: the only one in which it may be
    :ivar ports: the ids of its ports
    :ivar volumes: those of its volumes
    """

    id: str
    number: int
    name: str
    project_id: str
    user_id: str
    vm_state: str = 'active'
    task_state: str | None = None
    power_state: int = 1
    created_at: datetime.datetime
    updated_at: datetime.datetime
    launched_at: datetime.datetime | None = None
    host: str | None = None
    node: str | None = None
    flavor: Flavor
    image_id: str
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)
    tags: tuple[str, ...] = ()
    key_name: str | None = None
    user_data: str | None = None
    config_drive: bool = False
    zone: str | None = None
    pinned_zone: str | None = None
    fault: str | None = None
    locked: bool = False
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A volume of Cinder that a server has."""

    id: str
    project_id: str
    server_id: str
    encrypted: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port of Neutron."""

    id: str
    name: str = ''
    description: str = ''
    network_id: str
    project_id: str
    mac_address: str
    subnet_id: str | None = None
    ip_address: str | None = None
    device_id: str = ''
    device_owner: str = ''
    vnic_type: str = 'normal'
    host: str = ''
    created_at: datetime.datetime
    updated_at: datetime.datetime
    revision: int = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent of Neutron.

    :ivar silent_since: when it reported last; None while it reports
    """

    id: str
    host: str
    created_at: datetime.datetime
    silent_since: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node of Ironic."""

    uuid: str
    name: str
    provision_state: str = 'available'
    power_state: str = 'power off'
    instance_uuid: str | None = None
    instance_name: str | None = None
    maintenance: bool = False
    last_error: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """A migration of Nova."""

    uuid: str
    server_id: str
    project_id: str
    user_id: str
    status: str
    type: str
    source: str
    source_node: str
    destination: str | None = None
    destination_node: str | None = None
    created_at: datetime.datetime
    updated_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """A host aggregate of Nova."""

    uuid: str
    name: str
    hosts: tuple[str, ...] = ()
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)
    created_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What was asked to be done to a server, and what became of it.

    :ivar event: the one that is told
    :ivar host: where that was
    """

    action: str
    user_id: str
    started_at: datetime.datetime
    event: str = ''
    host: str = ''
    finished_at: datetime.datetime | None = None
    result: str | None = None
    details: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A trunk of Neutron.

    :ivar subports: the segmentation of each, by the port's id
    """

    id: str
    name: str
    description: str
    port_id: str
    project_id: str
    subports: Mapping[str, int]
    created_at: datetime.datetime
    revision: int = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened to a node of Ironic."""

    node: str
    at: datetime.datetime
    severity: str
    kind: str
    words: str
