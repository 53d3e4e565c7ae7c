# SPDX-License-Identifier: Apache-2.0
"""Tests of what is written down of the time that phases take."""

from __future__ import annotations

import datetime
import unittest

from hvctl.decide.case import Case
from hvctl.decide.create import phase_times
from hvctl.model import identity
from hvctl.model.hypervisor import Phase
from hvctl.model.ledger import Ledger
from hvctl.model.steps import NoteTimes
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks

SECOND = datetime.timedelta(seconds=1)
LONG_AGO = clocks.START - 5 * SECOND


class TestNote(unittest.TestCase):
    """What a run writes down."""

    def note(self, *, done=None, server=None, **ago: int) -> list[dict]:
        """Say what is noted of phases that were first seen so long ago."""
        ledger = Ledger(
            started_at=clocks.START,
            done=done or {},
            first_seen={
                ('hv1', Phase[phase]): clocks.START - seconds * SECOND
                for phase, seconds in ago.items()
            }
            | {('hv2', Phase.REGISTERED): clocks.START - 5 * SECOND},
        )
        hv = builders.a_hypervisor(server=server or builders.a_server())
        case = Case.of(builders.a_snapshot(), hv, ledger, clocks.START)
        return [dict(step.metadata) for step in phase_times.note(case)]

    def test_phases(self):
        """Each that this run saw begin, up to now."""
        ((enabled, phases),) = (
            (found[identity.ENABLED_KEY], found[identity.PHASES_KEY])
            for found in self.note(
                BUILDING=90, BOOTING=60, UNMAPPED=3, READY=0
            )
        )

        self.assertEqual('2026-11-23T12:00:00+00:00', enabled)
        self.assertEqual('booting=57; unmapped=3; ready=0', phases)

    def test_taken_up_late(self):
        """A run does not claim to know when the first one began."""
        for ago in ({}, {'READY': 1}):
            with self.subTest(ago=ago):
                (found,) = self.note(**ago)

                self.assertEqual({identity.ENABLED_KEY}, set(found))

    def test_once(self):
        """Neither this run nor a later one writes them again."""
        step = NoteTimes(name='hv1', server_id='s', metadata={})
        opened = builders.a_server(metadata={identity.ENABLED_KEY: 'x'})

        self.assertEqual([], self.note(done={step: True}))
        self.assertEqual([], self.note(server=opened))


class TestTook(unittest.TestCase):
    """What is known later."""

    def test_table(self):
        """As far as the cloud has it, and nothing that is made up."""
        launched = {'launched_at': clocks.START + 30 * SECOND}
        noted = {
            identity.PHASES_KEY: 'booting=20; no agent=2; ready=0',
            identity.ENABLED_KEY: 'x',
        }
        for server, changes, expected in (
            (
                launched | {'metadata': noted},
                {},
                {'building': 30, 'booting': 20, 'no agent': 2, 'ready': 0},
            ),
            (launched | {'metadata': {}}, {}, {'building': 30}),
            (
                launched
                | {'metadata': {identity.PHASES_KEY: 'x=1; ready=; ready'}},
                {},
                {'building': 30},
            ),
            ({'status': 'BUILD', 'launched_at': None}, {}, {'building': 100}),
            (launched, {'service': None}, {'building': 30, 'booting': 70}),
            # The clocks of the cloud's services differ.
            ({'launched_at': LONG_AGO}, {}, {'building': 0}),
            ({'launched_at': None}, {}, {}),
            ({'created_at': None}, {}, {}),
        ):
            with self.subTest(server=server, changes=changes):
                hv = builders.a_hypervisor(
                    server=builders.a_server(
                        **{'created_at': clocks.START} | server
                    ),
                    **changes,
                )

                self.assertEqual(
                    expected, phase_times.took(hv, clocks.START + 100 * SECOND)
                )

    def test_without_server(self):
        """Without a server nothing is known."""
        hv = builders.a_hypervisor(server=None)

        self.assertEqual({}, phase_times.took(hv, clocks.START))
