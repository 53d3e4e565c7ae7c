# SPDX-License-Identifier: Apache-2.0
"""What the moves of one hypervisor's guests are decided by, in one look."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import datetime
import typing

from hvctl.decide.drain.moves import guests
from hvctl.decide.drain.plan import treatment
from hvctl.model.drain_options import DrainOptions, Method
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.ledger import Ledger
from hvctl.model.move import Move
from hvctl.model.records import Migration, Server
from hvctl.model.results import Accepted
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import (
    AskWhy,
    ColdMigrate,
    ConfirmResize,
    LiveMigrate,
    MoveStep,
    OffloadShelved,
    Shelve,
    Step,
)

_STEPS: dict[Method, type[MoveStep]] = {
    Method.LIVE: LiveMigrate,
    Method.COLD: ColdMigrate,
    Method.SHELVE: Shelve,
    Method.OFFLOAD: OffloadShelved,
    Method.CONFIRM: ConfirmResize,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the moves of one hypervisor are decided by.

    :ivar treatments: what is to be done with each guest that is on the host,
        by its id: decided once for each look
    """

    snapshot: Snapshot
    hv: Hypervisor
    ledger: Ledger
    options: DrainOptions
    now: datetime.datetime
    treatments: Mapping[str, treatment.Treatment]

    @property
    def here(self) -> dict[str, Server]:
        """The guests that are on the host, by id."""
        return {guest.id: guest for guest in self.hv.guests or ()}

    def newest(self, move: Move) -> Migration | None:
        """The newest migration record of a move's guest."""
        return guests.newest(move.server_id, self.hv.migrations)

    def sent(self, move: Move) -> bool:
        """Whether Nova has the request of a move that is under way."""
        if move.result != 'moving' or move.adopted or not move.attempt:
            return True
        record = guests.record(move, self.hv.migrations, self.snapshot.user_id)
        asked = request(move, move.attempt, self.options)
        return record is not None or asked in self.ledger.done

    def failure_of(self, step: Step) -> str | None:
        """Why a step has failed for good; None when it has not."""
        failure = self.ledger.failures.get(step.lane)
        if failure is None or failure.step != step:
            return None
        return failure.message

    def is_through(self, step: Step) -> bool:
        """Whether a step has been done, or has failed for good."""
        return step in self.ledger.done or self.failure_of(step) is not None


class Stand(typing.NamedTuple):
    """How a move stands, and what it needs now."""

    move: Move
    step: Step | None = None


def request(move: Move, attempt: int, options: DrainOptions) -> MoveStep:
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


def question(move: Move, context: Context) -> AskWhy | None:
    """How to ask what became of the last request of this run."""
    if move.adopted or not move.attempt or move.method is None:
        return None
    sent = request(move, move.attempt, context.options)
    accepted = context.ledger.answer(sent, Accepted)
    if accepted is None:
        return None
    return AskWhy(
        name=move.hypervisor,
        server_id=move.server_id,
        request_id=accepted.request_id,
    )
