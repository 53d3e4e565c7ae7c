# SPDX-License-Identifier: Apache-2.0
"""Makes the rows that ``drain`` prints."""

from __future__ import annotations

from hvctl.osc.output import move_words
from hvctl.osc.output import rows
from hvctl.run import loop

DRAINED = (
    'Hypervisor',
    'Guest ID',
    'Guest',
    'Project ID',
    'State',
    'Method',
    'Result',
    'Destination',
    'Seconds',
    'Code',
    'Reason',
)


def drained(result: loop.Result, *, with_facts: bool) -> list[rows.Row]:
    """Return a row for each guest that ``drain`` saw."""
    found: list[rows.Row] = []
    for move in result.ledger.moves.values():
        progress, seconds = move.progress, None
        if progress.started_at and progress.ended_at:
            took = progress.ended_at - progress.started_at
            seconds = round(took.total_seconds())
        row: rows.Row = (
            move.hypervisor,
            move.server_id,
            move.guest.name,
            move.guest.project_id,
            move.guest.status,
            str(move.method or ''),
            str(move.state),
            progress.destination or '',
            seconds,
            rows.code(move.reason),
            move_words.why(move),
        )
        found.append((*row, rows.facts(move.reason)) if with_facts else row)
    return found
