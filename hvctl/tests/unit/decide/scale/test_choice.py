# SPDX-License-Identifier: Apache-2.0
"""Tests of what brings a profile to a number of hypervisors."""

from __future__ import annotations

import collections
import datetime
import random
import typing
import unittest

from hypothesis import strategies as st

from hvctl import exceptions
from hvctl.decide.scale import choice
from hvctl.decide.scale.choice import Because
from hvctl.decide.scale.choice import Choice
from hvctl.decide.scale.fleet import COUNTED
from hvctl.decide.scale.fleet import Fleet
from hvctl.decide.scale.fleet import Standing
from hvctl.model import disabled_reason
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import properties

NOW = clocks.START + datetime.timedelta(days=9)
PAST = clocks.START.isoformat()

Member = tuple[Hypervisor, Standing]

_CLOSED = builders.a_disabled_service(
    disabled_reason.of_drain(1, for_scale=True)
)


def a_member(
    name: str,
    how: Standing = Standing.USABLE,
    *,
    guests: int = 0,
    memory: int = 0,
    age: int = 1,
    protected: bool = False,
    expired: bool = False,
) -> Member:
    """A hypervisor of the profile.

    :param age: how many hours ago its server was made
    """
    metadata = {identity.ENABLED_KEY: PAST}
    if protected:
        metadata[identity.PROTECTED_KEY] = 'never'
    if expired:
        metadata[identity.EXPIRES_KEY] = PAST
    changes: dict[str, typing.Any] = {}
    if how is Standing.GOING:
        changes['service'] = _CLOSED
    return (
        builders.a_hypervisor(
            name,
            **changes,
            server=builders.a_server(
                name,
                metadata=metadata,
                created_at=NOW - datetime.timedelta(hours=age),
            ),
            compute_node=builders.a_compute_node(
                name, memory_mb_used=memory, guests=guests
            ),
            guests=None,
        ),
        how,
    )


def choose(*members: Member, to: int) -> Choice:
    """Choose among these."""
    return choice.choose(Fleet(members=members), to, NOW)


def gone(chosen: Choice) -> list[str]:
    """The names of those that go, in their order."""
    return [victim.name for victim in chosen.go]


class TestOrder(unittest.TestCase):
    """Which ones go first."""

    ALL = (
        a_member('old', guests=1, memory=2048, age=9),
        a_member('new', guests=1, memory=2048, age=2),
        a_member('little', guests=3, memory=1024),
        a_member('empty-b'),
        # What the host itself needs is no guest's.
        a_member('empty-a', memory=4096),
        a_member('empty-new', age=0),
        a_member('expired', guests=1, memory=4096, expired=True),
        a_member('back', Standing.BACK),
        a_member('coming', Standing.COMING),
        a_member('down', Standing.DOWN, guests=9, memory=9000),
        a_member('failed', Standing.FAILED),
        a_member('going', Standing.GOING),
    )
    ORDER = (
        ('going', Because.GOING),
        ('failed', Because.FAILED),
        ('back', Because.NOT_UP),
        ('coming', Because.NOT_UP),
        ('down', Because.NOT_UP),
        ('expired', Because.EXPIRED),
        ('empty-new', Because.EMPTY),
        ('empty-a', Because.EMPTY),
        ('empty-b', Because.EMPTY),
        ('little', Because.CHEAPEST),
        ('new', Because.CHEAPEST),
        ('old', Because.CHEAPEST),
    )

    def test_all(self) -> None:
        """Down to each number the same order."""
        count = Fleet(members=self.ALL).count
        for to in range(count + 1):
            with self.subTest(to=to):
                chosen = choose(*self.ALL, to=to)

                expected = self.ORDER[: 2 + count - to]
                self.assertEqual(
                    expected,
                    tuple((v.name, v.because) for v in chosen.go),
                )
                self.assertEqual((), chosen.kept)
                self.assertEqual(0, chosen.missing)

    def test_protected(self) -> None:
        """The next goes in its place; where there is none, that is said."""
        members = (
            a_member('hv1', protected=True),
            a_member('hv2'),
            a_member('hv3'),
            a_member('failed', Standing.FAILED, protected=True),
        )
        for to, expected, kept in (
            (3, [], ()),
            (2, ['hv2'], ()),
            (1, ['hv2', 'hv3'], ()),
            (0, ['hv2', 'hv3'], ('hv1',)),
        ):
            with self.subTest(to=to):
                chosen = choose(*members, to=to)

                self.assertEqual((expected, kept), (gone(chosen), chosen.kept))

    def test_never_below(self) -> None:
        """What is protected and down makes none go that takes guests."""
        chosen = choose(
            a_member('hv1'),
            a_member('hv2'),
            a_member('hv3', Standing.DOWN, protected=True),
            to=2,
        )

        self.assertEqual(([], ('hv3',)), (gone(chosen), chosen.kept))


