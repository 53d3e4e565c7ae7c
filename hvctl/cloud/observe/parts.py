# SPDX-License-Identifier: Apache-2.0
"""Begins to read the lists of a look, whatever the number of hosts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent import futures
import dataclasses

from hvctl.cloud import clouds
from hvctl.cloud import http
from hvctl.cloud.observe import bare_metal
from hvctl.cloud.observe import compute_cloud
from hvctl.cloud.observe import gaps
from hvctl.cloud.observe import host_parts
from hvctl.cloud.observe.host_parts import Reading
from hvctl.model import identity
from hvctl.model.records import Server, Service
from hvctl.model.snapshot import Part, Snapshot


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The lists of one look.

    :ivar port_marks: the descriptions of ports of ours
    :ivar missing: what the look does without
    """

    pool: futures.Executor
    pair: clouds.Pair
    port_marks: tuple[str, ...]
    missing: gaps.Gaps

    def look(
        self, readings: Iterable[Reading], seen: Snapshot | None = None
    ) -> Snapshot:
        """Wait for what is being read, each after those before it.

        :param seen: what has been read already
        """
        look = seen or Snapshot(
            user_id=self.pair.compute.user_id,
            project_id=self.pair.compute.id,
            metal_project_id=self.pair.metal.id,
        )
        for reading in readings:
            look = reading(look)
        return dataclasses.replace(look, unseen=frozenset(self.missing.unseen))

    def machines(self, servers: futures.Future[tuple[Server, ...]]) -> Reading:
        """Read the machines, and the guests that try hypervisors out.

        :param servers: ours in the bare-metal cloud
        """
        nodes = self.nodes()
        both = self.servers(servers)
        return lambda look: nodes(both(look))

    def nodes(self) -> Reading:
        """Read the Ironic nodes."""
        nodes = self.pool.submit(bare_metal.nodes, self.pair.baremetal)

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look, nodes=self.missing.read(nodes, Part.NODES)
            )

        return finish

    def servers(
        self,
        servers: futures.Future[tuple[Server, ...]],
        names: Collection[str] | None = None,
    ) -> Reading:
        """Read our servers, and tell the guests that try hypervisors out.

        :param servers: ours in the bare-metal cloud
        :param names: of the only hypervisors that are asked for
        """
        others = servers
        if self.pair.apart:
            others = self.pool.submit(
                bare_metal.servers, self.pair.compute, names
            )

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look,
                servers=_without_tests(servers.result()),
                test_guests=_tests(others.result()),
            )

        return finish

    def namesakes(
        self,
        servers: futures.Future[tuple[Server, ...]],
        names: frozenset[str],
    ) -> Reading:
        """Find what has one of the names and is not ours.

        :param servers: ours in the bare-metal cloud
        """
        if not names:
            return host_parts.nothing
        found = self.pool.submit(self._named, names)
        ports = self.pool.submit(
            bare_metal.named_ports, self.pair.metal, self.port_marks, names
        )

        def finish(look: Snapshot) -> Snapshot:
            # Both may be one cloud, seen by different projects.
            ours = {server.id for server in servers.result()}
            of_names = self.missing.read(ports, Part.PORTS)
            return dataclasses.replace(
                look,
                namesakes=tuple(
                    server
                    for server in found.result()
                    if server.id not in ours
                ),
                namesake_ports=of_names or {},
            )

        return finish

    def _named(self, names: frozenset[str]) -> tuple[Server, ...]:
        found = bare_metal.named_servers(self.pair.metal, names)
        if self.pair.apart:
            found += bare_metal.named_servers(self.pair.compute, names)
        return found

    def ports(self, names: Collection[str] | None = None) -> Reading:
        """Read our ports, and leave out what is of other compute clouds.

        :param names: of the only hypervisors that are asked for
        """
        ports = self.pool.submit(
            bare_metal.ports, self.pair.metal, self.port_marks, names
        )
        tests = None
        if self.pair.apart:
            tests = self.pool.submit(
                bare_metal.ports,
                self.pair.compute,
                [identity.TEST_PORT_MARK],
                names,
            )

        def finish(look: Snapshot) -> Snapshot:
            ours = self.missing.read(ports, Part.PORTS)
            found = bare_metal.of_cloud(
                self.pair.compute_cloud,
                look.servers,
                ours or (),
                self.pair.metal.cloud,
            )
            trying = self.missing.read(tests, Part.PORTS) if tests else ()
            return dataclasses.replace(
                look,
                servers=found.servers,
                other_clouds=found.other_clouds,
                ports=(*found.ports, *(trying or ())),
            )

        return finish

    def services(self, only: Collection[str] | None = None) -> Reading:
        """Read the compute services.

        :param only: the hosts of those that are read, one request for each;
            None for all
        """
        nova, metal = self.pair.compute.compute, self.pair.metal.compute
        hosts = [None] if only is None else sorted(only)
        services = [self.services_of(nova, host) for host in hosts]
        others = services
        if self.pair.apart and only is None:
            others = [self.services_of(metal, None)]

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look,
                services=sum((each.result() for each in services), ()),
                metal_services=sum((each.result() for each in others), ()),
            )

        return finish

    def services_of(
        self, nova: http.Service, host: str | None
    ) -> futures.Future[tuple[Service, ...]]:
        """Begin to read the compute services of a host.

        :param nova: of either cloud
        :param host: None for all
        """
        return self.pool.submit(compute_cloud.services, nova, host)

    def compute_nodes(self, sizes: bool) -> Reading:
        """Read the compute nodes.

        Nova tells none where one cell does not answer: it goes through the
        cells without a net (nova/compute/api.py, compute_node_get_all).
        """
        nodes = self.pool.submit(
            compute_cloud.compute_nodes, self.pair.compute.compute, sizes
        )

        def finish(look: Snapshot) -> Snapshot:
            found = self.missing.read(nodes, Part.COMPUTE_NODES)
            return dataclasses.replace(look, compute_nodes=found or ())

        return finish

    def agents(self) -> Reading:
        """Read the network agents."""
        agents = self.pool.submit(
            compute_cloud.agents, self.pair.compute.network
        )

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look, agents=self.missing.read(agents, Part.AGENTS)
            )

        return finish

    def providers(self) -> Reading:
        """Read the resource providers."""
        placement = self.pair.placement
        ids = compute_cloud.provider_ids
        providers = self.pool.submit(compute_cloud.providers, placement)
        with_room = self.pool.submit(ids, placement, resources='MEMORY_MB:1')
        reported = self.pool.submit(ids, placement, required='COMPUTE_NODE')
        disabled = self.disabled()

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                disabled(look),
                providers=providers.result(),
                providers_with_room=with_room.result(),
                providers_reported=reported.result(),
            )

        return finish

    def disabled(self) -> Reading:
        """Read which providers the scheduler leaves out."""
        disabled = self.pool.submit(
            compute_cloud.provider_ids,
            self.pair.placement,
            required='COMPUTE_STATUS_DISABLED',
        )

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look, providers_disabled=disabled.result()
            )

        return finish


def _without_tests(servers: Iterable[Server]) -> tuple[Server, ...]:
    return tuple(s for s in servers if identity.TEST_KEY not in s.metadata)


def _tests(servers: Iterable[Server]) -> tuple[Server, ...]:
    return tuple(s for s in servers if identity.TEST_KEY in s.metadata)
