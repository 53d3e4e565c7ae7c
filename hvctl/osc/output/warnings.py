# SPDX-License-Identifier: Apache-2.0
"""What people are to be told beside a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import datetime

from hvctl.decide.hypervisor import certificates
from hvctl.model import identity
from hvctl.model import intentions
from hvctl.model.hypervisor import Hypervisor
from hvctl.osc.output import columns

#: How early it is said that a hypervisor expires.
SOON = datetime.timedelta(days=1)


def of(
    hypervisors: Iterable[Hypervisor], now: datetime.datetime
) -> Iterator[str]:
    """Tell of what ends soon or has ended, and of what cannot be read."""
    for hv in hypervisors:
        yield from unreadable([hv], now)
        yield from _expiring(hv, now)
        ends = hv.certificates_end
        if ends is None or not certificates.end_soon(hv, now):
            continue
        day = columns.utc(ends)
        if ends > now:
            yield (
                f'the certificates of {hv.name} end at {day}, and no guest '
                'can leave it after that; drain it before'
            )
        else:
            yield (
                f'the certificates of {hv.name} ended at {day}, so no guest '
                'can leave it or come to it; shut them down or shelve them, '
                'and make the hypervisor anew'
            )


def unreadable(
    hypervisors: Iterable[Hypervisor], now: datetime.datetime
) -> Iterator[str]:
    """Tell of intentions that cannot be read."""
    for hv in hypervisors:
        metadata = hv.server.metadata if hv.server is not None else {}
        said = intentions.unreadable_expiry(metadata)
        if said is not None:
            yield (
                f'{hv.name} does not expire: {identity.EXPIRES_KEY} of its '
                f'server, {said!r}, is no moment'
            )
        protection = hv.protection(now)
        if protection is not None and protection.unreadable is not None:
            yield (
                f'{hv.name} is protected until somebody unsets that: '
                f'{identity.PROTECTED_KEY} of its server, '
                f'{protection.unreadable!r}, is no moment'
            )


def _expiring(hv: Hypervisor, now: datetime.datetime) -> Iterator[str]:
    if hv.expires_at is None or hv.expires_at - now > SOON:
        return
    when = columns.utc(hv.expires_at)
    verb = 'expires' if hv.expires_at > now else 'expired'
    stays = (
        ', and stays as long as it is protected' if hv.protection(now) else ''
    )
    yield f'{hv.name} {verb} at {when}{stays}'
