# SPDX-License-Identifier: Apache-2.0
"""What guests, their owners and the other hosts want, and what drain does."""

from __future__ import annotations

from hvctl.tests.functional import base
from hvctl.tests.functional import draining
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell


class TestWishes(draining.DrainTestCase):
    def test_what_is_in_the_way(self) -> None:
        """Each guest that cannot leave is named with what to type about it."""
        rescued = self.guest('rescue', 'RESCUE')
        broken = self.guest()
        guests.act(broken, 'os-resetState', state='error')
        locked = self.guest()
        guests.act(locked, 'lock')
        leaving = self.guest(lab_migration='slow:6')
        resized = self.guest()
        guests.act(resized, 'resize', flavorRef=guests.flavor('m1.small'))
        guests.wait(resized, 'VERIFY_RESIZE')
        # Another operator has begun to move one.
        guests.act(
            leaving, 'os-migrateLive', host=None, block_migration='auto'
        )

        planned = self.moves(
            self.fail_with(shell.ephemeral('drain', self.source))
        )

        self.assertEqual(
            {
                rescued: 'stayed',
                broken: 'stayed',
                locked: 'planned',
                leaving: 'moved',
                resized: 'stayed',
            },
            {guest: row['Result'] for guest, row in planned.items()},
        )
        for guest, words in (
            (rescued, 'openstack server unrescue'),
            (broken, 'openstack server show'),
            (locked, 'locked by its owner'),
            (resized, '--confirm-resizes'),
        ):
            self.assertIn(words, planned[guest]['Reason'])

        drained = self.moves(
            self.fail_with(
                shell.ephemeral(
                    'drain',
                    self.source,
                    *('--on-blocked', 'continue', '--confirm-resizes'),
                )
            )
        )

        self.assertEqual(
            {
                rescued: 'stayed',
                broken: 'stayed',
                locked: 'moved',
                resized: 'moved',
            },
            {guest: row['Result'] for guest, row in drained.items()},
        )
        guests.wait(resized, 'ACTIVE')
        self.assertEqual('RESCUE', facts.server(rescued)['status'])
        self.assertEqual('ERROR', facts.server(broken)['status'])
        self.assertEqual(
            1, len(facts.migrations(leaving)), 'it was not sent again'
        )

    def test_wishes(self) -> None:
        """Their owners' metadata decide, and the operator over them."""
        stays = self.guest(**{'hvctl:drain': 'stay'})
        off = self.guest(**{'hvctl:drain': 'cold'})
        first = self.guest(**{'hvctl:drain-priority': '9'})

        planned = self.fail_with(
            shell.ephemeral('drain', self.source, '--dry-run')
        )
        rows = self.moves(planned)
        self.assertEqual(
            {
                stays: ('', 'stayed'),
                off: ('cold', 'planned'),
                first: ('live', 'planned'),
            },
            {
                guest: (row['Method'], row['Result'])
                for guest, row in rows.items()
            },
        )
        self.assertIn('its owner wants it to stay', rows[stays]['Reason'])
        service = facts.service(self.source)
        assert service is not None
        self.assertEqual('enabled', service['status'])

        through = recorder.Recorder()
        self.addCleanup(through.close)
        drained = self.succeed(
            shell.ephemeral(
                'drain',
                self.source,
                *('--method', 'live', '--to', self.target),
                *('--max-parallel', '1'),
                environment=through.environment,
            )
        )
        self.assertEqual(
            {(guest, 'live', 'moved') for guest in (stays, off, first)},
            {
                (guest, row['Method'], row['Result'])
                for guest, row in self.moves(drained).items()
            },
        )
        # One request to close the host and one for each guest, by priority.
        moved = [r.path for r in through.changes if 'action' in r.path]
        self.assertEqual(4, len(through.changes))
        self.assertIn(first, moved[0])

    def test_no_room_elsewhere(self) -> None:
        """A guest that no host has room for stays, and runs on."""
        active = self.guest()
        with base.only(self.source):
            planned = self.fail_with(shell.ephemeral('drain', self.source))
            (row,) = planned.json()
            self.assertEqual('stayed', row['Result'])
            self.assertIn('no host has room for it', row['Reason'])
            drained = self.fail_with(
                shell.ephemeral(
                    'drain', self.source, *('--on-blocked', 'continue')
                )
            )
        (row,) = drained.json()
        self.assertEqual((active, 'failed'), (row['Guest ID'], row['Result']))
        self.assertRegex(row['Reason'], 'No valid host')
        found = guests.wait(active, 'ACTIVE')
        self.assertEqual(self.source, found['OS-EXT-SRV-ATTR:host'])
