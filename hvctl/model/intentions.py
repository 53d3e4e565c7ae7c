# SPDX-License-Identifier: Apache-2.0
"""What operators intend with a hypervisor, as its server's metadata tells it.

Anybody in the project may edit that.  What cannot be read is taken for what
keeps the hypervisor: it is protected, and it does not expire.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import datetime

from hvctl.model import identity
from hvctl.model import moments
from hvctl.model import text

#: What is written in place of a moment that never comes.
NEVER = 'never'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """A hypervisor is neither drained nor deleted.

    :ivar by: who wanted that; '' where it is not told
    :ivar reason: why; '' where it is not told
    :ivar until: when it ends; None where it does not end by itself
    :ivar unreadable: what is written in place of a moment and is none
    """

    by: str = ''
    reason: str = ''
    until: datetime.datetime | None = None
    unreadable: str | None = None


def protection(
    metadata: Mapping[str, str], now: datetime.datetime
) -> Protection | None:
    """Return the protection of a hypervisor, as long as it lasts.

    :param metadata: the server's
    :param now: the time of the cloud that has the server
    """
    said = metadata.get(identity.PROTECTED_KEY)
    if said is None:
        return None
    until = moments.read(said)
    if until is not None and until <= now:
        return None
    known = until is not None or said.strip() == NEVER
    return Protection(
        by=text.one_line(metadata.get(identity.PROTECTED_BY_KEY, '')),
        reason=text.one_line(metadata.get(identity.PROTECTED_REASON_KEY, '')),
        until=until,
        unreadable=None if known else text.one_line(said),
    )


def unreadable_expiry(metadata: Mapping[str, str]) -> str | None:
    """Return what is written in place of an expiry and is none."""
    said = metadata.get(identity.EXPIRES_KEY)
    if said is None or moments.read(said) is not None:
        return None
    return text.one_line(said)
