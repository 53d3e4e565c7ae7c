# SPDX-License-Identifier: Apache-2.0
"""Tests of why a hypervisor is not drained."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.model.codes import OutcomeCode
from hvctl.model.ledger import Failure, Ledger
from hvctl.model.reasons import Reason
from hvctl.model.steps import DisableService, LiveMigrate
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining


class TestRefusals(unittest.TestCase):
    """What cannot be drained."""

    def test_table(self):
        """Each says why in one sentence, and nothing is done."""
        alone = builders.a_snapshot(services=(builders.a_service(),))
        down = dataclasses.replace(draining.CLOSED, state='down')
        unknown = dataclasses.replace(draining.CLOSED, status='UNKNOWN')
        for look, code in (
            (builders.a_snapshot(), OutcomeCode.NOTHING_TO_DRAIN),
            (alone, OutcomeCode.NOT_OURS),
            (draining.a_look(services=()), OutcomeCode.NO_SERVICE),
            (
                draining.a_look(draining.GUEST, services=(down,)),
                OutcomeCode.NOT_REPORTING,
            ),
            (draining.a_look(services=(unknown,)), OutcomeCode.CELL_SILENT),
        ):
            with self.subTest(code=code):
                verdict = draining.decide(look)

                self.assertEqual((), verdict.steps)
                self.assertFalse(verdict.outcome.ok)
                self.assertEqual(code, verdict.outcome.reason.code)

    def test_failed_step(self):
        """A step that failed for good ends it with its sentence."""
        step = DisableService(name='hv1', service_id='s', reason='r')
        failure = Failure(step=step, message='could not')

        verdict = draining.decide(
            draining.a_look(), draining.a_ledger(failures={'hv1': failure})
        )

        self.assertEqual(
            Reason.of(OutcomeCode.REQUEST_FAILED, message='could not'),
            verdict.outcome.reason,
        )


class TestDisable(unittest.TestCase):
    """Closing comes first."""

    def test_writes_where_the_drain_begins(self):
        """The reason has the newest migration before the drain."""
        look = draining.a_look(
            draining.GUEST,
            services=(builders.a_service(),),
            migrations={'hv1': (builders.a_migration(id=17, status='error'),)},
        )

        verdict = draining.decide(look)

        (step,) = verdict.steps
        self.assertEqual('hvctl: drain after migration 17', step.reason)
        self.assertEqual((), verdict.moves)

    def test_no_destination_among_them(self):
        """No guest is sent away while another name is still open."""
        look = dataclasses.replace(
            builders.a_snapshot('hv1', 'hv2'),
            services=(draining.CLOSED, builders.a_service('hv2')),
            guests={'hv1': (draining.GUEST,), 'hv2': ()},
        )

        self.assertEqual((), draining.decide(look, names=('hv1', 'hv2')).steps)
        self.assertNotEqual((), draining.decide(look, names=('hv1',)).steps)

    def test_keeps_the_reason_of_others(self):
        """One that somebody disabled already is drained as it is."""
        look = draining.a_look(
            draining.GUEST, services=(builders.a_disabled_service('joe'),)
        )

        (step,) = draining.decide(look).steps

        self.assertIsInstance(step, LiveMigrate)

    def test_stopped_before(self):
        """Nothing is closed any more after Ctrl-C."""
        look = draining.a_look(
            draining.GUEST, services=(builders.a_service(),)
        )

        verdict = draining.decide(look, draining.a_ledger(winding_down=True))

        self.assertEqual((), verdict.steps)
        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(OutcomeCode.STOPPED, verdict.outcome.reason.code)

    def test_first_look_does_not_reach_the_guests(self):
        """Before the guests are known nothing is done."""
        verdict = draining.decide(draining.a_look(guests={}))

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)


class TestDestination(unittest.TestCase):
    """One host for all."""

    def test_table(self):
        """It must be there, take guests, and not be drained itself."""
        for changes, stands in (
            ({}, None),
            ({'status': 'disabled'}, ('disabled', 'up')),
            ({'state': 'down'}, ('enabled', 'down')),
        ):
            with self.subTest(changes=changes):
                other = builders.a_service('other', **changes)
                look = draining.a_look(
                    draining.GUEST, services=(draining.CLOSED, other)
                )

                verdict = draining.decide(look, destination='other')

                if stands is None:
                    self.assertEqual('other', verdict.steps[0].destination)
                else:
                    reason = verdict.outcome.reason
                    self.assertEqual(
                        OutcomeCode.DESTINATION_CLOSED, reason.code
                    )
                    self.assertEqual(
                        stands,
                        (reason.facts['status'], reason.facts['state']),
                    )

    def test_nonsense(self):
        """Hosts that cannot be meant."""
        for wanted, code in (
            ('nowhere', OutcomeCode.DESTINATION_UNKNOWN),
            ('hv1', OutcomeCode.DESTINATION_DRAINED),
        ):
            verdict = draining.decide(
                draining.a_look(draining.GUEST), destination=wanted
            )

            self.assertEqual(code, verdict.outcome.reason.code)


class TestBudget(unittest.TestCase):
    """How many hypervisors may be closed at once."""

    def test_refused(self):
        """Nothing is closed, and the sizes have been read for it."""
        look = draining.a_look(
            draining.GUEST, services=(builders.a_service(),)
        )

        scope = draining.a_goal().scope(Ledger(started_at=clocks.START))
        verdict = draining.decide(look, most_draining=0)

        self.assertTrue(scope.sizes)
        self.assertEqual((), verdict.steps)
        self.assertEqual(
            Reason.of(
                OutcomeCode.TOO_MANY_DRAINING, closed=1, most=0, others=()
            ),
            verdict.outcome.reason,
        )

    def test_others_unknown(self):
        """It is refused once the sizes of others are known, and not before."""
        for all_hosts in (False, True):
            look = dataclasses.replace(
                draining.a_look(
                    draining.GUEST, services=(builders.a_service(),)
                ),
                all_hosts=all_hosts,
                guests={},
            )

            verdict = draining.decide(look, most_draining=0)

            self.assertEqual((), verdict.steps)
            self.assertIs(all_hosts, verdict.outcome is not None)
