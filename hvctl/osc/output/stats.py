# SPDX-License-Identifier: Apache-2.0
"""What ``stats show`` prints: the figures of all hypervisors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
import datetime
import typing

from osc_lib.cli import format_columns

from hvctl import exceptions
from hvctl.cloud import clients
from hvctl.decide import stats
from hvctl.decide.drain.plan import room
from hvctl.model.records import Amount, Need
from hvctl.model.snapshot import Snapshot
from hvctl.model.stats import Stats
from hvctl.osc.output import columns
from hvctl.osc.output import looks

#: The resources that are shown, and their fields.
_RESOURCES = {
    'VCPU': 'vcpus',
    'MEMORY_MB': 'memory_mb',
    'DISK_GB': 'disk_gb',
}

#: The statuses of guests that are always told.
_USUAL = ('ACTIVE', 'BUILD', 'ERROR')


def look(
    client: clients.Client,
    flavors: Iterable[str],
    failed: Callable[[str], None],
) -> Stats:
    """Look at all hypervisors of the project.

    :param flavors: names or ids, of which to count free seats
    :param failed: told of a compute cloud that could not be asked
    :raises CloudError: when the first could not
    :raises InvalidRequest: when there is no such flavor
    """
    first = _look(client, flavors)
    found = [first]
    for cloud in sorted(filter(None, {*first[0].other_clouds.values()})):
        try:
            found.append(_look(client.within(cloud), flavors))
        except exceptions.HvctlError as error:
            failed(f'{cloud}: {error}')
    return stats.of(found)


def _look(
    client: clients.Client, flavors: Iterable[str]
) -> tuple[Snapshot, dict[str, Need]]:
    guests = [client.resolve.guest(flavor) for flavor in flavors]
    needs = {guest.name: room.need_of(guest, None, ()) for guest in guests}
    seen = looks.every(client)
    return client.observe(stats.scope(seen, needs.values())), needs


def line(found: Stats) -> str:
    """Return the guests in one line: the cloud's time, and how many are how.

    The usual statuses are always there, so that columns stay where they are.
    """
    when = found.at.astimezone(datetime.UTC)
    counts: Mapping[str, int] = {'GUESTS': found.guests}
    if found.statuses is not None:
        counts = {**dict.fromkeys(_USUAL, 0), **found.statuses}
    words = ' '.join(f'{name}={count}' for name, count in counts.items())
    return f'{when:%Y-%m-%dT%H:%M:%SZ} {words}'


def fields(found: Stats) -> Iterator[tuple[str, typing.Any]]:
    """Return the fields' names and values."""
    yield 'hypervisors', sum(found.phases.values())
    yield 'phases', format_columns.DictColumn({**found.phases})
    yield 'guests', found.guests
    yield (
        'guest_statuses',
        format_columns.DictColumn({**(found.statuses or {})}),
    )
    yield 'guests_per_host', columns.Number(found.density)
    for resource, name in _RESOURCES.items():
        amount = found.amounts.get(resource, Amount())
        yield f'{name}_used', amount.used
        yield name, amount.total
    yield 'metal', format_columns.DictColumn({**(found.metal or {})})
    yield 'free_seats', format_columns.DictColumn({**found.seats})
