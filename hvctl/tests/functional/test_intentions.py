# SPDX-License-Identifier: Apache-2.0
"""What is intended with hypervisors, and who heeds it."""

from __future__ import annotations

from hvctl.model import identity
from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell


class TestIntentions(base.FunctionalTestCase):
    def test_protected(self) -> None:
        """A protected one stays as it is until that is given up."""
        (name,) = hypervisors.enabled(1)
        (server_id,) = facts.ours(name)['servers']
        guest = self.boot(host=name)
        guests.wait(guest, 'ACTIVE')

        done = self.succeed(
            shell.ephemeral(
                *('set', name, '--protected', '--reason', 'new firmware'),
                *('--for', '1d', '--description', 'for A'),
            )
        )
        self.assertEqual('done', self.rows(done)[name]['Result'])
        shown = self.succeed(shell.ephemeral('show', name)).json()
        self.assertEqual(
            (True, 'new firmware', 'for A'),
            (
                shown['protected'],
                shown['protected_reason'],
                shown['description'],
            ),
        )
        self.assertTrue(shown['protected_by'])
        for verb in (('drain',), ('delete',), ('delete', '--drain')):
            self.fail_with(
                shell.ephemeral(*verb, name),
                f'{name} is protected by',
                f'unset --protected {name}',
            )
        self.assert_enabled(name)
        self.assertEqual(name, guests.host(guest))

        self.succeed(
            shell.ephemeral('unset', name, '--protected', '--description')
        )
        self.assertEqual(
            [],
            [
                key
                for key in facts.server(server_id)['metadata']
                if key.startswith(identity.PROTECTED_KEY.split('_')[0])
            ],
        )
