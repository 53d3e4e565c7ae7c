# SPDX-License-Identifier: Apache-2.0

"""Tests of what drain decides."""

import dataclasses
import unittest

import hypothesis

from hvctl.decide import assemble
from hvctl.decide import drain
from hvctl.decide import emptiness
from hvctl.model import identity
from hvctl.model import progress
from hvctl.model import snapshot as snapshot_model
from hvctl.model import steps
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clock
from hvctl.tests.fixtures import situations

CHOSEN = builders.a_compute_id()
CLOSED = builders.a_disabled_service(drain.drain_reason(3))
GUEST = builders.a_guest('g1')


def a_ledger(**changes) -> progress.Ledger:
    """What a run knows after its first look."""
    return progress.Ledger(started_at=clock.START, looks=1, **changes)


def decide(look, ledger=None, names=('hv1',)) -> progress.Verdict:
    """What drain says of the first name."""
    goal = drain.Drain(names=names)
    return goal.decide(look, ledger or a_ledger(), clock.START)[names[0]]


def a_look(*guests, **changes) -> snapshot_model.Snapshot:
    """A look at a closed hv1 with these guests."""
    return dataclasses.replace(
        builders.a_snapshot('hv1'),
        **{'services': (CLOSED,), 'guests': {'hv1': guests}, **changes},
    )


def under_way(look, **changes) -> progress.Ledger:
    """What a run knows after it has sent its guests away."""
    verdict = decide(look)
    return a_ledger(
        **{
            'last': look,
            'moves': {move.server_id: move for move in verdict.moves},
            'done': dict.fromkeys(verdict.steps, True),
            **changes,
        }
    )


class TestRefusals(unittest.TestCase):
    """What cannot be drained."""

    def test_table(self):
        """Each says why in one sentence, and nothing is done."""
        alone = builders.a_snapshot(services=(builders.a_service(),))
        down = dataclasses.replace(CLOSED, state='down')
        for look, words in (
            (builders.a_snapshot(), 'there is no ephemeral hypervisor hv1'),
            (alone, 'which hvctl did not make'),
            (a_look(services=()), 'has no compute service to drain'),
            (a_look(GUEST, services=(down,)), 'does not report to Nova'),
        ):
            with self.subTest(words=words):
                verdict = decide(look)

                self.assertEqual((), verdict.steps)
                self.assertFalse(verdict.outcome.ok)
                self.assertIn(words, verdict.outcome.message)

    def test_failed_step(self):
        """A step that failed for good ends it with its sentence."""
        step = steps.DisableService(name='hv1', service_id='s', reason='r')
        failure = progress.Failure(step=step, message='could not')

        verdict = decide(a_look(), a_ledger(failures={'hv1': failure}))

        self.assertEqual('could not', verdict.outcome.message)


class TestDisable(unittest.TestCase):
    """Closing comes first."""

    def test_writes_where_the_drain_begins(self):
        """The reason has the newest migration before the drain."""
        look = a_look(
            GUEST,
            services=(builders.a_service(),),
            migrations={'hv1': (builders.a_migration(id=17, status='error'),)},
        )

        verdict = decide(look)

        (step,) = verdict.steps
        self.assertEqual('hvctl: drain after migration 17', step.reason)
        self.assertEqual((), verdict.moves)

    def test_no_destination_among_them(self):
        """No guest is sent away while another name is still open."""
        look = dataclasses.replace(
            builders.a_snapshot('hv1', 'hv2'),
            services=(CLOSED, builders.a_service('hv2')),
            guests={'hv1': (GUEST,), 'hv2': ()},
        )

        self.assertEqual((), decide(look, names=('hv1', 'hv2')).steps)
        self.assertNotEqual((), decide(look, names=('hv1',)).steps)

    def test_keeps_the_reason_of_others(self):
        """One that somebody disabled already is drained as it is."""
        look = a_look(GUEST, services=(builders.a_disabled_service('joe'),))

        (step,) = decide(look).steps

        self.assertIsInstance(step, steps.LiveMigrate)

    def test_first_look_does_not_reach_the_guests(self):
        """Before the guests are known nothing is done."""
        verdict = decide(a_look(guests={}))

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)


