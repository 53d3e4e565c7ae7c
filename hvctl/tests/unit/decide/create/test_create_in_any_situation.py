# SPDX-License-Identifier: Apache-2.0
"""What create does in any situation, above all in almost good ones."""

from __future__ import annotations

import dataclasses
import datetime
import unittest

from hypothesis import strategies as st

from hvctl.model import disabled_reason
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.records import PortUse
from hvctl.model.request import HealthTest
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import (
    CreatePort,
    CreateServer,
    CreateTestGuest,
    DeleteTestGuest,
    DisableService,
    EnableService,
    LiftHold,
    NoteTimes,
    PlaceHold,
    Step,
)
from hvctl.model.verdict import Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import good_looks
from hvctl.tests.fixtures import properties
from hvctl.tests.fixtures import requests
from hvctl.tests.fixtures import situations

CHOSEN = builders.a_compute_id()
TEST = HealthTest(flavor_id='flavor', image_id='image')
TRIED = CreateTestGuest(
    name='hv1', host='hv1', flavor_id='f', image_id='i', network_id=None
)
PASSED = DeleteTestGuest(name='hv1', server_id='try')
#: The same of one that did not pass: the ledger has why.
UNFIT = DeleteTestGuest(name='hv1', server_id='unfit')
NOTED = NoteTimes(name='hv1', server_id='s', metadata={})
LIFTED = LiftHold(name='hv1', provider_id=CHOSEN)
FAILURE = Reason.of(OutcomeCode.TEST_GUEST_FAULT, fault='Binding failed')

#: The port that is there is one that this run has made.
MADE = CreatePort(name='hv1', network_id='n', vnic_type='v', mac_address='m')

#: What disabled a service that create may enable again.
MAY_ENABLE = (
    None,
    '',
    identity.REASON_CREATE,
    disabled_reason.NOVA_DISABLED_NEW,
)

#: The steps of this run so far.
RUNS = st.sampled_from(
    [(TRIED, PASSED), (TRIED, PASSED), (TRIED, UNFIT), (TRIED,), ()]
)

#: What its user wants beside a hypervisor.
WISHES = st.fixed_dictionaries(
    {},
    optional={
        'aggregates': st.just({good_looks.JOINED.uuid: 7}),
        'health_test': st.just(TEST),
    },
)

#: What create does not ask about.
TENANTS = ('guests', 'migrations')

#: Hypervisors on their way to being enabled.
COMING = (
    good_looks.nothing(),
    good_looks.to_be_made(),
    good_looks.disabled(),
    good_looks.held(),
)
GOING = (good_looks.closed_for_delete(), good_looks.half_deleted())


def decide(
    look: Snapshot,
    done: tuple[Step, ...] = (),
    own: bool = False,
    seconds: float = 0,
    **wishes,
) -> Verdict:
    """What create says of hv1, so long after the run began."""
    ledger = Ledger(
        started_at=clocks.START,
        looks=1,
        done=dict.fromkeys(done, True),
        test_failures={'hv1': FAILURE} if UNFIT in done else {},
    )
    goal = requests.a_create('hv1', own=own, **wishes)
    now = clocks.START + datetime.timedelta(seconds=seconds)
    return goal.decide(look, ledger, now)['hv1']


