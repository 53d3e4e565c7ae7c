# SPDX-License-Identifier: Apache-2.0
"""Tests of how a test guest is moved to another host and back."""

from __future__ import annotations

import dataclasses
import typing
import unittest

from hvctl.decide import health_moves
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.guest_codes import GuestCode
from hvctl.model.ledger import Failure, Refusal
from hvctl.model.reasons import Reason
from hvctl.model.steps import LiveMigrate
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.unit.decide import moving


class TestOrder(unittest.TestCase):
    """There and back, by each method in turn."""

    def test_next(self) -> None:
        """The next request follows from Nova's records and its place."""
        moves, returns = (
            StatusCode.TEST_GUEST_MOVES,
            StatusCode.TEST_GUEST_RETURNS,
        )
        for records, host, code, step in (
            ((), 'hv1', moves, moving.LIVE_AWAY),
            ((moving.L1,), 'hv2', returns, moving.LIVE_BACK),
            ((moving.L1, moving.L2), 'hv1', moves, moving.COLD_AWAY),
            (
                (moving.L1, moving.L2, moving.C1),
                'hv2',
                returns,
                moving.COLD_BACK,
            ),
            # What somebody else has done with it counts where it fits.
            ((), 'hv2', returns, moving.LIVE_BACK),
            (
                (moving.L1, moving.record(2, 'hv2 hv3')),
                'hv3',
                returns,
                moving.LIVE_BACK,
            ),
            (
                (
                    moving.L1,
                    moving.L2,
                    moving.C1,
                    moving.C2,
                    moving.record(5, 'hv1 hv2'),
                ),
                'hv2',
                returns,
                moving.COLD_BACK,
            ),
            # One that went nowhere does not count.
            (
                (moving.L1, moving.record(2, 'hv2 hv1', 'error')),
                'hv2',
                returns,
                moving.LIVE_BACK,
            ),
        ):
            with self.subTest(records=len(records), host=host):
                found = moving.follow(moving.a_case(records, host))

                self.assertEqual((step,), found.steps)
                assert found.status.reason is not None
                self.assertEqual(code, found.status.reason.code)

    def test_through(self) -> None:
        """Once it has been away and back by each, nothing is left to do."""
        for records, move in (
            (
                (moving.L1, moving.L2, moving.C1, moving.C2),
                (moving.LIVE, moving.COLD),
            ),
            (
                (moving.L1, moving.L2, moving.C1, moving.C2),
                (moving.COLD, moving.LIVE),
            ),
            ((moving.L1, moving.L2), (moving.LIVE,)),
            ((moving.C1, moving.C2), (moving.COLD,)),
            (
                (
                    moving.L1,
                    moving.record(2, 'hv2 hv3'),
                    moving.record(3, 'hv3 hv1'),
                ),
                (moving.LIVE,),
            ),
        ):
            with self.subTest(move=move):
                test = dataclasses.replace(moving.TEST, move=move)
                self.assertIsNone(
                    health_moves.follow(moving.a_case(records), test)
                )

    def test_begun(self) -> None:
        """A guest was sent away if its place, state or a record says so."""
        for records, guest, begun in (
            ((), {}, False),
            (None, {}, False),
            ((), {'status': 'BUILD', 'host': None}, False),
            ((moving.L1, moving.L2), {}, True),
            ((), {'host': 'hv2'}, True),
            ((), {'status': 'MIGRATING'}, True),
            ((), {'status': 'VERIFY_RESIZE'}, True),
        ):
            with self.subTest(guest=guest):
                case = moving.a_case(records, **guest)
                self.assertEqual(begun, health_moves.has_begun(case))

    def test_unread(self) -> None:
        """Nothing is asked for before a look has read its records."""
        found = moving.follow(moving.a_case(None))

        self.assertEqual(((), None), (found.steps, found.failure))


