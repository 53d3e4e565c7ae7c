# SPDX-License-Identifier: Apache-2.0
"""Draining several hypervisors at once."""

from __future__ import annotations

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell


class TestTwoAtOnce(base.FunctionalTestCase):
    def test_anti_affinity(self) -> None:
        """Two are emptied together, and twins do not meet."""
        *sources, third, fourth = hypervisors.enabled(4)
        # The tests that come need nodes.
        self.addCleanup(hypervisors.delete, *sources)
        group = facts.connection().compute.create_server_group(
            name='twins', policy='anti-affinity'
        )
        self.addCleanup(
            facts.connection().compute.delete_server_group, group.id
        )
        hosts = (*sources, third, fourth)
        alone = base.only(*hosts)
        alone.__enter__()
        self.addCleanup(alone.__exit__, None, None, None)
        twins = [self.boot(host=host, group=group.id) for host in sources]
        others = [self.boot(host=host) for host in sources for _ in range(2)]
        for guest in (*twins, *others):
            guests.wait(guest, 'ACTIVE')

        drained = self.succeed(shell.ephemeral('drain', *sources))

        self.assertEqual(
            {(guest, 'moved') for guest in (*twins, *others)},
            {(row['Guest ID'], row['Result']) for row in drained.json()},
        )
        self.assertEqual(
            {third, fourth}, {guests.host(guest) for guest in twins}
        )
        for guest in others:
            self.assertIn(guests.host(guest), (third, fourth))
