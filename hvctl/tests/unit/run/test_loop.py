# SPDX-License-Identifier: Apache-2.0
"""Tests of the loop, with goals that have nothing to do with OpenStack."""

import threading
import unittest

from hvctl import exceptions
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.events import Event, Finished, MoveChanged
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.move import Guest
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Progress
from hvctl.model.reasons import Reason
from hvctl.model.results import Done
from hvctl.model.snapshot import Snapshot, WholeLook
from hvctl.model.steps import DeletePort, LiveMigrate, Step
from hvctl.model.verdict import Outcome, Verdict
from hvctl.run import loop
from hvctl.tests.fixtures import clocks

FINE = Outcome(ok=True)
PASSING = exceptions.CloudError('busy', transient=True)
RAIN = Reason.of(StatusCode.DEPLOYING_ANEW, fault='rain')
WIND = Reason.of(StatusCode.DEPLOYING_ANEW, fault='wind')
LASTING = exceptions.CloudError('never', status=400)


def a_step(label: str = 'x', name: str = 'hv1') -> Step:
    """A step that another label makes another one."""
    return DeletePort(name=name, port_id=label)


def a_verdict(*todo, outcome=None, phase=Phase.BOOTING, reason=None, **rest):
    """A verdict."""
    return Verdict(
        status=Status(phase=phase, reason=reason),
        steps=todo,
        outcome=outcome,
        **rest,
    )


class Goal:
    """A goal whose decisions a function makes from the ledger."""

    def __init__(self, *functions, names=('hv1',)) -> None:
        self.functions = functions
        self.names = names

    def scope(self, ledger):
        """What the next look must reach."""
        return WholeLook()

    def decide(self, snapshot, ledger, now):
        """Let the functions decide."""
        return {
            name: function(ledger)
            for name, function in zip(self.names, self.functions, strict=True)
        }


class Cloud:
    """A cloud that does what functions say.

    :ivar log: every step that was begun
    """

    def __init__(self, act=None, observe=None) -> None:
        self._act = act or (lambda step: Done())
        self._observe = observe or (lambda: None)
        self.log: list[Step] = []

    def observe(self, scope):
        """Take one look."""
        self._observe()
        return Snapshot()

    def act(self, step):
        """Run one step."""
        self.log.append(step)
        return self._act(step)


def until_done(*todo):
    """Do these steps, each look the next that is not done."""

    def decide(ledger):
        if 'hv1' in ledger.failures:
            message = ledger.failures['hv1'].message
            return a_verdict(outcome=Outcome(ok=False, reason=message))
        for step in todo:
            if step not in ledger.done:
                return a_verdict(step)
        return a_verdict(outcome=FINE, phase=Phase.ENABLED)

    return decide


