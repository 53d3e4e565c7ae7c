# SPDX-License-Identifier: Apache-2.0
"""A create that is killed anywhere is taken up by the next one."""

from __future__ import annotations

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell


class Killed:
    """A create that ends with SIGKILL at a certain request."""

    def __init__(self, purpose: str, moment: recorder.Judge) -> None:
        """Start it.

        :param purpose: a part of the hypervisor's name
        :param moment: recognises the request
        """
        self.name = hypervisors.name(purpose)
        self._moment = moment
        self._recorder = recorder.Recorder(self._judge)
        self.running = shell.ephemeral(
            'create',
            self.name,
            *shell.recipe(),
            environment=self._recorder.environment,
        )

    def _judge(self, request: recorder.Request) -> bool:
        if not self._moment(request):
            return False
        self.running.kill()
        return True

    def result(self) -> shell.Result:
        """Wait for its end."""
        try:
            return self.running.result()
        finally:
            self._recorder.close()


class TestCreateKilled(base.FunctionalTestCase):
    def test_killed_anywhere(self) -> None:
        sees = recorder.matching
        all_of_them = [
            # The answer to what was made is lost.
            Killed(
                'provider',
                sees(
                    'POST', 'placement', '/resource_providers', answered=True
                ),
            ),
            Killed('port', sees('POST', 'network', '/ports', answered=True)),
            Killed(
                'server', sees('POST', 'compute', '/servers', answered=True)
            ),
            # The machine goes on with nobody looking.
            Killed('boot', self._booting),
            # Everything is good, but guests are not let in.
            Killed(
                'lift',
                sees(
                    'DELETE', 'placement', '/allocations/[^/]+', answered=False
                ),
            ),
        ]
        for killed in all_of_them:
            self.ends(killed.result(), -9)
        names = [killed.name for killed in all_of_them]
        before = {name: facts.ours(name) for name in names}
        self.assertEqual(
            [(0, 0, 1), (0, 1, 1), (1, 1, 1), (1, 1, 1), (1, 1, 1)],
            [
                tuple(len(before[name][kind]) for kind in before[name])
                for name in names
            ],
        )

        again = self.succeed(
            shell.ephemeral('create', *names, *shell.recipe())
        )

        self.assertEqual(
            dict.fromkeys(names, 'done'),
            {row['Name']: row['Result'] for row in again.json()},
        )
        self.assert_enabled(*names)
        for name in names:
            self.assert_one_of_each(name)
            # What was made before is what is used.
            for kind, ids in facts.ours(name).items():
                self.assertLessEqual(set(before[name][kind]), set(ids), name)
            (provider,) = facts.ours(name)['providers']
            self.assertEqual(set(), facts.consumers(provider))
        hypervisors.share(*names)

    @staticmethod
    def _booting(request: recorder.Request) -> bool:
        """Recognise the first look after the machine was switched on."""
        if request.service != 'baremetal' or 'nodes' not in request.path:
            return False
        return any(
            server['status'] == 'ACTIVE' and '-boot-' in server['name']
            for server in facts.servers()
        )
