# SPDX-License-Identifier: Apache-2.0
"""Tests of what a hypervisor goes through before guests may come."""

import contextlib
import dataclasses
import itertools

from hvctl import exceptions
from hvctl.decide import health_test
from hvctl.model.health import Answer
from hvctl.model.ledger import Ledger
from hvctl.model.profile import Timeouts
from hvctl.model.records import PortUse
from hvctl.model.request import HealthTest
from hvctl.model.results import Created
from hvctl.model.steps import CreatePort
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import failures
from hvctl.tests.fixtures import requests
from hvctl.tests.unit.run import base

TEST = HealthTest(flavor_id='f', image_id='i', timeout=60)
DIRECT = dataclasses.replace(TEST, network_id='n', vnic_type='direct')


class TestCase(base.TestCase):
    """Runs create with all that may come before the end."""

    kind = failures.Mortal

    def prepare(self):
        """Let tenants try to get in, and let there be an aggregate."""
        self.cloud.tenants = True
        aggregate = self.cloud.aggregates.add(3, 'a', 'other')
        self.aggregates = {aggregate.uuid: 3}
        self.uuid = aggregate.uuid

    def open(self, *names, **changes):
        """Run create with an aggregate and a health test."""
        return self.create(
            *(names or ('hv1',)),
            **{
                'aggregates': self.aggregates,
                'health_test': TEST,
                **changes,
            },
        )

    def trying(self):
        """The test guests that there are, and their ports."""
        return [s for s in self.cloud.servers.values() if 'test' in s.name] + [
            port
            for port in self.cloud.ports.values()
            if port.use is PortUse.TEST
        ]


