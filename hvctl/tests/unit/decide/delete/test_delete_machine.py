# SPDX-License-Identifier: Apache-2.0
"""Tests of when delete takes a machine for ended."""

from __future__ import annotations

import dataclasses
import datetime
import unittest

from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.records import Agent, Node, Service
from hvctl.model.results import Answer, Exists, Hosting
from hvctl.model.snapshot import Part, Snapshot
from hvctl.model.steps import (
    AskServer,
    DeleteServer,
    DeleteService,
    FindNodes,
    Step,
)
from hvctl.model.verdict import Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding

SERVER = builders.a_server().id
UP = builders.a_disabled_service(identity.REASON_DELETE)
DOWN = dataclasses.replace(UP, state='down')
DEAD = builders.an_agent(alive=False)
ASK = AskServer(name='hv1', server_id=SERVER)
FIND = FindNodes(name='hv1')


def a_look(
    *nodes: Node, service: Service = DOWN, agent: Agent = DEAD
) -> Snapshot:
    """A look at hv1 when no list has its server."""
    return deciding.a_look(
        servers=(),
        services=(service, builders.a_service('ironic')),
        nodes=nodes,
        agents=(agent,),
    )


def after(seconds: float, look: Snapshot, ledger: Ledger) -> Verdict:
    """What delete says when nothing has changed for so long."""
    first = deciding.of_delete(look, ledger)
    ledger.statuses['hv1'] = first.status
    ledger.changed_at['hv1'] = clocks.START - datetime.timedelta(
        seconds=seconds
    )
    return deciding.of_delete(look, ledger)


