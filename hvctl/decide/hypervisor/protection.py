# SPDX-License-Identifier: Apache-2.0
"""Decides whether a hypervisor is kept from what is asked for."""

from __future__ import annotations

import datetime

from hvctl.decide.case import Case
from hvctl.model import moments
from hvctl.model.codes import OutcomeCode
from hvctl.model.reasons import Reason


def refusal(
    case: Case, expired: datetime.timedelta | None = None
) -> Reason | None:
    """Return why a hypervisor is neither drained nor deleted.

    :param expired: only what has expired is to go, so long ago; None for
        whatever is named
    :returns: None where it is not protected, or not any more
    """
    server = case.hv.server
    if expired is not None and server is not None:
        # Of what has no server only a rest is left.
        goes_at = case.hv.goes_at(expired)
        if goes_at is None or goes_at > case.snapshot.taken_at:
            return Reason.of(
                OutcomeCode.NOT_EXPIRED,
                name=case.name,
                at=moments.written(goes_at) if goes_at else None,
            )
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
