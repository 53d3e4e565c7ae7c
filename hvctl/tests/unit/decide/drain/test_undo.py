# SPDX-License-Identifier: Apache-2.0
"""Tests of how a drain is taken back."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.drain import undo
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.ledger import Failure
from hvctl.model.reasons import Reason
from hvctl.model.steps import AbortMigration, ConfirmMigration, EnableService
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining


class TestUndo(unittest.TestCase):
    """Taking a drain back."""

    def decide(self, look, ledger=None):
        """What undo says of hv1."""
        goal = undo.Undo(names=('hv1',))
        return goal.decide(look, ledger or draining.a_ledger(), clocks.START)[
            'hv1'
        ]

    def test_enables(self):
        """The host takes guests again; what is only queued is dropped."""
        migrations = (
            builders.a_migration('g1', id=5, status='queued'),
            builders.a_migration('g2', id=4, status='running'),
            builders.a_migration('g3', id=3, status='queued'),
            builders.a_migration('g4', id=6, status='queued', user_id='joe'),
        )
        look = draining.a_look(draining.GUEST, migrations={'hv1': migrations})

        abort, enable = self.decide(look).steps

        self.assertEqual(5, abort.migration_id)
        self.assertIsInstance(enable, EnableService)

    def test_cold_migrations(self):
        """Those of the drain are confirmed before its mark is gone."""
        cold = builders.a_migration(
            'g1', id=5, status='migrating', migration_type='migration'
        )
        confirm = ConfirmMigration(name='hv1', server_id=draining.GUEST.id)
        ledger = draining.a_ledger()
        for status, expected in (
            ('migrating', []),
            ('finished', ['ConfirmMigration']),
            ('finished', []),
            ('confirming', []),
            ('confirmed', ['EnableService']),
        ):
            record = dataclasses.replace(cold, status=status)
            look = draining.a_look(migrations={'hv1': (record,)})
            verdict = self.decide(look, ledger)
            draining.take(ledger, verdict)

            self.assertEqual(expected, draining.kinds(verdict))
            self.assertIsNone(verdict.outcome)
            if status != 'confirmed':
                self.assertEqual(
                    Reason.of(
                        StatusCode.COLD_MIGRATIONS_OPEN,
                        migrations=((5, status),),
                    ),
                    verdict.status.reason,
                )
        self.assertIn(confirm, ledger.done)

    def test_cold_migrations_of_others(self):
        """They are not waited for, nor one that Nova will not confirm."""
        cold = builders.a_migration(
            'g1', id=5, status='finished', migration_type='migration'
        )
        theirs = dataclasses.replace(cold, user_id='joe')
        failure = Failure(
            step=ConfirmMigration(name='hv1', server_id=draining.GUEST.id),
            message='could not confirm it',
        )
        for record, failures in (
            (theirs, {}),
            (cold, {draining.GUEST.id: failure}),
        ):
            look = draining.a_look(migrations={'hv1': (record,)})

            (step,) = self.decide(
                look, draining.a_ledger(failures=failures)
            ).steps

            self.assertIsInstance(step, EnableService)

    def test_what_could_not_be_dropped(self):
        """It is enabled, and still no success."""
        abort = AbortMigration(
            name='hv1', server_id=draining.GUEST.id, migration_id=5
        )
        failure = Failure(step=abort, message='could not abort it')

        verdict = self.decide(
            draining.a_look(services=(builders.a_service(),)),
            draining.a_ledger(failures={draining.GUEST.id: failure}),
        )

        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(
            Reason.of(
                OutcomeCode.ENABLED_IN_PART, messages=('could not abort it',)
            ),
            verdict.outcome.reason,
        )

    def test_ends(self):
        """When there is nothing to take back."""
        other = builders.a_disabled_service('broken disk, joe')
        for service, ok, code in (
            (builders.a_service(), True, OutcomeCode.WAS_NOT_DRAINED),
            (other, False, OutcomeCode.DISABLED_OTHERWISE),
            (None, False, OutcomeCode.NO_DRAIN),
        ):
            with self.subTest(service=service):
                look = draining.a_look(services=(service,) if service else ())

                outcome = self.decide(look).outcome

                self.assertEqual(ok, outcome.ok)
                self.assertEqual(code, outcome.reason.code)
