# SPDX-License-Identifier: Apache-2.0
"""A profile has as many hypervisors as are wanted."""

from __future__ import annotations

from hvctl.model import identity
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import profiles
from hvctl.tests.functional import shell


class TestScale(profiles.ProfilesTestCase):
    def test_up_and_down(self) -> None:
        """Two at once from none to three, then to one; guests live on."""
        hypervisors.make_room(3)
        environment = self.profiles(scaled={})
        form = hypervisors.name('scaled') + 'x%d'
        names = [form.replace('%d', str(number)) for number in (1, 2, 3)]
        self.addCleanup(hypervisors.delete, *names)

        def scale(to: int, *words: str) -> shell.Running:
            return shell.ephemeral(
                *('scale', 'scaled', '--to', str(to), *words),
                environment=environment,
            )

        planned = self.succeed(scale(3, '--name-format', form, '--dry-run'))
        self.assertEqual({'', *names}, self.rows(planned).keys())
        self.assert_nothing_left(*names)

        both = [scale(3, '--name-format', form) for _ in range(2)]
        for made in map(self.succeed, both):
            self.assertEqual({*names}, self.rows(made).keys())
        self.assert_enabled(*names)
        self.assertEqual(
            sorted(names),
            sorted(
                server['name']
                for server in facts.servers()
                if server['metadata'].get(identity.PROFILE_KEY) == 'scaled'
            ),
        )
        self.assertEqual([], self.succeed(scale(3)).json())

        there = [self.boot(host=host) for host in names[:2]]
        for guest in there:
            guests.wait(guest, 'ACTIVE')
        down = self.succeed(scale(1))

        self.assertIn(f'To be deleted: {names[2]}', down.stderr)
        gone = self.rows(down).keys()
        self.assertEqual(2, len(gone))
        self.assertIn(names[2], gone)
        self.assert_nothing_left(*gone)
        (left,) = {*names} - gone
        self.assert_enabled(left)
        for guest in there:
            self.assertEqual('ACTIVE', facts.server(guest)['status'])
        # What else there is may have taken the one that had to leave.
        self.assertTrue(any(guests.host(each) == left for each in there))
        guests.delete(*there)

        self.succeed(scale(0))
        self.assert_nothing_left(*names)
