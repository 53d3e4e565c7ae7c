# SPDX-License-Identifier: Apache-2.0
"""What a drain does in any situation, above all in almost good ones."""

from __future__ import annotations

import dataclasses
import unittest

from hypothesis import strategies as st

from hvctl.decide.drain import drain
from hvctl.decide.drain import undo
from hvctl.model import identity
from hvctl.model.drain_options import DrainOptions, Method, Suspended
from hvctl.model.ledger import Ledger
from hvctl.model.migration import FINAL_STATUSES
from hvctl.model.migration import Migration
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import (
    AbortMigration,
    AskWhere,
    ColdMigrate,
    ConfirmMigration,
    ConfirmResize,
    DisableService,
    EnableService,
    GuestStep,
    LiveMigrate,
    MoveStep,
    OffloadShelved,
    Shelve,
    Step,
)
from hvctl.model.verdict import Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import good_looks
from hvctl.tests.fixtures import properties
from hvctl.tests.fixtures import situations
from hvctl.tests.fixtures.good_looks import Fate

CHOSEN = builders.a_compute_id()

#: The states in which Nova accepts each request.
ALLOWED = {
    LiveMigrate: ('ACTIVE', 'PAUSED'),
    ColdMigrate: ('ACTIVE', 'SHUTOFF'),
    Shelve: ('ACTIVE', 'PAUSED', 'SHUTOFF', 'SUSPENDED'),
    OffloadShelved: ('SHELVED',),
    ConfirmResize: ('VERIFY_RESIZE',),
}

#: The states that a guest has to leave before it can leave its host.
STAYS = ('ERROR', 'RESCUE', 'SOFT_DELETED', 'SUSPENDED', 'VERIFY_RESIZE')

#: Who may wait for whose confirmation.
FINISHED = (Fate.TO_CONFIRM, Fate.OLDER, Fate.OTHERS, Fate.RESIZED)


def closed_with(*fates: Fate) -> st.SearchStrategy[Snapshot]:
    """Draw hypervisors that are closed for a drain, with such guests."""
    some = st.lists(st.sampled_from(fates), min_size=1, max_size=4)
    return some.map(good_looks.being_drained)


EMPTY = good_looks.being_drained([])
CLOSED = closed_with(*Fate)
#: The same while they are open.
OPEN = CLOSED.map(
    lambda look: dataclasses.replace(
        look, services=builders.a_snapshot('hv1', 'hv2').services
    )
)

#: What a user of drain may want.
OPTIONS = st.fixed_dictionaries(
    {'past_blocked': st.sampled_from([True, True, False])},
    optional={
        'method': st.sampled_from([Method.LIVE, Method.COLD]),
        'suspended': st.sampled_from(Suspended),
        'allow_cold': st.booleans(),
        'confirm_resizes': st.booleans(),
        'parallel': st.integers(1, 2),
    },
)


def a_ledger(**changes) -> Ledger:
    """What a run knows after its first look."""
    return Ledger(started_at=clocks.START, looks=1, **changes)


def decide(look: Snapshot, ledger: Ledger | None = None, **options) -> Verdict:
    """What drain says of hv1."""
    goal = drain.Drain(names=('hv1',), options=DrainOptions(**options))
    return goal.decide(look, ledger or a_ledger(), clocks.START)['hv1']


def decide_undo(look: Snapshot) -> Verdict:
    """What drain --undo says of hv1, once runs of the drain are stopped."""
    goal = undo.Undo(names=('hv1',))
    ledger = a_ledger()
    verdict = goal.decide(look, ledger, clocks.START)['hv1']
    for stop in verdict.steps:
        if not isinstance(stop, DisableService):
            continue
        ledger.done[stop] = True
        stopped = tuple(
            dataclasses.replace(service, disabled_reason=stop.reason)
            if service.id == stop.service_id
            else service
            for service in look.services
        )
        look = dataclasses.replace(look, services=stopped)
        verdict = goal.decide(look, ledger, clocks.START)['hv1']
    return verdict


def kinds(verdict: Verdict, kind: type[Step]) -> list[Step]:
    """The steps of a kind."""
    return [step for step in verdict.steps if isinstance(step, kind)]


def newest(look: Snapshot, server_id: str) -> Migration:
    """The newest migration record of a guest of hv1."""
    return max(
        (m for m in look.migrations['hv1'] if m.server_id == server_id),
        key=lambda migration: migration.id,
    )