class TestUnderWay(unittest.TestCase):
    """A move that is under way is seen through."""

    def test_waits(self) -> None:
        """Nothing is asked for while one is under way, or looks so."""
        on_its_way = moving.record(1, 'hv1 hv2', 'running')
        finished = moving.record(1, 'hv1 hv2', 'finished', 'cold')
        cases: tuple[tuple[typing.Any, dict[str, typing.Any]], ...] = (
            (
                (on_its_way,),
                {'status': 'MIGRATING', 'task_state': 'migrating'},
            ),
            # Nova ends the record after the guest, and before it.
            ((on_its_way,), {'host': 'hv2'}),
            ((moving.L1,), {'task_state': 'migrating'}),
            ((moving.L1,), {}),
            ((), {'task_state': 'migrating'}),
            ((finished,), {'host': 'hv2', 'status': 'RESIZE'}),
            (
                (finished,),
                {
                    'host': 'hv2',
                    'status': 'VERIFY_RESIZE',
                    'task_state': 'deleting',
                },
            ),
        )
        for records, guest in cases:
            with self.subTest(guest=guest, records=records):
                found = moving.follow(moving.a_case(records, **guest))

                self.assertEqual(((), None), (found.steps, found.failure))

    def test_confirms(self) -> None:
        """A cold one is confirmed, whoever asked for it."""
        for way, host in (('hv1 hv2', 'hv2'), ('hv2 hv1', 'hv1')):
            with self.subTest(way=way):
                finished = moving.record(1, way, 'finished', 'cold')

                found = moving.follow(
                    moving.a_case((finished,), host, status='VERIFY_RESIZE')
                )

                self.assertEqual((moving.CONFIRM,), found.steps)

    def test_late(self) -> None:
        """One that does not end in time fails the test, by its own way."""
        away = moving.record(1, 'hv1 hv2', 'running')
        back = moving.record(2, 'hv2 hv1', 'migrating', 'cold')
        for records, host, code, method in (
            ((away,), 'hv1', StatusCode.TEST_GUEST_MOVES, moving.LIVE),
            (
                (moving.L1, back),
                'hv2',
                StatusCode.TEST_GUEST_RETURNS,
                moving.COLD,
            ),
        ):
            for seconds, late in ((60, False), (61, True)):
                with self.subTest(method=method, seconds=seconds):
                    ledger = moving.waited(code, method, seconds)
                    guest = {'status': 'MIGRATING', 'task_state': 'migrating'}

                    failure = moving.follow(
                        moving.a_case(records, host, ledger, **guest)
                    ).failure

                    self.assertEqual(late, failure is not None)
                    if failure is not None:
                        self.assertEqual(
                            OutcomeCode.TEST_MOVE_LATE, failure.code
                        )

    def test_not_late_while_refused(self) -> None:
        """What Nova refuses for now has not begun to take its time."""
        refusal = Refusal(
            step=moving.LIVE_AWAY,
            message='busy',
            since=clocks.ago(61),
            tries=3,
            again_at=clocks.START,
        )
        ledger = moving.waited(StatusCode.TEST_GUEST_MOVES, moving.LIVE)
        ledger['refusals'] = {moving.GUEST.id: refusal}

        self.assertEqual(
            (moving.LIVE_AWAY,),
            moving.follow(moving.a_case(ledger=ledger)).steps,
        )


