# SPDX-License-Identifier: Apache-2.0
"""Puts together what is said of a guest's move."""

from __future__ import annotations

from hvctl.decide.wording import rendering
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason


def at_rest(move: Move) -> list[str]:
    """Return why a guest is treated so, and what its owner said of it."""
    treatment = move.treatment
    return _rendered((move.reason, *treatment.doubts, *treatment.wishes))


def why(move: Move) -> str:
    """Return why a guest's move stands as it does, and what changes that."""
    if move.state.has_left or move.state is MoveState.FAILED:
        words = _rendered((move.reason,))
    else:
        words = at_rest(move)
    if move.state is MoveState.PLANNED:
        words += _rendered(move.notes)
    remedy = rendering.remedy(move.reason)
    return '; '.join((*words, remedy) if remedy else words)


def _rendered(reasons: tuple[Reason | None, ...]) -> list[str]:
    return [words for words in map(rendering.reason, reasons) if words]
