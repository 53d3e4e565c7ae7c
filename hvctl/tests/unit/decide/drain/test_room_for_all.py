# SPDX-License-Identifier: Apache-2.0
"""Tests of a drain that asks whether there is room elsewhere."""

from __future__ import annotations

import dataclasses
import typing
import unittest

from hvctl.model import disabled_reason
from hvctl.model.codes import OutcomeCode
from hvctl.model.guest_codes import GuestCode
from hvctl.model.reasons import Reason
from hvctl.model.records import Aggregate, MOST_CANDIDATES
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining


class TestRoom(unittest.TestCase):
    """What Placement tells of room elsewhere."""

    NEED = builders.a_need(VCPU=1, MEMORY_MB=512)
    CONSUMERS: typing.ClassVar = {
        draining.CHOSEN: {draining.GUEST.id: dict(NEED.resources)}
    }

    def look(self, *room, **changes):
        """A look at a guest, with room on these hosts."""
        return draining.a_look(
            draining.GUEST,
            **{
                'services': (draining.CLOSED, builders.a_service('other')),
                'compute_nodes': tuple(
                    map(builders.a_compute_node, ('hv1', 'other'))
                ),
                'consumers': self.CONSUMERS,
                'room': {
                    self.NEED: tuple(
                        builders.a_candidate(
                            builders.a_compute_id(host), self.NEED
                        )
                        for host in room
                    )
                },
                **changes,
            },
        )

    def test_asked_first(self):
        """No guest moves before the room for all is known."""
        goal = draining.a_goal()
        look = self.look(room={})

        scope = goal.scope(draining.a_ledger(last=look))
        verdict = draining.decide(look)

        self.assertEqual({self.NEED}, scope.needs)
        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)

    def test_enough(self):
        """It goes."""
        self.assertEqual(1, len(draining.decide(self.look('other')).steps))

    def test_none(self):
        """It is in the way; its own host is no room, nor is a closed one."""
        down = (draining.CLOSED, builders.a_service('other', state='down'))
        shut = (draining.CLOSED, builders.a_disabled_service(host='other'))
        drained = (
            draining.CLOSED,
            builders.a_disabled_service(
                disabled_reason.of_drain(7), host='other'
            ),
        )
        for room, changes, closed in (
            ((), {}, ()),
            (('hv1',), {}, ()),
            (('other',), {'services': down}, (('other', 'is down'),)),
            (('other',), {'services': shut}, (('other', 'is disabled'),)),
            (('other',), {'services': drained}, (('other', 'is drained'),)),
        ):
            verdict = draining.decide(self.look(*room, **changes))

            self.assertEqual((), verdict.steps)
            self.assertFalse(verdict.outcome.ok)
            (move,) = verdict.moves
            self.assertEqual('stayed', move.state)
            self.assertEqual(
                Reason.of(
                    GuestCode.NO_ROOM,
                    destination=None,
                    need=('512 MEMORY_MB', '1 VCPU'),
                    zone=None,
                    traits=(),
                    closed=closed,
                ),
                move.reason,
            )

    def test_destination(self):
        """Only the one destination counts, whatever its hypervisor's name."""
        named = builders.a_compute_node('other', hostname='other.example.org')
        third = builders.a_compute_node('third')
        services = (
            draining.CLOSED,
            builders.a_service('other'),
            builders.a_service('third'),
        )
        for room, method in (('other', 'live'), ('third', None)):
            look = self.look(
                room, services=services, compute_nodes=(named, third)
            )

            verdict = draining.decide(look, destination='other')

            self.assertEqual(method is not None, bool(verdict.steps))
            if method is None:
                reason = verdict.moves[0].reason
                self.assertEqual(GuestCode.NO_ROOM, reason.code)
                self.assertEqual('other', reason.facts['destination'])

    def test_only_the_destination_is_asked_about(self):
        """It may be beyond what Placement tells of all hosts."""
        look = self.look('other')
        for options, provider_id in (
            ({}, None),
            ({'destination': 'other'}, builders.a_compute_id('other')),
            ({'destination': 'unknown'}, None),
        ):
            goal = draining.a_goal(**options)

            scope = goal.scope(draining.a_ledger(last=look))

            self.assertEqual(provider_id, scope.room_in)

    def test_unknown(self):
        """A list that Placement has cut keeps no guest."""
        full = builders.a_candidate(builders.a_compute_id(), self.NEED)
        unlisted = builders.a_candidate('not listed by Nova', self.NEED)
        for candidates, known in (
            ((full,) * (MOST_CANDIDATES - 1), True),
            ((full,) * MOST_CANDIDATES, False),
            ((unlisted,), False),
        ):
            with self.subTest(number=len(candidates)):
                look = self.look(room={self.NEED: candidates})

                verdict = draining.decide(look)
                planned = draining.decide(look, dry_run=True)

                self.assertEqual(0 if known else 1, len(verdict.steps))
                self.assertEqual(not known, planned.outcome.ok)
                unknown = Reason.of(GuestCode.ROOM_UNKNOWN)
                self.assertEqual(not known, unknown in planned.moves[0].notes)

    def test_zone(self):
        """The zone that keeps it is named, and so is a trait."""
        guest = dataclasses.replace(
            draining.GUEST,
            zone='z1',
            extra_specs={'trait:HW_A': 'required'},
        )
        need = self.NEED._replace(traits=('HW_A',), aggregates=('u1',))
        look = draining.a_look(
            guest,
            consumers=self.CONSUMERS,
            aggregates=(
                Aggregate(id=1, name='a', uuid='u1', availability_zone='z1'),
            ),
            room={need: ()},
        )

        (move,) = draining.decide(look).moves

        self.assertEqual('z1', draining.facts(move.reason)['zone'])
        self.assertEqual(('HW_A',), draining.facts(move.reason)['traits'])

    def test_who_stays_takes_no_room(self):
        """A guest of an affinity group leaves the room to one that goes."""
        other, later = builders.a_compute_id('other'), builders.a_guest('g2')
        needs = {
            guest.id: builders.a_need(VCPU=1, MEMORY_MB=size)
            for guest, size in ((draining.GUEST, 1024), (later, 512))
        }
        look = draining.a_look(
            draining.GUEST,
            later,
            services=(draining.CLOSED, builders.a_service('other')),
            compute_nodes=tuple(
                map(builders.a_compute_node, ('hv1', 'other'))
            ),
            consumers={
                draining.CHOSEN: {
                    each: dict(n.resources) for each, n in needs.items()
                }
            },
            room={
                need: (builders.a_candidate(other, need, left=1024),)
                for need in needs.values()
            },
            affinity={draining.GUEST.id: 'group'},
        )

        verdict = draining.decide(look, dry_run=True)
        scope = draining.a_goal().scope(draining.a_ledger(last=look))

        self.assertEqual(
            {'g1': 'stayed', 'g2': 'planned'}, draining.states(verdict)
        )
        self.assertEqual(
            Reason.of(OutcomeCode.IN_THE_WAY, in_the_way=1, guests=2),
            verdict.outcome.reason,
        )
        self.assertEqual({needs[later.id]}, scope.needs)

    def test_all_the_same(self):
        """Nova has the last word, if that is wanted."""
        verdict = draining.decide(self.look(), past_blocked=True)

        self.assertEqual(1, len(verdict.steps))
