# SPDX-License-Identifier: Apache-2.0
"""Tests of two runs that do the same at the same time."""

from __future__ import annotations

import hypothesis
from hypothesis import strategies

from hvctl.decide.delete import delete
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import requests
from hvctl.tests.fixtures import rivals
from hvctl.tests.fixtures import situations
from hvctl.tests.unit.run import base

#: Which of two runs goes on, again and again.
TURNS = strategies.lists(strategies.booleans(), min_size=1, max_size=40)


class TestRivals(base.TestCase):
    """Two runs, mixed in any order."""

    def race(self, first, second, turns):
        """Mix two runs.

        :param turns: who goes on, over and over until both have ended
        :returns: the outcomes of each
        """
        runs = [
            rivals.steps_of(first, self.cloud),
            rivals.steps_of(second, self.cloud),
        ]
        outcomes: list[dict | None] = [None, None]
        for _ in range(2000):
            for turn in (*turns, True, False):
                if outcomes[turn] is not None:
                    continue
                try:
                    next(runs[turn])
                except StopIteration as end:
                    outcomes[turn] = end.value
            if None not in outcomes:
                return outcomes
        raise AssertionError('the runs do not end')

    def assert_both_create(self, turns, own=False):
        """See two creates of one name succeed, and make one of each."""
        outcomes = self.race(
            requests.a_create('hv1', life=1, own=own),
            requests.a_create('hv1', life=2, own=own),
            turns,
        )

        for outcome in outcomes:
            self.assertTrue(outcome['hv1'].ok, outcome['hv1'].reason)
        self.assert_one_of_each()

    @situations.SOME
    @hypothesis.given(TURNS)
    def test_creates(self, turns):
        """Two creates of one name make one of each, and both succeed."""
        self.start()

        self.assert_both_create(turns)
        self.assert_open()

    @situations.SOME
    @hypothesis.given(TURNS)
    def test_creates_with_own_user_data(self, turns):
        """So they do where nova-compute chooses its id itself."""
        self.start()

        self.assert_both_create(turns, own=True)

    @situations.SOME
    @hypothesis.given(TURNS, strategies.floats(1, 12))
    def test_taking_over(self, turns, seconds):
        """Where who made the port is dead, both may make a server."""
        self.start()
        self.cloud.machines.bind_seconds = seconds
        port = builders.a_port(device_id='')
        self.cloud.ports[port.id] = port

        self.assert_both_create(turns)
        self.assert_open()

    @situations.SOME
    @hypothesis.given(TURNS)
    def test_creates_never_open_too_early(self, turns):
        """Nor does the one open what the other has not finished."""
        self.start()
        self.cloud.tenants = True

        self.race(
            requests.a_create('hv1', life=1),
            requests.a_create('hv1', life=2),
            turns,
        )

        self.assertNotIn('bad', [how for _, how in self.cloud.landed])

    @situations.SOME
    @hypothesis.given(TURNS)
    def test_deletes(self, turns):
        """Two deletes of one name leave nothing, and both succeed."""
        self.start()
        self.create('hv1')

        outcomes = self.race(
            delete.Delete(names=('hv1',)),
            delete.Delete(names=('hv1',)),
            turns,
        )

        for outcome in outcomes:
            self.assertTrue(outcome['hv1'].ok, outcome['hv1'].reason)
        self.assert_nothing_left()

    @situations.SOME
    @hypothesis.given(TURNS)
    def test_create_against_delete(self, turns):
        """Whoever wins, a delete afterwards leaves nothing."""
        self.start()

        self.race(
            requests.a_create('hv1'),
            delete.Delete(names=('hv1',)),
            turns,
        )

        self.assertTrue(self.delete('hv1').ok)
        self.assert_nothing_left()
