# SPDX-License-Identifier: Apache-2.0
"""Tests of how long is waited for a machine to come up."""

from __future__ import annotations

import dataclasses
import typing
import unittest

from hvctl.decide.create import waiting
from hvctl.decide.create.case import CreateCase
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.profile import Timeouts
from hvctl.model.reasons import Reason
from hvctl.model.steps import LiftHold, RenameProvider
from hvctl.model.verdict import Outcome, Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import requests

LIMITS = Timeouts(deploy=30, boot=20, registration=10)
BUILDING = builders.a_hypervisor(server=builders.a_server(status='BUILD'))
QUEUED = builders.a_hypervisor(
    server=builders.a_server(status='BUILD', host=None, node=None)
)
BOOTING = builders.a_hypervisor(service=None)
UNMAPPED = builders.a_hypervisor(compute_node=None)
HELD = builders.a_hypervisor(has_room=False, consumers=None)
LIFT = LiftHold(name='hv1', provider_id=builders.a_compute_id())
READY = Status(phase=Phase.READY, reason=Reason.of(StatusCode.JOINING))


def a_case(
    hv: Hypervisor, changed: int | None = None, **changes: typing.Any
) -> CreateCase:
    """The case of a hypervisor that has not changed for so many seconds."""
    ledger = Ledger(started_at=clocks.ago(99))
    case = requests.a_case(hv, ledger, timeouts=LIMITS, **changes)
    ledger.statuses['hv1'] = case.status
    if changed is not None:
        ledger.changed_at['hv1'] = clocks.ago(changed)
    return case


class TestWhileIn(unittest.TestCase):
    """The stage of a phase."""

    def test_waits_in_its_phase_only(self):
        """In its phase nothing is done, in any other one it is passed."""
        case = a_case(BUILDING)

        self.assertEqual(
            Verdict(status=case.status),
            waiting.while_in(Phase.BUILDING)(case),
        )
        self.assertIsNone(waiting.while_in(Phase.BOOTING)(case))


class TestOverdue(unittest.TestCase):
    """A phase that lasts."""

    def test_each_has_its_limit(self):
        """It ends after its own limit, and not at it."""
        for hv, limit, code in (
            (BUILDING, 30, OutcomeCode.NOT_DEPLOYED_IN_TIME),
            (BOOTING, 20, OutcomeCode.NEVER_REGISTERED),
            (UNMAPPED, 10, OutcomeCode.NOT_MAPPED_IN_TIME),
        ):
            with self.subTest(code=code):
                self.assertIsNone(waiting.overdue(a_case(hv, limit)))

                verdict = waiting.overdue(a_case(hv, limit + 1))

                self.assertFalse(verdict.outcome.ok)
                why = verdict.outcome.reason
                self.assertEqual(code, why.code)
                self.assertEqual(limit + 1, why.facts['seconds'])

    def test_renamed(self):
        """A provider that has just its name waits for nova-compute's look."""
        rename = RenameProvider(
            name='hv1',
            provider_id=builders.a_compute_id(),
            provider_name='hv1.example',
        )
        for changed, ended in ((310, False), (311, True)):
            with self.subTest(changed=changed):
                case = a_case(UNMAPPED, changed)
                case.ledger.done[rename] = True

                self.assertEqual(ended, bool(waiting.overdue(case)))

    def test_begun(self):
        """Nova has begun with what has a host or a node."""
        for place in ({'host': 'ironic'}, {'node': 'n1'}):
            with self.subTest(place=place):
                server = dataclasses.replace(QUEUED.server, **place)
                hv = builders.a_hypervisor(server=server)

                self.assertIsNotNone(waiting.overdue(a_case(hv, 99)))

    def test_without_limit(self):
        """What is good has none here, and no first look has one."""
        for hv, changed in (
            (HELD, 99),
            (builders.a_hypervisor(), 99),
            (BUILDING, None),
            # Nova has not begun with it.
            (QUEUED, 99),
        ):
            with self.subTest(hv=hv, changed=changed):
                self.assertIsNone(waiting.overdue(a_case(hv, changed)))

    def test_just_changed(self):
        """What this look finds anew begins its limit anew."""
        case = a_case(BOOTING, 99)
        case.ledger.statuses['hv1'] = Status(phase=Phase.BUILDING)

        self.assertIsNone(waiting.overdue(case))


class TestLimited(unittest.TestCase):
    """A good host that does not open."""

    def limited(
        self,
        verdict: Verdict,
        ready: int | None = 99,
        changed: int | None = 99,
        hv: Hypervisor = HELD,
        before: Status | None = None,
    ) -> Verdict:
        """Limit a verdict on a host ready and unchanged for so long."""
        case = a_case(hv, changed)
        case.ledger.statuses['hv1'] = before or verdict.status
        if ready is not None:
            case.ledger.first_seen['hv1', Phase.READY] = clocks.ago(ready)
        return waiting.limited(case, verdict)

    def test_ends(self):
        """It counts from the later of being ready and of the last change."""
        wait = Verdict(status=READY)
        for ready, changed in ((10, 99), (99, 10)):
            with self.subTest(ready=ready, changed=changed):
                self.assertEqual(wait, self.limited(wait, ready, changed))
        for ready, changed in ((11, 99), (99, 11)):
            with self.subTest(ready=ready, changed=changed):
                verdict = self.limited(wait, ready, changed)

                self.assertFalse(verdict.outcome.ok)
                self.assertEqual(11, verdict.outcome.reason.facts['seconds'])

    def test_leaves_alone(self):
        """What moves, ends, is tested or is not ready has no such limit."""
        guest = builders.a_guest(metadata={identity.TEST_KEY: 'hv1'})
        tested = dataclasses.replace(HELD, test_guests=(guest,))
        wait = Verdict(status=READY)
        done = Outcome(ok=True, reason=Reason.of(OutcomeCode.DONE))
        for verdict, changes in (
            (Verdict(status=Status(phase=Phase.BUILDING)), {}),
            (dataclasses.replace(wait, steps=(LIFT,)), {}),
            (dataclasses.replace(wait, outcome=done), {}),
            (wait, {'hv': tested}),
            (wait, {'ready': None}),
            (wait, {'changed': None}),
            # It waits for something else since now.
            (wait, {'before': Status(phase=Phase.READY)}),
        ):
            with self.subTest(verdict=verdict, changes=changes):
                self.assertEqual(verdict, self.limited(verdict, **changes))


class TestUnattended(unittest.TestCase):
    """With --no-wait."""

    def test_ends_a_wait(self):
        """Only where there is nothing left but to wait."""
        wait = Verdict(status=READY)
        step = dataclasses.replace(wait, steps=(LIFT,))
        ended = Verdict.failed(READY, Reason.of(OutcomeCode.VANISHED))
        case = a_case(HELD, wait=False)

        self.assertEqual(
            Outcome(
                ok=True,
                reason=Reason.of(
                    OutcomeCode.REQUESTED, status=case.status.reason
                ),
            ),
            waiting.unattended(case, wait).outcome,
        )
        for verdict in (step, ended):
            self.assertEqual(verdict, waiting.unattended(case, verdict))
        self.assertEqual(wait, waiting.unattended(a_case(HELD), wait))