class TestLoop(unittest.TestCase):
    """The loop."""

    def setUp(self):
        self.clock = clocks.FakeClock()
        self.events: list[Event] = []

    def run_goal(self, goal, cloud=None, timeout=600):
        self.cloud = cloud or Cloud()
        return loop.Loop(self.cloud, self.events.append, self.clock).run(
            goal, timeout
        )

    def test_nothing_to_do(self):
        """A goal that is reached already takes one look and no time."""
        result = self.run_goal(Goal(lambda ledger: a_verdict(outcome=FINE)))

        self.assertTrue(result.ok)
        self.assertEqual(1, result.ledger.looks)
        self.assertEqual([], self.cloud.log)
        self.assertEqual(0, self.clock.seconds)

    def test_steps_one_after_the_other(self):
        """Steps that are decided one by one are run one by one."""
        first, second = a_step('a'), a_step('b')

        result = self.run_goal(Goal(until_done(first, second)))

        self.assertTrue(result.ok)
        self.assertEqual([first, second], self.cloud.log)
        self.assertEqual({first: True, second: True}, result.ledger.done)

    def test_lane(self):
        """Steps of one lane run in order."""
        seen = []

        def act(step):
            seen.append(step.port_id)
            return Done()

        def decide(ledger):
            if ledger.done:
                return a_verdict(outcome=FINE)
            return a_verdict(a_step('a'), a_step('b'))

        self.run_goal(Goal(decide), Cloud(act))

        self.assertEqual(['a', 'b'], seen)

    def test_lanes_beside_each_other(self):
        """Steps of different names run at the same time."""
        both = threading.Barrier(2, timeout=10)

        def act(step):
            both.wait()
            return Done()

        def decide(name):
            def of(ledger):
                if a_step(name=name) in ledger.done:
                    return a_verdict(outcome=FINE)
                return a_verdict(a_step(name=name))

            return of

        result = self.run_goal(
            Goal(decide('hv1'), decide('hv2'), names=('hv1', 'hv2')),
            Cloud(act),
        )

        self.assertTrue(result.ok)

    def test_guests_beside_each_other(self):
        """Guests of one hypervisor have lanes of their own."""
        both = threading.Barrier(2, timeout=10)

        def act(step):
            both.wait()
            return Done()

        def decide(ledger):
            if len(ledger.done) == 2:
                return a_verdict(outcome=FINE)
            return a_verdict(
                *(
                    LiveMigrate(name='hv1', server_id=guest)
                    for guest in ('g1', 'g2')
                )
            )

        self.assertTrue(self.run_goal(Goal(decide), Cloud(act)).ok)

    def test_busy_lane(self):
        """A lane that is not through gets no second chain."""
        release = threading.Event()

        def act(step):
            release.wait(10)
            return Done()

        def wait(work, seconds):
            self.clock.seconds += seconds
            if self.clock.seconds > 10:
                release.set()
                [future.result() for future in work]

        self.clock.wait = wait

        result = self.run_goal(Goal(until_done(a_step())), Cloud(act))

        self.assertTrue(result.ok)
        self.assertEqual(1, len(self.cloud.log))
        self.assertGreater(result.ledger.looks, 3)

    def test_passing_failure(self):
        """After a passing failure it looks and decides again."""
        troubles = [PASSING, PASSING]

        def act(step):
            if troubles:
                raise troubles.pop()
            return Done()

        result = self.run_goal(Goal(until_done(a_step())), Cloud(act))

        self.assertTrue(result.ok)
        self.assertEqual(3, len(self.cloud.log))
        self.assertEqual(4, result.ledger.looks)

    def test_happened_all_the_same(self):
        """What the next look shows as done is not done again."""
        done = []

        def act(step):
            done.append(step)
            raise PASSING

        def decide(ledger):
            return a_verdict(outcome=FINE) if done else a_verdict(a_step())

        result = self.run_goal(Goal(decide), Cloud(act))

        self.assertTrue(result.ok)
        self.assertEqual(1, len(self.cloud.log))

    def test_failure_that_does_not_pass(self):
        """After some tries it fails with the error's sentence."""

        def act(step):
            raise PASSING

        result = self.run_goal(Goal(until_done(a_step())), Cloud(act))

        self.assertFalse(result.ok)
        self.assertEqual(loop.TRIES, len(self.cloud.log))
        self.assertEqual('busy', result.verdicts['hv1'].outcome.reason)

    def test_tries_are_for_one_trouble(self):
        """A success in between starts the count anew."""
        tries = {'a': 0, 'b': 0}

        def act(step):
            tries[step.port_id] += 1
            if tries[step.port_id] < loop.TRIES:
                raise PASSING
            return Done()

        result = self.run_goal(
            Goal(until_done(a_step('a'), a_step('b'))), Cloud(act)
        )

        self.assertTrue(result.ok)

    def test_lasting_failure(self):
        """What will never do is tried once, and ends the lane."""

        def act(step):
            raise LASTING

        def decide(ledger):
            if ledger.failures:
                return a_verdict(outcome=Outcome(ok=False))
            return a_verdict(a_step('a'), a_step('b'))

        result = self.run_goal(Goal(decide), Cloud(act))

        self.assertEqual([a_step('a')], self.cloud.log)
        failure = result.ledger.failures['hv1']
        self.assertEqual(
            (a_step('a'), 'never'), (failure.step, failure.message)
        )
        self.assertIsNone(result.ledger.failed_since(a_step('a'), failure.at))
        self.assertIs(
            failure,
            result.ledger.failed_since(a_step('a'), result.ledger.started_at),
        )

    def test_one_of_two_fails(self):
        """The others go on when one has failed."""

        def act(step):
            if step.name == 'hv1':
                raise LASTING
            return Done()

        def other(ledger):
            if a_step(name='hv2') in ledger.done:
                return a_verdict(outcome=FINE)
            return a_verdict(a_step(name='hv2'))

        result = self.run_goal(
            Goal(until_done(a_step()), other, names=('hv1', 'hv2')),
            Cloud(act),
        )

        self.assertFalse(result.ok)
        self.assertFalse(result.verdicts['hv1'].outcome.ok)
        self.assertTrue(result.verdicts['hv2'].outcome.ok)

    def test_timeout(self):
        """At the end of the time it says what it was waiting for."""
        result = self.run_goal(
            Goal(lambda ledger: a_verdict(reason=RAIN)),
            timeout=30,
        )

        self.assertFalse(result.ok)
        self.assertEqual(
            Reason.of(OutcomeCode.TIMED_OUT, seconds=30, waited=RAIN),
            result.verdicts['hv1'].outcome.reason,
        )
        self.assertAlmostEqual(30, self.clock.seconds)
        self.assertAlmostEqual(30, result.seconds['hv1'])

    def test_timeout_of_some(self):
        """Those that were through before keep what they reached."""
        result = self.run_goal(
            Goal(
                lambda ledger: a_verdict(outcome=FINE),
                lambda ledger: a_verdict(),
                names=('hv1', 'hv2'),
            ),
            timeout=5,
        )

        self.assertTrue(result.verdicts['hv1'].outcome.ok)
        self.assertFalse(result.verdicts['hv2'].outcome.ok)
        self.assertEqual(0, result.seconds['hv1'])

    def test_blind_look(self):
        """A look that fails for a moment is taken again."""
        looks = []

        def observe():
            looks.append(1)
            if len(looks) == 2:
                raise PASSING

        with self.assertLogs('hvctl', 'WARNING'):
            result = self.run_goal(
                Goal(until_done(a_step())), Cloud(observe=observe)
            )

        self.assertTrue(result.ok)
        self.assertEqual(2, result.ledger.looks)

    def test_first_look_fails(self):
        """The first look must succeed: it is what shows a wrong password."""

        def observe():
            raise PASSING

        with self.assertRaises(exceptions.CloudError):
            self.run_goal(Goal(until_done()), Cloud(observe=observe))

    def test_look_fails_for_good(self):
        """A look that will never succeed again ends what is not finished."""
        looks = []

        def observe():
            looks.append(1)
            if len(looks) > 1:
                raise LASTING

        result = self.run_goal(
            Goal(
                lambda ledger: a_verdict(outcome=FINE),
                until_done(a_step()),
                names=('hv1', 'hv2'),
            ),
            Cloud(observe=observe),
        )

        self.assertTrue(result.verdicts['hv1'].outcome.ok)
        self.assertFalse(result.verdicts['hv2'].outcome.ok)
        self.assertEqual(
            Reason.of(OutcomeCode.CANNOT_LOOK, message='never'),
            result.verdicts['hv2'].outcome.reason,
        )

    def test_final_is_final(self):
        """A name that has ended is not decided again."""

        def once(ledger):
            if ledger.looks:
                return a_verdict(a_step('late'))
            return a_verdict(outcome=FINE)

        self.run_goal(
            Goal(
                once,
                lambda ledger: a_verdict(
                    outcome=FINE if ledger.looks > 3 else None
                ),
                names=('hv1', 'hv2'),
            )
        )

        self.assertEqual([], self.cloud.log)

    def test_interrupt(self):
        """After Ctrl-C no further step is sent, and it ends."""
        begun = threading.Event()
        interrupted = threading.Event()

        def act(step):
            begun.set()
            interrupted.wait(10)
            return Done()

        def wait(work, seconds):
            begun.wait(10)
            # A moment later, when the loop is on its way out.
            threading.Timer(0.05, interrupted.set).start()
            raise KeyboardInterrupt

        self.clock.wait = wait
        cloud = Cloud(act)
        goal = Goal(lambda ledger: a_verdict(a_step('a'), a_step('b')))

        with self.assertRaises(KeyboardInterrupt):
            self.run_goal(goal, cloud)

        self.assertEqual([a_step('a')], cloud.log)

    def test_unexpected_error(self):
        """A mistake in a worker is said, and the others go on."""

        def act(step):
            if step.name == 'hv1':
                raise ZeroDivisionError('by zero')
            return Done()

        with self.assertLogs('hvctl', 'DEBUG') as log:
            result = self.run_goal(
                Goal(
                    until_done(a_step()),
                    lambda ledger: a_verdict(
                        outcome=FINE if ledger.looks > 3 else None
                    ),
                    names=('hv1', 'hv2'),
                ),
                Cloud(act),
            )

        self.assertTrue(result.verdicts['hv2'].outcome.ok)
        self.assertIn(
            'DeletePort of hv1 failed unexpectedly (ZeroDivisionError: by',
            result.verdicts['hv1'].outcome.reason,
        )
        self.assertIn('Traceback', ''.join(log.output))


