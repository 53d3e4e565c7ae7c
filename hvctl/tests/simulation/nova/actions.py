# SPDX-License-Identifier: Apache-2.0
"""What Nova is asked to do with a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
import typing

from hvctl.tests.simulation import fates
from hvctl.tests.simulation import machines
from hvctl.tests.simulation import moves
from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import shelving
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world
from hvctl.tests.simulation.nova import servers

#: In which vm_states each action is allowed (nova/compute/api.py,
#: check_instance_state).
_STATES: dict[str, frozenset[str]] = {
    'os-migrateLive': frozenset({'active', 'paused'}),
    'migrate': frozenset({'active', 'stopped'}),
    'confirmResize': frozenset({'resized'}),
    'shelve': frozenset({'active', 'paused', 'stopped', 'suspended'}),
    'shelveOffload': frozenset({'shelved'}),
}

#: What takes a guest off its host.
_AWAY = frozenset({'os-migrateLive', 'migrate', 'shelve', 'shelveOffload'})

#: What Nova calls them in instance actions (nova/compute/instance_actions.py).
_NAMES = {
    'os-migrateLive': 'live-migration',
    'migrate': 'migrate',
    'confirmResize': 'confirmResize',
    'forceDelete': 'delete',
    'shelve': 'shelve',
    'shelveOffload': 'shelveOffload',
}

_CONSOLE = 'booting\nwelcome\n'


class Actions:
    """Actions of servers, and of their live migrations."""

    def __init__(
        self,
        of: world.World,
        kept: stock.Stock,
        all_machines: machines.Machines,
        all_moves: moves.Moves,
    ) -> None:
        self.moves = all_moves
        self._shelving = shelving.Shelving(of, kept, all_machines)
        self._world = of
        self._machines = all_machines

    def routes(self) -> list[service.Route]:
        """Return the routes."""
        path = '/v2.1/servers/<id>'
        return [
            service.Route(
                method='POST',
                path=f'{path}/action',
                answer=self._act,
                role='member',
            ),
            service.Route(
                method='POST',
                path=f'{path}/migrations/<number>/action',
                answer=self._force,
                role='admin',
            ),
            service.Route(
                method='DELETE',
                path=f'{path}/migrations/<number>',
                answer=self._abort,
                role='admin',
            ),
        ]

    def _act(self, call: service.Call) -> service.Answer:
        _, server = servers.find(self._world, call)
        ((action, given),) = call.body().items()
        answer = {
            'os-migrateLive': self._live,
            'migrate': self._cold,
            'confirmResize': self._confirm,
            'forceDelete': self._delete,
            'shelve': self._shelve,
            'shelveOffload': self._offload,
            'os-getConsoleOutput': self._console,
        }.get(action)
        if answer is None:
            raise service.Refusal(
                501, f'The simulation does not know the action {action}.'
            )
        self._insist_on_state(server, action)
        return answer(call, server, given or {})

    def _live(
        self,
        call: service.Call,
        server: records.Server,
        given: Mapping[str, typing.Any],
    ) -> service.Answer:
        self._insist_on_role(call, 'os-migrate-server:migrate_live')
        return self._send(
            call, server, given, 'os-migrateLive', self.moves.live
        )

    def _cold(
        self,
        call: service.Call,
        server: records.Server,
        given: Mapping[str, typing.Any],
    ) -> service.Answer:
        self._insist_on_role(call, 'os-migrate-server:migrate')
        return self._send(call, server, given, 'migrate', self.moves.cold)

    def _send(
        self,
        call: service.Call,
        server: records.Server,
        given: Mapping[str, typing.Any],
        action: str,
        move: Callable[[records.Server, moves.Wish], None],
    ) -> service.Answer:
        """Send a server to the host that is asked for, or to any.

        :param move: begins it, given what is asked for
        """
        host = self._destination(server, given)
        self._note(call, server, action)
        move(
            server,
            moves.Wish(who=call.who, host=host, request_id=call.request_id),
        )
        return service.Answer(body=None, status=202)

    def _confirm(
        self,
        call: service.Call,
        server: records.Server,
        given: Mapping[str, typing.Any],
    ) -> service.Answer:
        self._note(call, server, 'confirmResize')
        self.moves.confirm(server)
        return service.Answer(body=None, status=204)

    def _shelve(
        self,
        call: service.Call,
        server: records.Server,
        given: Mapping[str, typing.Any],
    ) -> service.Answer:
        self._note(call, server, 'shelve')
        self._shelving.shelve(server)
        return service.Answer(body=None, status=202)

    def _offload(
        self,
        call: service.Call,
        server: records.Server,
        given: Mapping[str, typing.Any],
    ) -> service.Answer:
        self._insist_on_role(call, 'os-shelve:shelve_offload')
        self._note(call, server, 'shelveOffload')
        self._shelving.offload(server)
        return service.Answer(body=None, status=202)

    def _delete(
        self,
        call: service.Call,
        server: records.Server,
        given: Mapping[str, typing.Any],
    ) -> service.Answer:
        self._note(call, server, 'forceDelete')
        self._machines.end(server)
        return service.Answer(body=None, status=202)

    def _console(
        self,
        call: service.Call,
        server: records.Server,
        given: Mapping[str, typing.Any],
    ) -> service.Answer:
        if server.vm_state == 'building':
            raise service.Refusal(409, f'Instance {server.id} is not ready')
        if not self._machines.answers(server):
            return service.Answer(body={'output': ''})
        lines = _CONSOLE.split('\n')[-given['length'] :]
        return service.Answer(body={'output': '\n'.join(lines)})

    def _destination(
        self, server: records.Server, given: Mapping[str, typing.Any]
    ) -> str | None:
        """Return the host that is asked for.

        :raises Refusal: when it is not there, or that of the server
        """
        host = given.get('host')
        if host is None:
            return None
        if not any(
            of.mapped for _, of in self._world.services.having('host', host)
        ):
            raise service.Refusal(
                400, f'Compute host {host} could not be found.'
            )
        if host == server.host:
            raise service.Refusal(
                400,
                f'Unable to migrate instance ({server.id}) to current host '
                f'({host}).',
            )
        return str(host)

    def _force(self, call: service.Call) -> service.Answer:
        number, move, server = self._move(call)
        if move.status != 'running':
            raise service.Refusal(
                400,
                f'Migration {number + 1} of instance {server.id} is not '
                'running.',
            )
        self.moves.force(number)
        return service.Answer(body=None, status=202)

    def _abort(self, call: service.Call) -> service.Answer:
        number, move, server = self._move(call)
        if move.status not in ('queued', 'preparing', 'running'):
            raise service.Refusal(
                400,
                f'Migration {number + 1} state of instance {server.id} is '
                f'{move.status}. Cannot abort migration in this state.',
            )
        self.moves.abort(number, server)
        return service.Answer(body=None, status=202)

    def _move(
        self, call: service.Call
    ) -> tuple[int, records.Migration, records.Server]:
        _, server = servers.find(self._world, call)
        number = int(call.args['number']) - 1
        move = self.moves.running(server.id, number)
        if move is None:
            raise service.Refusal(
                404,
                f'Migration {number + 1} not found for instance {server.id}',
            )
        return number, move, server

    def _note(
        self, call: service.Call, server: records.Server, action: str
    ) -> None:
        self._world.actions[server.id, call.request_id] = records.Action(
            action=_NAMES[action],
            user_id=call.who.user_id,
            started_at=self._world.clock.now(),
        )

    def _insist_on_state(self, server: records.Server, action: str) -> None:
        wanted = _STATES.get(action)
        if wanted is None:
            return
        what = f"Cannot '{action}' instance {server.id} while it is in "
        if server.vm_state not in wanted:
            raise service.Refusal(409, f'{what}vm_state {server.vm_state}')
        if server.task_state is not None:
            raise service.Refusal(409, f'{what}task_state {server.task_state}')
        fate = self._world.fates.get(server.id)
        if fate and fate.end is fates.End.REFUSED and action in _AWAY:
            raise service.Refusal(
                409,
                f"Action '{_NAMES[action]}' on instance {server.id} is not "
                'supported for instances with shares attached.',
            )

    def _insist_on_role(self, call: service.Call, rule: str) -> None:
        if not call.who.may('admin'):
            raise service.Refusal(
                403,
                f"Policy doesn't allow os_compute_api:{rule} to be performed.",
            )
