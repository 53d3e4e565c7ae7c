# SPDX-License-Identifier: Apache-2.0
"""How Nova divides lists into pages (nova/api/openstack/common.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
import itertools
import typing
import urllib.parse

from hvctl.tests.simulation import service

#: ``[api] max_limit``, as it is by default.
MOST = 1000

_T = typing.TypeVar('_T')


def limit(call: service.Call) -> int:
    """Return how many entries a page has.

    :raises Refusal: when that is no number
    """
    given = call.query.get('limit', str(MOST))
    if not given.isdecimal():
        raise service.Refusal(
            400,
            'Invalid input for query parameters limit. Value: '
            f"{given}. '{given}' does not match '^[0-9]*$'",
        )
    return min(int(given), MOST)


def page(call: service.Call, found: Iterable[_T]) -> list[_T]:
    """Take a page of what a marker has chosen already."""
    return list(itertools.islice(found, limit(call)))


def next_link(
    call: service.Call, path: str, key: str, number: int, last: str
) -> service.JSON:
    """Return the link to the next page, where this one is full.

    :param number: entries of the page
    :param last: what tells the last of them
    """
    most = limit(call)
    if not number or number < most:
        return {}
    # Of what is given several times the last counts.
    params = {k: v[-1] for k, v in sorted(call.query.lists())}
    params['marker'] = last
    query = urllib.parse.urlencode(params)
    href = f'{call.base}/v2.1/{path}?{query}'
    return {f'{key}_links': [{'rel': 'next', 'href': href}]}


def after_marker(
    call: service.Call,
    find: Callable[[str], int | None],
    everything: Callable[[int | None], Iterator[_T]],
) -> Iterator[_T]:
    """Give what comes after the marker of a request.

    :param find: returns the number of what a marker names
    :param everything: gives what comes after a number
    :raises Refusal: when the marker is not there
    """
    marker = call.query.get('marker')
    if marker is None:
        return everything(None)
    number = find(marker)
    if number is None:
        raise service.Refusal(400, f'marker [{marker}] not found')
    return everything(number)
