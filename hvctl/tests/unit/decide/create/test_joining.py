# SPDX-License-Identifier: Apache-2.0
"""Tests of the name of a provider, and of the aggregates of its host."""

from __future__ import annotations

import typing
import unittest

from hvctl.decide.create import joining
from hvctl.decide.create import opening
from hvctl.decide.create.case import CreateCase
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.reasons import Reason
from hvctl.model.records import Aggregate
from hvctl.model.steps import JoinAggregate, RenameProvider
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import deciding
from hvctl.tests.fixtures import requests

QUALIFIED = builders.a_compute_node(hostname='hv1.a.org')


def a_case(hv: Hypervisor, **changes: typing.Any) -> CreateCase:
    """The case of a hypervisor that is to be in two aggregates."""
    return requests.a_case(
        hv,
        deciding.a_ledger(),
        deciding.a_look(**changes),
        aggregates={'u1': 1, 'u2': 2},
    )


def aggregates(*hosts: set[str]) -> dict[str, tuple[Aggregate, ...]]:
    """The aggregates of a look, with the hosts that each has in Nova."""
    return {
        'aggregates': tuple(
            Aggregate(
                id=number,
                uuid=f'u{number}',
                name=f'a{number}',
                hosts=frozenset(found),
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
        here = frozenset({deciding.CHOSEN})
        hv = builders.a_hypervisor()

        waiting = joining.join(a_case(hv, members={'u1': here}, **both))
        passed = joining.join(
            a_case(hv, members={'u1': here, 'u2': here}, **both)
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
