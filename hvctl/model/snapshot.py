# SPDX-License-Identifier: Apache-2.0
"""One look at the cloud, and how far it reaches."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import datetime
import enum

from hvctl.model.hypervisor import Hypervisor
from hvctl.model.migration import Migration
from hvctl.model.records import (
    Agent,
    Aggregate,
    Amount,
    Candidate,
    ComputeNode,
    Need,
    Node,
    Port,
    Provider,
    Resources,
    Server,
    Service,
    Volume,
)


class Part(enum.StrEnum):
    """What a look may do without."""

    NODES = 'Ironic nodes'
    AGENTS = 'network agents'
    PORTS = 'ports'
    COMPUTE_NODES = 'compute nodes (openstack hypervisor list)'


#: What all of the verbs that make and remove nothing can do without.
EVERY_PART = frozenset(Part)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WholeLook:
    """A look at all that some hypervisors have, or at what all hosts have.

    :ivar names: the hypervisors, which may be asked for by themselves; unless
        every part is optional, a look has failed where the cell of one does
        not answer, or where the list of servers lacks the one that its port is
        for
    :ivar domain: in which those may register whose server does not tell it
    :ivar all_hosts: what all hosts of the cloud have
    :ivar nodes: all Ironic nodes, and not only those of the hypervisors
    :ivar server_names: servers of these names, whoever owns them, and our
        project's ports
    :ivar hosts: guests and migrations of these service hosts; two requests
        each
    :ivar ties: what ties the guests of those hosts: their special ports, one
        request for each host, and the anti-affinity groups, one request
    :ivar needs: which hosts have room for a guest of each need; one request
        each
    :ivar room_in: ask for room on the host of this provider only; None for
        any host
    :ivar provider_ids: the consumers of these resource providers; one
        request each
    :ivar tests: ids of test guests: the migrations of each, one request, and
        which providers have room for one, one request
    :ivar aggregates: the host aggregates
    :ivar aggregate_ids: those that nothing is concluded about from a list: a
        look has failed where it lacks one that Nova has when asked for it
    :ivar members_of: uuids of aggregates of which to read the members that
        Placement knows; one request each
    :ivar sizes: the compute nodes' used and total VCPU and memory, and the
        host of each one's service
    :ivar volumes_of: the volumes of these projects; one list each
    :ivar optional: what may be missing: it is said, and the look goes on
    :ivar rest: an earlier look; what only the making and the end of a machine
        change is taken as it was then, and the servers of other hypervisors
        than ``names``, of which something may be missing
    :ivar services_of: with ``rest``: the only hosts whose services are read;
        None for all
    :ivar known: an earlier look; what it has of other hypervisors than
        ``names`` may be taken as it was then
    :ivar drivers: with ``known``: service hosts of the bare-metal cloud whose
        state is needed
    :ivar node_ids: with ``known``: Ironic nodes that are needed beside those
        of the servers
    """

    names: frozenset[str] = frozenset()
    domain: str | None = None
    all_hosts: bool = False
    nodes: bool = False
    server_names: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    ties: bool = False
    needs: frozenset[Need] = frozenset()
    room_in: str | None = None
    provider_ids: frozenset[str] = frozenset()
    tests: frozenset[str] = frozenset()
    aggregates: bool = False
    aggregate_ids: frozenset[int] = frozenset()
    members_of: frozenset[str] = frozenset()
    sizes: bool = False
    volumes_of: frozenset[str] = frozenset()
    optional: frozenset[Part] = frozenset()
    rest: Snapshot | None = None
    services_of: frozenset[str] | None = None
    known: Snapshot | None = None
    drivers: frozenset[str] = frozenset()
    node_ids: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GuestsLook:
    """A look at guests and migrations only, two lists for each host.

    :ivar last: an earlier look; the rest is taken as it was then
    :ivar hosts: the service hosts; at least one
    """

    last: Snapshot
    hosts: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MachinesLook:
    """A look at some machines only: their servers and Ironic nodes.

    The nodes may be missing from it.

    :ivar last: an earlier look; the rest is taken as it was then
    :ivar names: of the hypervisors
    """

    last: Snapshot
    names: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OwnLook:
    """A look at hypervisors of ours, for what makes and removes nothing.

    It asks for each of them by itself where they are few, and then has their
    guests' ids, too; else it reads the lists of the cloud, without guests.
    What it has of others is not all that there is.  Everything that may be
    missing may be.

    :ivar name: of the only one that is asked for; None for all of the project
    """

    name: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AmountsLook:
    """A look at what hypervisors of ours have, and have left.

    :ivar last: an earlier look; the rest is taken as it was then
    :ivar provider_ids: of these resource providers what they give, and have
        given: one request for all that have room, two for each of the others
    :ivar hosts: the guests of these service hosts; one list each
    :ivar needs: which of our hosts have room for a guest of each need; one
        request each, and one for each of those others
    """

    last: Snapshot
    provider_ids: frozenset[str]
    hosts: frozenset[str]
    needs: frozenset[Need]


#: How far a look reaches.
Scope = WholeLook | GuestsLook | MachinesLook | OwnLook | AmountsLook


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What one look found; never changed afterwards.

    :ivar user_id: who looks
    :ivar project_id: whose guests are those of health tests
    :ivar metal_project_id: whose servers are the machines
    :ivar servers: our bare-metal servers
    :ivar other_clouds: the compute cloud of each hypervisor of ours that is
        not of the one that was looked at, by name; None is the bare-metal
        cloud itself
    :ivar metal_services: the compute services of the bare-metal cloud
    :ivar test_guests: guests of ours that try a hypervisor out
    :ivar namesakes: servers of the scope's names that are not ours
    :ivar namesake_ports: names of our project's ports that have one of the
        scope's names and not our mark, by id
    :ivar providers_with_room: ids of the providers that have a MEMORY_MB
        left; a held one is not among them
    :ivar providers_reported: ids of the providers whose inventory a
        nova-compute has written
    :ivar providers_disabled: ids of the providers whose service the
        scheduler leaves out (trait COMPUTE_STATUS_DISABLED)
    :ivar providers_for_tests: ids of the providers that have room for a test
        guest, where the scope reached that
    :ivar agents: None when the network service has no agents at all
    :ivar nodes: None when Ironic cannot be read
    :ivar members: provider ids by aggregate uuid, for those of the scope
    :ivar guests: by service host, for the hosts that the scope reached
    :ivar migrations: by service host, newest first, for those hosts
    :ivar test_migrations: by test guest, for those that the scope reached
    :ivar direct_ports: VNIC types of ports that are a device of the host,
        sorted, by the id of the guest that has them
    :ivar anti_affinity: the id of a guest's anti-affinity group, by its id
    :ivar affinity: the same of groups with the policy ``affinity``
    :ivar ties_known: whether these three are known for all guests of the look
    :ivar room: where there is room for one guest, for the needs of the scope
    :ivar consumers: who has how much of a provider, by the provider's and the
        consumer's id, for the providers of the scope
    :ivar amounts: what a provider may give, by its id and by resource class,
        for those of the scope
    :ivar volumes: by project, for those of the scope; None where the block
        storage service does not tell
    :ivar unseen: what could not be read, and seems not to be there
    :ivar taken_at: the time then of the bare-metal cloud, whose servers have
        times; this machine's where the cloud does not tell
    :ivar compute_time: the same of the compute cloud, whose migrations have
    :ivar all_hosts: whether it has what all hosts of the cloud had, when it
        was taken or earlier
    :ivar partial: whether most of it was found by an earlier look
    :ivar hypervisors: what was put together of it so far, by name and domain:
        see :func:`hvctl.decide.hypervisor.assemble.assemble`
    """

    user_id: str | None = None
    project_id: str | None = None
    metal_project_id: str | None = None
    servers: tuple[Server, ...] = ()
    other_clouds: Mapping[str, str | None] = dataclasses.field(
        default_factory=dict
    )
    metal_services: tuple[Service, ...] = ()
    test_guests: tuple[Server, ...] = ()
    namesakes: tuple[Server, ...] = ()
    namesake_ports: Mapping[str, str] = dataclasses.field(default_factory=dict)
    services: tuple[Service, ...] = ()
    compute_nodes: tuple[ComputeNode, ...] = ()
    providers: tuple[Provider, ...] = ()
    providers_with_room: frozenset[str] = frozenset()
    providers_reported: frozenset[str] = frozenset()
    providers_disabled: frozenset[str] = frozenset()
    providers_for_tests: frozenset[str] = frozenset()
    ports: tuple[Port, ...] = ()
    agents: tuple[Agent, ...] | None = ()
    nodes: tuple[Node, ...] | None = ()
    aggregates: tuple[Aggregate, ...] = ()
    members: Mapping[str, frozenset[str]] = dataclasses.field(
        default_factory=dict
    )
    guests: Mapping[str, tuple[Server, ...]] = dataclasses.field(
        default_factory=dict
    )
    migrations: Mapping[str, tuple[Migration, ...]] = dataclasses.field(
        default_factory=dict
    )
    test_migrations: Mapping[str, tuple[Migration, ...]] = dataclasses.field(
        default_factory=dict
    )
    direct_ports: Mapping[str, tuple[str, ...]] = dataclasses.field(
        default_factory=dict
    )
    anti_affinity: Mapping[str, str] = dataclasses.field(default_factory=dict)
    affinity: Mapping[str, str] = dataclasses.field(default_factory=dict)
    ties_known: bool = True
    room: Mapping[Need, tuple[Candidate, ...]] = dataclasses.field(
        default_factory=dict
    )
    consumers: Mapping[str, Mapping[str, Resources]] = dataclasses.field(
        default_factory=dict
    )
    amounts: Mapping[str, Mapping[str, Amount]] = dataclasses.field(
        default_factory=dict
    )
    volumes: Mapping[str, tuple[Volume, ...] | None] = dataclasses.field(
        default_factory=dict
    )
    unseen: frozenset[Part] = frozenset()
    taken_at: datetime.datetime = dataclasses.field(
        default_factory=lambda: datetime.datetime.now(datetime.UTC),
        compare=False,
    )
    compute_time: datetime.datetime = dataclasses.field(
        default_factory=lambda: datetime.datetime.now(datetime.UTC),
        compare=False,
    )
    all_hosts: bool = True
    partial: bool = False
    hypervisors: dict[tuple[str, str | None], Hypervisor] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )
