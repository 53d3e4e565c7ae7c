# SPDX-License-Identifier: Apache-2.0
"""Tests of whether a server's metadata has room for all that is noted."""

from __future__ import annotations

import unittest

from hvctl.decide.create import preflight
from hvctl.decide.create import provision
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.preflight import Answers, Finding, Quota, QuotaKind
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import CreateServer
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding
from hvctl.tests.fixtures import requests


class TestMetadata(unittest.TestCase):
    """What Nova limits for each server."""

    def test_limit(self) -> None:
        """It fails where the last of it could not be written down."""
        for left, number, wrong in (
            (-1, 200, []),
            (10, 10, []),
            (10, 11, [Finding.FAILED]),
            (0, 0, []),
        ):
            with self.subTest(left=left, number=number):
                quota = {QuotaKind.METADATA: Quota(left=left)}

                found = preflight.checks(
                    Answers(quotas=quota), [], (), metadata=number
                )

                self.assertEqual(wrong, [check.verdict for check in found])

    def test_none(self) -> None:
        """Where nothing is to be made, none is needed."""
        quota = {QuotaKind.METADATA: Quota(left=0)}

        self.assertEqual([], preflight.checks(Answers(quotas=quota), [], ()))

    def test_items(self) -> None:
        """What is noted at the very end counts from the beginning."""
        goal = requests.a_create('hv1', properties={'rack': 'a', 'row': 'b'})
        case = goal.case(
            Snapshot(taken_at=clocks.START),
            Hypervisor(name='hv1', ports=(builders.a_port(),)),
            deciding.a_ledger(),
            clocks.START,
        )
        verdict = provision.server(case)
        assert verdict is not None
        (made,) = (
            set(step.metadata)
            for step in verdict.steps
            if isinstance(step, CreateServer)
        )

        noted = {
            identity.MARK_KEY,
            identity.ENABLED_KEY,
            identity.PHASES_KEY,
        }

        self.assertEqual(
            len(made | noted), provision.metadata_items(goal.request)
        )
