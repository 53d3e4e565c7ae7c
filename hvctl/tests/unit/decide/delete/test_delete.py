# SPDX-License-Identifier: Apache-2.0
"""Tests of what delete decides."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.delete import delete
from hvctl.model import identity
from hvctl.model.codes import HolderCode, OutcomeCode, StatusCode
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.records import Aggregate
from hvctl.model.snapshot import Part, Snapshot
from hvctl.model.steps import (
    DeleteAgent,
    DeletePort,
    DeleteProvider,
    DeleteServer,
    DeleteService,
)
from hvctl.model.verdict import Outcome
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding

NODE = builders.a_node().id
CLOSED = builders.a_disabled_service(identity.REASON_DELETE)
DOWN = dataclasses.replace(CLOSED, state='down')
IRONIC = builders.a_service('ironic')
DELETE = DeleteServer(name='hv1', server_id=builders.a_server().id)


def a_look_without_server(**changes) -> Snapshot:
    """A look at hv1 when Nova has forgotten the server."""
    return deciding.a_look(
        **{
            'servers': (),
            'services': (DOWN, IRONIC),
            'agents': (builders.an_agent(alive=False),),
            'nodes': (
                builders.a_node(provision_state='available', instance_id=None),
            ),
            **changes,
        }
    )


class TestClear(unittest.TestCase):
    """When the server is gone."""

    def test_disables_here_too(self):
        """A machine that runs on without its server gets no more guests."""
        for state in ('up', 'down'):
            with self.subTest(state=state):
                service = builders.a_service(state=state)

                verdict = deciding.of_delete(
                    a_look_without_server(services=(service, IRONIC)),
                    deciding.a_ledger_of_gone(),
                )

                self.assertEqual(['DisableService'], deciding.kinds(verdict))

    def test_waits_for_the_service(self):
        """A nova-compute that may still live keeps its records."""
        verdict = deciding.of_delete(
            a_look_without_server(services=(CLOSED, IRONIC)),
            deciding.a_ledger_of_gone(),
        )

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)
        self.assertEqual(
            Reason.of(StatusCode.SERVICE_STILL_UP), verdict.status.reason
        )

    def test_waits_while_ironic_is_unseen(self) -> None:
        """Nor is a node given back that a look could not see."""
        verdict = deciding.of_delete(
            a_look_without_server(nodes=None, unseen=frozenset({Part.NODES})),
            deciding.a_ledger_of_gone(nodes_tried={'hv1': (NODE,)}),
        )

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)

    def test_waits_for_ironic(self):
        """So does a node that Ironic still tears down."""
        nodes = (builders.a_node(provision_state='deleting'),)

        verdict = deciding.of_delete(
            a_look_without_server(nodes=nodes),
            deciding.a_ledger_of_gone(nodes_tried={'hv1': (NODE,)}),
        )

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)
        self.assertEqual(
            Reason.of(StatusCode.TEARING_DOWN, node='node-of-hv1'),
            verdict.status.reason,
        )

    def test_failed_teardown(self):
        """A node in error is said with Ironic's words."""
        nodes = (
            builders.a_node(provision_state='error', last_error='no power'),
        )

        verdict = deciding.of_delete(
            a_look_without_server(nodes=nodes),
            deciding.a_ledger_of_gone(nodes_tried={'hv1': (NODE,)}),
        )

        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(
            Reason.of(
                OutcomeCode.TEAR_DOWN_FAILED,
                node='node-of-hv1',
                error='no power',
            ),
            verdict.outcome.reason,
        )

    def test_removes_everything(self):
        """Agents, service, provider, and the port at last.

        Its memberships go with the service.
        """
        aggregate = Aggregate(id=7, name='a', hosts=frozenset({'hv1', 'x'}))
        port = builders.a_port(revision=7)

        verdict = deciding.of_delete(
            a_look_without_server(aggregates=(aggregate,), ports=(port,)),
            deciding.a_ledger_of_gone(),
        )

        self.assertEqual(
            (
                DeleteAgent(
                    name='hv1', agent_id=builders.an_agent().id, host='hv1'
                ),
                DeleteService(name='hv1', service_id=DOWN.id, host='hv1'),
                DeleteProvider(name='hv1', provider_id=deciding.CHOSEN),
                DeletePort(name='hv1', port_id=port.id),
            ),
            verdict.steps,
        )
        self.assertEqual(
            (7, port.device_id),
            (verdict.steps[-1].revision, verdict.steps[-1].device_id),
        )

    def test_hold_is_no_consumer(self):
        """The hold of one that never opened is not in the way."""
        hold = {identity.hold_id(deciding.CHOSEN): {'MEMORY_MB': 2**31 - 1}}

        verdict = deciding.of_delete(
            a_look_without_server(consumers={deciding.CHOSEN: hold}),
            deciding.a_ledger_of_gone(),
        )

        self.assertIn(
            DeleteProvider(name='hv1', provider_id=deciding.CHOSEN),
            verdict.steps,
        )

    def test_port_alone(self):
        """A port without anything else is removed."""
        look = builders.a_snapshot(
            ports=(builders.a_port(),), guests={'hv1': ()}
        )

        verdict = deciding.of_delete(look, deciding.a_ledger_of_gone())

        self.assertEqual(
            (DeletePort(name='hv1', port_id=builders.a_port().id),),
            verdict.steps,
        )

    def test_done(self):
        """When this run has removed the last of it, it is done."""
        verdict = deciding.of_delete(
            builders.a_snapshot(),
            deciding.a_ledger_of_gone(done={DELETE: True}),
        )

        self.assertEqual(
            Outcome(ok=True, reason=Reason.of(OutcomeCode.DONE)),
            verdict.outcome,
        )

    def test_done_and_taken(self):
        """What has the name afterwards is somebody else's, and is said."""
        verdict = deciding.of_delete(
            builders.a_snapshot(services=(builders.a_service(),)),
            deciding.a_ledger_of_gone(done={DELETE: True}),
        )

        self.assertFalse(verdict.outcome.ok)
        why = verdict.outcome.reason
        self.assertEqual(OutcomeCode.GONE_BUT_TAKEN, why.code)
        self.assertEqual(
            [HolderCode.SERVICE], [h.code for h in why.facts['holders']]
        )

    def test_done_beside_a_namesake(self):
        """A server that somebody gave the name is said, and no failure."""
        namesake = builders.a_server('hv1', id='theirs', project_id='theirs')
        verdict = deciding.of_delete(
            builders.a_snapshot(namesakes=(namesake,)),
            deciding.a_ledger_of_gone(done={DELETE: True}),
        )

        self.assertTrue(verdict.outcome.ok)
        why = verdict.outcome.reason
        self.assertEqual(OutcomeCode.GONE_BUT_TAKEN, why.code)
        self.assertEqual(
            [HolderCode.SERVER], [h.code for h in why.facts['holders']]
        )


