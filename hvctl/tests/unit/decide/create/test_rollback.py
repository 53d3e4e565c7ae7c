# SPDX-License-Identifier: Apache-2.0
"""Tests of what becomes of what a create could not finish."""

from __future__ import annotations

import dataclasses
import typing
import unittest

from hvctl.decide.create import rollback
from hvctl.decide.hypervisor import assemble
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.ledger import Ledger, Refusal
from hvctl.model.reasons import Reason
from hvctl.model.results import Created
from hvctl.model.snapshot import Part, Snapshot, WholeLook
from hvctl.model.steps import (
    AskNode,
    AskServer,
    CreatePort,
    CreateProvider,
    DeleteServer,
)
from hvctl.model.verdict import Outcome, Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding
from hvctl.tests.fixtures import requests

MADE = builders.a_creation()
FAILED = builders.a_server(status='ERROR', fault='no power', node='n1')
NO = Reason.of(OutcomeCode.DEPLOY_FAILED, name='hv1')


def a_ledger(**changes: typing.Any) -> Ledger:
    """The ledger of a run that has made the failed server."""
    return Ledger(
        **{
            'started_at': clocks.START,
            'done': {MADE: True},
            'answers': {MADE: Created(FAILED.id)},
            **changes,
        }
    )


class TestGiveUp(unittest.TestCase):
    """Only what this very run made is removed."""

    def test_not_the_server_of_others(self):
        """Nor what this run only found made, or took part in."""
        server = builders.a_server()
        hold = CreateProvider(
            name='hv1',
            provider_id=builders.a_compute_id(),
            provider_name='hv1',
        )
        port = CreatePort(
            name='hv1', network_id='n', vnic_type='baremetal', mac_address='m'
        )
        verdict = Verdict.failed(Status(phase=Phase.FAILED), NO)
        mine = MADE
        with_server = builders.a_hypervisor(server=server)
        without = builders.a_hypervisor(server=None)
        own = builders.a_hypervisor(server=None, compute_id=None)
        for hv, done, made, expected in (
            (with_server, {hold: True, port: True}, None, False),
            (with_server, {mine: True}, 'another', False),
            (with_server, {mine: True}, server.id, True),
            (without, {hold: False, port: False}, None, False),
            (without, {hold: False, port: True}, None, False),
            (without, {hold: True}, None, True),
            (own, {port: True}, None, True),
        ):
            with self.subTest(done=done, made=made):
                ledger = Ledger(
                    started_at=clocks.START,
                    done=done,
                    answers={mine: Created(made)} if made else {},
                )

                found = rollback.start_rollback(
                    requests.a_case(hv, ledger), verdict
                )

                self.assertEqual(expected, found.giving_up == NO)

    def test_failures_only(self):
        """Neither a success, nor what goes on, nor what goes already."""
        hv = builders.a_hypervisor(server=FAILED)
        status = Status(phase=Phase.FAILED)
        done = Outcome(ok=True, reason=Reason.of(OutcomeCode.DONE))
        for verdict, given_up in (
            (Verdict(status=status), {}),
            (Verdict(status=status, outcome=done), {}),
            (Verdict.failed(status, NO), {'hv1': NO}),
        ):
            with self.subTest(verdict=verdict):
                case = requests.a_case(hv, a_ledger(given_up=given_up))

                self.assertEqual(
                    verdict, rollback.start_rollback(case, verdict)
                )

    def test_refused(self):
        """What is refused for now is no reason to take anything back."""
        hv = builders.a_hypervisor(server=FAILED)
        verdict = Verdict.failed(Status(phase=Phase.FAILED), NO)
        for step, held_up in (
            (DeleteServer(name='hv1', server_id=FAILED.id), True),
            (DeleteServer(name='hv2', server_id='other'), False),
            # Only people want to know it.
            (AskNode(name='hv1', node_id='n1', since=clocks.START), False),
        ):
            with self.subTest(step=step):
                ledger = a_ledger()
                ledger.refusals[step.lane] = Refusal(
                    step=step,
                    message='busy',
                    since=ledger.started_at,
                    tries=1,
                    again_at=ledger.started_at,
                )

                found = rollback.start_rollback(
                    requests.a_case(hv, ledger), verdict
                )

                self.assertEqual(held_up, found == verdict)


class TestRetry(unittest.TestCase):
    """A failed deploy of this run, with --retries."""

    def test_deletes(self):
        """The server goes, and its node and why are kept."""
        case = requests.a_case(
            builders.a_hypervisor(server=FAILED), a_ledger(), retries=1
        )

        verdict = rollback.retry(case)

        self.assertEqual(
            (DeleteServer(name='hv1', server_id=FAILED.id),), verdict.steps
        )
        self.assertEqual(FAILED.id, verdict.abandoned)
        self.assertEqual('n1', verdict.node_id)
        self.assertEqual(
            Reason.of(StatusCode.DEPLOYING_ANEW, fault='no power'),
            verdict.status.reason,
        )

    def test_passed(self):
        """Not a good one, one of others, nor more often than was asked."""
        building = builders.a_server(status='BUILD')
        for server, changes, retries in (
            (building, {}, 1),
            (None, {}, 1),
            (FAILED, {'answers': {}}, 1),
            (FAILED, {}, 0),
            (FAILED, {'runs': {MADE: 3}}, 2),
        ):
            with self.subTest(server=server, changes=changes):
                case = requests.a_case(
                    builders.a_hypervisor(server=server),
                    a_ledger(**changes),
                    retries=retries,
                )

                self.assertIsNone(rollback.retry(case))

    def test_between_attempts(self):
        """From the deletion of the last server until the next is made."""
        for made, abandoned, expected in (
            (0, (), False),
            (1, (), False),
            (1, ('a',), True),
            (2, ('a',), False),
            (2, ('a', 'b'), True),
        ):
            with self.subTest(made=made, abandoned=abandoned):
                ledger = Ledger(
                    started_at=clocks.START,
                    done={MADE: True} if made else {},
                    runs={MADE: made},
                    abandoned={'hv1': abandoned, 'hv2': ('x', 'y', 'z')},
                )

                self.assertEqual(
                    expected, rollback.is_between_attempts('hv1', ledger)
                )


