# SPDX-License-Identifier: Apache-2.0
"""What the services have in common: routes, policies, versions, refusals."""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable, Mapping, Sequence
import dataclasses
import functools
import json
import typing

from werkzeug import datastructures
from werkzeug import exceptions
from werkzeug import routing
from werkzeug import wrappers

JSON = dict[str, typing.Any]
Version = tuple[int, int]

#: Where the WSGI environment has the id of the request, as oslo.middleware.
REQUEST_ID = 'openstack.request_id'

#: The roles that each role stands for (Keystone's implied roles).
_IMPLIED = {
    'admin': frozenset({'admin', 'manager', 'member', 'reader'}),
    'manager': frozenset({'manager', 'member', 'reader'}),
    'member': frozenset({'member', 'reader'}),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Who asks, and in which project."""

    user_id: str
    project_id: str
    roles: frozenset[str]

    def may(self, role: str) -> bool:
        """Return whether one of the roles is, or stands for, this one."""
        return any(role in _IMPLIED.get(own, {own}) for own in self.roles)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, as what answers it sees it.

    :ivar token: None where nobody need log in
    :ivar args: what the path has, by name
    :ivar base: the URL of the service
    :ivar version: the microversion; (0, 0) where the service has none
    """

    token: Token | None
    args: Mapping[str, str]
    request: wrappers.Request
    base: str
    version: Version

    @property
    def query(self) -> datastructures.MultiDict[str, str]:
        """Return the parameters of the query."""
        return self.request.args

    @property
    def request_id(self) -> str:
        """Return what the answer names this request."""
        return str(self.request.environ[REQUEST_ID])

    @property
    def who(self) -> Token:
        """Return who asks, who has logged in."""
        assert self.token is not None
        return self.token

    def body(self) -> JSON:
        """Read the body.

        :raises Refusal: when it is no JSON object
        """
        found = self.request.get_json(force=True, silent=True)
        if not isinstance(found, dict):
            raise Refusal(400, 'Malformed request body')
        return found


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered; without a body where that is None."""

    body: object | None
    status: int = 200
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)


class Refusal(Exception):
    """A request is refused.

    :param kind: what the service calls it, where it does so
    :ivar request_id: of the request that is refused
    """

    request_id = ''

    def __init__(self, status: int, message: str, kind: str = '') -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What is asked for, and what answers.

    :ivar role: that the default policy wants; None where nobody need log in
    :ivar since: the first microversion that has it
    """

    method: str
    path: str
    answer: Callable[[Call], Answer]
    role: str | None = 'reader'
    since: Version = (0, 0)


def routes(
    prefix: str,
    answers: Iterable[tuple[str, str, Callable[[Call], Answer]]],
    role: str | None = None,
) -> list[Route]:
    """Build the routes below a path.

    :param answers: method, path and what answers
    :param role: that each wants; None where readers read and members change
    """
    return [
        Route(
            method=method,
            path=f'{prefix}{path}',
            answer=answer,
            role=role or ('reader' if method == 'GET' else 'member'),
        )
        for method, path, answer in answers
    ]


class Service(abc.ABC):
    """A service.

    :cvar catalogued: its type in the catalogue
    :cvar prefix: of its paths
    :cvar endpoint: what its URL in the catalogue has after the prefix
    """

    catalogued: typing.ClassVar[str]
    prefix: typing.ClassVar[str]
    endpoint: typing.ClassVar[str] = ''

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = routes
        self._find = _finder(
            tuple((each.method, self.prefix + each.path) for each in routes)
        )

    @abc.abstractmethod
    def refusal(self, refused: Refusal, version: Version) -> JSON:
        """Word a refusal.

        :param version: the microversion; (0, 0) before it is known
        """

    def version(self, request: wrappers.Request) -> Version:
        """Negotiate the microversion.

        :raises Refusal: when the service does not have it
        """
        return (0, 0)

    def version_headers(self, version: Version) -> dict[str, str]:
        """Return the headers that tell the microversion of an answer."""
        return {}

    def forbidden(self) -> Refusal:
        """Build the refusal of what the policy does not allow."""
        return Refusal(403, 'Policy does not allow this request.')

    def handle(
        self,
        request: wrappers.Request,
        identify: Callable[[wrappers.Request], Token],
    ) -> wrappers.Response:
        """Answer a request.

        :param identify: says who asks, or refuses
        """
        version = (0, 0)
        try:
            route, args = self._match(request)
            token = None if route.role is None else identify(request)
            version = self.version(request)
            if version < route.since:
                raise Refusal(
                    404,
                    f'API version {version[0]}.{version[1]} is not supported '
                    'on this method.',
                )
            if token is not None and not token.may(str(route.role)):
                raise self.forbidden()
            answer = route.answer(
                Call(
                    token=token,
                    args=args,
                    request=request,
                    base=f'{request.scheme}://{request.host}{self.prefix}',
                    version=version,
                )
            )
        except Refusal as refused:
            refused.request_id = request.environ.get(REQUEST_ID, '')
            if refused.status == 401:
                return unauthorized(refused, request)
            answer = Answer(
                body=self.refusal(refused, version), status=refused.status
            )
        response = respond(answer)
        if version > (0, 0):
            response.headers.update(self.version_headers(version))
        return response

    def _match(
        self, request: wrappers.Request
    ) -> tuple[Route, Mapping[str, str]]:
        try:
            number, args = self._find(request.method, request.path)
        except exceptions.MethodNotAllowed as error:
            raise Refusal(405, 'Method not allowed') from error
        except exceptions.NotFound as error:
            raise Refusal(404, 'The resource could not be found.') from error
        return self._routes[number], args


@functools.cache
def _finder(
    routes: tuple[tuple[str, str], ...],
) -> Callable[[str, str], tuple[int, Mapping[str, str]]]:
    """Return what finds the number of a route, and what its path has.

    There are many clouds, and their services have the same routes.

    :param routes: the method and the path of each
    """
    rules = routing.Map(
        [
            routing.Rule(path, methods=[method], endpoint=number)
            for number, (method, path) in enumerate(routes)
        ],
        strict_slashes=False,
        merge_slashes=False,
    )

    @functools.lru_cache(maxsize=4096)
    def find(method: str, path: str) -> tuple[int, Mapping[str, str]]:
        number, args = rules.bind('').match(path, method)
        assert isinstance(number, int)
        return number, args

    return find


def respond(answer: Answer) -> wrappers.Response:
    """Build what is sent."""
    if answer.body is None:
        response = wrappers.Response(b'', answer.status, answer.headers)
        response.headers.pop('Content-Type', None)
        return response
    return wrappers.Response(
        json.dumps(answer.body),
        answer.status,
        answer.headers,
        mimetype='application/json',
    )


def unauthorized(
    refused: Refusal, request: wrappers.Request
) -> wrappers.Response:
    """Answer as keystonemiddleware does in front of every service."""
    response = respond(
        Answer(
            body={
                'error': {
                    'code': 401,
                    'title': 'Unauthorized',
                    'message': refused.message,
                }
            },
            status=401,
        )
    )
    response.headers['WWW-Authenticate'] = (
        f'Keystone uri="{request.host_url}identity"'
    )
    return response
