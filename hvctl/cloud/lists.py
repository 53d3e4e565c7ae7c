# SPDX-License-Identifier: Apache-2.0
"""Reads whole lists, page by page.

A page that is short, or has no link to a next one, need not be the last: Nova
drops entries after it has counted a page, and then makes no link
(nova/api/openstack/compute/hypervisors.py, nova/compute/api.py).  So each
page is asked for by the last entry of the one before, until one is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
import dataclasses
import enum
import typing
import urllib.parse

from hvctl import exceptions
from hvctl.cloud import answers
from hvctl.cloud import http

_T = typing.TypeVar('_T')

#: Entries of a page.  Neutron heeds a marker only where there is a limit
#: (neutron/api/api_common.py, get_limit_and_marker).
LIMIT = 1000

#: How often a list is begun anew because it changed under the reading.
_TRIES = 3

#: How many names are asked for at once: what fits into a URL.
_NAMES = 100

_NOTHING: frozenset[int] = frozenset()

#: What the services answer to a marker that is gone.
_GONE = frozenset({400, 404})


class Paging(enum.Enum):
    """How a service is asked for the next page."""

    BY_ID = 'id'
    """By the id of the last entry: Nova and Neutron."""
    BY_UUID = 'uuid'
    """By its UUID: Ironic, and Nova's migrations."""
    BY_NUMBER = 'number'
    """By the number of entries so far: Nova's server groups."""
    BY_LINK = 'link'
    """By what it gives as a link, if it does: lists that have no pages, and
    those of which no page lacks entries that were counted."""


class _Changed(Exception):
    """A page does not follow on the one before, in words."""


class _Page(typing.NamedTuple, typing.Generic[_T]):
    """One page.

    :ivar entries: by what tells one from another
    :ivar query: of the link to the next page, where there is one
    """

    entries: dict[str, _T]
    query: str | None


def portions(names: Iterable[str]) -> Iterator[list[str]]:
    """Return names, sorted, so many as are asked for at once."""
    left = sorted(names)
    while left:
        yield left[:_NAMES]
        left = left[_NAMES:]


def read(
    client: http.Service,
    key: str,
    request: http.Request,
    parse: Callable[[answers.Fields], _T],
    paging: Paging,
    *,
    enough: Callable[[list[_T]], bool] | None = None,
) -> list[_T] | None:
    """Read a whole list.

    :param key: the list's name in the answer
    :param request: asks for the first page
    :param parse: makes a record of an entry
    :param paging: how to ask for the next page
    :param enough: says by the entries so far whether to stop there
    :returns: its entries, or None when the status was one to accept
    :raises CloudError: when a page could not be read
    """
    words = ''
    for _ in range(_TRIES):
        try:
            return _read(client, key, request, parse, paging, enough)
        except _Changed as changed:
            words = str(changed)
    raise exceptions.CloudError(
        f'could not {request.doing}: {words}', transient=True
    )


def _read(
    client: http.Service,
    key: str,
    request: http.Request,
    parse: Callable[[answers.Fields], _T],
    paging: Paging,
    enough: Callable[[list[_T]], bool] | None,
) -> list[_T] | None:
    """Read it once.

    :raises _Changed: when the last entry of a page is gone, or a page has
        nothing new
    """

    def page_of(body: answers.Fields) -> _Page[_T]:
        entries = {
            _identity(entry, paging, len(found) + number): parse(entry)
            for number, entry in enumerate(body.parts(key))
        }
        return _Page(entries, _link(body, key))

    found: dict[str, _T] = {}
    queries: set[str | None] = {None}
    asked = request
    while True:
        response = _ask(client, asked, again=asked is not request)
        if response is None:
            return None
        page = http.read(response, asked, page_of)
        before = len(found)
        found |= page.entries
        entries = list(found.values())
        if not page.entries or (enough is not None and enough(entries)):
            return entries
        if paging is Paging.BY_LINK:
            if page.query is None:
                return entries
            ignored = page.query in queries
            queries.add(page.query)
        else:
            ignored = len(found) == before
        if ignored:
            # Once it may be so: in Nova's lists a server that is built has
            # one place as a request and another one in its cell.
            raise _Changed(
                'the service gives the same page again and again; does '
                'something between here and the service drop what is asked '
                'for?'
            )
        asked = dataclasses.replace(
            request, params=_next(request.params or {}, paging, page, found)
        )


def _ask(
    client: http.Service, asked: http.Request, *, again: bool
) -> http.Response | None:
    """Ask for a page; None when its status is one to accept."""
    if not again:
        response = http.call(client, asked)
        return None if response.status_code in asked.accept else response
    try:
        return http.call(client, dataclasses.replace(asked, accept=_NOTHING))
    except exceptions.CloudError as error:
        if error.status in _GONE:
            raise _Changed('the list changes while it is read') from error
        raise


def _identity(entry: answers.Fields, paging: Paging, number: int) -> str:
    if paging is Paging.BY_LINK:
        return str(number)
    if paging is Paging.BY_UUID:
        return entry.text('uuid')
    return entry.text('id')


def _next(
    params: Mapping[str, object],
    paging: Paging,
    page: _Page[_T],
    found: Mapping[str, _T],
) -> dict[str, object]:
    """Return the parameters that ask for the next page."""
    if paging is Paging.BY_LINK:
        # The query only, at the endpoint that was asked: what is before it
        # may be known to the service only, and must not get our token.
        return dict(urllib.parse.parse_qs(page.query or ''))
    if paging is Paging.BY_NUMBER:
        return {**params, 'offset': len(found)}
    return {**params, 'marker': [*page.entries][-1]}


def _link(body: answers.Fields, key: str) -> str | None:
    """Return the query of the link to the next page, if there is one."""
    links = [
        link.text('href')
        for link in body.any_parts(f'{key}_links')
        if link.any_text('rel') == 'next'
    ]
    if not links:
        return None
    return urllib.parse.urlsplit(links[0]).query
