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
                self.cloud.never(stage)

                result = self.create('hv1', timeouts=limits)

                self.assertFalse(result.ok)
                self.assertIn(words, self.message(result))
                self.assertLess(self.clock.seconds, seconds + 25)

    def test_queue(self):
        """What waits in Nova's queue is not being deployed yet."""
        self.cloud.pace(scheduled=2700)

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
                    self.cloud.world.mirrored = False
                else:
                    self.cloud.world.enable_new_services = False
                    self.cloud.never('marked')
                    self.cloud.never('refresh')

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
        self.cloud.pace(booted=400)
        limits = Timeouts(registration=300)
        test = dataclasses.replace(opening.TEST, timeout=500)

        result = self.open(health_test=test, timeouts=limits)

        self.assertTrue(result.ok, self.message(result))

    def test_slow_is_not_stuck(self):
        """What moves on is waited for, however long the whole takes."""
        self.cloud.pace(
            deployed=90, registered=90, inventory=180, mapped=270, agents=360
        )
        limits = Timeouts(deploy=95, boot=95, registration=95)

        self.assertTrue(self.create('hv1', timeouts=limits).ok)

    def test_each_begins_anew(self):
        """A phase that took its time takes none of the next one's."""
        self.cloud.pace(deployed=600)
        limits = Timeouts(deploy=700, boot=60, registration=60)

        result = self.create('hv1', timeouts=limits)

        self.assertTrue(result.ok, self.message(result))

    def test_sleep(self):
        """A computer that sleeps ends nothing, and notes the cloud's time."""

        def sleep():
            if self.clock.seconds > 2:
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
        observe = self.cloud.observe

        def blind(scope):
            if 2 < self.clock.seconds < 902:
                raise failures.no_answer()
            return observe(scope)

        self.cloud.observe = blind
        # It stands still meanwhile.
        self.cloud.pace(deployed=905)
        limits = Timeouts(deploy=60, boot=60, registration=60)

        result = self.create('hv1', timeouts=limits, delete_on_failure=True)

        self.assertTrue(result.ok, self.message(result))
