# SPDX-License-Identifier: Apache-2.0
"""Tests of what changes between a look and the step that follows from it."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses

from hvctl.model import identity
from hvctl.model.codes import OutcomeCode
from hvctl.model.results import Done
from hvctl.model.steps import (
    DeleteAgent,
    DeletePort,
    DeleteProvider,
    DeleteServer,
    DeleteService,
    Step,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.simulation import stepping
from hvctl.tests.unit.run import simulated

TENANT = builders.an_id('tenant')


class Meddled(stepping.Stepped):
    """Somebody does something just before a step.

    :ivar before: what, before the first step of a kind
    """

    def __init__(self, clock: clocks.FakeClock) -> None:
        super().__init__(clock)
        self.before: dict[type[Step], Callable[[], None]] = {}

    def act(self, step: Step) -> Done:
        """Run one step, after whatever somebody does."""
        with self.lock:
            self.before.pop(type(step), lambda: None)()
            return super().act(step)


class TestMeddling(simulated.TestCase):
    """Nothing is removed that is not as the look has seen it."""

    kind = Meddled

    def port_taken(self) -> None:
        """Let a tenant's server have the machine's port."""
        guest = self.cloud.add_guest('web', self.cloud.other)
        table = self.cloud.world.ports
        ((number, port),) = table.having('name', 'hv1')
        table.put(
            number,
            dataclasses.replace(
                port, device_id=guest.id, revision=port.revision + 1
            ),
        )

    def server_taken(self) -> None:
        """Let somebody keep the machine for themselves."""
        (server,) = self.cloud.ours('hv1')
        self.cloud.change_server(server.id, name='mine')

    def switched_on(self) -> None:
        """Let the machine report once more."""
        self.cloud.change_service('hv1', silent_since=None)

    def agent_alive(self) -> None:
        """Let its network agent report once more."""
        table = self.cloud.world.agents
        ((number, agent),) = table.having('host', 'hv1')
        table.put(number, dataclasses.replace(agent, silent_since=None))

    def allocated(self) -> None:
        """Let a guest get an allocation there."""
        self.cloud.use(TENANT, builders.a_compute_id(), VCPU=1)

    def test_stays(self) -> None:
        """It is as somebody has left it, and the next look tells why."""
        for kind, meddle, code in (
            (DeleteServer, self.server_taken, OutcomeCode.PORT_TAKEN),
            (DeletePort, self.port_taken, OutcomeCode.PORT_TAKEN),
            (DeleteService, self.switched_on, OutcomeCode.STILL_REPORTING),
            (DeleteAgent, self.agent_alive, OutcomeCode.AGENTS_STILL_ALIVE),
        ):
            with self.subTest(kind=kind.__name__):
                self.start()
                self.create('hv1')
                self.cloud.changes.clear()
                self.cloud.before[kind] = meddle

                result = self.delete('hv1', timeout=1000)

                self.assertFalse(result.ok)
                self.assertEqual(code, self.code(result))
                self.assertNotIn(kind.__name__, self.kinds())

    def test_hold_stays(self) -> None:
        """A provider that is in use again keeps its hold, too."""
        self.create('hv1', wait=False)
        self.cloud.pass_time(4.2)
        self.cloud.before[DeleteProvider] = self.allocated

        result = self.delete('hv1')

        self.assertEqual(OutcomeCode.OCCUPIED, self.code(result))
        self.assertEqual(
            {identity.hold_id(builders.a_compute_id()), TENANT},
            {*self.users()},
        )
