# SPDX-License-Identifier: Apache-2.0
"""Takes a look at the cloud: a few lists, whatever the number of hosts."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent import futures
import dataclasses
import threading

from hvctl.cloud import clouds
from hvctl.cloud import parallel
from hvctl.cloud.observe import bare_metal
from hvctl.cloud.observe import completeness
from hvctl.cloud.observe import compute_cloud
from hvctl.cloud.observe import gaps
from hvctl.cloud.observe import host_parts
from hvctl.model import identity
from hvctl.model import snapshot
from hvctl.model.records import Server
from hvctl.model.snapshot import (
    EVERY_PART,
    GuestsLook,
    MachinesLook,
    Part,
    Scope,
    Snapshot,
    WholeLook,
)

_Part = host_parts.Reading


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Observer:
    """Takes looks.

    :ivar port_marks: the descriptions of ports of ours
    :ivar said: what a look has warned of that it is missing
    :ivar warned: whether one has looked for cells that do not answer
    """

    pair: clouds.Pair
    port_marks: tuple[str, ...]
    said: set[Part] = dataclasses.field(default_factory=set)
    warned: threading.Event = dataclasses.field(
        default_factory=threading.Event
    )

    def whereabouts(self) -> dict[str, str | None]:
        """Find the compute cloud of every hypervisor, by name; two lists."""
        with parallel.readers() as pool:
            servers = pool.submit(bare_metal.servers, self.pair.metal)
            ports = pool.submit(
                bare_metal.ports, self.pair.metal, self.port_marks
            )
            # A port tells it only of what has no server any more.
            missing = gaps.Gaps(frozenset({Part.PORTS}), self.said)
            found = missing.read(ports, Part.PORTS)
            return bare_metal.whereabouts(
                servers.result(), found or (), self.pair.metal.cloud
            )

    def observe(self, scope: Scope) -> Snapshot:
        """Take one look.

        :param scope: how far it reaches
        :raises CloudError: when a list could not be read
        """
        look = self._observe(scope)
        return dataclasses.replace(
            look,
            taken_at=self.pair.metal.time.now(),
            compute_time=self.pair.compute.time.now(),
        )

    def _observe(self, scope: Scope) -> Snapshot:
        with parallel.readers() as pool:
            match scope:
                case GuestsLook(last=last, hosts=names):
                    services = {
                        name: pool.submit(
                            compute_cloud.services,
                            self.pair.compute.compute,
                            name,
                        )
                        for name in names
                    }
                    look = host_parts.guests(pool, self.pair, names, last)(
                        Snapshot()
                    )
                    return snapshot.renew_guests(
                        last,
                        look.guests,
                        look.migrations,
                        parallel.results(services),
                    )
                case MachinesLook(last=last):
                    servers = pool.submit(bare_metal.servers, self.pair.metal)
                    # Nova tells how a deploy ends.
                    missing = gaps.Gaps(frozenset({Part.NODES}), self.said)
                    look = self._machines(pool, servers, missing)(Snapshot())
                    return snapshot.renew_machines(
                        last, look.servers, look.test_guests, look.nodes
                    )
                case WholeLook():
                    return self._whole(pool, scope)

    def _whole(self, pool: futures.Executor, scope: WholeLook) -> Snapshot:
        """Read everything; each part may use those before it."""
        if scope.rest is not None:
            return self._without_rest(pool, scope, scope.rest)
        servers = pool.submit(bare_metal.servers, self.pair.metal)
        missing = gaps.Gaps(scope.optional, self.said)
        parts = [
            self._machines(pool, servers, missing),
            self._namesakes(pool, servers, scope.server_names, missing),
            self._ports(pool, missing),
            self._services(pool),
            self._compute_nodes(pool, scope.sizes, missing),
            self._agents(pool, missing),
            self._providers(pool),
            *host_parts.begin(pool, self.pair, scope),
        ]
        look = self._put_together(parts)
        completeness.insist(self.pair.metal, look, scope.names)
        completeness.insist_on_aggregates(
            self.pair.compute.compute, look, scope.aggregate_ids
        )
        if scope.optional >= EVERY_PART and not self.warned.is_set():
            self.warned.set()
            completeness.warn(look)
        return dataclasses.replace(look, unseen=frozenset(missing.unseen))

    def _without_rest(
        self, pool: futures.Executor, scope: WholeLook, rest: Snapshot
    ) -> Snapshot:
        """Read all but what is taken from an earlier look."""
        servers = pool.submit(bare_metal.servers, self.pair.metal)
        parts = [self._servers(pool, servers), self._services(pool)]
        if scope.sizes:
            missing = gaps.Gaps(scope.optional, self.said)
            parts.append(self._compute_nodes(pool, True, missing))
        parts += host_parts.begin(pool, self.pair, scope)
        return snapshot.with_rest(
            self._put_together(parts), rest, sizes=scope.sizes
        )

    def _put_together(self, parts: Iterable[_Part]) -> Snapshot:
        look = Snapshot(
            user_id=self.pair.compute.user_id,
            project_id=self.pair.compute.id,
            metal_project_id=self.pair.metal.id,
        )
        for part in parts:
            look = part(look)
        return look

    def _machines(
        self,
        pool: futures.Executor,
        servers: futures.Future[tuple[Server, ...]],
        missing: gaps.Gaps,
    ) -> _Part:
        """Read the machines, and the guests that try hypervisors out.

        :param servers: ours in the bare-metal cloud
        """
        nodes = pool.submit(bare_metal.nodes, self.pair.baremetal)
        both = self._servers(pool, servers)

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                both(look), nodes=missing.read(nodes, Part.NODES)
            )

        return finish

    def _servers(
        self,
        pool: futures.Executor,
        servers: futures.Future[tuple[Server, ...]],
    ) -> _Part:
        """Read our servers, and tell the guests that try hypervisors out."""
        others = servers
        if self.pair.apart:
            others = pool.submit(bare_metal.servers, self.pair.compute)

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look,
                servers=_without_tests(servers.result()),
                test_guests=_tests(others.result()),
            )

        return finish

    def _namesakes(
        self,
        pool: futures.Executor,
        servers: futures.Future[tuple[Server, ...]],
        names: frozenset[str],
        missing: gaps.Gaps,
    ) -> _Part:
        """Find what has one of the names and is not ours.

        :param servers: ours in the bare-metal cloud
        """
        if not names:
            return host_parts.nothing
        found = pool.submit(self._named, names)
        ports = pool.submit(
            bare_metal.named_ports, self.pair.metal, self.port_marks, names
        )

        def finish(look: Snapshot) -> Snapshot:
            # Both may be one cloud, seen by different projects.
            ours = {server.id for server in servers.result()}
            of_names = missing.read(ports, Part.PORTS)
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

    def _ports(self, pool: futures.Executor, missing: gaps.Gaps) -> _Part:
        """Read our ports, and leave out what is of other compute clouds."""
        ports = pool.submit(bare_metal.ports, self.pair.metal, self.port_marks)
        tests = None
        if self.pair.apart:
            tests = pool.submit(
                bare_metal.ports,
                self.pair.compute,
                [identity.TEST_PORT_MARK],
            )

        def finish(look: Snapshot) -> Snapshot:
            ours = missing.read(ports, Part.PORTS)
            found = bare_metal.of_cloud(
                self.pair.compute_cloud,
                look.servers,
                ours or (),
                self.pair.metal.cloud,
            )
            trying = missing.read(tests, Part.PORTS) if tests else ()
            return dataclasses.replace(
                look,
                servers=found.servers,
                other_clouds=found.other_clouds,
                ports=(*found.ports, *(trying or ())),
            )

        return finish

    def _services(self, pool: futures.Executor) -> _Part:
        """Read the compute services."""
        nova = self.pair.compute.compute
        services = pool.submit(compute_cloud.services, nova)
        metal = services
        if self.pair.apart:
            metal = pool.submit(
                compute_cloud.services, self.pair.metal.compute
            )

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look,
                services=services.result(),
                metal_services=metal.result(),
            )

        return finish

    def _compute_nodes(
        self, pool: futures.Executor, sizes: bool, missing: gaps.Gaps
    ) -> _Part:
        """Read the compute nodes.

        Nova tells none where one cell does not answer: it goes through the
        cells without a net (nova/compute/api.py, compute_node_get_all).
        """
        nodes = pool.submit(
            compute_cloud.compute_nodes, self.pair.compute.compute, sizes
        )

        def finish(look: Snapshot) -> Snapshot:
            found = missing.read(nodes, Part.COMPUTE_NODES)
            return dataclasses.replace(look, compute_nodes=found or ())

        return finish

    def _agents(self, pool: futures.Executor, missing: gaps.Gaps) -> _Part:
        """Read the network agents."""
        agents = pool.submit(compute_cloud.agents, self.pair.compute.network)

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look, agents=missing.read(agents, Part.AGENTS)
            )

        return finish

    def _providers(self, pool: futures.Executor) -> _Part:
        """Read the resource providers."""
        placement = self.pair.placement
        ids = compute_cloud.provider_ids
        providers = pool.submit(compute_cloud.providers, placement)
        with_room = pool.submit(ids, placement, resources='MEMORY_MB:1')
        reported = pool.submit(ids, placement, required='COMPUTE_NODE')
        disabled = pool.submit(
            ids, placement, required='COMPUTE_STATUS_DISABLED'
        )

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look,
                providers=providers.result(),
                providers_with_room=with_room.result(),
                providers_reported=reported.result(),
                providers_disabled=disabled.result(),
            )

        return finish


def _without_tests(servers: Iterable[Server]) -> tuple[Server, ...]:
    return tuple(s for s in servers if identity.TEST_KEY not in s.metadata)


def _tests(servers: Iterable[Server]) -> tuple[Server, ...]:
    return tuple(s for s in servers if identity.TEST_KEY in s.metadata)
