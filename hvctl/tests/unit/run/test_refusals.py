# SPDX-License-Identifier: Apache-2.0
"""Tests of verbs whose requests are refused for a while."""

from __future__ import annotations

import dataclasses
import itertools

from hvctl import exceptions
from hvctl.model.codes import OutcomeCode
from hvctl.model.drain_options import Suspended
from hvctl.model.health import Answer
from hvctl.model.move import MoveState
from hvctl.model.results import Done, Located
from hvctl.model.steps import (
    AskNode,
    AskWhere,
    ColdMigrate,
    ConfirmMigration,
    CreatePort,
    CreateProvider,
    CreateServer,
    CreateTestGuest,
    DeleteAgent,
    DeletePort,
    DeleteProvider,
    DeleteServer,
    DeleteService,
    DeleteTestGuest,
    DisableService,
    EnableService,
    JoinAggregate,
    LiftHold,
    LiveMigrate,
    NoteTimes,
    OffloadShelved,
    PlaceHold,
    ReadConsole,
    SetHoldInventory,
    Shelve,
    Step,
)
from hvctl.run import pace
from hvctl.tests.fixtures import failures
from hvctl.tests.simulation import stepping
from hvctl.tests.unit.run import opening

FULL = exceptions.CloudError(
    'could not do it: too many requests (HTTP 429)',
    status=429,
    transient=True,
    retry_after=20,
)
ERRORS = (failures.no_answer(), FULL)


class TestCase(opening.TestCase):
    """A cloud that refuses some steps for a while.

    :ivar errors: in turn, each way in which it does so
    """

    kind: type = stepping.Outage

    def setUp(self):
        super().setUp()
        self.errors = itertools.cycle(ERRORS)

    def refuse(self, *kinds, seconds=250.0, error=ERRORS[0]):
        """Let it begin with the first of the steps."""
        self.start()
        self.cloud.kinds = kinds
        self.cloud.seconds = seconds
        self.cloud.error = error


class TestCreate(TestCase):
    """A create that would take back what failed."""

    def test_each_step(self) -> None:
        """It waits, and goes on from where it was."""
        for kind in (
            CreateProvider,
            SetHoldInventory,
            PlaceHold,
            CreatePort,
            CreateServer,
            EnableService,
            JoinAggregate,
            CreateTestGuest,
            DeleteTestGuest,
            NoteTimes,
            LiftHold,
        ):
            with self.subTest(kind=kind.__name__):
                self.refuse(kind, seconds=100, error=next(self.errors))
                self.prepare()
                self.cloud.world.enable_new_services = False

                result = self.open('hv1', delete_on_failure=True)

                self.assertTrue(result.ok, self.message(result))
                self.assertIsNotNone(self.cloud.since)
                self.assertNotIn('DeleteServer', self.kinds())
                self.assertEqual(1, self.kinds().count('CreateServer'))

    def test_to_the_end(self) -> None:
        """What was refused to the end is left as it is, to go on with."""
        for kind in (LiftHold, NoteTimes, JoinAggregate):
            with self.subTest(kind=kind.__name__):
                self.refuse(kind, seconds=9999)
                self.prepare()

                result = self.open('hv1', delete_on_failure=True, timeout=300)

                self.assertEqual(OutcomeCode.TIMED_OUT, self.code(result))
                self.assertIn('no answer', self.message(result))
                self.assertNotIn('DeleteServer', self.kinds())
                self.cloud.kinds = ()
                self.assertTrue(self.open('hv1', life=2).ok)

    def test_why_a_deploy_failed(self) -> None:
        """Ironic is asked until it answers."""
        for error in ERRORS:
            with self.subTest(error=str(error)):
                self.refuse(AskNode, seconds=100, error=error)
                self.cloud.fail_deploys('no power')

                result = self.create('hv1')

                self.assertEqual(OutcomeCode.DEPLOY_FAILED, self.code(result))
                self.assertIn('no power', self.message(result))

    def test_why_a_deploy_failed_is_not_told(self) -> None:
        """It ends in time without, and what failed is taken back."""
        for timeout in (3600, 300):
            with self.subTest(timeout=timeout):
                self.refuse(AskNode, seconds=9999)
                self.cloud.fail_deploys('no power')

                result = self.create(
                    'hv1', delete_on_failure=True, timeout=timeout
                )

                self.assertEqual(OutcomeCode.DEPLOY_FAILED, self.code(result))
                self.assertLess(self.clock.seconds, 1000)
                self.assertIn('is removed again', self.message(result))
                self.assert_nothing_left()

    def test_question_of_the_health_test(self) -> None:
        """A host is not to blame when it cannot be asked."""
        test = dataclasses.replace(
            opening.TEST, answer=Answer.CONSOLE, timeout=60
        )
        self.refuse(ReadConsole)
        self.prepare()

        result = self.open('hv1', health_test=test, delete_on_failure=True)

        self.assertTrue(result.ok, self.message(result))
        self.assertNotIn('DeleteServer', self.kinds())

    def test_others_go_on(self) -> None:
        """The pauses of one are not those of the others."""
        self.refuse(CreateServer)
        kinds = self.cloud.kinds
        self.cloud.kinds = ()
        act = self.cloud.act

        def refuse_hv1(step: Step):
            self.cloud.kinds = kinds if step.name == 'hv1' else ()
            return act(step)

        self.cloud.act = refuse_hv1

        result = self.create('hv1', 'hv2')

        self.assertTrue(result.ok)
        self.assertLess(result.seconds['hv2'], 100)
        self.assertGreater(result.seconds['hv1'], 250)


