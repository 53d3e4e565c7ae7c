# SPDX-License-Identifier: Apache-2.0
"""Tests of when the end of certificates is near."""

from __future__ import annotations

import datetime
import unittest

from hvctl.decide.hypervisor import certificates
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor
from hvctl.osc.output import warnings
from hvctl.tests.fixtures import builders

NOW = datetime.datetime(2026, 11, 27, 9, tzinfo=datetime.UTC)


def a_hypervisor(
    end: float | None = None, expiry: float | None = None
) -> Hypervisor:
    """Return one whose certificates, and life, end in so many days."""
    metadata = {
        key: (NOW + datetime.timedelta(days=days)).isoformat()
        for key, days in (
            (identity.CERTIFICATES_KEY, end),
            (identity.EXPIRES_KEY, expiry),
        )
        if days is not None
    }
    return Hypervisor(
        name='hv1', server=builders.a_server('hv1', metadata=metadata)
    )


class TestEndSoon(unittest.TestCase):
    """Whether somebody has to do something."""

    def test_end(self) -> None:
        """A month before, or once one with an expiry is to be drained."""
        for end, expiry, expected in (
            (None, None, False),
            (31, None, False),
            (30, None, True),
            (-1, None, True),
            (30, 23, False),
            (8, 1, False),
            (7, 0, True),
            (-1, -8, True),
        ):
            with self.subTest(end=end, expiry=expiry):
                self.assertIs(
                    expected,
                    certificates.end_soon(a_hypervisor(end, expiry), NOW),
                )

    def test_words(self) -> None:
        """What is to be done depends on whether guests can still leave."""
        for end, words in (
            (3, 'end at 2026-11-30T09:00Z, and no guest can leave it after'),
            (0, 'ended at 2026-11-27T09:00Z, so no guest can leave it or'),
        ):
            with self.subTest(end=end):
                (said,) = warnings.of([a_hypervisor(end)], NOW)

                self.assertIn(words, said)
        self.assertEqual([], [*warnings.of([a_hypervisor(40)], NOW)])
