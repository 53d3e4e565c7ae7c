# SPDX-License-Identifier: Apache-2.0
"""Tests of how delete ends a bare-metal server."""

from __future__ import annotations

import dataclasses
import datetime
import unittest

from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase
from hvctl.model.ledger import Failure, Ledger
from hvctl.model.reasons import Reason
from hvctl.model.steps import (
    DeleteServer,
    DeleteTestGuest,
    DisableService,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding

NODE = builders.a_node().id
CLOSED = builders.a_disabled_service(identity.REASON_DELETE)
IRONIC = builders.a_service('ironic')
SERVER = builders.a_server()
OVERTIME = (
    "Error destroying the instance on node 7f. Provision state still 'deleting"
    "'."
)
DELETE = DeleteServer(name='hv1', server_id=builders.a_server().id)


def asked(seconds: float, runs: int = 1) -> Ledger:
    """What a run knows that asked the server to go so long ago."""
    at = clocks.START - datetime.timedelta(seconds=seconds)
    return deciding.a_ledger(
        done={DELETE: True},
        done_at={DELETE: at},
        runs={DELETE: runs} if runs > 1 else {},
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
        verdict = deciding.of_delete(look, asked(10))
        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(
            Reason.of(
                OutcomeCode.NOT_DELETED, server_id=SERVER.id, fault='stuck'
            ),
            verdict.outcome.reason,
        )

    def test_copy_that_lags(self):
        """Just after the request its old state is none of the deletion."""
        look = deciding.a_look(
            servers=(builders.a_server(status='ERROR', fault='no image'),),
            services=(CLOSED, IRONIC),
        )

        verdict = deciding.of_delete(look, asked(9))

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)

    def test_tear_down_that_takes_long(self):
        """What Nova has stopped waiting for is asked for again, in time."""
        late = builders.a_server(status='ERROR', fault=OVERTIME)
        other = builders.a_server(status='ERROR', fault='refused')
        busy = (builders.a_node(provision_state='deleting'),)
        back = (builders.a_node(provision_state='clean wait'),)
        back = (dataclasses.replace(back[0], instance_id=None),)
        active = (builders.a_node(),)
        for server, nodes, runs, steps, ended in (
            (late, busy, 1, (), False),
            (late, back, 1, (DELETE,), False),
            (late, active, 1, (DELETE,), False),
            (late, None, 1, (DELETE,), False),
            (late, back, 3, (), True),
            (other, busy, 1, (), False),
            (other, back, 2, (DELETE,), False),
            (other, back, 3, (), True),
            (other, active, 1, (), True),
            (other, None, 1, (DELETE,), False),
            (other, None, 2, (), True),
        ):
            with self.subTest(fault=server.fault, nodes=nodes, runs=runs):
                look = deciding.a_look(
                    servers=(server,), services=(CLOSED, IRONIC), nodes=nodes
                )

                verdict = deciding.of_delete(look, asked(130, runs))

                self.assertEqual(steps, verdict.steps)
                self.assertEqual(ended, verdict.outcome is not None)

    def test_hangs(self):
        """What never ends is named, with what to type."""
        server = builders.a_server(task_state='deleting')
        busy = (builders.a_node(provision_state='deleting'),)
        for nodes, seconds, code in (
            ((builders.a_node(),), 599, None),
            ((builders.a_node(),), 600, OutcomeCode.DELETION_HANGS),
            (None, 600, OutcomeCode.DELETION_HANGS),
            (busy, 600, None),
            (busy, 1799, None),
            (busy, 1800, OutcomeCode.TEAR_DOWN_HANGS),
        ):
            with self.subTest(nodes=nodes, seconds=seconds):
                look = deciding.a_look(
                    servers=(server,), services=(CLOSED, IRONIC), nodes=nodes
                )

                outcome = deciding.of_delete(look, asked(seconds)).outcome

                self.assertEqual(code, outcome and outcome.reason.code)

    def test_server_that_may_still_go(self):
        """One in ERROR that Nova works on is waited for, as a live one is."""
        for seconds, changes in (
            (100, {'status': 'ERROR', 'task_state': 'deleting'}),
            (59, {'status': 'ACTIVE', 'task_state': None}),
        ):
            with self.subTest(changes=changes):
                look = deciding.a_look(
                    servers=(builders.a_server(**changes),),
                    services=(CLOSED, IRONIC),
                )

                verdict = deciding.of_delete(look, asked(seconds))

                self.assertEqual((), verdict.steps)
                self.assertIsNone(verdict.outcome)

    def test_server_that_is_not_taken_up(self):
        """A live one that Nova does not delete is no success."""
        look = deciding.a_look(services=(CLOSED, IRONIC))

        verdict = deciding.of_delete(look, asked(60))

        self.assertEqual(OutcomeCode.NOT_DELETED, verdict.outcome.reason.code)

    def test_node_of_the_server(self):
        """The node that counts has the server, or is where Nova says."""
        busy = builders.a_node(provision_state='deleting')
        by_nova = dataclasses.replace(busy, instance_id=None)
        by_ironic = dataclasses.replace(busy, id='another')
        of_others = dataclasses.replace(by_ironic, instance_id='of others')
        look = deciding.a_look(services=(CLOSED, IRONIC))
        for nodes, code in (
            ((of_others, by_nova), StatusCode.TEARING_DOWN),
            ((by_ironic,), StatusCode.TEARING_DOWN),
            ((of_others,), StatusCode.BEING_DELETED),
        ):
            with self.subTest(nodes=nodes):
                verdict = deciding.of_delete(
                    dataclasses.replace(look, nodes=nodes), asked(5)
                )

                self.assertEqual(code, verdict.status.reason.code)

    def test_node_without_name(self):
        """A node that nobody has named is told by its id."""
        node = dataclasses.replace(
            builders.a_node(provision_state='deleting'), name=None
        )
        look = deciding.a_look(services=(CLOSED, IRONIC), nodes=(node,))

        verdict = deciding.of_delete(look, asked(5))

        self.assertEqual(node.id, verdict.status.reason.facts['node'])

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

    def test_needs_a_driver_of_ironic(self):
        """So it would if that host is not registered any more."""
        for node in (
            builders.a_node(),
            builders.a_node(provision_state='available'),
            builders.a_node(provision_state='error', instance_id=None),
        ):
            with self.subTest(node=node):
                look = deciding.a_look(
                    services=(CLOSED,), metal_services=(CLOSED,), nodes=(node,)
                )

                verdict = deciding.of_delete(look)

                self.assertEqual((), verdict.steps)
                self.assertEqual(
                    Reason.of(
                        OutcomeCode.DRIVER_GONE,
                        host='ironic',
                        node='node-of-hv1',
                    ),
                    verdict.outcome.reason,
                )

    def test_needs_no_driver(self):
        """A node that was given back, or that never was, needs none."""
        back = builders.a_node(provision_state='available', instance_id=None)
        for changes in (
            {'nodes': (back,)},
            {'servers': (builders.a_server(host=None, node=None),)},
        ):
            with self.subTest(changes=changes):
                look = deciding.a_look(
                    services=(CLOSED,), metal_services=(CLOSED,), **changes
                )

                self.assertEqual((DELETE,), deciding.of_delete(look).steps)

    def test_looks_once_more(self):
        """A scheduler that had chosen it just before gets its time."""
        close = DisableService(
            name='hv1', service_id=CLOSED.id, reason=identity.REASON_DELETE
        )
        look = deciding.a_look(services=(CLOSED, IRONIC))
        for seconds, steps in ((4, ()), (5, (DELETE,))):
            with self.subTest(seconds=seconds):
                at = clocks.START - datetime.timedelta(seconds=seconds)
                ledger = deciding.a_ledger(
                    done={close: True}, done_at={close: at}
                )

                verdict = deciding.of_delete(look, ledger)

                self.assertEqual(steps, verdict.steps)
                self.assertIsNone(verdict.outcome)

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