class TestFailures(unittest.TestCase):
    """Why a host does not pass."""

    def test_asks_first(self) -> None:
        """Nova is asked why this run's own request came to nothing."""
        failed = (moving.record(1, 'hv1 hv2', 'error'),)

        found = moving.follow(
            moving.a_case(failed, ledger=moving.sent(moving.LIVE_AWAY))
        )

        self.assertEqual(((moving.ASK,), None), (found.steps, found.failure))

    def test_why(self) -> None:
        """The failure names the way, the hosts and Nova's words, by kind."""
        refused = 'Connection refused by 10.0.0.9 port 16514'
        for words, last, kind, code in (
            (
                'Host key verification failed',
                moving.LIVE_AWAY,
                'host-key',
                'NO_WAY',
            ),
            (refused, moving.LIVE_BACK, 'refused', 'NO_WAY'),
            ('Something else', moving.COLD_AWAY, None, 'NOVA_SAYS'),
            (None, moving.LIVE_AWAY, None, 'NO_WORDS'),
            (None, moving.COLD_BACK, None, 'MIGRATION_ENDED'),
        ):
            with self.subTest(words=words):
                live = isinstance(last, LiveMigrate)
                back = last.destination == 'hv1'
                before = (() if live else (moving.L1, moving.L2)) + (
                    ()
                    if not back
                    else ((moving.L1,) if live else (moving.C1,))
                )
                way = ('hv1 hv2', 'hv2 hv1')[back]
                kind_of = 'live' if live else 'cold'
                failed = moving.record(9, way, 'error', kind_of)

                found = moving.follow(
                    moving.a_case(
                        (*before, failed),
                        way[:3],
                        ledger=moving.told(words, last),
                    )
                )

                assert found.failure is not None
                facts = found.failure.facts
                self.assertEqual(
                    OutcomeCode.TEST_MOVE_FAILED, found.failure.code
                )
                self.assertEqual(
                    (kind_of, *way.split()),
                    (facts['method'], facts['source'], facts['destination']),
                )
                why = facts['why']
                assert isinstance(why, Reason)
                self.assertEqual(GuestCode[code], why.code)
                self.assertEqual(kind, why.facts.get('kind'))

    def test_no_host(self) -> None:
        """Where another was faster, it is tried again, for a while only."""
        words = 'No valid host was found. Not enough hosts available'
        for failed, answer in (
            (moving.record(1, 'hv1 -', 'error', 'cold'), None),
            (moving.record(1, 'hv1 hv2', 'error'), words),
        ):
            for seconds, tried in ((60, True), (61, False)):
                with self.subTest(answer=answer, seconds=seconds):
                    kind = moving.LIVE if failed.is_live else moving.COLD
                    test = dataclasses.replace(moving.TEST, move=(kind,))
                    step = (
                        moving.LIVE_AWAY
                        if failed.is_live
                        else moving.COLD_AWAY
                    )
                    ledger = moving.told(answer, step) | moving.waited(
                        StatusCode.TEST_GUEST_MOVES, kind, seconds
                    )

                    found = moving.follow(
                        moving.a_case((failed,), ledger=ledger), test
                    )

                    self.assertEqual((step,) if tried else (), found.steps)
                    self.assertEqual(tried, found.failure is None)

    def test_of_an_earlier_run(self) -> None:
        """What a killed create was told is not known: it is tried again."""
        failed = (moving.record(1, 'hv1 hv2', 'error'),)

        self.assertEqual(
            (moving.LIVE_AWAY,), moving.follow(moving.a_case(failed)).steps
        )

    def test_refused(self) -> None:
        """A request that Nova refuses for good ends the test."""
        failure = Failure(step=moving.LIVE_AWAY, message='it may not be moved')

        found = moving.follow(
            moving.a_case(ledger={'failures': {moving.GUEST.id: failure}})
        )

        assert found.failure is not None
        facts = found.failure.facts
        self.assertEqual('hv2', facts['destination'])
        why = facts['why']
        assert isinstance(why, Reason)
        self.assertEqual(GuestCode.NOVA_SAYS, why.code)

    def test_broken(self) -> None:
        """A guest that is in ERROR afterwards does not pass."""
        failed = moving.record(1, 'hv1 hv2', 'error')
        for records, ledger in (
            ((), {}),
            ((moving.L1, moving.L2), {}),
            ((failed,), moving.told('Something', moving.LIVE_AWAY)),
            ((failed,), moving.told(None, moving.LIVE_AWAY)),
        ):
            with self.subTest(records=len(records)):
                found = moving.follow(
                    moving.a_case(records, ledger=ledger, status='ERROR')
                )

                self.assertIsNotNone(found.failure)

    def test_no_other_host(self) -> None:
        """Where nobody takes it, that is told, and is no failure."""
        found = moving.follow(moving.a_case(look=builders.a_snapshot('hv1')))

        assert found.note is not None
        self.assertEqual(OutcomeCode.TEST_NOT_MOVED, found.note.code)
        self.assertEqual(((), None), (found.steps, found.failure))

    def test_no_room(self) -> None:
        """Where all are full of others, it waits, and then does not pass."""
        full = dataclasses.replace(
            moving.LOOK, providers_for_tests=frozenset()
        )
        for seconds, late in ((60, False), (61, True)):
            with self.subTest(seconds=seconds):
                ledger = moving.waited(
                    StatusCode.TEST_GUEST_MOVES, moving.LIVE, seconds
                )

                found = moving.follow(moving.a_case(ledger=ledger, look=full))

                self.assertEqual(((), None), (found.steps, found.note))
                code = found.failure and found.failure.code
                self.assertEqual(
                    OutcomeCode.TEST_MOVE_NO_ROOM if late else None, code
                )

    def test_asked_in_vain(self) -> None:
        """A request of which nothing is seen is made again after a while."""
        for seconds, step in ((9, ()), (10, (moving.LIVE_AWAY,))):
            with self.subTest(seconds=seconds):
                ledger = moving.sent(moving.LIVE_AWAY)
                ledger['done_at'] = {moving.LIVE_AWAY: clocks.ago(seconds)}

                self.assertEqual(
                    step, moving.follow(moving.a_case(ledger=ledger)).steps
                )
