# SPDX-License-Identifier: Apache-2.0
"""What the user asked for, with every name resolved to an id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
import dataclasses
import datetime

from hvctl.model.drain_options import Method
from hvctl.model.health import Answer
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.profile import Subnetwork, Timeouts


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WantedHypervisor:
    """One hypervisor to make.

    :ivar compute_id: the compute node id for it, should it be new; None
        where the user's own user-data lets nova-compute choose one
    :ivar user_data: gives the machine's user-data, in base64, for its ports
        and for the compute node id that it gets in the end: an earlier run
        may have chosen another; what it gives may hold secrets
    """

    name: str
    compute_id: str | None
    user_data: Callable[[str | None, MachinePorts], str] = dataclasses.field(
        repr=False
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedSubnetwork:
    """A network that the machine has as a VLAN on its port.

    :ivar wish: what the profile says of it
    :ivar subnet_id: of the address; None is Neutron's choice
    :ivar network_type: ``vlan``, ``vxlan`` and the like; None where that may
        not be read
    :ivar mtu: of the network; None where it has none
    :ivar prefixes: the lengths of the subnets' prefixes, by subnet id
    """

    wish: Subnetwork
    network_id: str
    subnet_id: str | None = None
    network_type: str | None = None
    mtu: int | None = None
    prefixes: Mapping[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HealthTest:
    """The guest that tries a hypervisor out while it is closed.

    :ivar flavor_id: asks for nothing but the resource class of the test
    :ivar network_id: None is a guest without a port
    :ivar vnic_type: of its port
    :ivar answer: what it must show beside being ACTIVE
    :ivar timeout: seconds until it is ACTIVE and answers, and for each move
    :ivar move: how it is moved to another host and back
    """

    flavor_id: str
    image_id: str
    network_id: str | None = None
    vnic_type: str = 'normal'
    answer: Answer = Answer.NONE
    timeout: float = 300
    move: tuple[Method, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CreateRequest:
    """What ``create`` was asked for.

    :ivar hypervisors: by name
    :ivar compute_cloud: in which they register; None where that is the
        bare-metal cloud itself
    :ivar machine_zone: the availability zone that each machine is taken
        from; None is the cloud's choice
    :ivar subnetworks: what each machine has as VLANs on its port
    :ivar properties: the user's own metadata for the servers
    :ivar agent_count: how many network agents each has, none where guests
        have no ports; None where that is not known
    :ivar parallel_migrations: how many guests its nova-compute live-migrates
        at once, to be remembered for a drain; None where that is not known
    :ivar profile: of which they are made; None for none
    :ivar expires_at: when they may be taken away; None for never
    :ivar description: what they are for, in the words of their operators
    :ivar certificates_end: when the first certificate that each gets for
        migrations ends; None where it gets none
    :ivar aggregates: ids of the host aggregates to join, by uuid
    :ivar health_test: how to try each out; None for not at all
    :ivar ram_ratio: what Nova makes of each MiB of the hosts' memory
    :ivar retries: how often a failed deploy is tried anew
    :ivar delete_on_failure: take back what this run made of a hypervisor
        that failed
    """

    hypervisors: Mapping[str, WantedHypervisor]
    image_id: str
    flavor_id: str
    network_id: str
    compute_cloud: str | None = None
    key_name: str | None = None
    machine_zone: str | None = None
    vnic_type: str = 'baremetal'
    subnet_id: str | None = None
    fixed_ip: str | None = None
    subnetworks: tuple[ResolvedSubnetwork, ...] = ()
    domain: str | None = None
    properties: Mapping[str, str] = dataclasses.field(default_factory=dict)
    timeouts: Timeouts = dataclasses.field(default_factory=Timeouts)
    agent_count: int | None = None
    parallel_migrations: int | None = None
    profile: str | None = None
    expires_at: datetime.datetime | None = None
    description: str | None = None
    certificates_end: datetime.datetime | None = None
    aggregates: Mapping[str, int] = dataclasses.field(default_factory=dict)
    health_test: HealthTest | None = None
    ram_ratio: float = 1.0
    retries: int = 0
    delete_on_failure: bool = False
    wait: bool = True
