# SPDX-License-Identifier: Apache-2.0
"""What becomes of migrations on the clock."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import typing

from hvctl.tests.simulation import fates
from hvctl.tests.simulation import machines
from hvctl.tests.simulation import records
from hvctl.tests.simulation import scheduler
from hvctl.tests.simulation import service
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world

_FAILING = frozenset({fates.End.FAILS, fates.End.BREAKS, fates.End.HANGS})


class Wish(typing.NamedTuple):
    """What is asked for.

    :ivar who: asks for it
    :ivar host: where to; None for wherever there is room
    :ivar request_id: of the request; empty where nothing tells of it
    """

    who: service.Token
    host: str | None = None
    request_id: str = ''


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
        self._wishes: dict[int, Wish] = {}
        # The state to which a resized guest goes back.
        self._was: dict[str, str] = {}

    def live(self, server: records.Server, wish: Wish) -> None:
        """Begin a live migration."""
        self._machines.change(server.id, task_state='migrating')
        self._begin(server, 'live-migration', wish, self._queue)

    def cold(
        self, server: records.Server, wish: Wish, kind: str = 'migration'
    ) -> None:
        """Begin a cold migration.

        :param kind: a resize is one as well
        """
        self._machines.change(server.id, task_state='resize_prep')
        self._begin(server, kind, wish, self._resize)

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
        self._land_live(number)

    def copy(self) -> None:
        """Let the source tell that each live migration goes on."""
        for number, move in list(self._world.migrations.rising()):
            if move.status == 'running':
                self._status(number, 'running')

    def running(self, server_id: str, number: int) -> records.Migration | None:
        """Return a migration of a server that is under way."""
        found = self._world.migrations.get(number)
        if found is None or found.server_id != server_id:
            return None
        return found

    def _begin(
        self,
        server: records.Server,
        kind: str,
        wish: Wish,
        then: Callable[[int], None],
    ) -> None:
        end = self._end(server.id)
        if end is fates.End.LOST:
            self._machines.change(server.id, task_state=None)
        if end in (fates.End.LOST, fates.End.UNRECORDED):
            return
        number = self._record(server, kind, wish.who)
        self._wishes[number] = wish
        self._later(
            self._world.pace.scheduled,
            number,
            lambda: self._depart(number, wish.host, then),
        )

    def _end(self, server_id: str) -> fates.End | None:
        """Return how the moves of a guest are to end; None for well."""
        fate = self._world.fates.get(server_id)
        return fate.end if fate else None

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
            move = self._world.migrations.get(number)
            # Its record goes with a guest that is deleted.
            if move is None or move.status in ('cancelled', 'error'):
                return
            if self._world.servers.find('id', move.server_id):
                call()

        self._world.clock.after(seconds, due)

    def _depart(
        self,
        number: int,
        host: str | None,
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
        node = None
        if self._end(server.id) is not fates.End.NO_HOST:
            node = self._scheduler.place(server, host, move.source)
        if node is None:
            self._fail(number, fates.NO_HOST)
            return
        self._status(
            number,
            'queued' if move.type == 'live-migration' else 'migrating',
            destination=node.host,
            destination_node=node.hostname,
        )
        then(number)

    def _fail(self, number: int, why: str | None) -> None:
        """Leave a guest where it is, as it was.

        The guest is so before the record says it (nova/compute/manager.py,
        _rollback_live_migration).
        """
        move = self._move(number)
        self._return(number, self._server(move))
        self._status(number, 'error')
        if why is not None:
            self._explain(move.server_id, number, why)

    def _fails(self, number: int) -> bool:
        """Let a move fail that is to fail; return whether it does."""
        move = self._move(number)
        fate = self._world.fates.get(move.server_id)
        if fate is None or fate.end not in _FAILING:
            return False
        if fate.end is fates.End.HANGS:
            return True
        self._fail(number, fate.why)
        if fate.end is fates.End.BREAKS:
            self._machines.change(move.server_id, vm_state='error')
        return True

    def _explain(self, server_id: str, number: int, why: str) -> None:
        wish = self._wishes[number]
        key = server_id, wish.request_id
        if key not in self._world.actions:
            return
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
        if self._move(number).status == 'running' and not self._fails(number):
            self._land_live(number)

    def _land_live(self, number: int) -> None:
        move = self._move(number)
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
        if self._fails(number):
            return
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
