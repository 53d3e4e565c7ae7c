# SPDX-License-Identifier: Apache-2.0
"""Which columns the commands print, and how wide their tables are."""

from __future__ import annotations

import datetime

from osc_lib import exceptions as osc_exceptions

from hvctl.model import identity
from hvctl.tests.unit.osc import base

#: A terminal that is neither new nor large.
WIDTH = 120

VERBS = ('create', 'delete', 'drain', 'list')


class TestColumns(base.TestCommand):
    """The options -c and --sort-column."""

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')

    def run_verb(self, verb, *args):
        """Run a command with whatever else it needs."""
        if verb == 'create':
            return self.run_command(
                'create',
                *('hv2', '--image', 'debian', '--flavor', 'metal'),
                *('--network', 'internalapi', '--config', self.config),
                *args,
            )
        names = () if verb == 'list' else ('hv1',)
        return self.run_command(verb, *names, *args)

    def test_unknown(self):
        """One that there is not is refused before anything is asked."""
        for verb in VERBS:
            for option in ('-c', '--sort-column'):
                with self.subTest(verb=verb, option=option):
                    error = self.assertRaises(
                        osc_exceptions.CommandError,
                        self.run_verb,
                        verb,
                        *('-c', 'Name', option, 'Nmae'),
                    )

                    self.assertIn("there is no column 'Nmae'", str(error))
                    self.assertIn('the columns are: Name, ', str(error))
                    self.assertEqual([], self.cloud.scopes)
                    self.assertIsNone(self.cloud.resolve.asked)

    def test_dry_run(self):
        """What create would do has columns of its own."""
        self.assertEqual(0, self.run_verb('create', '--dry-run', '-c', 'Kind'))
        self.assertRaises(
            osc_exceptions.CommandError,
            self.run_verb,
            'create',
            *('--dry-run', '-c', 'Server ID'),
        )

    def test_name(self):
        """The first column is the hypervisor's name everywhere."""
        for verb in VERBS:
            with self.subTest(verb=verb):
                self.run_verb(verb, '-f', 'csv')

                self.assertEqual(
                    '"Name"', self.out.splitlines()[0].split(',')[0]
                )

    def test_forms(self):
        """A name may be written as cliff allows."""
        self.cloud.add_guest('web', 'hv1')

        self.run_verb(
            'drain', '-f', 'csv', '-c', ' guest_id', '--sort-column', 'name'
        )

        self.assertEqual('"Guest ID"', self.out.splitlines()[0])

    def test_named(self):
        """One that is named need not be among those that are shown."""
        for verb, column in (
            ('create', 'Server ID'),
            ('drain', 'Project ID'),
            ('list', 'Memory MB'),
            ('delete', 'Code'),
        ):
            with self.subTest(verb=verb):
                status = self.run_verb(verb, '-f', 'csv', '-c', column)

                self.assertEqual(0, status)
                self.assertEqual(f'"{column}"', self.out.splitlines()[0])

    def test_sorted_by_another(self):
        """Rows are sorted by a column that is not shown."""
        for name, state in (('a', 'SHUTOFF'), ('b', 'ACTIVE')):
            self.cloud.add_guest(name, 'hv1', status=state)

        self.run_verb(
            'drain',
            *('--dry-run', '-f', 'value', '-c', 'Guest'),
            *('--sort-column', 'State'),
        )

        self.assertEqual('b\na\n', self.out)


class TestWidth(base.TestCommand):
    """Tables on a terminal."""

    def setUp(self):
        super().setUp()
        expires = self.cloud.clock.now() + datetime.timedelta(hours=8)
        for name in ('hv-rack-7', 'hv-rack-8'):
            self.cloud.has_hypervisor(name)
            self.note(
                name,
                {
                    identity.EXPIRES_KEY: expires.isoformat(),
                    identity.CERTIFICATES_KEY: expires.isoformat(),
                },
            )

    def lines(self, verb, *args):
        """Run a command on a terminal, and give the lines of its table."""
        self.run_command(verb, *args, '--max-width', str(WIDTH))
        lines = self.out.splitlines()
        self.assertTrue(all(len(line) <= WIDTH for line in lines), self.out)
        self.assertNotIn('None', self.out)
        return [line for line in lines if not line.startswith('+')]

    def test_list(self):
        """No cell is wrapped, also where there is more to see."""
        for args in ((), ('--long',)):
            with self.subTest(args=args):
                self.assertEqual(3, len(self.lines('list', *args)), self.out)

    def test_drain(self):
        """Only the reason is wrapped."""
        self.cloud.add_guest('web-frontend-01', 'hv-rack-7')
        self.cloud.add_guest('db', 'hv-rack-7', status='RESCUE')

        lines = self.lines('drain', 'hv-rack-7', '--dry-run')

        cells = [line.split('|')[1:-2] for line in lines]
        for row in cells:
            # Of a row that goes on, nothing but the reason goes on.
            if not row[0].strip():
                self.assertEqual('', ''.join(row).strip(), self.out)

    def test_delete(self):
        """Only the message is wrapped."""
        self.cloud.add_guest('web', 'hv-rack-7')

        lines = self.lines('delete', 'hv-rack-7', 'hv-rack-8')

        self.assertEqual(
            ['Name', 'hv-rack-7', 'hv-rack-8'],
            [name for line in lines if (name := line.split('|')[1].strip())],
        )

    def test_long(self):
        """With --long there are the others, the ids last."""
        self.cloud.add_guest('web', 'hv-rack-7')

        for verb, last in (('drain', 'Guest ID'), ('delete', 'Code')):
            with self.subTest(verb=verb):
                self.run_command(verb, 'hv-rack-7', '--long', '-f', 'csv')

                self.assertEqual(
                    f'"{last}"', self.out.splitlines()[0].split(',')[-1]
                )
