# SPDX-License-Identifier: Apache-2.0
"""Tests of lists that come in pages."""

from __future__ import annotations

import typing
import urllib.parse

from hvctl import exceptions
from hvctl.cloud import answers
from hvctl.cloud import http
from hvctl.cloud import lists
from hvctl.tests.unit.cloud import base

THINGS = f'{base.COMPUTE}/things'
IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g']


def things(*names: str, key: str = 'id') -> list[dict[str, typing.Any]]:
    """Entries of a list."""
    return [{key: name} for name in names]


def name(entry: answers.Fields) -> str:
    """What is made of an entry."""
    return entry.any_text('id') or entry.text('uuid')


class TestCase(base.TestCase):
    """Reads one list of Nova."""

    def read(
        self,
        paging: lists.Paging = lists.Paging.BY_ID,
        **options: typing.Any,
    ) -> list[str] | None:
        """Read it."""
        return lists.read(
            self.conn.compute,
            'things',
            http.Request(
                url='/things',
                doing='list the things',
                microversion=http.COMPUTE,
                params={'host': 'hv1'},
                **options,
            ),
            name,
            paging,
        )

    def queries(self) -> list[dict[str, str]]:
        """What was asked."""
        return [
            dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(r.url).query))
            for r in self.sent('GET', THINGS)
        ]


class TestMarkers(TestCase):
    """Pages that are asked for by the last entry of the one before."""

    def test_until_one_is_empty(self) -> None:
        """No link says that more follows; the filter is kept."""
        for size in (1, 2, 3, 7, 1000):
            with self.subTest(size=size):
                self.mock.get(
                    THINGS, **base.listed('things', *things(*IDS), page=size)
                )

                self.assertEqual(IDS, self.read())

        for query in self.queries():
            self.assertEqual('hv1', query['host'])

    def test_dropped_entries(self) -> None:
        """Nova drops entries of a page after it was counted."""

        def page(request, context):
            # Three on a page; b and d have no service.
            start = 0
            if 'marker' in request.qs:
                start = IDS.index(request.qs['marker'][0]) + 1
            shown = [i for i in IDS[start : start + 3] if i not in 'bd']
            return {'things': things(*shown)}

        self.mock.get(THINGS, json=page)

        self.assertEqual(['a', 'c', 'e', 'f', 'g'], self.read())

    def test_uuids(self) -> None:
        """Ironic's nodes and Nova's migrations have a UUID for that."""
        entries = things(*IDS, key='uuid')
        self.mock.get(THINGS, **base.listed('things', *entries, page=2))

        self.assertEqual(IDS, self.read(lists.Paging.BY_UUID))

    def test_numbers(self) -> None:
        """Nova's server groups are counted."""

        def page(request, context):
            start = int(request.qs.get('offset', ['0'])[0])
            return {'things': things(*IDS[start : start + 2])}

        self.mock.get(THINGS, json=page)

        self.assertEqual(IDS, self.read(lists.Paging.BY_NUMBER))

    def test_endless(self) -> None:
        """A service that ignores markers ends with an error."""
        self.mock.get(THINGS, json={'things': things('a', 'b')})
        for paging in (lists.Paging.BY_ID, lists.Paging.BY_NUMBER):
            with (
                self.subTest(paging=paging),
                self.assertRaisesRegex(
                    exceptions.CloudError,
                    'could not list the things: .* same page',
                ),
            ):
                self.read(paging)

    def test_moved(self) -> None:
        """What comes twice, since it has moved, makes the list begin anew."""
        pages = [('a', 'b'), ('a',), ('b', 'a'), ('c',), ()]
        self.mock.get(
            THINGS, [{'json': {'things': things(*page)}} for page in pages]
        )

        self.assertEqual(['b', 'a', 'c'], self.read(lists.Paging.BY_ID))

    def test_marker_gone(self) -> None:
        """What was deleted between two pages makes the list begin anew."""
        for status in (400, 404):
            with self.subTest(status=status):
                self.mock.reset_mock()
                there = list(IDS)

                def page(request, context, there=there, status=status):
                    (marker,) = request.qs.get('marker', [''])
                    if marker == 'b' and 'b' in there:
                        there.remove('b')
                        context.status_code = status
                        return {'badRequest': {'message': 'marker [b]'}}
                    start = there.index(marker) + 1 if marker else 0
                    return {'things': things(*there[start : start + 2])}

                self.mock.get(THINGS, json=page)

                self.assertEqual(
                    ['a', 'c', 'd', 'e', 'f', 'g'],
                    self.read(accept=http.NOT_FOUND),
                )

    def test_marker_always_gone(self) -> None:
        """A list that never stays is tried again, at another look."""

        def page(request, context):
            if 'marker' in request.qs:
                context.status_code = 400
            return {'things': things('a')}

        self.mock.get(THINGS, json=page)

        with self.assertRaisesRegex(
            exceptions.CloudError, 'could not list the things'
        ) as caught:
            self.read()
        self.assertTrue(caught.exception.transient)

    def test_first_page_refused(self) -> None:
        """Only a page with a marker may begin anew."""
        self.mock.get(THINGS, status_code=400, json={})

        with self.assertRaises(exceptions.CloudError) as caught:
            self.read()
        self.assertFalse(caught.exception.transient)
        self.assertEqual(1, len(self.queries()))

    def test_nonsense(self) -> None:
        """An entry that is not as it should be is an error of the list."""
        bodies: tuple[dict[str, typing.Any], ...] = (
            {},
            {'things': None},
            {'things': [None]},
            {'things': [{}]},
            {'things': [{'id': 1}]},
            {'things': [{'id': None}]},
        )
        for body in bodies:
            with (
                self.subTest(body=body),
                self.assertRaisesRegex(
                    exceptions.CloudError,
                    'could not list the things: the answer makes no sense',
                ),
            ):
                self.mock.get(THINGS, json=body)
                self.read()

    def test_accepted(self) -> None:
        """An accepted error means that there is no such list."""
        self.mock.get(THINGS, status_code=404, json={})

        self.assertIsNone(self.read(accept=http.NOT_FOUND))


