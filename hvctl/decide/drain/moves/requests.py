# SPDX-License-Identifier: Apache-2.0
"""The requests that a guest's move consists of, and what became of them."""

from __future__ import annotations

import typing

from hvctl.decide.drain.case import DrainCase
from hvctl.model.drain_options import DrainOptions, Method
from hvctl.model.ledger import Ledger, Refusal
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.results import Accepted
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


class Followed(typing.NamedTuple):
    """A move after this look, and the step that it needs now, if any."""

    move: Move
    step: Step | None = None


def request(move: Move, options: DrainOptions) -> MoveStep:
    """Return the request that begins a move, which must have a method."""
    method = move.treatment.method
    if method is None:
        raise AssertionError(f'{move.guest.id} is not to be moved')
    return _STEPS[method](
        name=move.hypervisor,
        server_id=move.guest.id,
        destination=options.destination if method.migrates else None,
    )


def is_answered(move: Move, case: DrainCase) -> bool:
    """Return whether Nova has accepted the request of a move."""
    return case.ledger.done_since(
        request(move, case.options), move.progress.started_at
    )


def is_through(step: Step, case: DrainCase) -> bool:
    """Return whether a step that is sent once is done, or failed for good."""
    return (
        case.ledger.done_since(step, None)
        or case.ledger.failed_since(step, None) is not None
    )


def refusal(step: Step, ledger: Ledger) -> Refusal | None:
    """Return how a step is refused for now, if it is."""
    refused = ledger.refusals.get(step.lane)
    return refused if refused is not None and refused.step == step else None


def is_refused(step: Step, case: DrainCase) -> bool:
    """Return whether a step is refused for now, and tried again later."""
    return refusal(step, case.ledger) is not None


def may_be_sent_again(options: DrainOptions, ledger: Ledger) -> bool:
    """Return whether the pause of a request that was refused is over."""
    return any(
        refused is not None and refused.again_at <= ledger.looked_at
        for move in ledger.moves.values()
        if move.state is MoveState.MOVING
        for refused in [refusal(request(move, options), ledger)]
    )


def question(move: Move, case: DrainCase) -> AskWhy | None:
    """Return how to ask what became of the last request of this run."""
    if (
        move.progress.adopted
        or not move.progress.attempt
        or move.treatment.method is None
        or not is_answered(move, case)
    ):
        return None
    accepted = case.ledger.answer(request(move, case.options), Accepted)
    if accepted is None:
        return None
    return AskWhy(
        name=move.hypervisor,
        server_id=move.guest.id,
        request_id=accepted.request_id,
    )
