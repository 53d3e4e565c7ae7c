# SPDX-License-Identifier: Apache-2.0
"""Create twice, in two halves, twice at once; and what it costs."""

from __future__ import annotations

import collections

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell

#: Provider, inventory, hold, port, server, enable, lift, and one.
MOST_CHANGES = 8

#: What a whole look reads of each hypervisor.
OF_EACH = (
    'GET compute /v2.1/os-hypervisors/ID',
    'GET placement /resource_providers/ID/allocations',
    'GET placement /resource_providers/ID/traits',
)


class TestCreateAgain(base.FunctionalTestCase):
    def recorded(self) -> recorder.Recorder:
        through = recorder.Recorder()
        self.addCleanup(through.close)
        return through

    def test_enabled_already(self) -> None:
        """A name that is enabled is left as it is, with GET requests only."""
        (name,) = hypervisors.enabled(1)
        before = facts.ours(name)
        through = self.recorded()
        again = self.succeed(
            shell.ephemeral(
                'create',
                name,
                *shell.recipe(),
                environment=through.environment,
            )
        )
        self.assertEqual([], through.changes)
        (row,) = again.json()
        self.assertEqual(
            ('unchanged', 'enabled', 'already-enabled'),
            (row['Result'], row['Phase'], row['Code']),
        )
        self.assertEqual(before, facts.ours(name))

    def test_cost_and_halves_and_two_at_once(self) -> None:
        """Four ways to make hypervisors, side by side to save time."""
        one = [hypervisors.name('one')]
        three = [hypervisors.name(f'three{n}') for n in range(3)]
        one_through, three_through = self.recorded(), self.recorded()
        dry = shell.ephemeral(
            'create',
            *one,
            *shell.recipe(),
            '--dry-run',
            environment=one_through.environment,
        )
        self.assertIn(
            'create the server',
            [row['What'] for row in self.succeed(dry).json()],
        )
        self.assertEqual([], one_through.changes)
        one_through.requests.clear()

        first = shell.ephemeral(
            'create',
            *one,
            *shell.recipe(),
            environment=one_through.environment,
        )
        rival = shell.ephemeral('create', *one, *shell.recipe())
        begun = shell.ephemeral(
            'create',
            *three,
            *shell.recipe(),
            '--no-wait',
            environment=three_through.environment,
        )
        (half, *_) = self.succeed(begun).json()
        self.assertIn(half['Phase'], ('building', 'booting'))
        self.assertIsNone(facts.service(three[0]))
        self.succeed(
            shell.ephemeral(
                'create',
                *three,
                *shell.recipe(),
                environment=three_through.environment,
            )
        )
        self.succeed(first)
        self.succeed(rival)
        self.assert_enabled(*one, *three)
        for name in (*one, *three):
            self.assert_one_of_each(name)

        changes = [request.kind for request in three_through.changes]
        self.assertLessEqual(len(changes), MOST_CHANGES * 3, changes)
        changes = [request.kind for request in one_through.changes]
        # The rival may have been faster each time, or slower.
        self.assertLessEqual(len(changes), MOST_CHANGES, changes)
        self.assert_cheap_looks(one_through, len(one))
        self.assert_cheap_looks(three_through, len(three))
        hypervisors.share(*one)
        deleted = self.succeed(hypervisors.delete(*three))
        self.assertEqual(
            {(name, 'done') for name in three},
            {(row['Name'], row['Result']) for row in deleted.json()},
        )
        self.assert_nothing_left(*three)

    def assert_cheap_looks(
        self, through: recorder.Recorder, names: int
    ) -> None:
        """See that no look reads what other hosts have.

        :param names: how many hypervisors were asked for
        """
        asked = [
            request
            for request in through.requests
            # A second page says that the first one had all.
            if not request.changes and 'marker=' not in request.path
        ]
        for request in asked:
            if request.kind.startswith('GET compute /v2.1/os-hypervisors'):
                self.assertRegex(request.path, 'pattern=|os-hypervisors/[^d]')
        counts = collections.Counter(request.kind for request in asked)
        # Each whole look reads the ports of all names in one list.
        looks = counts['GET network /v2.0/ports'] + 1
        self.assertGreater(looks, 3, counts)
        for kind in OF_EACH:
            self.assertLessEqual(1, counts[kind], counts)
            self.assertLessEqual(counts[kind], looks * names, counts)
        # While machines are deployed a look reads their servers and nodes.
        looks = counts['GET compute /v2.1/servers/detail']
        nodes = counts['GET baremetal /v1/nodes/ID']
        self.assertLessEqual(1, nodes, counts)
        self.assertLessEqual(nodes, looks * names, counts)
