# SPDX-License-Identifier: Apache-2.0
"""A simulated cloud as the loop has it: by looks and steps.

The real client takes the looks and runs the steps.  Tests see them, and may
let some fail before or after they came to the cloud.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import dataclasses
import os
import typing
from unittest import mock

from openstack import connection

from hvctl import workers
from hvctl.cloud import clients
from hvctl.model import identity
from hvctl.model.results import Done
from hvctl.model.snapshot import Scope, Snapshot
from hvctl.model.steps import DeleteService, Step
from hvctl.run import loop
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import failures
from hvctl.tests.fixtures import recorded
from hvctl.tests.simulation import clock
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import given
from hvctl.tests.simulation import inline
from hvctl.tests.simulation import moves
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import pace
from hvctl.tests.simulation import population
from hvctl.tests.simulation import records
from hvctl.tests.simulation import remembered
from hvctl.tests.simulation import scheduler
from hvctl.tests.simulation import service
from hvctl.tests.simulation import transport

#: Things are soon done, so that there are few looks.
_PACE = pace.Pace(
    scheduled=0.5,
    deployed=1,
    registered=2,
    inventory=2.5,
    mapped=3,
    agents=3.5,
    ended=1,
    cleaned=1,
    reports=1,
    down=2,
    agent_down=3,
    booted=2,
    copied=5,
    resized=5,
    shelved=5,
    let_go=2,
    at_once=100,
)
#: What a machine comes through, in this order.
_STAGES = ('deployed', 'registered', 'inventory', 'mapped', 'agents')

#: Of moves that are neither over nor wait for somebody.
_GOING = (
    'accepted',
    'queued',
    'running',
    'pre-migrating',
    'migrating',
)

#: Seconds after which no test looks any more.
_NEVER = 10**6

#: A host of somebody else, and nodes for all that is tried.
_SIZE = numbers.Size(hosts=1, free_nodes=12)


@contextlib.contextmanager
def process() -> Iterator[None]:
    """Be a process that does one thing after the other."""
    with (
        mock.patch.object(workers, 'Workers', inline.Workers),
        remembered.remembering(),
        # The whole of it is searched for clouds.yaml.
        mock.patch.dict(os.environ, {'HOME': '/'}, clear=True),
    ):
        yield


class Stepped(recorded.Recorded, cloud.Cloud):
    """The cloud, and a client of it.

    Its time is that of the loop's clock, whenever it is asked.

    :ivar other: a host of somebody else
    :ivar most: how many moves of guests were under way at once
    """

    def __init__(self, time: clocks.FakeClock) -> None:
        recorded.Recorded.__init__(self, time)
        cloud.Cloud.__init__(self, size=_SIZE, pace_=_PACE)
        self.other = self.world.first.host_name(0)
        self.most = 0
        self._scheduler = scheduler.Scheduler(self.world, self.stock)
        self._client = clients.Client.connect(
            connection.Connection(
                session=self.login(through=transport.Session(self.application))
            ),
            monotonic=time.monotonic,
        )

    # What the loop sees

    def observe(self, scope: Scope) -> Snapshot:
        """Take one look."""
        self.catch_up()
        self.scopes.append(scope)
        return self._client.observe(scope)

    def act(self, step: Step) -> Done:
        """Run one step."""
        self.catch_up()
        self.asked.append(step)
        zombie = (
            self.service_of(step.host)
            if isinstance(step, DeleteService)
            else None
        )
        done = self._client.act(step)
        if done.changed:
            self.changes.append(step)
            going = [m for m in self.migrations() if m.status in _GOING]
            self.most = max(self.most, len(going))
            if zombie is not None and zombie.silent_since is None:
                self.zombies.append(zombie.host)
        return done

    # What tests say, and see

    def catch_up(self) -> None:
        """Let everything happen that is due."""
        passed = (self.clock.now() - clock.START).total_seconds()
        self.clock.advance(self._time.seconds + self._time.ahead - passed)
        if self.tenants:
            self._try_to_boot()

    def pass_time(self, seconds: float) -> None:
        """Let time pass and things happen."""
        self._time.seconds += seconds
        self.catch_up()

    def pace(self, **seconds: typing.Any) -> None:
        """Let some things take another time than usual."""
        self.world.pace = dataclasses.replace(self.world.pace, **seconds)

    def moves_take(self, seconds: float) -> None:
        """Let each move of a guest take so long."""
        self.pace(copied=seconds, resized=seconds)

    def never(self, stage: str) -> None:
        """Let machines never come to a stage, nor to what is after it."""
        self.pace(**dict.fromkeys(_STAGES[_STAGES.index(stage) :], _NEVER))

    def fail_deploys(self, error: str) -> None:
        """Let the next deploy of each node fail."""
        for _, node in self.world.nodes.rising():
            self.world.failing[node.uuid] = error

    def keep_nodes(self, error: str) -> None:
        """Let Ironic not end what is on any node."""
        for _, node in self.world.nodes.rising():
            self.world.staying[node.uuid] = error

    def add_aggregate(self, name: str, *hosts: str) -> int:
        """Let there be a host aggregate, and return its number."""
        table = self.world.aggregates
        return table.add(
            records.Aggregate(
                uuid=self.world.aggregate_ids.id(table.next_number()),
                name=name,
                hosts=hosts,
                created_at=self.clock.now(),
            )
        )

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

    def _try_to_boot(self) -> None:
        """Be a tenant who tries all the time to boot a guest.

        Elsewhere than on the host that there was at first, that is.
        """
        fitting = self._scheduler.fitting(population.SMALL.resources)
        for node, _ in fitting:
            if self.world.first.compute_nodes_of(node.host):
                continue
            self.landed.append((node.host, self._state_of(node)))

    def _state_of(self, node: records.ComputeNode) -> str:
        provider = self.stock.known(node.uuid)
        good = provider.traits >= population.HOST_TRAITS
        good &= self.world.agents.find('host', node.host) is not None
        return 'good' if good else 'bad'


_PORTS = {
    identity.PORT_MARK: 'port',
    identity.SUBPORT_MARK: 'sub-port',
    identity.TEST_PORT_MARK: 'test port',
}


class Unreliable(failures.Trouble, Stepped):
    """Some requests fail."""


class Mortal(failures.Mortality, Stepped):
    """Kills whoever uses it after some steps."""


if typing.TYPE_CHECKING:
    #: The loop cannot tell it from a real one, and mypy checks that.
    _CLOUD: loop.Cloud = Stepped(clocks.FakeClock())
