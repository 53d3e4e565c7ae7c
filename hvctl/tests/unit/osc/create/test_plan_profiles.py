# SPDX-License-Identifier: Apache-2.0
"""Tests of create with profiles."""

from __future__ import annotations

import os
import signal

from osc_lib import exceptions as osc_exceptions

from hvctl.model import identity
from hvctl.model.preflight import Flavor
from hvctl.model.steps import (
    CreateTestGuest,
    LiftHold,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.simulation import population
from hvctl.tests.unit.osc import base

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


class TestDomain(base.TestCommand):
    """The domain that the profile gives the machine."""

    def test_leads_nowhere(self):
        """It is refused as that of the option is."""
        text = PROFILES.replace(
            '    fixed_ip: 10.0.0.9', '    domain: rack.localhost'
        )
        file = self.a_file('hvctl.yaml', text)

        error = self.assertRaises(
            osc_exceptions.CommandError,
            self.run_command,
            *('create', 'hv1', '--profile', 'placed'),
            *('--profiles-file', file),
        )

        self.assertIn("no domain for a machine: 'rack.localhost'", str(error))
        self.assertEqual([], self.cloud.asked)


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


class TestProfile(base.TestCommand):
    """The profile of which a hypervisor is made."""

    def test_remembered(self):
        """Its name is in the server's metadata, whatever options change."""
        args = ('--profiles-file', self.a_file('hvctl.yaml', PROFILES))
        for name, more, expected in (
            ('hv1', ('--profile', 'tested', '--no-health-test'), 'tested'),
            (
                'hv2',
                ('--profile', 'placed', '--config', self.config),
                'placed',
            ),
        ):
            self.assertEqual(
                0, self.run_command('create', name, *args, *more), self.err
            )
            (server,) = self.cloud.ours(name)
            self.assertEqual(expected, server.metadata[identity.PROFILE_KEY])

        self.assertEqual(0, self.create('hv3'))
        (server,) = self.cloud.ours('hv3')
        self.assertNotIn(identity.PROFILE_KEY, server.metadata)

        for wanted, expected in (
            ((), [('hv1', 'tested'), ('hv2', 'placed'), ('hv3', '')]),
            (('--profile', 'tested'), [('hv1', 'tested')]),
            (('--profile', 'teste'), []),
        ):
            with self.subTest(wanted=wanted):
                self.run_command('list', '--long', '-f', 'json', *wanted)

                self.assertEqual(
                    expected,
                    [(row['Name'], row['Profile']) for row in self.rows()],
                )
        self.run_command('show', 'hv2', '-f', 'json')
        self.assertEqual('placed', self.rows()['profile'])


class TestCautions(base.TestCommand):
    """What is unwise in a profile."""

    def test_guests_that_stay(self):
        """A profile that lets no guest leave is told, and works."""
        profiles = self.a_file('hvctl.yaml', PROFILES)
        args = ('--profile', 'placed', '--profiles-file', profiles)
        for more, expected in (
            ((), 1),
            (('--dry-run',), 1),
            (('--config', self.config), 0),
        ):
            with self.subTest(more=more):
                self.errors.seek(0)
                self.errors.truncate()

                self.assertEqual(
                    0, self.run_command('create', 'hv1', *args, *more)
                )
                self.assertEqual(
                    expected,
                    self.err.count('Warning: profile placed: no guest can'),
                )


class TestHealthTest(base.TestCommand):
    """Runs that end while a test guest is there."""

    def setUp(self):
        super().setUp()
        self.cloud.resolve.changes = {
            'test_image_id': builders.an_id('cirros'),
            'test_flavor': Flavor(
                id=population.TEST.id,
                name='test',
                resources={
                    'VCPU': 0,
                    'MEMORY_MB': 0,
                    'DISK_GB': 0,
                    identity.TEST_RESOURCE_CLASS: 1,
                },
            ),
        }
        self.cloud.world.test_places = 1
        self.cloud.never('booted')

    def test_dry_run(self):
        """The test guest that a killed create left is asked."""
        self.create_tested('--no-wait')
        self.cloud.pass_time(100)
        self.cloud.pace(booted=0)
        self.cloud.act(
            CreateTestGuest(
                name='hv1',
                host='hv1',
                flavor_id=population.TEST.id,
                image_id='i',
                network_id=None,
            )
        )
        self.cloud.pass_time(1)

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
        return self.cloud.test_guests()

    def stop(self, number):
        """Send this process a signal once there is a test guest."""
        if self.tests():
            self.clock.on_wait = lambda: None
            os.kill(os.getpid(), number)

    def heeded(self, number):
        """Let a signal do what it usually does, even below nohup.

        :returns: its handler
        """
        usual = (
            signal.default_int_handler
            if number == signal.SIGINT
            else signal.SIG_DFL
        )
        self.addCleanup(signal.signal, number, signal.signal(number, usual))
        return usual

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
                before = self.heeded(number)
                self.clock.on_wait = lambda number=number: self.stop(number)

                self.assertRaises(KeyboardInterrupt, self.create_tested)

                self.assertEqual([], self.tests())
                self.assertIs(before, signal.getsignal(number))
                self.assertIn(
                    'create with the same arguments',
                    self.app.stderr.getvalue(),
                )
