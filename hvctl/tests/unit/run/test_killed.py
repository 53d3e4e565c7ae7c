# SPDX-License-Identifier: Apache-2.0
"""Tests of runs that are killed, and started again."""

from __future__ import annotations

import hypothesis
from hypothesis import strategies

from hvctl.tests.fixtures import failures
from hvctl.tests.fixtures import situations
from hvctl.tests.simulation import stepping
from hvctl.tests.unit.run import simulated


class TestKilled(simulated.TestCase):
    """Killed anywhere, the same command again is the recovery."""

    kind = stepping.Mortal

    def kill(self, verb, lives, unanswered) -> bool:
        """Run a verb that is killed after some steps; whether it was."""
        self.cloud.lives = lives
        self.cloud.unanswered = unanswered
        try:
            verb()
        except failures.Killed:
            return True
        finally:
            self.cloud.lives = None
        return False

    def at_each_end(self, story, limit=40):
        """Tell a story for every number of steps after which it may end.

        What is there then is the same whether the answer of the last step was
        lost or not, so that is so of every other one.

        :param story: is called with the number, and whether the answer of
            the last step is lost; says whether the verb was killed
        """
        for lives in range(1, limit):
            self.start()
            unanswered = bool(lives % 2)
            with self.subTest(lives=lives, unanswered=unanswered):
                if not story(lives, unanswered):
                    break
        else:
            self.fail('the verb has more steps than the test thought')

    def test_create(self):
        """One port, one server and an open hypervisor in the end."""
        for enabled in (True, False):

            def story(lives, unanswered, enabled=enabled):
                self.cloud.tenants = True
                self.cloud.world.enable_new_services = enabled
                killed = self.kill(
                    lambda: self.create('hv1', 'hv2'), lives, unanswered
                )

                result = self.create('hv1', 'hv2', life=2)

                self.assertTrue(result.ok, self.message(result))
                self.assertNotIn('bad', [how for _, how in self.cloud.landed])
                for name in ('hv1', 'hv2'):
                    self.assert_one_of_each(name)
                    self.assert_open(name)
                return killed

            self.at_each_end(story)

    def test_create_with_own_user_data(self):
        """So it is without a hold."""

        def story(lives, unanswered):
            killed = self.kill(
                lambda: self.create('hv1', own=True), lives, unanswered
            )

            result = self.create('hv1', own=True)

            self.assertTrue(result.ok, self.message(result))
            self.assert_one_of_each()
            self.assert_open()
            return killed

        self.at_each_end(story)

    def test_delete(self):
        """Nothing is left in the end."""

        def story(lives, unanswered):
            self.cloud.has_hypervisor('hv1')
            self.cloud.has_hypervisor('hv2')
            killed = self.kill(
                lambda: self.delete('hv1', 'hv2'), lives, unanswered
            )
            self.cloud.pass_time(3)

            result = self.delete('hv1', 'hv2')

            self.assertTrue(result.ok, self.message(result))
            self.assert_nothing_left('hv1', 'hv2')
            return killed

        self.at_each_end(story)

    def test_create_then_delete(self):
        """What a killed create left is removed without a trace."""

        def story(lives, unanswered):
            killed = self.kill(lambda: self.create('hv1'), lives, unanswered)

            result = self.delete('hv1')

            self.assertTrue(result.ok, self.message(result))
            self.assert_nothing_left()
            return killed

        self.at_each_end(story)

    def test_delete_then_create(self):
        """A killed delete is told apart from what can be used again."""

        def story(lives, unanswered):
            self.cloud.has_hypervisor('hv1')
            killed = self.kill(lambda: self.delete('hv1'), lives, unanswered)
            self.cloud.pass_time(5)

            if not self.create('hv1', life=2).ok:
                self.assertTrue(self.delete('hv1').ok)
                self.assertTrue(self.create('hv1', life=3).ok)

            self.assert_one_of_each()
            self.assert_open()
            return killed

        self.at_each_end(story)

    def test_drain(self):
        """Every guest is away, and every cold migration confirmed."""
        for pause in (0, 3, 30):

            def story(lives, unanswered, pause=pause):
                self.cloud.has_hypervisor('hv1')
                self.cloud.add_guest('g1', 'hv1')
                self.cloud.add_guest('g2', 'hv1', status='SHUTOFF')
                self.cloud.add_guest('g3', 'hv1', status='PAUSED')
                killed = self.kill(
                    lambda: self.drain('hv1'), lives, unanswered
                )
                self.cloud.pass_time(pause)

                result = self.drain('hv1', timeout=600)

                self.assertTrue(result.ok, self.message(result))
                self.assertEqual(
                    ['completed', 'completed', 'confirmed'],
                    sorted(m.status for m in self.cloud.migrations()),
                )
                return killed

            self.at_each_end(story)

    @situations.SOME
    @hypothesis.given(
        strategies.lists(strategies.integers(1, 6), max_size=5),
        strategies.booleans(),
        strategies.booleans(),
    )
    def test_create_again_and_again(self, ends, unanswered, own):
        """However often it is killed, it converges."""
        self.start()
        for life, lives in enumerate(ends, start=2):
            self.kill(
                lambda life=life: self.create('hv1', own=own, life=life),
                lives,
                unanswered,
            )

        result = self.create('hv1', own=own)

        self.assertTrue(result.ok)
        self.assert_one_of_each()
        self.assert_open()
