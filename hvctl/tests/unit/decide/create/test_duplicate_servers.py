# SPDX-License-Identifier: Apache-2.0
"""Tests of how what lost a race against its like goes."""

from __future__ import annotations

import dataclasses
import typing
import unittest

from hvctl.decide.create import duplicate_servers
from hvctl.decide.create.case import CreateCase
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.reasons import Reason
from hvctl.model.records import Server
from hvctl.model.steps import DeleteServer, Step
from hvctl.model.verdict import Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding
from hvctl.tests.fixtures import requests

STAYS = builders.a_server(status='BUILD')
FIRST = builders.a_server(id='1', status='BUILD', fault='no power')
SECOND = builders.a_server(id='2', status='BUILD')
GOING = Status(
    phase=Phase.BUILDING,
    reason=Reason.of(StatusCode.DUPLICATE_GOES, server_id='1'),
)


def delete(server: Server) -> DeleteServer:
    """The deletion of a server."""
    return DeleteServer(name='hv1', server_id=server.id)


def a_case(
    *duplicates: Server,
    server: Server = STAYS,
    device_id: str = STAYS.id,
    **ledger: typing.Any,
) -> CreateCase:
    """The case of hv1 with a server and more of the same name."""
    hv = builders.a_hypervisor(
        server=server,
        duplicates=duplicates,
        service=None,
        ports=(builders.a_port(device_id=device_id),),
    )
    return requests.a_case(hv, deciding.a_ledger(**ledger))


def decide(*duplicates: Server, **changes: typing.Any) -> Verdict:
    """What is said of hv1 with more than one server."""
    verdict = duplicate_servers.delete_duplicates(
        a_case(*duplicates, **changes)
    )
    assert verdict is not None
    return verdict


class TestDuplicates(unittest.TestCase):
    """Servers that are not to stay."""

    def test_none(self) -> None:
        """With one server only there is nothing to say."""
        self.assertIsNone(duplicate_servers.delete_duplicates(a_case()))

    def test_deletes(self) -> None:
        """Each is asked to go once, and not one that goes already."""
        going = dataclasses.replace(FIRST, task_state='deleting')
        broken = dataclasses.replace(SECOND, status='ERROR')
        for duplicates, asked, steps in (
            ((FIRST, SECOND), (), (FIRST, SECOND)),
            ((FIRST, SECOND), (FIRST,), (SECOND,)),
            ((FIRST, SECOND), (FIRST, SECOND), ()),
            ((going, SECOND), (), (SECOND,)),
            # It goes, though it is not well.
            ((FIRST, broken), (), (FIRST, broken)),
        ):
            with self.subTest(duplicates=duplicates, asked=asked):
                done: dict[Step, bool] = {
                    delete(server): True for server in asked
                }

                verdict = decide(*duplicates, done=done)

                self.assertEqual(
                    Verdict(status=GOING, steps=tuple(map(delete, steps))),
                    verdict,
                )

    def test_stays(self) -> None:
        """One that was asked to go and failed is the user's."""
        broken = dataclasses.replace(FIRST, status='ERROR')

        verdict = decide(broken, SECOND, done={delete(FIRST): True})

        why = Reason.of(
            OutcomeCode.DUPLICATE_STAYS, server_id='1', fault='no power'
        )
        self.assertEqual(Verdict.failed(GOING, why), verdict)

    def test_hangs(self) -> None:
        """Ten minutes after all were asked to go it is not waited for."""
        both: dict[Step, bool] = {delete(FIRST): True, delete(SECOND): True}
        one: dict[Step, bool] = {delete(FIRST): True}
        for done, seconds, hangs in (
            (both, 599, False),
            (both, 600, True),
            (both, 601, True),
            (one, 600, False),
        ):
            with self.subTest(done=done, seconds=seconds):
                verdict = decide(
                    FIRST,
                    SECOND,
                    done=done,
                    statuses={'hv1': GOING},
                    changed_at={'hv1': clocks.ago(seconds)},
                )

                why = Reason.of(
                    OutcomeCode.DUPLICATE_HANGS, server_id='1', seconds=seconds
                )
                if hangs:
                    self.assertEqual(Verdict.failed(GOING, why), verdict)
                else:
                    self.assertIsNone(verdict.outcome)

    def test_port_not_bound_yet(self) -> None:
        """As long as any of them may get the port, none goes."""
        active = dataclasses.replace(STAYS, status='ACTIVE')
        broken = dataclasses.replace(STAYS, status='ERROR')
        no_more = dataclasses.replace(FIRST, status='ERROR')
        for server, duplicate, device_id, goes in (
            (STAYS, FIRST, '', False),
            (STAYS, FIRST, STAYS.id, True),
            (STAYS, FIRST, FIRST.id, True),
            (active, FIRST, '', True),
            (STAYS, no_more, '', False),
            (broken, FIRST, '', False),
            (broken, no_more, '', True),
        ):
            with self.subTest(server=server, device_id=device_id):
                verdict = decide(duplicate, server=server, device_id=device_id)

                self.assertEqual(goes, bool(verdict.steps))

    def test_port_never_bound(self) -> None:
        """It is waited for no longer than for a deploy."""
        waiting = decide(FIRST, device_id='')

        late = decide(
            FIRST,
            device_id='',
            statuses={'hv1': waiting.status},
            changed_at={'hv1': clocks.ago(99999)},
        )

        self.assertIsNone(waiting.outcome)
        assert late.outcome is not None and late.outcome.reason is not None
        self.assertEqual(
            OutcomeCode.NOT_DEPLOYED_IN_TIME, late.outcome.reason.code
        )
