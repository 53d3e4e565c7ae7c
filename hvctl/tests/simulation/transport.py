# SPDX-License-Identifier: Apache-2.0
"""Calls the simulated cloud in the process, where requests would connect."""

from __future__ import annotations

from collections.abc import Mapping
import io
import sys
import typing
import urllib.parse

import requests
from requests import adapters
from requests import hooks
import urllib3

if typing.TYPE_CHECKING:
    from _typeshed import wsgi

    from hvctl.tests.simulation import application

#: Where the services are; nothing looks the name up.
URL = 'http://cloud.test'


class Answered(typing.NamedTuple):
    """What an application has answered."""

    status: str
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> int:
        """Return the status without its words."""
        return int(self.status.split(' ', 1)[0])

    @property
    def reason(self) -> str:
        """Return the words of the status."""
        return self.status.split(' ', 1)[1]


def ask(
    application: wsgi.WSGIApplication,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
) -> Answered:
    """Have an application answer a request, as a server does (PEP 3333)."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start(
        status: str, headers: list[tuple[str, str]], *_: typing.Any
    ) -> typing.Any:
        begun.append((status, headers))

    environ = _environ(method, url, headers, body)
    found = b''.join(application(environ, start))
    ((status, told),) = begun
    return Answered(status, dict(told), found)


def _environ(
    method: str, url: str, headers: Mapping[str, str], body: bytes
) -> wsgi.WSGIEnvironment:
    parts = urllib.parse.urlsplit(url)
    return {
        f'HTTP_{name.upper().replace("-", "_")}': value
        for name, value in headers.items()
    } | {
        'REQUEST_METHOD': method,
        'SCRIPT_NAME': '',
        'PATH_INFO': urllib.parse.unquote_to_bytes(parts.path).decode(
            'latin-1'
        ),
        'QUERY_STRING': parts.query,
        'CONTENT_TYPE': headers.get('Content-Type', ''),
        'CONTENT_LENGTH': str(len(body)),
        'SERVER_NAME': parts.hostname,
        'SERVER_PORT': '80',
        'HTTP_HOST': parts.netloc,
        'wsgi.version': (1, 0),
        'wsgi.url_scheme': parts.scheme,
        'wsgi.input': io.BytesIO(body),
        'wsgi.errors': sys.stderr,
        'wsgi.multithread': True,
        'wsgi.multiprocess': False,
        'wsgi.run_once': False,
    }


class Transport(adapters.HTTPAdapter):
    """Gives requests to an application, and makes its answers responses."""

    def __init__(self, application: wsgi.WSGIApplication) -> None:
        super().__init__()
        self._application = application

    def send(
        self,
        request: requests.PreparedRequest,
        *_: typing.Any,
        **__: typing.Any,
    ) -> requests.Response:
        """Have a request answered."""
        # The SDK gives JSON, which requests has encoded.
        body = request.body or b''
        assert isinstance(body, bytes | str)
        answered = ask(
            self._application,
            str(request.method),
            str(request.url),
            {name: str(value) for name, value in request.headers.items()},
            body if isinstance(body, bytes) else body.encode(),
        )
        return self.build_response(
            request,
            urllib3.HTTPResponse(
                body=io.BytesIO(answered.body),
                headers=answered.headers,
                status=answered.code,
                reason=answered.reason,
                preload_content=False,
            ),
        )


class Session(requests.Session):
    """Asks a cloud without all that requests does for a connection.

    That takes a third of the time of a command that waits for nothing.
    """

    def __init__(self, cloud: application.Application) -> None:
        super().__init__()
        self._cloud = cloud

    def request(
        self, *what: typing.Any, **how: typing.Any
    ) -> requests.Response:
        """Have a request answered.

        :param what: method and URL, as keystoneauth gives them
        """
        method, asked = what
        query = urllib.parse.urlencode(how.get('params') or {}, doseq=True)
        if query:
            asked += f'{"&" if "?" in asked else "?"}{query}'
        body = how.get('data') or b''
        answered = self._cloud.answer(
            _environ(
                method,
                asked,
                how.get('headers') or {},
                body if isinstance(body, bytes) else body.encode(),
            )
        )
        response = requests.Response()
        response.status_code = answered.status_code
        _, _, response.reason = answered.status.partition(' ')
        response.headers.update(answered.headers)
        response.url = asked
        response.request = requests.PreparedRequest()
        response.request.method, response.request.url = method, asked
        response._content = answered.get_data()
        hooks.dispatch_hook('response', self.hooks, response)
        return response


def session(application: wsgi.WSGIApplication) -> requests.Session:
    """Return a session whose requests an application answers."""
    found = requests.Session()
    found.mount(URL, Transport(application))
    return found
