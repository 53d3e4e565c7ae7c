# SPDX-License-Identifier: Apache-2.0
"""Tests of the commands delete and drain, and of what all verbs share."""

from __future__ import annotations

import re
import signal

from osc_lib import exceptions as osc_exceptions

from hvctl.model.steps import LiveMigrate
from hvctl.tests.simulation import fates
from hvctl.tests.unit.osc import base


class TestDelete(base.TestCommand):
    """The command delete."""

    def test_delete(self):
        """One row for each name, and nothing is left."""
        self.cloud.has_hypervisor('hv1')

        self.assertEqual(0, self.run_command('delete', 'hv1', '-f', 'json'))

        (row,) = self.rows()
        self.assertEqual(
            ['Name', 'Result', 'Seconds', 'Message', 'Code', 'Facts'],
            list(row),
        )
        self.assertEqual('done', row['Result'])
        self.assertEqual([], self.cloud.traces('hv1'))

    def test_twice(self):
        """What is gone already is a success."""
        self.assertEqual(0, self.run_command('delete', 'hv1', '-f', 'json'))

        (row,) = self.rows()
        self.assertEqual('unchanged', row['Result'])
        self.assertEqual('already-gone', row['Code'])
        self.assertEqual('was gone already', row['Message'])

    def test_batch(self):
        """One with guests stays, the others go, the exit status is 1."""
        self.cloud.has_hypervisor('hv1')
        self.cloud.has_hypervisor('hv2')
        self.cloud.add_guest('g1', 'hv1')

        status = self.run_command('delete', 'hv1', 'hv2', '-f', 'json')

        self.assertEqual(1, status)
        failed, done = self.rows()
        self.assertEqual('failed', failed['Result'])
        self.assertIn('1 guest', failed['Message'])
        self.assertEqual('done', done['Result'])
        self.assertNotEqual([], self.cloud.traces('hv1'))

    def test_foreign(self):
        """What hvctl did not make is refused, and not touched."""
        self.cloud.add_service('compute1')

        self.assertEqual(1, self.run_command('delete', 'compute1'))

        self.assertIn('which hvctl did not make', self.out)
        self.assertEqual([], self.cloud.asked)

    def test_bad_name(self):
        """A name that is none is refused before anything is asked."""
        error = self.assertRaises(
            osc_exceptions.CommandError, self.run_command, 'delete', 'A'
        )

        self.assertIn('no host name', str(error))
        self.assertEqual([], self.cloud.scopes)


class TestDeleteDrained(base.TestCommand):
    """The command delete --drain."""

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')

    def delete(self, *words):
        """Run it; the rows by name, with the exit status."""
        status = self.run_command('delete', *words, '-f', 'json')
        return status, {row['Name']: row for row in self.rows()}

    def test_guests_leave(self):
        """The guests are elsewhere, and nothing is left."""
        guest = self.cloud.add_guest('web', 'hv1')

        status, rows = self.delete('hv1', '--drain')

        self.assertEqual(0, status)
        self.assertEqual('done', rows['hv1']['Result'])
        self.assertEqual([], self.cloud.traces('hv1'))
        self.assertEqual(self.cloud.other, self.cloud.server(guest.id).host)

    def test_without_guests(self):
        """What has no guests, or is gone, needs no drain."""
        for result in ('done', 'unchanged'):
            status, rows = self.delete('hv1', '--drain')

            self.assertEqual(0, status)
            self.assertEqual(result, rows['hv1']['Result'])

    def test_some_stay(self):
        """Only what was emptied is deleted; the rest says why."""
        self.cloud.has_hypervisor('hv2')
        self.cloud.add_guest('g1', 'hv1', status='RESCUE')
        self.cloud.add_guest('g2', 'hv2')

        status, rows = self.delete(
            *('hv1', 'hv2', '--drain', '--on-blocked', 'continue'),
            *('--max-draining', '100%'),
        )

        self.assertEqual(1, status)
        self.assertEqual('failed', rows['hv1']['Result'])
        self.assertEqual('done', rows['hv2']['Result'])
        self.assertNotEqual([], self.cloud.traces('hv1'))
        self.assertEqual([], self.cloud.traces('hv2'))

    def test_stopped(self):
        """After Ctrl-C guests arrive, and nothing is deleted."""
        self.cloud.add_guest('web', 'hv1')

        def interrupt():
            moves = any(
                isinstance(step, LiveMigrate) for step in self.cloud.changes
            )
            if moves:
                self.clock.on_wait = lambda: None
                signal.raise_signal(signal.SIGINT)

        self.clock.on_wait = interrupt

        status, rows = self.delete('hv1', '--drain')

        self.assertEqual(1, status)
        self.assertEqual('drained-only', rows['hv1']['Code'])
        self.assertIn('Nothing new is begun', self.err)
        self.assertNotEqual([], self.cloud.traces('hv1'))

    def test_options_alone(self):
        """How guests leave is nothing to say where none is to leave."""
        error = self.assertRaises(
            osc_exceptions.CommandError,
            self.run_command,
            *('delete', 'hv1', '--to', 'other', '--allow-cold'),
        )

        self.assertIn('--to, --allow-cold', str(error))
        self.assertIn('add --drain', str(error))
        self.assertEqual([], self.cloud.scopes)


