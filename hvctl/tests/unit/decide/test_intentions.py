# SPDX-License-Identifier: Apache-2.0
"""Tests of how it is noted what is intended with a hypervisor."""

from __future__ import annotations

import datetime
import unittest

from hvctl.decide import intentions
from hvctl.decide.intentions import Protect
from hvctl.decide.intentions import Set
from hvctl.decide.intentions import Unset
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode
from hvctl.model.ledger import Ledger
from hvctl.model.metadata_steps import SetMetadata
from hvctl.model.metadata_steps import UnsetMetadata
from hvctl.model.snapshot import Snapshot
from hvctl.model.verdict import Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding

DAY = datetime.timedelta(days=1)
TOMORROW = (clocks.START + DAY).isoformat()
SERVER = builders.a_server()


def with_metadata(**changes: str | None) -> Snapshot:
    """A look at hv1 whose server has more metadata."""
    server = builders.a_server(metadata={**SERVER.metadata, **changes})
    return deciding.a_look(servers=(server,))


def verdict(
    goal: Set | Unset, look: Snapshot, ledger: Ledger | None = None
) -> Verdict:
    """What a goal says of hv1."""
    ledger = ledger or deciding.a_ledger()
    return goal.decide(look, ledger, clocks.START)['hv1']


class TestSet(unittest.TestCase):
    """What is written."""

    def test_written(self) -> None:
        """All at once, by the cloud's clock."""
        protect = Protect(reason='r', by='alice')
        for changes, expected in (
            (
                {'protect': protect},
                {
                    identity.PROTECTED_KEY: 'never',
                    identity.PROTECTED_BY_KEY: 'alice',
                    identity.PROTECTED_REASON_KEY: 'r',
                },
            ),
            (
                {
                    'protect': Protect(reason='r', by='', until=DAY),
                    'expires': clocks.START + DAY,
                },
                {
                    identity.PROTECTED_KEY: TOMORROW,
                    identity.PROTECTED_BY_KEY: '',
                    identity.PROTECTED_REASON_KEY: 'r',
                    identity.EXPIRES_KEY: TOMORROW,
                },
            ),
            ({'expires': DAY}, {identity.EXPIRES_KEY: TOMORROW}),
            ({'description': 'd'}, {identity.DESCRIPTION_KEY: 'd'}),
        ):
            with self.subTest(changes=changes):
                goal = Set(names=('hv1',), **changes)
                step = SetMetadata(
                    name='hv1', server_id=SERVER.id, metadata=expected
                )

                self.assertEqual(
                    (step,), verdict(goal, deciding.a_look()).steps
                )

                # What is so already, and what somebody has changed since.
                for look, ledger in (
                    (with_metadata(**expected), deciding.a_ledger()),
                    (
                        deciding.a_look(),
                        deciding.a_ledger(done={step: True}),
                    ),
                ):
                    ended = verdict(goal, look, ledger)
                    self.assertEqual((), ended.steps)
                    assert ended.outcome is not None
                    self.assertTrue(ended.outcome.ok)

    def test_past(self) -> None:
        """A moment that has passed is a slip."""
        for when in (clocks.START, clocks.START - DAY):
            for changes in (
                {'expires': when},
                {'protect': Protect(reason='r', by='', until=when)},
            ):
                with self.subTest(changes=changes):
                    goal = Set(names=('hv1',), **changes)

                    self.refused(
                        OutcomeCode.MOMENT_PAST,
                        verdict(goal, deciding.a_look()),
                    )

    def test_refused(self) -> None:
        """Nothing is written where there is nothing of ours to write to."""
        strange = builders.a_server(id=builders.an_id('strange'))
        for look, code in (
            (builders.a_snapshot(), OutcomeCode.NO_SERVER),
            (
                builders.a_snapshot(namesakes=(strange,)),
                OutcomeCode.NOT_OURS,
            ),
            *(
                (
                    deciding.a_look(
                        servers=(builders.a_server(status=status),)
                    ),
                    OutcomeCode.NOT_WRITABLE,
                )
                for status in ('BUILD', 'ERROR', 'DELETED')
            ),
        ):
            for goal in (
                Set(names=('hv1',), expires=DAY),
                Unset(names=('hv1',), intended=('expires',)),
            ):
                with self.subTest(code=code, goal=goal):
                    self.refused(code, verdict(goal, look))

    def refused(self, code: OutcomeCode, found: Verdict) -> None:
        """See that nothing is done, and why."""
        self.assertEqual((), found.steps)
        assert found.outcome is not None and found.outcome.reason is not None
        self.assertFalse(found.outcome.ok)
        self.assertEqual(code, found.outcome.reason.code)


class TestUnset(unittest.TestCase):
    """What is taken out."""

    def test_taken_out(self) -> None:
        """First what counts: killed after that, nothing is protected."""
        every = {
            key: 'x' for keys in intentions.ITEMS.values() for key in keys
        }
        for intended, keys in intentions.ITEMS.items():
            with self.subTest(intended=intended):
                goal = Unset(names=('hv1',), intended=(intended,))

                found = verdict(goal, with_metadata(**every))

                self.assertEqual(
                    tuple(
                        UnsetMetadata(name='hv1', server_id=SERVER.id, key=key)
                        for key in keys
                    ),
                    found.steps,
                )
                done = deciding.a_ledger(done=dict.fromkeys(found.steps, True))
                for look, ledger in (
                    (with_metadata(**every), done),
                    (deciding.a_look(), deciding.a_ledger()),
                ):
                    ended = verdict(goal, look, ledger)
                    assert ended.outcome is not None
                    self.assertTrue(ended.outcome.ok)
                    self.assertEqual((), ended.steps)
