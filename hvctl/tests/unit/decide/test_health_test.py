# SPDX-License-Identifier: Apache-2.0
"""Tests of how a closed hypervisor is tried out."""

from __future__ import annotations

import dataclasses
import typing
import unittest

from hvctl.decide import health_test
from hvctl.decide.case import Case
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.health import Answer
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.ledger import Refusal
from hvctl.model.reasons import Reason
from hvctl.model.records import Aggregate
from hvctl.model.request import HealthTest
from hvctl.model.results import Created, Located, Replied
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import (
    AskWhere,
    CreateTestGuest,
    CreateTestPort,
    DeleteTestGuest,
    DeleteTestPort,
    PingTestGuest,
    ReadConsole,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding

TEST = HealthTest(flavor_id='f', image_id='i', network_id='n', timeout=60)
DIRECT = dataclasses.replace(TEST, vnic_type='direct')
CONSOLE = dataclasses.replace(TEST, answer=Answer.CONSOLE)
ADDRESS = dataclasses.replace(TEST, answer=Answer.ADDRESS)

GUEST = builders.a_guest(
    metadata={identity.TEST_KEY: 'hv1'}, addresses=('10.0.0.7', '10.0.0.8')
)
PORT = builders.a_port('test of hv1')
BOOT = CreateTestGuest(
    name='hv1', host='hv1', flavor_id='f', image_id='i', network_id='n'
)
MAKE_PORT = CreateTestPort(name='hv1', network_id='n', vnic_type='direct')
DELETE = DeleteTestGuest(name='hv1', server_id=GUEST.id)
DELETE_PORT = DeleteTestPort(name='hv1', port_id=PORT.id)
READ = ReadConsole(name='hv1', server_id=GUEST.id)
PINGS = tuple(
    PingTestGuest(name='hv1', server_id=GUEST.id, address=address)
    for address in GUEST.addresses
)

BARE = builders.a_hypervisor()
WITH_PORT = builders.a_hypervisor(test_ports=(PORT,))


def with_guest(**changes: typing.Any) -> Hypervisor:
    """A hypervisor with its test guest."""
    guest = dataclasses.replace(GUEST, **changes)
    return builders.a_hypervisor(test_guests=(guest,), test_ports=(PORT,))


def a_case(
    hv: Hypervisor, look: Snapshot | None = None, **changes: typing.Any
) -> Case:
    """The case of a hypervisor, with what the ledger has."""
    return Case.of(
        look or builders.a_snapshot(),
        hv,
        deciding.a_ledger(**changes),
        clocks.START,
    )


def waited(hv: Hypervisor, seconds: int) -> Case:
    """The case of a hypervisor whose test guest is awaited for so long."""
    return a_case(
        hv,
        statuses={
            'hv1': Status(
                phase=Phase.READY,
                reason=Reason.of(StatusCode.TEST_GUEST_AWAITED),
            )
        },
        changed_at={'hv1': clocks.ago(seconds)},
    )


class TestTryOut(unittest.TestCase):
    """From the boot to the end."""

    def test_steps(self):
        """What is made and removed, by what is there and was done."""
        port = {MAKE_PORT: True}
        guest = {BOOT: True}
        direct = dataclasses.replace(BOOT, network_id=None, port_id=PORT.id)
        unnetworked = dataclasses.replace(DIRECT, network_id=None)
        for hv, test, done, steps in (
            (BARE, TEST, {}, (BOOT,)),
            (
                BARE,
                unnetworked,
                {},
                (dataclasses.replace(BOOT, network_id=None),),
            ),
            (BARE, DIRECT, {}, (MAKE_PORT,)),
            (WITH_PORT, DIRECT, port, (direct,)),
            # What an earlier run has left goes first.
            (WITH_PORT, DIRECT, {}, (DELETE_PORT,)),
            (WITH_PORT, DIRECT, port | guest, (DELETE_PORT,)),
            (WITH_PORT, None, {}, (DELETE_PORT,)),
            (WITH_PORT, None, port, (DELETE_PORT,)),
            (with_guest(), None, {}, (DELETE,)),
            # It has passed, and goes.
            (with_guest(), TEST, guest | {DELETE: True}, ()),
            (WITH_PORT, TEST, guest | {DELETE: True}, (DELETE_PORT,)),
        ):
            with self.subTest(test=test, done=done, steps=steps):
                verdict = health_test.try_out(a_case(hv, done=done), test)

                self.assertEqual(steps, verdict.steps)
                self.assertIsNone(verdict.outcome)

    def test_zone(self):
        """It is where the host is; what is not one zone is none."""
        for service, zone in (
            (builders.a_service(zone='az1'), 'az1'),
            (builders.a_service(zone='az1,az2'), None),
            (builders.a_service(zone='az:1'), None),
            (builders.a_service(zone=None), None),
            (None, None),
        ):
            with self.subTest(service=service):
                hv = builders.a_hypervisor(service=service)

                (boot,) = health_test.try_out(a_case(hv), TEST).steps

                self.assertEqual(zone, boot.zone)

    def test_passed(self):
        """Nothing of it is left, or nothing was wanted."""
        for test, done in ((None, {}), (TEST, {BOOT: True, DELETE: True})):
            with self.subTest(test=test):
                self.assertIsNone(
                    health_test.try_out(a_case(BARE, done=done), test)
                )

    def test_failed(self):
        """Said when all of it is gone; so is a guest that vanished."""
        why = Reason.of(OutcomeCode.TEST_GUEST_FAULT, fault='x')
        for changes, expected in (
            (
                {
                    'done': {BOOT: True, DELETE: True},
                    'test_failures': {'hv1': why},
                },
                Reason.of(OutcomeCode.HEALTH_TEST_FAILED, name='hv1', why=why),
            ),
            (
                {'done': {BOOT: True}, 'test_failures': {'hv2': why}},
                Reason.of(OutcomeCode.TEST_GUEST_GONE, name='hv1'),
            ),
        ):
            with self.subTest(expected=expected):
                verdict = health_test.try_out(a_case(BARE, **changes), TEST)

                self.assertFalse(verdict.outcome.ok)
                self.assertEqual(expected, verdict.outcome.reason)

    def test_not_listed(self):
        """A guest that no list has is gone when Nova says so."""
        ask = AskWhere(name='hv1', server_id='g')
        of_another = dataclasses.replace(BOOT, name='hv2')
        made = {
            'answers': {
                BOOT: Created('g'),
                of_another: Created('x'),
                MAKE_PORT: Created('p'),
            }
        }
        there = {'answers': {**made['answers'], ask: Located('BUILD', 'hv1')}}
        for done, changes, steps in (
            ({BOOT: True}, made, (ask,)),
            ({BOOT: True, ask: False}, there, (ask,)),
            ({BOOT: True, ask: False}, made, ()),
        ):
            with self.subTest(done=done, changes=changes):
                verdict = health_test.try_out(
                    a_case(BARE, done=done, **changes), TEST
                )

                self.assertEqual(steps, verdict.steps)
                self.assertEqual(not steps, verdict.outcome is not None)


class TestFollow(unittest.TestCase):
    """A test guest that is there."""

    def test_good(self):
        """ACTIVE, and where that is wanted it answers; then it goes."""
        replied = Replied()
        for test, answers in (
            (TEST, {}),
            (CONSOLE, {READ: replied}),
            (ADDRESS, {PINGS[1]: replied}),
        ):
            with self.subTest(test=test):
                verdict = health_test.try_out(
                    a_case(with_guest(), answers=answers), test
                )

                self.assertEqual((DELETE,), verdict.steps)
                self.assertIsNone(verdict.test_failure)

    def test_one_of_two(self):
        """Of what two runs have made the first is taken, all along."""
        twin = dataclasses.replace(GUEST, id='twin', addresses=())
        guests = builders.a_hypervisor(test_guests=(GUEST, twin))
        ports = builders.a_hypervisor(
            test_ports=(PORT, dataclasses.replace(PORT, id='twin'))
        )

        for case, test, steps in (
            (a_case(guests), TEST, (DELETE,)),
            (a_case(guests), CONSOLE, (READ,)),
            (
                a_case(ports, done={MAKE_PORT: True}),
                DIRECT,
                (dataclasses.replace(BOOT, network_id=None, port_id=PORT.id),),
            ),
        ):
            with self.subTest(test=test):
                self.assertEqual(steps, health_test.try_out(case, test).steps)

    def test_in_error(self):
        """It goes, and why is kept, with what may have refused it."""
        hv = with_guest(status='ERROR', fault='no host')
        choosy = {'trait:CUSTOM_GOLD': 'required'}
        look = builders.a_snapshot(
            aggregates=tuple(
                Aggregate(
                    id=number,
                    name=f'a{number}',
                    hosts=frozenset(hosts),
                    metadata=metadata,
                )
                for number, (hosts, metadata) in enumerate(
                    (({'hv1'}, choosy), ({'hv1'}, {}), ({'hv2'}, choosy))
                )
            )
        )

        verdict = health_test.try_out(a_case(hv, look), TEST)

        self.assertEqual((DELETE,), verdict.steps)
        self.assertEqual(
            Reason.of(
                OutcomeCode.TEST_GUEST_FAULT,
                fault='no host',
                host='hv1',
                aggregates=('a0',),
            ),
            verdict.test_failure,
        )

    def test_asks(self):
        """What is ACTIVE is asked, and again after three seconds."""
        for test, status, asked, steps in (
            (CONSOLE, 'ACTIVE', {}, (READ,)),
            (ADDRESS, 'ACTIVE', {}, PINGS),
            (CONSOLE, 'ACTIVE', {READ: clocks.ago(3)}, (READ,)),
            (CONSOLE, 'ACTIVE', {READ: clocks.ago(2)}, ()),
            (
                ADDRESS,
                'ACTIVE',
                {PINGS[0]: clocks.ago(9), PINGS[1]: clocks.ago(2)},
                (),
            ),
            (CONSOLE, 'BUILD', {}, ()),
            (TEST, 'BUILD', {}, ()),
        ):
            with self.subTest(test=test, status=status, asked=asked):
                verdict = health_test.try_out(
                    a_case(with_guest(status=status), done_at=asked), test
                )

                self.assertEqual(steps, verdict.steps)
                self.assertIsNone(verdict.outcome)
                self.assertIsNone(verdict.test_failure)
                self.assertEqual(
                    Reason.of(StatusCode.TEST_GUEST_AWAITED),
                    verdict.status.reason,
                )

    def test_begins_now(self):
        """What the look shows first has all of its time before it."""
        hv = with_guest(status='BUILD')
        boots = Reason.of(StatusCode.TEST_GUEST_BOOTS)
        case = a_case(
            hv,
            changed_at={'hv1': clocks.ago(999)},
            statuses={'hv1': Status(phase=Phase.READY, reason=boots)},
        )

        self.assertIsNone(health_test.try_out(case, TEST).test_failure)

    def test_refused(self):
        """What cannot be asked for now has not failed to answer."""
        hv = with_guest(status='ACTIVE')
        case = waited(hv, 999)
        ask = health_test.try_out(case, CONSOLE)
        self.assertIsNotNone(ask.test_failure)
        question = ReadConsole(name='hv1', server_id=hv.test_guests[0].id)
        case.ledger.refusals['hv1'] = Refusal(
            step=question,
            message='busy',
            since=clocks.ago(999),
            tries=9,
            again_at=clocks.ago(0),
        )

        verdict = health_test.try_out(case, CONSOLE)

        self.assertIsNone(verdict.test_failure)
        self.assertEqual((question,), verdict.steps)

    def test_late(self):
        """After its time it goes, and how far it came is kept."""
        for test, status, silent in (
            (TEST, 'BUILD', None),
            (CONSOLE, 'ACTIVE', 'console'),
        ):
            hv = with_guest(status=status, task_state='spawning')
            with self.subTest(status=status):
                self.assertIsNone(
                    health_test.try_out(waited(hv, 60), test).test_failure
                )

                verdict = health_test.try_out(waited(hv, 61), test)

                self.assertEqual((DELETE,), verdict.steps)
                self.assertEqual(
                    Reason.of(
                        OutcomeCode.TEST_GUEST_LATE,
                        server_status=status,
                        task='spawning',
                        seconds=61,
                        silent=silent,
                    ),
                    verdict.test_failure,
                )
