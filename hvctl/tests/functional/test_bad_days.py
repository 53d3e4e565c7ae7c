# SPDX-License-Identifier: Apache-2.0
"""Clouds in which something is down, slow, cut short or swept away."""

from __future__ import annotations

import functools
import signal
import threading

from hvctl.model import identity
from hvctl.tests.functional import base
from hvctl.tests.functional import draining
from hvctl.tests.functional import facts
from hvctl.tests.functional import faults
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell
from hvctl_lab.services import ironic
from hvctl_lab.services import neutron

#: The zone of the aggregate that the profile ``tested`` asks for.
PROVEN_ZONE = 'ephemeral'

#: Seconds that a run gets while nothing answers, and those it may take more
#: until it has ended: the start of ``openstack`` is in them.
_TIMEOUT = 10
_MARGIN = 15

_ASKS = recorder.matching(
    'GET', 'compute', r'/servers/detail\?.*', answered=False
)
_SEES_SERVERS = recorder.matching(
    'GET', 'compute', r'/servers/detail\?.*', answered=True
)


class Looks:
    """Counts the lists of servers that a command has read."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, request: recorder.Request) -> bool:
        self.count += _SEES_SERVERS(request)
        return False

    def wait_for(self, more: int) -> None:
        """Wait until some more have been read."""
        until = self.count + more
        facts.wait(lambda: self.count >= until, f'{more} more looks')


class TestDown(draining.DrainTestCase):
    """Services that do not answer."""

    def test_ironic_stopped(self) -> None:
        """What needs no Ironic works without it, and says what it lacks."""
        guest = self.guest()
        with faults.stopped(ironic.PROGRAM):
            listed = self.succeed(shell.ephemeral('list'))
            shown = self.succeed(shell.ephemeral('show', self.source))
            drained = self.succeed(shell.ephemeral('drain', self.source))
        self.assertIn(self.source, self.rows(listed))
        self.assertEqual('enabled', shown.json()['phase'])
        for result in (listed, shown):
            self.assertIn('Ironic', result.stderr)
        self.assertEqual('moved', self.moves(drained)[guest]['Result'])
        self.assertEqual(self.target, guests.host(guest))

    def test_neutron_frozen(self) -> None:
        """A service that never answers holds no command for longer."""
        with faults.frozen(neutron.PROGRAM):
            timed = shell.ephemeral(
                'drain', self.source, '--timeout', str(_TIMEOUT)
            )
            result = timed.result(_TIMEOUT + _MARGIN)
            self.fail_with(result, f'not answered within {_TIMEOUT} s')
            asked = threading.Event()
            through = recorder.Recorder(functools.partial(self.note, asked))
            self.addCleanup(through.close)
            stopped = shell.ephemeral(
                'drain', self.source, environment=through.environment
            )
            self.assertTrue(asked.wait(_TIMEOUT + _MARGIN))
            stopped.interrupt()
            result = stopped.result(_MARGIN)
        # As a shell sees it, both are 130.
        self.assertIn(result.status, (130, -signal.SIGINT), result)
        self.assertNotIn('Traceback', result.stderr)

    @staticmethod
    def note(asked: threading.Event, request: recorder.Request) -> bool:
        """Say that the servers are asked for."""
        if _ASKS(request):
            asked.set()
        return False


class TestSilentCell(base.FunctionalTestCase):
    """Nova leaves out what a cell does not tell, and answers with 200."""

    def test_delete(self) -> None:
        """Nothing is removed because its server is in no list."""
        (name,) = hypervisors.enabled(1)
        (server_id,) = facts.ours(name)['servers']
        looks = Looks()
        through = recorder.Recorder(looks)
        self.addCleanup(through.close)
        with faults.silent_cell('instances', 'services'):
            delete = shell.ephemeral(
                'delete', name, environment=through.environment
            )
            looks.wait_for(3)
            removed = [r.kind for r in through.changes if r.method == 'DELETE']
            self.assertEqual([], removed)
        self.succeed(delete)
        hypervisors.forget(name)
        self.assert_nothing_left(name, server_id)

    def test_create(self) -> None:
        """A server that no list has is still waited for."""
        name = hypervisors.name('cell')
        hypervisors.make_room(1)
        looks = Looks()
        through = recorder.Recorder(looks)
        self.addCleanup(through.close)
        self.addCleanup(hypervisors.delete, name)
        create = shell.ephemeral(
            'create',
            name,
            *shell.recipe(),
            *('--on-failure', 'delete'),
            environment=through.environment,
        )
        # Nova itself writes to these tables until the machine is deployed.
        facts.wait(
            lambda: f'{name} is booting' in create.stderr(), 'it to boot'
        )
        with faults.silent_cell('instances'):
            looks.wait_for(3)
        self.succeed(create)
        self.assert_enabled(name)
        self.assert_one_of_each(name)


class TestSwept(base.FunctionalTestCase):
    """Operators sweep Placement from cron, and the holds with the rest."""

    def test_hold(self) -> None:
        """A host that has lost its hold is closed, proven and then opened."""
        name = hypervisors.name('swept')
        hypervisors.make_room(1)
        self.addCleanup(hypervisors.delete, name)
        made = recorder.matching('POST', 'compute', '/servers', answered=True)

        def judge(request: recorder.Request) -> bool:
            if made(request) and not swept:
                swept.append(faults.audit())
            return False

        swept: list[str] = []
        through = recorder.Recorder(judge)
        self.addCleanup(through.close)
        create = self.succeed(
            shell.ephemeral(
                'create',
                name,
                *('--profile', 'tested'),
                environment=through.environment,
            )
        )
        self.assertEqual(1, len(swept))
        self.assertEqual('done', create.json()[0]['Result'])
        self.assert_enabled(name)
        (server,) = [s for s in facts.servers() if s['name'] == name]
        self.assertIn(identity.ENABLED_KEY, server['metadata'])
        service = facts.service(name)
        assert service is not None
        self.assertEqual(PROVEN_ZONE, service['zone'])
        # The machine's server and that of the health test.
        kinds = [request.kind for request in through.changes]
        self.assertEqual(2, kinds.count('POST compute /v2.1/servers'), kinds)
