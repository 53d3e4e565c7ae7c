# SPDX-License-Identifier: Apache-2.0
"""Tests of what becomes of what a create could not finish."""

from __future__ import annotations

from hvctl import exceptions
from hvctl.model.codes import OutcomeCode
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.results import Created
from hvctl.model.steps import CreatePort
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import requests
from hvctl.tests.simulation import stepping
from hvctl.tests.unit.run import opening
from hvctl.tests.unit.run import simulated


class TestRetries(simulated.TestCase):
    """Deploys that fail."""

    def test_why(self):
        """Ironic is asked why, since by then the node says it no more."""
        self.cloud.fail_deploys('no power')

        result = self.create('hv1')

        self.assertRegex(
            self.message(result),
            r'Exceeded maximum number of retries\..*; tried on Ironic node '
            r'node-0 \(no power\), node-1 \(no power\), node-2 \(no power\)',
        )

    def fail_deploys(self, times: int) -> None:
        """Let the deploys of the first servers fail."""
        self.cloud.fail_deploys('no power')

        def mend():
            if self.kinds().count('CreateServer') > times:
                self.cloud.world.failing.clear()

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


class TestTakingBack(opening.TestCase):
    """--on-failure delete."""

    def test_out_of_time(self):
        """What was not finished in time is removed as well."""
        self.cloud.never('registered')

        kept = self.create('hv1', timeout=300)
        self.start()
        self.cloud.never('registered')
        result = self.create('hv1', timeout=300, delete_on_failure=True)

        self.assertIn('not finished after 300 s', self.message(kept))
        self.assertFalse(result.ok)
        self.assertIn('not finished after 300 s', self.message(result))
        self.assertIn('is removed again', self.message(result))
        self.assert_nothing_left()

    def test_removes_what_it_made(self):
        """What failed is removed without a trace, and the reason is said."""
        self.cloud.fail_deploys('no power')

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

        for on_wait, fault, words in (
            (
                lambda: None,
                'not finished after 60 s',
                'not finished after 660 s: Ironic still tears down',
            ),
            (blind, 'Exceeded maximum number of retries', 'forbidden'),
        ):
            with self.subTest(words=words):
                self.cloud = stepping.Unreliable(self.clock)
                if on_wait is blind:
                    self.cloud.fail_deploys('no power')
                else:
                    self.cloud.never('deployed')
                self.cloud.never('ended')
                self.clock.on_wait = on_wait

                result = self.create('hv1', timeout=60, delete_on_failure=True)

                message = self.message(result)
                self.assertIn(fault, message)
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
                if server.vm_state == 'building':
                    self.cloud.change_server(
                        server.id,
                        vm_state='error',
                        task_state=None,
                        fault='no power',
                    )

        self.clock.on_wait = spoil

        result = self.open(
            'hv1', 'hv2', health_test=None, delete_on_failure=True
        )

        outcome = result.verdicts['hv1'].outcome
        self.assertEqual(OutcomeCode.DEPLOY_FAILED, outcome.reason.code)
        self.assertEqual('no power', outcome.reason.facts['fault'])
        self.assertEqual(Reason.of(OutcomeCode.REMOVED), outcome.afterwards)
        self.assert_nothing_left('hv1')
        self.assertTrue(
            result.verdicts['hv2'].outcome.ok, self.message(result, 'hv2')
        )
        self.assertIn('member', self.cloud.traces('hv2'))
        self.assert_open('hv2')

    def test_not_what_others_made(self):
        """What an earlier run made is kept."""
        self.cloud.fail_deploys('no power')
        self.create('hv1')
        before = self.cloud.traces('hv1')

        result = self.create('hv1', delete_on_failure=True)

        self.assertFalse(result.ok)
        self.assertEqual(before, self.cloud.traces('hv1'))

    def test_failed_test(self):
        """One that does not pass its health test goes as well."""
        self.prepare()
        self.cloud.fail_guests('hv1', 'Binding failed')

        result = self.open(delete_on_failure=True)

        self.assertFalse(result.ok)
        self.assertIn('Binding failed', self.message(result))
        self.assertEqual([], self.trying())
        self.assert_nothing_left()
