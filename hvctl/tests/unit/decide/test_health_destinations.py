# SPDX-License-Identifier: Apache-2.0
"""Tests of the hosts to which a test guest may be moved."""

from __future__ import annotations

import dataclasses
import typing
import unittest

from hypothesis import strategies as st

from hvctl.decide import health_destinations
from hvctl.decide.case import Case
from hvctl.model import identity
from hvctl.model.records import Server
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import LiveMigrate, Step
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding
from hvctl.tests.fixtures import properties

THEIRS = 'fixed-1'
THEIR_ID = builders.an_id('fixed')


def a_test_guest(name: str) -> Server:
    """The test guest of a hypervisor."""
    return builders.a_guest(
        f'test of {name}', metadata={identity.TEST_KEY: name}
    )


def a_look(**changes: typing.Any) -> Snapshot:
    """A look at hv1, which is tried out, an open hv2, and a fixed host."""
    look = builders.a_snapshot(
        'hv1', 'hv2', test_guests=(a_test_guest('hv1'),)
    )
    node = builders.a_compute_node(THEIRS, id=THEIR_ID)
    look = dataclasses.replace(
        look,
        services=(*look.services, builders.a_service(THEIRS)),
        compute_nodes=(*look.compute_nodes, node),
        providers_for_tests=frozenset(
            {*(each.id for each in look.compute_nodes), THEIR_ID}
        ),
    )
    return dataclasses.replace(look, **changes)


def with_service(host: str, **changes: typing.Any) -> Snapshot:
    """The same look with the service of a host in another state."""
    look = a_look()
    return dataclasses.replace(
        look,
        services=tuple(
            dataclasses.replace(each, **changes) if each.host == host else each
            for each in look.services
        ),
    )


def a_case(look: Snapshot, name: str = 'hv1', *done: Step) -> Case:
    """The case of a hypervisor of a look."""
    service = next(each for each in look.services if each.host == name)
    return Case.of(
        look,
        builders.a_hypervisor(name, service=service),
        deciding.a_ledger(done=dict.fromkeys(done, True)),
        clocks.START,
    )


class TestFind(unittest.TestCase):
    """Which hosts have room for it, and which will have."""

    def test_each(self) -> None:
        """A host takes it that is open, of its zone, and has the class."""
        hv2 = builders.a_compute_id('hv2')
        closed = tuple(map(builders.a_server, ('hv1', 'hv2')))
        for look, free, full in (
            (a_look(), ('hv2', THEIRS), ()),
            # Closed for whatever reason, or not there at all.
            (with_service('hv2', status='disabled'), (THEIRS,), ()),
            (with_service('hv2', state='down'), (THEIRS,), ()),
            (with_service('hv2', state='unknown'), (THEIRS,), ()),
            (with_service('hv2', zone='other'), (THEIRS,), ()),
            (with_service(THEIRS, zone='other'), ('hv2',), ()),
            (a_look(services=a_look().services[:1]), (), ()),
            (a_look(providers_disabled=frozenset({hv2})), (THEIRS,), ()),
            # One that is itself tried out: nobody has opened it yet.
            (
                a_look(servers=closed, providers_with_room=frozenset()),
                (THEIRS,),
                (),
            ),
            # Full of guests, and so without room for any other kind.
            (a_look(providers_with_room=frozenset()), ('hv2', THEIRS), ()),
            # Another project's, of which only the room is seen.
            (a_look(servers=closed), ('hv2', THEIRS), ()),
            # Without the class: one of ours has given all it has.
            (
                a_look(providers_for_tests=frozenset({THEIR_ID})),
                (THEIRS,),
                ('hv2',),
            ),
            (a_look(providers_for_tests=frozenset()), (), ('hv2',)),
        ):
            with self.subTest(free=free, full=full):
                self.assertEqual(
                    health_destinations.Hosts(free, full),
                    health_destinations.find(a_case(look)),
                )

    def test_zone(self) -> None:
        """It stays in its own zone, to which Nova binds it."""
        look = with_service('hv1', zone='z')
        self.assertEqual(((), ()), health_destinations.find(a_case(look)))

        look = dataclasses.replace(
            look,
            services=tuple(
                dataclasses.replace(each, zone='z') for each in look.services
            ),
        )
        found = health_destinations.find(a_case(look))
        self.assertEqual(('hv2', THEIRS), found.free)


class TestChoose(unittest.TestCase):
    """Which of them it is."""

    def test_none(self) -> None:
        """Where there is none, none is chosen."""
        self.assertIsNone(health_destinations.choose((), a_case(a_look())))

    @properties.reaching(st.integers(1, 5), st.integers(1, 5))
    def test_spread(self, reached, hosts, names):
        """Hypervisors share the hosts, and each tries all of them in turn."""
        reached()
        free = [f'other-{number}' for number in range(hosts)]
        new = [f'new-{number}' for number in range(names)]
        look = builders.a_snapshot(
            *new, test_guests=tuple(map(a_test_guest, new))
        )
        first = [
            health_destinations.choose(free, a_case(look, name))
            for name in new
        ]
        self.assertEqual(min(hosts, names), len(set(first)))
        done: list[Step] = []
        for _ in free:
            case = a_case(look, 'new-0', *done)
            host = health_destinations.choose(free, case)
            for destination in (host, case.hv.host):
                done.append(
                    LiveMigrate(
                        name='new-0', server_id='s', destination=destination
                    )
                )
        self.assertEqual(
            set(free), {step.destination for step in done} - {'new-0'}
        )
