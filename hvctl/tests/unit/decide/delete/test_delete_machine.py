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
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import AskServer, DeleteServer, FindNodes, Step
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
            StatusCode.SERVER_UNLISTED, after(290, a_look(), ledger)
        )
        self.assert_fails(
            OutcomeCode.NOT_KNOWN_GONE, after(310, a_look(), ledger)
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

        self.assert_waits(StatusCode.MACHINE_RUNS, after(50, look, ledger))
        why = self.assert_fails(
            OutcomeCode.MACHINE_LIVES_ON, after(70, look, ledger)
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

    def test_given_back(self):
        """What Ironic has given to others since is nobody's business here."""
        node = builders.a_node(instance_id='of others')
        ledger = deciding.a_ledger_of_gone(nodes_tried={'hv1': (node.id,)})

        verdict = deciding.of_delete(a_look(node), ledger)

        self.assertIn('DeletePort', deciding.kinds(verdict))

    def test_tear_down_without_end(self):
        """A tear-down that lasts is waited for, and not for ever."""
        look = a_look(builders.a_node(provision_state='deleting'))
        ledger = deciding.a_ledger_of_gone()

        self.assert_waits(StatusCode.TEARING_DOWN, after(1700, look, ledger))
        self.assert_fails(
            OutcomeCode.TEAR_DOWN_HANGS, after(1900, look, ledger)
        )

    def test_still_reports(self):
        """A nova-compute that goes on is not waited for without a word."""
        broken = builders.a_node(
            'x', provision_state='error', instance_id=None
        )
        look = a_look(broken, service=UP)
        ledger = deciding.a_ledger_of_gone()

        self.assert_waits(
            StatusCode.SERVICE_STILL_UP, after(290, look, ledger)
        )
        why = self.assert_fails(
            OutcomeCode.STILL_REPORTING, after(310, look, ledger)
        )
        self.assertEqual(('node-of-x',), why.facts['nodes'])

    def test_agents(self):
        """A network agent that reports may be another machine's."""
        look = a_look(agent=builders.an_agent())
        ledger = deciding.a_ledger_of_gone()

        self.assert_waits(StatusCode.AGENTS_ALIVE, after(290, look, ledger))
        self.assert_fails(
            OutcomeCode.AGENTS_STILL_ALIVE, after(310, look, ledger)
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

                early = after(290, look, deciding.a_ledger())
                late = after(310, look, deciding.a_ledger())

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