class TestMachine(unittest.TestCase):
    """When no list has the server."""

    def assert_waits(self, code, verdict):
        """Nothing is changed, and this is what is waited for."""
        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)
        self.assertEqual(code, verdict.status.reason.code)

    def assert_fails(self, code, verdict):
        """It ends so, and changes nothing."""
        self.assertEqual((), verdict.steps)
        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(code, verdict.outcome.reason.code)
        return verdict.outcome.reason

    def test_asks_nova(self):
        """What has the port may be there, whatever the lists have."""
        verdict = deciding.of_delete(a_look())

        self.assertEqual((ASK,), verdict.steps)

    def test_hidden(self):
        """What Nova has is waited for, and named in the end."""
        ledger = deciding.a_ledger(
            done={ASK: False},
            done_at={ASK: clocks.START},
            answers={ASK: Exists(None)},
        )

        self.assert_waits(
            StatusCode.SERVER_UNLISTED, after(299, a_look(), ledger)
        )
        self.assert_fails(
            OutcomeCode.NOT_KNOWN_GONE, after(300, a_look(), ledger)
        )

    def test_port_of_another_server(self):
        """A port that another server was given stays with it."""
        ledger = deciding.a_ledger(
            done={ASK: False},
            done_at={ASK: clocks.START},
            answers={ASK: Exists('db1')},
        )

        why = self.assert_fails(
            OutcomeCode.PORT_TAKEN, deciding.of_delete(a_look(), ledger)
        )
        self.assertEqual('db1', why.facts['server'])

    def test_second_port_of_another_server(self):
        """Each of its ports is seen to."""
        ours = builders.a_port(device_id='')
        taken = builders.a_port(id='taken', device_id='db1-id')
        ask = AskServer(name='hv1', server_id='db1-id')
        look = dataclasses.replace(a_look(), ports=(ours, taken))
        ledger = deciding.a_ledger(
            done={ask: False},
            done_at={ask: clocks.START},
            answers={ask: Exists('db1')},
        )

        why = self.assert_fails(
            OutcomeCode.PORT_TAKEN, deciding.of_delete(look, ledger)
        )
        self.assertEqual('taken', why.facts['port_id'])

    def test_finds_the_node(self):
        """After a local delete only its node tells where the machine is."""
        look = dataclasses.replace(
            a_look(builders.a_node(instance_id='old')),
            ports=(builders.a_port(device_id=''),),
        )
        asked = AskServer(name='hv1', server_id='old')
        answers: dict[Step, Answer] = {FIND: Hosting(('old',))}
        done: dict[Step, bool] = {}
        for step in (FIND, asked):
            ledger = deciding.a_ledger(done=done, answers=answers)

            self.assertEqual((step,), deciding.of_delete(look, ledger).steps)
            done = {**done, step: False}
        ledger = deciding.a_ledger(done=done, answers=answers)

        self.assert_waits(StatusCode.MACHINE_RUNS, after(59, look, ledger))
        why = self.assert_fails(
            OutcomeCode.MACHINE_LIVES_ON, after(60, look, ledger)
        )
        self.assertEqual('node-of-hv1', why.facts['node'])

    def test_node_of_another_tenant(self):
        """A server of that name that somebody else has is not in the way."""
        theirs = builders.a_server(id='old', project_id=builders.THEIRS)
        look = dataclasses.replace(
            a_look(builders.a_node(instance_id='old')), namesakes=(theirs,)
        )
        ledger = deciding.a_ledger_of_gone(answers={FIND: Hosting(('old',))})

        verdict = deciding.of_delete(look, ledger)

        self.assertIn('DeletePort', deciding.kinds(verdict))

    def test_lives_on(self):
        """A node that still has the server that Nova has no more is named."""
        delete = DeleteServer(name='hv1', server_id=SERVER)
        for done in ({}, {delete: True}):
            for state in ('active', 'deploy failed', 'rescue'):
                with self.subTest(done=done, state=state):
                    node = builders.a_node(provision_state=state)
                    ledger = deciding.a_ledger_of_gone(done=done)

                    why = self.assert_fails(
                        OutcomeCode.MACHINE_LIVES_ON,
                        after(70, a_look(node), ledger),
                    )
                    self.assertEqual(state, why.facts['state'])

    def test_asked_for_this_one(self):
        """Of the deletion of another hypervisor nothing follows."""
        for name, kind in (('hv1', 'AskServer'), ('hv2', 'DeleteAgent')):
            with self.subTest(name=name):
                step = DeleteServer(name=name, server_id='old')
                look = dataclasses.replace(a_look(), nodes=None)
                ledger = deciding.a_ledger_of_gone(done={step: True})

                verdict = deciding.of_delete(look, ledger)

                self.assertEqual(kind, deciding.kinds(verdict)[0])

    def test_given_back(self):
        """What Ironic has given to others since is nobody's business here."""
        node = builders.a_node(instance_id='of others')
        ledger = deciding.a_ledger_of_gone(nodes_tried={'hv1': (node.id,)})

        verdict = deciding.of_delete(a_look(node), ledger)

        self.assertIn('DeletePort', deciding.kinds(verdict))

    def test_first_of_two_nodes(self):
        """Only the node that was tried last is the machine's."""
        broken = builders.a_node(provision_state='error', instance_id=None)
        other = builders.a_node('x', provision_state='available')
        look = a_look(broken, other)
        for tried, code in (
            ((broken.id,), OutcomeCode.TEAR_DOWN_FAILED),
            ((other.id, broken.id), OutcomeCode.TEAR_DOWN_FAILED),
            ((broken.id, other.id), None),
        ):
            with self.subTest(tried=tried):
                ledger = deciding.a_ledger_of_gone(nodes_tried={'hv1': tried})

                outcome = deciding.of_delete(look, ledger).outcome

                self.assertEqual(code, outcome and outcome.reason.code)

    def test_seeks_no_node(self):
        """Without Ironic, or with the node known, no node is sought."""
        done: dict[Step, bool] = {ASK: False}
        for nodes, tried, kind in (
            ((), {}, 'FindNodes'),
            (None, {}, 'DeleteAgent'),
            ((), {'hv1': (builders.a_node().id,)}, 'DeleteAgent'),
        ):
            with self.subTest(nodes=nodes, tried=tried):
                look = dataclasses.replace(a_look(), nodes=nodes)
                ledger = deciding.a_ledger(
                    done=done, done_at={ASK: clocks.START}, nodes_tried=tried
                )

                verdict = deciding.of_delete(look, ledger)

                self.assertEqual(kind, deciding.kinds(verdict)[0])

    def test_node_without_name(self):
        """A node that nobody has named is told by its id."""
        node = dataclasses.replace(
            builders.a_node(provision_state='deleting'), name=None
        )
        look, ledger = a_look(node), deciding.a_ledger_of_gone()

        waiting = after(1799, look, ledger)
        failed = after(1800, look, ledger)

        self.assertEqual(node.id, waiting.status.reason.facts['node'])
        why = self.assert_fails(OutcomeCode.TEAR_DOWN_HANGS, failed)
        self.assertEqual(node.id, why.facts['node'])

    def test_tear_down_without_end(self):
        """A tear-down that lasts is waited for, and not for ever."""
        look = a_look(builders.a_node(provision_state='deleting'))
        ledger = deciding.a_ledger_of_gone()

        self.assert_waits(StatusCode.TEARING_DOWN, after(1799, look, ledger))
        self.assert_fails(
            OutcomeCode.TEAR_DOWN_HANGS, after(1800, look, ledger)
        )

    def test_still_reports(self):
        """A nova-compute that goes on is not waited for without a word."""
        broken = builders.a_node(
            'x', provision_state='error', instance_id=None
        )
        of_others = builders.a_node('y', provision_state='error')
        free = builders.a_node(
            'z', provision_state='available', instance_id=None
        )
        look = a_look(of_others, free, broken, service=UP)
        ledger = deciding.a_ledger_of_gone()

        self.assert_waits(
            StatusCode.SERVICE_STILL_UP, after(299, look, ledger)
        )
        why = self.assert_fails(
            OutcomeCode.STILL_REPORTING, after(300, look, ledger)
        )
        self.assertEqual(('node-of-x',), why.facts['nodes'])

    def test_agents(self):
        """A network agent that reports may be another machine's."""
        look = a_look(agent=builders.an_agent())
        ledger = deciding.a_ledger_of_gone()

        self.assert_waits(StatusCode.AGENTS_ALIVE, after(299, look, ledger))
        self.assert_fails(
            OutcomeCode.AGENTS_STILL_ALIVE, after(300, look, ledger)
        )


