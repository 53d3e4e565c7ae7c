# SPDX-License-Identifier: Apache-2.0
"""Tests of what drain decides."""

import dataclasses
import datetime
import typing
import unittest

from hvctl.decide.drain import drain
from hvctl.decide.drain import undo
from hvctl.decide.drain.moves import cold as resizes
from hvctl.decide.drain.plan import treatment
from hvctl.model import drain_options
from hvctl.model import identity
from hvctl.model.drain_options import DrainOptions, Method, Suspended
from hvctl.model.ledger import Failure, Ledger
from hvctl.model.records import Shape
from hvctl.model.results import (
    Accepted,
    Explained,
    Located,
)
from hvctl.model.snapshot import Snapshot, WholeLook
from hvctl.model.steps import (
    AbortMigration,
    AskWhere,
    AskWhy,
    ConfirmMigration,
    DisableService,
    EnableService,
    ForceComplete,
    LiveMigrate,
)
from hvctl.model.verdict import Outcome, Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks

CHOSEN = builders.a_compute_id()
DISABLED = builders.a_disabled_service
CLOSED = builders.a_disabled_service(resizes.drain_reason(3))
GUEST = builders.a_guest('g1')


def a_ledger(**changes) -> Ledger:
    """What a run knows after its first look."""
    return Ledger(started_at=clocks.START, looks=1, **changes)


def decide(look, ledger=None, names=('hv1',), **options) -> Verdict:
    """What drain says of the first name."""
    goal = drain.Drain(names=names, options=DrainOptions(**options))
    return goal.decide(look, ledger or a_ledger(), clocks.START)[names[0]]


def a_look(*guests, **changes) -> Snapshot:
    """A look at a closed hv1 with these guests."""
    return dataclasses.replace(
        builders.a_snapshot('hv1'),
        **{'services': (CLOSED,), 'guests': {'hv1': guests}, **changes},
    )


