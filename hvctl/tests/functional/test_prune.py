# SPDX-License-Identifier: Apache-2.0
"""Expired hypervisors go, and nothing else does."""

from __future__ import annotations

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell

_PAST = 'hvctl:expires_at=2001-01-01T00:00:00+00:00'


class TestPrune(base.FunctionalTestCase):
    def test_expired(self) -> None:
        """One goes, its guest lives on; what is protected stays."""
        source, target = hypervisors.enabled(2)
        (server_id,) = facts.ours(source)['servers']
        (stays,) = facts.ours(target)['servers']
        guest = self.boot(host=source)
        guests.wait(guest, 'ACTIVE')
        self.succeed(
            shell.ephemeral('set', target, '--protected', '--reason', 'mine')
        )
        self.addCleanup(
            lambda: shell.ephemeral('unset', target, '--protected').result()
        )
        # As a look-alike, a guest of the project has the metadata, too.
        for each in (server_id, stays, guest):
            self.succeed(
                shell.openstack('server', 'set', each, *('--property', _PAST))
            )

        planned = self.succeed(shell.ephemeral('prune', '--dry-run'))
        self.assertEqual('stays', self.rows(planned)[target]['Result'])
        self.assert_enabled(source, target)

        pruned = self.succeed(shell.ephemeral('prune'))

        self.assertEqual('done', self.rows(pruned)[source]['Result'])
        self.assertEqual([source], list(self.rows(pruned)))
        self.assertIn(f'To be deleted: {source}', pruned.stderr)
        found = facts.server(guest)
        self.assertEqual('ACTIVE', found['status'])
        self.assertNotEqual(source, guests.host(guest))
        self.assert_nothing_left(source, server_id)
        self.assert_enabled(target)
        hypervisors.forget(source)
        again = self.succeed(shell.ephemeral('prune'))
        self.assertEqual([], again.json())
