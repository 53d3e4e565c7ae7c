# SPDX-License-Identifier: Apache-2.0
"""Tests of when a hypervisor is empty."""

from __future__ import annotations

import datetime
import unittest

from hvctl.decide.hypervisor import emptiness
from hvctl.model import identity
from hvctl.tests.fixtures import builders

GUEST = builders.a_guest('g1')
HOLD = identity.hold_id(builders.a_compute_id())


class TestOccupants(unittest.TestCase):
    """What keeps a hypervisor from being empty."""

    def test_table(self):
        """Guests, unfinished migrations and strange consumers count."""
        running = builders.a_migration('g2')
        cold = builders.a_migration(
            'g3', status='finished', migration_type='migration'
        )
        for changes, expected in (
            ({}, ()),
            ({'guests': None, 'consumers': None}, ()),
            ({'guests': (GUEST,)}, (('guest', 1),)),
            ({'guests': (GUEST, GUEST)}, (('guest', 2),)),
            ({'migrations': (running,)}, (('unfinished migration', 1),)),
            ({'migrations': (running, cold)}, (('unfinished migration', 2),)),
            ({'consumers': frozenset({HOLD})}, ()),
            (
                {'consumers': frozenset({HOLD, 'x', 'a'})},
                (('allocation', 'a', 'x'),),
            ),
            (
                {'guests': (GUEST,), 'visitors': frozenset({GUEST.id, 'x'})},
                (('visiting test guest', 1),),
            ),
            (
                {
                    'guests': (GUEST, builders.a_guest('other')),
                    'visitors': frozenset({GUEST.id}),
                },
                (('guest', 1), ('visiting test guest', 1)),
            ),
            # One that is counted already is not counted twice.
            (
                {'guests': (GUEST,), 'consumers': frozenset({GUEST.id})},
                (('guest', 1),),
            ),
            (
                {
                    'migrations': (cold,),
                    'consumers': frozenset({cold.uuid, cold.server_id}),
                },
                (('unfinished migration', 1),),
            ),
            ({'provider': None, 'consumers': frozenset({'x'})}, ()),
        ):
            with self.subTest(changes=changes):
                hv = builders.a_hypervisor(**changes)

                self.assertEqual(expected, emptiness.occupants(hv))

    def test_statuses(self):
        """Only Nova's final statuses end a migration."""
        for status in ('completed', 'confirmed', 'error', 'failed'):
            hv = builders.a_hypervisor(
                migrations=(builders.a_migration(status=status),)
            )
            with self.subTest(status=status):
                self.assertEqual([], emptiness.unfinished(hv))
        for status in ('accepted', 'queued', 'preparing', 'finished', 'new'):
            hv = builders.a_hypervisor(
                migrations=(builders.a_migration(status=status),)
            )
            with self.subTest(status=status):
                self.assertEqual(1, len(emptiness.unfinished(hv)))

    def test_travellers(self):
        """Who is on the way, the first first, from where, and since when."""
        begun = datetime.datetime(2026, 11, 27, 10, 43, 5, tzinfo=datetime.UTC)
        hv = builders.a_hypervisor(
            migrations=(
                builders.a_migration(
                    'g2', id=2, source='hv3', destination=None
                ),
                builders.a_migration('g1', id=1, created_at=begun),
                builders.a_migration('g0', id=3, status='completed'),
            )
        )

        self.assertEqual(
            (
                (
                    builders.an_id('server g1'),
                    'hv1',
                    'hv2',
                    '2026-11-27T10:43:05+00:00',
                ),
                (builders.an_id('server g2'), 'hv3', None, None),
            ),
            emptiness.travellers(hv),
        )

    def test_evacuated(self):
        """Only what Nova takes off with the service is no occupant."""
        away = {'migration_type': 'evacuation', 'status': 'done'}
        back = builders.a_migration(
            'g1', id=2, status='completed', source='hv2', destination='hv1'
        )
        consumers = frozenset({builders.an_id('server g1')})
        for record, changes, left in (
            (away, {}, ()),
            (away, {'service': None}, consumers),
            (away, {'migrations': (back,)}, consumers),
            ({**away, 'status': 'completed'}, {}, consumers),
            ({**away, 'status': 'error'}, {}, consumers),
            ({**away, 'source': 'hv2', 'destination': 'hv1'}, {}, consumers),
            ({**away, 'migration_type': 'migration'}, {}, consumers),
        ):
            with self.subTest(record=record, changes=changes):
                old = builders.a_migration('g1', **record)
                newer = changes.get('migrations', ())
                hv = builders.a_hypervisor(
                    **{
                        'consumers': consumers,
                        **changes,
                        'migrations': (*newer, old),
                    }
                )

                self.assertEqual(
                    (('allocation', *left),) if left else (),
                    emptiness.occupants(hv),
                )

    def test_hold_of_another_life(self):
        """A hold is known by the provider's own id only."""
        other = identity.hold_id(builders.a_compute_id(life=2))
        hv = builders.a_hypervisor(consumers=frozenset({HOLD, other}))

        self.assertEqual(
            frozenset({other}), emptiness.consumers_beside_hold(hv)
        )


class TestStale(unittest.TestCase):
    """Which open records Nova has forgotten."""

    def test_newer_record_of_the_guest(self):
        """Only an older one, of a guest that has a newer one, whatever."""
        old = builders.a_migration('g1', id=300)
        new = builders.a_migration('g1', id=301, status='completed')
        other = builders.a_migration('g0', id=302)
        last = builders.a_migration('g2', id=299)

        hv = builders.a_hypervisor(migrations=(other, new, old, last))

        self.assertEqual([old], emptiness.stale(hv))