def under_way(look, **changes) -> Ledger:
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
        unknown = dataclasses.replace(CLOSED, status='UNKNOWN')
        for look, words in (
            (builders.a_snapshot(), 'there is no ephemeral hypervisor hv1'),
            (alone, 'which hvctl did not make'),
            (a_look(services=()), 'has no compute service to drain'),
            (a_look(GUEST, services=(down,)), 'does not report to Nova'),
            (a_look(services=(unknown,)), 'the cell of hv1 does not answer'),
        ):
            with self.subTest(words=words):
                verdict = decide(look)

                self.assertEqual((), verdict.steps)
                self.assertFalse(verdict.outcome.ok)
                self.assertIn(words, verdict.outcome.reason)

    def test_failed_step(self):
        """A step that failed for good ends it with its sentence."""
        step = DisableService(name='hv1', service_id='s', reason='r')
        failure = Failure(step=step, message='could not')

        verdict = decide(a_look(), a_ledger(failures={'hv1': failure}))

        self.assertEqual('could not', verdict.outcome.reason)


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

        self.assertIsInstance(step, LiveMigrate)

    def test_stopped_before(self):
        """Nothing is closed any more after Ctrl-C."""
        look = a_look(GUEST, services=(builders.a_service(),))

        verdict = decide(look, a_ledger(winding_down=True))

        self.assertEqual((), verdict.steps)
        self.assertFalse(verdict.outcome.ok)
        self.assertIn('stopped before', verdict.outcome.reason)

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
            ),
            past_blocked=True,
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
        guests = [
            builders.a_guest(f'g{n}')
            for n in range(drain_options.PARALLEL + 2)
        ]

        verdict = decide(a_look(*guests))

        self.assertEqual(drain_options.PARALLEL, len(verdict.steps))
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
        confirm = ConfirmMigration(name='hv1', server_id=GUEST.id)

        self.assertEqual((confirm,), decide(finished, ledger).steps)
        ledger.done[confirm] = True
        ledger.done_at[confirm] = clocks.START
        self.assertEqual((), decide(finished, ledger).steps)

    def test_confirms_what_an_earlier_run_left(self):
        """Only cold migrations of this drain are confirmed for others."""
        for expected, changes in (
            (1, {}),
            (0, {'id': 3}),
            (0, {'migration_type': 'resize'}),
            (0, {'source': 'hv2', 'destination': 'hv1'}),
            (0, {'status': 'confirmed'}),
            (0, {'user_id': 'joe'}),
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
        request = LiveMigrate(name='hv1', server_id=GUEST.id)
        ledger = under_way(look, answers={request: Accepted('req-1')})
        failed = a_look(
            GUEST,
            migrations={'hv1': (builders.a_migration('g1', status='error'),)},
        )
        ask = AskWhy(name='hv1', server_id=GUEST.id, request_id='req-1')

        first = decide(failed, ledger, retries=0)
        ledger.done[ask] = False
        ledger.answers[ask] = Explained('No valid host was found')
        second = decide(failed, ledger, retries=0)

        self.assertEqual((ask,), first.steps)
        self.assertEqual('moving', first.moves[0].result)
        self.assertEqual((), second.steps)
        self.assertEqual('failed', second.moves[0].result)
        self.assertEqual('No valid host was found', second.moves[0].reason)
        self.assertFalse(second.outcome.ok)

    def test_refused_request(self):
        """A guest that Nova would not move failed, with Nova's words."""
        look = a_look(GUEST)
        request = LiveMigrate(name='hv1', server_id=GUEST.id)
        failure = Failure(step=request, message='pinned')
        ledger = under_way(look, failures={GUEST.id: failure}, done={})

        verdict = decide(look, ledger, retries=0)

        self.assertEqual('failed', verdict.moves[0].result)
        self.assertEqual('pinned', verdict.moves[0].reason)
        self.assertEqual('1 of 1 guest stayed on hv1', verdict.outcome.reason)

    def test_left_by_itself(self):
        """A guest that went before its turn is gone."""
        look = a_look(builders.a_guest('g1', task_state='deleting'))
        ledger = under_way(look)
        ask = AskWhere(name='hv1', server_id=GUEST.id, seen_at=clocks.START)

        self.assertEqual((ask,), decide(a_look(), ledger).steps)
        ledger.done[ask] = False
        (move,) = decide(a_look(), ledger).moves
        self.assertEqual(('gone', 'deleted'), (move.result, move.reason))


class TestHeld(unittest.TestCase):
    """When nothing new may be begun, and what is under way is followed."""

    DISABLE = DisableService(
        name='hv1', service_id=CLOSED.id, reason=CLOSED.disabled_reason
    )
    OFF = builders.a_guest('g1', status='SHUTOFF')
    WAITING = builders.a_guest('g2')
    FINISHED = builders.a_migration(
        'g1', status='finished', migration_type='migration'
    )

    def ledger(self):
        """Of a run that has closed hv1 and sent the first of two guests."""
        look = a_look(self.OFF, self.WAITING)
        verdict = decide(look, parallel=1)
        return a_ledger(
            last=look,
            moves={move.server_id: move for move in verdict.moves},
            done=dict.fromkeys((self.DISABLE, *verdict.steps), True),
        )

    def test_under_way(self):
        """Its cold migration is confirmed, and nothing else is sent."""
        again = (builders.a_service(),)
        down = (dataclasses.replace(CLOSED, state='down'),)
        for services, words in (
            (again, 'enabled hv1 again'),
            (down, 'does not report to Nova'),
        ):
            with self.subTest(words=words):
                ledger = self.ledger()
                finished = a_look(
                    self.WAITING,
                    services=services,
                    migrations={'hv1': (self.FINISHED,)},
                )

                verdict = decide(finished, ledger)
                self.assertEqual(
                    ['ConfirmMigration'],
                    [type(step).__name__ for step in verdict.steps],
                )
                ledger.done |= dict.fromkeys(verdict.steps, True)
                confirmed = dataclasses.replace(
                    self.FINISHED, status='confirmed'
                )
                look = dataclasses.replace(
                    finished, migrations={'hv1': (confirmed,)}
                )
                for _ in range(2):
                    verdict = decide(look, ledger)
                    ledger.moves |= {m.server_id: m for m in verdict.moves}

                self.assertEqual((), verdict.steps)
                self.assertFalse(verdict.outcome.ok)
                self.assertIn(words, verdict.outcome.reason)
                results = {m.server_name: m for m in ledger.moves.values()}
                self.assertEqual('moved', results['g1'].result)

    def test_others_do_not_end_it(self):
        """Budget and destination count before the first host is closed."""
        theirs = builders.a_disabled_service(
            resizes.drain_reason(1), host='hv7', id='7'
        )
        gone = builders.a_disabled_service('joe', host='other', id='8')
        look = a_look(self.OFF, services=(CLOSED, theirs, gone))
        before = dataclasses.replace(
            look, services=(builders.a_service(), theirs, gone)
        )
        for options in ({'most_draining': 1}, {'destination': 'other'}):
            with self.subTest(options=options):
                refused = decide(before, **options)
                verdict = decide(look, self.ledger(), **options)

                self.assertFalse(refused.outcome.ok)
                self.assertIsNone(verdict.outcome)

    def test_one_that_stays_open(self):
        """No guest may land on a host that could not be closed."""
        failure = Failure(
            step=DisableService(name='hv2', service_id='2', reason='r'),
            message='could not disable it',
        )
        look = dataclasses.replace(
            builders.a_snapshot('hv1', 'hv2'),
            services=(CLOSED, builders.a_service('hv2')),
            guests={'hv1': (GUEST,), 'hv2': ()},
        )

        verdict = decide(
            look, a_ledger(failures={'hv2': failure}), names=('hv1', 'hv2')
        )

        self.assertEqual((), verdict.steps)
        self.assertFalse(verdict.outcome.ok)
        self.assertIn('hv2 could not be disabled', verdict.outcome.reason)


class TestOutcome(unittest.TestCase):
    """When a drain ends."""

    def test_twice(self):
        """An empty one is a success, after a second look."""
        look = a_look()

        self.assertIsNone(decide(look).outcome)
        self.assertEqual(
            Outcome(ok=True, reason='had no guests'),
            decide(look, a_ledger(last=look)).outcome,
        )

    def test_waits_for_what_is_left(self):
        """No end while a migration or an allocation is left."""
        for changes in (
            {'consumers': {CHOSEN: {'somebody': {}}}},
            {'consumers': {}},
            {'migrations': {'hv1': (builders.a_migration(id=1),)}},
        ):
            with self.subTest(changes=changes):
                look = a_look(**changes)

                self.assertIsNone(decide(look, a_ledger(last=look)).outcome)

    def test_does_not_wait_for_ever(self):
        """What stays without a guest is named in the end."""
        for changes, seconds, words in (
            ({'consumers': {CHOSEN: frozenset({'orphan'})}}, 120, 'orphan'),
            (
                {'migrations': {'hv1': (builders.a_migration(source='x'),)}},
                600,
                '1 unfinished migration',
            ),
        ):
            with self.subTest(words=words):
                look = a_look(**changes)
                since = clocks.START - datetime.timedelta(seconds=seconds)
                soon = since + datetime.timedelta(seconds=1)

                waits = decide(
                    look, a_ledger(last=look, changed_at={'hv1': soon})
                )
                ends = decide(
                    look, a_ledger(last=look, changed_at={'hv1': since})
                )

                self.assertIsNone(waits.outcome)
                self.assertFalse(ends.outcome.ok)
                self.assertIn(words, ends.outcome.reason)

    def test_hold_is_not_left(self):
        """The hold of one that never opened is no guest's."""
        hold = {identity.hold_id(CHOSEN): {'MEMORY_MB': 2**31 - 1}}
        look = a_look(consumers={CHOSEN: hold})

        self.assertTrue(decide(look, a_ledger(last=look)).outcome.ok)

    def test_not_everything(self):
        """What stays makes it fail, and says how many."""
        look = a_look(builders.a_guest(status='RESCUE'))

        verdict = decide(look, past_blocked=True)

        self.assertEqual(
            Outcome(ok=False, reason='1 of 1 guest stayed on hv1'),
            verdict.outcome,
        )

    def test_goes_on_beside_what_stays(self):
        """One that cannot be moved does not keep the others."""
        look = a_look(builders.a_guest('g2', status='RESCUE'), GUEST)

        verdict = decide(look, past_blocked=True)

        self.assertIsNone(verdict.outcome)
        self.assertEqual(GUEST.id, verdict.steps[0].server_id)

    def test_stops_at_what_is_in_the_way(self):
        """Nothing moves, on no host, and what is in the way is told."""
        suspended = builders.a_guest('g2', status='SUSPENDED')

        verdict = decide(a_look(suspended, GUEST))

        self.assertEqual((), verdict.steps)
        self.assertIn('1 of 2 guests in the way', verdict.outcome.reason)
        self.assertEqual(
            {'g2': 'left', 'g1': 'planned'},
            {move.server_name: move.result for move in verdict.moves},
        )
        self.assertIn('--suspended', verdict.moves[0].lift)

    def test_left_as_asked(self):
        """What may stay does not count."""
        suspended = builders.a_guest('g2', status='SUSPENDED')
        look = a_look(suspended, consumers={CHOSEN: {suspended.id: {}}})

        verdict = decide(look, a_ledger(last=look), suspended=Suspended.LEAVE)

        self.assertTrue(verdict.outcome.ok)
        self.assertIn('1 guest left', verdict.outcome.reason)

    def test_dry_run(self):
        """The plan closes nothing and moves nothing."""
        look = a_look(GUEST, services=(builders.a_service(),))

        verdict = decide(look, dry_run=True)

        self.assertEqual((), verdict.steps)
        self.assertTrue(verdict.outcome.ok)
        (move,) = verdict.moves
        self.assertEqual(('live', 'planned'), (move.method, move.result))

    def test_expected(self):
        """A plan says how many hosts have room, of those it may go to."""
        need = builders.a_need(MEMORY_MB=512)
        hosts = ('hv1', 'a', 'b')
        look = a_look(
            GUEST,
            services=(
                CLOSED,
                builders.a_service('a'),
                builders.a_service('b'),
            ),
            compute_nodes=tuple(map(builders.a_compute_node, hosts)),
            consumers={CHOSEN: {GUEST.id: {'MEMORY_MB': 512}}},
            room={
                need: tuple(
                    builders.a_candidate(builders.a_compute_id(host), need)
                    for host in hosts
                )
            },
        )
        for destination, words in (
            (None, '2 hosts have room for it'),
            ('a', '1 host has room for it'),
        ):
            verdict = decide(look, dry_run=True, destination=destination)

            self.assertEqual(words, verdict.moves[0].note)


class TestOrder(unittest.TestCase):
    """Which guests go when."""

    def test_priority(self):
        """Their owners may say who goes first."""
        first = builders.a_guest('g2', metadata={treatment.PRIORITY_KEY: '5'})

        verdict = decide(a_look(GUEST, first), parallel=1)

        self.assertEqual(
            [first.id], [step.server_id for step in verdict.steps]
        )

    def test_affinity(self):
        """Nova would find no host: in the way, unless it is shelved."""
        shelved = builders.a_guest('g2', metadata={'hvctl:drain': 'shelve'})
        look = a_look(
            GUEST,
            shelved,
            tied=True,
            affinity={GUEST.id: 'group', shelved.id: 'group'},
        )

        first, second = decide(look, a_ledger(), dry_run=True).moves

        self.assertEqual('left', first.result)
        self.assertIn('server group delete group', first.lift)
        self.assertEqual(Method.SHELVE, second.method)

    def test_anti_affinity(self):
        """Members of a group go one by one."""
        other, free = builders.a_guest('g2'), builders.a_guest('g3')
        look = a_look(
            GUEST,
            other,
            free,
            anti_affinity={GUEST.id: 'group', other.id: 'group'},
        )

        first = decide(look)
        ledger = under_way(look)
        second = decide(look, ledger)

        self.assertEqual(
            {GUEST.id, free.id}, {step.server_id for step in first.steps}
        )
        self.assertEqual((), second.steps)

    def test_twin_that_is_under_way(self):
        """It counts at once, whoever has sent it."""
        migrating = builders.a_guest(
            'g1', status='MIGRATING', task_state='migrating'
        )
        look = a_look(
            migrating,
            builders.a_guest('g2'),
            anti_affinity={
                builders.an_id(f'server {name}'): 'group'
                for name in ('g1', 'g2')
            },
            migrations={'hv1': (builders.a_migration('g1', user_id='joe'),)},
        )

        self.assertEqual((), decide(look).steps)

    def test_late_arrival(self):
        """A guest is not sent before it is known what it is tied to."""
        ledger = under_way(a_look(GUEST))
        late = builders.a_guest('g2')
        look = a_look(GUEST, late, tied=False, partial=True)
        goal = drain.Drain(names=('hv1',))

        verdict = decide(look, ledger)
        ledger.moves |= {move.server_id: move for move in verdict.moves}
        ledger.last = look
        scope = goal.scope(ledger)
        then = decide(
            a_look(GUEST, late, anti_affinity={late.id: 'group'}), ledger
        )

        self.assertEqual((), verdict.steps)
        self.assertIsInstance(scope, WholeLook)
        self.assertTrue(scope.ties)
        self.assertEqual([late.id], [step.server_id for step in then.steps])
        self.assertEqual('group', then.moves[1].group)

    def test_tried_again(self):
        """What failed goes after the others, as often as is wanted."""
        look = a_look(GUEST)
        ledger = under_way(look)
        failed = a_look(
            GUEST,
            builders.a_guest('g2'),
            migrations={'hv1': (builders.a_migration('g1', status='error'),)},
        )

        again = decide(failed, ledger, parallel=1)
        ledger.moves |= {move.server_id: move for move in again.moves}
        then = decide(failed, ledger, parallel=2)

        self.assertEqual('g2', again.moves[1].server_name)
        self.assertEqual('moving', again.moves[1].result)
        self.assertEqual('waiting', again.moves[0].result)
        (step,) = then.steps
        self.assertEqual((GUEST.id, 2), (step.server_id, step.attempt))

    def test_winding_down(self):
        """After Ctrl-C nothing new is begun."""
        ledger = a_ledger(winding_down=True)

        verdict = decide(a_look(GUEST), ledger)

        self.assertEqual((), verdict.steps)
        self.assertFalse(verdict.outcome.ok)
        self.assertIn('1 guest not moved', verdict.outcome.reason)


class TestBudget(unittest.TestCase):
    """How many hypervisors may be closed at once."""

    def test_refused(self):
        """Nothing is closed, and the sizes have been read for it."""
        look = a_look(GUEST, services=(builders.a_service(),))

        scope = drain.Drain(names=('hv1',)).scope(
            Ledger(started_at=clocks.START)
        )
        verdict = decide(look, most_draining=0)

        self.assertTrue(scope.sizes)
        self.assertEqual((), verdict.steps)
        self.assertIn('allows 0 to be drained', verdict.outcome.reason)

    def test_guests_at_once(self):
        """As many as the machine's profile says."""
        guests = [builders.a_guest(f'g{n}') for n in range(6)]
        for said, options, number in (
            (None, {}, 4),
            ('2', {}, 2),
            ('0', {}, 4),
            ('2', {'parallel': 5}, 5),
        ):
            metadata = {identity.COMPUTE_ID_KEY: CHOSEN}
            if said is not None:
                metadata[identity.MIGRATIONS_KEY] = said
            server = builders.a_server(metadata=metadata)

            verdict = decide(a_look(*guests, servers=(server,)), **options)

            self.assertEqual(number, len(verdict.steps))

    def test_no_wait(self):
        """What can be begun is begun, and that is all."""
        guests = [builders.a_guest(f'g{n}') for n in range(6)]
        look = a_look(*guests)

        first = decide(look, wait=False)
        then = decide(look, under_way(look), wait=False)

        self.assertIsNone(first.outcome)
        self.assertTrue(then.outcome.ok)
        self.assertIn('4 of 6 guests under way', then.outcome.reason)

    def test_no_wait_with_what_stays(self):
        """It is no success when some guests will not go."""
        look = a_look(GUEST, builders.a_guest('g2', status='RESCUE'))

        verdict = decide(
            look, under_way(look, moves={}), wait=False, past_blocked=True
        )
        ledger = a_ledger(
            moves={move.server_id: move for move in verdict.moves},
            done=dict.fromkeys(verdict.steps, True),
        )
        then = decide(look, ledger, wait=False, past_blocked=True)

        self.assertFalse(then.outcome.ok)
        self.assertIn('1 stayed', then.outcome.reason)


class TestRoom(unittest.TestCase):
    """What Placement tells of room elsewhere."""

    NEED = builders.a_need(VCPU=1, MEMORY_MB=512)
    CONSUMERS: typing.ClassVar = {CHOSEN: {GUEST.id: dict(NEED.resources)}}

    def look(self, *room, **changes):
        """A look at a guest, with room on these hosts."""
        return a_look(
            GUEST,
            **{
                'services': (CLOSED, builders.a_service('other')),
                'compute_nodes': tuple(
                    map(builders.a_compute_node, ('hv1', 'other'))
                ),
                'consumers': self.CONSUMERS,
                'room': {
                    self.NEED: tuple(
                        builders.a_candidate(
                            builders.a_compute_id(host), self.NEED
                        )
                        for host in room
                    )
                },
                **changes,
            },
        )

    def test_asked_first(self):
        """No guest moves before the room for all is known."""
        goal = drain.Drain(names=('hv1',))
        look = self.look(room={})

        scope = goal.scope(a_ledger(last=look))
        verdict = decide(look)

        self.assertEqual({self.NEED}, scope.needs)
        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)

    def test_enough(self):
        """It goes."""
        self.assertEqual(1, len(decide(self.look('other')).steps))

    def test_none(self):
        """It is in the way; its own host is no room, nor is a closed one."""
        down = (CLOSED, builders.a_service('other', state='down'))
        shut = (CLOSED, builders.a_disabled_service(host='other'))
        for room, changes in (
            ((), {}),
            (('hv1',), {}),
            (('other',), {'services': down}),
            (('other',), {'services': shut}),
        ):
            verdict = decide(self.look(*room, **changes))

            self.assertEqual((), verdict.steps)
            self.assertFalse(verdict.outcome.ok)
            (move,) = verdict.moves
            self.assertEqual('left', move.result)
            self.assertIn('no host has room', move.reason)
            self.assertIn('512 MEMORY_MB, 1 VCPU', move.reason)

    def test_destination(self):
        """Only the one destination counts, whatever its hypervisor's name."""
        named = builders.a_compute_node('other', hostname='other.example.org')
        third = builders.a_compute_node('third')
        services = (
            CLOSED,
            builders.a_service('other'),
            builders.a_service('third'),
        )
        for room, method in (('other', 'live'), ('third', None)):
            look = self.look(
                room, services=services, compute_nodes=(named, third)
            )

            verdict = decide(look, destination='other')

            self.assertEqual(method is not None, bool(verdict.steps))
            if method is None:
                self.assertIn('other has no room', verdict.moves[0].reason)

    def test_who_stays_takes_no_room(self):
        """A guest of an affinity group leaves the room to one that goes."""
        other, later = builders.a_compute_id('other'), builders.a_guest('g2')
        needs = {
            guest.id: builders.a_need(VCPU=1, MEMORY_MB=size)
            for guest, size in ((GUEST, 1024), (later, 512))
        }
        look = a_look(
            GUEST,
            later,
            services=(CLOSED, builders.a_service('other')),
            compute_nodes=tuple(
                map(builders.a_compute_node, ('hv1', 'other'))
            ),
            consumers={
                CHOSEN: {each: dict(n.resources) for each, n in needs.items()}
            },
            room={
                need: (builders.a_candidate(other, need, left=1024),)
                for need in needs.values()
            },
            affinity={GUEST.id: 'group'},
        )

        verdict = decide(look, dry_run=True)
        scope = drain.Drain(names=('hv1',)).scope(a_ledger(last=look))

        self.assertEqual(
            {'g1': 'left', 'g2': 'planned'},
            {move.server_name: move.result for move in verdict.moves},
        )
        self.assertIn('1 of 2 guests in the way', verdict.outcome.reason)
        self.assertEqual({needs[later.id]}, scope.needs)

    def test_all_the_same(self):
        """Nova has the last word, if that is wanted."""
        verdict = decide(self.look(), past_blocked=True)

        self.assertEqual(1, len(verdict.steps))