class TestScope(unittest.TestCase):
    """How far a look reaches."""

    def test_reaches_into_what_was_found(self):
        """The second look reads guests and consumers of what exists."""
        goal = delete.Delete(names=('hv1', 'hv2'))
        ledger = Ledger(started_at=clocks.START)

        first = goal.scope(ledger)
        ledger.last = builders.a_snapshot('hv1')
        second = goal.scope(ledger)

        self.assertEqual(frozenset({'hv1', 'hv2'}), first.server_names)
        self.assertEqual(frozenset({'hv1'}), second.hosts)
        self.assertEqual(frozenset({deciding.CHOSEN}), second.provider_ids)
        self.assertTrue(first.aggregates and second.aggregates)
        self.assertTrue(first.sizes and second.sizes)

    def test_reaches_for_the_machine(self):
        """Once Nova has no server only the node tells of the machine."""
        goal = delete.Delete(names=('hv1',))
        whole = deciding.a_look()
        for look, names, optional in (
            (whole, (), {Part.COMPUTE_NODES, Part.NODES}),
            (
                dataclasses.replace(whole, servers=()),
                ('hv1',),
                {Part.COMPUTE_NODES},
            ),
            (builders.a_snapshot(), (), {Part.COMPUTE_NODES}),
        ):
            with self.subTest(servers=look.servers, names=names):
                ledger = Ledger(started_at=clocks.START, last=look)

                scope = goal.scope(ledger)

                self.assertEqual(frozenset(names), scope.server_names)
                self.assertEqual(optional, scope.optional)