class TestMoves(unittest.TestCase):
    """Sending guests away."""

    def test_methods(self):
        """Running ones live, stopped ones cold, others not at all."""
        verdict = decide(
            a_look(
                GUEST,
                builders.a_guest('g2', status='PAUSED'),
                builders.a_guest('g3', status='SHUTOFF'),
                builders.a_guest('g4', status='RESCUE'),
                builders.a_guest('g5', task_state='rebooting'),
            )
        )

        self.assertEqual(
            ['LiveMigrate', 'LiveMigrate', 'ColdMigrate'],
            [type(step).__name__ for step in verdict.steps],
        )
        self.assertEqual(
            ['moving', 'moving', 'moving', 'left', 'waiting'],
            [move.result for move in verdict.moves],
        )

    def test_limit(self):
        """No more than the limit are under way at once."""
        guests = [builders.a_guest(f'g{n}') for n in range(drain.PARALLEL + 2)]

        verdict = decide(a_look(*guests))

        self.assertEqual(drain.PARALLEL, len(verdict.steps))
        self.assertEqual(
            ['waiting'] * 2, [m.result for m in verdict.moves][-2:]
        )

    def test_not_sent_twice(self):
        """A guest that is under way is not sent again."""
        look = a_look(GUEST)

        verdict = decide(look, under_way(look))

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)

    def test_confirms_once(self):
        """A cold migration that is finished is confirmed, once."""
        look = a_look(builders.a_guest('g1', status='SHUTOFF'))
        ledger = under_way(look)
        finished = a_look(
            migrations={
                'hv1': (
                    builders.a_migration(
                        'g1', status='finished', migration_type='migration'
                    ),
                )
            }
        )
        confirm = steps.ConfirmMigration(name='hv1', server_id=GUEST.id)

        self.assertEqual((confirm,), decide(finished, ledger).steps)
        ledger.done[confirm] = True
        self.assertEqual((), decide(finished, ledger).steps)

    def test_confirms_what_an_earlier_run_left(self):
        """Only cold migrations of this drain are confirmed for others."""
        for expected, changes in (
            (1, {}),
            (0, {'id': 3}),
            (0, {'migration_type': 'resize'}),
            (0, {'source': 'hv2', 'destination': 'hv1'}),
            (0, {'status': 'confirmed'}),
        ):
            with self.subTest(changes=changes):
                migration = builders.a_migration(
                    'g1',
                    **{
                        'id': 4,
                        'status': 'finished',
                        'migration_type': 'migration',
                        **changes,
                    },
                )

                verdict = decide(a_look(migrations={'hv1': (migration,)}))

                self.assertEqual(expected, len(verdict.steps))

    def test_never_confirms_without_its_mark(self):
        """A service that somebody else disabled says nothing of them."""
        migration = builders.a_migration(
            'g1', id=4, status='finished', migration_type='migration'
        )

        verdict = decide(
            a_look(
                services=(builders.a_disabled_service('joe'),),
                migrations={'hv1': (migration,)},
            )
        )

        self.assertEqual((), verdict.steps)

    def test_asks_why(self):
        """The reason of a failure is asked for, once, and then said."""
        look = a_look(GUEST)
        request = steps.LiveMigrate(name='hv1', server_id=GUEST.id)
        ledger = under_way(look, answers={request: 'req-1'})
        failed = a_look(
            GUEST,
            migrations={'hv1': (builders.a_migration('g1', status='error'),)},
        )
        ask = steps.AskWhy(name='hv1', server_id=GUEST.id, request_id='req-1')

        first = decide(failed, ledger)
        ledger.done[ask] = False
        ledger.answers[ask] = 'No valid host was found'
        second = decide(failed, ledger)

        self.assertEqual((ask,), first.steps)
        self.assertEqual('moving', first.moves[0].result)
        self.assertEqual((), second.steps)
        self.assertEqual('failed', second.moves[0].result)
        self.assertEqual('No valid host was found', second.moves[0].reason)
        self.assertFalse(second.outcome.ok)

    def test_refused_request(self):
        """A guest that Nova would not move failed, with Nova's words."""
        look = a_look(GUEST)
        request = steps.LiveMigrate(name='hv1', server_id=GUEST.id)
        failure = progress.Failure(step=request, message='pinned')
        ledger = under_way(look, failures={GUEST.id: failure}, done={})

        verdict = decide(look, ledger)

        self.assertEqual('failed', verdict.moves[0].result)
        self.assertEqual('pinned', verdict.moves[0].reason)
        self.assertEqual(
            '1 of 1 guests stayed on hv1', verdict.outcome.message
        )

    def test_left_by_itself(self):
        """A guest that went before its turn is gone."""
        look = a_look(builders.a_guest('g1', task_state='deleting'))

        verdict = decide(a_look(), under_way(look))

        self.assertEqual('gone', verdict.moves[0].result)


