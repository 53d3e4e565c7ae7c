# SPDX-License-Identifier: Apache-2.0
"""Records of the clouds' services, as one look found them.

Each holds the few attributes that a decision needs, under the name that the
service's API gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import datetime
import enum
import re
import typing

from hvctl.model import disabled_reason
from hvctl.model.disabled_reason import DisabledBy
from hvctl.model.disabled_reason import DisabledReason


class Shape(typing.NamedTuple):
    """The size of a guest, by its flavor.

    :ivar memory: MiB
    :ivar disk: GiB
    """

    vcpus: int = 0
    memory: int = 0
    disk: int = 0


#: Nova saves these states before it lets go of the host, and lists the guest
#: there meanwhile (nova/compute/manager.py, _delete_instance and
#: _shelve_offload_instance).
_HAS_LEFT = frozenset({'DELETED', 'SHELVED_OFFLOADED'})

#: The tasks of a guest that is migrated or resized
#: (nova/compute/task_states.py).
_MIGRATES = frozenset(
    {
        'migrating',
        'resize_prep',
        'resize_migrating',
        'resize_migrated',
        'resize_finish',
    }
)

#: Amounts in Placement, by resource class.
Resources = Mapping[str, int]


class Amount(typing.NamedTuple):
    """How much of a resource a provider may give, and has given."""

    total: int = 0
    used: int = 0


class Need(typing.NamedTuple):
    """What a guest needs of the host that it goes to.

    :ivar resources: resource classes and amounts, sorted
    :ivar traits: that the host must have, or with a ``!`` must not, sorted
    :ivar aggregates: uuids, sorted, of which the host must be in one; none
        where any will do
    """

    resources: tuple[tuple[str, int], ...]
    traits: tuple[str, ...] = ()
    aggregates: tuple[str, ...] = ()


class Share(typing.NamedTuple):
    """What one resource provider would give a guest.

    :ivar left: how much of it the provider has, before it gives any
    """

    provider_id: str
    resource: str
    amount: int
    left: int


#: How many candidates Placement is asked for: as many as Nova's scheduler
#: asks for by default ([scheduler] max_placement_results).
MOST_CANDIDATES = 1000


class Candidate(typing.NamedTuple):
    """One way to place a guest on a host.

    :ivar root_id: the host: the provider at the root of its tree
    :ivar parts: given by the host, by providers below it, and by those that
        share with several hosts
    """

    root_id: str
    parts: tuple[Share, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A Nova server: the bare-metal one of a hypervisor, or a guest.

    :ivar host: the service host it is on (OS-EXT-SRV-ATTR:host)
    :ivar node: the compute node it is on; for a bare-metal server this is
        the Ironic node's UUID (OS-EXT-SRV-ATTR:hypervisor_hostname)
    :ivar launched_at: when Nova saw it ACTIVE first
    :ivar fault: why it is in ERROR, in Nova's words
    :ivar locked: its owner may not change it; an administrator may
    :ivar shape: what its flavor asks for, without a root disk that is a
        volume
    :ivar extra_specs: of its flavor, where they may be read
    :ivar image: properties of its image, where Nova tells (2.98)
    :ivar zone: the availability zone that it is bound to, where Nova tells
        (2.96)
    :ivar volumes: how many are attached to it
    :ivar boots_from_volume: its root disk is one of them
    :ivar config_drive: its metadata is on a disk of its own
    """

    id: str
    name: str
    status: str
    task_state: str | None = None
    project_id: str = ''
    created_at: datetime.datetime | None = None
    launched_at: datetime.datetime | None = None
    host: str | None = None
    node: str | None = None
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    addresses: tuple[str, ...] = ()
    fault: str | None = None
    locked: bool = False
    shape: Shape = dataclasses.field(default_factory=Shape)
    extra_specs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    image: Mapping[str, str] = dataclasses.field(default_factory=dict)
    zone: str | None = None
    volumes: int = 0
    boots_from_volume: bool = False
    config_drive: bool = False

    @property
    def has_left(self) -> bool:
        """Whether its end is saved, and Nova lets go of its host now."""
        return self.status in _HAS_LEFT

    @property
    def is_leaving(self) -> bool:
        """Whether it is off its host in a moment."""
        return self.has_left or self.task_state == 'deleting'

    @property
    def migrates(self) -> bool:
        """Whether its task is a migration, whoever has asked for that."""
        return self.task_state in _MIGRATES


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A nova-compute service.

    :ivar status: ``enabled`` or ``disabled``; ``UNKNOWN`` in a cell that
        does not answer
    :ivar state: ``up`` or ``down``
    :ivar zone: its availability zone
    """

    id: str
    host: str
    status: str
    state: str
    disabled_reason: str | None = None
    updated_at: str | None = None
    zone: str | None = None

    @property
    def known(self) -> bool:
        """Whether its cell answers, and it can be changed by its id."""
        return bool(self.id) and self.status != 'UNKNOWN'

    @property
    def enabled(self) -> bool:
        """Whether the scheduler may choose it."""
        return self.status == 'enabled'

    @property
    def up(self) -> bool:
        """Whether it reports to Nova."""
        return self.state == 'up'

    @property
    def disabled(self) -> DisabledReason:
        """Why it is disabled, as far as its ``disabled_reason`` tells."""
        return disabled_reason.parse(self.disabled_reason)

    @property
    def is_drained(self) -> bool:
        """Whether it is disabled because of a drain of ours."""
        return not self.enabled and self.disabled.by is DisabledBy.DRAIN


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ComputeNode:
    """An entry of os-hypervisors; it is there only for a mapped host.

    The host of its service and the sizes are known only where the details
    were asked for.

    :ivar guests: how many were on it when nova-compute counted last, which
        it does once a minute
    """

    id: str
    hostname: str
    service_host: str | None = None
    vcpus: int | None = None
    vcpus_used: int | None = None
    memory_mb: int | None = None
    memory_mb_used: int | None = None
    guests: int | None = None

    @property
    def host(self) -> str:
        """The host of its service, as far as that is known.

        libvirt's name of a host need not be the service's; without the
        details it is all that there is to go by.
        """
        return self.service_host or self.hostname


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A resource provider in Placement."""

    id: str
    name: str