class TestOutOfTime(unittest.TestCase):
    """The time is over, and there is a grace."""

    def test_ends_what_has_no_end(self):
        """But not what has one, and not what is being removed."""
        wait = Verdict(status=Status(phase=Phase.BUILDING))
        ended = Verdict.failed(wait.status, NO)
        for verdict, changes, late in (
            (wait, {'out_of_time': 60.0}, True),
            (wait, {}, False),
            (wait, {'out_of_time': 60.0, 'given_up': {'hv1': NO}}, False),
            (ended, {'out_of_time': 60.0}, False),
        ):
            with self.subTest(verdict=verdict, changes=changes):
                case = requests.a_case(
                    builders.a_hypervisor(), a_ledger(**changes)
                )

                found = rollback.out_of_time(case, verdict)

                self.assertEqual(late, found != verdict)
                if late:
                    self.assertFalse(found.outcome.ok)
                    self.assertEqual(
                        OutcomeCode.TIMED_OUT, found.outcome.reason.code
                    )


class TestRollBack(unittest.TestCase):
    """The removal of what failed."""

    def rolled_back(self, look: Snapshot, **changes: typing.Any) -> Verdict:
        """What is said of hv1, which is given up."""
        ledger = a_ledger(given_up={'hv1': NO}, **changes)
        hv = assemble.assemble(look, ['hv1'])['hv1']
        return rollback.roll_back(requests.a_case(hv, ledger, look))

    def test_goes_on(self):
        """As long as something is left there is no end."""
        verdict = self.rolled_back(deciding.a_look())

        self.assertEqual(['DisableService'], deciding.kinds(verdict))
        self.assertIsNone(verdict.outcome)

    def test_ends(self):
        """It stays a failure, and says whether all could be removed."""
        asked = self.rolled_back(builders.a_snapshot())
        (question,) = asked.steps
        gone = self.rolled_back(
            builders.a_snapshot(), done={MADE: True, question: False}
        )
        guest = {'hv1': (builders.a_guest(),)}
        kept = self.rolled_back(deciding.a_look(guests=guest))

        self.assertEqual(AskServer(name='hv1', server_id=FAILED.id), question)
        self.assertIsNone(asked.outcome)
        self.assertEqual(
            Outcome(
                ok=False, reason=NO, afterwards=Reason.of(OutcomeCode.REMOVED)
            ),
            gone.outcome,
        )
        self.assertFalse(kept.outcome.ok)
        self.assertEqual(NO, kept.outcome.reason)
        why = kept.outcome.afterwards
        self.assertEqual(OutcomeCode.NOT_REMOVED, why.code)
        self.assertEqual(OutcomeCode.OCCUPIED, why.facts['why'].code)

    def test_scope(self):
        """A look reaches into what goes, and to what it would reach."""
        ledger = a_ledger(
            given_up={'hv1': NO}, last=builders.a_snapshot('hv1', 'hv2')
        )
        usual = WholeLook(
            server_names=frozenset({'hv1'}), provider_ids=frozenset({'p'})
        )

        found = rollback.scope(ledger, usual)

        self.assertEqual(usual.server_names, found.server_names)
        self.assertEqual(frozenset({'hv1'}), found.hosts)
        self.assertEqual(frozenset({'p', deciding.CHOSEN}), found.provider_ids)
        self.assertTrue(found.aggregates)

    def test_scope_of_what_may_be_missing(self):
        """Once the server is gone Ironic must tell of the machine."""
        nodes = frozenset({Part.NODES})
        usual = WholeLook(optional=nodes)
        whole = builders.a_snapshot('hv1')
        for look, expected in (
            (whole, nodes),
            (dataclasses.replace(whole, servers=()), frozenset()),
        ):
            with self.subTest(expected=expected):
                ledger = a_ledger(given_up={'hv1': NO}, last=look)

                found = rollback.scope(ledger, usual)

                self.assertEqual(expected, found.optional)

    def test_scope_of_nodes(self):
        """The machine may be on one that only the list of nodes tells."""
        usual = WholeLook(node_ids=frozenset({'tried'}))
        whole = builders.a_snapshot('hv1')
        for look, nodes in (
            (whole, False),
            (dataclasses.replace(whole, servers=(), ports=()), True),
        ):
            with self.subTest(nodes=nodes):
                ledger = a_ledger(
                    given_up={'hv1': NO},
                    last=look,
                    nodes_tried={'hv1': ('first', 'last')},
                )

                found = rollback.scope(ledger, usual)

                self.assertEqual(nodes, found.nodes)
                self.assertEqual({'tried', 'last'}, {*found.node_ids})
