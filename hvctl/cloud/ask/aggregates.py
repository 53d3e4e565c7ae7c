# SPDX-License-Identifier: Apache-2.0
"""Chooses the aggregates that hypervisors are to join."""

from __future__ import annotations

from collections.abc import Iterable

from hvctl.model.preflight import Lookup
from hvctl.model.records import Aggregate


def choose(
    names: Lookup, known: Iterable[Aggregate]
) -> tuple[dict[str, int], list[str]]:
    """Choose by name and availability zone.

    :returns: the ids of the aggregates to join, by uuid, and what is wrong
    """
    by_name = {aggregate.name: aggregate for aggregate in known}
    problems = [
        f'there is no aggregate {name}'
        for name in names.aggregates
        if name not in by_name
    ]
    wanted = [by_name[name] for name in names.aggregates if name in by_name]
    zone = names.availability_zone
    if zone and all(a.availability_zone != zone for a in wanted):
        # A zone is nothing but what an aggregate says of its hosts.
        of_zone = [a for a in by_name.values() if a.availability_zone == zone]
        if len(of_zone) == 1:
            wanted += of_zone
        else:
            listed = ', '.join(a.name for a in of_zone) or 'none'
            problems.append(
                f'not just one aggregate makes availability zone {zone}: '
                f'{listed}; name the aggregate to join'
            )
    if len({a.availability_zone for a in wanted} - {None}) > 1:
        listed = ', '.join(
            f'{a.name} ({a.availability_zone})'
            for a in wanted
            if a.availability_zone
        )
        problems.append(
            f'the aggregates make several availability zones: {listed}; '
            'Nova lets a host be in one only: name aggregates of one zone'
        )
    return {a.uuid: a.id for a in wanted}, problems
