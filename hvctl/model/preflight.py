# SPDX-License-Identifier: Apache-2.0
"""What is asked of the clouds before a create makes anything."""

from __future__ import annotations

import dataclasses
import enum

from hvctl.model.profile import Subnetwork
from hvctl.model.request import ResolvedSubnetwork


class Finding(enum.StrEnum):
    """What a check says."""

    OK = 'ok'
    FAILED = 'failed'
    UNKNOWN = 'unknown'
    """The cloud does not tell; it stops nothing."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    :ivar message: what was found; where it failed, what to type next
    """

    verdict: Finding
    message: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Flavor:
    """What a flavor asks for.

    :ivar resources: amounts by Placement's resource class
    :ivar required: traits that a node must have
    :ivar forbidden: traits that it must not have
    :ivar vcpus: counted against the quota of cores, by Nova's own driver
    :ivar ram: counted against the quota of memory, MiB
    :ivar disk: of all kinds, in GiB or, of a swap, in MiB
    """

    id: str
    name: str
    resources: dict[str, int]
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    vcpus: int = 0
    ram: int = 0
    disk: int = 0


class QuotaKind(enum.StrEnum):
    """What a quota limits, as it is said to the user."""

    SERVERS = 'servers'
    CORES = 'cores'
    MEMORY = 'memory (MiB)'
    PORTS = 'ports'
    METADATA = 'metadata items of one server'
    """A limit of each; nothing uses it up."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What of a quota is left; -1 is no limit."""

    left: int

    def allows(self, number: int) -> bool:
        """Return whether so many more fit in."""
        return self.left < 0 or number <= self.left


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What to look up, by name or id; nothing where there is no name.

    :ivar machine_zone: the availability zone that machines are taken from
    :ivar subnet: of the network
    :ivar fixed_ip: an address that must be free; None where it is not needed
    :ivar subnetworks: what the machine is to have as VLANs on its port
    :ivar aggregates: names of host aggregates
    :ivar test_flavor: and the next two: of the test guest
    :ivar compute_ids: whether hosts are told their compute node ids
    """

    image: str | None = None
    flavor: str | None = None
    network: str | None = None
    key_name: str | None = None
    machine_zone: str | None = None
    subnet: str | None = None
    fixed_ip: str | None = None
    subnetworks: tuple[Subnetwork, ...] = ()
    aggregates: tuple[str, ...] = ()
    availability_zone: str | None = None
    test_flavor: str | None = None
    test_image: str | None = None
    test_network: str | None = None
    compute_ids: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the clouds answered.

    :ivar mtu: of the network; None where it has none
    :ivar aggregates: ids of the aggregates to join, by uuid
    :ivar problems: names that were not found, or not just once, and what is
        needed and could not be asked
    :ivar unknown: what could not be asked, and can be done without
    :ivar candidates: free nodes for the flavor, as many as were asked for at
        most; None when Placement was not asked
    :ivar disabled: nodes beside these whose nova-compute is disabled
    :ivar quotas: of the bare-metal cloud's project, by what they limit; left
        out where they are unknown
    :ivar compute_cloud: the name of the cloud in which the test guests are;
        None where it is the same
    :ivar test_quotas: of its project, where it is not the same
    """

    image_id: str = ''
    flavor: Flavor | None = None
    network_id: str = ''
    mtu: int | None = None
    subnet_id: str | None = None
    subnetworks: tuple[ResolvedSubnetwork, ...] = ()
    aggregates: dict[str, int] = dataclasses.field(default_factory=dict)
    test_flavor: Flavor | None = None
    test_image_id: str = ''
    test_network_id: str | None = None
    problems: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    candidates: int | None = None
    disabled: int = 0
    quotas: dict[QuotaKind, Quota] = dataclasses.field(default_factory=dict)
    compute_cloud: str | None = None
    test_quotas: dict[QuotaKind, Quota] = dataclasses.field(
        default_factory=dict
    )
