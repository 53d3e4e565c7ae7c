# SPDX-License-Identifier: Apache-2.0
"""Tests of what a closed hypervisor does before guests may come."""

from __future__ import annotations

import datetime
import unittest

from hvctl.decide.create import opening
from hvctl.model import disabled_reason
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase
from hvctl.model.reasons import Reason
from hvctl.model.request import HealthTest
from hvctl.model.steps import (
    DisableService,
    EnableService,
    LiftHold,
    NoteTimes,
)
from hvctl.model.verdict import Outcome
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding
from hvctl.tests.fixtures import requests
from hvctl.tests.fixtures import situations

DISABLED = builders.a_disabled_service


class TestOpen(unittest.TestCase):
    """From a server to an enabled hypervisor."""

    def test_waits(self):
        """While the machine comes up, nothing is done and nothing ends."""
        new = builders.a_service(updated_at=None)
        for changes, expected in (
            (
                {'servers': (builders.a_server(status='BUILD'),)},
                Phase.BUILDING,
            ),
            ({'services': (), 'compute_nodes': ()}, Phase.BOOTING),
            (
                {
                    'services': (new,),
                    'compute_nodes': (),
                    'providers_reported': frozenset(),
                },
                Phase.REGISTERED,
            ),
            ({'compute_nodes': ()}, Phase.UNMAPPED),
            ({'providers_reported': frozenset()}, Phase.NO_INVENTORY),
            ({'agents': ()}, Phase.NO_AGENT),
            ({'services': (builders.a_service(state='down'),)}, Phase.DOWN),
        ):
            with self.subTest(expected=expected):
                verdict = deciding.of_create(
                    deciding.a_look(**deciding.HELD | changes)
                )

                self.assertEqual(expected, verdict.status.phase)
                self.assertEqual((), verdict.steps)
                self.assertIsNone(verdict.outcome)

    def test_other_compute_id(self):
        """A host that did not take the chosen id is closed, and a failure."""
        node = builders.a_compute_node(id=builders.an_id('strange'))
        verdict = deciding.of_create(
            deciding.a_look(compute_nodes=(node,), **deciding.HELD)
        )

        self.assertEqual(['DisableService'], deciding.kinds(verdict))
        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(
            Reason.of(
                OutcomeCode.WRONG_ID,
                name='hv1',
                id=node.id,
                chosen=deciding.CHOSEN,
            ),
            verdict.outcome.reason,
        )
        closed = DISABLED(identity.REASON_CREATE)
        verdict = deciding.of_create(
            deciding.a_look(
                compute_nodes=(node,), services=(closed,), **deciding.HELD
            )
        )
        self.assertEqual([], deciding.kinds(verdict))
        self.assertFalse(verdict.outcome.ok)

    def test_lifts_the_hold(self):
        """When all is well the times are noted and the hold is lifted."""
        second = datetime.timedelta(seconds=1)
        ledger = deciding.a_ledger(
            first_seen={
                ('hv1', Phase.BUILDING): clocks.START - 3 * second,
                ('hv1', Phase.BOOTING): clocks.START - 2 * second,
                ('hv1', Phase.UNMAPPED): clocks.START - second,
                ('hv2', Phase.REGISTERED): clocks.START - 5 * second,
            }
        )

        verdict = deciding.of_create(deciding.a_look(**deciding.HELD), ledger)

        note, lift = verdict.steps
        self.assertEqual(
            LiftHold(name='hv1', provider_id=deciding.CHOSEN), lift
        )
        self.assertEqual(
            {
                identity.PHASES_KEY: 'booting=1; unmapped=1',
                identity.ENABLED_KEY: '2026-11-23T12:00:00+00:00',
            },
            note.metadata,
        )

    def test_lifted_and_full_at_once(self):
        """The hold is not lifted twice when guests fill it at once."""
        lift = LiftHold(name='hv1', provider_id=deciding.CHOSEN)
        note = NoteTimes(name='hv1', server_id='s', metadata={})

        verdict = deciding.of_create(
            deciding.a_look(**deciding.HELD),
            deciding.a_ledger(done={note: True, lift: True}),
        )

        self.assertTrue(verdict.outcome.ok)
        self.assertEqual(Phase.ENABLED, verdict.status.phase)

    def test_enables(self):
        """What came disabled is enabled once it reports, before the lift."""
        for reason in (None, disabled_reason.NOVA_DISABLED_NEW):
            with self.subTest(reason=reason):
                service = DISABLED(reason)

                verdict = deciding.of_create(
                    deciding.a_look(services=(service,), **deciding.HELD)
                )

                self.assertEqual(
                    (EnableService(name='hv1', service_id=service.id),),
                    verdict.steps,
                )
        silent = DISABLED(updated_at=None)
        verdict = deciding.of_create(
            deciding.a_look(services=(silent,), **deciding.HELD)
        )
        self.assertEqual((), verdict.steps)
        self.assertEqual(
            Reason.of(StatusCode.FIRST_REPORT), verdict.status.reason
        )

    def test_waits_for_the_trait(self):
        """Neither lift nor end while Placement has it as disabled."""
        disabled = {'providers_disabled': frozenset({deciding.CHOSEN})}
        for changes in (deciding.HELD, {}):
            with self.subTest(changes=changes):
                verdict = deciding.of_create(
                    deciding.a_look(**disabled | changes)
                )

                self.assertEqual((), verdict.steps)
                self.assertIsNone(verdict.outcome)
                self.assertEqual(Phase.READY, verdict.status.phase)

    def test_first_report_of_an_enabled_one(self):
        """It must have reported, too: it listens from then on."""
        silent = builders.a_service(updated_at=None)
        test = HealthTest(flavor_id='f', image_id='i', network_id='n')
        for wanted, service, steps in (
            (None, silent, []),
            (None, builders.a_service(), ['NoteTimes', 'LiftHold']),
            (test, silent, []),
            (test, builders.a_service(), ['CreateTestGuest']),
        ):
            with self.subTest(wanted=wanted, reported=service.updated_at):
                verdict = deciding.of_create(
                    deciding.a_look(services=(service,), **deciding.HELD),
                    health_test=wanted,
                )

                self.assertEqual(steps, deciding.kinds(verdict))

    def test_held_or_full(self):
        """What was opened once waits for a look at the consumers."""
        opened = builders.a_server(
            metadata=situations.CHOSEN | situations.OPENED
        )
        unknown = {'has_room': False, 'consumers': None, 'server': opened}
        hold = frozenset({identity.hold_id(deciding.CHOSEN)})
        for changes, waits in (
            ({}, True),
            ({'server': builders.a_server()}, False),
            ({'consumers': hold}, False),
            ({'service': DISABLED()}, False),
            ({'guests': (builders.a_guest(),)}, False),
        ):
            with self.subTest(changes=changes):
                case = requests.a_case(
                    builders.a_hypervisor(**unknown | changes),
                    deciding.a_ledger(),
                )

                verdict = opening.hold_seen(case)

                self.assertEqual(waits, verdict is not None)
                if verdict is not None:
                    self.assertEqual(
                        Reason.of(StatusCode.HOLD_UNKNOWN),
                        verdict.status.reason,
                    )

    def test_enabled_already(self):
        """An enabled one is a success that changes nothing."""
        verdict = deciding.of_create(deciding.a_look())

        self.assertEqual((), verdict.steps)
        self.assertEqual(
            Outcome(ok=True, reason=Reason.of(OutcomeCode.ALREADY_ENABLED)),
            verdict.outcome,
        )

    def test_no_wait(self):
        """Without waiting it ends when there is nothing to do now."""
        server = builders.a_server(status='BUILD')
        building = deciding.a_look(**deciding.HELD | {'servers': (server,)})

        self.assertTrue(deciding.of_create(building, wait=False).outcome.ok)
        self.assertIsNone(
            deciding.of_create(builders.a_snapshot(), wait=False).outcome
        )
        self.assertIsNone(
            deciding.of_create(
                deciding.a_look(**deciding.HELD), wait=False
            ).outcome
        )
        self.assertFalse(
            deciding.of_create(
                deciding.a_look(servers=(builders.a_server(status='ERROR'),)),
                wait=False,
            ).outcome.ok
        )

    def test_enables_behind_the_hold(self):
        """Its service stays disabled where only that keeps it closed."""
        service = DISABLED(identity.REASON_CREATE)
        unproven, proven = builders.a_server(), builders.an_opened_server()
        for server, has_room, enabled in (
            (unproven, True, False),
            (unproven, False, True),
            (proven, True, True),
            (proven, False, True),
        ):
            with self.subTest(server=server, has_room=has_room):
                case = requests.a_case(
                    builders.a_hypervisor(
                        server=server,
                        service=service,
                        has_room=has_room,
                        consumers=None,
                    ),
                    deciding.a_ledger(),
                )

                verdict = opening.enable_held(case)

                self.assertEqual(enabled, verdict is not None)

    def test_hold_too_small(self):
        """Where others get in as well, no test guest is booted."""
        test = HealthTest(flavor_id='f', image_id='i', network_id='n')
        whole = identity.FULL_HOLD
        for wanted, hold, has_room, refused in (
            (test, whole, True, True),
            (test, whole, False, False),
            (test, whole - 1, True, False),
            (test, None, True, False),
            (None, whole, True, False),
        ):
            with self.subTest(wanted=wanted, hold=hold, has_room=has_room):
                case = requests.a_case(
                    builders.a_hypervisor(hold=hold, has_room=has_room),
                    deciding.a_ledger(),
                    health_test=wanted,
                )

                verdict = opening.try_out(case)

                outcome = verdict and verdict.outcome
                self.assertEqual(
                    refused,
                    outcome is not None
                    and outcome.reason.code is OutcomeCode.HOLD_TOO_SMALL,
                )


