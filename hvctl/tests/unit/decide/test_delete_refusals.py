# SPDX-License-Identifier: Apache-2.0
"""Tests of what delete refuses to touch."""

from __future__ import annotations

import unittest

from hvctl.model.codes import OutcomeCode
from hvctl.model.reasons import Reason
from hvctl.model.verdict import Outcome
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import deciding
from hvctl.tests.fixtures import situations


class TestRefusals(unittest.TestCase):
    """What is in the way."""

    def test_occupied(self):
        """Guests, migrations and strange consumers each keep it."""
        for changes, occupant in (
            ({'guests': {'hv1': (builders.a_guest(),)}}, ('guest', 1)),
            (
                {'migrations': {'hv1': (builders.a_migration(),)}},
                ('unfinished migration', 1),
            ),
            (
                {'consumers': {deciding.CHOSEN: {'somebody': {}}}},
                ('allocation', 'somebody'),
            ),
        ):
            with self.subTest(occupant=occupant):
                verdict = deciding.of_delete(deciding.a_look(**changes))

                self.assertEqual((), verdict.steps)
                self.assertFalse(verdict.outcome.ok)
                self.assertEqual(
                    Reason.of(
                        OutcomeCode.OCCUPIED,
                        name='hv1',
                        occupants=(occupant,),
                        provider_id=deciding.CHOSEN,
                    ),
                    verdict.outcome.reason,
                )

    def test_first_look_does_not_reach_the_guests(self):
        """Before the guests are known nothing is done."""
        verdict = deciding.of_delete(deciding.a_look(guests={}))

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)

    def test_not_ours(self):
        """What hvctl did not make is refused, and named."""
        strange = situations.STRANGE
        for kind, thing in (
            ('namesakes', builders.a_server(id=strange)),
            ('services', builders.a_service(id=strange)),
            ('providers', builders.a_provider(id=strange)),
            ('compute_nodes', builders.a_compute_node(id=strange)),
            ('agents', builders.an_agent(id=strange)),
        ):
            with self.subTest(kind=kind):
                verdict = deciding.of_delete(
                    builders.a_snapshot(**{kind: (thing,)})
                )

                self.assertEqual((), verdict.steps)
                self.assertFalse(verdict.outcome.ok)
                why = verdict.outcome.reason
                self.assertEqual(OutcomeCode.NOT_OURS, why.code)
                (holder,) = why.facts['holders']
                self.assertEqual(strange, holder.facts['id'])

    def test_twice(self):
        """What is gone already is a success."""
        self.assertEqual(
            Outcome(ok=True, reason=Reason.of(OutcomeCode.ALREADY_GONE)),
            deciding.of_delete(builders.a_snapshot()).outcome,
        )