class TestOpening(TestCase):
    """Aggregates and the health test."""

    def test_both(self):
        """It joins, is tried out, and only then is opened."""
        self.prepare()

        result = self.open()

        self.assertTrue(result.ok, self.message(result))
        kinds = self.kinds()
        self.assertEqual(
            [
                'JoinAggregate',
                'CreateTestGuest',
                'DeleteTestGuest',
                'NoteTimes',
                'LiftHold',
            ],
            kinds[5:],
        )
        self.assertEqual([], self.trying())
        self.assertEqual(
            {builders.a_compute_id()}, self.cloud.aggregates.members[self.uuid]
        )
        self.assert_open()

    def test_own_user_data(self):
        """Without a hold it joins before its service is enabled."""
        self.prepare()

        result = self.open(own=True, health_test=None)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(
            ['DisableService', 'JoinAggregate', 'NoteTimes', 'EnableService'],
            self.kinds()[2:],
        )

    def test_direct_port(self):
        """The port comes before the test guest and goes after it."""
        self.prepare()

        result = self.open(health_test=DIRECT)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(
            [
                'CreateTestPort',
                'CreateTestGuest',
                'DeleteTestGuest',
                'DeleteTestPort',
                'NoteTimes',
                'LiftHold',
            ],
            self.kinds()[6:],
        )
        self.assertEqual([], self.trying())
        self.assert_open()

    def test_ended(self):
        """What ends early leaves no test guest, and is closed."""
        for test in (TEST, DIRECT):
            with self.subTest(test=test):
                self.start()
                self.prepare()
                self.cloud.test_guests.seconds = None
                patient = dataclasses.replace(test, timeout=9999)
                self.open(timeout=120, health_test=patient)
                self.assertNotEqual([], self.trying())

                result = self.run_goal(
                    health_test.EndTests(names=('hv1', 'hv2'))
                )

                self.assertTrue(result.ok, self.message(result))
                self.assertEqual([], self.trying())
                self.assertEqual([], self.cloud.landed)
                self.assertIn('provider', self.cloud.traces('hv1'))

    def test_not_ended(self):
        """A test guest that cannot be deleted is named."""
        self.prepare()
        self.cloud.test_guests.seconds = None
        patient = dataclasses.replace(TEST, timeout=9999)
        self.open(timeout=120, health_test=patient)
        self.cloud.test_guests.deletable = False

        result = self.run_goal(
            health_test.EndTests(names=('hv1',)), timeout=60
        )

        self.assertIn('waiting for the test guest', self.message(result))

    def test_not_open_while_it_is_tried(self):
        """No tenant lands there while the test guest is on it."""
        self.prepare()
        self.cloud.test_guests.seconds = 30
        during = []
        self.clock.on_wait = lambda: (
            during.extend(self.cloud.landed) if self.trying() else None
        )

        self.assertTrue(self.open().ok)

        self.assertEqual([], during)

    def test_full(self):
        """One that is open and full is not taken for a held one."""
        self.prepare()
        self.cloud.tenants = False
        self.open()
        (provider,) = self.cloud.providers.values()
        provider.used['guest'] = provider.total
        self.cloud.changes.clear()

        result = self.open(life=2)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual([], self.kinds())

    def test_killed_before_it_was_open(self):
        """One whose times are noted and whose hold stands is opened."""
        for lives in range(8, 12):
            with self.subTest(lives=lives):
                self.start()
                self.prepare()
                self.cloud.lives = lives
                with contextlib.suppress(failures.Killed):
                    self.open()
                self.cloud.lives = None

                self.assertTrue(self.open(life=2).ok)

                self.assert_open()

    def test_failed(self):
        """A test guest that fails keeps it closed, and is removed."""
        self.prepare()
        self.cloud.test_guests.fault = 'Binding failed for port'

        result = self.open()

        self.assertFalse(result.ok)
        self.assertIn('health test of hv1 failed', self.message(result))
        self.assertIn('Binding failed for port', self.message(result))
        self.assertEqual([], self.trying())
        self.assertEqual([], self.cloud.landed)

    def test_answers(self):
        """It is opened when its console or its address has answered."""
        for answer in (Answer.CONSOLE, Answer.ADDRESS):
            with self.subTest(answer=answer):
                self.start()
                self.prepare()
                test = dataclasses.replace(TEST, answer=answer)

                result = self.open(health_test=test)

                self.assertTrue(result.ok, self.message(result))
                self.assertEqual([], self.trying())
                self.assert_open()

    def test_never_answers(self):
        """Without an answer it stays closed, and the guest goes."""
        self.prepare()
        self.cloud.test_guests.answers = None
        test = dataclasses.replace(TEST, answer=Answer.CONSOLE)

        result = self.open(health_test=test)

        self.assertFalse(result.ok)
        self.assertIn('its console did not answer', self.message(result))
        self.assertEqual([], self.trying())
        self.assertEqual([], self.cloud.landed)

    def test_never_boots(self):
        """So does one that does not boot in its time."""
        self.prepare()
        self.cloud.test_guests.seconds = None

        result = self.open()

        self.assertFalse(result.ok)
        self.assertIn('was BUILD for', self.message(result))
        self.assertEqual([], self.trying())

    def test_placement_does_not_know(self):
        """Nova's yes is not enough: Placement must have it as well."""
        self.prepare()
        self.cloud.aggregates.deaf = True

        result = self.open(timeout=200)

        self.assertFalse(result.ok)
        self.assertIn('aggregate a', self.message(result))
        self.assertIn('sync_aggregates', self.message(result))
        self.assertEqual([], self.cloud.landed)

    def test_aggregate_that_is_deleted(self):
        """A host is not opened outside of what it is to be in."""
        for own, when in ((False, 10), (False, 55), (True, 10)):
            with self.subTest(own=own, when=when):
                self.start()
                self.prepare()
                self.cloud.tenants = not own
                self.cloud.test_guests.seconds = 30

                def remove(when=when):
                    if self.clock.seconds > when:
                        self.cloud.aggregates.all.pop(3, None)

                self.clock.on_wait = remove

                result = self.open(own=own, health_test=None if own else TEST)

                self.assertFalse(result.ok)
                self.assertIn(
                    f'aggregate 3 ({self.uuid}) is deleted',
                    self.message(result),
                )
                self.assertEqual([], self.cloud.landed)

    def test_killed(self):
        """Killed anywhere, it ends open, tried out, and clean."""
        for unanswered, test in itertools.product(
            (False, True), (TEST, DIRECT)
        ):
            for lives in range(1, 14):
                with self.subTest(
                    lives=lives, unanswered=unanswered, test=test
                ):
                    self.start()
                    self.prepare()
                    self.cloud.lives = lives
                    self.cloud.unanswered = unanswered
                    with contextlib.suppress(failures.Killed):
                        self.open(health_test=test)
                    self.cloud.lives = None

                    result = self.open(life=2, health_test=test)

                    self.assertTrue(result.ok, self.message(result))
                    self.assertEqual([], self.trying())
                    self.assertNotIn(
                        'bad', [how for _, how in self.cloud.landed]
                    )

    def test_deleted_with_its_test_guest(self):
        """A delete removes the test guest that a killed create left."""
        self.prepare()
        self.cloud.lives = 7
        self.cloud.unanswered = True
        with self.assertRaises(failures.Killed):
            self.open()
        self.cloud.lives = None
        self.assertEqual(1, len(self.trying()))

        result = self.delete('hv1')

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual([], self.trying())
        self.assert_nothing_left()

    def test_leaves_nothing_of_the_aggregate(self):
        """A delete takes it out of the aggregate again."""
        self.prepare()
        self.open()

        self.assertTrue(self.delete('hv1').ok)

        self.assertEqual(
            frozenset({'other'}), self.cloud.aggregates.all[3].hosts
        )


