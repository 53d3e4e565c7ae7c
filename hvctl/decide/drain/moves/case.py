# SPDX-License-Identifier: Apache-2.0
"""What the moves of one hypervisor's guests are decided by, in one look."""

from __future__ import annotations

import dataclasses
import datetime
import typing

from hvctl.decide.drain.moves import move as guests
from hvctl.model import drain_options as draining
from hvctl.model import hypervisor
from hvctl.model import progress
from hvctl.model import records
from hvctl.model import snapshot as snapshot_model
from hvctl.model import steps
from hvctl.model.drain_options import Method

_STEPS: dict[Method, type[steps.MoveStep]] = {
    Method.LIVE: steps.LiveMigrate,
    Method.COLD: steps.ColdMigrate,
    Method.SHELVE: steps.Shelve,
    Method.OFFLOAD: steps.OffloadShelved,
    Method.CONFIRM: steps.ConfirmResize,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the moves of one hypervisor are decided by."""

    snapshot: snapshot_model.Snapshot
    hv: hypervisor.Hypervisor
    ledger: progress.Ledger
    options: draining.Options
    now: datetime.datetime

    @property
    def here(self) -> dict[str, records.Server]:
        """The guests that are on the host, by id."""
        return {guest.id: guest for guest in self.hv.guests or ()}

    def newest(self, move: progress.Move) -> records.Migration | None:
        """The newest migration record of a move's guest."""
        return guests.newest(move.server_id, self.hv.migrations)

    def sent(self, move: progress.Move) -> bool:
        """Whether Nova has the request of a move that is under way."""
        if move.result != 'moving' or move.adopted or not move.attempt:
            return True
        record = guests.record(move, self.hv.migrations, self.snapshot.user_id)
        asked = request(move, move.attempt, self.options)
        return record is not None or asked in self.ledger.done

    def failure_of(self, step: steps.Step) -> str | None:
        """Why a step has failed for good; None when it has not."""
        failure = self.ledger.failures.get(step.lane)
        if failure is None or failure.step != step:
            return None
        return failure.message

    def is_through(self, step: steps.Step) -> bool:
        """Whether a step has been done, or has failed for good."""
        return step in self.ledger.done or self.failure_of(step) is not None


class Stand(typing.NamedTuple):
    """How a move stands, and what it needs now."""

    move: progress.Move
    step: steps.Step | None = None


def request(
    move: progress.Move, attempt: int, options: draining.Options
) -> steps.MoveStep:
    """The request that begins a move.

    :param attempt: the first, or a later one
    """
    assert move.method is not None
    destination = None
    if move.method is not None and move.method.migrates:
        destination = options.destination
    return _STEPS[move.method](
        name=move.hypervisor,
        server_id=move.server_id,
        attempt=attempt,
        destination=destination,
    )


def question(move: progress.Move, context: Context) -> steps.AskWhy | None:
    """How to ask what became of the last request of this run."""
    if move.adopted or not move.attempt or move.method is None:
        return None
    sent = request(move, move.attempt, context.options)
    request_id = context.ledger.answers.get(sent)
    if request_id is None:
        return None
    return steps.AskWhy(
        name=move.hypervisor,
        server_id=move.server_id,
        request_id=request_id,
    )
