# SPDX-License-Identifier: Apache-2.0
"""Runs the steps that were decided, each lane's one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent import futures
import dataclasses
import logging
import threading
import typing

from hvctl import exceptions
from hvctl import workers
from hvctl.model.results import Done
from hvctl.model.steps import Step
from hvctl.run import clocks

LOG = logging.getLogger(__name__)

#: Steps that are under way at once.  The SDK keeps ten connections to a host;
#: the other six are for looking (hvctl.cloud.parallel).
WORKERS = 4

#: Seconds in which what was sent may still come to its end, when the run does.
GOODBYE = 1.0


@dataclasses.dataclass(slots=True)
class Acted:
    """What a worker did of a lane's steps."""

    done: list[tuple[Step, Done]] = dataclasses.field(default_factory=list)
    failed: tuple[Step, exceptions.CloudError] | None = None


class _Lane(typing.NamedTuple):
    """Steps that are under way for a hypervisor."""

    name: str
    future: futures.Future[Acted]


class Lanes:
    """The lanes of one run.

    :ivar held: until when, by the monotonic clock, a step is not sent again
    """

    def __init__(
        self, act: Callable[[Step], Done], clock: clocks.Clock
    ) -> None:
        self.held: dict[Step, float] = {}
        self._act = act
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}
        self._workers = workers.Workers(WORKERS)
        self._stopped = threading.Event()

    def __bool__(self) -> bool:
        """Return whether anything is under way."""
        return bool(self._lanes)

    def serve(self, name: str) -> bool:
        """Return whether anything is under way for a hypervisor."""
        return any(lane.name == name for lane in self._lanes.values())

    def run(self, name: str, steps: Iterable[Step]) -> None:
        """Begin steps of a hypervisor, where their lanes are free.

        A lane whose steps have one that is held waits for it.
        """
        chains: dict[str, list[Step]] = {}
        for step in steps:
            chains.setdefault(step.lane, []).append(step)
        now = self._clock.monotonic()
        held = {step for step, until in self.held.items() if until > now}
        for lane, chain in chains.items():
            if lane not in self._lanes and held.isdisjoint(chain):
                self._lanes[lane] = _Lane(
                    name, self._workers.submit(self._work, tuple(chain))
                )

    def wait(self, seconds: float) -> dict[str, Acted]:
        """Wait until a lane is through, or for some seconds.

        :returns: what was done, by lane
        """
        self._clock.wait(
            [lane.future for lane in self._lanes.values()], seconds
        )
        through = {
            name: lane.future.result()
            for name, lane in self._lanes.items()
            if lane.future.done()
        }
        for name in through:
            del self._lanes[name]
        return through

    def stop(self) -> None:
        """Send nothing more, and leave soon, whatever hangs."""
        self._stopped.set()
        self._workers.shutdown(wait=False, cancel_futures=True)
        futures.wait([lane.future for lane in self._lanes.values()], GOODBYE)

    def _work(self, chain: tuple[Step, ...]) -> Acted:
        """Run the steps of one lane, in a worker."""
        acted = Acted()
        for step in chain:
            if self._stopped.is_set():
                break
            LOG.debug('%s', step)
            try:
                done = self._act(step)
            except exceptions.CloudError as error:
                acted.failed = (step, error)
                break
            except Exception as error:
                # A mistake of ours, or an answer that no API document knows:
                # the others of the batch are not to suffer from it.
                LOG.debug('%s', step, exc_info=True)
                acted.failed = (
                    step,
                    exceptions.CloudError(
                        f'{type(step).__name__} of {step.name} failed '
                        f'unexpectedly ({type(error).__name__}: {error}); '
                        '--debug shows where'
                    ),
                )
                break
            acted.done.append((step, done))
        return acted
