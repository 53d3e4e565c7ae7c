# SPDX-License-Identifier: Apache-2.0
"""A profile: the named recipe for hypervisors, fully merged."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import enum

from hvctl.model.drain_options import Method
from hvctl.model.health import Answer
from hvctl.model.networking import Address, Networking, NoNetworking
from hvctl.model.secret import Secret
from hvctl.model.transport import Transport

#: The driver of nova-compute that hvctl takes unless the profile says another.
LIBVIRT = 'libvirt.LibvirtDriver'
#: What an option of nova.conf or of the agents has: one text for each time
#: it stands there, since some (device_spec) may stand there repeatedly.
Option = tuple[str | Secret, ...]
#: Options by section.
Sections = Mapping[str, Mapping[str, Option]]

#: A word of the tables that the scripts on the host read.
WORD = r'[!-~]+'

#: MiB.  Nova's 512 is less than what QEMU itself takes for some dozen guests;
#: a host without memory of its own kills guests first.
DEFAULT_RESERVED_MEMORY_MB = 8192
#: Nova's 1 makes a drain of 200 guests a queue of 200.  One stream is bound
#: by one core of the host, so four of them fill the links of such machines;
#: more would make each slower, and the busy guests not converge.
DEFAULT_MAX_CONCURRENT = 4
#: A guest that writes faster than the link carries never ends its migration
#: without it; being slowed down for a while is less than not being moved.
DEFAULT_AUTO_CONVERGE = True
#: A guest in post-copy has its memory on two hosts and is lost with either,
#: or with the link, so it is opt-in.
DEFAULT_POST_COPY = False
#: Seconds for each GiB of the guest's memory; Nova's own.  With auto-converge
#: it is reached by guests only for which something else is wrong.
DEFAULT_COMPLETION_TIMEOUT = 800
#: A guest beyond the limit goes on where it is and is reported.  The other
#: choice, force_complete, halts it for as long as the rest of its memory
#: takes.
DEFAULT_TIMEOUT_ACTION = 'abort'
#: Seconds for the test guest, which boots from an image that the host does
#: not have yet.
DEFAULT_TEST_TIMEOUT = 300.0


class Family(enum.StrEnum):
    """A family of distributions: names of packages and units differ."""

    DEBIAN = 'debian'
    """Debian and Ubuntu."""
    RHEL = 'rhel'
    """Red Hat Enterprise Linux and what is built from it."""


class PartType(enum.StrEnum):
    """What a part of the user-data is; the value is its content type."""

    CLOUD_CONFIG = 'text/cloud-config'
    SCRIPT = 'text/x-shellscript'
    JINJA = 'text/jinja2'
    BOOTHOOK = 'text/cloud-boothook'
    INCLUDE = 'text/x-include-url'
    PART_HANDLER = 'text/part-handler'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the user-data that the user brings.

    :ivar path: the file, absolute
    :ivar text: its content, handed on unchanged; it may hold secrets
    """

    path: str
    type: PartType
    text: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subnetwork:
    """A network that the machine has as a VLAN on its port, through a trunk.

    :ivar network: the Neutron network, name or id
    :ivar subnet: the subnet for the address, name or id; None is Neutron's
        choice
    :ivar segmentation_id: the VLAN on the machine's port, 1 to 4094; None
        takes over the network's own
    :ivar interface: name of the VLAN interface on the host, 15 characters at
        most; None is ``vlan`` and the VLAN's number
    :ivar address: where the VLAN interface has its address from
    """

    network: str
    subnet: str | None = None
    segmentation_id: int | None = None
    interface: str | None = None
    address: Address = Address.NEUTRON


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LiveMigration:
    """How guests leave the hypervisor; the [libvirt] options of that name.

    :ivar max_concurrent: outgoing migrations at a time, 0 is up to Nova
        ([DEFAULT] max_concurrent_live_migrations)
    :ivar permit_auto_converge: slow a guest down that writes too fast
    :ivar permit_post_copy: let it run at the destination before all of its
        memory is there
    :ivar completion_timeout: seconds for each GiB of memory, 0 is no limit
    :ivar timeout_action: ``abort`` or ``force_complete``
    """

    max_concurrent: int = DEFAULT_MAX_CONCURRENT
    permit_auto_converge: bool = DEFAULT_AUTO_CONVERGE
    permit_post_copy: bool = DEFAULT_POST_COPY
    completion_timeout: int = DEFAULT_COMPLETION_TIMEOUT
    timeout_action: str = DEFAULT_TIMEOUT_ACTION


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TestGuest:
    """The small guest that boots before anybody else may.

    :ivar enabled: whether ``create`` does it without being asked
    :ivar flavor: name or id, one that asks for nothing but the host's place
        for a test; None is the flavor ``hvctl-test``
    :ivar image: name or id; needed where the test is enabled
    :ivar network: name or id; None is a guest without a port
    :ivar vnic_type: of its port: ``normal`` or ``direct``
    :ivar timeout: seconds until it is ACTIVE and answers, and for each move
    :ivar move: how it is moved to another host and back
    """

    enabled: bool = False
    flavor: str | None = None
    image: str | None = None
    network: str | None = None
    vnic_type: str = 'normal'
    answer: Answer = Answer.NONE
    timeout: float = DEFAULT_TEST_TIMEOUT
    move: tuple[Method, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds without any change after which a phase is given up.

    What changes starts its clock anew: slow is not stuck.

    :ivar deploy: until Ironic has deployed the machine; its own limit for a
        callback is 1800 (ironic/conf/conductor.py)
    :ivar boot: until nova-compute registers; the firmware of large machines
        checks their memory for ten minutes
    :ivar registration: until it is mapped, has inventory and live agents;
        Nova may take 60 to discover the host
    """

    deploy: float = 2400
    boot: float = 1200
    registration: float = 300


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a hypervisor is.  What may be None has no default of its own.

    :ivar name: of the profile
    :ivar extends: the profile that it was merged over, if any
    :ivar file: that it comes from

    The bare-metal server:

    :ivar image: name or id
    :ivar flavor: name or id; it must ask for bare metal
    :ivar network: that of the machine's port, name or id
    :ivar vnic_type: of the machine's port: ``baremetal`` or ``normal``
    :ivar subnet: the subnet for the port's address, name or id
    :ivar fixed_ip: the port's address; for a profile of one hypervisor
    :ivar subnetworks: further networks, as VLANs on that port
    :ivar machine_zone: the availability zone from which the machine is
        taken; None is the cloud's choice
    :ivar key_name: the keypair
    :ivar domain: what follows the name in the machine's host name
    :ivar expiry: seconds of life after which the hypervisor may be taken
        away; None is for ever

    The host in the compute cloud:

    :ivar compute_cloud: name in clouds.yaml of the cloud that the host
        registers in; None is the bare-metal cloud itself
    :ivar aggregates: names of the aggregates that the host joins
    :ivar availability_zone: the zone that it must be in, once it joined
    :ivar traits: further traits of its resource provider, ``CUSTOM_...``
    :ivar health_test: the guest that tries it out

    On the machine:

    :ivar networking: what connects the guests
    :ivar nova: any options of nova.conf; they win over all others here
    :ivar neutron: any options of neutron.conf and of the agent's file; they
        win over all others here
    :ivar cpu_allocation_ratio: VCPUs of guests for each of the host; None is
        Nova's own (4.0 at first, then what Placement has)
    :ivar ram_allocation_ratio: the same for memory
    :ivar disk_allocation_ratio: the same for disk
    :ivar reserved_host_memory_mb: MiB kept from guests
    :ivar reserved_host_cpus: CPUs kept from guests
    :ivar reserved_host_disk_mb: MiB of disk kept from guests
    :ivar live_migration: how guests leave
    :ivar migration: how hosts reach each other for that
    :ivar family: the distribution; None lets the machine look at boot
    :ivar packages: packages to install at boot, by family; a family that is
        not in it gets those that the networking needs, and one with none has
        all in the image
    :ivar user_data: the user's own parts, in their order

    :ivar timeouts: seconds without change after which a phase is given up
    :ivar secrets: texts by name, put where ``<secret:name>`` stood
    """

    name: str
    extends: str | None = None
    file: str = ''

    image: str | None = None
    flavor: str | None = None
    network: str | None = None
    vnic_type: str = 'baremetal'
    subnet: str | None = None
    fixed_ip: str | None = None
    subnetworks: tuple[Subnetwork, ...] = ()
    machine_zone: str | None = None
    key_name: str | None = None
    domain: str | None = None
    expiry: float | None = None

    compute_cloud: str | None = None
    aggregates: tuple[str, ...] = ()
    availability_zone: str | None = None
    traits: tuple[str, ...] = ()
    health_test: TestGuest = TestGuest()

    networking: Networking = dataclasses.field(default_factory=NoNetworking)
    nova: Sections = dataclasses.field(default_factory=dict)
    neutron: Sections = dataclasses.field(default_factory=dict)
    cpu_allocation_ratio: float | None = None
    ram_allocation_ratio: float | None = None
    disk_allocation_ratio: float | None = None
    reserved_host_memory_mb: int = DEFAULT_RESERVED_MEMORY_MB
    reserved_host_cpus: int = 0
    reserved_host_disk_mb: int = 0
    live_migration: LiveMigration = LiveMigration()
    migration: Transport = dataclasses.field(default_factory=Transport)
    family: Family | None = None
    packages: Mapping[Family, tuple[str, ...]] = dataclasses.field(
        default_factory=dict
    )
    user_data: tuple[Part, ...] = ()

    timeouts: Timeouts = Timeouts()
    secrets: Mapping[str, Secret] = dataclasses.field(
        default_factory=dict, repr=False
    )

    @property
    def uses_libvirt(self) -> bool:
        """Whether its hosts make guests by libvirt."""
        options = self.nova.get('DEFAULT', {})
        return options.get('compute_driver', (LIBVIRT,)) == (LIBVIRT,)
