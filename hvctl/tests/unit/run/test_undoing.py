# SPDX-License-Identifier: Apache-2.0
"""Tests of drain --undo beside a drain that runs elsewhere."""

from __future__ import annotations

from hvctl.decide.drain import undo
from hvctl.model.codes import OutcomeCode
from hvctl.model.ledger import Ledger
from hvctl.model.steps import EnableService, MoveStep
from hvctl.model.verdict import Outcome
from hvctl.tests.unit.run import simulated


class Other:
    """Another process that takes the drain of hv1 back.

    :ivar opened_at: when it has enabled the service
    """

    def __init__(self, cloud, clock) -> None:
        self._cloud, self._clock = cloud, clock
        self._goal = undo.Undo(names=('hv1',))
        self._ledger = Ledger(started_at=clock.now())
        self.opened_at: float | None = None
        self.outcome: Outcome | None = None

    def look(self) -> None:
        """Look once, and do what is to be done."""
        if self.outcome is not None:
            return
        ledger = self._ledger
        look = self._cloud.observe(self._goal.scope(ledger))
        now = self._clock.now()
        verdict = self._goal.decide(look, ledger, now)['hv1']
        ledger.saw(look)
        self.outcome = verdict.outcome
        for step in verdict.steps:
            self._cloud.act(step)
            ledger.done[step] = True
            ledger.done_at[step] = now
            if isinstance(step, EnableService):
                self.opened_at = self._clock.seconds


class TestUndo(simulated.TestCase):
    """A drain that somebody takes back."""

    def take_back(self, statuses, *, first):
        """Drain such guests, and take that back after half a minute.

        :param first: whether the run that is stopped has closed it itself
        """
        self.start()
        self.cloud.has_hypervisor('hv1')
        self.cloud.have_left('hv1')
        self.cloud.moves_take(50)
        for number, status in enumerate(statuses):
            self.cloud.add_guest(f'g{number}', 'hv1', status=status)
        if not first:
            self.drain('hv1', wait=False)
        other = Other(self.cloud, self.clock)
        began = self.clock.seconds

        def wait():
            if self.clock.seconds - began > 30:
                other.look()

        self.clock.on_wait = wait
        result = self.drain('hv1')
        for _ in range(100):
            self.clock.wait((), 1)
        return result, other, began

    def test_stops_the_drain(self):
        """It begins nothing more; what has begun ends, and is confirmed."""
        for statuses in (
            ['SHUTOFF'] * 12,
            ['ACTIVE'] * 12,
            ['ACTIVE', 'SHUTOFF'] * 6,
        ):
            for first in (True, False):
                with self.subTest(statuses=statuses[:2], first=first):
                    result, other, began = self.take_back(
                        statuses, first=first
                    )

                    self.assertFalse(result.ok)
                    self.assertIn(
                        self.code(result),
                        (OutcomeCode.ENABLED_AGAIN, OutcomeCode.BEING_UNDONE),
                    )
                    moves = [
                        step
                        for step in self.cloud.asked
                        if isinstance(step, MoveStep)
                    ]
                    self.assertEqual(4, len(moves))
                    self.assertTrue(other.outcome.ok, other.outcome)
                    self.assertLess(other.opened_at - began, 90)
                    service = self.cloud.service_of('hv1')
                    self.assertFalse(service.disabled)
                    self.assertLessEqual(
                        {m.status for m in self.cloud.migrations()},
                        {'confirmed', 'completed', 'cancelled'},
                    )

    def test_drain_after_a_killed_undo(self):
        """A drain goes on where an undo was killed, with its number."""
        self.cloud.has_hypervisor('hv1')
        self.cloud.add_guest('g1', 'hv1', status='SHUTOFF')
        self.cloud.change_service(
            'hv1',
            disabled=True,
            disabled_reason='hvctl: undo after migration 17',
        )

        result = self.drain('hv1')

        self.assertTrue(result.ok, self.message(result))
        self.assertEqual(
            'hvctl: drain after migration 17',
            self.cloud.service_of('hv1').disabled_reason,
        )
