# SPDX-License-Identifier: Apache-2.0
"""Tests of how long a move may take, and how soon it is asked again."""

from __future__ import annotations

import datetime
import unittest

from hvctl.decide.drain.moves import limits
from hvctl.model.drain_options import Method
from hvctl.model.ledger import Failure
from hvctl.model.move import Guest
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Treatment
from hvctl.model.records import Shape
from hvctl.model.results import Located
from hvctl.model.steps import AskWhere, ConfirmMigration
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining


def at(seconds: float) -> datetime.datetime:
    """So long after the start."""
    return clocks.START + datetime.timedelta(seconds=seconds)


class TestConfirm(unittest.TestCase):
    """When a confirmation is sent."""

    def test_table(self):
        """At once, and again a while after Nova took or refused it."""
        step = ConfirmMigration(name='hv1', server_id='g')
        for done_at, failed_at, seconds, may in (
            (None, None, 0, True),
            (0, None, 14, False),
            (0, None, 15, True),
            (None, 0, 14, False),
            (None, 0, 15, True),
            # The last one counts.
            (0, 10, 24, False),
            (0, 10, 25, True),
        ):
            with self.subTest(done_at=done_at, failed_at=failed_at):
                ledger = draining.a_ledger()
                if done_at is not None:
                    ledger.done_at[step] = at(done_at)
                if failed_at is not None:
                    ledger.failures[step.lane] = Failure(
                        step=step, message='503', at=at(failed_at)
                    )

                self.assertEqual(
                    may, limits.may_confirm(step, ledger, at(seconds))
                )

    def test_failed_just_now(self):
        """The loop notes when; before that it is now."""
        step = ConfirmMigration(name='hv1', server_id='g')
        failure = Failure(step=step, message='503')
        ledger = draining.a_ledger(failures={step.lane: failure})

        self.assertFalse(limits.may_confirm(step, ledger, at(99)))


class TestSize(unittest.TestCase):
    """How long a guest may be copied, by its size."""

    def test_table(self):
        """A minute for each GiB that is begun, beside five."""
        for shape, live, minutes in (
            (Shape(memory=1024, disk=0), True, 6),
            (Shape(memory=1025, disk=0), True, 7),
            (Shape(memory=1024, disk=2), True, 8),
            (Shape(memory=1024, disk=2), False, 7),
        ):
            self.assertEqual(
                datetime.timedelta(minutes=minutes),
                limits.copying(shape, live=live),
            )

    def test_shutdown(self):
        """Nine digits of what an image says are enough."""
        for said, seconds in (
            ('', 0),
            ('123456789', 123456789),
            ('1234567890', 123456789),
        ):
            move = Move(
                hypervisor='hv1',
                source='hv1',
                guest=Guest(id='g', shutdown_timeout=said),
                treatment=Treatment(method=Method.COLD),
                state=MoveState.MOVING,
            )

            self.assertEqual(
                limits.COPY + datetime.timedelta(seconds=seconds),
                limits.without_news(move, None),
            )


class TestAsk(draining.Story):
    """Asking Nova again where a guest is."""

    def test_pace(self):
        """Every five seconds."""
        self.answers = {AskWhere: Located('UNKNOWN', None)}
        self.see(draining.GUEST)
        for after, asked in ((1, 1), (4, 1), (1, 2)):
            self.see(after=after)

            self.assertEqual(asked, self.sent.count('AskWhere'))