class TestTime(unittest.TestCase):
    """Guests that are copied for longer than their size explains."""

    def look(self, seconds, **options):
        """A look at a guest that has been copied for so long."""
        look = a_look(GUEST, migrations={'hv1': (builders.a_migration('g1'),)})
        ledger = under_way(a_look(GUEST))
        ledger.moves = {
            server_id: dataclasses.replace(
                move,
                shape=Shape(1, 2048, 1),
                running_at=clocks.START - datetime.timedelta(seconds=seconds),
            )
            for server_id, move in ledger.moves.items()
        }
        return decide(look, ledger, **options)

    def test_waits(self):
        """Five minutes, and one for each GiB."""
        (move,) = self.look(479).moves

        self.assertEqual(('moving', ''), (move.result, move.reason))

    def test_reported(self):
        """Then it is said what may help, as long as Nova tells news."""
        verdict = self.look(481)

        self.assertEqual((), verdict.steps)
        (move,) = verdict.moves
        self.assertEqual('moving', move.result)
        self.assertIn('--force-complete', move.reason)

    def test_forced(self):
        """Or it is halted, when that is wanted."""
        verdict = self.look(481, force_complete=True)

        (step,) = verdict.steps
        self.assertIsInstance(step, ForceComplete)
        self.assertEqual('moving', verdict.moves[0].result)


