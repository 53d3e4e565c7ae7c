# SPDX-License-Identifier: Apache-2.0
"""Measures what a command costs in a simulated cloud of some size.

Memory is that of a whole process, so whoever measures that gives each command
one of its own (``tools/bench-requests``).
"""

from __future__ import annotations

import dataclasses
import resource
import time

from hvctl.tests.simulation import application
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import looks


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a command has cost.

    :ivar status: its exit status
    :ivar requests: that it has sent, logins among them
    :ivar read: the bytes of all answers' bodies
    :ivar seconds: of a processor, without those of the simulation
    :ivar elapsed: by this machine's clock
    :ivar peak_mib: the most memory of the process so far; in it is the
        simulation, which keeps next to nothing
    :ivar begin_mib: the most before the command
    :ivar cloud_seconds: that have passed in the cloud
    :ivar by_kind: requests and bytes, by method and what was asked for
    :ivar looks: requests and bytes of each look
    """

    status: int
    requests: int
    read: int
    seconds: float
    elapsed: float
    peak_mib: float
    begin_mib: float
    cloud_seconds: float
    by_kind: dict[str, tuple[int, int]]
    looks: list[tuple[int, int]]


def measure(simulated: cloud.Cloud, *arguments: str) -> Figures:
    """Run a command, and measure it."""
    application_ = simulated.application
    first, served = len(application_.asked), application_.served
    began, at = time.process_time(), simulated.clock.now()
    memory, started = _peak(), time.monotonic()
    found, result = looks.run(simulated, *arguments)
    asked = application_.asked[first:]
    return Figures(
        status=result.status,
        requests=len(asked),
        read=sum(each.size for each in asked),
        seconds=time.process_time() - began - (application_.served - served),
        elapsed=time.monotonic() - started,
        peak_mib=_peak(),
        begin_mib=memory,
        cloud_seconds=(simulated.clock.now() - at).total_seconds(),
        by_kind=_kinds(asked),
        looks=[(look.requests, look.read) for look in found],
    )


def _peak() -> float:
    """Return the most MiB that this process had in memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _kinds(asked: list[application.Asked]) -> dict[str, tuple[int, int]]:
    kinds: dict[str, tuple[int, int]] = {}
    for each in asked:
        kind = f'{each.method} {each.path}'
        if each.method == 'GET' and 'all_tenants' in each.query:
            kind += ' (all projects)'
        number, size = kinds.get(kind, (0, 0))
        kinds[kind] = number + 1, size + each.size
    return kinds
