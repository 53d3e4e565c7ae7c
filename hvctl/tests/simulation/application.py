# SPDX-License-Identifier: Apache-2.0
"""The WSGI application: hands each request to its service."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Sequence
import hashlib
import threading
import time
import typing
import uuid

from werkzeug import http
from werkzeug import wrappers

from hvctl.tests.simulation import clock
from hvctl.tests.simulation import keystone
from hvctl.tests.simulation import service

if typing.TYPE_CHECKING:
    from _typeshed import wsgi


#: Seconds that a request takes in a busy cloud, and a byte of an answer: 4 for
#: 1,000 servers, which are 8 MB here, and 2 for 10,000 providers, 9 MB.
_OF_REQUEST = 0.02
_OF_BYTE = {'compute': 0.5e-6, 'placement': 0.2e-6}


class Asked(typing.NamedTuple):
    """A request that was answered."""

    method: str
    path: str
    query: str
    status: int
    size: int


def _seconds(request: wrappers.Request, size: int) -> float:
    """Return how long an answer takes in a busy cloud."""
    service_, _, _ = request.path.strip('/').partition('/')
    return _OF_REQUEST + size * _OF_BYTE.get(service_, 0.0)


class Application:
    """All services of a cloud, one request at a time.

    :ivar asked: every request so far, with the size of its answer's body
    :ivar served: the seconds of a processor that all this took
    :ivar busy: whether answers take as long as those of a large site do
    """

    def __init__(
        self,
        clock_: clock.Clock,
        identity: keystone.Keystone,
        services: Sequence[service.Service],
    ) -> None:
        self.asked: list[Asked] = []
        self.served = 0.0
        self.busy = False
        self._clock = clock_
        self._identity = identity
        self._services = [identity, *services]
        self._lock = threading.Lock()
        self._often: collections.Counter[str] = collections.Counter()

    def __call__(
        self,
        environ: wsgi.WSGIEnvironment,
        start_response: wsgi.StartResponse,
    ) -> Iterable[bytes]:
        """Answer a request."""
        return self.answer(environ)(environ, start_response)

    def answer(self, environ: wsgi.WSGIEnvironment) -> wrappers.Response:
        """Answer a request in this process."""
        request = wrappers.Request(environ)
        with self._lock:
            began = time.thread_time()
            response = self._answer(request)
            body = response.get_data()
            self.asked.append(
                Asked(
                    request.method,
                    request.path,
                    request.query_string.decode(),
                    response.status_code,
                    len(body),
                )
            )
            self.served += time.thread_time() - began
        if self.busy:
            time.sleep(_seconds(request, len(body)))
        return response

    def _answer(self, request: wrappers.Request) -> wrappers.Response:
        request_id = self._id(request)
        request.environ[service.REQUEST_ID] = request_id
        response = self._of_service(request)
        response.headers['Date'] = http.http_date(self._clock.now())
        response.headers['x-openstack-request-id'] = request_id
        return response

    def _of_service(self, request: wrappers.Request) -> wrappers.Response:
        for candidate in self._services:
            if f'{request.path}/'.startswith(f'{candidate.prefix}/'):
                return candidate.handle(request, self._identity.identify)
        return wrappers.Response('Not Found', 404)

    def _id(self, request: wrappers.Request) -> str:
        """Choose the id of a request, whichever thread sends it first."""
        what = f'{request.method} {request.full_path}'
        self._often[what] += 1
        digest = hashlib.sha256(f'{what} {self._often[what]}'.encode())
        return f'req-{uuid.UUID(bytes=digest.digest()[:16], version=4)}'
