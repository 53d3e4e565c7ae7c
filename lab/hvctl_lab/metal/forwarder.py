# SPDX-License-Identifier: Apache-2.0
"""Lets a machine with a network of its own reach the cloud's services.

They listen on the host's loopback address, and so does this process on the
machine's; it makes each connection anew, outside.  So addresses in the
catalogue and in configuration files are the same everywhere.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket

from hvctl_lab import paths
from hvctl_lab.metal import namespaces

#: What machines have no business with.
_PRIVATE = {paths.Port.RABBITMQ_DISTRIBUTION, paths.Port.EPMD}

_CHUNK = 65536


def start(lab: paths.Lab, outside: int) -> None:
    """Start the process, which ends when this one does.

    :param lab: the embedded cloud
    :param outside: the network namespace that the services are in
    """
    # A socket stays in the namespace that it was made in.
    listeners = [
        _listen(lab.port(port)) for port in paths.Port if port not in _PRIVATE
    ]
    parent = os.getpid()
    if os.fork():
        for listener in listeners:
            listener.close()
        return
    try:
        namespaces.end_with_parent(signal.SIGKILL)
        if os.getppid() == parent:
            namespaces.enter(outside, namespaces.NETWORK)
            asyncio.run(forward(listeners))
    finally:
        os._exit(1)


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((paths.HOST, port))
    listener.listen()
    return listener


async def forward(listeners: list[socket.socket]) -> None:
    """Forward what comes to a listener to the same port, until cancelled.

    :param listeners: of the machine
    """
    servers = [
        await asyncio.start_server(_Forward(_port(listener)), sock=listener)
        for listener in listeners
    ]
    await asyncio.gather(*(server.serve_forever() for server in servers))


def _port(listener: socket.socket) -> int:
    number: int = listener.getsockname()[1]
    return number


class _Forward:
    """Forwards the connections of one port."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __call__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            found = await asyncio.open_connection(paths.HOST, self._port)
        except OSError:
            # As the host would: there is no such service.
            writer.close()
            return
        await asyncio.gather(_copy(reader, found[1]), _copy(found[0], writer))
        for end in (writer, found[1]):
            end.close()


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Copy one direction, to its end."""
    try:
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()
