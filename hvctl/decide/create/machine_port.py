# SPDX-License-Identifier: Apache-2.0
"""Decides whether the machine's port that is there will do."""

from __future__ import annotations

from hvctl.decide.create.case import CreateCase
from hvctl.decide.hypervisor import absence
from hvctl.model.codes import OutcomeCode
from hvctl.model.reasons import Reason
from hvctl.model.verdict import Verdict


def taken(case: CreateCase) -> Verdict | None:
    """Refuse a port that something else has: Nova would answer 409."""
    hv = case.hv
    if hv.server is not None or case.snapshot.partial:
        return None
    for port in hv.ports:
        if not port.device_id:
            continue
        found = absence.found(case, port.device_id)
        other = found.name if found is not None else None
        if other == hv.name or not (
            other or absence.is_gone(case, port.device_id)
        ):
            continue
        return Verdict.failed(
            case.status,
            Reason.of(
                OutcomeCode.PORT_TAKEN,
                name=hv.name,
                port_id=port.id,
                device_id=port.device_id,
                server=other,
            ),
        )
    return None
