# SPDX-License-Identifier: Apache-2.0
"""Stands between the shell and the cloud, and sees every request.

It can stop one request on its way there or on its way back, so that a test
kills a command at exactly the moment that it means.
"""

from __future__ import annotations

from collections.abc import Callable
import contextlib
import dataclasses
from http import server
import http.client
import json
import os
import pathlib
import re
import tempfile
import threading
import typing
import urllib.parse

import yaml

from hvctl.tests.functional import facts

#: The entry of clouds.yaml that the commands work on.
CLOUD = 'lab'

#: service in clouds.yaml: path below the root that its endpoint has
_SERVICES = {
    'compute': '/v2.1',
    'network': '',
    'placement': '',
    'image': '',
    'baremetal': '',
}

#: They are about one connection, so they do not go through.
_OWN = {'connection', 'keep-alive', 'transfer-encoding', 'content-length'}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request that was answered."""

    service: str
    method: str
    path: str
    status: int

    @property
    def changes(self) -> bool:
        """Whether it was meant to change something."""
        return self.method not in ('GET', 'HEAD', 'OPTIONS')

    @property
    def kind(self) -> str:
        """The request without ids and arguments."""
        path = re.sub(r'[0-9a-f]{8}-[0-9a-f-]{27}', 'ID', self.path)
        return f'{self.method} {self.service} {path.partition("?")[0]}'


#: Is asked with a request before it goes on (its status is 0 then) and when
#: its answer is there; True drops the connection instead.
Judge = Callable[[Request], bool]


class Recorder:
    """A cloud that looks like the embedded one and goes through here."""

    def __init__(self, judge: Judge | None = None, cloud: str = CLOUD) -> None:
        """Start to listen.

        :param judge: may stop requests
        :param cloud: the entry of clouds.yaml that goes through here
        """
        self.requests: list[Request] = []
        self._judge = judge or (lambda request: False)
        self._servers: list[server.ThreadingHTTPServer] = []
        source = pathlib.Path(os.environ['OS_CLIENT_CONFIG_FILE'])
        written = yaml.safe_load(source.read_text())
        for service, path in _SERVICES.items():
            port = self._listen(service)
            written['clouds'][cloud][f'{service}_endpoint_override'] = (
                f'http://127.0.0.1:{port}{path}'
            )
        self._directory = tempfile.TemporaryDirectory()
        clouds = pathlib.Path(self._directory.name) / 'clouds.yaml'
        clouds.write_text(json.dumps(written))
        clouds.chmod(0o600)
        self.environment = {
            'OS_CLIENT_CONFIG_FILE': str(clouds),
            'OS_CLOUD': CLOUD,
        }

    def close(self) -> None:
        """Stop listening."""
        for listening in self._servers:
            listening.shutdown()
            listening.server_close()
        self._directory.cleanup()

    @property
    def changes(self) -> list[Request]:
        """The requests that were meant to change something."""
        return [request for request in self.requests if request.changes]

    def _listen(self, service: str) -> int:
        endpoint = getattr(facts.connection(), service).get_endpoint()
        target = urllib.parse.urlsplit(endpoint).netloc
        recorder = self

        class Handler(_Handler):
            def answer(self) -> None:
                self.forward(service, target, recorder)

        listening = server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        listening.daemon_threads = True
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        self._servers.append(listening)
        return listening.server_port

    def stops(self, request: Request) -> bool:
        """Note an answered request, and ask whether to stop it."""
        if request.status:
            self.requests.append(request)
        return self._judge(request)


class _Handler(server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def answer(self) -> None:
        raise NotImplementedError

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = lambda self: (
        self.answer()
    )

    def log_message(self, format: str, *args: object) -> None:
        pass

    def forward(self, service: str, target: str, recorder: Recorder) -> None:
        """Pass one request on, and its answer back."""
        length = int(self.headers.get('Content-Length', 0))
        body = self.rfile.read(length)
        request = Request(
            service=service, method=self.command, path=self.path, status=0
        )
        if recorder.stops(request):
            self.close_connection = True
            return
        upstream = http.client.HTTPConnection(target, timeout=120)
        try:
            # The host stays ours, so that links in answers lead here.
            headers = {
                key: value
                for key, value in self.headers.items()
                if key.lower() not in _OWN
            }
            upstream.request(self.command, self.path, body, headers)
            response = upstream.getresponse()
            content = response.read()
        finally:
            upstream.close()
        request = dataclasses.replace(request, status=response.status)
        if recorder.stops(request):
            self.close_connection = True
            return
        # Who asked may not have waited for the answer.
        with contextlib.suppress(ConnectionError):
            self._reply(response, content)

    def _reply(
        self, response: http.client.HTTPResponse, content: bytes
    ) -> None:
        self.send_response_only(response.status, response.reason)
        for key, value in response.getheaders():
            if key.lower() not in _OWN:
                self.send_header(key, value)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(content)


def matching(
    method: str, service: str, path: str, *, answered: bool
) -> typing.Callable[[Request], bool]:
    """Recognise a request.

    :param path: a regular expression for its end
    :param answered: on its way back, not on its way there
    """

    def match(request: Request) -> bool:
        return (
            bool(request.status) == answered
            and request.method == method
            and request.service == service
            and re.search(f'{path}$', request.path) is not None
        )

    return match
