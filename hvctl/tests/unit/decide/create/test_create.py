# SPDX-License-Identifier: Apache-2.0
"""Tests of how far the looks of create reach."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.model.ledger import Ledger
from hvctl.model.snapshot import MachinesLook, Part, Snapshot, WholeLook
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding
from hvctl.tests.fixtures import requests


class TestScope(unittest.TestCase):
    """How far a look reaches."""

    def test_names_at_first_only(self):
        """Only the first look searches for namesakes."""
        goal = requests.a_create('hv1', 'hv2')
        ledger = Ledger(started_at=clocks.START)

        names = frozenset({'hv1', 'hv2'})

        self.assertEqual(
            WholeLook(
                names=names,
                server_names=names,
                sizes=True,
                optional=frozenset({Part.NODES}),
            ),
            goal.scope(ledger),
        )
        self.assertEqual(
            WholeLook(names=names, optional=frozenset({Part.NODES})),
            goal.scope(deciding.a_ledger(last=Snapshot())),
        )


class TestNodes(unittest.TestCase):
    """Looks that tell whose service a compute node is of."""

    def test_details(self):
        """They are read where the id does not tell, or may not."""
        for own, look, expected in (
            (True, builders.a_snapshot('hv1'), True),
            (False, builders.a_snapshot('hv1'), False),
            (False, deciding.a_look(compute_nodes=()), True),
        ):
            with self.subTest(own=own):
                goal = requests.a_create('hv1', own=own)

                scope = goal.scope(deciding.a_ledger(last=look))

                self.assertEqual(expected, scope.sizes)


class TestMachinesOnly(unittest.TestCase):
    """Looks while nothing but the machines can change."""

    BUILDING = builders.a_server(status='BUILD')
    PROVIDERS = (builders.a_provider(),)

    def scope(self, **changes):
        """What is read after a look."""
        look = builders.a_snapshot(
            **{'servers': (self.BUILDING,), 'providers': self.PROVIDERS}
            | changes
        )
        return requests.a_create('hv1').scope(
            deciding.a_ledger(last=look)
        ), look

    def test_while_all_are_deployed(self):
        """The rest of the last look is taken as it was."""
        scope, look = self.scope()

        self.assertEqual(MachinesLook(last=look), scope)

    def test_everything_else(self):
        """Whatever else is so, everything is read."""
        other = dataclasses.replace(
            self.BUILDING, id='other', created_at='2027'
        )
        for changes in (
            {'servers': ()},
            {'servers': (builders.a_server(),)},
            {'servers': (builders.a_server(status='ERROR'),)},
            {'servers': (self.BUILDING, other)},
            {'providers': ()},
        ):
            with self.subTest(changes=changes):
                scope, _ = self.scope(**changes)

                self.assertIsInstance(scope, WholeLook)

    def test_own_user_data(self):
        """Without a hold its service is watched for all the time."""
        server = builders.a_server(status='BUILD', metadata={})

        scope, _ = self.scope(servers=(server,), providers=())

        self.assertIsInstance(scope, WholeLook)

    def test_changes_nothing(self):
        """What is to be done waits for a look at everything."""
        look = deciding.a_look(**deciding.HELD)
        sparse = dataclasses.replace(look, partial=True)

        self.assertEqual(
            ['NoteTimes', 'LiftHold'], deciding.kinds(deciding.of_create(look))
        )
        self.assertEqual([], deciding.kinds(deciding.of_create(sparse)))

    def test_fails(self):
        """A machine that failed has failed."""
        look = deciding.a_look(
            servers=(builders.a_server(status='ERROR'),), partial=True
        )

        self.assertFalse(deciding.of_create(look).outcome.ok)
