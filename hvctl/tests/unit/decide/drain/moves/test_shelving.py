# SPDX-License-Identifier: Apache-2.0
"""Tests of guests that are shelved, or resized."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.drain.plan import wishes
from hvctl.model.results import Located
from hvctl.model.steps import AskWhere, ConfirmMigration
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining


class TestShelving(unittest.TestCase):
    """What Nova keeps no migration record of."""

    def test_until_it_is_gone(self):
        """Shelved, offloaded, and no longer on the host."""
        guest = builders.a_guest('g1', metadata={wishes.WISH_KEY: 'shelve'})
        shelving = dataclasses.replace(guest, task_state='shelving')
        shelved = dataclasses.replace(guest, status='SHELVED')
        ledger = draining.a_ledger()
        seen = []
        for here in ((guest,), (shelving,), (shelved,), (), ()):
            verdict = draining.decide(draining.a_look(*here), ledger)
            nowhere = Located('SHELVED_OFFLOADED', None)
            draining.take(ledger, verdict, {AskWhere: nowhere})
            seen.append((draining.kinds(verdict), verdict.moves[0].state))

        self.assertEqual(
            [
                (['Shelve'], 'moving'),
                ([], 'moving'),
                (['OffloadShelved'], 'moving'),
                (['AskWhere'], 'moving'),
                ([], 'shelved'),
            ],
            seen,
        )

    def test_resized_away(self):
        """What its owner resized away is confirmed when that is wanted."""
        resize = builders.a_migration(
            'g1', id=2, migration_type='resize', status='finished'
        )
        look = draining.a_look(migrations={'hv1': (resize,)})
        confirmed = dataclasses.replace(resize, status='confirmed')

        kept = draining.decide(look)
        first = draining.decide(look, confirm_resizes=True)
        ledger = draining.take(draining.a_ledger(), first)
        then = draining.decide(
            draining.a_look(migrations={'hv1': (confirmed,)}),
            ledger,
            confirm_resizes=True,
        )

        self.assertEqual(['AskWhere'], draining.kinds(kept))
        self.assertEqual('stayed', kept.moves[0].state)
        (step,) = first.steps
        self.assertIsInstance(step, ConfirmMigration)
        self.assertEqual('moved', then.moves[0].state)

    def test_confirmed_and_moved(self):
        """A resize that brought it here is confirmed before it moves."""
        resized = builders.a_guest('g1', status='VERIFY_RESIZE')
        ledger = draining.a_ledger()
        kinds = []
        for guest in (resized, resized, draining.GUEST, draining.GUEST):
            verdict = draining.decide(
                draining.a_look(guest), ledger, confirm_resizes=True
            )
            draining.take(ledger, verdict)
            kinds += draining.kinds(verdict)

        self.assertEqual(['ConfirmResize', 'LiveMigrate'], kinds)