class TestSending(unittest.TestCase):
    """Which guests are sent away, and when."""

    @properties.reaching(situations.almost(CLOSED), OPTIONS)
    def test_idle_guests(self, reached, look, options):
        """Each request goes to an idle guest in a state that allows it."""
        guests = {guest.id: guest for guest in look.guests['hv1']}
        for step in kinds(decide(look, **options), MoveStep):
            reached()
            guest = guests[step.server_id]
            self.assertIsNone(guest.task_state)
            self.assertIn(guest.status, ALLOWED[type(step)])
            if isinstance(step, ConfirmResize):
                self.assertTrue(options.get('confirm_resizes'))
            if (type(step), guest.status) == (ColdMigrate, 'ACTIVE'):
                self.assertEqual(Method.COLD, options.get('method'))
            if guest.status == 'SUSPENDED':
                self.assertEqual(Suspended.SHELVE, options.get('suspended'))

    @properties.reaching(
        situations.almost(CLOSED),
        st.sampled_from([False, False, True]),
        OPTIONS,
    )
    def test_from_what_is_closed(self, reached, look, opened, options):
        """Nothing is sent away from a host that may get new guests."""
        if opened:
            services = builders.a_snapshot('hv1', 'hv2').services
            look = dataclasses.replace(look, services=services)
        if kinds(decide(look, **options), GuestStep):
            reached()
            (service,) = (s for s in look.services if s.host == 'hv1')
            self.assertEqual('disabled', service.status)

    @properties.reaching(situations.almost(OPEN), OPTIONS)
    def test_closes_first(self, reached, look, options):
        """The first that is done is to close it, and only what is open."""
        for step in kinds(decide(look, **options), DisableService):
            reached()
            (service,) = (s for s in look.services if s.host == 'hv1')
            self.assertEqual(service.id, step.service_id)
            self.assertEqual('enabled', service.status)
            past = max((m.id for m in look.migrations['hv1']), default=0)
            self.assertEqual(
                f'{identity.REASON_DRAIN} after migration {past}', step.reason
            )

    @properties.reaching(situations.almost(CLOSED), st.integers(1, 2))
    def test_few_at_once(self, reached, look, most):
        """Never are more guests under way than may be."""
        verdict = decide(look, past_blocked=True, parallel=most)
        begun = kinds(verdict, MoveStep)

        if begun:
            reached()
            going = {
                m.server_id
                for m in look.migrations['hv1']
                if m.status in ('queued', 'running')
                and m.source == 'hv1'
                and m.migration_type == 'live-migration'
            }
            here = {g.id for g in look.guests['hv1'] if g.task_state}
            self.assertLessEqual(len(going & here) + len(begun), most)

    @properties.reaching(
        situations.almost(
            closed_with(Fate.RUNS, Fate.STOPPED, Fate.PAUSED, Fate.SUSPENDED)
        ),
        branches=('all go', 'one stays'),
    )
    def test_nobody_in_the_way(self, reached, look):
        """As long as one guest is in the way, none is sent away."""
        verdict = decide(look)

        if any(
            guest.status in STAYS and guest.task_state is None
            for guest in look.guests['hv1']
        ):
            if kinds(decide(look, past_blocked=True), MoveStep):
                reached('one stays')
            self.assertEqual([], kinds(verdict, MoveStep))
        elif kinds(verdict, MoveStep):
            reached('all go')

    @properties.reaching(situations.almost(CLOSED), OPTIONS)
    def test_partial(self, reached, look, options):
        """No guest is sent away because of a look at guests only."""
        partial = dataclasses.replace(look, partial=True)

        verdict = decide(partial, **options)

        if kinds(decide(look, **options), MoveStep):
            reached()
        self.assertEqual([], kinds(verdict, MoveStep))
        self.assertFalse(verdict.outcome and verdict.outcome.ok)

    @properties.reaching(situations.almost(CLOSED, OPEN), OPTIONS)
    def test_dry_run(self, reached, look, options):
        """A dry run changes nothing."""
        if decide(look, **options).steps:
            reached()
        planned = decide(look, **options, dry_run=True)
        self.assertEqual(
            [], [s for s in planned.steps if not isinstance(s, AskWhere)]
        )


