# SPDX-License-Identifier: Apache-2.0
"""What becomes of migrations on the clock."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import typing

from hvctl.tests.simulation import machines
from hvctl.tests.simulation import records
from hvctl.tests.simulation import scheduler
from hvctl.tests.simulation import service
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world

_NO_HOST = 'No valid host was found. There are not enough hosts available.'


class Moves:
    """Moves guests from host to host."""

    def __init__(
        self,
        of: world.World,
        kept: stock.Stock,
        all_machines: machines.Machines,
    ) -> None:
        self._world = of
        self._stock = kept
        self._machines = all_machines
        self._scheduler = scheduler.Scheduler(of, kept)
        # The state to which a resized guest goes back.
        self._was: dict[str, str] = {}

    def live(
        self, server: records.Server, host: str | None, call: service.Call
    ) -> None:
        """Begin a live migration.

        :param call: asks for it
        """
        self._machines.change(server.id, task_state='migrating')
        number = self._record(server, 'live-migration', call.who)
        self._later(
            self._world.pace.scheduled,
            number,
            lambda: self._depart(number, host, call.request_id, self._queue),
        )

    def cold(
        self, server: records.Server, host: str | None, call: service.Call
    ) -> None:
        """Begin a cold migration.

        :param call: asks for it
        """
        self._machines.change(server.id, task_state='resize_prep')
        number = self._record(server, 'migration', call.who)
        self._later(
            self._world.pace.scheduled,
            number,
            lambda: self._depart(number, host, call.request_id, self._resize),
        )

    def confirm(self, server: records.Server) -> None:
        """Confirm a cold migration.

        :raises Refusal: when there is none to confirm
        """
        number = self._number(server.id, 'finished')
        if number is None:
            raise service.Refusal(400, 'Instance has not been resized.')
        self._status(number, 'confirming')
        self._later(
            self._world.pace.confirmed, number, lambda: self._confirmed(number)
        )

    def abort(self, number: int, server: records.Server) -> None:
        """Drop a live migration."""
        self._status(number, 'cancelled')
        self._return(number, server)

    def force(self, number: int) -> None:
        """Let a live migration come to its end."""
        self._arrived(number)

    def running(self, server_id: str, number: int) -> records.Migration | None:
        """Return a migration of a server that is under way."""
        found = self._world.migrations.get(number)
        if found is None or found.server_id != server_id:
            return None
        return found

    def _record(
        self, server: records.Server, kind: str, who: service.Token
    ) -> int:
        """Record a move, which is whose who asks for it.

        That need not be the guest's owner (nova/objects/migration.py,
        create).
        """
        table, now = self._world.migrations, self._world.clock.now()
        return table.add(
            records.Migration(
                uuid=self._world.migration_ids.id(table.next_number()),
                server_id=server.id,
                project_id=who.project_id,
                user_id=who.user_id,
                status='accepted'
                if kind == 'live-migration'
                else 'pre-migrating',
                type=kind,
                source=server.host or '',
                source_node=server.node or '',
                created_at=now,
                updated_at=now,
            )
        )

    def _later(
        self, seconds: float, number: int, call: Callable[[], None]
    ) -> None:
        """Do something with a move later, if it still goes on then."""

        def due() -> None:
            move = self._move(number)
            there = self._world.servers.find('id', move.server_id)
            if there and move.status not in ('cancelled', 'error'):
                call()

        self._world.clock.after(seconds, due)

    def _depart(
        self,
        number: int,
        host: str | None,
        request_id: str,
        then: Callable[[int], None],
    ) -> None:
        """Choose the destination; the migration keeps what the source has."""
        move = self._move(number)
        server = self._server(move)
        before = self._stock.consumer(server.id)
        if before is not None:
            self._stock.release(server.id)
            self._stock.allocate(
                [dataclasses.replace(before, uuid=move.uuid, type='MIGRATION')]
            )
        node = self._scheduler.place(server, host, move.source)
        if node is None:
            self._stock.release(move.uuid)
            if before is not None:
                self._stock.allocate([before])
            self._status(number, 'error')
            self._machines.change(server.id, task_state=None)
            self._explain(server.id, request_id, _NO_HOST)
            return
        self._status(
            number,
            'queued' if move.type == 'live-migration' else 'migrating',
            destination=node.host,
            destination_node=node.hostname,
        )
        then(number)

    def _explain(self, server_id: str, request_id: str, why: str) -> None:
        key = server_id, request_id
        now = self._world.clock.now()
        self._world.actions[key] = dataclasses.replace(
            self._world.actions[key],
            event='conductor_migrate_server',
            host='conductor',
            finished_at=now,
            result='Error',
            details=why,
        )

    def _queue(self, number: int) -> None:
        """Begin a live migration when its source has a place for it."""
        source = self._move(number).source
        running = sum(
            move.status == 'running' and move.source == source
            for _, move in self._world.migrations.having('host', source)
        )
        if running >= self._world.pace.at_once:
            self._later(1, number, lambda: self._queue(number))
            return
        self._status(number, 'running')
        self._later(
            self._world.pace.copied, number, lambda: self._arrived(number)
        )

    def _arrived(self, number: int) -> None:
        move = self._move(number)
        if move.status != 'running':
            return
        server = self._server(move)
        self._land(move, server, task_state=None)
        self._stock.release(move.uuid)
        self._status(number, 'completed')

    def _resize(self, number: int) -> None:
        server = self._server(self._move(number))
        self._machines.change(server.id, task_state='resize_migrating')
        self._later(
            self._world.pace.resized, number, lambda: self._resized(number)
        )

    def _resized(self, number: int) -> None:
        move = self._move(number)
        server = self._server(move)
        self._was[server.id] = server.vm_state
        self._land(move, server, vm_state='resized', task_state=None)
        self._status(number, 'finished')

    def _confirmed(self, number: int) -> None:
        move = self._move(number)
        self._stock.release(move.uuid)
        self._status(number, 'confirmed')
        self._machines.change(
            move.server_id, vm_state=self._was.pop(move.server_id, 'active')
        )

    def _land(
        self,
        move: records.Migration,
        server: records.Server,
        **changes: typing.Any,
    ) -> None:
        """Let a guest be on its destination, with its ports."""
        self._machines.change(
            server.id,
            host=move.destination,
            node=move.destination_node,
            **changes,
        )
        having = self._world.ports.having('device', server.id)
        for number, port in list(having):
            self._world.ports.put(
                number,
                dataclasses.replace(
                    port,
                    host=move.destination or '',
                    revision=port.revision + 1,
                    updated_at=self._world.clock.now(),
                ),
            )

    def _return(self, number: int, server: records.Server) -> None:
        """Give a guest back what it had on its source."""
        move = self._move(number)
        before = self._stock.consumer(move.uuid)
        self._stock.release(server.id)
        self._stock.release(move.uuid)
        if before is not None:
            self._stock.allocate(
                [dataclasses.replace(before, uuid=server.id, type='INSTANCE')]
            )
        self._machines.change(server.id, task_state=None)

    def _status(self, number: int, status: str, **changes: typing.Any) -> None:
        changed = dataclasses.replace(
            self._move(number),
            status=status,
            updated_at=self._world.clock.now(),
            **changes,
        )
        self._world.migrations.put(number, changed)

    def _number(self, server_id: str, status: str) -> int | None:
        for number, move in self._world.migrations.having('server', server_id):
            if move.status == status:
                return number
        return None

    def _move(self, number: int) -> records.Migration:
        found = self._world.migrations.get(number)
        assert found is not None
        return found

    def _server(self, move: records.Migration) -> records.Server:
        found = self._world.servers.find('id', move.server_id)
        assert found is not None
        return found[1]
