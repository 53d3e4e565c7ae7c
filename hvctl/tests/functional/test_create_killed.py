# SPDX-License-Identifier: Apache-2.0
"""A create that is killed anywhere is taken up by the next one."""

from __future__ import annotations

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell


class TestCreateKilled(base.FunctionalTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.name = hypervisors.name('killed')
        hypervisors.make_room(1)

    def kill(self, moment: recorder.Judge) -> dict[str, int]:
        """Start a create, and kill it at a certain request.

        :param moment: recognises the request
        :returns: how many things of each kind there are then
        """
        self.kill_at(moment, 'create', self.name, *shell.recipe())
        return {kind: len(ids) for kind, ids in facts.ours(self.name).items()}

    def test_again_and_again(self) -> None:
        """Killed after each thing it makes, create makes nothing twice."""
        sees = recorder.matching
        # The answers to what was made are lost.
        made = self.kill(
            sees('POST', 'placement', '/resource_providers', answered=True)
        )
        self.assertEqual({'providers': 1, 'ports': 0, 'servers': 0}, made)
        provider = facts.ours(self.name)['providers']
        made = self.kill(
            sees('PUT', 'placement', '/allocations/[^/]+', answered=True)
        )
        self.assertEqual({'providers': 1, 'ports': 0, 'servers': 0}, made)
        made = self.kill(sees('POST', 'network', '/ports', answered=True))
        self.assertEqual({'providers': 1, 'ports': 1, 'servers': 0}, made)
        made = self.kill(sees('POST', 'compute', '/servers', answered=True))
        self.assertEqual({'providers': 1, 'ports': 1, 'servers': 1}, made)
        before = facts.ours(self.name)
        # The machine goes on with nobody looking.
        self.kill(self.booting)
        self.assertIsNone(facts.service(self.name))
        # Everything is good, but guests are not let in.
        self.kill(
            sees('DELETE', 'placement', '/allocations/[^/]+', answered=False)
        )
        self.assert_enabled(self.name)
        self.assertEqual(1, len(facts.consumers(provider[0])))
        shown = self.succeed(shell.ephemeral('show', self.name)).json()
        self.assertEqual('ready', shown['phase'])
        self.assertIs(True, shown['held'])

        last = self.succeed(
            shell.ephemeral('create', self.name, *shell.recipe())
        )

        self.assertEqual('done', last.json()[0]['Result'])
        self.assert_enabled(self.name)
        self.assert_one_of_each(self.name)
        self.assertEqual(before, facts.ours(self.name))
        self.assertEqual(provider, before['providers'])
        self.assertEqual(set(), facts.consumers(provider[0]))
        hypervisors.share(self.name)

    def booting(self, request: recorder.Request) -> bool:
        """Recognise the first look after the machine was deployed."""
        if request.service != 'baremetal' or 'nodes' not in request.path:
            return False
        (server_id,) = facts.ours(self.name)['servers']
        return bool(facts.server(server_id)['status'] == 'ACTIVE')
