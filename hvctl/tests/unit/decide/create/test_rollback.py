# SPDX-License-Identifier: Apache-2.0
"""Tests of what becomes of what a create could not finish."""

from __future__ import annotations

import unittest

from hvctl.decide.create import rollback
from hvctl.model.codes import OutcomeCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.results import Created
from hvctl.model.steps import CreatePort, CreateProvider, CreateServer
from hvctl.model.verdict import Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import requests

NO = Reason.of(OutcomeCode.DEPLOY_FAILED, name='hv1')


class TestGiveUp(unittest.TestCase):
    """Only what this very run made is removed."""

    def test_not_the_server_of_others(self):
        """Nor what this run only found made, or took part in."""
        server = builders.a_server()
        hold = CreateProvider(
            name='hv1',
            provider_id=builders.a_compute_id(),
            provider_name='hv1',
        )
        port = CreatePort(
            name='hv1', network_id='n', vnic_type='baremetal', mac_address='m'
        )
        verdict = Verdict.failed(Status(phase=Phase.FAILED), NO)
        mine = CreateServer(
            name='hv1',
            image_id='i',
            flavor_id='f',
            key_name=None,
            metadata={},
            user_data='',
            port_id='p',
        )
        with_server = builders.a_hypervisor(server=server)
        without = builders.a_hypervisor(server=None)
        own = builders.a_hypervisor(server=None, compute_id=None)
        for hv, done, made, expected in (
            (with_server, {hold: True, port: True}, None, False),
            (with_server, {mine: True}, 'another', False),
            (with_server, {mine: True}, server.id, True),
            (without, {hold: False, port: False}, None, False),
            (without, {hold: False, port: True}, None, False),
            (without, {hold: True}, None, True),
            (own, {port: True}, None, True),
        ):
            with self.subTest(done=done, made=made):
                ledger = Ledger(
                    started_at=clocks.START,
                    done=done,
                    answers={mine: Created(made)} if made else {},
                )

                found = rollback.start_rollback(
                    requests.a_case(hv, ledger), verdict
                )

                self.assertEqual(expected, found.giving_up == NO)
