# SPDX-License-Identifier: Apache-2.0
"""Tests of what is waited for when a drain is taken back."""

from __future__ import annotations

import dataclasses
import datetime
import unittest

from hvctl.decide.drain import undo
from hvctl.model import disabled_reason
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.ledger import Failure
from hvctl.model.records import Shape
from hvctl.model.steps import AbortMigration, DisableService, EnableService
from hvctl.model.verdict import Outcome
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import draining


class TestMigrations(unittest.TestCase):
    """Migrations that are of the drain, and those that are not."""

    def decide(self, look, ledger=None):
        """What undo says of hv1."""
        goal = undo.Undo(names=('hv1',))
        known = ledger or draining.a_ledger()
        return goal.decide(look, known, clocks.START)['hv1']

    def test_of_the_drain(self):
        """It is what leaves since the drain began, and is under way."""
        for guest, record, step in (
            (draining.MIGRATING, draining.live('running'), 'DisableService'),
            (
                draining.MIGRATING,
                draining.live('running', id=4),
                'DisableService',
            ),
            (
                draining.MIGRATING,
                draining.live('running', id=3),
                'EnableService',
            ),
            (
                draining.MIGRATING,
                draining.live('running', source='other'),
                'EnableService',
            ),
            (draining.MIGRATING, draining.live('error'), 'EnableService'),
            (draining.GUEST, draining.live('running'), 'EnableService'),
        ):
            with self.subTest(record=record, guest=guest):
                look = draining.a_look(guest, migrations={'hv1': (record,)})

                self.assertEqual([step], draining.kinds(self.decide(look)))

    def test_without_a_number(self):
        """Whatever leaves is of a drain that does not tell its beginning."""
        ledger = draining.a_ledger()
        look = draining.a_look(
            draining.MIGRATING,
            services=(builders.a_disabled_service(identity.REASON_DRAIN),),
            migrations={'hv1': (draining.live('running', id=1),)},
        )
        verdict = self.decide(look, ledger)
        (step,) = verdict.steps
        self.assertEqual(identity.REASON_UNDO, step.reason)
        draining.take(ledger, verdict)

        self.assertEqual(
            StatusCode.LIVE_MIGRATIONS_OPEN,
            self.open(look, ledger).status.reason.code,
        )

    def open(self, look, ledger):
        """What it says when the host takes guests again."""
        opened = dataclasses.replace(look, services=(builders.a_service(),))
        return self.decide(opened, ledger)

    def a_stop(self, name='hv1', mark=3):
        """The step that told a run of the drain to stop."""
        return DisableService(
            name=name,
            service_id=builders.an_id(f'service {name}'),
            reason=disabled_reason.of_undo(mark),
        )

    def test_beside_another(self):
        """Each has its own number, and its own failures."""
        ledger = draining.a_ledger(
            done={self.a_stop('hv2', 9): True, self.a_stop(): True}
        )
        look = draining.a_look(
            draining.MIGRATING,
            migrations={'hv1': (draining.live('running'),)},
        )
        self.assertIsNone(self.open(look, ledger).outcome)

        for name, failed_at, code in (
            ('hv1', 2, OutcomeCode.ENABLED_IN_PART),
            ('hv2', 2, OutcomeCode.WAS_NOT_DRAINED),
            # It came to pass in the end.
            ('hv1', 0, OutcomeCode.WAS_NOT_DRAINED),
        ):
            with self.subTest(name=name, failed_at=failed_at):
                abort = AbortMigration(
                    name=name, server_id='g', migration_id=5
                )
                failure = Failure(
                    step=abort,
                    message='could not',
                    at=clocks.START + datetime.timedelta(seconds=failed_at),
                )
                ledger = draining.a_ledger(
                    failures={abort.lane: failure},
                    done_at={
                        abort: clocks.START + datetime.timedelta(seconds=1)
                    },
                )

                verdict = self.open(draining.a_look(), ledger)

                self.assertEqual(code, verdict.outcome.reason.code)

    def test_how_long_it_may_be_silent(self):
        """By its size, and a queued one for as long as it takes."""
        large = dataclasses.replace(draining.MIGRATING, shape=Shape(disk=10))
        for guest, status, seconds, silent in (
            (draining.MIGRATING, 'running', 299, False),
            (draining.MIGRATING, 'running', 300, True),
            (large, 'running', 899, False),
            (large, 'running', 900, True),
            (draining.MIGRATING, 'queued', 9000, False),
        ):
            with self.subTest(status=status, seconds=seconds):
                record = draining.live(
                    status, user_id='joe', updated_at=clocks.START
                )
                look = draining.a_look(
                    guest,
                    migrations={'hv1': (record,)},
                    compute_time=clocks.START
                    + datetime.timedelta(seconds=seconds),
                )
                ledger = draining.a_ledger(done={self.a_stop(): True})

                verdict = self.open(look, ledger)

                self.assertEqual(silent, verdict.outcome is not None)

    def test_resizes(self):
        """They are their owners', and not named."""
        resize = draining.live(
            'finished', migration_type='resize', user_id='joe'
        )
        look = draining.a_look(migrations={'hv1': (resize,)})
        ledger = draining.a_ledger(
            done={
                self.a_stop(): True,
                EnableService(name='hv1', service_id='s'): True,
            }
        )

        self.assertEqual(Outcome(ok=True), self.open(look, ledger).outcome)
