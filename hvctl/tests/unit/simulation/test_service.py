# SPDX-License-Identifier: Apache-2.0
"""Tests of what the simulated services have in common."""

from __future__ import annotations

import typing
import unittest

from werkzeug import wrappers

from hvctl.tests.simulation import microversions
from hvctl.tests.simulation import service

_VERSIONS = microversions.Range(
    type='compute',
    oldest=(2, 1),
    newest=(2, 96),
    legacy='X-OpenStack-Nova-API-Version',
)


class Things(service.Service):
    """A service that has things, and lets administrators remove them."""

    catalogued = 'compute'
    prefix = '/things'

    def __init__(self) -> None:
        super().__init__(
            [
                service.Route(
                    method='GET',
                    path='/<name>',
                    answer=lambda call: service.Answer(
                        body={'name': call.args['name']}
                    ),
                ),
                service.Route(
                    method='DELETE',
                    path='/<name>',
                    answer=lambda _: service.Answer(body=None, status=204),
                    role='admin',
                    since=(2, 50),
                ),
            ]
        )

    def refusal(
        self, refused: service.Refusal, version: service.Version
    ) -> service.JSON:
        """Word a refusal."""
        return {'message': refused.message}

    def version(self, request: wrappers.Request) -> service.Version:
        """Negotiate the microversion."""
        return _VERSIONS.asked(request)

    def version_headers(self, version: service.Version) -> dict[str, str]:
        """Tell the microversion."""
        return _VERSIONS.headers(version)


def ask(
    method: str = 'GET',
    path: str = '/things/one',
    role: str | None = 'reader',
    **headers: str,
) -> wrappers.Response:
    """Ask for something.

    :param role: None: without a token
    :param headers: with ``_`` for ``-``
    """

    def identify(_: wrappers.Request) -> service.Token:
        if role is None:
            raise service.Refusal(401, 'who is it?')
        return service.Token(
            user_id='u', project_id='p', roles=frozenset({role})
        )

    request = wrappers.Request.from_values(
        path,
        method=method,
        headers={name.replace('_', '-'): v for name, v in headers.items()},
    )
    return Things().handle(request, identify)


class TestService(unittest.TestCase):
    """Routes and policies."""

    def test_statuses(self) -> None:
        """Each kind of request is answered or refused with its status."""
        cases: list[tuple[int, dict[str, typing.Any]]] = [
            (200, {}),
            (401, {'role': None}),
            (401, {'role': None, 'X_OpenStack_Nova_API_Version': '3.0'}),
            (403, _delete('member')),
            (204, _delete('admin')),
            (404, {'path': '/things/one/more'}),
            (404, {'method': 'DELETE', 'role': 'admin'}),
            (405, {'method': 'PUT'}),
        ]
        for status, asked in cases:
            with self.subTest(status=status, asked=asked):
                self.assertEqual(status, ask(**asked).status_code)

    def test_nothing_has_no_type(self) -> None:
        """What has no body has no type of content either."""
        answer = ask(**_delete('admin'))

        self.assertEqual(b'', answer.get_data())
        self.assertNotIn('Content-Type', answer.headers)

    def test_roles_stand_for_lesser_ones(self) -> None:
        """An administrator may read, and a service user may not."""
        self.assertEqual(200, ask(role='admin').status_code)
        self.assertEqual(403, ask(role='service').status_code)


def _delete(role: str) -> dict[str, str]:
    return {
        'method': 'DELETE',
        'role': role,
        'OpenStack_API_Version': 'compute 2.50',
    }


class TestMicroversions(unittest.TestCase):
    """Microversions."""

    def test_are_told(self) -> None:
        """An answer tells its version in both headers."""
        cases = {
            '': '2.1',
            'compute 2.80': '2.80',
            'compute latest': '2.96',
            'placement 1.38': '2.1',
            'placement 1.38, compute 2.80': '2.80',
        }
        for asked, told in cases.items():
            with self.subTest(asked):
                headers = ask(OpenStack_API_Version=asked).headers

                self.assertEqual(
                    f'compute {told}', headers['OpenStack-API-Version']
                )
                self.assertEqual(told, headers['X-OpenStack-Nova-API-Version'])

    def test_common_header_counts_more(self) -> None:
        """The service's own header is read where the other is not there."""
        old = {'X_OpenStack_Nova_API_Version': '2.60'}
        new = {'OpenStack_API_Version': 'compute 2.80'}

        for headers, told in ((old, '2.60'), (old | new, '2.80')):
            self.assertEqual(
                told, ask(**headers).headers['X-OpenStack-Nova-API-Version']
            )

    def test_unknown_ones(self) -> None:
        """What is out of the range, or no version, is refused."""
        for asked, status in (('2.97', 406), ('1.9', 406), ('new', 400)):
            with self.subTest(asked):
                answer = ask(OpenStack_API_Version=f'compute {asked}')

                self.assertEqual(status, answer.status_code)
                self.assertNotIn('OpenStack-API-Version', answer.headers)
