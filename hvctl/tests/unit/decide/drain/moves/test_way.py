# SPDX-License-Identifier: Apache-2.0
"""The table of a guest's way, held against what is decided."""

from __future__ import annotations

import itertools

from hvctl.decide.drain.moves import way
from hvctl.model.move import MoveState
from hvctl.model.results import Located
from hvctl.model.steps import AskWhere, LiveMigrate
from hvctl.tests.fixtures import draining


class TestArrows(draining.Story):
    """Each arrow is one that a guest takes; ``draining`` sees no other.

    :ivar seen: the states one after the other, of every story
    """

    def setUp(self):
        super().setUp()
        self.seen: list[list[MoveState]] = [[]]

    def anew(self):
        """Begin another story."""
        super().setUp()
        self.seen.append([])

    def see(self, *here, after=1, records=(), **options):
        """Look again, and note the state."""
        move = super().see(*here, after=after, records=records, **options)
        self.seen[-1].append(move.state)
        return move

    def be_sent_by_others(self):
        """Busy, left alone, sent away by somebody else, and back again."""
        self.anew()
        self.answers = {AskWhere: Located('ACTIVE', 'hv2')}
        self.see(draining.BUSY)
        self.see(draining.BUSY, after=300)
        self.see(draining.MIGRATING, records=(draining.live('running'),))
        for _ in range(2):
            self.see(records=(draining.live('completed'),))
        self.see(draining.BUSY)

    def come_to_nothing(self):
        """Planned, sent, tried again, given up, and back from elsewhere."""
        self.anew()
        self.see(draining.GUEST, dry_run=True)
        self.see(draining.GUEST)
        self.see(draining.BUSY, records=(draining.live('error'),))
        self.see(draining.GUEST, records=(draining.live('error'),), after=15)
        self.see(
            draining.GUEST,
            records=(draining.live('error', id=6),),
            retries=0,
        )
        self.answers = {AskWhere: Located('ACTIVE', 'hv1')}
        for _ in range(2):
            self.see()

    def be_deleted(self):
        """Given up, and deleted by its owner."""
        self.anew()
        self.refused = {LiveMigrate: 'no'}
        self.see(draining.GUEST, retries=0)
        self.see(draining.GUEST, retries=0)
        self.see(draining.DELETED, retries=0)

    def test_every_arrow(self):
        """Each arrow of the table is one that a guest takes."""
        self.be_sent_by_others()
        self.come_to_nothing()
        self.be_deleted()

        pairs = {
            pair for story in self.seen for pair in itertools.pairwise(story)
        }
        self.assertEqual(
            [],
            [
                arrow.cause
                for arrow in way.ARROWS
                if not any(
                    before in arrow.before and after in arrow.after
                    for before, after in pairs
                )
            ],
            self.seen,
        )

    def test_no_short_cut(self):
        """What is on no host any more does not move by itself."""
        for before, after in (
            (MoveState.MOVED, MoveState.MOVING),
            (MoveState.DELETED, MoveState.FAILED),
            (MoveState.RETURNED, MoveState.MOVED),
        ):
            with self.subTest(before=before, after=after):
                self.assertFalse(way.leads(before, after))
