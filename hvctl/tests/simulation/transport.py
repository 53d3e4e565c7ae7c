# SPDX-License-Identifier: Apache-2.0
"""Calls the simulated cloud in the process, where requests would connect."""

from __future__ import annotations

import io
import typing
import urllib.parse

import requests
from requests import adapters
import urllib3
from werkzeug import test

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
        url = urllib.parse.urlsplit(str(request.url))
        # The SDK gives JSON, which requests has encoded.
        body = request.body or b''
        assert isinstance(body, bytes | str)
        sent = body if isinstance(body, bytes) else body.encode()
        environ = test.create_environ(
            path=url.path,
            base_url=f'{url.scheme}://{url.netloc}',
            query_string=url.query,
            method=str(request.method),
            headers=dict(request.headers),
            data=sent,
        )
        parts, status, headers = test.run_wsgi_app(
            self._application, environ, buffered=True
        )
        code, reason = status.split(' ', 1)
        return self.build_response(
            request,
            urllib3.HTTPResponse(
                body=io.BytesIO(b''.join(parts)),
                headers=dict(headers.items()),
                status=int(code),
                reason=reason,
                preload_content=False,
            ),
        )


def session(application: wsgi.WSGIApplication) -> requests.Session:
    """Return a session whose requests an application answers."""
    found = requests.Session()
    found.mount(URL, Transport(application))
    return found