class TestCells(unittest.TestCase):
    """While a cell does not answer."""

    SILENT = builders.a_service(
        'far', id='', status='UNKNOWN', state='UNKNOWN'
    )

    def test_of_the_host(self):
        """Nothing is done by a record that says nothing."""
        for host in ('hv1', 'ironic'):
            with self.subTest(host=host):
                services = tuple(
                    dataclasses.replace(self.SILENT, host=host)
                    if service.host == host
                    else service
                    for service in (UP, builders.a_service('ironic'))
                )
                look = deciding.a_look(
                    services=services, metal_services=services
                )

                early = after(299, look, deciding.a_ledger())
                late = after(300, look, deciding.a_ledger())

                self.assertEqual((), early.steps + late.steps)
                self.assertIsNone(early.outcome)
                self.assertEqual(
                    Reason.of(OutcomeCode.CELL_SILENT, host=host),
                    late.outcome.reason,
                )

    def test_of_others(self):
        """Another cell matters only where the server may be in it."""
        look = a_look()
        look = dataclasses.replace(
            look, services=(*look.services, self.SILENT)
        )
        unbound = (builders.a_port(device_id=''),)

        self.assertIn(
            'DeleteService',
            deciding.kinds(
                deciding.of_delete(look, deciding.a_ledger_of_gone())
            ),
        )
        verdict = deciding.of_delete(dataclasses.replace(look, ports=unbound))
        self.assertEqual((), verdict.steps)
        self.assertEqual(StatusCode.CELL_AWAITED, verdict.status.reason.code)
        for step in (ASK, DeleteServer(name='hv1', server_id=SERVER)):
            with self.subTest(known_by=step):
                verdict = deciding.of_delete(
                    dataclasses.replace(look, ports=unbound),
                    deciding.a_ledger(done={step: True}),
                )
                self.assertNotEqual(
                    StatusCode.CELL_AWAITED, verdict.status.reason.code
                )

    def test_never_mapped(self):
        """What may be in any cell, and is not listed, is waited for."""
        look = a_look()
        look = dataclasses.replace(
            look,
            services=(
                *(one for one in look.services if one.host != 'hv1'),
                self.SILENT,
            ),
            compute_nodes=(),
        )
        gone = deciding.a_ledger_of_gone()

        early = after(299, look, gone)
        late = after(300, look, gone)

        self.assertEqual(StatusCode.CELL_AWAITED, early.status.reason.code)
        self.assertEqual((), early.steps)
        self.assertIsNone(early.outcome)
        self.assertEqual(
            Reason.of(OutcomeCode.CELL_SILENT, host='far'),
            late.outcome.reason,
        )
        gone.done[DeleteService(name='hv1', service_id='s', host='hv1')] = True
        self.assertIn('DeleteProvider', deciding.kinds(after(0, look, gone)))

    def test_without_a_mapped_host(self):
        """That Nova cannot list the compute nodes tells of such a cell."""
        look = dataclasses.replace(
            a_look(),
            services=(),
            compute_nodes=(),
            unseen=frozenset({Part.COMPUTE_NODES}),
        )

        verdict = deciding.of_delete(look, deciding.a_ledger_of_gone())

        self.assertEqual(StatusCode.CELL_AWAITED, verdict.status.reason.code)
        self.assertEqual('hv1', verdict.status.reason.facts['host'])
        self.assertEqual((), verdict.steps)

    def test_of_nothing(self):
        """That there is nothing is not believed either."""
        look = builders.a_snapshot(services=(self.SILENT,))

        verdict = deciding.of_delete(look)

        self.assertEqual(StatusCode.CELL_AWAITED, verdict.status.reason.code)
        self.assertIsNone(verdict.outcome)
        # But where this run has removed the last of it.
        last = DeleteService(name='hv1', service_id='s', host='hv1')
        ended = deciding.of_delete(look, deciding.a_ledger(done={last: True}))
        self.assertTrue(ended.outcome.ok)
