# SPDX-License-Identifier: Apache-2.0
"""Draining, with guests in every state."""

from __future__ import annotations

from hvctl.tests.functional import base
from hvctl.tests.functional import draining
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell


class TestDrain(draining.DrainTestCase):
    def test_one_that_comes_meanwhile(self) -> None:
        """What was on its way here is waited for, and moved."""
        coming = self.boot(
            host=self.target, metadata={'lab_migration': 'slow:5'}
        )
        shelved = self.guest('shelve', 'SHELVED_OFFLOADED')
        guests.wait(coming, 'ACTIVE')
        guests.act(
            coming,
            'os-migrateLive',
            host=self.source,
            block_migration='auto',
        )
        facts.wait(
            lambda: [
                each
                for each in facts.migrations(coming)
                if each['dest_compute'] == self.source
            ],
            'the migration to have begun',
        )

        drained = self.moves(
            self.succeed(shell.ephemeral('drain', self.source))
        )

        self.assertEqual(
            {coming: 'moved'},
            {guest: row['Result'] for guest, row in drained.items()},
        )
        self.assertEqual(self.target, guests.host(coming))
        self.assertNotIn(shelved, drained)
        self.assert_empty()

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

    def test_killed_in_the_middle_of_a_cold_migration(self) -> None:
        """The next drain confirms what the killed one has begun."""
        off = self.guest('os-stop', 'SHUTOFF', lab_migration='slow:10')
        asked = recorder.matching(
            'POST', 'compute', '/servers/[^/]+/action', answered=True
        )

        def judge(request: recorder.Request) -> bool:
            if asked(request):
                drain.kill()
                return True
            return False

        through = recorder.Recorder(judge)
        self.addCleanup(through.close)
        drain = shell.ephemeral(
            'drain', self.source, environment=through.environment
        )
        self.ends(drain, -9)
        # Nova goes on, and waits for somebody to confirm.
        guests.wait(off, 'VERIFY_RESIZE')

        self.succeed(shell.ephemeral('drain', self.source))

        found = guests.wait(off, 'SHUTOFF')
        self.assertEqual(self.target, found['OS-EXT-SRV-ATTR:host'])
        self.assertEqual(
            ['confirmed'], [each['status'] for each in facts.migrations(off)]
        )
        self.assert_empty()

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

    def test_undo(self) -> None:
        """The host takes guests again; what is under way is waited for."""
        hanging = self.guest(lab_migration='hang')
        self.fail_with(
            shell.ephemeral('drain', self.source, '--timeout', '20'),
            'not finished after 20 s',
        )
        undo = shell.ephemeral('drain', self.source, '--undo')
        facts.wait(
            lambda: 'waiting for live migrations' in undo.stderr(),
            'what it waits for',
        )
        self.assert_enabled(self.source)
        self.release(hanging)
        self.succeed(undo)
        guests.wait(hanging, 'ACTIVE')
        again = self.succeed(shell.ephemeral('drain', self.source, '--undo'))
        self.assertIn('was not being drained', again.stderr)

    def test_interrupted(self) -> None:
        """The first Ctrl-C waits for what is under way, and no more."""
        slow = self.guest(lab_migration='slow:10')
        later = self.guest(**{'hvctl:drain-priority': '-1'})
        drain = shell.ephemeral('drain', self.source, '--max-parallel', '1')
        facts.wait(lambda: 'is moving' in drain.stderr(), 'the first move')
        drain.interrupt()

        stopped = self.fail_with(drain, 'Nothing new is begun')

        self.assertEqual(
            {slow: 'moved', later: 'planned'},
            {
                guest: row['Result']
                for guest, row in self.moves(stopped).items()
            },
        )
        self.succeed(shell.ephemeral('drain', self.source))
        self.assert_empty()

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

    def test_guest_that_hangs(self) -> None:
        """A migration that outlasts a drain is followed by the next one."""
        hanging = self.guest(lab_migration='hang')
        drained = self.fail_with(
            shell.ephemeral('drain', self.source, '--timeout', '20'),
            'not finished after 20 s',
        )
        (row,) = drained.json()
        self.assertEqual(
            (hanging, 'live', 'moving', self.target),
            (
                row['Guest ID'],
                row['Method'],
                row['Result'],
                row['Destination'],
            ),
        )
        # It is taken up where it is: no second migration.
        again = shell.ephemeral('drain', self.source)
        facts.wait(lambda: 'is moving' in again.stderr(), 'drain to follow it')
        self.release(hanging)
        (row,) = self.succeed(again).json()
        self.assertEqual('moved', row['Result'])
        self.assertEqual(
            ['completed'],
            [each['status'] for each in facts.migrations(hanging)],
        )
