# SPDX-License-Identifier: Apache-2.0
"""Tests of what delete decides."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.delete import delete
from hvctl.model import identity
from hvctl.model.codes import HolderCode, OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase
from hvctl.model.ledger import Failure, Ledger
from hvctl.model.reasons import Reason
from hvctl.model.records import Aggregate
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import (
    DeleteAgent,
    DeletePort,
    DeleteProvider,
    DeleteServer,
    DeleteService,
    DeleteTestGuest,
    DisableService,
    LeaveAggregate,
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
            'nodes': (
                builders.a_node(provision_state='available', instance_id=None),
            ),
            **changes,
        }
    )


class TestStop(unittest.TestCase):
    """As long as the server is there."""

    def test_disables_first(self):
        """The service is closed before anything else, the node noted."""
        verdict = deciding.of_delete(deciding.a_look())

        self.assertEqual(
            (
                DisableService(
                    name='hv1',
                    service_id=builders.a_service().id,
                    reason=identity.REASON_DELETE,
                ),
            ),
            verdict.steps,
        )
        self.assertEqual(NODE, verdict.node_id)

    def test_then_deletes_the_server(self):
        """Disabled, or with no service at all, the server goes."""
        for services in ((CLOSED, IRONIC), (IRONIC,)):
            with self.subTest(services=services):
                verdict = deciding.of_delete(
                    deciding.a_look(services=services)
                )

                self.assertEqual((DELETE,), verdict.steps)
                self.assertEqual(NODE, verdict.node_id)

    def test_notes_the_node(self):
        """Ironic's own record counts, without one what Nova says."""
        server = builders.a_server(node='by-nova')
        for nodes, expected in (
            ((builders.a_node(id='by-ironic'),), 'by-ironic'),
            (None, 'by-nova'),
        ):
            with self.subTest(expected=expected):
                verdict = deciding.of_delete(
                    deciding.a_look(
                        servers=(server,),
                        services=(CLOSED, IRONIC),
                        nodes=nodes,
                    )
                )

                self.assertEqual(expected, verdict.node_id)

    def test_test_guest_first(self):
        """What a killed create left on it goes before it is closed."""
        guest = builders.a_guest(metadata={identity.TEST_KEY: 'hv1'})

        verdict = deciding.of_delete(
            deciding.a_look(test_guests=(guest,), guests={'hv1': (guest,)})
        )

        self.assertEqual(
            (DeleteTestGuest(name='hv1', server_id=guest.id),), verdict.steps
        )

    def test_with_its_twins(self):
        """Servers that lost a race go as well."""
        twin = builders.a_server(id='twin', created_at=None)

        verdict = deciding.of_delete(
            deciding.a_look(
                servers=(builders.a_server(), twin), services=(CLOSED, IRONIC)
            )
        )

        self.assertEqual(
            {builders.a_server().id, 'twin'},
            {step.server_id for step in verdict.steps},
        )

    def test_soft_deleted(self):
        """A server whose deletion Nova put off is deleted for good."""
        look = deciding.a_look(
            servers=(builders.a_server(status='SOFT_DELETED'),),
            services=(CLOSED, IRONIC),
        )

        verdict = deciding.of_delete(
            look, deciding.a_ledger(done={DELETE: True})
        )

        (step,) = verdict.steps
        self.assertTrue(step.soft_deleted)

    def test_waits_for_the_server(self):
        """Once asked for, the deletion is waited for."""
        look = deciding.a_look(
            servers=(builders.a_server(task_state='deleting'),),
            services=(CLOSED, IRONIC),
        )

        verdict = deciding.of_delete(
            look, deciding.a_ledger(done={DELETE: True})
        )

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)
        self.assertEqual(Phase.STOPPING, verdict.status.phase)

    def test_server_that_does_not_go(self):
        """A server in ERROR after its deletion ends it with the reason."""
        look = deciding.a_look(
            servers=(builders.a_server(status='ERROR', fault='stuck'),),
            services=(CLOSED, IRONIC),
        )

        self.assertEqual((DELETE,), deciding.of_delete(look).steps)
        verdict = deciding.of_delete(
            look, deciding.a_ledger(done={DELETE: True})
        )
        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(
            Reason.of(OutcomeCode.NOT_DELETED, fault='stuck'),
            verdict.outcome.reason,
        )

    def test_server_that_may_still_go(self):
        """One in ERROR that Nova works on is waited for, as a live one is."""
        for changes in (
            {'status': 'ERROR', 'task_state': 'deleting'},
            {'status': 'ACTIVE', 'task_state': None},
        ):
            with self.subTest(changes=changes):
                look = deciding.a_look(
                    servers=(builders.a_server(**changes),),
                    services=(CLOSED, IRONIC),
                )

                verdict = deciding.of_delete(
                    look, deciding.a_ledger(done={DELETE: True})
                )

                self.assertEqual((), verdict.steps)
                self.assertIsNone(verdict.outcome)

    def test_needs_the_driver_of_ironic(self):
        """With Nova's Ironic host down the machine would run on."""
        ironic = builders.a_service('ironic', state='down')

        verdict = deciding.of_delete(
            deciding.a_look(
                services=(CLOSED, ironic), metal_services=(ironic,)
            )
        )

        self.assertEqual((), verdict.steps)
        self.assertEqual(
            Reason.of(OutcomeCode.DRIVER_DOWN, host='ironic'),
            verdict.outcome.reason,
        )

    def test_failed_step(self):
        """A step that failed for good ends it with its sentence."""
        failure = Failure(step=DELETE, message='could not')

        verdict = deciding.of_delete(
            deciding.a_look(), deciding.a_ledger(failures={'hv1': failure})
        )

        self.assertEqual(
            Reason.of(OutcomeCode.REQUEST_FAILED, message='could not'),
            verdict.outcome.reason,
        )


