# SPDX-License-Identifier: Apache-2.0
"""One ephemeral hypervisor: all that a snapshot has of it."""

from __future__ import annotations

import dataclasses
import datetime
import enum

from hvctl.model import host_name
from hvctl.model import identity
from hvctl.model import intentions
from hvctl.model import moments
from hvctl.model import text
from hvctl.model.intentions import Protection
from hvctl.model.migration import Migration
from hvctl.model.reasons import Reason
from hvctl.model.records import (
    Agent,
    Aggregate,
    ComputeNode,
    Node,
    Port,
    Provider,
    Server,
    Service,
    Trunk,
)


class Phase(enum.StrEnum):
    """Where a hypervisor is: derived from facts, stored nowhere."""

    MISSING = 'missing'
    """Nothing of it is there."""
    ORPHANED = 'orphaned'
    """Something of it is there, but no bare-metal server."""
    BUILDING = 'building'
    """Nova and Ironic deploy the machine."""
    BOOTING = 'booting'
    """The machine is deployed; nova-compute has not registered yet."""
    REGISTERED = 'registered'
    """The compute service is there; its compute node is not yet."""
    UNMAPPED = 'unmapped'
    """The host is not mapped to a cell."""
    NO_INVENTORY = 'no inventory'
    """nova-compute has not written its inventory to Placement."""
    NO_AGENT = 'no agent'
    """No network agent of the host is alive, or one is dead."""
    READY = 'ready'
    """All is well, and it is still closed."""
    ENABLED = 'enabled'
    """Guests can be scheduled to it."""
    DRAINING = 'draining'
    """It is closed for a drain and has guests."""
    DRAINED = 'drained'
    """It is closed for a drain and has no guests."""
    CLOSED = 'closed'
    """All is well, and somebody has closed it for a reason of their own."""
    STOPPING = 'stopping'
    """The bare-metal server is being deleted."""
    DOWN = 'down'
    """The machine is off or its nova-compute does not report."""
    FAILED = 'failed'
    """The bare-metal server is in ERROR."""
    UNKNOWN = 'unknown'
    """A cell of Nova does not answer, or another cloud has the machine."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Hypervisor:
    """One ephemeral hypervisor, put together from a snapshot.

    :ivar server: the bare-metal server
    :ivar duplicates: further servers of ours that have the same name: a lost
        race, never in use
    :ivar compute_id: the compute node id that hvctl chose; None where the
        user's own user-data lets nova-compute choose
    :ivar elsewhere: how the id of the project begins that has its machine, as
        the compute node id tells, where that is not ours
    :ivar compute_node_seen: whether the look could tell if there is one
    :ivar ports: the machine's own
    :ivar subports: those that its trunk has in further networks
    :ivar test_guests: guests of ours that try it out
    :ivar test_migrations: theirs, between whatever hosts
    :ivar test_ports: ports that were made for them
    :ivar guests: the others; None when the look did not reach them
    :ivar visitors: ids of test guests of other hypervisors, which may be
        among them
    :ivar has_room: Placement would let a guest in; a held one has none
    :ivar reported: nova-compute has written its inventory
    :ivar disabled_trait: Placement still leaves it out as disabled
    :ivar agents: None where the network service has no agents
    :ivar consumers: who has an allocation on the provider; None when the
        look did not reach them
    :ivar hold: how many MiB the hold takes, with the consumers
    """

    name: str
    domain: str | None = None
    server: Server | None = None
    duplicates: tuple[Server, ...] = ()
    compute_id: str | None = None
    elsewhere: str | None = None
    service: Service | None = None
    compute_node: ComputeNode | None = None
    compute_node_seen: bool = True
    provider: Provider | None = None
    ports: tuple[Port, ...] = ()
    subports: tuple[Port, ...] = ()
    agents: tuple[Agent, ...] | None = ()
    node: Node | None = None
    aggregates: tuple[Aggregate, ...] = ()
    test_guests: tuple[Server, ...] = ()
    test_migrations: tuple[Migration, ...] = ()
    test_ports: tuple[Port, ...] = ()
    guests: tuple[Server, ...] | None = None
    visitors: frozenset[str] = frozenset()
    migrations: tuple[Migration, ...] = ()
    consumers: frozenset[str] | None = None
    hold: int | None = None
    has_room: bool = False
    reported: bool = False
    disabled_trait: bool = False

    @property
    def exists(self) -> bool:
        """Whether anything of it is there."""
        return bool(
            self.server
            or self.service
            or self.compute_node
            or self.provider
            or self.ports
            or self.subports
            or self.agents
            or self.aggregates
            or self.test_guests
            or self.test_ports
        )

    @property
    def guests_count(self) -> int | None:
        """How many guests are on it; None when no look has told.

        Where the look did not reach them that is what nova-compute counted
        last, test guests among them.
        """
        if self.guests is not None:
            return len(self.guests)
        return self.compute_node.guests if self.compute_node else None

    @property
    def host(self) -> str:
        """The service host, or the one that is expected."""
        return self.service.host if self.service else self.name

    @property
    def hosts(self) -> frozenset[str]:
        """The host names under which it may register."""
        qualified = host_name.qualified(self.name, self.domain)
        return frozenset((self.host, self.name, qualified))

    @property
    def newest_migrations(self) -> dict[str, Migration]:
        """The newest migration record of each guest, by the guest's id."""
        found: dict[str, Migration] = {}
        for migration in self.migrations:
            known = found.get(migration.server_id)
            if known is None or known.id < migration.id:
                found[migration.server_id] = migration
        return found

    @property
    def trunks(self) -> tuple[Trunk, ...]:
        """Those of its ports."""
        return tuple(port.trunk for port in self.ports if port.trunk)

    @property
    def expires_at(self) -> datetime.datetime | None:
        """When it may be taken away; None for never."""
        return self._moment(identity.EXPIRES_KEY)

    def goes_at(self, grace: datetime.timedelta) -> datetime.datetime | None:
        """Return when it is to go: so long after it expires."""
        try:
            return self.expires_at and self.expires_at + grace
        except OverflowError:
            return None

    def has_expired(self, now: datetime.datetime) -> bool:
        """Return whether it may be taken away.

        :param now: the time of the cloud that has the server
        """
        return self.expires_at is not None and self.expires_at <= now

    @property
    def certificates_end(self) -> datetime.datetime | None:
        """When the first of its certificates ends; None for none."""
        return self._moment(identity.CERTIFICATES_KEY)

    def _moment(self, key: str) -> datetime.datetime | None:
        """Read a moment of the server's metadata."""
        if self.server is None:
            return None
        return moments.read(self.server.metadata.get(key, ''))

    @property
    def profile(self) -> str:
        """The name of the profile of which it was made; '' for none."""
        metadata = self.server.metadata if self.server is not None else {}
        return metadata.get(identity.PROFILE_KEY, '')

    @property
    def description(self) -> str:
        """What it is for, in the words of its operators."""
        metadata = self.server.metadata if self.server is not None else {}
        return text.one_line(metadata.get(identity.DESCRIPTION_KEY, ''))

    def protection(self, now: datetime.datetime) -> Protection | None:
        """Return what keeps it from being drained and deleted.

        :param now: the time of the cloud that has the server
        """
        if self.server is None:
            return None
        return intentions.protection(self.server.metadata, now)

    @property
    def agents_alive(self) -> bool:
        """Whether its Neutron agents, if there are to be any, all live."""
        if self.agents is None:
            return True
        return len(self.agents) >= self.agents_expected and all(
            agent.alive for agent in self.agents
        )

    @property
    def agents_expected(self) -> int:
        """How many Neutron agents it is to have; one where none is told."""
        said = ''
        if self.server is not None:
            said = self.server.metadata.get(identity.NETWORKING_KEY, '')
        return int(said) if said.isdecimal() else 1

    @property
    def opened(self) -> bool:
        """Whether a create got to its end on this server."""
        return (
            self.server is not None
            and identity.ENABLED_KEY in self.server.metadata
        )

    @property
    def filled(self) -> bool:
        """Whether something takes all of a provider that hvctl chose."""
        return (
            self.compute_id is not None
            and self.provider is not None
            and not self.has_room
        )

    @property
    def closed_by_hold(self) -> bool:
        """Whether the hold still keeps everybody out.

        Without a look at the consumers, a provider without room is taken to
        be held as long as no create got to its end there.  One that has
        guests is taken to be merely full after that.
        """
        if not self.filled:
            return False
        if self.consumers is not None and self.compute_id is not None:
            return identity.hold_id(self.compute_id) in self.consumers
        return not self.guests_count or not (
            self.opened or self.server is None
        )

    @property
    def hold_is_missing(self) -> bool:
        """Whether a look at the consumers found less than a whole hold."""
        return self.hold is not None and self.hold < identity.FULL_HOLD

    @property
    def held_in_vain(self) -> bool:
        """Whether there is room beside a hold that is whole.

        A ratio of memory of thousands, as clouds for tests have it, makes
        more of the inventory than Placement takes as one allocation.
        """
        return self.has_room and (self.hold or 0) >= identity.FULL_HOLD

    @property
    def strangers(self) -> frozenset[str]:
        """Who has an allocation beside the hold and our test guests."""
        ours = {guest.id for guest in self.test_guests}
        # What moves one has its place meanwhile.
        ours |= {migration.uuid for migration in self.test_migrations}
        if self.compute_id is not None:
            ours.add(identity.hold_id(self.compute_id))
        return (self.consumers or frozenset()) - ours


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A hypervisor's phase, and why it is in that.

    :ivar reason: what is so, or what is waited for
    """

    phase: Phase
    reason: Reason | None = None
