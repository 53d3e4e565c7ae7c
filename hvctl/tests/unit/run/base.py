# SPDX-License-Identifier: Apache-2.0
"""What tests of whole verbs have in common."""

from __future__ import annotations

import unittest

from hvctl.decide.delete import delete
from hvctl.decide.drain import drain
from hvctl.decide.drain.moves import way
from hvctl.decide.hypervisor import life
from hvctl.decide.wording import rendering
from hvctl.model.drain_options import DrainOptions
from hvctl.model.events import Finished, MoveChanged, PhaseReached
from hvctl.run import loop
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import requests


class TestCase(unittest.TestCase):
    """Runs verbs on a cloud of some kind."""

    kind: type

    def setUp(self):
        self.start()

    def start(self):
        """Begin with an empty cloud."""
        self.clock = clocks.FakeClock()
        self.cloud = self.kind(self.clock)
        self.events: list = []

    def run_goal(self, goal, timeout=3600, grace=0) -> loop.Result:
        """Run a goal to its end."""
        events: list = []
        try:
            return loop.Loop(self.cloud, events.append, self.clock).run(
                goal, timeout, grace
            )
        finally:
            self.events += events
            self.assert_in_words(events)
            self.assert_in_life(events)
            self.assert_on_way(events)

    def assert_in_words(self, events):
        """Nothing that is said has a blank that nobody filled in."""
        for event in events:
            said = ''
            if isinstance(event, PhaseReached):
                said = rendering.sentence(event.status.reason)
            elif isinstance(event, MoveChanged):
                said = rendering.sentence(event.move.reason)
            elif isinstance(event, Finished):
                said = rendering.outcome(event.outcome)
            self.assertNotIn('None', said)

    def assert_in_life(self, events):
        """Each change of phase is one that the table of arrows knows."""
        for event in events:
            if isinstance(event, PhaseReached) and event.before is not None:
                before, after = event.before, event.status.phase
                self.assertTrue(
                    before == after or life.leads(before, after),
                    f'{event.name}: no way from {before} to {after}',
                )

    def assert_on_way(self, events):
        """Each change of a guest's move is one that its table knows."""
        states: dict = {}
        for event in events:
            if isinstance(event, MoveChanged):
                key, after = (
                    (event.name, event.move.guest.id),
                    event.move.state,
                )
                before = states.get(key)
                self.assertTrue(
                    before in (None, after) or way.leads(before, after),
                    f'{event.name}: no way from {before} to {after}',
                )
                states[key] = after

    def create(self, *names, timeout=3600, **changes) -> loop.Result:
        """Run create."""
        grace = 600 if changes.get('delete_on_failure') else 0
        goal = requests.a_create(*names, **changes)
        return self.run_goal(goal, timeout, grace)

    def drain(self, *names, timeout=3600, **options) -> loop.Result:
        """Run drain."""
        goal = drain.Drain(names=names, options=DrainOptions(**options))
        return self.run_goal(goal, timeout)

    def delete(self, *names, timeout=3600) -> loop.Result:
        """Run delete."""
        return self.run_goal(delete.Delete(names=names), timeout)

    def message(self, result, name='hv1'):
        """What the outcome says."""
        return rendering.outcome(result.verdicts[name].outcome)

    def code(self, result, name='hv1'):
        """How it ended, for programs."""
        return result.verdicts[name].outcome.reason.code

    def kinds(self, name=None, *, changed=True) -> list[str]:
        """The classes of the steps that were run, in order."""
        found = self.cloud.changes if changed else self.cloud.asked
        return [
            type(step).__name__ for step in found if name in (None, step.name)
        ]

    def assert_one_of_each(self, name='hv1'):
        """One server, one port and one provider, and all the rest."""
        self.assertEqual(
            [
                f'server {name}',
                'service',
                'hypervisor',
                'provider',
                'port',
                'agent',
            ],
            self.cloud.traces(name),
        )

    def assert_open(self, name='hv1'):
        """Guests can land there, and it never was open before."""
        self.cloud.landed.clear()
        self.cloud.tenants = True
        self.cloud.pass_time(1)
        self.assertIn((name, 'good'), self.cloud.landed)

    def assert_nothing_left(self, *names):
        """No trace of the names, and nothing that comes back."""
        for name in names or ('hv1',):
            self.assertEqual([], self.cloud.traces(name))
        self.assertEqual([], self.cloud.zombies)
