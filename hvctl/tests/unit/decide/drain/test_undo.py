# SPDX-License-Identifier: Apache-2.0
"""Tests of how a drain is taken back."""

from __future__ import annotations

import dataclasses
import datetime
import unittest

from hvctl.decide.drain import undo
from hvctl.model import disabled_reason
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.ledger import Failure, Ledger
from hvctl.model.reasons import Reason
from hvctl.model.steps import (
    AbortMigration,
    ConfirmMigration,
    DisableService,
    EnableService,
)
from hvctl.model.verdict import Outcome
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
        ledger = draining.a_ledger()

        stopped = self.stop(look, ledger)
        abort, enable = self.decide(stopped, ledger).steps

        self.assertEqual(5, abort.migration_id)
        self.assertIsInstance(enable, EnableService)

    def stop(self, look, ledger):
        """The look after a run of the drain was told to stop."""
        verdict = self.decide(look, ledger)
        (step,) = verdict.steps
        self.assertIsInstance(step, DisableService)
        self.assertEqual('hvctl: undo after migration 3', step.reason)
        draining.take(ledger, verdict)
        service = builders.a_disabled_service(step.reason)
        return dataclasses.replace(look, services=(service,))

    def test_nothing_has_left(self):
        """Then enabling it is all."""
        look = draining.a_look(draining.GUEST)

        self.assertEqual(['EnableService'], draining.kinds(self.decide(look)))

    def test_live_migrations(self):
        """It is done when none of the drain goes on any more."""
        ledger = draining.a_ledger()
        running = draining.live('running')
        look = draining.a_look(
            draining.MIGRATING, migrations={'hv1': (running,)}
        )
        stopped = self.stop(look, ledger)
        draining.take(ledger, self.decide(stopped, ledger))
        opened = dataclasses.replace(look, services=(builders.a_service(),))

        waits = self.decide(opened, ledger)
        done = dataclasses.replace(running, status='completed')
        ends = self.decide(
            dataclasses.replace(opened, migrations={'hv1': (done,)}), ledger
        )

        self.assertIsNone(waits.outcome)
        self.assertEqual((), waits.steps)
        self.assertEqual(
            Reason.of(
                StatusCode.LIVE_MIGRATIONS_OPEN, migrations=((5, 'running'),)
            ),
            waits.status.reason,
        )
        self.assertEqual(Outcome(ok=True), ends.outcome)

    def test_silent_migrations(self):
        """What hangs is named in the end, however long it hung before."""
        minute = datetime.timedelta(minutes=1)
        now = clocks.START + 30 * minute
        for record, live in (
            (draining.live('running'), True),
            (draining.cold('migrating'), False),
            (draining.cold('confirming'), False),
        ):
            for heard, ends in ((now - 30 * minute, True), (now, False)):
                with self.subTest(status=record.status, heard=heard):
                    ledger = draining.a_ledger()
                    record = dataclasses.replace(record, updated_at=heard)
                    look = draining.a_look(
                        draining.MIGRATING,
                        migrations={'hv1': (record,)},
                        compute_time=now,
                    )
                    look = self.stop(look, ledger)
                    opens = self.decide(look, ledger)
                    if draining.kinds(opens) == ['EnableService']:
                        look = dataclasses.replace(
                            look, services=(builders.a_service(),)
                        )

                    verdict = self.decide(look, ledger)

                    self.assertEqual(ends, verdict.outcome is not None)
                    if verdict.outcome is not None:
                        self.assertFalse(verdict.outcome.ok)
                        self.assertEqual(
                            Reason.of(
                                OutcomeCode.MIGRATIONS_SILENT,
                                migrations=((5, record.status),),
                                server_ids=(draining.GUEST.id,),
                                live=(live,),
                            ),
                            verdict.outcome.reason,
                        )

    def test_drained_again(self):
        """It does not fight with a drain that somebody types meanwhile."""
        ledger = draining.a_ledger()
        record = draining.live('running')
        look = draining.a_look(
            draining.MIGRATING, migrations={'hv1': (record,)}
        )
        self.stop(look, ledger)

        verdict = self.decide(look, ledger)

        self.assertEqual((), verdict.steps)
        self.assertEqual(
            OutcomeCode.DRAINED_AGAIN, verdict.outcome.reason.code
        )

    def test_cold_migrations(self):
        """Those of the drain are confirmed before its mark is gone."""
        cold = builders.a_migration(
            'g1', id=5, status='migrating', migration_type='migration'
        )
        confirm = ConfirmMigration(name='hv1', server_id=draining.GUEST.id)
        ledger = draining.a_ledger()
        for status, expected in (
            ('migrating', ['DisableService']),
            ('migrating', []),
            ('finished', ['ConfirmMigration']),
            ('finished', []),
            ('confirming', []),
            ('confirmed', ['EnableService']),
        ):
            record = dataclasses.replace(cold, status=status)
            service = draining.CLOSED
            if ledger.done:
                reason = disabled_reason.of_undo(3)
                service = builders.a_disabled_service(reason)
            look = draining.a_look(
                services=(service,), migrations={'hv1': (record,)}
            )
            verdict = self.decide(look, ledger)
            draining.take(ledger, verdict)

            self.assertEqual(expected, draining.kinds(verdict))
            self.assertIsNone(verdict.outcome)
            if 'DisableService' not in expected and status != 'confirmed':
                self.assertEqual(
                    Reason.of(
                        StatusCode.COLD_MIGRATIONS_OPEN,
                        migrations=((5, status),),
                    ),
                    verdict.status.reason,
                )
        self.assertIn(confirm, ledger.done)

    def test_cold_migrations_of_others(self):
        """They are not waited for, and named in the end."""
        cold = builders.a_migration(
            'g1', id=5, status='finished', migration_type='migration'
        )
        theirs = dataclasses.replace(cold, user_id='joe')
        ledger = draining.a_ledger()
        look = draining.a_look(migrations={'hv1': (theirs,)})
        verdict = self.decide(self.stop(look, ledger), ledger)
        self.assertEqual(['EnableService'], draining.kinds(verdict))
        draining.take(ledger, verdict)

        verdict = self.decide(
            dataclasses.replace(look, services=(builders.a_service(),)), ledger
        )

        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(
            Reason.of(
                OutcomeCode.COLD_OF_OTHERS,
                migrations=((5, 'finished'),),
                server_ids=(draining.GUEST.id,),
            ),
            verdict.outcome.reason,
        )

    def test_refused_confirmations(self):
        """They are sent again for a while, and then it is opened."""
        cold = draining.cold('finished')
        look = draining.a_look(migrations={'hv1': (cold,)})
        ledger = draining.a_ledger(changed_at={'hv1': clocks.START})
        look = self.stop(look, ledger)
        step = ConfirmMigration(name='hv1', server_id=draining.GUEST.id)
        sent = []
        for seconds in range(0, 301, 5):
            now = clocks.START + datetime.timedelta(seconds=seconds)
            goal = undo.Undo(names=('hv1',))
            verdict = goal.decide(look, ledger, now)['hv1']
            sent += draining.kinds(verdict)
            if step in verdict.steps:
                ledger.failures[step.lane] = Failure(
                    step=step, message='could not confirm it', at=now
                )

        self.assertEqual(['ConfirmMigration'] * 20 + ['EnableService'], sent)

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


class TestScope(unittest.TestCase):
    """How far a look reaches."""

    def test_reaches_into_what_was_found(self):
        """The second look reads the migrations of what exists."""
        goal = undo.Undo(names=('hv1', 'hv2'))
        ledger = Ledger(started_at=clocks.START)

        first = goal.scope(ledger)
        ledger.last = builders.a_snapshot('hv1')
        second = goal.scope(ledger)

        self.assertEqual(frozenset({'hv1', 'hv2'}), first.server_names)
        self.assertEqual(frozenset(), first.hosts)
        self.assertEqual(frozenset({'hv1', 'hv2'}), second.names)
        self.assertEqual(frozenset({'hv1'}), second.hosts)
