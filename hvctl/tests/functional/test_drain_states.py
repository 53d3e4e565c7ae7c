# SPDX-License-Identifier: Apache-2.0
"""Draining guests by their states."""

from __future__ import annotations

from hvctl.tests.functional import draining
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell


class TestStates(draining.DrainTestCase):
    """One hypervisor, and guests that are not all alike."""

    def test_nothing_moves_while_one_is_in_the_way(self) -> None:
        """Who is in the way is said before the first guest moves."""
        active = self.guest()
        suspended = self.guest('suspend', 'SUSPENDED')
        before = facts.get('compute', '/os-migrations', '2.80')['migrations']

        planned = self.fail_with(shell.ephemeral('drain', self.source))

        self.assertIn('1 of 2 guests in the way', planned.stderr)
        rows = self.moves(planned)
        self.assertEqual(
            {active: 'planned', suspended: 'stayed'},
            {guest: row['Result'] for guest, row in rows.items()},
        )
        self.assertEqual('suspended', rows[suspended]['Code'])
        self.assertIn('--suspended shelve', rows[suspended]['Reason'])
        self.assertEqual(
            before,
            facts.get('compute', '/os-migrations', '2.80')['migrations'],
        )

    def test_every_state(self) -> None:
        """Each guest leaves as its state allows, or stays as it was."""
        active = self.guest()
        paused = self.guest('pause', 'PAUSED')
        off = self.guest('os-stop', 'SHUTOFF')
        suspended = self.guest('suspend', 'SUSPENDED')
        # After another: were it the first, no other would be sent live.
        failing = self.guest(
            lab_migration='fail', **{'hvctl:drain-priority': '-1'}
        )

        rows = self.moves(
            self.fail_with(
                shell.ephemeral(
                    'drain', self.source, *('--on-blocked', 'continue')
                )
            )
        )

        self.assertEqual(
            {
                active: ('ACTIVE', 'live', 'moved'),
                paused: ('PAUSED', 'live', 'moved'),
                off: ('SHUTOFF', 'cold', 'moved'),
                suspended: ('SUSPENDED', '', 'stayed'),
                failing: ('ACTIVE', 'live', 'failed'),
            },
            {
                guest: (row['State'], row['Method'], row['Result'])
                for guest, row in rows.items()
            },
        )
        self.assertIn('SUSPENDED', rows[suspended]['Reason'])
        self.assertTrue(rows[failing]['Reason'])
        for guest, status in (
            (active, 'ACTIVE'),
            (paused, 'PAUSED'),
            (off, 'SHUTOFF'),
        ):
            self.assertEqual(status, facts.server(guest)['status'])
            self.assertEqual(self.target, guests.host(guest))
            self.assertEqual(self.target, rows[guest]['Destination'])
        for guest, status in ((suspended, 'SUSPENDED'), (failing, 'ACTIVE')):
            self.assertEqual(status, facts.server(guest)['status'])
            self.assertEqual(self.source, guests.host(guest))

    def test_not_empty(self) -> None:
        """With guests left it stays closed, and is not deleted."""
        self.guest('suspend', 'SUSPENDED')
        self.fail_with(shell.ephemeral('drain', self.source))

        service = facts.service(self.source)

        assert service is not None
        self.assertEqual('disabled', service['status'])
        self.assertIn('hvctl: drain', service['disabled_reason'])
        self.fail_with(
            shell.ephemeral('delete', self.source),
            f'{self.source} still has 1 guest',
        )
        self.assertEqual('up', service['state'])
        self.fail_with(
            shell.ephemeral('create', self.source, *shell.recipe()),
            'closed for a drain',
        )

    def test_suspended(self) -> None:
        """A suspended guest is shelved where the operator says so."""
        suspended = self.guest('suspend', 'SUSPENDED')

        left = shell.ephemeral(
            'drain', self.source, *('--suspended', 'leave', '--dry-run')
        )

        (row,) = self.succeed(left).json()
        self.assertEqual(
            (suspended, 'stayed'), (row['Guest ID'], row['Result'])
        )
        shelved = shell.ephemeral(
            'drain', self.source, *('--suspended', 'shelve')
        )
        (row,) = self.succeed(shelved).json()
        self.assertEqual(
            (suspended, 'shelved'), (row['Guest ID'], row['Result'])
        )
        guests.wait(suspended, 'SHELVED_OFFLOADED')
        self.assert_empty()

    def test_empty_already(self) -> None:
        """A second drain of an empty host changes nothing."""
        self.succeed(shell.ephemeral('drain', self.source))
        through = recorder.Recorder()
        self.addCleanup(through.close)

        again = self.succeed(
            shell.ephemeral(
                'drain', self.source, environment=through.environment
            )
        )

        self.assertEqual([], through.changes)
        self.assertEqual([], again.json())