class TestOwnUserData(unittest.TestCase):
    """Without a hold."""

    #: Chosen by nova-compute itself.
    ID = builders.an_id('compute node')

    def look(self, metadata=None, **changes):
        return deciding.a_look(
            **{
                'servers': (builders.a_server(metadata=metadata or {}),),
                'compute_nodes': (builders.a_compute_node(id=self.ID),),
                'providers': (builders.a_provider(id=self.ID),),
                'providers_reported': frozenset({self.ID}),
                **changes,
            }
        )

    def test_disables_as_soon_as_it_shows(self):
        """An enabled service is disabled, whatever else is missing."""
        for changes in (
            {'compute_nodes': (), 'providers': ()},
            {'compute_nodes': ()},
            {'agents': ()},
            {},
        ):
            with self.subTest(changes=changes):
                verdict = deciding.of_create(self.look(**changes), own=True)

                self.assertEqual(
                    (
                        DisableService(
                            name='hv1',
                            service_id=builders.a_service().id,
                            reason=identity.REASON_CREATE,
                        ),
                    ),
                    verdict.steps,
                )

    def test_waits_disabled(self):
        """Disabled, it waits without doing anything."""
        verdict = deciding.of_create(
            self.look(services=(DISABLED(identity.REASON_CREATE),), agents=()),
            own=True,
        )

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)

    def test_enabling_is_the_last_step(self):
        """When all is well the times are noted and it is enabled."""
        verdict = deciding.of_create(
            self.look(services=(DISABLED(identity.REASON_CREATE),)), own=True
        )

        self.assertEqual(
            ['NoteTimes', 'EnableService'], deciding.kinds(verdict)
        )

    def test_opened_stays_open(self):
        """One that a create has opened is not closed by the next."""
        opened = self.look(situations.OPENED)

        self.assertTrue(deciding.of_create(opened, own=True).outcome.ok)
        self.assertEqual(
            (),
            deciding.of_create(
                self.look(situations.OPENED, agents=()), own=True
            ).steps,
        )