class TestOpening(unittest.TestCase):
    """Guests are let in only where everything is known to be good."""

    @properties.reaching(
        situations.almost(good_looks.held(), spare=TENANTS), RUNS, WISHES
    )
    def test_lifts_the_hold(self, reached, look, done, wishes):
        """The hold goes last, or the service is enabled with it.

        Where there is room beside a hold, the service keeps guests out.
        """
        steps = decide(look, done, **wishes).steps
        for step in steps:
            if isinstance(step, LiftHold):
                reached()
                self.assertEqual(CHOSEN, step.provider_id)
                self.assert_good(look, CHOSEN)
                if not isinstance(steps[-1], EnableService):
                    self.assert_enabled(look)
                else:
                    self.assertIn(CHOSEN, look.providers_with_room)
                self.assert_named_right(look)
                if 'aggregates' in wishes:
                    self.assert_joined(look, CHOSEN)
                self.assert_tried(look, done, 'health_test' in wishes)

    @properties.reaching(
        situations.almost(good_looks.disabled(), spare=TENANTS), RUNS, WISHES
    )
    def test_enables_behind_the_hold(self, reached, look, done, wishes):
        """What somebody else has disabled stays so."""
        for step in decide(look, done, **wishes).steps:
            if isinstance(step, EnableService):
                reached()
                self.assert_good(look, CHOSEN)
                self.assert_may_enable(look, step.service_id)

    @properties.reaching(
        situations.almost(
            good_looks.with_own_user_data(), spare=('servers', *TENANTS)
        ),
        st.booleans(),
    )
    def test_enables_without_a_hold(self, reached, look, joins):
        """Nothing else keeps guests out, so it has its aggregates before."""
        aggregates = {good_looks.JOINED.uuid: 7} if joins else {}
        steps = decide(look, own=True, aggregates=aggregates).steps
        for step in steps:
            if isinstance(step, EnableService):
                reached()
                (node,) = (
                    n for n in look.compute_nodes if n.hostname == 'hv1'
                )
                self.assert_good(look, node.id)
                self.assert_may_enable(look, step.service_id)
                if joins:
                    self.assert_joined(look, node.id)

    @properties.reaching(
        situations.almost(
            good_looks.enabled(), good_looks.held(), spare=TENANTS
        ),
        st.sampled_from([(), (TRIED, PASSED), (NOTED, LIFTED)]),
        WISHES,
    )
    def test_done_is_proven(self, reached, look, done, wishes):
        """What is called done has been through everything, now or before."""
        verdict = decide(look, done, **wishes)

        if verdict.outcome is not None and verdict.outcome.ok:
            reached()
            (server,) = self.of_hv1(look.servers)
            self.assertTrue(
                identity.ENABLED_KEY in server.metadata or NOTED in done
            )

    @properties.reaching(
        situations.almost(good_looks.lost(), spare=(*TENANTS, 'consumers'))
    )
    def test_closes_what_lost_its_hold(self, reached, look):
        """Where guests could land too early, the service is disabled."""
        verdict = decide(look)
        (server, *twins) = self.of_hv1(look.servers) or (None,)
        (service,) = [s for s in look.services if s.host == 'hv1'] or (None,)
        if (
            server is None
            or twins
            or service is None
            or not service.enabled
            or verdict.outcome is not None
            or identity.ENABLED_KEY in server.metadata
            or look.namesakes
            or server.task_state == 'deleting'
        ):
            return
        if (
            CHOSEN in look.providers_with_room
            or server.metadata.get(identity.COMPUTE_ID_KEY) != CHOSEN
        ):
            reached()
            self.assertIn(
                DisableService(
                    name='hv1',
                    service_id=service.id,
                    reason=identity.REASON_CREATE,
                ),
                verdict.steps,
            )

    @staticmethod
    def of_hv1(things):
        """Those that have its name."""
        return [thing for thing in things if thing.name == 'hv1']

    def assert_good(self, look, compute_id) -> None:
        """Every service knows it, and nothing speaks against it."""
        self.assertEqual([], self.of_hv1(look.namesakes))
        (server,) = self.of_hv1(look.servers)
        self.assertEqual('ACTIVE', server.status)
        self.assertNotIn('deleting', server.task_state or '')
        (service,) = (s for s in look.services if s.host == 'hv1')
        self.assertEqual('up', service.state)
        self.assertIn(compute_id, {node.id for node in look.compute_nodes})
        self.assertIn(compute_id, {p.id for p in look.providers})
        self.assertIn(compute_id, look.providers_reported)
        if look.agents is not None:
            agents = [agent for agent in look.agents if agent.host == 'hv1']
            wanted = server.metadata.get(identity.NETWORKING_KEY, '1')
            self.assertLessEqual(int(wanted), len(agents))
            self.assertTrue(all(agent.alive for agent in agents))

    def assert_may_enable(self, look, service_id) -> None:
        """It runs, and it is not somebody else who closed it."""
        (service,) = (s for s in look.services if s.id == service_id)
        self.assertEqual('hv1', service.host)
        self.assertIn(service.disabled_reason, MAY_ENABLE)
        self.assertIsNotNone(service.updated_at)

    def assert_enabled(self, look) -> None:
        """Nova would send guests, and Placement let the scheduler see it."""
        (service,) = (s for s in look.services if s.host == 'hv1')
        self.assertEqual('enabled', service.status)
        self.assertNotIn(CHOSEN, look.providers_disabled)

    def assert_named_right(self, look) -> None:
        """Nova finds its provider by the name of the hypervisor."""
        (node,) = (n for n in look.compute_nodes if n.id == CHOSEN)
        (provider,) = (p for p in look.providers if p.id == CHOSEN)
        self.assertEqual(node.hostname, provider.name)

    def assert_joined(self, look, provider_id) -> None:
        """Nova and Placement both have it in its aggregate."""
        self.assertIn(good_looks.JOINED, look.aggregates)
        self.assertIn(provider_id, look.members[good_looks.JOINED.uuid])

    def assert_tried(self, look, done, wanted) -> None:
        """The test was passed, if there was to be one; nothing is left."""
        if wanted:
            self.assertIn(PASSED, done)
        self.assertNotIn(UNFIT, done)
        self.assertEqual((), look.test_guests)
        self.assertEqual(
            [], [port for port in look.ports if port.use is PortUse.TEST]
        )


