# SPDX-License-Identifier: Apache-2.0
"""Tests of what delete refuses to touch."""

from __future__ import annotations

import unittest

from hvctl.model import identity
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
        visitor = builders.a_guest(metadata={identity.TEST_KEY: 'hv2'})
        for changes, occupant in (
            ({'guests': {'hv1': (builders.a_guest(),)}}, ('guest', 1)),
            (
                {'guests': {'hv1': (visitor,)}, 'test_guests': (visitor,)},
                ('visiting test guest', 1),
            ),
            # Any tenant can give a guest our mark.
            ({'guests': {'hv1': (visitor,)}}, ('guest', 1)),
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

    def test_machine_elsewhere(self):
        """What may be another bare-metal cloud's machine is left alone."""
        hold = identity.hold_id(deciding.CHOSEN)
        held = {'consumers': {deciding.CHOSEN: {hold: {'MEMORY_MB': 1}}}}
        for missing, changes, up, expected in (
            ((), {}, True, None),
            ((), held, True, hold),
            (('services',), {}, False, None),
            (('services', 'compute_nodes'), {}, False, None),
        ):
            with self.subTest(missing=missing, changes=changes):
                look = builders.without(
                    deciding.a_look(**changes), 'servers', 'ports', *missing
                )

                verdict = deciding.of_delete(look)

                self.assertEqual((), verdict.steps)
                why = verdict.outcome.reason
                self.assertEqual(OutcomeCode.MACHINE_ELSEWHERE, why.code)
                self.assertEqual(up, why.facts['up'])
                self.assertEqual(expected, why.facts['hold_id'])

    def test_provider_of_a_killed_create(self):
        """A provider that no host ever had may go without a port."""
        look = builders.a_snapshot(
            providers=(builders.a_provider(),),
            guests={'hv1': ()},
            consumers={deciding.CHOSEN: {}},
        )

        verdict = deciding.of_delete(look, deciding.a_ledger_of_gone())

        self.assertEqual(['DeleteProvider'], deciding.kinds(verdict))

    def test_twice(self):
        """What is gone already is a success."""
        self.assertEqual(
            Outcome(ok=True, reason=Reason.of(OutcomeCode.ALREADY_GONE)),
            deciding.of_delete(builders.a_snapshot()).outcome,
        )