class TestUp(unittest.TestCase):
    """What comes."""

    def test_table(self) -> None:
        """What is on the way is not made again."""
        for words, members, expected in (
            ('nothing is there', (), Choice(missing=3)),
            (
                'one is, and one comes',
                (a_member('hv1'), a_member('hv2', Standing.COMING)),
                Choice(missing=1, finish=('hv2',)),
            ),
            (
                'one is down',
                (a_member('hv1', Standing.DOWN),),
                Choice(missing=2),
            ),
            (
                'closed ones do not count',
                (a_member('hv1', Standing.CLOSED),),
                Choice(missing=3, closed=('hv1',)),
            ),
            (
                'one was to go, and is not yet gone',
                (a_member('hv1', Standing.GOING),),
                Choice(missing=2, back=('hv1',)),
            ),
            (
                'one is coming back',
                (a_member('hv1', Standing.BACK),),
                Choice(missing=2, back=('hv1',)),
            ),
        ):
            with self.subTest(words):
                self.assertEqual(expected, choose(*members, to=3))

    def test_failed(self) -> None:
        """One that has failed is made up for, and goes."""
        chosen = choose(a_member('hv1', Standing.FAILED), to=1)

        self.assertEqual((1, ['hv1']), (chosen.missing, gone(chosen)))


class TestWanted(unittest.TestCase):
    """How many that is."""

    def test_table(self) -> None:
        """It is said as a number or as a difference."""
        for to, by, expected in (
            (5, None, 5),
            (0, None, 0),
            (None, 2, 5),
            (None, -3, 0),
        ):
            with self.subTest(to=to, by=by):
                self.assertEqual(expected, choice.wanted(3, 'p', to, by))

    def test_more_than_there_are(self) -> None:
        """It is refused in a sentence."""
        with self.assertRaisesRegex(
            exceptions.InvalidRequest,
            '^--by -4: there are only 3 of profile p$',
        ):
            choice.wanted(3, 'p', None, -4)


_MEMBERS = st.lists(
    st.builds(
        a_member,
        st.integers(0, 99).map('hv{}'.format),
        # Most take guests.
        st.sampled_from([*Standing, *[Standing.USABLE] * 5]),
        guests=st.integers(0, 3),
        memory=st.integers(0, 3).map(lambda gib: gib * 1024),
        age=st.integers(0, 3),
        protected=st.integers(0, 3).map(lambda one: one == 0),
        expired=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda member: member[0].name,
)


class TestAnyFleet(unittest.TestCase):
    """Whatever is there, and however many are wanted."""

    @properties.reaching(
        _MEMBERS, st.integers(0, 9), branches=('up', 'down', 'kept')
    )
    def test_choice(
        self, reached: properties.Reached, members: list[Member], to: int
    ) -> None:
        """It ends with the number, without harm to anything."""
        chosen = choose(*members, to=to)
        by_name = {hv.name: (hv, how) for hv, how in members}
        go = gone(chosen)
        named = collections.Counter(
            (*go, *chosen.back, *chosen.finish, *chosen.closed)
        )
        self.assertLessEqual(set(named.values()), {1})
        left = [how for hv, how in members if hv.name not in go]
        counted = sum(how in COUNTED for how in left) + sum(
            by_name[name][1] is Standing.GOING for name in chosen.back
        )
        # Nothing that is protected goes, nothing that somebody has closed.
        for name in go:
            hypervisor, how = by_name[name]
            self.assertIsNone(hypervisor.protection(NOW))
            self.assertIsNot(Standing.CLOSED, how)
        if chosen.missing:
            reached('up')
            self.assertEqual(to, counted + chosen.missing)
        if chosen.kept:
            reached('kept')
            self.assertGreater(counted, to)
        else:
            self.assertEqual(to, counted + chosen.missing)
        usable = sum(how is Standing.USABLE for _, how in members)
        stay = left.count(Standing.USABLE)
        self.assertGreaterEqual(stay, min(usable, to))
        if stay < usable:
            reached('down')
            self.assertLessEqual(stay, usable)
            self.assertEqual(0, chosen.missing)

    @properties.reaching(_MEMBERS, st.integers(0, 9), st.randoms())
    def test_order(
        self,
        reached: properties.Reached,
        members: list[Member],
        to: int,
        chance: random.Random,
    ) -> None:
        """It does not hang on how they are listed; fewer go first of more."""
        chosen = choose(*members, to=to)
        mixed = list(members)
        chance.shuffle(mixed)

        self.assertEqual(chosen, choose(*mixed, to=to))

        further = choose(*members, to=max(0, to - 1))
        if not chosen.back and not further.back:
            reached()
            self.assertEqual(gone(chosen), gone(further)[: len(chosen.go)])
