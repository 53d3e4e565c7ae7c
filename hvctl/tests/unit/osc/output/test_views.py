# SPDX-License-Identifier: Apache-2.0
"""Tests of the commands list and show."""

from __future__ import annotations

import datetime

from osc_lib import exceptions as osc_exceptions

from hvctl import exceptions
from hvctl.model import identity
from hvctl.model.steps import CreatePort
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.osc import base


class TestList(base.TestCommand):
    """The command list."""

    def test_nothing(self):
        """Without hypervisors there are no rows."""
        self.cloud.add_service('compute1')

        self.assertEqual(0, self.run_command('list', '-f', 'json'))

        self.assertEqual([], self.rows())

    def test_columns(self):
        """One row for each, sorted by name."""
        self.cloud.has_hypervisor('hv2')
        self.cloud.has_hypervisor('hv1')
        self.cloud.add_guest('g1', 'hv2')
        self.clock.seconds += 100

        self.run_command('list', '-f', 'json')

        first, second = self.rows()
        self.assertEqual(
            {
                'Name': 'hv1',
                'Phase': 'enabled',
                'Host': 'hv1',
                'Status': 'enabled',
                'State': 'up',
                'Guests': 0,
                'Age': 1100,
            },
            first,
        )
        self.assertEqual(1, second['Guests'])

    def test_silent_cell(self):
        """What a cell does not tell is unknown, and not down and empty."""
        self.cloud.has_hypervisor('hv1')
        self.cloud.add_guest('g1', 'hv1')
        self.cloud.world.fall_silent(9999)

        self.run_command('list', '-f', 'json')

        (row,) = self.rows()
        self.assertEqual(('unknown', None), (row['Phase'], row['Guests']))
        self.run_command('show', 'hv1', '-f', 'json')
        shown = self.rows()
        self.assertEqual(
            ('unknown', 'server-unseen', None),
            (shown['phase'], shown['code'], shown['guests_count']),
        )

    def test_age_for_people(self):
        """In a table the age has units."""
        self.cloud.has_hypervisor('hv1')
        self.clock.seconds += 3700

        self.run_command('list', '-f', 'table')

        self.assertIn('1h18m', self.out)

    def test_long(self):
        """More columns."""
        server = self.cloud.has_hypervisor('hv1')
        (port,) = self.cloud.ports()

        self.run_command('list', '--long', '-f', 'json')

        (row,) = self.rows()
        self.assertEqual(
            {
                'Server ID': server.id,
                'Compute ID': builders.a_compute_id(),
                'Addresses': [port.ip_address],
            },
            {
                key: row[key]
                for key in ('Server ID', 'Compute ID', 'Addresses')
            },
        )
        for key in ('VCPUs Used', 'VCPUs', 'Memory MB Used', 'Memory MB'):
            self.assertIn(key, row)

    def test_several_clouds(self):
        """Those of every compute cloud, and a line for one that is silent."""
        self.cloud.has_hypervisor('hv2')
        far = base.Cloud(self.clock)
        far.has_hypervisor('hv1')

        def within(cloud):
            if cloud == 'far':
                return far
            raise exceptions.CloudError(f'could not log in to {cloud}')

        self.cloud.within = within
        for others, status, said in (
            ({'hv1': 'far'}, 0, ''),
            ({'hv1': 'far', 'hv3': 'lost'}, 1, 'could not log in to lost\n'),
        ):
            with self.subTest(others=others):
                self.cloud.other_clouds = others

                self.assertEqual(
                    status, self.run_command('list', '-f', 'json')
                )

                self.assertEqual(
                    ['hv1', 'hv2'], [row['Name'] for row in self.rows()]
                )
                self.assertEqual(said, self.err)

    def test_expired(self):
        """Only those whose time has come."""
        soon = self.cloud.clock.now() + datetime.timedelta(seconds=100)
        for name, said in (
            ('hv1', soon.isoformat()),
            ('hv2', None),
            ('hv3', 'some day'),
        ):
            self.cloud.has_hypervisor(name)
            if said is not None:
                self.note(name, {identity.EXPIRES_KEY: said})

        self.run_command('list', '--expired', '-f', 'json')
        self.assertEqual([], self.rows())
        self.clock.seconds += 101
        self.run_command('list', '--expired', '--long', '-f', 'json')

        (row,) = self.rows()
        self.assertEqual('hv1', row['Name'])
        self.assertEqual(soon.isoformat(), row['Expires'])

    def test_certificates(self):
        """Both views tell when certificates end, where there are any."""
        end = datetime.datetime(2026, 12, 4, tzinfo=datetime.UTC).isoformat()
        for name, said in (
            ('hv1', {identity.CERTIFICATES_KEY: end}),
            ('hv2', {}),
        ):
            self.cloud.has_hypervisor(name)
            self.note(name, said)

        self.run_command('list', '--long', '-f', 'json')
        self.assertEqual(
            [end, ''], [row['Certificates'] for row in self.rows()]
        )
        for name, expected in (('hv1', end), ('hv2', '')):
            self.run_command('show', name, '-f', 'json')
            self.assertEqual(expected, self.rows()['certificates_end'])

    def test_warning(self):
        """Both warn of certificates that end soon, as one line each."""
        end = self.cloud.clock.now() + datetime.timedelta(days=5)
        self.cloud.has_hypervisor('hv1')
        self.note('hv1', {identity.CERTIFICATES_KEY: end.isoformat()})

        for arguments in (('list',), ('show', 'hv1')):
            with self.subTest(arguments=arguments):
                self.run_command(*arguments, '-f', 'json')

                self.assertIn(
                    'Warning: the certificates of hv1 end at '
                    f'{end:%Y-%m-%dT%H:%MZ}, and no guest can leave it after '
                    'that; drain it before\n',
                    self.err,
                )

    def test_half_gone(self):
        """What is half made or half gone is listed as well."""
        self.create('hv1', '--no-wait')
        self.cloud.act(
            CreatePort(
                name='hv2',
                network_id=self.cloud.world.first.network_id,
                vnic_type='baremetal',
                mac_address='02:00:00:00:00:02',
            )
        )

        self.run_command('list', '-f', 'json')

        self.assertEqual(
            [('hv1', 'building', 0), ('hv2', 'orphaned', 0)],
            [(r['Name'], r['Phase'], r['Guests']) for r in self.rows()],
        )

    def test_one_look(self):
        """It takes one look, however many there are."""
        for number in range(5):
            self.cloud.has_hypervisor(f'hv{number}')

        self.run_command('list')

        self.assertEqual(1, len(self.cloud.scopes))


