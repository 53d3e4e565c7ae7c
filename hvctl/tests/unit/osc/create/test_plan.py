# SPDX-License-Identifier: Apache-2.0
"""Tests of the command create."""

import io
import logging
import os
import signal

import fixtures
from osc_lib import exceptions as osc_exceptions

from hvctl.model import identity
from hvctl.model.preflight import Flavor, Quota
from hvctl.model.steps import (
    CreatePort,
    CreateServer,
    CreateTestGuest,
    JoinAggregate,
    LiftHold,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import cloud
from hvctl.tests.fixtures import requests
from hvctl.tests.unit.osc import base

COLUMNS = [
    'Name',
    'Result',
    'Phase',
    'Host',
    'Server ID',
    'Seconds',
    'Code',
    'Message',
    'Facts',
]


class TestCreate(base.TestCommand):
    """What it prints and does."""

    def test_columns(self):
        """One row for each name, on standard output only."""
        self.assertEqual(0, self.create('hv1', 'hv2'))

        first, second = self.rows()
        self.assertEqual(COLUMNS, list(first))
        (server,) = self.cloud.ours('hv1')
        self.assertEqual(
            {
                'Name': 'hv1',
                'Result': 'done',
                'Phase': 'enabled',
                'Host': 'hv1',
                'Server ID': server.id,
                'Seconds': first['Seconds'],
                'Code': 'done',
                'Message': '',
                'Facts': {},
            },
            first,
        )
        self.assertIsInstance(first['Seconds'], int)
        self.assertEqual('hv2', second['Name'])

    def test_expires(self):
        """The time when it may go is in the server's metadata."""
        self.assertEqual(0, self.create('hv1', '--expires', '8h'))

        (server,) = self.cloud.ours('hv1')
        self.assertIn(identity.EXPIRES_KEY, server.metadata)

    def test_other_formatters(self):
        """Every formatter of cliff can print it."""
        for formatter in ('table', 'value', 'csv', 'yaml'):
            self.assertEqual(0, self.create('hv1', '-f', formatter))
            self.assertIn('hv1', self.out)

    def test_some_columns(self):
        """One column, for scripts."""
        self.create('hv1', '-f', 'value', '-c', 'Result')

        self.assertEqual('done\n', self.out)

    def test_twice(self):
        """The second time it says that nothing changed."""
        self.create('hv1')

        self.assertEqual(0, self.create('hv1'))

        (row,) = self.rows()
        self.assertEqual('unchanged', row['Result'])
        self.assertEqual('was enabled already', row['Message'])

    def test_name_twice(self):
        """A name that is given twice is made once."""
        self.assertEqual(0, self.create('hv1', 'hv1'))

        self.assertEqual(1, len(self.rows()))

    def test_what_was_asked_for(self):
        """Options reach the port and the server."""
        self.create(
            'hv1',
            *('--key-name', 'k', '--vnic-type', 'normal'),
            *('--property', 'a=b', '--property', 'c=d'),
            *('--domain', 'example.org'),
        )

        asked = self.cloud.resolve.asked
        self.assertEqual(
            ('debian', 'metal', 'internalapi', 'k'),
            (asked.image, asked.flavor, asked.network, asked.key_name),
        )
        port, server = (
            next(step for step in self.cloud.changes if type(step) is kind)
            for kind in (CreatePort, CreateServer)
        )
        self.assertEqual('normal', port.vnic_type)
        self.assertEqual('k', server.key_name)
        self.assertEqual('b', server.metadata['a'])
        self.assertEqual('d', server.metadata['c'])
        self.assertEqual('example.org', server.metadata[identity.DOMAIN_KEY])

    def test_again_with_a_full_quota(self):
        """A port that a killed run has made is not counted once more."""
        self.cloud.trouble[CreateServer] = (
            9,
            cloud.refusal('no'),
            False,
        )
        self.assertEqual(1, self.create('hv1'))
        self.cloud.trouble.clear()
        self.cloud.resolve.changes = {'quotas': {'ports': Quota(left=0)}}

        self.assertEqual(0, self.create('hv1'))

    def test_no_wait(self):
        """It returns when the servers are requested."""
        self.assertEqual(0, self.create('hv1', '--no-wait'))

        (row,) = self.rows()
        self.assertEqual('done', row['Result'])
        self.assertEqual('building', row['Phase'])
        self.assertLess(self.clock.seconds, 10)

    def test_one_of_a_batch_fails(self):
        """The others are made, the exit status is 1 and a row says why."""
        self.cloud.add_service('hv2')

        self.assertEqual(1, self.create('hv1', 'hv2', 'hv3'))

        self.assertEqual(
            ['done', 'failed', 'done'], [row['Result'] for row in self.rows()]
        )
        self.assertIn('is taken by', self.rows()[1]['Message'])

    def test_name_that_is_taken_needs_no_node(self):
        """It is refused by itself and does not make nodes too few."""
        self.cloud.add_service('hv2')
        self.cloud.resolve.changes = {'candidates': 1}

        self.assertEqual(1, self.create('hv1', 'hv2'))

        self.assertEqual(
            ['done', 'failed'], [row['Result'] for row in self.rows()]
        )

    def test_timeout(self):
        """What is not finished in time fails, and says what to do."""
        del self.cloud.machines.stages['registered']

        self.assertEqual(1, self.create('hv1', '--timeout', '60'))

        (row,) = self.rows()
        self.assertEqual('failed', row['Result'])
        self.assertEqual('booting', row['Phase'])
        self.assertIn('run the same command again', row['Message'])

    def test_own_user_data(self):
        """The user's own user-data comes with a warning."""
        own = self.a_file('own', '#!/bin/sh\n')

        status = self.create('hv1', '--user-data', own, config=False)

        self.assertEqual(0, status)
        self.assertIn('no hold keeps guests out', self.err)
        self.assertNotIn('hold', self.out)

    def test_no_warning_otherwise(self):
        """With the built-in one there is nothing to warn of."""
        self.create('hv1')

        self.assertNotIn('no hold', self.err)


class TestDryRun(base.TestCommand):
    """--dry-run."""

    def test_changes_nothing(self):
        """It prints the steps and does none of them."""
        self.assertEqual(0, self.create('hv1', '--dry-run'))

        self.assertEqual([], self.cloud.asked)
        self.assertEqual(0, self.clock.seconds)
        rows = [row for row in self.rows() if row['Kind'] == 'step']
        self.assertEqual(['Name', 'Kind', 'Result', 'What'], list(rows[0]))
        self.assertEqual(
            [
                'create the resource provider',
                'give it an inventory for the hold',
                'place the hold: nobody can land there',
                'create the port',
                'create the server',
                'lift the hold: guests can land there',
            ],
            [row['What'] for row in rows],
        )
        self.assertEqual(
            [
                'until the machine is deployed',
                'until nova-compute has registered',
                'until its compute node is there',
                'until its host is mapped to a cell',
                'until its inventory is in Placement',
                'until its network agents are alive',
            ],
            [row['What'] for row in self.rows() if row['Kind'] == 'wait'],
        )

    def test_says_what_is_in_the_way(self):
        """What would fail makes it fail."""
        self.cloud.add_service('hv1')

        self.assertEqual(1, self.create('hv1', '--dry-run'))

        self.assertIn('is taken by', self.out)

    def test_shows_every_problem(self):
        """All that is wrong with the request is in the rows."""
        self.cloud.resolve.changes = {
            'problems': (('image', 'there is no image debian'),)
        }

        self.assertEqual(1, self.create('hv1', '--dry-run'))

        self.assertIn('there is no image debian', self.out)

    def test_enabled_already(self):
        """For what is there already there is nothing to do."""
        self.create('hv1')

        self.assertEqual(0, self.create('hv1', '--dry-run'))

        self.assertIn('was enabled already', self.out)

    def test_aggregates(self):
        """A held host that is ready joins those that it is not in."""
        aggregate = self.cloud.aggregates.add(3, 'a')
        self.cloud.resolve.changes = {'aggregates': {aggregate.uuid: 3}}
        self.create('hv1', '--no-wait')
        self.cloud.pass_time(100)

        for expected in (['join an aggregate'], []):
            self.assertEqual(0, self.create('hv1', '--dry-run'))

            said = [row['What'] for row in self.rows()]
            self.assertEqual(
                expected, [words for words in said if 'aggregate' in words]
            )
            self.assertIn('lift the hold: guests can land there', said)
            self.cloud.act(
                JoinAggregate(name='hv1', aggregate_id=3, host='hv1')
            )

    def test_no_warning(self):
        """Nothing is warned of that does not happen."""
        own = self.a_file('own', '#!/bin/sh\n')

        self.create('hv1', '--user-data', own, '--dry-run', config=False)

        self.assertEqual('', self.err)


class TestRefusals(base.TestCommand):
    """Bad input."""

    def assert_refused(self, words, *args, **options):
        error = self.assertRaises(
            osc_exceptions.CommandError, self.create, *args, **options
        )
        self.assertIn(words, str(error))
        self.assertNotIn('\n', str(error))
        self.assertNotIn(requests.SECRET, str(error))
        self.assertEqual([], self.cloud.asked)

    def test_names(self):
        """A name that is no host name, and a domain that is none."""
        self.assert_refused("no host name: 'HV_1'", 'HV_1')
        self.assert_refused('no domain', 'hv1', '--domain', 'a..b')

    def test_properties(self):
        """Keys that are ours."""
        self.assert_refused(
            "hvctl's own", 'hv1', '--property', 'hvctl:compute_id=1'
        )

    def test_files(self):
        """Files that cannot be read, or are none of the kind."""
        self.assert_refused(
            'cannot be read: No such file or directory',
            'hv1',
            *('--config', '/nowhere/nova.conf'),
            config=False,
        )
        self.assert_refused(
            'cannot be read: Is a directory',
            'hv1',
            *('--user-data', self.directory),
            config=False,
        )
        self.assert_refused(
            'not a text in UTF-8',
            'hv1',
            *('--config', self.a_file('bytes', b'\xff\xfe')),
            config=False,
        )
        self.assert_refused(
            'line 1 has an option before',
            'hv1',
            *('--config', self.a_file('bad', f'p = {requests.SECRET}\n')),
            config=False,
        )

    def test_too_large(self):
        """More than Nova takes, whoever wrote it."""
        large = f'[DEFAULT]\na = {requests.SECRET * 9000}\n'
        self.assert_refused(
            'is too large for Nova',
            'hv1',
            *('--config', self.a_file('large', large)),
            config=False,
        )
        self.assert_refused(
            'is too large for Nova',
            'hv1',
            *('--user-data', self.a_file('large', large)),
            config=False,
        )

    def test_names_of_things(self):
        """Everything that does not exist is named at once."""
        self.cloud.resolve.changes = {
            'problems': (
                ('image', 'there is no image debian'),
                ('network', 'there is no network internalapi'),
            )
        }

        self.assert_refused(
            'there is no image debian; there is no network internalapi', 'hv1'
        )

    def test_taken_as_well(self):
        """So is a name that is taken."""
        self.cloud.resolve.changes = {
            'problems': (('image', 'there is no image debian'),)
        }
        self.cloud.add_service('hv2')

        self.assert_refused(
            'there is no image debian; the name hv2 is taken', 'hv1', 'hv2'
        )

    def test_stock_and_quota(self):
        """Too few nodes or too small a quota, before anything is made."""
        self.cloud.resolve.changes = {'candidates': 1}
        self.assert_refused('2 nodes for flavor metal', 'hv1', 'hv2')
        self.cloud.resolve.changes = {'quotas': {'servers': Quota(left=1)}}
        self.assert_refused('has 1 servers left', 'hv1', 'hv2')

    def test_cloud_cannot_be_asked(self):
        """The cloud's own sentence, and nothing else."""
        error = cloud.refusal('could not list: forbidden', 403)

        def observe(scope):
            raise error

        self.cloud.observe = observe
        self.assert_refused('could not list: forbidden', 'hv1')

    def test_options(self):
        """Options that contradict each other, or are missing."""
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', io.StringIO()))
        for args in (
            ('hv1', '--user-data', 'x'),
            ('hv1', '--wait', '--no-wait'),
            ('hv1', '--timeout', '0'),
            ('hv1', '--timeout', 'soon'),
            ('hv1', '--vnic-type', 'direct'),
            ('hv1', '--fixed-ip', 'ten'),
            ('hv1', '--health-test', '--no-health-test'),
            (),
        ):
            self.assertRaises(SystemExit, self.create, *args)
        self.assert_refused(
            'nothing says what the host is to be', 'hv1', config=False
        )


PROFILES = """\
profiles:
  asked:
    extends: tested
    health_test: {answer: console}
  placed:
    extends: tested
    fixed_ip: 10.0.0.9
    health_test: {enabled: false}
  tested:
    image: debian
    flavor: metal
    network: internalapi
    networking: {kind: ovs, bridge_mappings: {physnet1: br-ex}}
    nova: {DEFAULT: {transport_url: 'rabbit://u:p@h/'}}
    health_test: {enabled: true, image: cirros, timeout: 30m}
"""


class TestFixedIp(base.TestCommand):
    """An address that the profile gives the machine."""

    def test_of_one(self):
        """Two hypervisors cannot both have it."""
        error = self.assertRaises(
            osc_exceptions.CommandError,
            self.create,
            *('hv1', 'hv2', '--fixed-ip', '10.0.0.9'),
        )
        self.assertIn('10.0.0.9 is for one hypervisor, and', str(error))

    def test_asked_for(self):
        """It is looked at as long as the machine has no port."""
        args = ('--profiles-file', self.a_file('hvctl.yaml', PROFILES))
        for expected in ('10.0.0.9', None):
            self.run_command('create', 'hv1', '--profile', 'placed', *args)

            self.assertEqual(expected, self.cloud.resolve.asked.fixed_ip)


class TestHealthTest(base.TestCommand):
    """Runs that end while a test guest is there."""

    def setUp(self):
        super().setUp()
        self.cloud.resolve.changes = {
            'test_image_id': builders.an_id('cirros'),
            'test_flavor': Flavor(
                id=builders.an_id('test'),
                name='test',
                resources={
                    'VCPU': 0,
                    'MEMORY_MB': 0,
                    'DISK_GB': 0,
                    identity.TEST_RESOURCE_CLASS: 1,
                },
            ),
        }
        self.cloud.test_guests.seconds = None

    def test_dry_run(self):
        """The test guest that a killed create left is asked."""
        self.create_tested('--no-wait')
        self.cloud.pass_time(100)
        self.cloud.test_guests.seconds = 0
        self.cloud.act(
            CreateTestGuest(
                name='hv1',
                host='hv1',
                flavor_id='f',
                image_id='i',
                network_id=None,
            )
        )

        status = self.create_tested(
            *('--dry-run', '-f', 'json'), profile='asked'
        )

        self.assertEqual(0, status)
        self.assertEqual(
            [
                'see whether the test guest has written to its console',
                'lift the hold: guests can land there',
            ],
            [row['What'] for row in self.rows() if row['Kind'] == 'step'],
        )

    def tests(self):
        """The test guests that there are."""
        return [s for s in self.cloud.servers.values() if 'test' in s.name]

    def stop(self, number):
        """Send this process a signal once there is a test guest."""
        if self.tests():
            self.clock.on_wait = lambda: None
            os.kill(os.getpid(), number)

    def create_tested(self, *args, profile='tested'):
        """Run create with a test that does not come to its end."""
        profiles = self.a_file('hvctl.yaml', PROFILES)
        return self.run_command(
            'create',
            *('hv1', '--profile', profile, '--profiles-file', profiles),
            *args,
        )

    def test_out_of_time(self):
        """The test guest goes, and the hypervisor stays closed."""
        self.assertEqual(1, self.create_tested('--timeout', '200'))

        self.assertEqual([], self.tests())
        self.assertIn('not finished after 200 s', self.out)
        kinds = {type(step) for step in self.cloud.changes}
        self.assertIn(CreateTestGuest, kinds)
        self.assertNotIn(LiftHold, kinds)

    def test_stopped(self):
        """So it does after a Ctrl-C and after what else ends a command."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number=number):
                before = signal.getsignal(number)
                self.clock.on_wait = lambda number=number: self.stop(number)

                self.assertRaises(KeyboardInterrupt, self.create_tested)

                self.assertEqual([], self.tests())
                self.assertIs(before, signal.getsignal(number))
                self.assertIn(
                    'create with the same arguments',
                    self.app.stderr.getvalue(),
                )


class TestSecrets(base.TestCommand):
    """What a run with secrets leaves behind."""

    def test_nowhere(self):
        """Not in the output, not on the way, not in the debug log."""
        log = self.useFixture(fixtures.FakeLogger(level=logging.DEBUG))

        self.create('hv1')
        self.cloud.trouble[CreateServer] = (
            9,
            cloud.refusal('no'),
            False,
        )
        self.create('hv2')

        document = self.cloud.changes[4].user_data
        self.assertGreater(len(document), 100)
        for text in (self.out, self.err, log.output):
            self.assertNotIn(requests.SECRET, text)
            self.assertNotIn(document[:50], text)
        self.assertIn(builders.a_port().name, log.output)