class PortUse(enum.StrEnum):
    """What a port of ours is for."""

    MACHINE = 'machine'
    """The machine boots with it."""
    SUBPORT = 'sub-port'
    """The machine's trunk has it in a further network."""
    TEST = 'test'
    """A test guest has it."""


class FixedIP(typing.NamedTuple):
    """An address of a port."""

    subnet_id: str
    ip_address: str


class Tagged(typing.NamedTuple):
    """A sub-port of a trunk.

    :ivar segmentation_id: its VLAN; None takes over its network's
    """

    port_id: str
    segmentation_id: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """The trunk of a Neutron port.

    :ivar segmentation_ids: the sub-ports' VLANs, by the sub-ports' ids
    """

    id: str
    segmentation_ids: Mapping[str, int] = dataclasses.field(
        default_factory=dict
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A Neutron port that carries our mark.

    :ivar use: what it is for
    :ivar compute_cloud: in which the machine registers; None where that is
        the cloud of the port
    :ivar vnic_type: empty where Neutron does not tell
    :ivar trunk: of which it is the parent
    :ivar revision: how often it was changed, where Neutron tells
    """

    id: str
    name: str
    use: PortUse = PortUse.MACHINE
    compute_cloud: str | None = None
    network_id: str = ''
    mac_address: str = ''
    device_id: str = ''
    fixed_ips: tuple[FixedIP, ...] = ()
    vnic_type: str = ''
    trunk: Trunk | None = None
    revision: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A Neutron agent."""

    id: str
    host: str
    agent_type: str
    alive: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An Ironic node.

    :ivar resource_class: in Ironic's words, as in ``baremetal``
    """

    id: str
    name: str | None = None
    resource_class: str | None = None
    provision_state: str = ''
    power_state: str | None = None
    instance_id: str | None = None
    maintenance: bool = False
    last_error: str | None = None

    @property
    def placement_class(self) -> str:
        """The resource class as Placement has it (nova's ironic driver)."""
        words = re.sub(r'[^0-9A-Za-z]', '_', self.resource_class or '')
        return f'CUSTOM_{words.upper()}'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A volume of the block storage service.

    :ivar server_ids: the servers that it is attached to
    :ivar image: properties of the image that it was made of
    """

    id: str
    server_ids: frozenset[str] = frozenset()
    encrypted: bool = False
    image: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """A host aggregate of Nova.

    :ivar uuid: by which Placement knows it
    :ivar metadata: the zone among it
    """

    id: int
    name: str
    uuid: str = ''
    availability_zone: str | None = None
    hosts: frozenset[str] = frozenset()
    metadata: Mapping[str, str] = dataclasses.field(
        default_factory=dict, hash=False
    )

    def may_refuse(self, project_id: str | None) -> bool:
        """Return whether its metadata may keep guests of a project out.

        Nova does so for the projects and traits that it names
        (nova/scheduler/request_filter.py, and the filters that are called
        aggregate_*), if its configuration says so; of other metadata only the
        filters of a cloud know.
        """
        return any(
            not _names_project(key, value, project_id)
            for key, value in self.metadata.items()
            if key != 'availability_zone'
        )


def _names_project(key: str, value: str, project_id: str | None) -> bool:
    """Return whether metadata lets a project in, as one of several."""
    return key.startswith('filter_tenant_id') and project_id in [
        each.strip() for each in value.split(',')
    ]