class TestShelving(unittest.TestCase):
    """What Nova keeps no migration record of."""

    def test_until_it_is_gone(self):
        """Shelved, offloaded, and no longer on the host."""
        guest = builders.a_guest('g1', metadata={treatment.WISH_KEY: 'shelve'})
        shelving = dataclasses.replace(guest, task_state='shelving')
        shelved = dataclasses.replace(guest, status='SHELVED')
        ledger = a_ledger()
        seen = []
        for here in ((guest,), (shelving,), (shelved,), (), ()):
            verdict = decide(a_look(*here), ledger)
            ledger.moves |= {move.server_id: move for move in verdict.moves}
            ledger.done |= dict.fromkeys(verdict.steps, True)
            for step in verdict.steps:
                if isinstance(step, AskWhere):
                    ledger.answers[step] = Located('SHELVED_OFFLOADED', None)
            seen.append(
                (
                    [type(step).__name__ for step in verdict.steps],
                    verdict.moves[0].result,
                )
            )

        self.assertEqual(
            [
                (['Shelve'], 'moving'),
                ([], 'moving'),
                (['OffloadShelved'], 'moving'),
                (['AskWhere'], 'moving'),
                ([], 'moved'),
            ],
            seen,
        )

    def test_resized_away(self):
        """What its owner resized away is confirmed when that is wanted."""
        resize = builders.a_migration(
            'g1', id=2, migration_type='resize', status='finished'
        )
        look = a_look(migrations={'hv1': (resize,)})
        confirmed = dataclasses.replace(resize, status='confirmed')

        kept = decide(look)
        first = decide(look, confirm_resizes=True)
        ledger = a_ledger(moves={move.server_id: move for move in first.moves})
        then = decide(
            a_look(migrations={'hv1': (confirmed,)}),
            ledger,
            confirm_resizes=True,
        )

        self.assertEqual((), kept.steps)
        self.assertEqual('left', kept.moves[0].result)
        (step,) = first.steps
        self.assertIsInstance(step, ConfirmMigration)
        self.assertEqual('moved', then.moves[0].result)

    def test_confirmed_and_moved(self):
        """A resize that brought it here is confirmed before it moves."""
        resized = builders.a_guest('g1', status='VERIFY_RESIZE')
        ledger = a_ledger()
        kinds = []
        for guest in (resized, resized, GUEST, GUEST):
            verdict = decide(a_look(guest), ledger, confirm_resizes=True)
            ledger.moves |= {move.server_id: move for move in verdict.moves}
            ledger.done |= dict.fromkeys(verdict.steps, True)
            kinds += [type(step).__name__ for step in verdict.steps]

        self.assertEqual(['ConfirmResize', 'LiveMigrate'], kinds)


