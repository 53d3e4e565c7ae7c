# SPDX-License-Identifier: Apache-2.0
"""Observe, decide, act: the one loop of every verb.

It knows neither OpenStack nor any verb.  A goal decides, a cloud observes and
acts, and a listener is told what happens.
"""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import datetime
import functools
import threading
import typing

from hvctl import exceptions
from hvctl import workers
from hvctl.decide import interrupted
from hvctl.model.events import (
    Event,
    Finished,
    MoveChanged,
    PhaseReached,
    Refused,
)
from hvctl.model.ledger import Failure, Ledger, Refusal
from hvctl.model.move import Move
from hvctl.model.reasons import Reason
from hvctl.model.results import Done
from hvctl.model.snapshot import Scope, Snapshot
from hvctl.model.steps import Step
from hvctl.model.verdict import Outcome, Verdict
from hvctl.run import clocks
from hvctl.run import lanes
from hvctl.run import looks
from hvctl.run import pace
from hvctl.run import pauses

#: Seconds for which a conflict is taken for one that passes.
CONFLICT = 300.0


class Goal(typing.Protocol):
    """A verb: what is wanted, and the pure decisions on the way there."""

    def scope(self, ledger: Ledger) -> Scope:
        """Return what the next look must reach."""

    def decide(
        self,
        snapshot: Snapshot,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> dict[str, Verdict]:
        """Return for each name what to do and what is waited for."""


class Cloud(typing.Protocol):
    """The only thing that talks to the cloud."""

    def observe(self, scope: Scope) -> Snapshot:
        """Take one look.

        :raises CloudError: when a list could not be read
        """

    def act(self, step: Step) -> Done:
        """Run one step.

        :raises CloudError: when it failed
        """


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a run ended.

    :ivar verdicts: the last verdict on each name, with its outcome
    :ivar seconds: how long each name took
    :ivar ledger: what the run did and saw
    """

    verdicts: dict[str, Verdict]
    seconds: dict[str, float]
    ledger: Ledger

    @property
    def ok(self) -> bool:
        """Whether every name reached the goal."""
        return all(
            verdict.outcome is not None and verdict.outcome.ok
            for verdict in self.verdicts.values()
        )


class Loop:
    """Runs goals against a cloud."""

    def __init__(
        self,
        cloud: Cloud,
        listen: Callable[[Event], None],
        clock: clocks.Clock | None = None,
    ) -> None:
        self._cloud = cloud
        self._listen = listen
        self._clock = clock or clocks.SystemClock()
        self._winding_down = threading.Event()

    def wind_down(self) -> None:
        """Begin nothing new in this run; may be called from anywhere."""
        self._winding_down.set()

    def run(
        self,
        goal: Goal,
        timeout: float,
        grace: float = 0,
        began: float | None = None,
    ) -> Result:
        """Work until every name has an outcome.

        :param goal: what is wanted
        :param timeout: seconds for the whole
        :param grace: seconds after that in which the goal may clean up
        :param began: since when the time counts, by the monotonic clock, if
            that was before
        :returns: the last verdicts; a name that was not finished in time
            has an outcome that says so
        :raises CloudError: when the first look fails; when a later one fails
            for good, the outcomes say so
        """
        run = _Run(self._cloud, self._listen, self._clock, goal)
        run.winding_down = self._winding_down
        if began is not None:
            run.began = began
        try:
            return run.to_the_end(timeout, grace)
        finally:
            run.stop()


class _Run:
    """One run of the loop."""

    def __init__(
        self,
        cloud: Cloud,
        listen: Callable[[Event], None],
        clock: clocks.Clock,
        goal: Goal,
    ) -> None:
        self._listen = listen
        self._clock = clock
        self._goal = goal
        self._ledger = Ledger()
        self._verdicts: dict[str, Verdict] = {}
        self._lanes = lanes.Lanes(cloud.act, clock)
        self._looks = looks.Looks(cloud.observe, listen, clock)
        self._since: dict[str, float] = {}
        self.winding_down = threading.Event()
        self._seconds: dict[str, float] = {}
        self.began = clock.monotonic()
        self._pace = pace.Pace(self.began)

    def to_the_end(self, timeout: float, grace: float) -> Result:
        deadline = self.began + timeout
        scope = functools.partial(self._goal.scope, self._ledger)
        while True:
            try:
                snapshot = self._looks.take(scope, deadline)
            except exceptions.CloudError as error:
                if self._ledger.last is None:
                    raise
                # What has ended keeps its row.
                for name in self._unfinished():
                    self._fail(name, interrupted.cannot_look(error))
                break
            if snapshot is not None:
                self._judge(snapshot, deadline)
            if not self._lanes and self._ended():
                break
            if self._clock.monotonic() >= deadline:
                if self._ledger.last is None:
                    raise workers.no_answer(timeout)
                if not grace or self._looks.trouble is not None:
                    self._give_up(timeout)
                    break
                self._ledger.out_of_time = timeout
                deadline, timeout, grace = deadline + grace, timeout + grace, 0
                continue
            self._rest(deadline)
        return Result(
            verdicts=self._verdicts,
            seconds=self._seconds,
            ledger=self._ledger,
        )

    def stop(self) -> None:
        """Send nothing more, and leave soon, whatever hangs."""
        self._looks.stop()
        self._lanes.stop()

    def _judge(self, snapshot: Snapshot, deadline: float) -> None:
        ledger = self._ledger
        ledger.winding_down = self.winding_down.is_set()
        now = self._looks.now()
        if ledger.last is None:
            ledger.started_at = now
        left = deadline - self._clock.monotonic()
        ledger.ends_at = now + datetime.timedelta(seconds=left)
        verdicts = self._goal.decide(snapshot, ledger, now)
        if not snapshot.partial:
            ledger.keep_refusals(verdicts.values())
        ledger.saw(snapshot)
        ledger.looked_at = now
        for name, verdict in verdicts.items():
            if not self._final(name):
                self._take(name, verdict, now)
        self._pace.hurry(
            any(v.look_again for v in self._unfinished().values())
        )

    def _take(
        self, name: str, verdict: Verdict, now: datetime.datetime
    ) -> None:
        if self._lanes.serve(name):
            # What is under way may have changed what this look saw.
            verdict = dataclasses.replace(
                verdict,
                outcome=None,
                giving_up=None,
                abandoned=None,
                test_failure=None,
            )
        before = self._verdicts.get(name)
        self._verdicts[name] = verdict
        self._ledger.note(name, verdict)
        if before is None or before.status != verdict.status:
            self._ledger.statuses[name] = verdict.status
            self._ledger.changed_at[name] = now
        elif before.news != verdict.news:
            self._ledger.changed_at[name] = now
        self._ledger.first_seen.setdefault((name, verdict.status.phase), now)
        self._tell(name, before, verdict)
        self._lanes.run(name, verdict.steps)

    def _tell(
        self,
        name: str,
        before: Verdict | None,
        verdict: Verdict,
    ) -> None:
        """Tell the listener what changed."""
        for move in verdict.moves:
            known = self._ledger.moves.get(move.guest.id)
            self._ledger.moves[move.guest.id] = move
            if known is None or known.state != move.state:
                self._note(move)
                self._listen(MoveChanged(name=name, move=move))
            elif known.leaves != move.leaves:
                self._note(move)
        at = self._clock.monotonic()
        if before is None or before.status != verdict.status:
            self._pace.changed(at)
            phase = before.status.phase if before is not None else None
            seconds = at - self._since[name] if name in self._since else None
            if phase != verdict.status.phase:
                self._since[name] = at
            self._listen(
                PhaseReached(
                    name=name,
                    status=verdict.status,
                    before=phase,
                    seconds=seconds,
                )
            )
        if verdict.outcome is not None and not verdict.steps:
            self._finish(name, verdict.outcome)

    def _note(self, move: Move) -> None:
        """Let the pace of the looks follow the guests."""
        now = self._clock.monotonic()
        self._pace.changed(now)
        if move.leaves:
            self._pace.began(move.guest.id, now)
        else:
            took = move.progress.took if move.progress.left_at else None
            self._pace.ended(move.guest.id, now, took)

    def _finish(self, name: str, outcome: Outcome) -> None:
        self._seconds[name] = self._clock.monotonic() - self.began
        self._listen(Finished(name=name, outcome=outcome))

    def _book(self, lane: str, acted: lanes.Acted) -> None:
        """Enter into the ledger what a worker did."""
        ledger, now = self._ledger, self._looks.now()
        for step, done in acted.done:
            if step in ledger.done:
                ledger.runs[step] = ledger.runs.get(step, 1) + 1
            ledger.done[step] = ledger.done.get(step, False) or done.changed
            ledger.done_at[step] = now
            ledger.answers.pop(step, None)
            if done.answer is not None:
                ledger.answers[step] = done.answer
        before = ledger.refusals.pop(lane, None)
        if acted.failed is None:
            self._pace.changed(self._clock.monotonic())
            return
        step, error = acted.failed
        if before is not None and before.step != step:
            before = None
        since = before.since if before else now
        conflict = (now - since).total_seconds()
        if error.passes and (error.status != 409 or conflict < CONFLICT):
            tries = before.tries + 1 if before else 1
            self._hold(lane, step, error, since, tries)
            return
        self._pace.changed(self._clock.monotonic())
        ledger.failures[lane] = Failure(step=step, message=str(error), at=now)

    def _hold(
        self,
        lane: str,
        step: Step,
        error: exceptions.CloudError,
        since: datetime.datetime,
        tries: int,
    ) -> None:
        """Try a step again later, if it is still wanted then.

        The next look tells whether it happened all the same, and the decision
        is made anew.

        :param since: when it was refused first
        :param tries: how often it was
        """
        seconds = pauses.pause(tries, error.retry_after, self._clock.chance())
        self._ledger.refusals[lane] = Refusal(
            step=step,
            message=str(error),
            since=since,
            tries=tries,
            again_at=self._looks.now() + datetime.timedelta(seconds=seconds),
        )
        self._lanes.held[step] = self._clock.monotonic() + seconds
        self._listen(
            Refused(name=step.name, message=str(error), seconds=seconds)
        )

    def _rest(self, deadline: float) -> None:
        """Wait until a lane is through, or it is time to look again."""
        now = self._clock.monotonic()
        pause = self._pace.pause(now, self._looks.seconds)
        pause = max(pause, self._looks.again_at - now)
        pause = min(pause, max(0.0, deadline - now))
        for lane, acted in self._lanes.wait(pause).items():
            self._book(lane, acted)

    def _final(self, name: str) -> bool:
        verdict = self._verdicts.get(name)
        return (
            verdict is not None
            and verdict.outcome is not None
            and not verdict.steps
        )

    def _ended(self) -> bool:
        return bool(self._verdicts) and all(map(self._final, self._verdicts))

    def _give_up(self, timeout: float) -> None:
        """Fail what is not finished in time."""
        for name, verdict in self._unfinished().items():
            trouble = self._looks.trouble or self._ledger.refusal(name)
            refused = str(trouble) if trouble is not None else None
            self._fail(
                name, interrupted.late(verdict.status, timeout, refused)
            )

    def _unfinished(self) -> dict[str, Verdict]:
        return {
            name: verdict
            for name, verdict in self._verdicts.items()
            if not self._final(name)
        }

    def _fail(self, name: str, why: Reason) -> None:
        outcome = interrupted.unfinished(name, why, self._ledger)
        self._verdicts[name] = dataclasses.replace(
            self._verdicts[name], steps=(), outcome=outcome
        )
        self._finish(name, outcome)
