# SPDX-License-Identifier: Apache-2.0
"""Decides from when to when certificates are good."""

from __future__ import annotations

import datetime

#: How long an authority is good: longer than any host that it is known to.
AUTHORITY_LIFE = datetime.timedelta(days=3650)
#: No two clocks are the same: what is made now is good since a while.
AUTHORITY_SLACK = datetime.timedelta(days=1)
SLACK = datetime.timedelta(hours=1)


def whole(moment: datetime.datetime) -> datetime.datetime:
    """Return a moment as a certificate has it."""
    return moment.astimezone(datetime.UTC).replace(microsecond=0)