class TestLinks(TestCase):
    """Lists that tell only by a link that more follows."""

    def read_links(self) -> list[str] | None:
        """Read it."""
        return self.read(lists.Paging.BY_LINK)

    def test_one_page(self) -> None:
        """A list without links is one request."""
        more: tuple[dict[str, typing.Any], ...] = (
            {},
            {'things_links': []},
            {'things_links': None},
        )
        for links in more:
            self.mock.reset_mock()
            self.mock.get(THINGS, json={'things': things('a')} | links)

            self.assertEqual(['a'], self.read_links())
            self.assertEqual(1, len(self.queries()))

    def test_elsewhere(self) -> None:
        """Of a link only the query counts, at the endpoint that was asked."""

        def page(request, context):
            if 'marker' in request.qs:
                return {'things': things('b')}
            href = 'http://10.0.0.1:8774/v2.1/other?host=hv1&marker=a&limit=1'
            return {
                'things': things('a'),
                'things_links': [
                    {'rel': 'previous', 'href': 'https://elsewhere'},
                    {'rel': 'next', 'href': href},
                ],
            }

        self.mock.get(THINGS, json=page)

        self.assertEqual(['a', 'b'], self.read_links())
        self.assertEqual(
            {'host': 'hv1', 'marker': 'a', 'limit': '1'}, self.queries()[-1]
        )
        self.assertEqual('compute.example.com', self.last().hostname)
        self.assertEqual(
            '2.80', self.last().headers['X-OpenStack-Nova-API-Version']
        )

    def test_endless(self) -> None:
        """A link that leads to itself ends with an error."""
        self.mock.get(
            THINGS,
            json={
                'things': things('a'),
                'things_links': [{'rel': 'next', 'href': '?marker=a'}],
            },
        )

        with self.assertRaisesRegex(exceptions.CloudError, 'same page'):
            self.read_links()
