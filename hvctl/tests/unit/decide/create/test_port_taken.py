# SPDX-License-Identifier: Apache-2.0
"""Tests of whether the port that is there will do."""

from __future__ import annotations

import typing
import unittest

from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.reasons import Reason
from hvctl.model.results import Exists
from hvctl.model.steps import AskServer
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import deciding

PORT = builders.a_port(device_id='device')
LOOK = builders.a_snapshot(ports=(PORT,))
ASK = AskServer(name='hv1', server_id='device')


class TestTaken(unittest.TestCase):
    """A port that has a device, while there is no server."""

    def test_asked(self):
        """Nova is asked for the server first."""
        verdict = deciding.of_create(LOOK)

        self.assertEqual((ASK,), verdict.steps)
        self.assertIsNone(verdict.outcome)

    def test_ours(self):
        """One that is not listed is waited for, also in a silent cell."""
        for name in ('hv1', None):
            with self.subTest(name=name):
                ledger = deciding.a_ledger(
                    done={**deciding.MADE, ASK: False},
                    answers={ASK: Exists(name)},
                )

                verdict = deciding.of_create(LOOK, ledger)

                self.assertEqual((ASK,), verdict.steps)
                self.assertEqual(
                    StatusCode.SERVER_UNLISTED, verdict.status.reason.code
                )

    def test_taken(self):
        """What another server has, or something else, is left to it."""
        answers: tuple[tuple[str | None, dict[typing.Any, typing.Any]], ...]
        answers = (('web', {ASK: Exists('web')}), (None, {}))
        for server, told in answers:
            with self.subTest(server=server):
                ledger = deciding.a_ledger(
                    done={**deciding.MADE, ASK: False}, answers=told
                )

                verdict = deciding.of_create(LOOK, ledger)

                self.assertFalse(verdict.outcome.ok)
                self.assertEqual(
                    Reason.of(
                        OutcomeCode.PORT_TAKEN,
                        name='hv1',
                        port_id=PORT.id,
                        device_id='device',
                        server=server,
                    ),
                    verdict.outcome.reason,
                )

    def test_second(self):
        """Each of the machine's ports is seen to."""
        free = builders.a_port(id='free', device_id='')
        ledger = deciding.a_ledger(
            done={**deciding.MADE, ASK: False}, answers={ASK: Exists('web')}
        )

        verdict = deciding.of_create(
            builders.a_snapshot(ports=(free, PORT)), ledger
        )

        why = verdict.outcome.reason
        self.assertEqual(OutcomeCode.PORT_TAKEN, why.code)
        self.assertEqual(PORT.id, why.facts['port_id'])
