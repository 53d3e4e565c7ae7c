# SPDX-License-Identifier: Apache-2.0
"""Tests of when a drain sends no guest away any more."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.model import disabled_reason
from hvctl.model.codes import OutcomeCode
from hvctl.model.ledger import Failure
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason
from hvctl.model.steps import DisableService
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining


class TestSuspended(unittest.TestCase):
    """When nothing new may be begun, and what is under way is followed."""

    DISABLE = DisableService(
        name='hv1',
        service_id=draining.CLOSED.id,
        reason=disabled_reason.of_drain(3),
    )
    OFF = builders.a_guest('g1', status='SHUTOFF')
    WAITING = builders.a_guest('g2')
    FINISHED = builders.a_migration(
        'g1', status='finished', migration_type='migration'
    )

    def ledger(self):
        """Of a run that has closed hv1 and sent the first of two guests."""
        look = draining.a_look(self.OFF, self.WAITING)
        ledger = draining.under_way(look, parallel=1)
        ledger.done[self.DISABLE] = True
        return ledger

    def test_under_way(self):
        """Its cold migration is confirmed, and nothing else is sent."""
        again = (builders.a_service(),)
        down = (dataclasses.replace(draining.CLOSED, state='down'),)
        for services, code in (
            (again, OutcomeCode.ENABLED_AGAIN),
            (down, OutcomeCode.NOT_REPORTING),
        ):
            with self.subTest(code=code):
                ledger = self.ledger()
                finished = draining.a_look(
                    self.WAITING,
                    services=services,
                    migrations={'hv1': (self.FINISHED,)},
                )

                verdict = draining.decide(finished, ledger)
                self.assertEqual(
                    ['ConfirmMigration'],
                    draining.kinds(verdict),
                )
                draining.take(ledger, verdict)
                confirmed = dataclasses.replace(
                    self.FINISHED, status='confirmed'
                )
                look = dataclasses.replace(
                    finished, migrations={'hv1': (confirmed,)}
                )
                for _ in range(2):
                    verdict = draining.decide(look, ledger)
                    draining.take(ledger, verdict)

                self.assertEqual((), verdict.steps)
                self.assertFalse(verdict.outcome.ok)
                self.assertEqual(code, verdict.outcome.reason.code)
                self.assertEqual(
                    MoveState.MOVED, ledger.moves[self.OFF.id].state
                )

    def test_others_do_not_end_it(self):
        """Budget and destination count before the first host is closed."""
        theirs = builders.a_disabled_service(
            disabled_reason.of_drain(1), host='hv7', id='7'
        )
        gone = builders.a_disabled_service('joe', host='other', id='8')
        look = draining.a_look(
            self.OFF, services=(draining.CLOSED, theirs, gone)
        )
        before = dataclasses.replace(
            look, services=(builders.a_service(), theirs, gone)
        )
        for options in ({'most_draining': 1}, {'destination': 'other'}):
            with self.subTest(options=options):
                refused = draining.decide(before, **options)
                verdict = draining.decide(look, self.ledger(), **options)

                self.assertFalse(refused.outcome.ok)
                self.assertIsNone(verdict.outcome)

    def test_one_that_stays_open(self):
        """No guest may land on a host that could not be closed."""
        failure = Failure(
            step=DisableService(name='hv2', service_id='2', reason='r'),
            message='could not disable it',
        )
        look = dataclasses.replace(
            builders.a_snapshot('hv1', 'hv2'),
            services=(draining.CLOSED, builders.a_service('hv2')),
            guests={'hv1': (draining.GUEST,), 'hv2': ()},
        )

        verdict = draining.decide(
            look,
            draining.a_ledger(failures={'hv2': failure}),
            names=('hv1', 'hv2'),
        )

        self.assertEqual((), verdict.steps)
        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(
            Reason.of(OutcomeCode.OTHERS_OPEN, names=('hv2',)),
            verdict.outcome.reason,
        )
