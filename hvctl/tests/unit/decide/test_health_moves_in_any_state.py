# SPDX-License-Identifier: Apache-2.0
"""Tests of the moves of a test guest, whatever Nova tells of it."""

from __future__ import annotations

import unittest

from hypothesis import strategies as st

from hvctl.decide import health_destinations
from hvctl.decide import health_moves
from hvctl.model.migration import FINAL_STATUSES
from hvctl.model.migration import Migration
from hvctl.model.migration import MigrationStatus
from hvctl.model.records import Server
from hvctl.model.steps import (
    ConfirmMigration,
    MoveStep,
)
from hvctl.tests.fixtures import properties
from hvctl.tests.unit.decide import moving

HOSTS = st.sampled_from(('hv1', 'hv2', 'hv3'))
SOME = st.lists(
    st.builds(
        moving.record,
        st.integers(10, 99),
        st.tuples(HOSTS, st.sampled_from(('hv1', 'hv2', 'hv3', '-'))).map(
            ' '.join
        ),
        st.sampled_from(sorted(MigrationStatus)).map(str)
        | st.sampled_from(sorted(FINAL_STATUSES)).map(str),
        st.sampled_from(('live', 'cold')),
    ),
    max_size=3,
    unique_by=lambda each: each.id,
)
NONE: list[Migration] = []
RECORDS = st.just(NONE) | SOME
ALL = (moving.L1, moving.L2, moving.C1, moving.C2)
#: To have been everywhere, and be at home, is rare among them otherwise.
BEFORE = st.sampled_from(
    ((), (moving.L1,), (moving.L1, moving.L2), ALL, ALL, ALL)
)
GUESTS = st.builds(
    lambda **changes: changes,
    host=st.just('hv1') | HOSTS,
    status=st.sampled_from(('ACTIVE', 'MIGRATING', 'VERIFY_RESIZE', 'ERROR'))
    | st.just('ACTIVE'),
    task_state=st.none() | st.sampled_from((None, 'migrating')),
)


def is_busy(guest: Server, records: tuple[Migration, ...]) -> bool:
    """Whether Nova would refuse to move a guest, or does so already."""
    return (
        guest.task_state is not None
        or guest.status in ('MIGRATING', 'VERIFY_RESIZE')
        or not all(each.over for each in records[-1:])
    )


class TestWhatever(unittest.TestCase):
    """What holds of every state that Nova may tell."""

    @properties.reaching(
        BEFORE, RECORDS, GUESTS, branches=('step', 'through'), least=0.02
    )
    def test_steps(self, reached, before, records, guest):
        """One request at a time, to where it may go; the end is at home."""
        records = (*before, *sorted(records, key=lambda each: each.id))
        case = moving.a_case(records, **guest)
        (found,) = case.hv.test_guests

        result = health_moves.follow(case, moving.TEST)

        if result is None:
            reached('through')
            self.assertEqual('hv1', found.host)
            self.assertFalse(is_busy(found, records))
            for method in ('live-migration', 'migration'):
                ways = [
                    each
                    for each in records
                    if each.done and each.migration_type == method
                ]
                self.assertIn('hv1', [each.source for each in ways])
                self.assertIn('hv1', [each.destination for each in ways])
            return
        self.assertLessEqual(len(result.steps), 1)
        self.assertFalse(result.steps and result.failure)
        for step in result.steps:
            reached('step')
            if isinstance(step, MoveStep):
                self.assertFalse(is_busy(found, records))
                free = health_destinations.find(case).free
                self.assertIn(
                    step.destination,
                    free if found.host == 'hv1' else ('hv1',),
                )
            else:
                self.assertIsInstance(step, ConfirmMigration)
                self.assertEqual('VERIFY_RESIZE', found.status)