class TestDrain(base.TestCommand):
    """The command drain."""

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')

    def test_drain(self):
        """One row for each guest."""
        guest = self.cloud.add_guest('web', 'hv1')

        self.assertEqual(0, self.run_command('drain', 'hv1', '-f', 'json'))

        (row,) = self.rows()
        self.assertEqual(
            {
                'Name': 'hv1',
                'Guest ID': guest.id,
                'Guest': 'web',
                'Project ID': guest.project_id,
                'State': 'ACTIVE',
                'Method': 'live',
                'Result': 'moved',
                'Destination': self.cloud.other,
                'Seconds': row['Seconds'],
                'Code': '',
                'Reason': '',
                'Facts': {},
            },
            row,
        )
        self.assertGreaterEqual(row['Seconds'], 5)

    def test_some_stay(self):
        """What stays and why is in the table, and the exit status is 1."""
        failing = self.cloud.add_guest('g1', 'hv1')
        self.cloud.add_guest('g2', 'hv1', status='RESCUE')
        self.cloud.world.fates[failing.id] = fates.FAILS

        self.assertEqual(1, self.run_command('drain', 'hv1', '-f', 'json'))
        _, first = self.rows()
        self.assertEqual('planned', first['Result'])
        self.assertIn('--on-blocked continue', self.err)

        self.assertEqual(
            1,
            self.run_command(
                'drain', 'hv1', '--on-blocked', 'continue', '-f', 'json'
            ),
        )

        second, first = self.rows()
        self.assertEqual('failed', first['Result'])
        self.assertIn('No valid host was found', first['Reason'])
        self.assertEqual('stayed', second['Result'])
        self.assertEqual('in-rescue', second['Code'])
        self.assertEqual('RESCUE', second['Facts']['status'])
        self.assertIn('RESCUE', second['Reason'])

    def test_twice(self):
        """An empty one is a success, without rows."""
        for _ in range(2):
            self.assertEqual(0, self.run_command('drain', 'hv1', '-f', 'json'))
            self.assertEqual([], self.rows())
        self.assertIn('had no guests', self.err)

    def test_unknown(self):
        """A name that there is not is said on standard error."""
        self.assertEqual(1, self.run_command('drain', 'hv9', '-f', 'json'))

        self.assertEqual([], self.rows())
        self.assertIn('there is no ephemeral hypervisor hv9', self.err)


class TestProgress(base.TestCommand):
    """What verbs tell while they work."""

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')

    def test_plain(self):
        """Off a terminal: a line with the time for each change of phase."""
        self.run_command('delete', 'hv1')

        lines = self.err.splitlines()
        for line in lines:
            self.assertTrue(re.match(r'\d\d:\d\d:\d\d hv1[ :]', line), line)
        self.assertIn('hv1 is enabled', lines[0])
        self.assertEqual(len(lines), len(set(lines)))
        self.assertTrue(lines[-1].endswith('hv1: done'), lines[-1])
        self.assertNotIn('\x1b', self.err)

    def test_quiet(self):
        """With --quiet there is only the result."""
        self.app.options.verbose_level = 0

        self.run_command('delete', 'hv1')

        self.assertEqual('', self.err)
        self.assertIn('hv1', self.out)

    def test_terminal(self):
        """On a terminal: lines that are drawn anew."""
        self.app.stderr.isatty = lambda: True

        self.run_command('delete', 'hv1')

        self.assertIn('\x1b[', self.err)
        self.assertIn('hv1', self.err)
        self.assertNotIn('\x1b', self.out)

    def test_interrupt(self):
        """Ctrl-C says how to go on."""

        def interrupt():
            raise KeyboardInterrupt

        self.clock.on_wait = interrupt

        self.assertRaises(KeyboardInterrupt, self.run_command, 'delete', 'hv1')

        self.assertIn(
            'delete with the same arguments', self.app.stderr.getvalue()
        )


class TestClosed(base.TestCommand):
    """Streams that a script has closed."""

    def test_every_verb(self):
        """Each does its work, and needs none of them."""
        self.app.stderr = self.app.stdin = None
        create = ('--image', 'i', '--flavor', 'f', '--network', 'n')

        for words in (
            ('create', 'hv1', *create, '--config', self.config),
            ('list', '--long'),
            ('show', 'hv1'),
            ('drain', 'hv1'),
            ('delete', 'hv1'),
        ):
            with self.subTest(words=words):
                self.assertEqual(0, self.run_command(*words))

        self.assertEqual([], self.cloud.traces('hv1'))