class TestOutcome(unittest.TestCase):
    """When a drain ends."""

    def test_twice(self):
        """An empty one is a success, after a second look."""
        look = a_look()

        self.assertIsNone(decide(look).outcome)
        self.assertEqual(
            progress.Outcome(ok=True, message='had no guests'),
            decide(look, a_ledger(last=look)).outcome,
        )

    def test_waits_for_what_is_left(self):
        """No end while a migration or an allocation is left."""
        for changes in (
            {'consumers': {CHOSEN: frozenset({'somebody'})}},
            {'consumers': {}},
            {'migrations': {'hv1': (builders.a_migration(id=1),)}},
        ):
            with self.subTest(changes=changes):
                look = a_look(**changes)

                self.assertIsNone(decide(look, a_ledger(last=look)).outcome)

    def test_hold_is_not_left(self):
        """The hold of one that never opened is no guest's."""
        hold = frozenset({identity.hold_id(CHOSEN)})
        look = a_look(consumers={CHOSEN: hold})

        self.assertTrue(decide(look, a_ledger(last=look)).outcome.ok)

    def test_not_everything(self):
        """What stays makes it fail, and says how many."""
        look = a_look(builders.a_guest(status='RESCUE'))

        verdict = decide(look)

        self.assertEqual(
            progress.Outcome(ok=False, message='1 of 1 guests stayed on hv1'),
            verdict.outcome,
        )

    def test_goes_on_beside_what_stays(self):
        """One that cannot be moved does not keep the others."""
        look = a_look(builders.a_guest('g2', status='RESCUE'), GUEST)

        verdict = decide(look)

        self.assertIsNone(verdict.outcome)
        self.assertEqual(GUEST.id, verdict.steps[0].server_id)


class TestScope(unittest.TestCase):
    """How far a look reaches."""

    def test_reaches_into_what_was_found(self):
        """The second look reads guests and consumers of what exists."""
        goal = drain.Drain(names=('hv1', 'hv2'))
        ledger = progress.Ledger(started_at=clock.START)

        first = goal.scope(ledger)
        ledger.last = builders.a_snapshot('hv1')
        second = goal.scope(ledger)

        self.assertEqual(frozenset({'hv1', 'hv2'}), first.server_names)
        self.assertEqual(frozenset({'hv1'}), second.hosts)
        self.assertEqual(frozenset({CHOSEN}), second.provider_ids)


class TestAnySituation(unittest.TestCase):
    """What holds whatever comes together."""

    @situations.SOME
    @hypothesis.given(situations.looks())
    def test_never_ends_well_with_anything_left(self, look):
        """Success means no guest, no migration and no allocation."""
        verdict = decide(look, a_ledger(last=look))
        hv = assemble.assemble(look, ['hv1'])['hv1']

        if verdict.outcome is not None and verdict.outcome.ok:
            self.assertEqual((), hv.guests)
            self.assertEqual([], emptiness.unfinished(hv))
            self.assertEqual(frozenset(), emptiness.strangers(hv))
            self.assertFalse(hv.service.enabled)

    @situations.SOME
    @hypothesis.given(situations.looks())
    def test_touches_only_what_it_may(self, look):
        """Only idle ACTIVE, PAUSED and SHUTOFF guests are migrated."""
        verdict = decide(look)
        guests = {guest.id: guest for guest in look.guests['hv1']}

        for step in verdict.steps:
            if isinstance(step, steps.LiveMigrate):
                self.assertIn(
                    guests[step.server_id].status, ('ACTIVE', 'PAUSED')
                )
            if isinstance(step, steps.ColdMigrate):
                self.assertEqual('SHUTOFF', guests[step.server_id].status)
            if isinstance(step, steps.LiveMigrate | steps.ColdMigrate):
                self.assertIsNone(guests[step.server_id].task_state)

    @situations.SOME
    @hypothesis.given(situations.looks())
    def test_migrates_from_what_is_closed_only(self, look):
        """Nothing is sent away from a host that may get new guests."""
        verdict = decide(look)
        hv = assemble.assemble(look, ['hv1'])['hv1']

        if any(isinstance(step, steps.GuestStep) for step in verdict.steps):
            self.assertFalse(hv.service.enabled)

    @situations.SOME
    @hypothesis.given(situations.looks())
    def test_confirms_no_resize_of_others(self, look):
        """Only cold migrations are confirmed, never an owner's resize."""
        for step in decide(look).steps:
            if isinstance(step, steps.ConfirmMigration):
                newest = max(
                    (
                        m
                        for m in look.migrations['hv1']
                        if m.server_id == step.server_id
                    ),
                    key=lambda m: m.id,
                )
                self.assertEqual('migration', newest.migration_type)
