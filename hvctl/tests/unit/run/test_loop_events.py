# SPDX-License-Identifier: Apache-2.0
"""Tests of what the loop tells its listener."""

from __future__ import annotations

from hvctl.model.events import Finished, MoveChanged
from hvctl.model.hypervisor import Phase
from hvctl.model.move import Guest
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.run import pace
from hvctl.tests.unit.run import goals


class TestEvents(goals.TestCase):
    """What the listener is told."""

    def test_phases(self):
        """Each phase is told once, with how long the one before took."""

        def decide(ledger):
            if self.clock.seconds < 10:
                return goals.a_verdict(phase=Phase.BUILDING)
            if self.clock.seconds < 20:
                return goals.a_verdict(phase=Phase.BOOTING)
            return goals.a_verdict(phase=Phase.ENABLED, outcome=goals.FINE)

        self.run_goal(goals.Goal(decide))

        phases = self.events[:-1]
        self.assertEqual(
            [
                (None, Phase.BUILDING),
                (Phase.BUILDING, Phase.BOOTING),
                (Phase.BOOTING, Phase.ENABLED),
            ],
            [(event.before, event.status.phase) for event in phases],
        )
        self.assertIsNone(phases[0].seconds)
        self.assertGreaterEqual(phases[1].seconds, 10)
        self.assertEqual(
            Finished(name='hv1', outcome=goals.FINE), self.events[-1]
        )

    def test_same_phase_for_another_reason(self):
        """Another reason is told, and does not restart the phase."""

        def decide(ledger):
            if self.clock.seconds < 5:
                return goals.a_verdict(reason=goals.RAIN)
            if self.clock.seconds < 10:
                return goals.a_verdict(reason=goals.WIND)
            return goals.a_verdict(phase=Phase.ENABLED, outcome=goals.FINE)

        self.run_goal(goals.Goal(decide))

        self.assertEqual(
            [goals.RAIN, goals.WIND, None],
            [event.status.reason for event in self.events[:-1]],
        )
        self.assertGreaterEqual(self.events[2].seconds, 10)

    def test_moves(self):
        """A guest's move is told when its state changes."""

        def a_move(state):
            return Move(
                hypervisor='hv1',
                source='hv1',
                guest=Guest(id='g'),
                state=state,
            )

        def decide(ledger):
            if self.clock.seconds < 10:
                return goals.a_verdict(moves=(a_move(MoveState.MOVING),))
            return goals.a_verdict(
                moves=(a_move(MoveState.MOVED),), outcome=goals.FINE
            )

        self.run_goal(goals.Goal(decide))

        moves = [
            event.move.state
            for event in self.events
            if isinstance(event, MoveChanged)
        ]
        self.assertEqual(['moving', 'moved'], moves)

    def test_looks_less_often(self):
        """While nothing changes the pauses grow up to the longest."""
        self.run_goal(
            goals.Goal(
                lambda ledger: goals.a_verdict(
                    outcome=goals.FINE if self.clock.seconds > 60 else None
                )
            )
        )

        self.assertEqual(pace.SHORTEST, self.clock.waits[0])
        self.assertEqual(pace.LONGEST, self.clock.waits[-1])
        self.assertEqual(sorted(self.clock.waits), self.clock.waits)