class TestMaking(unittest.TestCase):
    """There is one of each, behind a hold."""

    @properties.reaching(situations.almost(good_looks.nothing()))
    def test_makes_no_second_port(self, reached, look):
        """No port is made beside one."""
        for step in decide(look).steps:
            if isinstance(step, CreatePort):
                reached()
                self.assertNotIn('hv1', {port.name for port in look.ports})

    @properties.reaching(situations.almost(good_looks.to_be_made()))
    def test_makes_no_second_server(self, reached, look):
        """No server is made beside one, and it gets a port that is there."""
        for step in decide(look, (MADE,)).steps:
            if isinstance(step, CreateServer):
                reached()
                self.assertNotIn('hv1', {s.name for s in look.servers})
                self.assertIn(step.port_id, {port.id for port in look.ports})

    @properties.reaching(situations.almost(good_looks.to_be_made()))
    def test_holds_first(self, reached, look):
        """No machine is made that guests could land on."""
        steps = decide(look, (MADE,)).steps

        for number, step in enumerate(steps):
            if isinstance(step, CreateServer):
                reached()
                chosen = step.metadata[identity.COMPUTE_ID_KEY]
                self.assertIn(
                    PlaceHold(name='hv1', provider_id=chosen), steps[:number]
                )

    @properties.reaching(
        situations.almost(*COMING, *GOING, spare=('namesakes',))
    )
    def test_touches_nothing_foreign(self, reached, look):
        """Where somebody else has the name, nothing is done at all."""
        reached()
        stranger = builders.a_guest('hv1', host='other')
        look = dataclasses.replace(look, namesakes=(stranger,))

        verdict = decide(look)

        self.assertEqual((), verdict.steps)
        self.assertFalse(verdict.outcome.ok)

    @properties.reaching(situations.almost(*COMING))
    def test_touches_nothing_else(self, reached, look):
        """No step names anything of another hypervisor."""
        others = {
            thing.id
            for field in ('servers', 'services', 'ports', 'providers')
            for thing in getattr(situations.BESIDE, field)
        }
        for step in decide(look).steps:
            reached()
            self.assertEqual('hv1', step.name)
            named = set(map(str, dataclasses.asdict(step).values()))
            self.assertEqual(set(), others & named)


class TestLooking(unittest.TestCase):
    """What is decided is decided by what was seen."""

    @properties.reaching(situations.almost(*COMING), RUNS, WISHES)
    def test_partial(self, reached, look, done, wishes):
        """Nothing is changed because of a look at the machines only."""
        whole = decide(look, done, **wishes)

        partial = decide(
            dataclasses.replace(look, partial=True), done, **wishes
        )

        if whole.steps:
            reached()
        self.assertEqual((), partial.steps)

    @properties.reaching(situations.looks())
    def test_each_for_itself(self, reached, look):
        """The neighbour is judged the same, whatever hv1 is."""
        reached()
        both = requests.a_create('hv1', 'hv2')
        alone = requests.a_create('hv2')
        ledger = Ledger(started_at=clocks.START, looks=1)

        self.assertEqual(
            alone.decide(look, ledger, clocks.START)['hv2'],
            both.decide(look, ledger, clocks.START)['hv2'],
        )

    @properties.reaching(situations.almost(*COMING), RUNS, WISHES)
    def test_status_does_not_run(self, reached, look, done, wishes):
        """What stays the same has the same status, so a limit can pass."""
        now = decide(look, done, **wishes)

        later = decide(look, done, seconds=60, **wishes)

        if now.outcome is None and later.outcome is None:
            reached()
            self.assertEqual(now.status, later.status)
