# SPDX-License-Identifier: Apache-2.0
"""Drains of whatever guests there are, killed anywhere and typed again."""

from __future__ import annotations

import collections

import hypothesis
from hypothesis import strategies as st

from hvctl.decide.drain.plan import wishes
from hvctl.model import migration
from hvctl.model.codes import OutcomeCode
from hvctl.model.drain_options import Suspended
from hvctl.model.steps import (
    AskWhere,
    AskWhy,
    ConfirmMigration,
    ConfirmResize,
    ForceComplete,
    GuestStep,
    LiveMigrate,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining
from hvctl.tests.fixtures import failures
from hvctl.tests.fixtures import situations
from hvctl.tests.unit.run import base

#: A run takes its time, so there are not too many.
SOME = hypothesis.settings(max_examples=100, deadline=None)

MOVED = ('finished', 'completed', 'confirmed')
OWNER = 'the owner'


class TestAnyDrain(base.TestCase):
    """What holds whatever comes together."""

    kind = failures.Mortal

    def populate(self, guests) -> None:
        """Put guests on hv1, some of which are busy, or begin to be."""
        for name, guest in guests.items():
            metadata = {}
            if guest.wish is not None:
                metadata[wishes.WISH_KEY] = guest.wish
            server = self.cloud.add_guest(
                name,
                'hv1',
                status=guest.status,
                task_state=guest.task,
                metadata=metadata,
                extra_specs=guest.specs,
            )
            if guest.fate in ('theirs', 'resize'):
                if (guest.status, guest.task) == ('ACTIVE', None):
                    kind = {'theirs': 'live-migration'}.get(guest.fate)
                    self.cloud.migrations.begin(
                        server, kind or 'resize', user_id=OWNER
                    )
            elif guest.fate is not None:
                self.cloud.migrations.fates[server.id] = guest.fate

        def settle():
            if self.clock.seconds - began > 40:
                for server in list(self.cloud.servers.values()):
                    if server.task_state == 'rebooting':
                        self.cloud.change_server(server.id, task_state=None)

        began = self.clock.seconds
        self.clock.on_wait = settle

    @SOME
    @hypothesis.given(
        st.lists(situations.TENANTS, min_size=2, max_size=5),
        situations.DRAINS,
        st.one_of(st.none(), st.integers(1, 8)),
        st.booleans(),
        st.sampled_from([0, 4, 40]),
    )
    def test_killed_and_again(self, guests, options, lives, unanswered, pause):
        """Nothing moves twice or against a rule, and every run ends."""
        self.start()
        self.cloud.has_hypervisor('hv1')
        self.cloud.add_service('other')
        named = {f'g{number}': guest for number, guest in enumerate(guests)}
        self.populate(named)
        self.cloud.lives, self.cloud.unanswered = lives, unanswered
        try:
            self.drain('hv1', **options)
        except failures.Killed:
            self.cloud.pass_time(pause)
        self.cloud.lives = None

        result = self.drain('hv1', **options)

        reason = result.verdicts['hv1'].outcome.reason
        self.assertNotEqual(OutcomeCode.TIMED_OUT, draining.code(reason))
        moved = collections.Counter(
            migration.server_id
            for migration in self.cloud.migrations.all.values()
            if migration.status in MOVED
        )
        self.assertLessEqual(set(moved.values()), {1})
        self.assert_only_what_may_be(named, options)
        if result.ok:
            self.assert_empty(result)

    def assert_only_what_may_be(self, guests, options) -> None:
        """No request for a guest that a rule protects."""
        sent = collections.defaultdict(set)
        for step in self.cloud.asked:
            if isinstance(step, GuestStep):
                sent[step.server_id].add(type(step))
        for name, guest in guests.items():
            requests = sent[builders.an_id(f'server {name}')]
            requests -= {AskWhere, AskWhy}
            if guest.status in ('RESCUE', 'ERROR') or (
                guest.wish == 'stay' and options.get('method') is None
            ):
                self.assertEqual(set(), requests - {ConfirmMigration})
            if not options.get('confirm_resizes'):
                self.assertNotIn(ConfirmResize, requests)
                if guest.fate == 'resize':
                    theirs = [
                        m.status
                        for m in self.cloud.migrations.all.values()
                        if m.user_id == OWNER and m.migration_type == 'resize'
                    ]
                    self.assertNotIn('confirmed', theirs)
            if not options.get('force_complete'):
                self.assertNotIn(ForceComplete, requests)
            shelves = guest.wish == 'shelve' or (
                options.get('suspended') == Suspended.SHELVE
            )
            if guest.status == 'SUSPENDED' and not shelves:
                self.assertEqual(set(), requests)
            pci = 'pci_passthrough:alias' in guest.specs
            if pci and guest.wish != 'live':
                self.assertNotIn(LiveMigrate, requests)

    def assert_empty(self, result) -> None:
        """Nothing is left that nobody has said may stay."""
        may_stay = {
            move.guest.id
            for move in result.ledger.moves.values()
            if move.treatment.accepted
        }
        here = {s.id for s in self.cloud.servers.values() if s.host == 'hv1'}
        self.assertLessEqual(here, may_stay)
        provider = self.cloud.providers[builders.a_compute_id()]
        self.assertLessEqual(set(provider.used), may_stay)
        self.assertEqual(
            set(),
            {m.status for m in self.cloud.migrations.of('hv1')}
            - migration.FINAL_STATUSES,
        )
