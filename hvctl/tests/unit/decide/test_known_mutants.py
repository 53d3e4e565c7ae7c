# SPDX-License-Identifier: Apache-2.0
"""Faults that the properties have to find by themselves.

Each is a rule of the product that is left out.  Example tests may hold it as
well; here the property that is about it must fail without it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import types
import typing
import unittest
from unittest import mock

import hypothesis

from hvctl.decide.create import stages
from hvctl.decide.delete import delete
from hvctl.decide.drain.moves import records
from hvctl.decide.drain.plan import treatment
from hvctl.decide.hypervisor import phases
from hvctl.model.hypervisor import Phase
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import properties
from hvctl.tests.unit.decide.create import test_create_in_any_situation
from hvctl.tests.unit.decide.delete import test_delete_in_any_situation
from hvctl.tests.unit.decide.drain import test_drain_in_any_situation

#: Enough to come across whatever flaw it takes; most need a few.
EXAMPLES = 5000

#: The first failure will do, always the same, and nothing is remembered.
HOW = hypothesis.settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=(hypothesis.Phase.generate,),
    report_multiple_bugs=False,
    suppress_health_check=list(hypothesis.HealthCheck),
)

_Broken = contextlib.AbstractContextManager[typing.Any]


def without_phase(phase: Phase) -> _Broken:
    """Drop a phase, so that what comes after it is reached too early."""
    rows = tuple(row for row in phases._TABLE if row.phase is not phase)
    return mock.patch.object(phases, '_TABLE', rows)


def without_stage(module: types.ModuleType, *names: str) -> _Broken:
    """Drop stages of a verb."""
    left = tuple(stage for stage in module.STAGES if stage.name not in names)
    assert len(left) == len(module.STAGES) - len(names), names
    return mock.patch.object(module, 'STAGES', left)


def without_rule(name: str) -> _Broken:
    """Drop a rule of how guests are treated."""
    rules = tuple(rule for rule in treatment.RULES if rule.name != name)
    assert len(rules) == len(treatment.RULES) - 1, name
    return mock.patch.object(treatment, 'RULES', rules)


def takes_for_its_own(**facts: object) -> _Broken:
    """Let a drain take a migration for its own, whatever that says."""
    is_ours = records.is_ours
    return mock.patch.object(
        records,
        'is_ours',
        lambda hv, migration, user_id: is_ours(
            hv, dataclasses.replace(migration, **facts), user_id
        ),
    )


class TestKnownMutants(unittest.TestCase):
    """Without its rule each property fails."""

    def assert_dies(
        self,
        broken: _Broken,
        case: type[unittest.TestCase],
        *methods: str,
    ) -> None:
        """See that properties miss what is broken."""
        hypothesis.settings.register_profile('mutants', HOW)
        before = hypothesis.settings.get_current_profile_name()
        hypothesis.settings.load_profile('mutants')
        self.addCleanup(hypothesis.settings.load_profile, before)
        with broken, mock.patch.object(properties, 'EXAMPLES', EXAMPLES):
            for method in methods:
                with self.subTest(method=method):
                    result = unittest.TestResult()
                    case(method).run(result)
                    self.assertFalse(result.wasSuccessful())
                    for _, text in result.failures:
                        self.assertNotIn('examples reach', text)

    def test_phases(self):
        """A host is opened that is not in a cell, or lacks something."""
        for phase in (
            Phase.UNMAPPED,
            Phase.NO_INVENTORY,
            Phase.NO_AGENT,
            Phase.DOWN,
        ):
            with self.subTest(phase=phase):
                self.assert_dies(
                    without_phase(phase),
                    test_create_in_any_situation.TestOpening,
                    'test_lifts_the_hold',
                    'test_enables_behind_the_hold',
                )

    def test_stages_of_create(self):
        """A host is opened that is not as it was asked for, or not ours."""
        for names in (
            ('rename',),
            # Either one alone joins whatever may be joined then.
            ('join', 'join-rest'),
            ('health-test',),
            ('trait',),
        ):
            with self.subTest(stages=names):
                self.assert_dies(
                    without_stage(stages, *names),
                    test_create_in_any_situation.TestOpening,
                    'test_lifts_the_hold',
                )
        self.assert_dies(
            without_stage(stages, 'disabled'),
            test_create_in_any_situation.TestOpening,
            'test_enables_behind_the_hold',
        )
        self.assert_dies(
            without_stage(stages, 'name-taken'),
            test_create_in_any_situation.TestMaking,
            'test_touches_nothing_foreign',
        )

    def test_stages_of_delete(self):
        """Something goes too early, or that is not free."""
        for name, method in (
            ('occupied', 'test_what_is_occupied_stays'),
            ('close', 'test_closed_first'),
            ('stop', 'test_machine_first'),
            ('service-down', 'test_machine_first'),
            ('torn-down', 'test_machine_first'),
            ('records', 'test_ends_well_with_nothing_left'),
        ):
            with self.subTest(stage=name):
                self.assert_dies(
                    without_stage(delete, name),
                    test_delete_in_any_situation.TestAnySituation,
                    method,
                )

    def test_busy_guests(self):
        """A guest is sent away that is busy with something else."""
        self.assert_dies(
            without_rule('busy'),
            test_drain_in_any_situation.TestSending,
            'test_idle_guests',
        )

    def test_resizes(self):
        """A drain confirms the resize of a guest's owner."""
        for case in (
            test_drain_in_any_situation.TestFollowing,
            test_drain_in_any_situation.TestUndo,
        ):
            self.assert_dies(
                takes_for_its_own(migration_type='migration'),
                case,
                'test_confirms_its_own',
            )

    def test_others(self):
        """A drain confirms what another operator has asked for."""
        self.assert_dies(
            takes_for_its_own(user_id=builders.US),
            test_drain_in_any_situation.TestFollowing,
            'test_confirms_its_own',
        )
