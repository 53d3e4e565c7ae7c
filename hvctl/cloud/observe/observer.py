# SPDX-License-Identifier: Apache-2.0
"""Takes a look at the cloud: a few lists, whatever the number of hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent import futures
import dataclasses

from hvctl.cloud import clouds
from hvctl.cloud import parallel
from hvctl.cloud.observe import bare_metal
from hvctl.cloud.observe import compute_cloud
from hvctl.cloud.observe import hosts
from hvctl.cloud.observe import volumes
from hvctl.model import identity
from hvctl.model import snapshot
from hvctl.model.records import Server
from hvctl.model.snapshot import (
    GuestsLook,
    MachinesLook,
    Scope,
    Snapshot,
    WholeLook,
)

#: Waits for some lists that are being read, and puts them into a snapshot.
_Part = Callable[[Snapshot], Snapshot]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Observer:
    """Takes looks.

    :ivar port_marks: the descriptions of ports of ours
    """

    pair: clouds.Pair
    port_marks: tuple[str, ...]

    def whereabouts(self) -> dict[str, str | None]:
        """Find the compute cloud of every hypervisor, by name; two lists."""
        with parallel.readers() as pool:
            servers = pool.submit(bare_metal.servers, self.pair.metal)
            ports = pool.submit(
                bare_metal.ports, self.pair.metal, self.port_marks
            )
            return bare_metal.whereabouts(
                servers.result(), ports.result(), self.pair.metal.cloud
            )

    def observe(self, scope: Scope) -> Snapshot:
        """Take one look.

        :param scope: how far it reaches
        :raises CloudError: when a list could not be read
        """
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
                    look = self._guests(pool, names, last)(Snapshot())
                    return snapshot.renew_guests(
                        last,
                        look.guests,
                        look.migrations,
                        parallel.results(services),
                    )
                case MachinesLook(last=last):
                    servers = pool.submit(bare_metal.servers, self.pair.metal)
                    look = self._machines(pool, servers)(Snapshot())
                    return snapshot.renew_machines(
                        last, look.servers, look.test_guests, look.nodes
                    )
                case WholeLook():
                    return self._whole(pool, scope)

    def _whole(self, pool: futures.Executor, scope: WholeLook) -> Snapshot:
        """Read everything; each part may use those before it."""
        servers = pool.submit(bare_metal.servers, self.pair.metal)
        parts = [
            self._machines(pool, servers),
            self._namesakes(pool, servers, scope.server_names),
            self._ports(pool),
            self._services(pool, scope),
            self._providers(pool, scope),
            self._aggregates(pool, scope),
            self._guests(pool, scope.hosts, Snapshot()),
            self._guests_of_all(pool, scope),
            self._ties(pool, scope),
            self._volumes(pool, scope),
        ]
        look = Snapshot(user_id=self.pair.compute.user_id)
        for part in parts:
            look = part(look)
        return look

    def _machines(
        self,
        pool: futures.Executor,
        servers: futures.Future[tuple[Server, ...]],
    ) -> _Part:
        """Read the machines, and the guests that try hypervisors out.

        :param servers: ours in the bare-metal cloud
        """
        nodes = pool.submit(bare_metal.nodes, self.pair.baremetal)
        others = servers
        if self.pair.apart:
            others = pool.submit(bare_metal.servers, self.pair.compute)

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look,
                servers=_without_tests(servers.result()),
                test_guests=_tests(others.result()),
                nodes=nodes.result(),
            )

        return finish

    def _namesakes(
        self,
        pool: futures.Executor,
        servers: futures.Future[tuple[Server, ...]],
        names: frozenset[str],
    ) -> _Part:
        """Find what has one of the names and is not ours.

        :param servers: ours in the bare-metal cloud
        """
        if not names:
            return _nothing
        found = pool.submit(self._named, names)
        ports = pool.submit(
            bare_metal.named_ports, self.pair.metal, self.port_marks, names
        )

        def finish(look: Snapshot) -> Snapshot:
            # Both may be one cloud, seen by different projects.
            ours = {server.id for server in servers.result()}
            return dataclasses.replace(
                look,
                namesakes=tuple(
                    server
                    for server in found.result()
                    if server.id not in ours
                ),
                namesake_ports=ports.result(),
            )

        return finish

    def _named(self, names: frozenset[str]) -> tuple[Server, ...]:
        found = bare_metal.named_servers(self.pair.metal, names)
        if self.pair.apart:
            found += bare_metal.named_servers(self.pair.compute, names)
        return found

    def _ports(self, pool: futures.Executor) -> _Part:
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
            found = bare_metal.of_cloud(
                self.pair.compute_cloud,
                look.servers,
                ports.result(),
                self.pair.metal.cloud,
            )
            return dataclasses.replace(
                look,
                servers=found.servers,
                other_clouds=found.other_clouds,
                ports=(*found.ports, *(tests.result() if tests else ())),
            )

        return finish

    def _services(self, pool: futures.Executor, scope: WholeLook) -> _Part:
        """Read what registers: services, compute nodes and agents."""
        nova = self.pair.compute.compute
        services = pool.submit(compute_cloud.services, nova)
        metal = services
        if self.pair.apart:
            metal = pool.submit(
                compute_cloud.services, self.pair.metal.compute
            )
        nodes = pool.submit(compute_cloud.compute_nodes, nova, scope.sizes)
        agents = pool.submit(compute_cloud.agents, self.pair.compute.network)

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look,
                services=services.result(),
                metal_services=metal.result(),
                compute_nodes=nodes.result(),
                agents=agents.result(),
            )

        return finish

    def _providers(self, pool: futures.Executor, scope: WholeLook) -> _Part:
        """Read the resource providers, their room and their consumers."""
        placement = self.pair.placement
        ids = compute_cloud.provider_ids
        providers = pool.submit(compute_cloud.providers, placement)
        with_room = pool.submit(ids, placement, resources='MEMORY_MB:1')
        reported = pool.submit(ids, placement, required='COMPUTE_NODE')
        disabled = pool.submit(
            ids, placement, required='COMPUTE_STATUS_DISABLED'
        )
        room = {
            need: pool.submit(hosts.room, placement, need)
            for need in scope.needs
        }
        consumers = {
            provider_id: pool.submit(hosts.consumers, placement, provider_id)
            for provider_id in scope.provider_ids
        }

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look,
                providers=providers.result(),
                providers_with_room=with_room.result(),
                providers_reported=reported.result(),
                providers_disabled=disabled.result(),
                room=parallel.results(room),
                consumers=parallel.results(consumers),
            )

        return finish

    def _aggregates(self, pool: futures.Executor, scope: WholeLook) -> _Part:
        """Read the aggregates, and which providers Placement has in them."""
        aggregates = None
        if scope.aggregates:
            aggregates = pool.submit(
                compute_cloud.aggregates, self.pair.compute.compute
            )
        members = {
            uuid: pool.submit(
                compute_cloud.provider_ids,
                self.pair.placement,
                member_of=uuid,
            )
            for uuid in scope.members_of
        }

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look,
                aggregates=aggregates.result() if aggregates else (),
                members=parallel.results(members),
            )

        return finish

    def _guests(
        self, pool: futures.Executor, names: frozenset[str], last: Snapshot
    ) -> _Part:
        """Read guests and migrations of some hosts.

        :param last: an earlier look, whose migrations need not be read again
        """
        compute = self.pair.compute.compute
        guests = {
            host: pool.submit(compute_cloud.guests, compute, host)
            for host in names
        }
        migrations = {
            host: pool.submit(
                hosts.migrations, compute, host, last.migrations.get(host, ())
            )
            for host in names
        }

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look,
                guests=parallel.results(guests),
                migrations=parallel.results(migrations),
            )

        return finish

    def _guests_of_all(
        self, pool: futures.Executor, scope: WholeLook
    ) -> _Part:
        """Read the guests of all hosts."""
        if not scope.all_servers:
            return _nothing
        guests = pool.submit(compute_cloud.guests, self.pair.compute.compute)

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look,
                guests=compute_cloud.guests_by_host(
                    guests.result(), look.services
                ),
            )

        return finish

    def _ties(self, pool: futures.Executor, scope: WholeLook) -> _Part:
        """Read what ties guests to their host or to each other."""
        if not scope.ties:
            return lambda look: dataclasses.replace(look, ties_known=False)
        groups = pool.submit(hosts.groups, self.pair.compute.compute)
        ports = [
            pool.submit(hosts.direct_ports, self.pair.compute.network, host)
            for host in scope.hosts
        ]

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(
                look,
                direct_ports={
                    guest: vnic_types
                    for of_host in ports
                    for guest, vnic_types in of_host.result().items()
                },
                anti_affinity=groups.result().get('anti-affinity', {}),
                affinity=groups.result().get('affinity', {}),
                ties_known=True,
            )

        return finish

    def _volumes(self, pool: futures.Executor, scope: WholeLook) -> _Part:
        """Read the volumes of some projects."""
        running = {
            project_id: pool.submit(
                volumes.of_project, self.pair.block_storage, project_id
            )
            for project_id in scope.volumes_of
        }

        def finish(look: Snapshot) -> Snapshot:
            return dataclasses.replace(look, volumes=parallel.results(running))

        return finish


def _nothing(look: Snapshot) -> Snapshot:
    """Leave a snapshot as it is: nothing was to be read."""
    return look


def _without_tests(servers: Iterable[Server]) -> tuple[Server, ...]:
    return tuple(s for s in servers if identity.TEST_KEY not in s.metadata)


def _tests(servers: Iterable[Server]) -> tuple[Server, ...]:
    return tuple(s for s in servers if identity.TEST_KEY in s.metadata)
