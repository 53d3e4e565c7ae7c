# SPDX-License-Identifier: Apache-2.0
"""A simulated cloud as the loop has it: by looks and steps.

The real client takes the looks and runs the steps.  Tests see them, and may
let some fail before or after they came to the cloud.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import os
import typing
from unittest import mock

from openstack import connection

from hvctl import workers
from hvctl.cloud import clients
from hvctl.model.results import Done, Replied
from hvctl.model.snapshot import Scope, Snapshot
from hvctl.model.steps import DeleteService, PingTestGuest, Step
from hvctl.run import loop
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import failures
from hvctl.tests.fixtures import recorded
from hvctl.tests.simulation import clock
from hvctl.tests.simulation import inline
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import pace
from hvctl.tests.simulation import population
from hvctl.tests.simulation import records
from hvctl.tests.simulation import remembered
from hvctl.tests.simulation import scheduler
from hvctl.tests.simulation import told
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
    refresh=20,
)
#: Of moves that are neither over nor wait for somebody.
_GOING = (
    'accepted',
    'queued',
    'running',
    'pre-migrating',
    'migrating',
)

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


class Stepped(recorded.Recorded, told.Told):
    """The cloud, and a client of it.

    Its time is that of the loop's clock, whenever it is asked.

    :ivar most: how many moves of guests were under way at once
    """

    def __init__(self, time: clocks.FakeClock) -> None:
        recorded.Recorded.__init__(self, time)
        told.Told.__init__(self, size=_SIZE, pace_=_PACE)
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
        done = (
            self._ping(step)
            if isinstance(step, PingTestGuest)
            else self._client.act(step)
        )
        if done.changed:
            self.changes.append(step)
            going = [m for m in self.migrations() if m.status in _GOING]
            self.most = max(self.most, len(going))
            if zombie is not None and zombie.silent_since is None:
                self.zombies.append(zombie.host)
        return done

    def _ping(self, step: PingTestGuest) -> Done:
        """Reach a guest, whose network has no way to this machine."""
        guest = self.server(step.server_id)
        there = guest is not None and self.machines.answers(guest)
        return Done(changed=False, answer=Replied() if there else None)

    # When things happen

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


class Unreliable(failures.Trouble, Stepped):
    """Some requests fail."""


class Outage(failures.Outage, Stepped):
    """Some steps are refused for a while."""


class Mortal(failures.Mortality, Stepped):
    """Kills whoever uses it after some steps."""


if typing.TYPE_CHECKING:
    #: The loop cannot tell it from a real one, and mypy checks that.
    _CLOUD: loop.Cloud = Stepped(clocks.FakeClock())
