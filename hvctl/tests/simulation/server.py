# SPDX-License-Identifier: Apache-2.0
"""Serves a simulated cloud on a port, for what runs in another process."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import threading
import typing

from werkzeug import serving

if typing.TYPE_CHECKING:
    from _typeshed import wsgi


class _Quiet(serving.WSGIRequestHandler):
    """Writes no line for each request."""

    protocol_version = 'HTTP/1.1'

    def log_request(
        self, code: int | str = '-', size: int | str = '-'
    ) -> None:
        """Write nothing."""


@contextlib.contextmanager
def serve(application: wsgi.WSGIApplication) -> Iterator[str]:
    """Serve an application on a free port of this machine.

    :returns: its URL
    """
    server = serving.make_server(
        '127.0.0.1',
        0,
        application,
        threaded=True,
        request_handler=_Quiet,
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f'http://127.0.0.1:{server.server_port}'
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