class TestDelete(TestCase):
    """A delete."""

    def test_each_step(self) -> None:
        """It waits, and goes on from where it was."""
        for kind in (
            DisableService,
            DeleteServer,
            DeleteAgent,
            DeleteService,
            DeleteProvider,
            DeletePort,
        ):
            with self.subTest(kind=kind.__name__):
                self.refuse(kind, seconds=100, error=next(self.errors))
                self.cloud.has_hypervisor('hv1')

                result = self.delete('hv1')

                self.assertTrue(result.ok, self.message(result))
                self.assertIsNotNone(self.cloud.since)
                self.assert_nothing_left()

    def test_to_the_end(self) -> None:
        """It ends in time, and names what was refused."""
        self.refuse(DeletePort, seconds=9999)
        self.cloud.has_hypervisor('hv1')

        result = self.delete('hv1', timeout=300)

        self.assertEqual(OutcomeCode.TIMED_OUT, self.code(result))
        self.assertIn('no answer', self.message(result))
        self.assertLess(self.clock.seconds, 301)


class TestDrain(TestCase):
    """A drain."""

    def test_each_step(self) -> None:
        """No guest's row ends as failed, and nobody is sent twice."""
        for kind in (
            DisableService,
            LiveMigrate,
            ColdMigrate,
            ConfirmMigration,
            Shelve,
            OffloadShelved,
            AskWhere,
        ):
            with self.subTest(kind=kind.__name__):
                self.refuse(kind, seconds=200, error=next(self.errors))
                self.cloud.has_hypervisor('hv1')
                statuses = ('ACTIVE', 'SHUTOFF', 'SUSPENDED', 'SHELVED')
                for status in statuses:
                    self.cloud.add_guest(status, 'hv1', status=status)

                result = self.drain('hv1', suspended=Suspended.SHELVE)

                self.assertTrue(result.ok, self.message(result))
                self.assertIsNotNone(self.cloud.since)
                self.assertEqual(2, len(self.cloud.migrations()))
                tries = [s for s in self.cloud.asked if type(s) is kind]
                # Of each of the guests.
                self.assertLess(len(tries), 4 * 14)

    def test_pauses_grow(self) -> None:
        """Each request is sent again later and later, and not too late."""
        for kind, status in (
            (LiveMigrate, 'ACTIVE'),
            (ColdMigrate, 'SHUTOFF'),
            (ConfirmMigration, 'SHUTOFF'),
            (Shelve, 'SUSPENDED'),
            (OffloadShelved, 'SHELVED'),
        ):
            with self.subTest(kind=kind.__name__):
                self.refuse(kind, seconds=200)
                self.cloud.has_hypervisor('hv1')
                self.cloud.add_guest('g', 'hv1', status=status)

                result = self.drain('hv1', suspended=Suspended.SHELVE)

                self.assertTrue(result.ok, self.message(result))
                times = [at for _, at in self.cloud.tries]
                pauses = [b - a for a, b in itertools.pairwise(times)]
                self.assertGreaterEqual(len(pauses), 6)
                for pause, least in zip(
                    pauses, (1, 2, 4, 8, 16, 30, 30, 30), strict=False
                ):
                    self.assertGreaterEqual(pause, least)
                    # Two looks may pass until it is sent.
                    self.assertLess(pause, least + 2 * pace.LONGEST + 1)

    def test_asked_to_wait(self) -> None:
        """No guest is sent before Nova wants to be asked, nor much later."""
        for wait in (3, 100):
            with self.subTest(wait=wait):
                error = exceptions.CloudError(
                    'busy', status=429, transient=True, retry_after=wait
                )
                self.refuse(LiveMigrate, seconds=wait / 2, error=error)
                self.cloud.has_hypervisor('hv1')
                self.cloud.add_guest('g', 'hv1')

                result = self.drain('hv1')

                self.assertTrue(result.ok, self.message(result))
                (_, first), (_, second) = self.cloud.tries
                self.assertGreaterEqual(second - first, wait)
                self.assertLess(second - first, wait + 2 * pace.LONGEST + 1)

    def test_told_at_the_end(self) -> None:
        """A request that is refused to the end is what is said then."""
        self.refuse(LiveMigrate, seconds=9999)
        self.cloud.has_hypervisor('hv1')
        self.cloud.add_guest('g', 'hv1')

        result = self.drain('hv1', timeout=300)

        self.assertEqual(OutcomeCode.TIMED_OUT, self.code(result))
        self.assertIn('no answer', self.message(result))
        self.assertLess(self.clock.seconds, 302)

    def test_confirmation_that_is_not_sent(self) -> None:
        """What is said at the end is why nobody confirmed it."""
        self.refuse(ConfirmMigration, seconds=9999)
        self.cloud.has_hypervisor('hv1')
        self.cloud.add_guest('off', 'hv1', status='SHUTOFF')

        result = self.drain('hv1', timeout=600)

        self.assertEqual(OutcomeCode.TIMED_OUT, self.code(result))
        self.assertIn('no answer', self.message(result))
        (move,) = result.ledger.moves.values()
        self.assertEqual(MoveState.MOVING, move.state)

    def test_place_that_is_not_told(self) -> None:
        """Where a guest is was not told, and then Nova does not answer."""
        self.refuse(AskWhere, seconds=200)
        self.cloud.has_hypervisor('hv1')
        guest = self.cloud.add_guest('g', 'hv1')
        self.cloud.kinds = ()
        act = self.cloud.act

        def told(step: Step) -> Done:
            if not isinstance(step, AskWhere) or self.cloud.kinds:
                done: Done = act(step)
                return done
            self.cloud.kinds = (AskWhere,)
            return Done(changed=False, answer=Located('UNKNOWN', None))

        self.cloud.act = told

        result = self.drain('hv1')

        self.assertTrue(result.ok, self.message(result))
        move = result.ledger.moves[guest.id]
        self.assertEqual(MoveState.MOVED, move.state)
