# SPDX-License-Identifier: Apache-2.0
"""What becomes of servers on the clock: deployed, booted, registered, gone."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import typing

from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import records
from hvctl.tests.simulation import registration
from hvctl.tests.simulation import scheduler
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import wiring
from hvctl.tests.simulation import world


class Wish(typing.NamedTuple):
    """How a server is to be built.

    :ivar ports: that it is to have
    :ivar networks: in each of which Nova is to make it a port
    :ivar host: the only one on which it may be
    """

    ports: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    host: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Build:
    """How a server is built.

    :ivar failed: how many nodes failed to be deployed
    """

    wish: Wish
    failed: int = 0


class Machines:
    """Builds and ends servers, machines and guests alike."""

    def __init__(self, of: world.World, kept: stock.Stock) -> None:
        self.registration = registration.Registration(of, kept)
        self._world = of
        self._stock = kept
        self._scheduler = scheduler.Scheduler(of, kept)
        self._wiring = wiring.Wiring(of)
        self._builds: dict[str, _Build] = {}
        self._ending: set[str] = set()

    def build(self, server: records.Server, wish: Wish) -> None:
        """Begin to build a server."""
        self._builds[server.id] = _Build(wish=wish)
        self._after(self._world.pace.scheduled, server.id, self._place)

    def end(self, server: records.Server) -> None:
        """Begin to end a server."""
        if server.id in self._ending:
            return
        self.change(server.id, task_state='deleting')
        guest = server.host not in (None, numbers.IRONIC)
        if guest and self._world.losing_deletes:
            return
        self._ending.add(server.id)
        if server.host == numbers.IRONIC and server.node:
            self._node(server.node, provision_state='deleting')
            if server.user_data:
                self.registration.stop(server.name)
        self._after(
            self._world.pace.ended,
            server.id,
            self._deleted if guest else self._forget,
        )

    def answers(self, server: records.Server) -> bool:
        """Return whether a server says something, to whoever listens."""
        since = self._world.clock.now() - (
            server.launched_at or self._world.clock.now()
        )
        return since.total_seconds() >= self._world.pace.answers

    def told(self, of: records.ComputeService) -> None:
        """Tell a host that it is enabled or not, as Nova does."""
        self.registration.tell(of)

    def change(
        self, server_id: str, **changes: typing.Any
    ) -> records.Server | None:
        """Change a server; return None where it is gone."""
        found = self._world.servers.find('id', server_id)
        if found is None:
            return None
        now = self._world.clock.now()
        changed = dataclasses.replace(
            found[1], **{'updated_at': now, **changes}
        )
        self._world.servers.put(found[0], changed)
        return changed

    def _after(
        self,
        seconds: float,
        server_id: str,
        call: Callable[[records.Server], None],
    ) -> None:
        """Have something done to a server later, if it is still there."""

        def due() -> None:
            found = self._world.servers.find('id', server_id)
            if found is not None:
                call(found[1])

        self._world.clock.after(seconds, due)

    def _place(self, server: records.Server) -> None:
        if server.task_state == 'deleting':
            return
        build = self._builds[server.id]
        node = self._scheduler.place(server, build.wish.host)
        if node is None:
            self._fail(
                server,
                'Exceeded maximum number of retries. Exhausted all hosts '
                'available for retrying build failures for instance '
                f'{server.id}.'
                if build.failed
                else 'No valid host was found. ',
            )
            return
        for port_id in build.wish.ports:
            if not self._wiring.bind(port_id, server, node):
                self._stock.release(server.id)
                self._wiring.clean_up(build.wish.ports)
                self._fail(
                    server,
                    f'Build of instance {server.id} aborted: Port {port_id} '
                    'is still in use.',
                )
                return
        metal = node.host == numbers.IRONIC
        made = self._wiring.make_ports(build.wish.networks, server, node)
        self.change(
            server.id,
            task_state='spawning',
            host=node.host,
            node=node.hostname,
            ports=(*build.wish.ports, *made),
            zone='nova',
        )
        if metal:
            self._node(
                node.uuid,
                provision_state='deploying',
                power_state='power on',
                instance_uuid=server.id,
                instance_name=server.name,
            )
        self._after(
            self._world.pace.deployed if metal else self._world.pace.booted,
            server.id,
            self._deployed,
        )

    def _deployed(self, server: records.Server) -> None:
        if server.task_state == 'deleting':
            return
        error = self._world.failing.pop(server.node or '', None)
        if error is not None:
            if server.host == numbers.IRONIC:
                self._deploy_failed(server, error)
            else:
                self._abort(server, error)
            return
        self.change(
            server.id,
            vm_state='active',
            task_state=None,
            power_state=1,
            launched_at=self._world.clock.now(),
        )
        if server.host == numbers.IRONIC and server.node:
            self._node(server.node, provision_state='active')
            if server.user_data:
                self.registration.begin(server)

    def _deploy_failed(self, server: records.Server, error: str) -> None:
        """Leave a node as its deploy has left it, and try another one.

        Nova takes its instance from a node, but has no node undeployed
        (nova/virt/ironic/driver.py, failed_spawn_cleanup).
        """
        node_id = str(server.node)
        self._node(
            node_id,
            provision_state='deploy failed',
            last_error=error,
            instance_uuid=None,
            instance_name=None,
        )
        self._world.history.add(
            records.Event(
                node=node_id,
                at=self._world.clock.now(),
                severity='ERROR',
                kind='provisioning',
                words=error,
            )
        )
        self.unbind(server)
        self._stock.release(server.id)
        self._reserve(node_id, 1)
        build = self._builds[server.id]
        failed = build.failed + 1
        self._builds[server.id] = dataclasses.replace(build, failed=failed)
        self.change(
            server.id, host=None, node=None, zone=None, task_state='scheduling'
        )
        if failed < self._world.pace.attempts:
            self._after(self._world.pace.scheduled, server.id, self._place)
            return
        why = f'Failed to provision instance {server.id}: {error}'
        if failed > 1:
            why = (
                'Exceeded maximum number of retries. Exceeded max scheduling '
                f'attempts {failed} for instance {server.id}. Last '
                f'exception: {why}'
            )
        self._fail(server, why)

    def _abort(self, server: records.Server, error: str) -> None:
        """Leave a guest without a host.

        So does Nova (nova/compute/manager.py, _do_build_and_run_instance).
        """
        self.unbind(server)
        self._stock.release(server.id)
        self.change(server.id, host=None, node=None)
        self._fail(server, f'Build of instance {server.id} aborted: {error}')

    def _fail(self, server: records.Server, why: str) -> None:
        self.change(server.id, vm_state='error', task_state=None, fault=why)

    def unbind(self, server: records.Server) -> None:
        """Take its ports from a server."""
        self._wiring.unbind(server)

    def _deleted(self, server: records.Server) -> None:
        """Save that a guest is deleted, before its host lets go of it."""
        self.change(server.id, vm_state='deleted', task_state=None)
        self._after(self._world.pace.let_go, server.id, self._forget)

    def _forget(self, server: records.Server) -> None:
        """Let Nova forget a server, and Ironic clean its node."""
        self.unbind(server)
        self._stock.release(server.id)
        self._world.servers.remove(server.number)
        # Nova deletes them with it (nova/db/main/api.py, instance_destroy).
        having = self._world.migrations.having('server', server.id)
        for number, move in list(having):
            self._stock.release(move.uuid)
            self._world.migrations.remove(number)
        if server.host != numbers.IRONIC or server.node is None:
            return
        node_id = server.node
        self._reserve(node_id, 1)
        error = self._world.staying.pop(node_id, None)
        if error is not None:
            # Ironic takes the instance from the node all the same, so that
            # Nova has nothing to wait for (ironic/conductor/manager.py,
            # _do_node_tear_down).
            self._node(
                node_id,
                provision_state='error',
                last_error=error,
                instance_uuid=None,
                instance_name=None,
            )
            return
        self._node(
            node_id,
            provision_state='cleaning',
            power_state='power off',
            instance_uuid=None,
            instance_name=None,
        )
        self._world.clock.after(
            self._world.pace.cleaned, lambda: self._available(node_id)
        )

    def _available(self, node_id: str) -> None:
        self._node(node_id, provision_state='available')
        self._reserve(node_id, 0)

    def _reserve(self, node_id: str, reserved: int) -> None:
        """Reserve a node that nobody may have (nova/virt/ironic/driver.py)."""
        provider = self._stock.provider(node_id)
        if provider is None:
            return
        self._stock.set_inventories(
            provider,
            {
                name: have._replace(reserved=reserved)
                for name, have in provider.inventories.items()
            },
        )

    def _node(self, uuid: str, **changes: typing.Any) -> None:
        found = self._world.nodes.find('uuid', uuid)
        assert found is not None
        self._world.nodes.put(
            found[0], dataclasses.replace(found[1], **changes)
        )
