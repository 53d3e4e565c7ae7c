# SPDX-License-Identifier: Apache-2.0
"""Tests of how long a create waits for what."""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.model import identity
from hvctl.model.profile import Timeouts
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import failures
from hvctl.tests.unit.run import opening


class TestLimits(opening.TestCase):
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

    def test_queue(self):
        """What waits in Nova's queue is not being deployed yet."""
        self.cloud.machines.queue_seconds = 2700

        result = self.create('hv1', timeout=7200)

        self.assertTrue(result.ok, self.message(result))

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
        test = dataclasses.replace(opening.TEST, timeout=500)

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

    def test_sleep(self):
        """A computer that sleeps ends nothing, and notes the cloud's time."""

        def sleep():
            if self.clock.seconds > 20:
                self.clock.ahead = 7200

        self.clock.on_wait = sleep

        result = self.create('hv1', delete_on_failure=True)

        self.assertTrue(result.ok, self.message(result))
        (server,) = self.cloud.ours('hv1')
        opened = datetime.datetime.fromisoformat(
            server.metadata[identity.ENABLED_KEY]
        )
        self.assertGreater((opened - clocks.START).total_seconds(), 7200)
        self.assertLess(result.seconds['hv1'], 100)

    def test_blind(self):
        """An outage of all services counts for no limit."""
        stages = self.cloud.machines.stages
        begins = stages['deployed'] - 1
        observe = self.cloud.observe

        def blind(scope):
            if begins < self.clock.seconds < begins + 900:
                raise failures.no_answer()
            return observe(scope)

        self.cloud.observe = blind
        # It stands still meanwhile.
        for stage in stages:
            stages[stage] += 900
        limits = Timeouts(deploy=60, boot=60, registration=60)

        result = self.create('hv1', timeouts=limits, delete_on_failure=True)

        self.assertTrue(result.ok, self.message(result))
