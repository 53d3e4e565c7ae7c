# SPDX-License-Identifier: Apache-2.0
"""Reads a flavor, and how many nodes are free for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
import functools
import typing

from openstack import connection

from hvctl import exceptions
from hvctl.cloud import http
from hvctl.cloud import parallel
from hvctl.cloud.ask import questions
from hvctl.model.preflight import Flavor
from hvctl.model.records import Server, Shape

_DISABLED = 'COMPUTE_STATUS_DISABLED'


def find(conn: connection.Connection, name: str) -> Flavor:
    """Find a flavor by its name or id."""
    found = conn.compute.find_flavor(
        name, ignore_missing=False, get_extra_specs=True
    )
    specs: dict[str, str] = found.extra_specs or {}
    return Flavor(
        id=found.id,
        name=found.name,
        resources={
            key.partition(':')[2]: int(amount)
            for key, amount in specs.items()
            if key.startswith('resources:') and amount.isdigit()
        },
        required=_traits(specs, 'required'),
        forbidden=_traits(specs, 'forbidden'),
        vcpus=found.vcpus or 0,
        ram=found.ram or 0,
        disk=(found.disk or 0) + (found.ephemeral or 0) + (found.swap or 0),
    )


def guest(conn: connection.Connection, name: str) -> Server:
    """Find a flavor, and return what a guest of it would be.

    :param name: its name or id
    :raises InvalidRequest: when there is no such flavor, or not just one
    """
    with parallel.readers() as pool:
        asked = questions.Questions(pool)
        look = functools.partial(_guest, conn, name)
        found = asked.ask('flavor', look, name).answer()
    if found is None:
        raise exceptions.InvalidRequest('; '.join(asked.problems))
    return found


def _guest(conn: connection.Connection, name: str) -> Server:
    found = conn.compute.find_flavor(
        name, ignore_missing=False, get_extra_specs=True
    )
    # The size of a flavor's swap is in MiB, that of the others in GiB.
    swap = -(-int(found.swap or 0) // 1024)
    return Server(
        id='',
        name=found.name,
        status='',
        shape=Shape(
            vcpus=found.vcpus or 0,
            memory=found.ram or 0,
            disk=(found.disk or 0) + (found.ephemeral or 0) + swap,
        ),
        extra_specs=found.extra_specs or {},
    )


def _traits(specs: Mapping[str, str], wish: str) -> tuple[str, ...]:
    return tuple(
        key.partition(':')[2]
        for key, value in specs.items()
        if key.startswith('trait:') and value == wish
    )


class Stock(typing.NamedTuple):
    """The nodes for a flavor.

    :ivar free: those that Nova may choose
    :ivar disabled: those that it may not, for their service is disabled
    """

    free: int
    disabled: int = 0


def stock(
    conn: connection.Connection,
    flavor: Flavor,
    number: int,
    aggregates: Collection[str] = (),
) -> Stock | None:
    """Count the nodes for a flavor, the way nova-scheduler asks for them.

    :param number: at which to stop
    :param aggregates: uuids of some of which they must be in one
    :returns: None when there was nothing to ask Placement for
    :raises CloudError: when it could not be asked
    """
    asked = {
        name: amount for name, amount in flavor.resources.items() if amount > 0
    }
    if not asked or number == 0:
        return None
    most: dict[str, object] = {'limit': number}
    if aggregates:
        most['member_of'] = f'in:{",".join(aggregates)}'
    traits = [*flavor.required, *(f'!{trait}' for trait in flavor.forbidden)]
    # Nova gives it to every node of a nova-compute that is disabled
    # (nova/scheduler/request_filter.py, compute_status_filter).
    free = _count(conn, asked, [*traits, f'!{_DISABLED}'], most)
    if free >= number:
        return Stock(free)
    return Stock(free, _count(conn, asked, [*traits, _DISABLED], most))


def _count(
    conn: connection.Connection,
    asked: Mapping[str, int],
    traits: Sequence[str],
    most: Mapping[str, object],
) -> int:
    """Count the providers that have some resources and traits."""
    params: dict[str, object] = {
        'resources': ','.join(f'{k}:{v}' for k, v in asked.items()),
        'required': ','.join(traits),
        **most,
    }
    request = http.Request(
        url='/allocation_candidates',
        doing='ask Placement for free nodes',
        microversion=http.PLACEMENT,
        params=params,
    )
    return http.ask(
        conn.placement,
        request,
        lambda body: len(body.parts('allocation_requests')),
    )
