# SPDX-License-Identifier: Apache-2.0
"""Tests of the name of a provider, and of the aggregates of its host."""

from __future__ import annotations

import dataclasses
import typing
import unittest

from hvctl.decide.create import joining
from hvctl.decide.create import opening
from hvctl.decide.create.case import CreateCase
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.reasons import Reason
from hvctl.model.records import Aggregate
from hvctl.model.request import HealthTest
from hvctl.model.steps import (
    DeleteTestGuest,
    JoinAggregate,
    LeaveAggregate,
    RenameProvider,
    Step,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import deciding
from hvctl.tests.fixtures import requests

TEST = HealthTest(flavor_id='f', image_id='i', network_id='n')
TESTED = DeleteTestGuest(name='hv1', server_id='g')
HERE = frozenset({deciding.CHOSEN})
HELD = builders.a_hypervisor(server=builders.a_server())
QUALIFIED = builders.a_compute_node(hostname='hv1.a.org')


def a_case(
    hv: Hypervisor,
    *,
    tested: bool = False,
    done: tuple[Step, ...] = (),
    **changes: typing.Any,
) -> CreateCase:
    """The case of a hypervisor that is to be in two aggregates.

    :param tested: whether it is to be tried out before it is opened
    :param done: what this run has done
    """
    return requests.a_case(
        hv,
        deciding.a_ledger(done=dict.fromkeys(done, True)),
        deciding.a_look(**changes),
        aggregates={'u1': 1, 'u2': 2},
        health_test=TEST if tested else None,
    )


def aggregates(
    *hosts: set[str], choosy: tuple[int, ...] = ()
) -> dict[str, tuple[Aggregate, ...]]:
    """The aggregates of a look, with the hosts that each has in Nova.

    :param choosy: those that may keep guests out
    """
    return {
        'aggregates': tuple(
            Aggregate(
                id=number,
                uuid=f'u{number}',
                name=f'a{number}',
                hosts=frozenset(found),
                metadata={'trait:CUSTOM_GOLD': 'required'}
                if number in choosy
                else {'availability_zone': 'az1'},
            )
            for number, found in enumerate(hosts, start=1)
        )
    }


class TestRename(unittest.TestCase):
    """The resource provider has the name of the hypervisor."""

    def test_other_name(self):
        """It gets the name that libvirt has given the host."""
        hv = builders.a_hypervisor(compute_node=QUALIFIED)

        verdict = opening.rename(a_case(hv))

        self.assertEqual(
            (
                RenameProvider(
                    name='hv1',
                    provider_id=deciding.CHOSEN,
                    provider_name='hv1.a.org',
                ),
            ),
            verdict.steps,
        )
        self.assertEqual(Reason.of(StatusCode.RENAMING), verdict.status.reason)

    def test_passed(self):
        """One of the right name, or that is not hvctl's or not there."""
        for changes in (
            {'compute_node': builders.a_compute_node()},
            {'compute_node': QUALIFIED, 'compute_id': None},
            {'compute_node': QUALIFIED, 'provider': None},
            {'compute_node': None},
        ):
            with self.subTest(changes=changes):
                hv = builders.a_hypervisor(**changes)

                self.assertIsNone(opening.rename(a_case(hv)))


class TestJoin(unittest.TestCase):
    """Aggregates, in Nova and in Placement."""

    def test_gone(self):
        """One that is no more ends it, and is named."""
        verdict = joining.join(
            a_case(builders.a_hypervisor(), **aggregates({'hv1'}))
        )

        self.assertEqual(
            Reason.of(
                OutcomeCode.AGGREGATE_GONE, name='hv1', aggregates=('2 (u2)',)
            ),
            verdict.outcome.reason,
        )

    def test_in_nova(self):
        """It joins each that it is not in."""
        verdict = joining.join(
            a_case(builders.a_hypervisor(), **aggregates({'hv1'}, {'hv2'}))
        )

        self.assertEqual(
            (JoinAggregate(name='hv1', aggregate_id=2, host='hv1'),),
            verdict.steps,
        )
        self.assertEqual(Reason.of(StatusCode.JOINING), verdict.status.reason)

    def test_in_placement(self):
        """Then it waits for Placement to have it in each."""
        both = aggregates({'hv1'}, {'hv1'})
        hv = builders.a_hypervisor()

        waiting = joining.join(a_case(hv, members={'u1': HERE}, **both))
        passed = joining.join(
            a_case(hv, members={'u1': HERE, 'u2': HERE}, **both)
        )

        self.assertEqual((), waiting.steps)
        self.assertIsNone(waiting.outcome)
        self.assertEqual(
            Reason.of(StatusCode.NOT_IN_PLACEMENT, aggregates=('a2',)),
            waiting.status.reason,
        )
        self.assertIsNone(passed)

    def test_without_a_provider(self):
        """Nothing that could join is passed."""
        hv = builders.a_hypervisor(provider=None)

        self.assertIsNone(joining.join(a_case(hv)))


class TestTried(unittest.TestCase):
    """Aggregates that may keep the test guest out."""

    def test_later(self):
        """Only what the test guest may get into is joined before the test."""
        neither = aggregates(set(), set(), choosy=(2,))
        for changes, joined in (
            ({'tested': True}, [1]),
            ({'tested': True, 'done': (TESTED,)}, [1]),
            ({}, [1, 2]),
        ):
            with self.subTest(changes=changes):
                verdict = joining.join(a_case(HELD, **changes, **neither))

                self.assertEqual(
                    joined, [step.aggregate_id for step in verdict.steps]
                )
        verdict = joining.join_rest(a_case(HELD, tested=True, **neither))
        self.assertEqual([1, 2], [s.aggregate_id for s in verdict.steps])

    def test_leaves(self):
        """One that an earlier run has joined is left for the test."""
        both = aggregates({'hv1'}, {'hv1'}, {'hv1'}, choosy=(2, 3))

        verdict = joining.join(
            a_case(HELD, tested=True, members={'u1': HERE}, **both)
        )

        self.assertEqual(
            (LeaveAggregate(name='hv1', aggregate_id=2, host='hv1'),),
            verdict.steps,
        )
        self.assertEqual(Reason.of(StatusCode.JOINING), verdict.status.reason)

    def test_stays(self):
        """It stays in what is good, once it is tried, and with guests."""
        guest = builders.a_guest()
        opened = builders.an_opened_server()
        for parts, choosy, changes in (
            ({}, (2,), {'tested': False}),
            ({}, (2,), {'done': (TESTED,)}),
            ({}, (), {}),
            ({'server': opened}, (2,), {}),
            ({'test_guests': (guest,)}, (2,), {}),
            ({'consumers': frozenset({'x'})}, (2,), {}),
        ):
            with self.subTest(parts=parts, choosy=choosy, changes=changes):
                case = a_case(
                    dataclasses.replace(HELD, **parts),
                    **{'tested': True, **changes},
                    members={'u1': HERE, 'u2': HERE},
                    **aggregates({'hv1'}, {'hv1'}, choosy=choosy),
                )

                self.assertIsNone(joining.join(case))

    def test_not_in_it(self):
        """What it is not in yet it need not leave."""
        case = a_case(
            HELD,
            tested=True,
            members={'u1': HERE},
            **aggregates({'hv1'}, {'hv2'}, choosy=(2,)),
        )

        self.assertIsNone(joining.join(case))
