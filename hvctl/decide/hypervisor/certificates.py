# SPDX-License-Identifier: Apache-2.0
"""Decides whether the end of a hypervisor's certificates is near."""

from __future__ import annotations

import datetime

from hvctl.model import credentials
from hvctl.model.hypervisor import Hypervisor

#: How early that is said where no expiry says when the machine goes: as early
#: as certificates are renewed elsewhere.
EARLY = datetime.timedelta(days=30)


def end_soon(hv: Hypervisor, now: datetime.datetime) -> bool:
    """Return whether its certificates end soon, or have ended.

    Those of one with an expiry end later than that by a margin, in which it is
    to be drained; before that nobody has to do anything.
    """
    if hv.certificates_end is None:
        return False
    early = EARLY if hv.expires_at is None else credentials.MARGIN
    return hv.certificates_end - now <= early
