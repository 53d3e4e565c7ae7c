# SPDX-License-Identifier: Apache-2.0
"""Tests of what ties a guest to its host or to other guests."""

from __future__ import annotations

import unittest

from hvctl.decide.drain.plan import ties
from hvctl.model.ledger import Ledger
from hvctl.model.move import Guest
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Progress
from hvctl.model.move import Ties
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks


class TestTies(unittest.TestCase):
    """Where it is read."""

    def test_this_look(self):
        """A look that reached the ties tells them, of each guest its own."""
        look = builders.a_snapshot(
            ties_known=True,
            affinity={'g1': 'together'},
            anti_affinity={'g2': 'apart'},
        )
        ledger = Ledger(started_at=clocks.START)

        self.assertEqual(
            [
                Ties(affinity='together'),
                Ties(anti_affinity='apart'),
                Ties(),
            ],
            [ties.of(each, look, ledger) for each in ('g1', 'g2', 'g3')],
        )

    def test_an_earlier_look(self):
        """Else what the guest's move has noted, and without one nothing."""
        look = builders.a_snapshot(ties_known=False)
        move = Move(
            hypervisor='hv1',
            source='hv1',
            guest=Guest(id='g1'),
            ties=Ties(affinity='together'),
            progress=Progress(state=MoveState.PLANNED),
        )
        ledger = Ledger(started_at=clocks.START, moves={'g1': move})

        self.assertEqual(
            Ties(affinity='together'), ties.of('g1', look, ledger)
        )
        self.assertEqual(Ties(known=False), ties.of('g2', look, ledger))
