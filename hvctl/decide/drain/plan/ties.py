# SPDX-License-Identifier: Apache-2.0
"""Reads what ties a guest to its host or to other guests."""

from __future__ import annotations

from hvctl.model.ledger import Ledger
from hvctl.model.move import Ties
from hvctl.model.snapshot import Snapshot


def of(guest_id: str, snapshot: Snapshot, ledger: Ledger) -> Ties:
    """Return what ties a guest, by this look or by an earlier one."""
    if snapshot.ties_known:
        return Ties(
            ports=snapshot.direct_ports.get(guest_id, ()),
            affinity=snapshot.affinity.get(guest_id),
            anti_affinity=snapshot.anti_affinity.get(guest_id),
        )
    move = ledger.moves.get(guest_id)
    return move.ties if move is not None else Ties(known=False)
