# SPDX-License-Identifier: Apache-2.0
"""Decides whether so many hypervisors may be closed for a drain at once.

A typo, or a list of names that is longer than meant, shall not empty a cloud.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from hvctl.model.codes import OutcomeCode
from hvctl.model.disabled_reason import DisabledBy
from hvctl.model.drain_options import DrainOptions
from hvctl.model.reasons import Reason
from hvctl.model.snapshot import Snapshot

#: The share of all capacity that a drain of several may close, unless the
#: user says otherwise.  A single name is taken as meant.
USUAL_SHARE = 0.5


def refusal(
    snapshot: Snapshot,
    named: AbstractSet[str],
    options: DrainOptions,
) -> Reason | None:
    """Return why the named are not to be closed, None when they may be.

    What is closed already is not refused: that would only keep its drain from
    going on.

    :param named: their service hosts
    """
    services = snapshot.services
    if not any(s.enabled for s in services if s.host in named):
        return None
    before = {
        service.host
        for service in services
        if service.disabled.by is DisabledBy.DRAIN
    }
    others = sorted(before - named)
    closed = before | named
    most = options.most_draining
    if most is not None and len(closed) > most:
        return Reason.of(
            OutcomeCode.TOO_MANY_DRAINING,
            closed=len(closed),
            most=most,
            others=tuple(others),
        )
    share = options.most_draining_share
    usual = share is None and most is None and len(named) > 1
    if usual:
        share = USUAL_SHARE
    if share is None:
        return None
    unknown = closed - _sized(snapshot)
    if unknown:
        return Reason.of(
            OutcomeCode.SIZE_UNKNOWN,
            hosts=tuple(sorted(unknown)),
            closed=len(closed),
        )
    limit = round(share * 100)
    percent, of = _closed(snapshot, closed)
    if percent <= limit:
        return None
    return Reason.of(
        OutcomeCode.TOO_MUCH_DRAINING,
        closed=len(closed),
        percent=percent,
        capacity=of,
        limit=limit,
        usual=usual,
        others=tuple(others),
    )


def _sized(snapshot: Snapshot) -> frozenset[str]:
    """Return the service hosts whose size Nova tells."""
    return frozenset(
        node.service_host
        for node in snapshot.compute_nodes
        if node.service_host is not None
        and None not in (node.vcpus, node.memory_mb)
    )


def _closed(snapshot: Snapshot, closed: AbstractSet[str]) -> tuple[int, str]:
    """Return how much of the capacity is closed: VCPUs or memory, the larger.

    The whole is what takes guests, with what is closed for drains.

    :returns: a percentage, rounded up, and of what it is
    """
    hosts = closed | {s.host for s in snapshot.services if s.enabled and s.up}
    nodes = [n for n in snapshot.compute_nodes if n.service_host in hosts]
    found = [(0, 'capacity')]
    for of, sizes in (
        ('VCPUs', {node: node.vcpus or 0 for node in nodes}),
        ('MiB of memory', {node: node.memory_mb or 0 for node in nodes}),
    ):
        total = sum(sizes.values())
        part = sum(
            size for node, size in sizes.items() if node.service_host in closed
        )
        if total:
            percent = -(-part * 100 // total)
            found.append((percent, f'{of} ({part} of {total})'))
    return max(found, key=lambda each: each[0])
