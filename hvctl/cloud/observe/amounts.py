# SPDX-License-Identifier: Apache-2.0
"""Looks at what hypervisors of ours have, and have left."""

from __future__ import annotations

from concurrent import futures
import dataclasses
import typing

from hvctl import exceptions
from hvctl.cloud import answers
from hvctl.cloud import clouds
from hvctl.cloud import http
from hvctl.cloud import parallel
from hvctl.cloud.observe import compute_cloud
from hvctl.cloud.observe import hosts
from hvctl.cloud.observe import parse
from hvctl.model import identity
from hvctl.model.records import Amount, Candidate, Need, Resources
from hvctl.model.snapshot import AmountsLook, Snapshot

_T = typing.TypeVar('_T')

#: What every host with room can give.
_ANYTHING = Need((('MEMORY_MB', 1),))

#: What providers have, by their ids and by resource class.
_Amounts = dict[str, dict[str, Amount]]


def look(
    pool: futures.Executor, pair: clouds.Pair, scope: AmountsLook
) -> Snapshot:
    """Take the look."""
    placement = pair.placement
    with_room = pool.submit(_amounts, placement)
    room = {
        need: pool.submit(_room, placement, need)
        for need in sorted(scope.needs)
    }
    guests = {
        host: pool.submit(compute_cloud.guests, pair.compute.compute, host)
        for host in sorted(scope.hosts)
    }
    known = with_room.result()
    # They are full, or have no trait of ours, as those without a profile.
    rest = sorted(scope.provider_ids - known.keys())
    others = {
        provider_id: pool.submit(
            _of_one,
            placement,
            provider_id,
            scope.last.consumers.get(provider_id),
        )
        for provider_id in rest
    }
    more = {
        need: [
            pool.submit(_room, placement, need, provider_id)
            for provider_id in rest
        ]
        for need in room
    }
    amounts = parallel.results(others) | {
        provider_id: has
        for provider_id, has in known.items()
        if provider_id in scope.provider_ids
    }
    return dataclasses.replace(
        scope.last,
        amounts=amounts,
        room={
            need: sum((each.result() for each in more[need]), found)
            for need, found in parallel.results(room).items()
        },
        guests={**scope.last.guests, **parallel.results(guests)},
    )


def _amounts(placement: http.Service) -> _Amounts:
    """Read what those of our hosts have that have room."""
    return _ask(placement, _ANYTHING, parse.amounts) or {}


def _room(
    placement: http.Service, need: Need, only: str | None = None
) -> tuple[Candidate, ...]:
    """Ask which of our hosts have room for a guest.

    :param only: the provider of one; None for all that have our trait
    """
    return _ask(placement, need, parse.candidates, only) or ()


def _ask(
    placement: http.Service,
    need: Need,
    parsed: typing.Callable[[answers.Fields], _T],
    only: str | None = None,
) -> _T | None:
    """Ask what room our hosts have.

    :param only: the provider of one; None for all that have our trait
    :returns: None where Placement does not know a trait or a resource, so
        that no host has it; that of ours is unknown until the first create
    """
    if only is None:
        need = need._replace(traits=(*need.traits, identity.TRAIT))
    try:
        return http.ask(placement, hosts.candidates(need, only), parsed)
    except exceptions.CloudError as error:
        if error.status == 400:
            return None
        raise


def _of_one(
    placement: http.Service,
    provider_id: str,
    consumers: typing.Mapping[str, Resources] | None,
) -> dict[str, Amount]:
    """Read what one provider has.

    What a hold takes is used by nobody.
    """
    if consumers is None:
        consumers = hosts.consumers(placement, provider_id)
    hold = identity.hold_id(provider_id)
    used: dict[str, int] = {}
    for consumer, has in consumers.items():
        for name, amount in has.items():
            if consumer != hold:
                used[name] = used.get(name, 0) + amount
    return {
        name: Amount(total, used.get(name, 0))
        for name, total in hosts.capacities(placement, provider_id).items()
    }