class TestClear(unittest.TestCase):
    """When the server is gone."""

    def test_waits_for_the_service(self):
        """A nova-compute that may still live keeps its records."""
        verdict = deciding.of_delete(
            a_look_without_server(services=(CLOSED, IRONIC))
        )

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)
        self.assertEqual(
            Reason.of(StatusCode.SERVICE_STILL_UP), verdict.status.reason
        )

    def test_waits_for_ironic(self):
        """So does a node that Ironic still tears down."""
        nodes = (builders.a_node(provision_state='deleting'),)

        verdict = deciding.of_delete(
            a_look_without_server(nodes=nodes),
            deciding.a_ledger(nodes_tried={'hv1': (NODE,)}),
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
            deciding.a_ledger(nodes_tried={'hv1': (NODE,)}),
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
        """Agents, membership, service, provider, and the port at last."""
        aggregate = Aggregate(id=7, name='a', hosts=frozenset({'hv1', 'x'}))

        verdict = deciding.of_delete(
            a_look_without_server(aggregates=(aggregate,))
        )

        self.assertEqual(
            (
                DeleteAgent(name='hv1', agent_id=builders.an_agent().id),
                LeaveAggregate(name='hv1', aggregate_id=7, host='hv1'),
                DeleteService(name='hv1', service_id=DOWN.id),
                DeleteProvider(name='hv1', provider_id=deciding.CHOSEN),
                DeletePort(name='hv1', port_id=builders.a_port().id),
            ),
            verdict.steps,
        )

    def test_hold_is_no_consumer(self):
        """The hold of one that never opened is not in the way."""
        hold = {identity.hold_id(deciding.CHOSEN): {'MEMORY_MB': 2**31 - 1}}

        verdict = deciding.of_delete(
            a_look_without_server(consumers={deciding.CHOSEN: hold})
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

        verdict = deciding.of_delete(look)

        self.assertEqual(
            (DeletePort(name='hv1', port_id=builders.a_port().id),),
            verdict.steps,
        )

    def test_done(self):
        """When this run has removed the last of it, it is done."""
        verdict = deciding.of_delete(
            builders.a_snapshot(), deciding.a_ledger(done={DELETE: True})
        )

        self.assertEqual(
            Outcome(ok=True, reason=Reason.of(OutcomeCode.DONE)),
            verdict.outcome,
        )

    def test_done_and_taken(self):
        """What has the name afterwards is somebody else's, and is said."""
        verdict = deciding.of_delete(
            builders.a_snapshot(services=(builders.a_service(),)),
            deciding.a_ledger(done={DELETE: True}),
        )

        self.assertFalse(verdict.outcome.ok)
        why = verdict.outcome.reason
        self.assertEqual(OutcomeCode.GONE_BUT_TAKEN, why.code)
        self.assertEqual(
            [HolderCode.SERVICE], [h.code for h in why.facts['holders']]
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
