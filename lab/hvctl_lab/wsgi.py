# SPDX-License-Identifier: Apache-2.0
"""Serves WSGI applications on loopback: python -m hvctl_lab.wsgi N M=PORT ...

Each answers at most N requests at the same moment.
Several applications share a process when they share their configuration and
imports, as Nova's two do.
"""

from __future__ import annotations

import signal
import sys
import threading
import types

import cheroot.wsgi

from hvctl_lab import differences
from hvctl_lab import paths

#: Services keep connections open and use them every few seconds; a request
#: fails on one that is being closed.
_IDLE_SECONDS = 600
_IDLE_CONNECTIONS = 1000

#: All hypervisors may connect at the same moment.
_BACKLOG = 128


def main() -> None:
    """Serve every MODULE=PORT of the command line until SIGTERM."""
    threads = int(sys.argv[1])
    served = [argument.split('=') for argument in sys.argv[2:]]
    # Nova, Neutron and Ironic parse the command line while being imported.
    del sys.argv[1:]
    servers = []
    for module, port in served:
        server = cheroot.wsgi.Server(
            (paths.HOST, int(port)),
            differences.application(module),
            numthreads=threads,
            server_name=paths.HOST,
            request_queue_size=_BACKLOG,
            timeout=_IDLE_SECONDS,
            shutdown_timeout=2,
        )
        server.keep_alive_conn_limit = _IDLE_CONNECTIONS
        server.prepare()
        servers.append(server)

    ending = threading.Event()

    def end(_signal: int, _frame: types.FrameType | None) -> None:
        ending.set()

    # Set last, as importing a service installs handlers of its own.
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    for server in servers:
        threading.Thread(target=server.serve, daemon=True).start()
    ending.wait()
    for server in servers:
        server.stop()


if __name__ == '__main__':
    main()