class TestLimits(TestCase):
    """What is given up when nothing changes."""

    def test_each(self):
        """Each part of the way has its limit, and its words."""
        limits = Timeouts(deploy=100, boot=200, registration=300)
        for stage, seconds, words in (
            ('deployed', 100, 'is not deployed'),
            ('registered', 200, 'never registered'),
            ('mapped', 300, 'discover_hosts'),
            ('agents', 300, 'no network agent'),
        ):
            with self.subTest(stage=stage):
                self.start()
                reached = self.cloud.machines.stages.pop(stage)

                result = self.create('hv1', timeouts=limits)

                self.assertFalse(result.ok)
                self.assertIn(words, self.message(result))
                self.assertLess(self.clock.seconds, reached + seconds + 15)

    def test_ready(self):
        """What is good and does not open is given up as well."""
        limits = Timeouts(registration=300)
        for what, words in (
            ('deaf', 'until Placement has it in aggregate a (nova-manage'),
            ('trait', 'until Placement no longer has it as disabled'),
        ):
            with self.subTest(what=what):
                self.start()
                self.prepare()
                if what == 'deaf':
                    self.cloud.aggregates.deaf = True
                else:
                    self.cloud.machines.new_services_enabled = False
                    self.cloud.machines.trait_seconds = 9999

                result = self.open(health_test=None, timeouts=limits)

                self.assertFalse(result.ok)
                self.assertIn(
                    'hv1 is ready, nothing changed for 30',
                    self.message(result),
                )
                self.assertIn(words, self.message(result))
                self.assertLess(self.clock.seconds, 400)

    def test_own_limit_of_the_health_test(self):
        """The health test may take longer than a registration."""
        self.prepare()
        self.cloud.test_guests.seconds = 400
        limits = Timeouts(registration=300)
        test = dataclasses.replace(TEST, timeout=500)

        result = self.open(health_test=test, timeouts=limits)

        self.assertTrue(result.ok, self.message(result))

    def test_slow_is_not_stuck(self):
        """What moves on is waited for, however long the whole takes."""
        stages = self.cloud.machines.stages
        for number, stage in enumerate(stages, start=1):
            stages[stage] = 90 * number
        limits = Timeouts(deploy=95, boot=95, registration=185)

        self.assertTrue(self.create('hv1', timeouts=limits).ok)

    def test_each_begins_anew(self):
        """A phase that took its time takes none of the next one's."""
        stages = self.cloud.machines.stages
        for stage in stages:
            stages[stage] += 600
        limits = Timeouts(deploy=700, boot=60, registration=60)

        result = self.create('hv1', timeouts=limits)

        self.assertTrue(result.ok, self.message(result))


class TestRetries(TestCase):
    """Deploys that fail."""

    def test_why(self):
        """Ironic is asked why, since by then the node says it no more."""
        self.cloud.machines.deploy_error = 'Exceeded maximum number'
        self.cloud.machines.node_error = 'no power'

        result = self.create('hv1')

        self.assertRegex(
            self.message(result),
            r'Exceeded maximum number; tried on Ironic node \S+ \(no power\)',
        )

    def fail_deploys(self, times: int) -> None:
        """Let the first deploys fail."""
        self.cloud.machines.deploy_error = 'Exceeded maximum number'

        def mend():
            if self.kinds().count('CreateServer') > times:
                self.cloud.machines.deploy_error = None

        self.clock.on_wait = mend

    def test_succeeds(self):
        """A later try counts, on the same port and under the same hold."""
        self.fail_deploys(2)

        result = self.create('hv1', retries=2)

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(3, self.kinds().count('CreateServer'))
        self.assertEqual(1, self.kinds().count('CreatePort'))
        self.assertEqual(1, self.kinds().count('CreateProvider'))
        self.assert_one_of_each()

    def test_too_often(self):
        """After the last try it is a failure."""
        self.fail_deploys(9)

        result = self.create('hv1', retries=1)

        self.assertFalse(result.ok)
        self.assertEqual(2, self.kinds().count('CreateServer'))
        self.assertIn('Exceeded maximum number', self.message(result))

    def test_not_of_others(self):
        """A failed server of an earlier run is not deleted for a retry."""
        self.fail_deploys(9)
        self.create('hv1')

        result = self.create('hv1', retries=3)

        self.assertFalse(result.ok)
        self.assertNotIn('DeleteServer', self.kinds())

    def test_not_of_a_rival(self):
        """Nor is the one that stayed when this run's own lost a race."""
        goal = requests.a_create('hv1', retries=1)
        port = builders.a_port(device_id='')
        made = CreatePort(
            name='hv1', network_id='n', vnic_type='normal', mac_address='m'
        )
        ledger = Ledger(started_at=clocks.START, looks=1, done={made: True})
        look = builders.a_snapshot(ports=(port,))
        make = goal.decide(look, ledger, clocks.START)['hv1'].steps[-1]
        ledger.done[make] = True
        failed = builders.a_server(status='ERROR')
        look = builders.a_snapshot(servers=(failed,), ports=(port,))
        for own, expected in ((failed.id, ['DeleteServer']), ('another', [])):
            with self.subTest(own=own):
                ledger.answers[make] = Created(own)

                verdict = goal.decide(look, ledger, clocks.START)['hv1']

                self.assertEqual(
                    expected, [type(step).__name__ for step in verdict.steps]
                )


