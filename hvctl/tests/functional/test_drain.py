# SPDX-License-Identifier: Apache-2.0
"""Draining, with guests in every state."""

from __future__ import annotations

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

    def test_killed_in_the_middle_of_a_cold_migration(self) -> None:
        """The next drain confirms what the killed one has begun."""
        off = self.guest('os-stop', 'SHUTOFF', lab_migration='slow:10')
        asked = recorder.matching(
            'POST', 'compute', '/servers/[^/]+/action', answered=True
        )
        self.kill_at(asked, 'drain', self.source)
        # Nova goes on, and waits for somebody to confirm.
        guests.wait(off, 'VERIFY_RESIZE')

        self.succeed(shell.ephemeral('drain', self.source))

        found = guests.wait(off, 'SHUTOFF')
        self.assertEqual(self.target, found['OS-EXT-SRV-ATTR:host'])
        self.assertEqual(
            ['confirmed'], [each['status'] for each in facts.migrations(off)]
        )
        self.assert_empty()

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

    def test_killed_and_again(self) -> None:
        """Each guest is sent once, whoever follows it to its end."""
        # Where one has left before, nobody waits for the first.
        before = self.guest()
        guests.act(
            before,
            'os-migrateLive',
            host=self.target,
            block_migration='auto',
        )
        facts.wait(
            lambda: (
                [each['status'] for each in facts.migrations(before)]
                == ['completed']
            ),
            'a guest to leave',
        )
        slow = [self.guest(lab_migration='hang') for _ in range(2)]
        begun = self.succeed(
            shell.ephemeral('drain', self.source, '--no-wait')
        )
        self.assertEqual(
            dict.fromkeys(slow, 'moving'),
            {guest: row['Result'] for guest, row in self.moves(begun).items()},
        )
        following = shell.ephemeral('drain', self.source)
        facts.wait(
            lambda: following.stderr().count('is moving') == 2,
            'drain to follow them',
        )
        following.kill()
        self.ends(following, -9)
        for guest in slow:
            self.release(guest)

        self.succeed(shell.ephemeral('drain', self.source))

        for guest in slow:
            self.assertEqual(self.target, guests.host(guest))
            self.assertEqual(
                ['completed'],
                [each['status'] for each in facts.migrations(guest)],
            )
        self.assert_empty()
