# SPDX-License-Identifier: Apache-2.0
"""Deleting what is half made, and what somebody wants twice."""

from __future__ import annotations

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell


class TestDelete(base.FunctionalTestCase):
    def test_killed_while_the_machine_goes(self) -> None:
        """Killed while the machine stops, delete goes on when typed again."""
        (name,) = hypervisors.enabled(1)
        (server_id,) = facts.ours(name)['servers']
        node = facts.node_of(server_id)
        deleting = recorder.matching(
            'DELETE', 'compute', '/servers/[^/]+', answered=True
        )
        self.kill_at(deleting, 'delete', name)
        # While the first is at work a second one may be, too.
        both = [shell.ephemeral('delete', name) for _ in range(2)]
        for each in both:
            self.succeed(each)
        self.assert_nothing_left(name, server_id)
        self.assertFalse(facts.machine_runs(node['name']))
        hypervisors.forget(name)

    def test_drained_first(self) -> None:
        """With --drain guests live on elsewhere, and the host goes."""
        source, target = hypervisors.enabled(2)
        (server_id,) = facts.ours(source)['servers']
        guest = self.boot(host=source)
        guests.wait(guest, 'ACTIVE')

        refused = shell.ephemeral('delete', source).result()
        deleted = shell.ephemeral('delete', source, '--drain', '--to', target)

        self.assertEqual(1, refused.status, refused)
        self.assertEqual('occupied', self.rows(refused)[source]['Code'])
        self.assertEqual(
            'done', self.rows(self.succeed(deleted))[source]['Result']
        )
        found = facts.server(guest)
        self.assertEqual(
            ('ACTIVE', target),
            (found['status'], found['OS-EXT-SRV-ATTR:host']),
        )
        self.assert_nothing_left(source, server_id)
        hypervisors.forget(source)
