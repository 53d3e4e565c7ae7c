# SPDX-License-Identifier: Apache-2.0
"""Makes the rows that ``drain`` prints."""

from __future__ import annotations

from hvctl.model.move import Move
from hvctl.osc.output import columns
from hvctl.osc.output import move_words
from hvctl.osc.output import rows
from hvctl.run import loop

DRAINED = (
    'Name',
    'Guest',
    'State',
    'Method',
    'Result',
    'Destination',
    'Seconds',
    'Reason',
)
DRAINED_LONG = (*DRAINED, 'Code', 'Project ID', 'Guest ID')
DRAINED_WITH_FACTS = DRAINED_LONG + rows.FACTS


def drained(result: loop.Result) -> list[rows.Row]:
    """Return a row for each guest that ``drain`` saw, with facts."""
    return [_row(move) for move in result.ledger.moves.values()]


def _row(move: Move) -> rows.Row:
    progress, seconds = move.progress, None
    if progress.started_at and progress.ended_at:
        took = progress.ended_at - progress.started_at
        seconds = round(took.total_seconds())
    return (
        move.hypervisor,
        move.guest.name,
        move.guest.status,
        str(move.treatment.method or ''),
        str(move.state),
        progress.destination or '',
        columns.Number(seconds),
        move_words.why(move),
        rows.code(move.reason),
        move.guest.project_id,
        move.guest.id,
        rows.facts(move.reason),
    )
