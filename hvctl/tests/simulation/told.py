# SPDX-License-Identifier: Apache-2.0
"""A simulated cloud in which tests say what is there, and what happens."""

from __future__ import annotations

import dataclasses
import typing

from hvctl.model import identity
from hvctl.tests.fixtures import builders
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import given
from hvctl.tests.simulation import moves
from hvctl.tests.simulation import records
from hvctl.tests.simulation import service

#: What a machine comes through, in this order.
_STAGES = ['deployed', 'registered', 'inventory', 'mapped', 'agents']

#: Seconds after which no test looks any more.
_NEVER = 10**6

_PORTS = {
    identity.PORT_MARK: 'port',
    identity.SUBPORT_MARK: 'sub-port',
    identity.TEST_PORT_MARK: 'test port',
}


class Told(cloud.Cloud):
    """A cloud, which has a host of somebody else at first."""

    @property
    def other(self) -> str:
        """The host of somebody else."""
        return self.world.first.host_name(0)

    def pace(self, **seconds: typing.Any) -> None:
        """Let some things take another time than usual."""
        self.world.pace = dataclasses.replace(self.world.pace, **seconds)

    def moves_take(self, seconds: float) -> None:
        """Let each move of a guest take so long."""
        self.pace(copied=seconds, resized=seconds)

    def never(self, stage: str) -> None:
        """Let machines never come to a stage, nor to what is after it.

        Or let guests never come so far.
        """
        later = [stage]
        if stage in _STAGES:
            later = _STAGES[_STAGES.index(stage) :]
        self.pace(**dict.fromkeys(later, _NEVER))

    def fail_deploys(self, error: str) -> None:
        """Let the next deploy of each node fail."""
        for _, node in self.world.nodes.rising():
            self.world.failing[node.uuid] = error

    def fail_guests(self, host: str, error: str) -> None:
        """Let the next guest that is built on a host fail."""
        self.world.failing[host] = error

    def keep_nodes(self, error: str) -> None:
        """Let Ironic not end what is on any node."""
        for _, node in self.world.nodes.rising():
            self.world.staying[node.uuid] = error

    def add_aggregate(self, name: str, *hosts: str, **metadata: str) -> int:
        """Let there be a host aggregate, and return its number.

        :param metadata: a double underline stands for a colon
        """
        table = self.world.aggregates
        return table.add(
            records.Aggregate(
                uuid=self.world.aggregate_ids.id(table.next_number()),
                name=name,
                hosts=hosts,
                metadata={
                    key.replace('__', ':'): value
                    for key, value in metadata.items()
                },
                created_at=self.clock.now(),
            )
        )

    def aggregate(self, number: int) -> records.Aggregate:
        """Return a host aggregate."""
        found = self.world.aggregates.get(number)
        assert found is not None
        return found

    def members(self, number: int) -> set[str]:
        """Return the providers that Placement has in a host aggregate."""
        uuid = self.aggregate(number).uuid
        return {
            provider.uuid
            for _, provider in self.world.providers.rising()
            if uuid in provider.aggregates
        }

    def sync_aggregates(self) -> None:
        """Do as ``nova-manage placement sync_aggregates`` does."""
        for _, aggregate in self.world.aggregates.rising():
            for host in aggregate.hosts:
                for _, node in self.world.compute_nodes.having('host', host):
                    provider = self.stock.known(node.uuid)
                    self.stock.change(
                        dataclasses.replace(
                            provider,
                            aggregates=provider.aggregates | {aggregate.uuid},
                        )
                    )

    def take_test_guests(self, host: str, most: int) -> None:
        """Let a host have places for test guests."""
        ((_, node),) = self.world.compute_nodes.having('host', host)
        provider = self.stock.known(node.uuid)
        name = identity.TEST_RESOURCE_CLASS
        self.stock.set_inventories(
            provider,
            {
                **provider.inventories,
                name: records.Inventory(most, max_unit=most),
            },
        )

    def test_guests(self) -> list[records.Server]:
        """Return the guests that try hypervisors out."""
        return [
            server
            for _, server in self.world.servers.having(
                'project', self.admin.id
            )
            if identity.TEST_KEY in server.metadata
        ]

    def has_hypervisor(
        self, name: str, **changes: typing.Any
    ) -> records.Server:
        """Let there be a hypervisor of ours that is open and empty."""
        compute_id = builders.a_compute_id(name)
        return given.hypervisor(self, name, compute_id, **changes)

    def add_guest(
        self, name: str, host: str, **changes: typing.Any
    ) -> records.Server:
        """Let there be a tenant's server on a host."""
        return given.guest(self, name, host, **changes)

    def server(self, server_id: str) -> records.Server | None:
        """Return a server; None when it is gone."""
        found = self.world.servers.find('id', server_id)
        return found[1] if found else None

    def change_server(self, server_id: str, **changes: typing.Any) -> None:
        """Change a server."""
        self.machines.change(server_id, **changes)

    def move(
        self,
        guest: records.Server,
        kind: str = 'live-migration',
        host: str | None = None,
        user_id: str | None = None,
    ) -> None:
        """Let somebody move a guest, its owner where nobody is named."""
        who = service.Token(
            user_id=user_id or guest.user_id,
            project_id=guest.project_id,
            roles=frozenset({'admin'}),
        )
        wish = moves.Wish(who=who, host=host)
        if kind == 'live-migration':
            self.moves.live(guest, wish)
        else:
            self.moves.cold(guest, wish, kind)

    def migrations(self, host: str | None = None) -> list[records.Migration]:
        """Return all migrations, or those of a host, the oldest first."""
        table = self.world.migrations
        found = table.having('host', host) if host else table.rising()
        return [move for _, move in found]

    def have_left(self, host: str) -> None:
        """Let guests have left a host before, by each method."""
        for kind, status in (
            ('live-migration', 'completed'),
            ('migration', 'confirmed'),
        ):
            self._record(
                self.world.first.servers.id(10**6),
                host,
                type=kind,
                status=status,
            )

    def change_service(self, host: str, **changes: typing.Any) -> None:
        """Change the compute service of a host."""
        ((number, found),) = self.world.services.having('host', host)
        changed = dataclasses.replace(found, **changes)
        self.world.services.put(number, changed)
        self.machines.told(changed)

    def evacuate(self, guest: records.Server) -> None:
        """Let a guest have been made anew elsewhere, for its host is lost.

        Its allocation there stays until the service is deleted.
        """
        other = self.other
        self._record(
            guest.id,
            str(guest.host),
            project_id=guest.project_id,
            user_id=guest.user_id,
            status='done',
            type='evacuation',
        )
        nodes = [
            node.uuid
            for host in (str(guest.host), other)
            for _, node in self.world.compute_nodes.having('host', host)
        ]
        given.allocate(
            self, guest, dict.fromkeys(nodes, guest.flavor.resources)
        )
        self.machines.change(guest.id, host=other, node=other)

    def _record(
        self, server_id: str, source: str, **changes: typing.Any
    ) -> None:
        """Let a guest have gone from a host to the other one."""
        table, other = self.world.migrations, self.other
        table.add(
            records.Migration(
                **{
                    'uuid': self.world.migration_ids.id(table.next_number()),
                    'server_id': server_id,
                    'project_id': self.admin.id,
                    'user_id': self.world.first.user(0),
                    'source': source,
                    'source_node': source,
                    'destination': other,
                    'destination_node': other,
                    'created_at': self.clock.now(),
                    'updated_at': self.clock.now(),
                    **changes,
                }
            )
        )

    def use(self, consumer: str, provider: str, **amounts: int) -> None:
        """Let somebody have something of a provider."""
        self.stock.allocate(
            [
                records.Consumer(
                    uuid=consumer,
                    project_id=self.demo.id,
                    user_id=self.world.first.user(1),
                    type='INSTANCE',
                    has={provider: amounts},
                )
            ]
        )

    def forget(self, server_id: str) -> None:
        """Let Nova forget a server while nothing drives its machine."""
        found = self.world.servers.find('id', server_id)
        assert found is not None
        self.machines.unbind(found[1])
        self.stock.release(server_id)
        self.world.servers.remove(found[0])

    def add_service(self, host: str) -> None:
        """Let there be a nova-compute that somebody else has made."""
        table = self.world.services
        table.add(
            records.ComputeService(
                id=self.world.first.services.id(table.next_number()),
                host=host,
                created_at=self.clock.now(),
            )
        )

    def service_of(self, host: str) -> records.ComputeService | None:
        """Return the compute service of a host."""
        found = self.world.services.find('host', host)
        return found[1] if found else None

    def ours(self, name: str) -> list[records.Server]:
        """Return our servers of a name."""
        return [
            server
            for _, server in self.world.servers.having(
                'project', self.admin.id
            )
            if server.name == name and identity.is_marked(server.metadata)
        ]

    def end(self, name: str) -> None:
        """Let somebody delete our servers of a name."""
        for server in self.ours(name):
            self.machines.end(server)

    def ports(self) -> list[records.Port]:
        """Return the ports of our project."""
        return [
            port
            for _, port in self.world.ports.having('project', self.admin.id)
        ]

    def trunk_of(self, port: records.Port) -> records.Trunk | None:
        """Return the trunk of which a port is the parent."""
        found = self.world.trunks.find('port', port.id)
        return found[1] if found else None

    def lose_subport(self, trunk: records.Trunk) -> None:
        """Let somebody take one sub-port out of a trunk, and delete it."""
        (lost, _), *kept = trunk.subports.items()
        table = self.world.trunks
        for number, _ in list(table.having('id', trunk.id)):
            table.put(number, dataclasses.replace(trunk, subports=dict(kept)))
        for number, _ in list(self.world.ports.having('id', lost)):
            self.world.ports.remove(number)

    def traces(self, name: str) -> list[str]:
        """Return everything in the cloud that has a hypervisor's name."""
        world = self.world
        found = [f'server {name}' for _ in self.ours(name)]
        hosts = (name, f'{name}.example.org')
        for word, table, index in (
            ('service', world.services, 'host'),
            ('hypervisor', world.compute_nodes, 'host'),
            ('provider', world.providers, 'name'),
        ):
            found += [
                word for host in hosts for _ in table.having(index, host)
            ]
        for _, port in world.ports.having('name', name):
            found.append(_PORTS[port.description])
            found += ['trunk'] if self.trunk_of(port) else []
        found += [
            'agent'
            for host in hosts
            for _ in world.agents.having('host', host)
        ]
        found += [
            'member'
            for _, aggregate in world.aggregates.rising()
            if {*hosts} & {*aggregate.hosts}
        ]
        return found
