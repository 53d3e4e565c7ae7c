# SPDX-License-Identifier: Apache-2.0
"""Secrets stay out of what may be printed or logged."""

from __future__ import annotations

import base64
import unittest

from hvctl.decide.create import create
from hvctl.model.ledger import Failure, Ledger
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.steps import CreatePort, CreateServer
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import requests


class TestSecrets(unittest.TestCase):
    """What holds user-data."""

    def setUp(self) -> None:
        self.goal: create.Create = requests.a_create('hv1')
        self.wanted = self.goal.request.hypervisors['hv1']
        self.user_data = self.wanted.user_data(
            self.wanted.compute_id, MachinePorts()
        )

    def assert_silent(self, thing):
        for text in (str(thing), repr(thing), f'{thing}'):
            self.assertNotIn(requests.SECRET, text)
            self.assertNotIn(self.user_data, text)
            self.assertNotIn(self.user_data[:40], text)

    def test_fixture_has_the_secret(self) -> None:
        """The user-data of these tests really has a secret in it."""
        document = base64.b64decode(self.user_data).decode()

        self.assertIn(requests.SECRET, document)

    def test_request(self) -> None:
        """A request does not show the user-data."""
        self.assert_silent(self.goal.request)
        self.assert_silent(self.wanted)

    def test_steps(self) -> None:
        """No step shows it, nor does a verdict or a failure with the step."""
        port = CreatePort(
            name='hv1', network_id='n', vnic_type='normal', mac_address='m'
        )
        ledger = Ledger(started_at=clocks.START, done={port: True})
        look = builders.a_snapshot(ports=(builders.a_port(device_id=''),))
        verdict = self.goal.decide(look, ledger, clocks.START)['hv1']
        (step,) = (s for s in verdict.steps if isinstance(s, CreateServer))

        self.assertEqual(self.user_data, step.user_data)
        self.assert_silent(step)
        self.assert_silent(verdict)
        self.assert_silent(Failure(step=step, message='no'))
