# SPDX-License-Identifier: Apache-2.0
"""Everything that the services of a simulated cloud keep, in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
import datetime
import typing
import uuid

from hvctl.tests.simulation import clock
from hvctl.tests.simulation import fates
from hvctl.tests.simulation import ids
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import pace
from hvctl.tests.simulation import population
from hvctl.tests.simulation import records
from hvctl.tests.simulation import tables


class World:
    """The tables of all services, and the clock.

    :ivar first: what is there at first
    :ivar custom_traits: that somebody has made
    :ivar quotas: by project, where there are limits
    :ivar failing: what goes wrong at the next deploy of nodes, by uuid
    :ivar staying: what goes wrong when Ironic ends what is on nodes, by uuid
    :ivar fates: what becomes of the moves of guests, by their ids
    :ivar volumes: None where Cinder does not answer
    :ivar offload_shelved: whether Nova does so at once, as it is configured
        (``shelved_offload_time``)
    :ivar enable_new_services: as Nova is configured
    :ivar domain: with which the hosts of machines call themselves
    :ivar libvirt_domain: with which libvirt calls machines, where that is
        another one
    :ivar ignored_ids: whether machines take compute node ids of their own
    :ivar ram_ratio: that the nova.conf of machines wants
        (``ram_allocation_ratio``)
    :ivar test_places: how many test guests a machine takes whose image has a
        provider.yaml for that
    :ivar image_traits: those that it gives the machine, too
    :ivar default_zone: of servers for which none is asked for
        (``default_schedule_zone``)
    :ivar mirrored: whether Nova gets through to Placement with aggregates
    :ivar losing_deletes: whether what Nova's API sends on to a host to have a
        guest deleted is lost
    """

    def __init__(
        self,
        seed: int,
        time: clock.Clock,
        size: numbers.Size,
        pace_: pace.Pace | None = None,
    ) -> None:
        self.clock = time
        self.pace = pace_ or pace.Pace()
        self.first = first = population.Population(seed, size)
        self.migration_ids = ids.Ids.of(seed, 'migration')
        self.aggregate_ids = ids.Ids.of(seed, 'aggregate')
        self.trunk_ids = ids.Ids.of(seed, 'trunk')
        self.services: tables.Table[records.ComputeService] = tables.Table(
            size.hosts + 1,
            first.service,
            {
                'id': _by_id(first.services, size.hosts + 1, lambda s: s.id),
                'host': _index(lambda s: [s.host], first.services_of),
            },
        )
        self.compute_nodes: tables.Table[records.ComputeNode] = tables.Table(
            size.nodes + size.hosts,
            first.compute_node,
            {
                'uuid': _index(lambda n: [n.uuid], first.compute_nodes_with),
                'host': _index(lambda n: [n.host], first.compute_nodes_of),
            },
        )
        self.providers: tables.Table[records.Provider] = tables.Table(
            size.nodes + size.hosts,
            first.provider,
            {
                'uuid': _index(lambda p: [p.uuid], first.compute_nodes_with),
                'name': _index(lambda p: [p.name], first.providers_called),
                'root': _index(lambda p: [p.root], first.compute_nodes_with),
            },
        )
        self.consumers: tables.Table[records.Consumer] = tables.Table(
            size.servers,
            first.consumer,
            {
                'uuid': _by_id(first.servers, size.servers, lambda c: c.uuid),
                'provider': _index(lambda c: c.has, first.consumers_of),
            },
        )
        self.servers: tables.Table[records.Server] = tables.Table(
            size.servers,
            first.server,
            {
                'id': _by_id(first.servers, size.servers, lambda s: s.id),
                'host': _index(
                    lambda s: [s.host] if s.host else [], first.servers_on
                ),
                'project': _index(lambda s: [s.project_id], first.servers_of),
            },
        )
        self.ports: tables.Table[records.Port] = tables.Table(
            size.servers,
            first.port,
            {
                'id': _by_id(first.ports, size.servers, lambda p: p.id),
                'name': _index(lambda p: [p.name], first.ports_called),
                'host': _index(lambda p: [p.host], first.ports_on),
                'project': _index(lambda p: [p.project_id], first.servers_of),
                # Of new ones only.
                'mac': _index(lambda p: [f'{p.network_id} {p.mac_address}']),
                'address': _index(lambda p: [p.ip_address or '']),
                'device': _by_id(
                    first.servers, size.servers, lambda p: p.device_id
                ),
            },
        )
        self.agents: tables.Table[records.Agent] = tables.Table(
            size.hosts,
            first.agent,
            {
                'id': _by_id(first.agents, size.hosts, lambda a: a.id),
                'host': _index(lambda a: [a.host], first.agents_of),
            },
        )
        self.nodes: tables.Table[records.Node] = tables.Table(
            size.nodes,
            first.node,
            {
                'uuid': _by_id(first.nodes, size.nodes, lambda n: n.uuid),
                'instance': _by_id(
                    first.servers,
                    size.ours,
                    lambda n: n.instance_uuid or '',
                ),
            },
        )
        self.migrations: tables.Table[records.Migration] = tables.Table(
            indexes={
                'uuid': _index(lambda m: [m.uuid]),
                'host': _index(lambda m: {m.source, m.destination} - {None}),
                'server': _index(lambda m: [m.server_id]),
            }
        )
        self.aggregates: tables.Table[records.Aggregate] = tables.Table()
        self.custom_traits: set[str] = {population.EPHEMERAL}
        self.failing: dict[str, str] = {}
        self.staying: dict[str, str] = {}
        self.fates: dict[str, fates.Fate] = {}
        self.volumes: list[records.Volume] | None = []
        self.offload_shelved = True
        self.enable_new_services = True
        self.domain: str | None = None
        self.libvirt_domain: str | None = None
        self.ignored_ids = False
        self.ram_ratio: float | None = None
        self.test_places = 0
        self.image_traits: frozenset[str] = frozenset()
        self.default_zone: str | None = None
        self.mirrored = True
        self.losing_deletes = False
        self.quotas: dict[str, records.Quota] = {}
        self._silent_until = clock.START
        #: By server and request.
        self.actions: dict[tuple[str, str], records.Action] = {}
        self.trunks: tables.Table[records.Trunk] = tables.Table(
            indexes={
                'id': _index(lambda t: [t.id]),
                'port': _index(lambda t: [t.port_id]),
                'subport': _index(lambda t: t.subports),
            }
        )
        self.history: tables.Table[records.Event] = tables.Table(
            indexes={'node': _index(lambda e: [e.node])}
        )
        self.keypairs = {'default'}
        self.network_names = {
            first.network_id: 'internalapi',
            first.guests_network_id: 'guests',
        }
        #: Of networks that are a VLAN, by their ids.
        self.vlans: dict[str, int] = {}
        self.flavors = [population.METAL, population.SMALL, population.TEST]

    def reported_at(self, of: records.ComputeService) -> datetime.datetime:
        """Return when a nova-compute reported last."""
        if of.silent_since is not None:
            return of.silent_since
        now = self.clock.now()
        since = (now - clock.START).total_seconds() % self.pace.reports
        return now - datetime.timedelta(seconds=since)

    def is_up(self, of: records.ComputeService) -> bool:
        """Return whether Nova takes a nova-compute for alive."""
        silent = self.clock.now() - self.reported_at(of)
        down = datetime.timedelta(seconds=self.pace.down)
        return not of.forced_down and silent <= down

    def is_alive(self, agent: records.Agent) -> bool:
        """Return whether Neutron takes an agent for alive."""
        down = datetime.timedelta(seconds=self.pace.agent_down)
        since = agent.silent_since
        return since is None or self.clock.now() - since <= down

    @property
    def is_silent(self) -> bool:
        """Whether the cell, which has all hosts, does not answer Nova's API.

        What the databases of the API and of cell0 have is told all the same.
        """
        return self.clock.now() < self._silent_until

    def fall_silent(self, seconds: float) -> None:
        """Let the cell not answer for some time, though it works on."""
        self._silent_until = self.clock.now() + datetime.timedelta(
            seconds=seconds
        )

    def quota(self, project_id: str) -> records.Quota:
        """Return the limits of a project."""
        return self.quotas.get(project_id, records.Quota())

    def host_name(self, machine: str) -> str:
        """Return how the host of a machine calls itself."""
        return f'{machine}.{self.domain}' if self.domain else machine

    def label(self, machine: str) -> str:
        """Return how libvirt calls a machine, and Nova its compute node."""
        if self.libvirt_domain:
            return f'{machine}.{self.libvirt_domain}'
        return self.host_name(machine)

    def add_network(self, name: str, vlan: int) -> str:
        """Let there be a network that is a VLAN, and return its id."""
        network_id = self.first.further_network_id(len(self.vlans))
        self.network_names[network_id] = name
        self.vlans[network_id] = vlan
        return network_id

    def subnet_id(self, network_id: str) -> str:
        """Return the id of the only subnet of a network."""
        first = self.first
        known = {
            first.network_id: first.subnet_id,
            first.guests_network_id: first.guests_subnet_id,
        }
        return known.get(network_id) or str(
            uuid.uuid5(uuid.UUID(network_id), 'subnet')
        )

    def network(self, network_id: str) -> str:
        """Return the name of a network."""
        return self.network_names.get(network_id, 'network')


def _nothing(_: str) -> range:
    return range(0)


def _index(
    values: Callable[[typing.Any], Iterable[typing.Any]],
    first: Callable[[str], range] = _nothing,
) -> tables.Index[typing.Any]:
    return tables.Index(values=values, first=first)


def _by_id(
    kind: ids.Ids, count: int, value: Callable[[typing.Any], str]
) -> tables.Index[typing.Any]:
    """Return an index of ids that follow from the numbers."""

    def first(id_: str) -> range:
        number = kind.number(id_)
        if number is None or number >= count:
            return range(0)
        return range(number, number + 1)

    return tables.Index(values=lambda record: [value(record)], first=first)
