# SPDX-License-Identifier: Apache-2.0
"""Calls the simulated cloud in the process, where requests would connect."""

from __future__ import annotations

import io
import sys
import typing
import urllib.parse

import requests
from requests import adapters
import urllib3

if typing.TYPE_CHECKING:
    from _typeshed import wsgi

#: Where the services are; nothing looks the name up.
URL = 'http://cloud.test'


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
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start(
            status: str, headers: list[tuple[str, str]], *_: typing.Any
        ) -> typing.Any:
            begun.append((status, headers))

        body = b''.join(self._application(_environ(request), start))
        ((status, headers),) = begun
        code, reason = status.split(' ', 1)
        return self.build_response(
            request,
            urllib3.HTTPResponse(
                body=io.BytesIO(body),
                headers=dict(headers),
                status=int(code),
                reason=reason,
                preload_content=False,
            ),
        )


def _environ(request: requests.PreparedRequest) -> wsgi.WSGIEnvironment:
    """Return what a server gives an application of a request (PEP 3333)."""
    url = urllib.parse.urlsplit(str(request.url))
    # The SDK gives JSON, which requests has encoded.
    body = request.body or b''
    assert isinstance(body, bytes | str)
    sent = body if isinstance(body, bytes) else body.encode()
    path = urllib.parse.unquote_to_bytes(url.path).decode('latin-1')
    environ = {
        f'HTTP_{name.upper().replace("-", "_")}': value
        for name, value in request.headers.items()
    }
    return environ | {
        'REQUEST_METHOD': request.method,
        'SCRIPT_NAME': '',
        'PATH_INFO': path,
        'QUERY_STRING': url.query,
        'CONTENT_TYPE': request.headers.get('Content-Type', ''),
        'CONTENT_LENGTH': str(len(sent)),
        'SERVER_NAME': url.hostname,
        'SERVER_PORT': '80',
        'HTTP_HOST': url.netloc,
        'wsgi.version': (1, 0),
        'wsgi.url_scheme': url.scheme,
        'wsgi.input': io.BytesIO(sent),
        'wsgi.errors': sys.stderr,
        'wsgi.multithread': True,
        'wsgi.multiprocess': False,
        'wsgi.run_once': False,
    }


def session(application: wsgi.WSGIApplication) -> requests.Session:
    """Return a session whose requests an application answers."""
    found = requests.Session()
    found.mount(URL, Transport(application))
    return found
