# SPDX-License-Identifier: Apache-2.0
"""What delete does in any situation, above all in almost good ones."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.delete import delete
from hvctl.model.ledger import Ledger
from hvctl.model.migration import FINAL_STATUSES
from hvctl.model.records import Service
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import (
    AskServer,
    DeleteAgent,
    DeletePort,
    DeleteProvider,
    DeleteServer,
    DeleteService,
    DeleteTestGuest,
    DeleteTestPort,
    DisableService,
    FindNodes,
)
from hvctl.model.verdict import Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import good_looks
from hvctl.tests.fixtures import properties
from hvctl.tests.fixtures import situations

CHOSEN = builders.a_compute_id()
NODE = builders.a_node().id
SERVER = builders.a_server().id
BUSY = good_looks.being_drained(good_looks.Fate)
GOING = (good_looks.closed_for_delete(), good_looks.half_deleted())

#: What a look has of a machine that is down while its cell leaves it out.
HIDDEN = dataclasses.replace(
    good_looks.half_deleted(), ports=good_looks.closed_for_delete().ports
)

#: What changes nothing.
QUESTIONS = (AskServer, FindNodes)

#: What is done while there is still a machine.
BEFORE = (DisableService, DeleteServer, DeleteTestGuest, DeleteTestPort)


def decide(look: Snapshot, *, asked: bool = True) -> Verdict:
    """What delete says of hv1, whose Ironic node it has seen before.

    :param asked: whether Nova has called its server gone
    """
    ledger = Ledger(
        started_at=clocks.START, looks=1, nodes_tried={'hv1': (NODE,)}
    )
    if asked:
        ledger.done[AskServer(name='hv1', server_id=SERVER)] = False
    goal = delete.Delete(names=('hv1',))
    return goal.decide(look, ledger, clocks.START)['hv1']


def of_hv1(things):
    """Those that have its name."""
    return [thing for thing in things if thing.name == 'hv1']


def service_of(look: Snapshot) -> Service | None:
    """The compute service of hv1."""
    return next((s for s in look.services if s.host == 'hv1'), None)


def proven(look: Snapshot) -> bool:
    """Whether something tells that what is called hv1 is ours."""
    service = service_of(look)
    if of_hv1(look.servers) or (service and service.disabled.is_ours):
        return True
    # The id tells it, unless a server of others has it.
    ids = {provider.id for provider in look.providers}
    ids |= {node.id for node in look.compute_nodes}
    return not look.namesakes and CHOSEN in ids


def tenants_of(look: Snapshot) -> set[str]:
    """Whatever of others is on hv1, on its way from it or to it."""
    tests = {guest.id for guest in look.test_guests}
    guests = {guest.id for guest in look.guests['hv1']}
    migrations = {
        migration.uuid
        for migration in look.migrations['hv1']
        if migration.status not in FINAL_STATUSES
    }
    consumers: set[str] = set()
    if CHOSEN in {provider.id for provider in look.providers}:
        consumers = set(look.consumers.get(CHOSEN, ()))
    return (guests | migrations | consumers) - tests - {good_looks.HOLD}


class TestAnySituation(unittest.TestCase):
    """What holds whatever comes together."""

    @properties.reaching(
        situations.almost(*GOING, BUSY), branches=('occupied', 'empty')
    )
    def test_what_is_occupied_stays(self, reached, look):
        """With guests, migrations or strangers nothing is changed."""
        verdict = decide(look)

        if tenants_of(look):
            reached('occupied')
            self.assertEqual((), verdict.steps)
            self.assertIsNotNone(verdict.outcome)
        elif verdict.steps:
            reached('empty')

    @properties.reaching(situations.almost(*GOING))
    def test_machine_first(self, reached, look):
        """No record goes before the machine has ended for good."""
        for step in decide(look).steps:
            if not isinstance(step, BEFORE + QUESTIONS):
                reached()
                self.assertEqual([], of_hv1(look.servers))
                service = service_of(look)
                if proven(look):
                    self.assertFalse(service and service.state == 'up')
                nodes = (node for node in look.nodes or () if node.id == NODE)
                states = {node.provision_state for node in nodes}
                self.assertEqual(set(), states & {'deleting', 'error'})
                self.assertNotIn(
                    SERVER, {node.instance_id for node in look.nodes or ()}
                )
                if proven(look):
                    alive = {a.host for a in look.agents or () if a.alive}
                    self.assertNotIn('hv1', alive)

    @properties.reaching(
        situations.almost(*GOING, HIDDEN), branches=('let go', 'asked first')
    )
    def test_nothing_without_proof(self, reached, look):
        """That no list has the server does not prove that it is gone."""
        holders = {port.device_id for port in of_hv1(look.ports)} - {''}
        for step in decide(look, asked=False).steps:
            if isinstance(step, BEFORE):
                continue
            if isinstance(step, QUESTIONS):
                reached('asked first')
                continue
            reached('let go')
            self.assertEqual(set(), holders)

    @properties.reaching(situations.almost(*GOING))
    def test_machine_of_another_cloud(self, reached, look):
        """What neither server nor port of ours tell of stays as it is."""
        bare = dataclasses.replace(
            look, servers=(), ports=(), test_guests=(), nodes=None
        )

        verdict = decide(bare)

        if service_of(bare) and proven(bare):
            reached()
            self.assertEqual((), verdict.steps)
            self.assertFalse(verdict.outcome.ok)

    @properties.reaching(situations.almost(*GOING))
    def test_silent_cell(self, reached, look):
        """Nothing goes by a record of a cell that does not answer."""
        service = service_of(look)
        if service is None:
            return
        silent = dataclasses.replace(
            service, id='', status='UNKNOWN', state='UNKNOWN'
        )
        services = tuple(
            silent if one is service else one for one in look.services
        )

        verdict = decide(dataclasses.replace(look, services=services))

        reached()
        self.assertEqual((), verdict.steps)

    @properties.reaching(
        situations.almost(good_looks.closed_for_delete(), good_looks.held())
    )
    def test_closed_first(self, reached, look):
        """No machine goes that the scheduler may send guests to."""
        for step in decide(look).steps:
            if isinstance(step, DeleteServer):
                reached()
                service = service_of(look)
                self.assertFalse(service and service.status == 'enabled')

    @properties.reaching(
        situations.almost(*GOING), branches=('machine', 'records')
    )
    def test_only_what_is_ours(self, reached, look):
        """What goes has its name, and something proves that it is ours."""
        service = service_of(look)
        mine = {
            DeleteServer: {server.id for server in of_hv1(look.servers)},
            DeleteTestGuest: {guest.id for guest in look.test_guests},
            DeletePort: {port.id for port in of_hv1(look.ports)},
            DisableService: {service.id} if service else set(),
            DeleteService: {service.id} if service else set(),
            DeleteProvider: {
                provider.id
                for provider in look.providers
                if provider.name.partition('.')[0] == 'hv1'
            },
            DeleteAgent: {a.id for a in look.agents or () if a.host == 'hv1'},
        }
        for step in decide(look).steps:
            if isinstance(step, QUESTIONS):
                continue
            reached('machine' if isinstance(step, BEFORE) else 'records')
            facts = set(dataclasses.asdict(step).values())
            self.assertEqual('hv1', step.name)
            self.assertTrue(facts & mine[type(step)])
            if type(step) not in (DeletePort, DeleteTestGuest):
                self.assertTrue(proven(look))
            if isinstance(step, DeleteProvider):
                self.assertTrue(
                    step.provider_id == CHOSEN
                    or of_hv1(look.servers)
                    or service.disabled.is_ours
                )

    @properties.reaching(situations.almost(good_looks.nothing()))
    def test_ends_well_with_nothing_left(self, reached, look):
        """Success means that nothing of it is there."""
        verdict = decide(look)

        if verdict.outcome is not None and verdict.outcome.ok:
            reached()
            self.assertEqual([], of_hv1(look.servers))
            self.assertEqual([], of_hv1(look.ports))
            self.assertNotIn(CHOSEN, {p.id for p in look.providers})
            self.assertNotIn(CHOSEN, {node.id for node in look.compute_nodes})
            self.assertIsNone(service_of(look))
            self.assertEqual((), look.test_guests)