class TestEvents(unittest.TestCase):
    """What the listener is told."""

    def setUp(self):
        self.clock = clocks.FakeClock()
        self.events: list[Event] = []

    def run_goal(self, decide):
        loop.Loop(Cloud(), self.events.append, self.clock).run(
            Goal(decide), 600
        )

    def test_phases(self):
        """Each phase is told once, with how long the one before took."""

        def decide(ledger):
            if self.clock.seconds < 10:
                return a_verdict(phase=Phase.BUILDING)
            if self.clock.seconds < 20:
                return a_verdict(phase=Phase.BOOTING)
            return a_verdict(phase=Phase.ENABLED, outcome=FINE)

        self.run_goal(decide)

        phases = self.events[:-1]
        self.assertEqual(
            [
                (None, Phase.BUILDING),
                (Phase.BUILDING, Phase.BOOTING),
                (Phase.BOOTING, Phase.ENABLED),
            ],
            [(event.before, event.status.phase) for event in phases],
        )
        self.assertIsNone(phases[0].seconds)
        self.assertGreaterEqual(phases[1].seconds, 10)
        self.assertEqual(Finished(name='hv1', outcome=FINE), self.events[-1])

    def test_same_phase_for_another_reason(self):
        """Another reason is told, and does not restart the phase."""

        def decide(ledger):
            if self.clock.seconds < 5:
                return a_verdict(reason=RAIN)
            if self.clock.seconds < 10:
                return a_verdict(reason=WIND)
            return a_verdict(phase=Phase.ENABLED, outcome=FINE)

        self.run_goal(decide)

        self.assertEqual(
            [RAIN, WIND, None],
            [event.status.reason for event in self.events[:-1]],
        )
        self.assertGreaterEqual(self.events[2].seconds, 10)

    def test_moves(self):
        """A guest's move is told when its state changes."""

        def a_move(state):
            return Move(
                hypervisor='hv1',
                source='hv1',
                guest=Guest(id='g'),
                progress=Progress(state=state),
            )

        def decide(ledger):
            if self.clock.seconds < 10:
                return a_verdict(moves=(a_move(MoveState.MOVING),))
            return a_verdict(moves=(a_move(MoveState.MOVED),), outcome=FINE)

        self.run_goal(decide)

        moves = [
            event.move.state
            for event in self.events
            if isinstance(event, MoveChanged)
        ]
        self.assertEqual(['moving', 'moved'], moves)

    def test_looks_less_often(self):
        """While nothing changes the pauses grow up to the longest."""
        self.run_goal(
            lambda ledger: a_verdict(
                outcome=FINE if self.clock.seconds > 60 else None
            )
        )

        self.assertEqual(loop.SHORTEST_PAUSE, self.clock.waits[0])
        self.assertEqual(loop.LONGEST_PAUSE, self.clock.waits[-1])
        self.assertEqual(sorted(self.clock.waits), self.clock.waits)
