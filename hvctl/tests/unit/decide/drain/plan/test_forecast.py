# SPDX-License-Identifier: Apache-2.0
"""Tests of what is said of the room for guests."""

from __future__ import annotations

import unittest

from hvctl.decide.drain.plan import forecast
from hvctl.model.guest_codes import GuestCode
from hvctl.model.records import Candidate, Share
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining


def of(sizes, hosts, *, elsewhere=(), **changes):
    """What is said of guests on hv1 that need so many processors.

    :param hosts: on which one of any size fits, with what they have left
    :param elsewhere: ids of others, of which Nova tells nothing
    """
    guests = {str(n): builders.a_guest(str(n)) for n in range(len(sizes))}
    needs = {
        str(n): builders.a_need(VCPU=size) for n, size in enumerate(sizes)
    }
    ids = {builders.a_compute_id(name): left for name, left in hosts.items()}
    look = draining.a_look(
        *guests.values(),
        **{
            'services': tuple(map(builders.a_service, hosts)),
            'compute_nodes': tuple(map(builders.a_compute_node, hosts)),
            'room': {
                need: tuple(
                    Candidate(
                        root,
                        (Share(root, 'VCPU', need.resources[0][1], left),),
                    )
                    for root, left in (
                        *ids.items(),
                        *((each, 64) for each in elsewhere),
                    )
                )
                for need in needs.values()
            },
            **changes,
        },
    )
    return forecast.of(look, needs, guests, {'hv1'}, None)


class TestNotes(unittest.TestCase):
    """What a plan says of the room for one guest."""

    def test_table(self):
        """On how many hosts there is some, and whether that is for all."""
        room, doubtful = GuestCode.HOSTS_WITH_ROOM, GuestCode.ROOM_DOUBTFUL
        for sizes, hosts, elsewhere, code, number in (
            ((4,), {'a': 8}, (), room, 1),
            ((4,), {}, (), room, 0),
            ((4,), {'a': 8}, ('x',), room, 1),
            ((4,), {}, ('x',), GuestCode.ROOM_UNKNOWN, None),
            ((3, 3, 3, 3, 4, 4), {'a': 10, 'b': 10}, (), doubtful, 2),
            ((4, 4, 3, 3, 3, 3), {'a': 11, 'b': 11}, (), room, 2),
        ):
            with self.subTest(sizes=sizes, hosts=hosts, elsewhere=elsewhere):
                said = of(sizes, hosts, elsewhere=elsewhere).notes

                # The small ones choose last.
                note = said['3' if len(sizes) > 1 else '0']
                self.assertEqual(code, note.code)
                self.assertEqual(number, draining.facts(note).get('hosts'))


class TestWithout(unittest.TestCase):
    """Guests that find no room."""

    def test_closed(self):
        """Some of the hosts that would have it and are closed are named."""
        names = ('a', 'b', 'c', 'd')
        found = of(
            (4,),
            dict.fromkeys(names, 8),
            services=tuple(
                builders.a_disabled_service(host=name) for name in names
            ),
        )

        closed = draining.facts(found.without['0'])['closed']
        self.assertEqual(
            tuple((name, 'is disabled') for name in names[:3]), closed
        )
