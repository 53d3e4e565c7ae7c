# SPDX-License-Identifier: Apache-2.0
"""A guest moves live so often that what goes wrong seldom is seen."""

from __future__ import annotations

import os
import statistics
import sys
import unittest

from hvctl.tests.functional_real import bare
from hvctl.tests.functional_real import base

_VARIABLE = 'HVCTL_TEST_LIVE_MOVES'
_MOVES = int(os.environ.get(_VARIABLE, '0'))


@unittest.skipUnless(_MOVES, f'{_VARIABLE} says how many moves')
class TestEndurance(base.RealTestCase):
    def test_moves(self) -> None:
        """A guest with a disk of its own counts on through many moves."""
        guest, counted = self.counting_guest()
        jobs = []
        for number in range(1, _MOVES + 1):
            host = (self.source, self.target)[number % 2]
            bare.live(guest, host)
            self.assert_only_on(guest, host)
            counted = self.goes_on(guest, counted)
            jobs.append(bare.job(host, guest))
        for what, found in (
            ('took', [job.milliseconds for job in jobs]),
            ('stood still for', [job.downtime for job in jobs]),
        ):
            sys.stderr.write(
                f'{len(jobs)} moves {what} {min(found)} to {max(found)} ms, '
                f'median {statistics.median(found):.0f} ms\n'
            )
