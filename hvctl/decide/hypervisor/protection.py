# SPDX-License-Identifier: Apache-2.0
"""Decides whether a hypervisor is protected from what is asked for."""

from __future__ import annotations

from hvctl.decide.case import Case
from hvctl.model import moments
from hvctl.model.codes import OutcomeCode
from hvctl.model.reasons import Reason


def refusal(case: Case) -> Reason | None:
    """Return why a hypervisor is neither drained nor deleted.

    :returns: None where it is not protected, or not any more
    """
    found = case.hv.protection(case.snapshot.taken_at)
    if found is None:
        return None
    return Reason.of(
        OutcomeCode.PROTECTED,
        name=case.name,
        by=found.by,
        reason=found.reason,
        until=moments.written(found.until) if found.until else None,
        unreadable=found.unreadable,
    )