class TestFollowing(unittest.TestCase):
    """What is under way."""

    @properties.reaching(situations.almost(closed_with(*FINISHED)))
    def test_confirms_its_own(self, reached, look):
        """Only cold migrations of the drain, never an owner's resize."""
        for step in kinds(decide(look), ConfirmMigration):
            reached()
            (service,) = (s for s in look.services if s.host == 'hv1')
            self.assertEqual(
                good_looks.CLOSED_FOR_DRAIN, service.disabled_reason
            )
            record = newest(look, step.server_id)
            self.assertEqual('migration', record.migration_type)
            self.assertEqual('finished', record.status)
            self.assertEqual(builders.US, record.user_id)
            self.assertGreater(record.id, good_looks.MARK)

    @properties.reaching(situations.almost(CLOSED), OPTIONS)
    def test_asks_once(self, reached, look, options):
        """What has been asked for is not asked for again at the next look."""
        first = decide(look, **options)
        ledger = a_ledger(
            last=look,
            moves={move.guest.id: move for move in first.moves},
            done=dict.fromkeys(first.steps, True),
            done_at=dict.fromkeys(first.steps, clocks.START),
        )

        second = decide(look, ledger, **options)

        if kinds(first, MoveStep):
            reached()
        self.assertEqual(set(), set(first.steps) & set(second.steps))
        asked = {step.server_id for step in kinds(first, MoveStep)}
        again = {step.server_id for step in kinds(second, MoveStep)}
        self.assertEqual(set(), asked & again)

    @properties.reaching(situations.almost(EMPTY))
    def test_ends_well_with_nothing_left(self, reached, look):
        """Success means no guest, no migration and no allocation."""
        verdict = decide(look, a_ledger(last=look), past_blocked=True)

        if verdict.outcome is not None and verdict.outcome.ok:
            reached()
            tests = {guest.id for guest in look.test_guests}
            guests = {guest.id for guest in look.guests['hv1']}
            self.assertEqual(set(), guests - tests)
            statuses = {m.status for m in look.migrations['hv1']}
            self.assertEqual(set(), statuses - FINAL_STATUSES)
            if CHOSEN in {provider.id for provider in look.providers}:
                consumers = set(look.consumers[CHOSEN])
                self.assertEqual(set(), consumers - {good_looks.HOLD})
            (service,) = (s for s in look.services if s.host == 'hv1')
            self.assertEqual('disabled', service.status)
            self.assertEqual((), look.test_guests)


class TestUndo(unittest.TestCase):
    """What takes a drain back."""

    @properties.reaching(situations.almost(CLOSED, EMPTY))
    def test_enables(self, reached, look):
        """Only what a drain has closed, and none of its own is to confirm."""
        for step in kinds(decide_undo(look), EnableService):
            reached()
            (service,) = (s for s in look.services if s.host == 'hv1')
            self.assertEqual(service.id, step.service_id)
            reason = service.disabled_reason or ''
            self.assertTrue(reason.startswith(identity.REASON_DRAIN))
            here = {g.id for g in look.guests['hv1'] if g.task_state is None}
            for migration in look.migrations['hv1']:
                if (
                    migration.status not in FINAL_STATUSES
                    and migration is newest(look, migration.server_id)
                    and migration.source == 'hv1'
                    and migration.server_id not in here
                ):
                    self.assertFalse(
                        self.of_the_drain(look, migration, 'migration')
                    )

    @properties.reaching(
        situations.almost(closed_with(Fate.QUEUED, Fate.COPIED, Fate.RUNS))
    )
    def test_drops_its_own(self, reached, look):
        """What has not begun to be copied, and others have not asked for."""
        for step in kinds(decide_undo(look), AbortMigration):
            reached()
            (record,) = (
                migration
                for migration in look.migrations['hv1']
                if migration.id == step.migration_id
            )
            self.assertEqual(record.server_id, step.server_id)
            self.assertIn(record.status, ('queued', 'preparing'))
            self.assertTrue(self.of_the_drain(look, record, 'live-migration'))

    @properties.reaching(situations.almost(closed_with(*FINISHED)))
    def test_confirms_its_own(self, reached, look):
        """No owner's resize, and nothing of others or from before it."""
        for step in kinds(decide_undo(look), ConfirmMigration):
            reached()
            record = newest(look, step.server_id)
            self.assertEqual('finished', record.status)
            self.assertTrue(self.of_the_drain(look, record, 'migration'))

    @staticmethod
    def of_the_drain(look, migration, kind):
        """Whether the drain of a look has asked for a migration."""
        (service,) = (s for s in look.services if s.host == 'hv1')
        return (
            service.disabled_reason == good_looks.CLOSED_FOR_DRAIN
            and migration.id > good_looks.MARK
            and migration.user_id == builders.US
            and migration.migration_type == kind
        )
