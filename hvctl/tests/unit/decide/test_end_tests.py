# SPDX-License-Identifier: Apache-2.0
"""Tests of how the guest of a health test goes."""

from __future__ import annotations

import dataclasses
import typing
import unittest

from hvctl.decide import health_test
from hvctl.decide.case import Case
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.reasons import Reason
from hvctl.model.records import Server
from hvctl.model.steps import DeleteTestGuest, DeleteTestPort
from hvctl.model.verdict import Outcome
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding

GUEST = builders.a_guest(metadata={identity.TEST_KEY: 'hv1'})
TWIN = dataclasses.replace(GUEST, id='twin')
PORT = builders.a_port('test of hv1')
DELETE = DeleteTestGuest(name='hv1', server_id=GUEST.id)
DELETE_TWIN = DeleteTestGuest(name='hv1', server_id='twin')
DELETE_PORT = DeleteTestPort(name='hv1', port_id=PORT.id)
GOES = Status(phase=Phase.READY, reason=Reason.of(StatusCode.TEST_GUEST_GOES))
BARE = builders.a_hypervisor()
WITH_PORT = builders.a_hypervisor(test_ports=(PORT,))


def with_guests(*guests: Server) -> Hypervisor:
    """A hypervisor with test guests and the port of one."""
    return builders.a_hypervisor(test_guests=guests, test_ports=(PORT,))


def a_case(hv: Hypervisor, **changes: typing.Any) -> Case:
    """The case of a hypervisor, with what the ledger has."""
    return Case.of(
        builders.a_snapshot(), hv, deciding.a_ledger(**changes), clocks.START
    )


class TestRemove(unittest.TestCase):
    """What is left of a test goes."""

    def test_guest_then_port(self):
        """The guest is deleted once, its port when it is gone."""
        for hv, done, steps, code in (
            (with_guests(GUEST), {}, (DELETE,), StatusCode.TEST_GUEST_GOES),
            (
                with_guests(GUEST),
                {DELETE: True},
                (),
                StatusCode.TEST_GUEST_GOES,
            ),
            (WITH_PORT, {}, (DELETE_PORT,), StatusCode.TEST_PORT_GOES),
        ):
            with self.subTest(code=code, done=done):
                verdict = health_test.remove(a_case(hv, done=done))

                self.assertEqual(steps, verdict.steps)
                self.assertEqual(Reason.of(code), verdict.status.reason)
                self.assertIsNone(verdict.outcome)
        self.assertIsNone(health_test.remove(a_case(BARE)))

    def test_goal(self):
        """Where a create ends early, that is all that is wanted."""
        goal = health_test.EndTests(names=('hv1',))
        left = deciding.a_look(test_guests=(GUEST,))

        for look, steps, outcome in (
            (left, (DELETE,), None),
            (
                deciding.a_look(),
                (),
                Outcome(ok=True, reason=Reason.of(OutcomeCode.DONE)),
            ),
        ):
            verdict = goal.decide(look, deciding.a_ledger(), clocks.START)

            self.assertEqual(steps, verdict['hv1'].steps)
            self.assertEqual(outcome, verdict['hv1'].outcome)

    def test_asks_again(self):
        """One that is still there after a minute is asked to go again."""
        for asked_at, steps in (
            ({DELETE: clocks.ago(59)}, (DELETE_TWIN,)),
            ({DELETE: clocks.ago(60)}, (DELETE, DELETE_TWIN)),
            ({DELETE: clocks.ago(60), DELETE_TWIN: clocks.START}, (DELETE,)),
        ):
            with self.subTest(asked_at=asked_at):
                verdict = health_test.remove(
                    a_case(
                        with_guests(GUEST, TWIN),
                        done=dict.fromkeys(asked_at, True),
                        done_at=asked_at,
                    )
                )

                self.assertEqual(steps, verdict.steps)

    def test_hangs(self):
        """After five minutes it is not waited for."""
        for seconds, hangs in ((299, False), (300, True), (301, True)):
            with self.subTest(seconds=seconds):
                verdict = health_test.remove(
                    a_case(
                        with_guests(GUEST, TWIN),
                        statuses={'hv1': GOES},
                        changed_at={'hv1': clocks.ago(seconds)},
                    )
                )

                self.assertEqual(hangs, verdict.outcome is not None)
                if hangs:
                    self.assertEqual(
                        Reason.of(
                            OutcomeCode.TEST_GUEST_HANGS,
                            name='hv1',
                            server_id=GUEST.id,
                            seconds=seconds,
                        ),
                        verdict.outcome.reason,
                    )
