# SPDX-License-Identifier: Apache-2.0
"""Tests of what ties a guest to its host or to other guests."""

from __future__ import annotations

import unittest

from hvctl.decide.drain.plan import ties
from hvctl.model import identity
from hvctl.model.ledger import Ledger
from hvctl.model.move import Guest
from hvctl.model.move import GuestVolumes
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Ties
from hvctl.model.records import Volume
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
            [ties.of(each, None, look, ledger) for each in ('g1', 'g2', 'g3')],
        )

    def test_an_earlier_look(self):
        """Else what the guest's move has noted, and without one nothing."""
        look = builders.a_snapshot(ties_known=False)
        move = Move(
            hypervisor='hv1',
            source='hv1',
            guest=Guest(id='g1'),
            ties=Ties(affinity='together'),
            state=MoveState.PLANNED,
        )
        ledger = Ledger(started_at=clocks.START, moves={'g1': move})

        self.assertEqual(
            Ties(affinity='together'), ties.of('g1', None, look, ledger)
        )
        self.assertEqual(Ties(known=False), ties.of('g2', None, look, ledger))

    def test_visitor(self):
        """Whom a guest tries out, its own metadata tells, if it is ours."""
        look = builders.a_snapshot(project_id=builders.OURS)
        ledger = Ledger(started_at=clocks.START)
        marked = {identity.MARK_KEY: identity.MARK, identity.TEST_KEY: 'hv2'}
        for project_id, metadata, name in (
            (builders.OURS, marked, 'hv2'),
            (builders.OURS, {identity.TEST_KEY: 'hv2'}, None),
            (builders.OURS, {}, None),
            (builders.THEIRS, marked, None),
        ):
            with self.subTest(project_id=project_id, metadata=metadata):
                guest = builders.a_guest(
                    project_id=project_id, metadata=metadata
                )

                found = ties.of(guest.id, guest, look, ledger)

                self.assertEqual(name, found.tries_out)


class TestVolumes(unittest.TestCase):
    """What Cinder tells of a guest's volumes."""

    def test_table(self):
        """It is known only where Cinder has told of all of them."""
        guest = builders.a_guest('g1', volumes=2)

        def volume(number, server='g1', **changes):
            return Volume(
                id=f'v{number}',
                server_ids=frozenset({builders.an_id(f'server {server}')}),
                **changes,
            )

        for volumes, encrypted in (
            (None, None),
            ((), None),
            ((volume(1),), None),
            ((volume(1), volume(2, 'g2')), None),
            ((volume(1), volume(2)), False),
            ((volume(1), volume(2, encrypted=True)), True),
            ((volume(1, encrypted=True),), True),
            ((volume(1), volume(2), volume(3, 'g2', encrypted=True)), False),
        ):
            with self.subTest(volumes=volumes):
                look = builders.a_snapshot(volumes={builders.THEIRS: volumes})

                found = ties.with_volumes(Ties(affinity='a'), guest, look)

                self.assertEqual(
                    Ties(
                        affinity='a',
                        volumes=GuestVolumes(encrypted=encrypted),
                    ),
                    found,
                )
        unasked = builders.a_snapshot(volumes={'another': ()})
        self.assertEqual(Ties(), ties.with_volumes(Ties(), guest, unasked))

    def test_image(self):
        """Of one that boots from a volume, its image is known by that."""
        look = builders.a_snapshot(
            volumes={
                builders.THEIRS: (
                    Volume(
                        id='v1',
                        server_ids=frozenset({builders.an_id('server g1')}),
                        image={'hw_tpm_version': '2.0'},
                    ),
                )
            }
        )
        for boots, image in ((True, {'hw_tpm_version': '2.0'}), (False, {})):
            guest = builders.a_guest('g1', volumes=1, boots_from_volume=boots)

            found = ties.with_volumes(Ties(), guest, look).volumes

            self.assertEqual(GuestVolumes(encrypted=False, image=image), found)