class TestUndo(unittest.TestCase):
    """Taking a drain back."""

    def decide(self, look, ledger=None):
        """What undo says of hv1."""
        goal = undo.Undo(names=('hv1',))
        return goal.decide(look, ledger or a_ledger(), clocks.START)['hv1']

    def test_enables(self):
        """The host takes guests again; what is only queued is dropped."""
        migrations = (
            builders.a_migration('g1', id=5, status='queued'),
            builders.a_migration('g2', id=4, status='running'),
            builders.a_migration('g3', id=3, status='queued'),
            builders.a_migration('g4', id=6, status='queued', user_id='joe'),
        )
        look = a_look(GUEST, migrations={'hv1': migrations})

        abort, enable = self.decide(look).steps

        self.assertEqual(5, abort.migration_id)
        self.assertIsInstance(enable, EnableService)

    def test_cold_migrations(self):
        """Those of the drain are confirmed before its mark is gone."""
        cold = builders.a_migration(
            'g1', id=5, status='migrating', migration_type='migration'
        )
        confirm = ConfirmMigration(name='hv1', server_id=GUEST.id)
        ledger = a_ledger()
        for status, expected in (
            ('migrating', []),
            ('finished', ['ConfirmMigration']),
            ('finished', []),
            ('confirming', []),
            ('confirmed', ['EnableService']),
        ):
            record = dataclasses.replace(cold, status=status)
            look = a_look(migrations={'hv1': (record,)})
            verdict = self.decide(look, ledger)
            for step in verdict.steps:
                ledger.done[step] = True
                ledger.done_at[step] = clocks.START

            self.assertEqual(
                expected, [type(step).__name__ for step in verdict.steps]
            )
            self.assertIsNone(verdict.outcome)
            if status != 'confirmed':
                self.assertIn(f'5 ({status})', verdict.status.reason)
        self.assertIn(confirm, ledger.done)

    def test_cold_migrations_of_others(self):
        """They are not waited for, nor one that Nova will not confirm."""
        cold = builders.a_migration(
            'g1', id=5, status='finished', migration_type='migration'
        )
        theirs = dataclasses.replace(cold, user_id='joe')
        failure = Failure(
            step=ConfirmMigration(name='hv1', server_id=GUEST.id),
            message='could not confirm it',
        )
        for record, failures in ((theirs, {}), (cold, {GUEST.id: failure})):
            look = a_look(migrations={'hv1': (record,)})

            (step,) = self.decide(look, a_ledger(failures=failures)).steps

            self.assertIsInstance(step, EnableService)

    def test_what_could_not_be_dropped(self):
        """It is enabled, and still no success."""
        abort = AbortMigration(name='hv1', server_id=GUEST.id, migration_id=5)
        failure = Failure(step=abort, message='could not abort it')

        verdict = self.decide(
            a_look(services=(builders.a_service(),)),
            a_ledger(failures={GUEST.id: failure}),
        )

        self.assertFalse(verdict.outcome.ok)
        self.assertIn('could not abort it', verdict.outcome.reason)

    def test_ends(self):
        """When there is nothing to take back."""
        for service, ok, words in (
            (builders.a_service(), True, 'was not being drained'),
            (DISABLED('broken disk, joe'), False, 'broken disk, joe'),
            (None, False, 'there is no drain'),
        ):
            with self.subTest(service=service):
                look = a_look(services=(service,) if service else ())

                outcome = self.decide(look).outcome

                self.assertEqual(ok, outcome.ok)
                self.assertIn(words, outcome.reason)


