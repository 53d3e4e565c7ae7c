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
from hvctl.tests.fixtures import draining
from hvctl.tests.fixtures import failures
from hvctl.tests.fixtures import situations
from hvctl.tests.simulation import fates
from hvctl.tests.simulation import stepping
from hvctl.tests.unit.run import simulated

#: A run takes its time, so there are not too many.
SOME = hypothesis.settings(max_examples=40, deadline=None)

MOVED = ('finished', 'completed', 'confirmed')

FATES = {
    'fails': fates.FAILS,
    'hangs': fates.HANGS,
    'no record': fates.UNRECORDED,
    'lost': fates.LOST,
    'refused': fates.REFUSED,
}

#: What others do with a guest, and the kinds of migration that these are.
THEIRS = {'theirs': 'live-migration', 'resize': 'resize'}


def may_move(guest: situations.Tenant) -> bool:
    """Whether others can have begun to move it."""
    return (guest.status, guest.task) == ('ACTIVE', None)


class TestAnyDrain(simulated.TestCase):
    """What holds whatever comes together."""

    kind = stepping.Mortal

    def populate(self, guests) -> None:
        """Put guests on hv1, some of which are busy, or begin to be."""
        self.guests = {}
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
                specs=guest.specs,
            )
            self.guests[name] = server
            if guest.fate in THEIRS:
                if may_move(guest):
                    self.cloud.move(server, THEIRS[guest.fate])
            elif guest.fate is not None:
                self.cloud.world.fates[server.id] = FATES[guest.fate]

        def settle():
            if self.clock.seconds - began > 40:
                self.clock.on_wait = lambda: None
                for name, guest in guests.items():
                    if guest.task == 'rebooting':
                        self.cloud.change_server(
                            self.guests[name].id, task_state=None
                        )

        began = self.clock.seconds
        self.clock.on_wait = settle

    @SOME
    # One that nobody resizes is moved by us, and that is confirmed.
    @hypothesis.example(
        [situations.Tenant('SHUTOFF', None, None, {}, 'resize')],
        {'past_blocked': True},
        None,
        False,
        0,
    )
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
            for migration in self.cloud.migrations()
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
            requests = sent[self.guests[name].id]
            requests -= {AskWhere, AskWhy}
            if guest.status in ('RESCUE', 'ERROR') or (
                guest.wish == 'stay' and options.get('method') is None
            ):
                self.assertEqual(set(), requests - {ConfirmMigration})
            if not options.get('confirm_resizes'):
                self.assertNotIn(ConfirmResize, requests)
                if guest.fate == 'resize' and may_move(guest):
                    theirs = [
                        m.status
                        for m in self.cloud.migrations()
                        if m.server_id == self.guests[name].id
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
        having = self.cloud.world.servers.having('host', 'hv1')
        self.assertLessEqual({server.id for _, server in having}, may_stay)
        self.assertLessEqual(set(self.users()), may_stay)
        self.assertEqual(
            set(),
            {m.status for m in self.cloud.migrations('hv1')}
            - migration.FINAL_STATUSES,
        )
