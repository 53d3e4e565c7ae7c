# SPDX-License-Identifier: Apache-2.0
"""Keystone: logins, tokens and the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import dataclasses
import datetime
import typing

from werkzeug import wrappers

from hvctl.tests.simulation import clock
from hvctl.tests.simulation import ids
from hvctl.tests.simulation import service

_LIFETIME = datetime.timedelta(hours=1)
_DOMAIN = {'id': 'default', 'name': 'Default'}
_UNAUTHORIZED = 'The request you have made requires authentication.'
_TITLES = {
    400: 'Bad Request',
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'Not Found',
    405: 'Method Not Allowed',
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Who may log in.

    :ivar roles: by the id of a project
    """

    id: str
    name: str
    password: str
    roles: Mapping[str, frozenset[str]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project."""

    id: str
    name: str


class _Issued(typing.NamedTuple):
    token: service.Token
    until: datetime.datetime


class Keystone(service.Service):
    """The identity service.

    :param catalogue: the services of the cloud
    """

    catalogued = 'identity'
    prefix = '/identity'

    def __init__(
        self,
        seed: int,
        time: clock.Clock,
        users: Sequence[User],
        projects: Sequence[Project],
        catalogue: Sequence[type[service.Service]],
    ) -> None:
        routes = [
            service.Route(
                method='GET', path='/', answer=self._versions, role=None
            ),
            service.Route(
                method='GET', path='/v3', answer=self._show, role=None
            ),
            service.Route(
                method='POST',
                path='/v3/auth/tokens',
                answer=self._login,
                role=None,
            ),
        ]
        super().__init__(routes)
        self._time = time
        self._users = {user.name: user for user in users}
        self._projects = {project.name: project for project in projects}
        self._catalogue = catalogue
        self._ids = ids.Ids.of(seed, 'token')
        self._services = ids.Ids.of(seed, 'service of the catalogue')
        self._roles = ids.Ids.of(seed, 'role')
        self._issued: dict[str, _Issued] = {}

    def refusal(
        self, refused: service.Refusal, version: service.Version
    ) -> service.JSON:
        """Word a refusal (keystone/api/_shared, keystone/exception.py)."""
        return {
            'error': {
                'code': refused.status,
                'title': _TITLES[refused.status],
                'message': refused.message,
            }
        }

    def identify(self, request: wrappers.Request) -> service.Token:
        """Say who asks.

        :raises Refusal: when there is no token, or none that is good
        """
        issued = self._issued.get(request.headers.get('X-Auth-Token', ''))
        if issued is None or issued.until <= self._time.now():
            raise service.Refusal(401, _UNAUTHORIZED)
        return issued.token

    def _version(self, call: service.Call) -> service.JSON:
        return {
            'id': 'v3.14',
            'status': 'stable',
            'updated': '2020-04-07T00:00:00Z',
            'links': [{'rel': 'self', 'href': f'{call.base}/v3/'}],
            'media-types': [
                {
                    'base': 'application/json',
                    'type': 'application/vnd.openstack.identity-v3+json',
                }
            ],
        }

    def _versions(self, call: service.Call) -> service.Answer:
        return service.Answer(
            body={'versions': {'values': [self._version(call)]}}, status=300
        )

    def _show(self, call: service.Call) -> service.Answer:
        return service.Answer(body={'version': self._version(call)})

    def _login(self, call: service.Call) -> service.Answer:
        auth = call.body().get('auth', {})
        given = auth.get('identity', {}).get('password', {}).get('user', {})
        user = self._users.get(given.get('name', ''))
        if user is None or user.password != given.get('password'):
            raise service.Refusal(401, _UNAUTHORIZED)
        name = auth.get('scope', {}).get('project', {}).get('name', '')
        project = self._projects.get(name)
        roles = user.roles.get(project.id) if project else None
        if project is None or roles is None:
            raise service.Refusal(401, _UNAUTHORIZED)
        token = service.Token(
            user_id=user.id, project_id=project.id, roles=roles
        )
        number = len(self._issued)
        token_id = self._ids.id(number)
        until = self._time.now() + _LIFETIME
        self._issued[token_id] = _Issued(token, until)
        body = {
            'methods': ['password'],
            'user': {
                'id': user.id,
                'name': user.name,
                'domain': _DOMAIN,
                'password_expires_at': None,
            },
            'audit_ids': [token_id[:22]],
            'expires_at': _when(until),
            'issued_at': _when(self._time.now()),
            'project': {
                'id': project.id,
                'name': project.name,
                'domain': _DOMAIN,
            },
            'is_domain': False,
            'roles': [
                {'id': self._roles.id(n), 'name': role}
                for n, role in enumerate(sorted(roles))
            ],
            'catalog': self._list(call),
        }
        return service.Answer(
            body={'token': body},
            status=201,
            headers={'X-Subject-Token': token_id, 'Vary': 'X-Auth-Token'},
        )

    def _list(self, call: service.Call) -> list[service.JSON]:
        host = call.base.removesuffix(self.prefix)
        return [
            {
                'id': self._services.id(number),
                'name': listed.prefix.strip('/'),
                'type': listed.catalogued,
                'endpoints': [
                    {
                        'id': self._services.id(1000 + number),
                        'interface': 'public',
                        'region': 'RegionOne',
                        'region_id': 'RegionOne',
                        'url': f'{host}{listed.prefix}{listed.endpoint}',
                    }
                ],
            }
            for number, listed in enumerate(self._catalogue)
        ]


def _when(time: datetime.datetime) -> str:
    return time.strftime('%Y-%m-%dT%H:%M:%S.%fZ')
