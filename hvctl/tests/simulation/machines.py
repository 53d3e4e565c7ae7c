# SPDX-License-Identifier: Apache-2.0
"""What becomes of servers on the clock: deployed, booted, registered, gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
import dataclasses
import typing

from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import records
from hvctl.tests.simulation import registration
from hvctl.tests.simulation import scheduler
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world


class _Build(typing.NamedTuple):
    """How a server is built.

    :ivar ports: that it is to have
    :ivar host: the only one on which it may be
    :ivar failed: how many nodes failed to be deployed
    """

    ports: tuple[str, ...]
    host: str | None
    failed: int = 0


class Machines:
    """Builds and ends servers, machines and guests alike."""

    def __init__(self, of: world.World, kept: stock.Stock) -> None:
        self.registration = registration.Registration(of, kept)
        self._world = of
        self._stock = kept
        self._scheduler = scheduler.Scheduler(of, kept)
        self._builds: dict[str, _Build] = {}

    def build(
        self,
        server: records.Server,
        ports: Sequence[str],
        host: str | None,
    ) -> None:
        """Begin to build a server.

        :param ports: that it is to have
        :param host: the only one on which it may be
        """
        self._builds[server.id] = _Build(ports=tuple(ports), host=host)
        self._after(self._world.pace.scheduled, server.id, self._place)

    def end(self, server: records.Server) -> None:
        """Begin to end a server."""
        if server.task_state == 'deleting' or server.vm_state == 'deleted':
            return
        self.change(server.id, task_state='deleting')
        if server.host == numbers.IRONIC and server.node:
            self._node(server.node, provision_state='deleting')
            if server.user_data:
                self.registration.stop(server.name)
        if server.host in (None, numbers.IRONIC):
            self._after(self._world.pace.ended, server.id, self._forget)
        else:
            self._after(self._world.pace.ended, server.id, self._deleted)

    def told(self, of: records.ComputeService) -> None:
        """Tell a host that it is enabled or not, as Nova does."""
        self.registration.mark(of)

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
        node = self._scheduler.place(server, build.host)
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
        for port_id in build.ports:
            if not self._bind(port_id, server, node):
                self._stock.release(server.id)
                self._clean_up(build)
                self._fail(
                    server,
                    f'Build of instance {server.id} aborted: Port {port_id} '
                    'is still in use.',
                )
                return
        metal = node.host == numbers.IRONIC
        self.change(
            server.id,
            task_state='spawning',
            host=node.host,
            node=node.hostname,
            ports=build.ports,
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
            self._deploy_failed(server, error)
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
        failed = self._builds[server.id].failed + 1
        self._builds[server.id] = self._builds[server.id]._replace(
            failed=failed
        )
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

    def _fail(self, server: records.Server, why: str) -> None:
        self.change(server.id, vm_state='error', task_state=None, fault=why)

    def _bind(
        self,
        port_id: str,
        server: records.Server,
        node: records.ComputeNode,
    ) -> bool:
        """Give a server its port; return whether it is free."""
        found = self._world.ports.find('id', port_id)
        if found is None or found[1].device_id not in ('', server.id):
            return False
        metal = node.host == numbers.IRONIC
        self._world.ports.put(
            found[0],
            dataclasses.replace(
                found[1],
                device_id=server.id,
                device_owner='compute:nova',
                host=node.uuid if metal else node.host,
                revision=found[1].revision + 2,
                updated_at=self._world.clock.now(),
            ),
        )
        return True

    def _clean_up(self, build: _Build) -> None:
        """Take from whoever has them the ports that a build was to have.

        Nova unbinds what was asked for (nova/network/neutron.py,
        deallocate_for_instance), also where that is why the build failed.
        """
        for port_id in build.ports:
            found = self._world.ports.find('id', port_id)
            if found is not None:
                self._free(*found)

    def unbind(self, server: records.Server) -> None:
        """Take its ports from a server; those it was given stay."""
        having = self._world.ports.having('device', server.id)
        for number, port in list(having):
            self._free(number, port)

    def _free(self, number: int, port: records.Port) -> None:
        self._world.ports.put(
            number,
            dataclasses.replace(
                port,
                device_id='',
                device_owner='',
                host='',
                revision=port.revision + 1,
                updated_at=self._world.clock.now(),
            ),
        )

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
