# SPDX-License-Identifier: Apache-2.0
"""Tests of how far the looks of create reach."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.model import identity
from hvctl.model.ledger import Ledger
from hvctl.model.results import Created
from hvctl.model.snapshot import MachinesLook, Part, Snapshot, WholeLook
from hvctl.model.steps import RestoreHold
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


class TestProviders(unittest.TestCase):
    """Looks that tell what a provider is full of."""

    def test_reached(self):
        """Where its hold may be lost, it may be full, or may be drained."""
        new = {'servers': (builders.a_server(),)}
        held = deciding.HELD
        strange = builders.an_id('strange')
        own = {
            'servers': (builders.a_server(metadata={}),),
            'compute_nodes': (builders.a_compute_node(id=strange),),
            'providers': (builders.a_provider(id=strange),),
            'providers_with_room': frozenset({strange}),
        }
        full = {'providers_with_room': frozenset()}
        hold = RestoreHold(name='hv1', provider_id=deciding.CHOSEN)
        drained = builders.a_disabled_service(identity.REASON_DRAIN)
        for changes, done, reached in (
            # Enabled, and by an earlier create.
            ({}, (), False),
            (full, (), True),
            ({}, (hold,), True),
            ({'services': (drained,)}, (), True),
            # Not opened yet: ready, without its hold, and on the way.
            (held, (), True),
            (new, (), True),
            (new | {'agents': ()}, (), True),
            (held | {'agents': ()}, (), False),
            (new | {'services': ()}, (), False),
            (own, (), False),
            # There is none.
            ({'providers': (), 'services': (drained,)}, (), False),
        ):
            with self.subTest(changes=changes, done=done):
                look = deciding.a_look(**changes)
                ledger = deciding.a_ledger(
                    last=look, done=dict.fromkeys(done, True)
                )

                scope = requests.a_create('hv1').scope(ledger)

                self.assertEqual(
                    frozenset({deciding.CHOSEN} if reached else ()),
                    scope.provider_ids,
                )


class TestAhead(unittest.TestCase):
    """What comes after the present stage."""

    def test_each_name(self):
        """It is told for each name, from where that stands."""
        look = deciding.a_look(**deciding.HELD)

        ahead = requests.a_create('hv1', 'hv2').ahead(
            look, deciding.a_ledger(), clocks.START
        )

        self.assertEqual([], [stage.name for stage in ahead['hv1']])
        self.assertIn('server', [stage.name for stage in ahead['hv2']])


class TestFailed(unittest.TestCase):
    """A server of this run that could not be deployed."""

    def test_taken_back(self):
        """It is, if that is wanted."""
        broken = builders.a_server(status='ERROR', fault='no power')
        made = deciding.of_create(deciding.with_port()).steps[-1]
        for wanted in (True, False):
            with self.subTest(wanted=wanted):
                verdict = deciding.of_create(
                    deciding.a_look(servers=(broken,)),
                    deciding.a_ledger(
                        done={made: True}, answers={made: Created(broken.id)}
                    ),
                    delete_on_failure=wanted,
                )

                self.assertEqual(wanted, verdict.giving_up is not None)
                self.assertEqual(wanted, verdict.outcome is None)


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

        self.assertEqual(
            MachinesLook(last=look, names=frozenset({'hv1'})), scope
        )

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