class TestShow(base.TestCommand):
    """The command show."""

    def show(self, *args):
        self.assertEqual(0, self.run_command('show', *args, '-f', 'json'))
        return self.rows()

    def test_everything(self):
        """All that is known, and what to do next."""
        server = self.cloud.has_hypervisor('hv1')
        metadata = {**server.metadata, 'team': 'x'}
        self.cloud.change_server(server.id, metadata=metadata)
        guest = self.cloud.add_guest('g1', 'hv1')

        shown = self.show('hv1')

        for key, value in {
            'name': 'hv1',
            'phase': 'enabled',
            'host': 'hv1',
            'service_status': 'enabled',
            'service_state': 'up',
            'server_status': 'ACTIVE',
            'compute_id': builders.a_compute_id(),
            'properties': {'team': 'x'},
            'guests_count': 1,
            'guests': {guest.id: 'g1 ACTIVE'},
            'held': False,
            'left': [],
            'remaining': [],
        }.items():
            self.assertEqual(value, shown[key], key)

    def test_other_formatters(self):
        """Every formatter of cliff can print it."""
        self.cloud.has_hypervisor('hv1')
        for formatter in ('table', 'shell', 'value', 'yaml'):
            self.assertEqual(
                0, self.run_command('show', 'hv1', '-f', formatter)
            )
            self.assertIn('hv1', self.out)

    def test_half_gone(self):
        """What is left of it is named, with the command that removes it."""
        self.cloud.has_hypervisor('hv1')
        self.cloud.end('hv1')
        self.cloud.pass_time(100)

        shown = self.show('hv1')

        self.assertEqual('orphaned', shown['phase'])
        self.assertIn('delete hv1', shown['next_command'])
        (port,) = self.cloud.ports()
        self.assertIn(f'port {port.id}', shown['left'])
        self.assertEqual(
            [
                'until Ironic has torn down the machine',
                'until Nova sees its nova-compute down',
                'until Neutron sees its network agents dead',
                'delete its agents, memberships, service, provider and ports',
            ],
            shown['remaining'],
        )

    def test_closed_by_somebody(self):
        """Their reason is given, and nobody is told to undo it."""
        self.cloud.has_hypervisor('hv1')
        self.cloud.change_service(
            'hv1', disabled=True, disabled_reason='memory errors'
        )

        shown = self.show('hv1')

        self.assertEqual('closed', shown['phase'])
        self.assertEqual('disabled-by-others', shown['code'])
        self.assertIn('memory errors', shown['reason'])
        self.assertNotIn('--enable', shown['next_command'])
        self.assertEqual([], shown['remaining'])

    def test_half_made(self):
        """What a create has still to do is named, as far as is known."""
        self.cloud.has_hypervisor('hv1')
        self.note('hv1', {})
        self.cloud.change_service('hv1', mapped=False)

        shown = self.show('hv1')

        self.assertEqual('unmapped', shown['phase'])
        self.assertEqual(
            [
                'until its host is mapped to a cell',
                'until its inventory is in Placement',
                'until its network agents are alive',
                'join its aggregates (with aggregates)',
                'boot a test guest on it, and delete it (with a health test)',
                'move the test guest to another host and back before that '
                '(with a health test whose guest is to move)',
                'lift the hold: guests can land there',
            ],
            shown['remaining'],
        )

    def test_unknown(self):
        """There is none of that name: one sentence."""
        error = self.assertRaises(
            osc_exceptions.CommandError, self.run_command, 'show', 'hv1'
        )

        self.assertIn('there is no ephemeral hypervisor hv1', str(error))
        self.assertIn('hypervisor ephemeral list', str(error))

    def test_foreign(self):
        """A host that hvctl did not make is none of its hypervisors."""
        self.cloud.add_service('compute1')

        self.assertRaises(
            osc_exceptions.CommandError, self.run_command, 'show', 'compute1'
        )
