# SPDX-License-Identifier: Apache-2.0
"""What people are to be told beside a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import datetime

from hvctl.decide.hypervisor import certificates
from hvctl.model.hypervisor import Hypervisor
from hvctl.osc.output import columns


def of(
    hypervisors: Iterable[Hypervisor], now: datetime.datetime
) -> Iterator[str]:
    """Tell of certificates that end soon, or have ended."""
    for hv in hypervisors:
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
