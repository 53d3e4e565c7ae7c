# SPDX-License-Identifier: Apache-2.0
"""Reads moments as people write them, in ISO 8601."""

from __future__ import annotations

import datetime

#: A moment, or how long from now.
When = datetime.datetime | datetime.timedelta


def read(text: str) -> datetime.datetime | None:
    """Read a moment; one without a zone is in UTC.

    :returns: None for what is none
    """
    try:
        found = datetime.datetime.fromisoformat(text.strip())
        if found.tzinfo is None:
            return found.replace(tzinfo=datetime.UTC)
        return found.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return None


def of(when: When, now: datetime.datetime) -> datetime.datetime:
    """Return the moment that is meant."""
    return when if isinstance(when, datetime.datetime) else now + when


def written(moment: datetime.datetime) -> str:
    """Write a moment for :func:`read`."""
    return moment.isoformat(timespec='seconds')
