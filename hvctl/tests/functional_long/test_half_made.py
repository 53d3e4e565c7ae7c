# SPDX-License-Identifier: Apache-2.0
"""Deleting what a killed create has left."""

from __future__ import annotations

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell


class TestHalfMade(base.FunctionalTestCase):
    def killed(self, purpose: str, path: str, service: str) -> str:
        """Kill a create after it has made something.

        :returns: the hypervisor's name
        """
        name = hypervisors.name(purpose)
        made = recorder.matching('POST', service, path, answered=True)
        self.kill_at(made, 'create', name, *shell.recipe())
        return name

    def test_half_made(self) -> None:
        """What a killed create has left is shown by list, and goes."""
        hypervisors.make_room(1)
        names = [
            self.killed('half1', '/resource_providers', 'placement'),
            self.killed('half2', '/ports', 'network'),
            self.killed('half3', '/servers', 'compute'),
        ]
        listed = self.rows(self.succeed(shell.ephemeral('list')))
        self.assertEqual(
            ['orphaned', 'orphaned', 'building'],
            [listed[name]['Phase'] for name in names],
        )
        shown = self.succeed(shell.ephemeral('show', names[1])).json()
        self.assertEqual(2, len(shown['left']), shown)
        ids = [i for name in names for i in facts.ours(name)['servers']]

        deleted = self.succeed(shell.ephemeral('delete', *names))

        self.assertEqual(
            dict.fromkeys(names, 'done'),
            {row['Name']: row['Result'] for row in deleted.json()},
        )
        self.assert_nothing_left(*names, *ids)
        again = self.succeed(shell.ephemeral('delete', *names))
        self.assertEqual(
            dict.fromkeys(names, 'unchanged'),
            {row['Name']: row['Result'] for row in again.json()},
        )
        hypervisors.forget(*names)
