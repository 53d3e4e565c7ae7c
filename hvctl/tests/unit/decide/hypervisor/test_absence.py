# SPDX-License-Identifier: Apache-2.0
"""Tests of when a server that no list has counts as gone."""

from __future__ import annotations

import typing
import unittest

from hvctl.decide.case import Case
from hvctl.decide.hypervisor import absence
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.reasons import Reason
from hvctl.model.results import Created, Exists
from hvctl.model.steps import AskServer, DeleteServer
from hvctl.model.verdict import Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding

PORT = builders.a_port(device_id='s')
ASK = AskServer(name='hv1', server_id='s')
BOOTING = Status(phase=Phase.BOOTING)


def a_case(
    *, partial: bool = False, hv: dict[str, typing.Any], **ledger: typing.Any
) -> Case:
    """The case of hv1, whose server no list has if not said otherwise."""
    return Case.of(
        builders.a_snapshot(partial=partial),
        builders.a_hypervisor(
            **{'server': None, 'service': None, 'ports': (), **hv}
        ),
        deciding.a_ledger(**ledger),
        clocks.START,
    )


class TestIsGone(unittest.TestCase):
    """Only what was asked for is known to be gone."""

    def test_answers(self) -> None:
        """It is gone when Nova was asked and did not have it."""
        for done, answers, gone in (
            ({}, {}, False),
            ({ASK: False}, {}, True),
            ({ASK: False}, {ASK: Exists('hv1')}, False),
            # Asked for another hypervisor.
            ({AskServer(name='hv2', server_id='s'): False}, {}, False),
        ):
            with self.subTest(done=done, answers=answers):
                case = a_case(hv={}, done=done, answers=answers)

                self.assertEqual(gone, absence.is_gone(case, 's'))


class TestUnlisted(unittest.TestCase):
    """Which servers are in doubt."""

    def test_nothing(self) -> None:
        """A server in the list is not in doubt, nor what never was."""
        for partial, hv in (
            (False, {'server': builders.a_server(), 'ports': (PORT,)}),
            (True, {'server': builders.a_server()}),
            (False, {}),
            (False, {'ports': (builders.a_port(device_id=''),)}),
        ):
            with self.subTest(partial=partial, hv=hv):
                self.assertIsNone(
                    absence.unlisted(a_case(partial=partial, hv=hv))
                )

    def test_partial(self) -> None:
        """A look at a part of the cloud proves nothing."""
        case = a_case(partial=True, hv={})

        self.assertEqual(
            Verdict(status=absence.status(case)), absence.unlisted(case)
        )

    def test_its_own(self) -> None:
        """What this run made, and what has its port, is asked about once."""
        made, of_another = (
            builders.a_creation('hv1'),
            builders.a_creation('hv2'),
        )
        gone = DeleteServer(name='hv1', server_id='old')
        for hv, ledger, servers in (
            ({'ports': (PORT,)}, {}, ('s',)),
            ({}, {'answers': {made: Created('s')}}, ('s',)),
            ({}, {'answers': {of_another: Created('s')}}, ()),
            # No answer to what made it.
            ({}, {'answers': {made: Exists('hv1')}}, ()),
            ({}, {'answers': {gone: Created('s')}}, ()),
            ({}, {'abandoned': {'hv1': ('s',), 'hv2': ('t',)}}, ('s',)),
            ({'ports': (PORT,)}, {'abandoned': {'hv1': ('s',)}}, ('s',)),
            ({'ports': (PORT,)}, {'answers': {made: Created('t')}}, 'ts'),
            # The port is another server's, or may be the hypervisor's own.
            ({'ports': (PORT,)}, {'answers': {ASK: Exists('db1')}}, ()),
            ({'ports': (PORT,)}, {'answers': {ASK: Exists('hv1')}}, ('s',)),
            ({'ports': (PORT,)}, {'answers': {ASK: Exists(None)}}, ('s',)),
            # Nova has said that it is gone.
            ({'ports': (PORT,)}, {'done': {ASK: False}}, ()),
        ):
            with self.subTest(hv=hv, ledger=ledger):
                verdict = absence.unlisted(a_case(hv=hv, **ledger))

                self.assertEqual(
                    [
                        AskServer(name='hv1', server_id=server)
                        for server in servers
                    ],
                    list(verdict.steps if verdict else ()),
                )

    def test_others(self) -> None:
        """Those that are to be gone too are asked about after its own."""
        case = a_case(hv={'ports': (PORT,)})
        servers = ('s', 'a', 'b')

        self.assertEqual(
            Verdict(
                status=absence.status(case, servers),
                steps=tuple(
                    AskServer(name='hv1', server_id=server)
                    for server in servers
                ),
            ),
            absence.unlisted(case, {'b', 'a'}),
        )

    def test_asks_again(self) -> None:
        """What is still there is asked about again after five seconds."""
        for seconds, steps in ((4, ()), (5, (ASK,))):
            with self.subTest(seconds=seconds):
                case = a_case(
                    hv={'ports': (PORT,)},
                    done={ASK: False},
                    done_at={ASK: clocks.ago(seconds)},
                    answers={ASK: Exists('hv1')},
                )

                self.assertEqual(
                    Verdict(status=absence.status(case, ('s',)), steps=steps),
                    absence.unlisted(case),
                )

    def test_status(self) -> None:
        """It stays in the phase in which it was before."""
        for statuses, phase in (
            ({'hv1': BOOTING}, Phase.BOOTING),
            ({'hv2': BOOTING}, Phase.BUILDING),
        ):
            with self.subTest(statuses=statuses):
                case = a_case(hv={}, statuses=statuses)

                self.assertEqual(
                    Status(
                        phase=phase,
                        reason=Reason.of(
                            StatusCode.SERVER_UNLISTED,
                            host='hv1',
                            servers=('s',),
                        ),
                    ),
                    absence.status(case, ('s',)),
                )


class TestPortTaken(unittest.TestCase):
    """Something else has the machine's port."""

    def test_refuses(self) -> None:
        """It fails, and says what has the port."""
        case = a_case(hv={})

        self.assertEqual(
            Verdict.failed(
                case.status,
                Reason.of(
                    OutcomeCode.PORT_TAKEN,
                    name='hv1',
                    port_id=PORT.id,
                    device_id='s',
                    server='db1',
                ),
            ),
            absence.port_taken(case, PORT, 'db1'),
        )
