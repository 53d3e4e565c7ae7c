# SPDX-License-Identifier: Apache-2.0
"""Counts what the hypervisors of a project are, have, and have left."""

from __future__ import annotations

import collections
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import sight
from hvctl.model.hypervisor import Hypervisor, Phase
from hvctl.model.records import Amount, Candidate, Need, Node
from hvctl.model.snapshot import AmountsLook, Snapshot
from hvctl.model.stats import Stats

#: What Nova has told no status of.
_UNTOLD = 'UNKNOWN'

#: The uses of Ironic nodes, and the provision states that they have in each
#: (ironic/common/states.py); a node in maintenance is broken in any of them.
METAL: Mapping[str, frozenset[str]] = {
    'in use': frozenset(
        {
            *('active', 'deploying', 'wait call-back', 'deploy hold'),
            *('rebuild', 'rescue', 'rescuing', 'rescue wait', 'unrescuing'),
            *('servicing', 'service wait', 'service hold'),
        }
    ),
    'free': frozenset({'available'}),
    'cleaning': frozenset(
        {'deleting', 'deleted', 'cleaning', 'clean wait', 'clean hold'}
    ),
    'broken': frozenset(
        {
            *('error', 'deploy failed', 'clean failed', 'rescue failed'),
            *('unrescue failed', 'service failed', 'inspect failed'),
            'adopt failed',
        }
    ),
}

_OTHER = 'other'


def scope(look: Snapshot, needs: Iterable[Need]) -> AmountsLook:
    """Return what else is to be read of hypervisors.

    The statuses of guests are read where the look has told their ids: where
    many hypervisors are ours, only their numbers are known.

    :param look: at all of the project in one compute cloud
    :param needs: of guests that room is wanted for
    """
    ours = list(_hypervisors(look))
    return AmountsLook(
        last=look,
        provider_ids=frozenset(
            hv.provider.id
            for hv in ours
            if hv.provider is not None and hv.reported
        ),
        hosts=frozenset(
            hv.host
            for hv in ours
            if any(guest.status == _UNTOLD for guest in hv.guests or ())
            and sight.guests_seen(hv)
        ),
        needs=frozenset(needs),
    )


def of(looks: Sequence[tuple[Snapshot, Mapping[str, Need]]]) -> Stats:
    """Return the figures.

    :param looks: one at each compute cloud, with what a guest of each flavor
        needs there, by the flavor's name; the first has the Ironic nodes
    """
    seen = [
        [(hv, sight.status(look, hv).phase) for hv in _hypervisors(look)]
        for look, _ in looks
    ]
    ours = [each for some in seen for each in some]
    guests = [hv.guests for hv, _ in ours if hv.guests_count]
    statuses = None
    if None not in guests:
        statuses = _counted(
            guest.status for some in guests for guest in some or ()
        )
    seats: collections.Counter[str] = collections.Counter()
    for (look, needs), some in zip(looks, seen, strict=True):
        usable = frozenset(_open_providers(some))
        for flavor, need in needs.items():
            seats[flavor] += seats_in(look.room.get(need, ()), usable)
    nodes = looks[0][0].nodes
    return Stats(
        at=looks[0][0].taken_at,
        phases=_counted(str(phase) for _, phase in ours),
        guests=sum(hv.guests_count or 0 for hv, _ in ours),
        hosts=sum(hv.reported for hv, _ in ours),
        statuses=statuses,
        amounts=_summed(look for look, _ in looks),
        metal=None if nodes is None else _counted(map(use, nodes)),
        seats=dict(seats),
    )


def seats_in(room: Iterable[Candidate], usable: Container[str]) -> int:
    """Return how many guests find room, one host after the other.

    Where hosts share a provider, what is given to one is not there for the
    next.

    :param room: where Placement would place one
    :param usable: ids of the providers of hosts that may have some
    """
    left: dict[tuple[str, str], int] = {}
    found = 0
    for candidate in room:
        if candidate.root_id not in usable:
            continue
        for part in candidate.parts:
            left.setdefault((part.provider_id, part.resource), part.left)
        fit = min(
            (
                left[part.provider_id, part.resource] // part.amount
                for part in candidate.parts
            ),
            default=0,
        )
        for part in candidate.parts:
            left[part.provider_id, part.resource] -= fit * part.amount
        found += fit
    return found


def use(node: Node) -> str:
    """Return what an Ironic node is in use for."""
    if node.maintenance:
        return 'broken'
    for name, states in METAL.items():
        if node.provision_state in states:
            # Nova has chosen it, and Ironic is not asked to deploy it yet.
            return 'in use' if name == 'free' and node.instance_id else name
    return _OTHER


def _hypervisors(look: Snapshot) -> Iterator[Hypervisor]:
    yield from assemble.assemble(look, assemble.names(look)).values()


def _open_providers(
    seen: Iterable[tuple[Hypervisor, Phase]],
) -> Iterator[str]:
    for hv, phase in seen:
        if (
            hv.provider is not None
            and not hv.disabled_trait
            and phase is Phase.ENABLED
        ):
            yield hv.provider.id


def _summed(looks: Iterable[Snapshot]) -> dict[str, Amount]:
    found: dict[str, Amount] = {}
    for look in looks:
        for has in look.amounts.values():
            for name, amount in has.items():
                before = found.get(name, Amount())
                found[name] = Amount(
                    before.total + amount.total, before.used + amount.used
                )
    return found


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(collections.Counter(words).items()))