class TestTakingBack(TestCase):
    """--on-failure delete."""

    def test_out_of_time(self):
        """What was not finished in time is removed as well."""
        del self.cloud.machines.stages['registered']

        kept = self.create('hv1', timeout=300)
        self.start()
        del self.cloud.machines.stages['registered']
        result = self.create('hv1', timeout=300, delete_on_failure=True)

        self.assertIn('not finished after 300 s', self.message(kept))
        self.assertFalse(result.ok)
        self.assertIn('not finished after 300 s', self.message(result))
        self.assertIn('is removed again', self.message(result))
        self.assert_nothing_left()

    def test_removes_what_it_made(self):
        """What failed is removed without a trace, and the reason is said."""
        self.cloud.machines.deploy_error = 'Exceeded maximum number'

        result = self.create('hv1', delete_on_failure=True)

        self.assertFalse(result.ok)
        self.assertIn('Exceeded maximum number', self.message(result))
        self.assertIn('is removed again', self.message(result))
        self.assert_nothing_left()

    def test_not_removed(self):
        """A removal without an end keeps the reason, and says what ends it."""

        def blind():
            if 'DeleteServer' in self.kinds():
                self.cloud.blind = [
                    exceptions.CloudError('forbidden', status=403)
                ]

        for on_wait, words in (
            (lambda: None, 'not finished after 660 s: the server is being'),
            (blind, 'forbidden'),
        ):
            with self.subTest(words=words):
                self.cloud = failures.Unreliable(self.clock)
                self.cloud.machines.deploy_error = 'no power'
                self.cloud.machines.nova_seconds = 9999
                self.clock.on_wait = on_wait

                result = self.create('hv1', timeout=60, delete_on_failure=True)

                message = self.message(result)
                self.assertIn('failed: no power', message)
                self.assertIn('its removal has not ended', message)
                self.assertIn(words, message)
                self.assertIn('ephemeral delete hv1', message)
                self.assertNotIn('same command', message)

    def test_only_what_failed(self):
        """The others of the batch stay."""
        self.cloud.add_service('hv2')

        result = self.create('hv1', 'hv2', delete_on_failure=True)

        self.assertFalse(result.ok)
        self.assertTrue(result.verdicts['hv1'].outcome.ok)
        self.assert_one_of_each('hv1')
        self.assertIsNotNone(self.cloud.service_of('hv2'))

    def test_beside_one_that_failed(self):
        """The others go on into their aggregates and are opened."""
        self.prepare()

        def spoil():
            for server in self.cloud.ours('hv1'):
                if server.status == 'BUILD':
                    self.cloud.change_server(
                        server.id, status='ERROR', fault='no power'
                    )

        self.clock.on_wait = spoil

        result = self.open(
            'hv1', 'hv2', health_test=None, delete_on_failure=True
        )

        self.assertIn('no power; what was made of it', self.message(result))
        self.assert_nothing_left('hv1')
        self.assertTrue(
            result.verdicts['hv2'].outcome.ok, self.message(result, 'hv2')
        )
        self.assertIn('member', self.cloud.traces('hv2'))
        self.assert_open('hv2')

    def test_not_what_others_made(self):
        """What an earlier run made is kept."""
        self.cloud.machines.deploy_error = 'Exceeded maximum number'
        self.create('hv1')
        before = self.cloud.traces('hv1')

        result = self.create('hv1', delete_on_failure=True)

        self.assertFalse(result.ok)
        self.assertEqual(before, self.cloud.traces('hv1'))

    def test_failed_test(self):
        """One that does not pass its health test goes as well."""
        self.prepare()
        self.cloud.test_guests.fault = 'Binding failed'

        result = self.open(delete_on_failure=True)

        self.assertFalse(result.ok)
        self.assertIn('Binding failed', self.message(result))
        self.assertEqual([], self.trying())
        self.assert_nothing_left()
