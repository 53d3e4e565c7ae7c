# SPDX-License-Identifier: Apache-2.0
"""How Neutron filters, and divides lists into pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import itertools
import typing
import urllib.parse

from hvctl.tests.simulation import service

_OTHER = frozenset({'fields', 'limit', 'marker', 'fixed_ips'})


def answer(
    call: service.Call, key: str, found: Iterable[service.JSON]
) -> service.Answer:
    """Answer with the entries that a query wants.

    A marker counts only where there is a limit (neutron/api/api_common.py,
    get_limit_and_marker).
    """
    query = call.query
    filters = {
        name: set(values)
        for name, values in query.lists()
        if name not in _OTHER
    }
    wanted: Iterable[service.JSON] = (
        entry for entry in found if _fits(entry, filters, query)
    )
    limit = int(query.get('limit', 0)) or None
    if limit is not None and 'marker' in query:
        wanted = _after(wanted, query['marker'])
    page = list(itertools.islice(wanted, limit))
    fields = query.getlist('fields')
    body: service.JSON = {
        key: [
            {name: entry[name] for name in fields if name in entry}
            if fields
            else entry
            for entry in page
        ]
    }
    if limit is not None:
        body[f'{key}_links'] = list(_links(call, key, page, limit))
    return service.Answer(body=body)


def _links(
    call: service.Call, key: str, page: list[service.JSON], limit: int
) -> Iterator[service.JSON]:
    """Give the links to the pages beside one.

    There is always one to the page before
    (neutron/api/api_common.py, get_pagination_links).
    """
    params = [(k, v) for k, v in call.query.items(multi=True) if k != 'marker']
    beside = [('previous', 0, [('page_reverse', 'True')])]
    if len(page) >= limit:
        beside.insert(0, ('next', -1, []))
    for rel, position, more in beside:
        marker = [('marker', page[position]['id'])] if page else []
        query = urllib.parse.urlencode([*params, *marker, *more])
        yield {'rel': rel, 'href': f'{call.base}/v2.0/{key}?{query}'}


def _fits(
    entry: service.JSON,
    filters: dict[str, set[str]],
    query: typing.Mapping[str, str],
) -> bool:
    address = query.get('fixed_ips', '').removeprefix('ip_address=')
    has = any(ip['ip_address'] == address for ip in entry.get('fixed_ips', ()))
    return (not address or has) and all(
        str(entry.get(name, '')) in values for name, values in filters.items()
    )


def _after(
    found: Iterable[service.JSON], marker: str
) -> Iterable[service.JSON]:
    """Give what comes after the entry of an id.

    :raises Refusal: when that is not there
    """
    rest = itertools.dropwhile(lambda entry: entry['id'] != marker, found)
    if next(rest, None) is None:
        raise service.Refusal(
            404, f'Marker {marker} could not be found.', 'HTTPNotFound'
        )
    return rest