class TestDestination(unittest.TestCase):
    """One host for all."""

    def test_table(self):
        """It must be there, take guests, and not be drained itself."""
        for changes, words in (
            ({}, None),
            ({'status': 'disabled'}, 'disabled and up'),
            ({'state': 'down'}, 'enabled and down'),
        ):
            with self.subTest(changes=changes):
                other = builders.a_service('other', **changes)
                look = a_look(GUEST, services=(CLOSED, other))

                verdict = decide(look, destination='other')

                if words is None:
                    self.assertEqual('other', verdict.steps[0].destination)
                else:
                    self.assertIn(words, verdict.outcome.reason)

    def test_nonsense(self):
        """Hosts that cannot be meant."""
        for wanted, words in (
            ('nowhere', 'no compute service'),
            ('hv1', 'to be drained itself'),
        ):
            verdict = decide(a_look(GUEST), destination=wanted)

            self.assertIn(words, verdict.outcome.reason)


class TestScope(unittest.TestCase):
    """How far a look reaches."""

    def test_reaches_into_what_was_found(self):
        """The second look reads guests and consumers of what exists."""
        goal = drain.Drain(names=('hv1', 'hv2'))
        ledger = Ledger(started_at=clocks.START)

        first = goal.scope(ledger)
        ledger.last = builders.a_snapshot('hv1')
        second = goal.scope(ledger)

        self.assertEqual(frozenset({'hv1', 'hv2'}), first.server_names)
        self.assertEqual(frozenset({'hv1'}), second.hosts)
        self.assertEqual(frozenset({CHOSEN}), second.provider_ids)
